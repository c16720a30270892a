"""The rules that bind one case: its regulations with their settings and calendars, as `decide` gets them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from cases.budgets import Budgets
from cases.calendars.book import CalendarBook
from cases.case import Case
from cases.catalogue import Catalogue, Product
from cases.codes import Department, Payer
from cases.errors import BrokenHistory, NotFound, Refused
from cases.events import Classified
from cases.fact import Pinned, Verdict
from cases.recorded import Recorded
from cases.regulation import constraints, entitlements
from cases.regulation.bound import Bound
from cases.regulation.claim import Claim
from cases.regulation.constraints import Finding
from cases.regulation.model import Regulation, Settings
from cases.stock_list import StockList

__all__ = ["Bound", "Reference", "Rules"]

Document = TypeVar("Document")
BEIJING = ZoneInfo("Asia/Shanghai")
Settled = tuple[CalendarBook, tuple[tuple[datetime, CalendarBook], ...]]
"""A calendar as later versions settled its provisional years, and until when it was otherwise."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Every regulation that binds a case (X22: two may bind one)."""

    bound: tuple[Bound, ...] = ()

    def __iter__(self) -> Iterator[Bound]:
        """Give the regulations one by one."""
        return iter(self.bound)

    def must_allow(self, candidate: Recorded, history: Sequence[Recorded]) -> None:
        """Raise Refused, citing the clause, where a constraint in mode `refuse` forbids the candidate.

        `history` holds the effective facts of its case. The details name clause, rule (id of the constraint),
        regulation, label in zh and en, what is needed, and the versions of the facts it rests on.
        """
        for finding in constraints.judge_next(candidate, history, self.bound):
            if finding.mode == "refuse" and not finding.is_overridden:
                raise _refusal(finding)

    def findings(self, facts: Sequence[Recorded]) -> tuple[Finding, ...]:
        """Judge a whole history."""
        return constraints.findings(facts, self.bound)

    def verdicts(self, classified: Classified, case: Case, at: datetime | None = None) -> tuple[Verdict, ...]:
        """Decide what the customer is entitled to when the case is classified like this, at a moment if one is told."""
        return entitlements.decide(case, classified, self.bound, at)

    def department(self, classified: Classified, case: Case) -> Department:
        """Tell where a case classified like this goes: the first routing that applies, else where it is already."""
        for bound in self:
            known = entitlements.Rights(
                replace(Claim.of(case.history), classified=classified), bound, self.bound
            )
            for routing in bound.regulation.routing:
                if routing.applies.holds(known.trait):
                    return routing.department
        return classified.department

    def freight(self, case: Case) -> tuple[Payer, str | None]:
        """Tell who bears the freight, and the clause that says so."""
        return entitlements.freight(case, self.bound)

    def traits(self, facts: Sequence[Recorded]) -> dict[str, Any]:
        """Give what conditions ask for, by the first regulation that binds."""
        return next((entitlements.traits(facts, bound, self.bound) for bound in self), {})


def _refusal(finding: Finding) -> Refused:
    return Refused(
        str(finding.label),
        clause=finding.clause,
        rule=finding.constraint,
        regulation=finding.regulation,
        label=finding.label.model_dump(),
        needs=list(finding.needs),
        versions=list(finding.versions),
    )


@dataclass(frozen=True, slots=True)
class Reference:
    """All published reference documents, read from the log; the only source of rules and calendars.

    Keys are (name, version); a case pins its calendar as `name@version`.
    """

    regulations: Mapping[tuple[str, str], Regulation] = field(default_factory=dict)
    settings: Mapping[tuple[str, str], Settings] = field(default_factory=dict)
    calendars: Mapping[tuple[str, str], CalendarBook] = field(default_factory=dict)
    regulations_since: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """When the log learned of each."""
    calendars_since: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """When the log learned of each; one without settles provisional years from ever on."""
    zone: ZoneInfo = BEIJING
    budgets: tuple[Budgets, ...] = ()
    """In the order in which they were published: of a year the last one holds."""
    stock_lists: tuple[StockList, ...] = ()
    """In the order in which they were published: the last one holds."""
    catalogues: tuple[Catalogue, ...] = ()
    """In the order in which they were published: of those in force the last by day and version holds."""
    _read: dict[Pinned, Bound] = field(default_factory=dict, init=False, repr=False, compare=False)
    _settled: dict[str, Settled] = field(default_factory=dict, init=False, repr=False, compare=False)
    _listed: dict[tuple[str, str | None], Product | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def rules_for(self, pinned: tuple[Pinned, ...]) -> Rules:
        """Bind what a case was pinned to; raises BrokenHistory for a version that was never published."""
        return Rules(tuple(self._bound(found) for found in pinned))

    def at_hand(self) -> Iterator[Bound]:
        """Bind every regulation with its newest settings to each version of its calendar, as cases are pinned."""
        for regulation in self.regulations.values():
            pinned = self._pin(regulation)
            for name, version in self.calendars:
                if name == regulation.calendar:
                    yield self._bound(pinned.model_copy(update={"calendar": f"{name}@{version}"}))

    def product(
        self, product_line: str, model: str | None, batch: str | None, at: datetime
    ) -> Product | None:
        """Find what a case received at an instant is about, in the catalogue in force on its day."""
        day = at.astimezone(self.zone).date()
        found = max((one for one in self.catalogues if one.effective_from <= day), key=_age, default=None)
        return (
            next((one for one in found.called(product_line, model) if one.is_of(batch)), None)
            if found
            else None
        )

    def listed(self, product_line: str, model: str | None) -> Product | None:
        """Find what the newest catalogue calls so, of whatever batch; for names in tables, never to judge by."""
        key = product_line, model
        if key not in self._listed:
            newest = max(self.catalogues, key=_age, default=None)
            self._listed[key] = next(newest.called(product_line, model), None) if newest else None
        return self._listed[key]

    def in_force(
        self, *, product_line: str, channel: str, at: datetime, laws: Collection[str] = ()
    ) -> tuple[Pinned, ...]:
        """Choose the versions that bind a case received at an instant, by its day in the business time zone.

        `laws` bind whatever their product lines: the catalogue names them for the product. Of one regulation the
        version that came into force last; of settings and calendars the newest.
        """
        day = at.astimezone(self.zone).date()
        found: dict[str, Regulation] = {}
        for regulation in sorted(self.regulations.values(), key=_age):
            is_meant = regulation.id in laws or _is_of_line(regulation, product_line)
            if is_meant and _binds(regulation, channel, day):
                found[regulation.id] = regulation
        return tuple(self._pin(found[name]) for name in sorted(found))

    def newest(self, regulation: str) -> Pinned:
        """Pin the version of a regulation that was made last, for a history judged under it; raises NotFound."""
        versions = sorted((found for found in self.regulations.values() if found.id == regulation), key=_age)
        if not versions:
            raise NotFound(f"No regulation {regulation} is published", regulation=regulation)
        return self._pin(versions[-1])

    def _pin(self, regulation: Regulation) -> Pinned:
        return Pinned(
            regulation=regulation.id,
            version=regulation.version,
            settings=_newest(self.settings, regulation.id),
            calendar=f"{regulation.calendar}@{_newest(self.calendars, regulation.calendar) or 'missing'}",
        )

    def _bound(self, pinned: Pinned) -> Bound:
        if pinned not in self._read:
            settings = (pinned.regulation, pinned.settings) if pinned.settings else None
            calendars, earlier = self._calendars(pinned.calendar)
            self._read[pinned] = Bound(
                pinned=pinned,
                regulation=_published(self.regulations, (pinned.regulation, pinned.version)),
                settings=_published(self.settings, settings) if settings else None,
                calendars=calendars,
                earlier=earlier,
            )
        return self._read[pinned]

    def _calendars(self, pinned: str) -> Settled:
        if pinned not in self._settled:
            self._settled[pinned] = self._settle(pinned)
        return self._settled[pinned]

    def _settle(self, pinned: str) -> Settled:
        name, _, version = pinned.partition("@")
        book, earlier = _published(self.calendars, (name, version)), []
        later = (v for n, v in self.calendars if n == name and natural(v) > natural(version))
        for key in ((name, found) for found in sorted(later, key=natural)):
            settled = book.settled_by((self.calendars[key],))
            if settled is not book and key in self.calendars_since:
                earlier.append((self.calendars_since[key], book))
            book = settled
        return book, tuple(earlier)


def _is_of_line(regulation: Regulation, product_line: str) -> bool:
    return not regulation.product_lines or product_line in regulation.product_lines


def _binds(regulation: Regulation, channel: str, day: date) -> bool:
    return (
        regulation.effective_from <= day
        and (regulation.effective_until is None or day <= regulation.effective_until)
        and (not regulation.channels or channel in regulation.channels)
    )


def _age(regulation: Regulation | Catalogue) -> tuple[date, tuple[tuple[int, str], ...]]:
    return regulation.effective_from, natural(regulation.version)


def natural(version: str) -> tuple[tuple[int, str], ...]:
    """Order `2026.10` after `2026.9`."""
    return tuple(
        (int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", version)
    )


def _newest(documents: Mapping[tuple[str, str], object], name: str) -> str | None:
    return max((version for known, version in documents if known == name), key=natural, default=None)


def _published(documents: Mapping[tuple[str, str], Document], key: tuple[str, str]) -> Document:
    if key not in documents:
        raise BrokenHistory(
            "A reference document that a case is pinned to was never published", document="@".join(key)
        )
    return documents[key]
