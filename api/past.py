"""One case as it is told: the facts that an instant of knowledge and one of happening leave, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from api.case_answers import (
    Bounds,
    CaseAnswer,
    Entry,
    EventsAnswer,
    Label,
    StoredEvent,
    Text,
    TimelineAnswer,
    Version,
)
from api.installation import Installation
from api.masks import Masks
from api.rights import entitled
from api.told import breach, change, item, label
from cases.case import Case, fold
from cases.errors import NotFound
from cases.events import Corrected, Escalated, Received
from cases.history import Correction, as_of, corrections
from cases.ladder import Escalation, escalations
from cases.permissions import assigned_to
from cases.promises.clocks import Clock, clocks
from cases.recorded import Recorded
from cases.regulation.rules import Reference, Rules
from projections.tables.dims import FACT_LABELS

PAGE = 200


@dataclass(frozen=True)
class Telling:
    """Everything that one answer about one case is made of."""

    case_id: UUID
    known: tuple[Recorded, ...]
    """What the log knew at the instant of knowledge."""
    bounds: Bounds
    now: datetime
    reference: Reference
    texts: Mapping[tuple[str, str], str]
    """Regulation and version → sha256 of the published text."""
    masks: Masks

    @cached_property
    def facts(self) -> tuple[Recorded, ...]:
        """The facts that stand in this past, as corrected."""
        return as_of(self.known, happened_by=self.bounds.happened_by)

    @cached_property
    def case(self) -> Case:
        """The case as these facts make it; raises NotFound where it was not received yet."""
        folded = fold(self.case_id, self.facts)
        if folded.received is None:
            raise NotFound("There was no such case then", case_id=str(self.case_id))
        return folded

    @property
    def received(self) -> Received:
        """The demand that began it."""
        received = self.case.received
        assert received is not None, "checked above"  # noqa: S101 - for the type checker
        return received

    @cached_property
    def rules(self) -> Rules:
        """The rules it is judged under."""
        return self.reference.rules_for(self.received.judged_under)

    @property
    def seen(self) -> tuple[Recorded, ...]:
        """The facts that clocks and findings are judged by."""
        return self.known if self.bounds.happened_by is None else self.facts

    @cached_property
    def clocks(self) -> tuple[Clock, ...]:
        """The clocks of this past."""
        return clocks(self.seen, self.rules)

    @cached_property
    def escalations(self) -> tuple[Escalation, ...]:
        """What rests on these clocks."""
        return escalations(self.facts, self.clocks, self.rules)

    @cached_property
    def revised(self) -> frozenset[int]:
        """The versions of escalations that rest on what a later fact took away; without one no clock is asked."""
        if not any(isinstance(known.fact, Escalated) for known in self.facts):
            return frozenset()
        return frozenset(one.version for one in self.escalations if one.is_revised)

    def file(self) -> CaseAnswer:
        """Tell the state, the clocks, the entitlements and the findings."""
        case, classified = self.case, self.case.classified
        at = self.bounds.happened_by or self.now
        return CaseAnswer(
            case_id=self.case_id,
            case_no=self.received.case_no,
            version=len(self.known),
            stage=case.stage.value,
            stage_label=label(case.stage),
            kind=case.kind.value if case.kind else None,
            kind_label=label(case.kind) if case.kind else None,
            cycle=case.cycle,
            is_closed=case.is_closed,
            merged_into=case.merged_into,
            paused_for=case.paused_for.value if case.paused_for else None,
            assigned_to=assigned_to(case),
            refunded_minor=case.refunded_minor,
            received=self.masks.fields(self.received),
            classified=self.masks.fields(classified) if classified else None,
            entitlements=tuple(entitled(case, self.rules, self.known)),
            clocks=tuple(item(clock, at, self.escalations) for clock in self.clocks),
            findings=tuple(breach(found) for found in self.rules.findings(self.seen)),
            judged_under=tuple(self.judged_under()),
            as_of=self.bounds,
        )

    def timeline(self) -> TimelineAnswer:
        """Tell the facts in the order in which they happened."""
        entries = sorted(self._entries(), key=lambda entry: (_when(entry), entry.version))
        return TimelineAnswer(
            case_id=self.case_id,
            case_no=self.received.case_no,
            version=len(self.known),
            entries=tuple(entries),
            judged_under=tuple(self.judged_under()),
            as_of=self.bounds,
        )

    def events(self, after: int) -> EventsAnswer:
        """Tell the facts as they are stored, behind a version."""
        page = [recorded for recorded in self.known if recorded.originator_version > after][: PAGE + 1]
        return EventsAnswer(
            case_id=self.case_id,
            case_no=self.received.case_no,
            events=tuple(self._event(recorded) for recorded in page[:PAGE]),
            cursor=page[PAGE - 1].originator_version if len(page) > PAGE else None,
            position=self.bounds.position,
        )

    def judged_under(self) -> Iterator[Text]:
        """Name the texts in force for the case."""
        for pinned in self.received.judged_under:
            digest = self.texts.get((pinned.regulation, pinned.version))
            yield Text(**pinned.model_dump(), sha256=digest)

    def _entries(self) -> Iterator[Entry]:
        changed: dict[int, list[Correction]] = {}
        for found in corrections(self.known):
            changed.setdefault(found.recorded.originator_version, []).append(found)
        until = self.bounds.happened_by
        for recorded in self.known:
            if not isinstance(recorded.fact, Corrected):
                entry = self._entry(recorded, changed.get(recorded.originator_version, []))
                if until is None or _when(entry) <= until:
                    yield entry

    def _entry(self, recorded: Recorded, changed: list[Correction]) -> Entry:
        last = changed[-1].corrected if changed else None
        zh, en = FACT_LABELS.get(recorded.fact.name(), (recorded.fact.name(), recorded.fact.name()))
        return Entry(
            version=recorded.originator_version,
            position=recorded.position,
            fact=recorded.fact.name(),
            label=Label(zh=zh, en=en),
            recorded_at=recorded.known_at,
            recorded=self._version(recorded),
            corrected=self._version(last) if last else None,
            is_withdrawn=bool(changed) and last is None,
            is_backdated=recorded.is_backdated,
            is_revised=recorded.originator_version in self.revised,
            corrections=tuple(change(found.by) for found in changed),
            actor=recorded.actor,
            role=recorded.role.value,
            source=recorded.source.system,
            document=recorded.source.document,
            decided_under=recorded.decided_under,
        )

    def _version(self, recorded: Recorded) -> Version:
        return Version(occurred_at=recorded.occurred_at, fields=self.masks.fields(recorded.fact))

    def _event(self, recorded: Recorded) -> StoredEvent:
        return StoredEvent(
            version=recorded.originator_version,
            position=recorded.position,
            topic=recorded.fact.topic,
            fact=recorded.fact.name(),
            occurred_at=recorded.occurred_at,
            recorded_at=recorded.known_at,
            actor=recorded.actor,
            role=recorded.role.value,
            source=recorded.source.model_dump(mode="json", exclude_none=True),
            correlation_id=recorded.correlation_id,
            causation_id=recorded.causation_id,
            is_backdated=recorded.is_backdated,
            decided_under=recorded.decided_under,
            fields=self.masks.fields(recorded.fact),
        )


def tell(
    here: Installation,
    case_id: UUID,
    now: datetime,
    *,
    happened_by: datetime | None = None,
    known_at: datetime | None = None,
) -> Telling:
    """Read a case for an answer; raises NotFound."""
    stored = here.ledger.load(case_id)
    if not stored or not stored[0].fact.topic.startswith("case."):
        raise NotFound("There is no such case", case_id=str(case_id))
    bounds = _bounds(here, stored[-1].position, now, happened_by, known_at)
    known = tuple(one for one in stored if one.position <= bounds.position)
    published = here.published()
    return Telling(
        case_id=case_id,
        known=known,
        bounds=bounds,
        now=now,
        reference=published.reference,
        texts=published.texts,
        masks=Masks(here.vault, known),
    )


def _bounds(
    here: Installation, newest: int, now: datetime, happened_by: datetime | None, known_at: datetime | None
) -> Bounds:
    """Find the log position that an instant of knowledge stands for: only what is settled counts as known."""
    if known_at is None:
        return Bounds(happened_by=happened_by, known_at=None, position=max(here.ledger.settled(), newest))
    recorded = here.ledger.position_at(known_at)
    settled = here.await_settled(recorded)
    return Bounds(
        happened_by=happened_by,
        known_at=known_at,
        position=min(settled, recorded),
        is_provisional=known_at > now or recorded > settled,
    )


def _when(entry: Entry) -> datetime:
    return (entry.corrected or entry.recorded).occurred_at
