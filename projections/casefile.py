"""Everything that the tables need to know of one case, worked out once from its facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from cases import events
from cases.alerts import Counted, counted_along
from cases.case import Case, fold
from cases.codes import Cause, Department, Link
from cases.fact import Fact
from cases.history import Correction, corrections
from cases.kept import once
from cases.ladder import Escalation, escalations, is_warning
from cases.promises.clock import Clock
from cases.promises.clocks import clocks_along
from cases.promises.timeline import CLAIMED, Timeline
from cases.recorded import Recorded
from cases.regulation.claim import Claim
from cases.regulation.constraints import Finding, findings_along
from cases.regulation.rules import Reference, Rules
from projections.tables import columns

F = TypeVar("F", bound=Fact)
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """All stored facts of one case in log order, never none."""

    case_id: UUID
    facts: tuple[Recorded, ...]


@dataclass(frozen=True)
class CaseFile:
    """A case with its corrections, clocks and findings, as the row functions read it."""

    case_id: UUID
    facts: tuple[Recorded, ...]
    zone: ZoneInfo
    case: Case
    corrected: Mapping[int, Correction]
    """By the version of the corrected fact; the last correction that stands."""
    reference: Reference = field(repr=False)
    rules: Rules
    timeline: Timeline = field(repr=False)
    """Its effective facts in the order of their claims."""
    clocks: tuple[Clock, ...]
    findings: tuple[Finding, ...]
    firsts: Mapping[type[Fact], datetime] = field(repr=False)
    newest: Mapping[type[Fact], Recorded] = field(repr=False)
    by_kind: Mapping[type[Fact], list[Recorded]] = field(repr=False)

    @property
    def last_position(self) -> int:
        """The log position of its newest fact."""
        return self.facts[-1].position

    @property
    def updated_at(self) -> datetime:
        """When the log recorded its newest fact."""
        return self.facts[-1].known_at

    def first_at(self, fact: type[Fact]) -> datetime | None:
        """When a fact of this kind happened for the first time."""
        return self.firsts.get(fact)

    def latest(self, fact: type[F]) -> F | None:
        """The newest fact of this kind, as corrected, in any cycle."""
        known = self.newest.get(fact)
        return known.fact if known and isinstance(known.fact, fact) else None

    def all_of(self, fact: type[F]) -> Iterator[tuple[Recorded, F]]:
        """Every fact of a kind that stands, as corrected, in log order; with who recorded it and when."""
        for known in self.by_kind.get(fact, ()):
            if isinstance(known.fact, fact):
                yield known, known.fact

    def month_of(self, moment: datetime) -> date:
        """The first day of the business month of a moment."""
        return moment.astimezone(self.zone).date().replace(day=1)

    @property
    def split_from(self) -> str | None:
        """The number of the case in which the customer told of it."""
        told = (one.case_no for _, one in self.all_of(events.Linked) if one.link is Link.SPLIT_FROM)
        return next(told, None)

    @property
    def ending(self) -> columns.Ending:
        """What rows of single facts end with; a row that could be computed is not parked."""
        return columns.Ending(
            kind=self.kind,
            product_id=self.product,
            department=self.department,
            is_live=self.is_live,
            is_parked=False,
            last_position=self.last_position,
            updated_at=self.updated_at,
        )

    def row_of(self, known: Recorded, *told: Any) -> tuple[Any, ...]:
        """Give the row of one fact: which and when, what it tells, who recorded it, and the ending."""
        at = known.occurred_at
        happened = self.case_id, known.originator_version, at, known.known_at, self.month_of(at)
        return (*happened, *told, known.actor, known.role.value, *self.ending)

    @property
    def opened_at(self) -> datetime:
        """When it was received, or else what is known of it first happened."""
        at = self.first_at(events.Received)
        return at or min(
            (known.occurred_at for known in self.case.history), default=self.facts[0].occurred_at
        )

    @once
    def closed_at(self) -> datetime | None:
        """When it was closed or went on in another case, unless it is open (again)."""
        closed = self.newest.get(events.Linked if self.case.merged_into else events.Closed)
        return closed.occurred_at if closed and self.case.is_closed else None

    @once
    def escalations(self) -> tuple[Escalation, ...]:
        """What rests on its clocks and alerts: warnings, and the levels that were told."""
        if events.Escalated not in self.newest:
            return ()
        return escalations(self.case.history, self.clocks, self.rules)

    @once
    def claim(self) -> Claim:
        """What the customer asked for, as far as its facts tell."""
        return Claim.of(self.case.history)

    @once
    def counted(self) -> tuple[Counted, ...]:
        """What alerts count in it."""
        return counted_along(self.timeline, self.clocks, self.rules)

    @property
    def escalated_at(self) -> datetime | None:
        """When it first went up; a warning is none."""
        known = self.case.history if events.Escalated in self.newest else ()
        went_up = (
            one.occurred_at
            for one in known
            if isinstance(one.fact, events.Escalated) and not is_warning(one.fact)
        )
        return min(went_up, default=None)

    @once
    def is_live(self) -> bool:
        """Whether it is worked on here."""
        return self.case.received is None or self.case.received.is_live

    @once
    def kind(self) -> str:
        """What the customer asks for."""
        return self.case.classified.kind.value if self.case.classified else UNKNOWN

    @once
    def category(self) -> str:
        """What it is about."""
        return self.case.classified.category.value if self.case.classified else UNKNOWN

    @once
    def channel(self) -> str:
        """How it reached the firm."""
        return self.case.received.channel.value if self.case.received else UNKNOWN

    @once
    def sales_channel(self) -> str:
        """Where the goods were bought."""
        return self.case.received.sales_channel.value if self.case.received else UNKNOWN

    @once
    def region(self) -> str:
        """Where the customer is."""
        return (self.case.received.region if self.case.received else None) or UNKNOWN

    @once
    def product(self) -> str:
        """Product line and model as one key, `lamp/K7`, or the line alone."""
        received = self.case.received
        if received is None:
            return UNKNOWN
        return product_id(received.product_line, received.product_model)

    @once
    def cause(self) -> str:
        """The newest cause that is known."""
        known = [self.newest[fact] for fact in (events.Inspected, events.Repaired) if fact in self.newest]
        for found in sorted(known, key=lambda recorded: -recorded.originator_version):
            if (
                isinstance(found.fact, events.Inspected | events.Repaired)
                and found.fact.cause is not Cause.UNKNOWN
            ):
                return found.fact.cause.value
        return UNKNOWN

    @once
    def holder(self) -> events.Classified | events.Transferred | None:
        """The fact that gave it to the department that holds it."""
        given = self.newest.get(events.Classified), self.newest.get(events.Transferred)
        last = max(
            (known for known in given if known), key=lambda known: known.originator_version, default=None
        )
        return last.fact if last and isinstance(last.fact, events.Classified | events.Transferred) else None

    @once
    def department(self) -> str:
        """The department that holds it."""
        return (self.holder.department if self.holder else Department.UNKNOWN).value

    @once
    def day_received(self) -> date | None:
        """The business day on which it was received."""
        at = self.first_at(events.Received)
        return at.astimezone(self.zone).date() if at else None


def product_id(line: str, model: str | None) -> str:
    """Name a product for all tables: `lamp/K7`, or the line alone."""
    return f"{line}/{model}" if model else line


def open_file(case: CaseFacts, reference: Reference) -> CaseFile:
    """Work out a case; raises what its facts, or rules that cannot be read, make raise."""
    folded = fold(case.case_id, case.facts)
    rules, timeline = _rules(folded, reference), Timeline(folded.history, CLAIMED)
    firsts: dict[type[Fact], datetime] = {}
    newest: dict[type[Fact], Recorded] = {}
    by_kind: dict[type[Fact], list[Recorded]] = {}
    for recorded in folded.history:
        kind = type(recorded.fact)
        before = firsts.get(kind)
        if before is None or recorded.occurred_at < before:
            firsts[kind] = recorded.occurred_at
        newest[kind] = recorded
        by_kind.setdefault(kind, []).append(recorded)
    return CaseFile(
        case_id=case.case_id,
        facts=case.facts,
        zone=reference.zone,
        case=folded,
        corrected=_corrected(case.facts),
        reference=reference,
        rules=rules,
        timeline=timeline,
        clocks=clocks_along(timeline, case.facts, rules),
        findings=findings_along(timeline.facts, rules.bound, timeline.shape),
        firsts=firsts,
        newest=newest,
        by_kind=by_kind,
    )


def _rules(case: Case, reference: Reference) -> Rules:
    return reference.rules_for(case.received.judged_under) if case.received else Rules()


def _corrected(facts: tuple[Recorded, ...]) -> dict[int, Correction]:
    if not any(isinstance(recorded.fact, events.Corrected) for recorded in facts):
        return {}
    return {found.recorded.originator_version: found for found in corrections(facts)}
