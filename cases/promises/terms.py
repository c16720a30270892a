"""The terms of a promise: its amount of time and its calendar, read from regulation, settings and calendars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from cases.calendars.counting import Calendar, Duration, add, due, elapsed
from cases.errors import BrokenHistory
from cases.fact import Fact
from cases.promises.clock import Lacking
from cases.regulation.bound import Bound
from cases.regulation.model import Between, Promise, Within
from cases.regulation.patterns import DERIVED, Pattern, Wanted

Span = tuple[datetime, datetime | None]
"""From when to when a clock stood still; None while it still does."""

_DERIVED = frozenset({*DERIVED, "is_human_damage"})


@dataclass(frozen=True, slots=True)
class Sought:
    """A pattern to look for among the facts of one name; None where every one of them fits."""

    name: str
    pattern: Pattern | None

    @classmethod
    def of(cls, pattern: Pattern) -> Sought:
        """Make ready to look for a pattern."""
        is_plain = not (pattern.where or pattern.has or pattern.lacks or pattern.by)
        return cls(pattern.fact, None if is_plain else pattern)


@dataclass(frozen=True, slots=True)
class Terms:
    """A promise ready to be counted. What is lacking is said, never guessed."""

    promise: Promise
    amount: Duration | None
    calendar: Calendar | None
    first_calendar: Calendar | None
    """The calendar as the case pinned it, before later versions settled its provisional years."""
    lacking: Lacking | None
    start: Sought
    """What begins it; in a chain, what begins the first of the chain."""
    before: Terms | None
    """The promise whose stop starts this one."""
    stops: tuple[Sought, ...]
    cancels: tuple[Sought, ...]
    lapses: tuple[tuple[Sought, tuple[Sought, ...]], ...]
    """What ends it, and what takes that back."""
    asked: tuple[tuple[str, Wanted], ...]
    pauses: tuple[Between, ...]
    """Equal pauses of one regulation are one object."""
    derived: Bound | None
    """What to derive traits with, where the promise asks for one that no fact holds, such as the warranty."""

    def applies(self, traits: Mapping[str, Any]) -> bool:
        """Tell whether a case with these traits is meant, as Condition does."""
        for name, wanted in self.asked:  # noqa: SIM110 - a generator costs twice as much, for every case of a rebuild
            if traits.get(name) not in wanted:
                return False
        return True

    def is_made_by(self, fact: Fact) -> bool:
        """Tell whether a start fact makes the promise: one with an instant needs the instant."""
        until = self.promise.within.until
        return until is None or isinstance(getattr(fact, until, None), datetime)

    def due_at(self, start: datetime, fact: Fact) -> datetime | None:
        """Give the last good moment without pauses; None when not configured. Raises OutsideCalendar."""
        return self._due_at(start, fact, self.calendar)

    def first_due_at(self, start: datetime, fact: Fact) -> datetime | None:
        """Give the same by the calendar as the case pinned it."""
        return self._due_at(start, fact, self.first_calendar)

    def _due_at(self, start: datetime, fact: Fact, calendar: Calendar | None) -> datetime | None:
        if self.lacking is not None or calendar is None:
            return None
        if self.amount is not None:
            return due(start, self.amount, calendar)
        promised = getattr(fact, str(self.promise.within.until))
        return promised if isinstance(promised, datetime) else None

    def extended(self, moment: datetime, spans: Iterable[Span]) -> datetime:
        """Move a moment by the pauses that had begun by it and are over, in the calendar's own time."""
        for since, until in spans:
            if since > moment or until is None or self.calendar is None:
                break
            moment = add(moment, elapsed(since, until, self.calendar), self.calendar)
        return moment

    def warned_at(self, start: datetime, unpaused_due: datetime, spans: list[Span]) -> tuple[datetime, ...]:
        """Give when each warning share of the time had passed; none where there was no time at all."""
        if self.calendar is None or not self.promise.warn:
            return ()
        whole = elapsed(start, unpaused_due, self.calendar)
        if whole <= timedelta(0):
            return ()
        calendar = self.calendar
        return tuple(self.extended(add(start, whole * share, calendar), spans) for share in self.promise.warn)

    def worked(self, start: datetime, end: datetime) -> timedelta | None:
        """Measure from start to end in the calendar's own time."""
        return None if self.calendar is None else elapsed(start, end, self.calendar)


def _amount(bound: Bound, within: Within) -> Duration | None:
    try:
        return bound.duration(within)
    except ValidationError:
        return None


def _calendar(bound: Bound, within: Within) -> Calendar | None:
    try:
        return bound.calendar(within)
    except KeyError:
        return None


def _first_calendar(bound: Bound, within: Within, calendar: Calendar | None) -> Calendar | None:
    book = bound.calendars
    if book.year == book.text.year:
        return calendar
    return _calendar(replace(bound, calendars=replace(book, year=book.text.year)), within)


def _lacking(promise: Promise, amount: Duration | None, calendar: Calendar | None) -> Lacking | None:
    if amount is None and promise.within.until is None:
        return Lacking.SETTING
    if calendar is None:
        return Lacking.CALENDAR
    return Lacking.UNIT if amount is not None and not calendar.counts(amount) else None


def _start(promise: Promise, before: Terms | None) -> Sought:
    if promise.start is not None:
        return Sought.of(promise.start)
    if before is None:
        raise BrokenHistory("A promise comes after one that is not told before it", promise=promise.id)
    return before.start


def _terms(bound: Bound, promise: Promise, before: Terms | None, pauses: list[tuple[Between, ...]]) -> Terms:
    amount, calendar = _amount(bound, promise.within), _calendar(bound, promise.within)
    if promise.pause not in pauses:
        pauses.append(promise.pause)
    return Terms(
        promise=promise,
        amount=amount,
        calendar=calendar,
        first_calendar=_first_calendar(bound, promise.within, calendar),
        lacking=_lacking(promise, amount, calendar),
        start=_start(promise, before),
        before=before,
        stops=tuple(map(Sought.of, promise.stop)),
        cancels=tuple(map(Sought.of, promise.cancel)),
        lapses=tuple((Sought.of(one.opens), tuple(map(Sought.of, one.ends))) for one in promise.lapse),
        asked=tuple(promise.applies.where.items()),
        pauses=pauses[pauses.index(promise.pause)],
        derived=bound if _DERIVED.intersection(promise.applies.where) else None,
    )


_READ: dict[tuple[int, int, int], tuple[Bound, tuple[Terms, ...]]] = {}
"""Terms by the very documents they were read from; the kept Bound keeps those, and so their ids, alive."""
_KEPT = 256


def terms_of(bound: Bound) -> tuple[Terms, ...]:
    """Read the terms of every promise of a regulation as bound; read once for the same documents."""
    key = (id(bound.regulation), id(bound.settings), id(bound.calendars))
    found = _READ.get(key)
    if found is None:
        if len(_READ) >= _KEPT:
            _READ.clear()
        pauses: list[tuple[Between, ...]] = []
        known: dict[str | None, Terms] = {}
        for promise in bound.regulation.promise:
            known[promise.id] = _terms(bound, promise, known.get(promise.after), pauses)
        found = _READ[key] = bound, tuple(known.values())
    return found[1]
