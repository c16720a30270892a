"""The terms of a promise: its amount of time and its calendar, read from regulation, settings and calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from cases.bound import Bound
from cases.calendars import Calendar, Duration, add, due, elapsed
from cases.clock import Lacking, Stretch
from cases.fact import Fact
from cases.patterns import Pattern
from cases.regulation import Promise, Within


@dataclass(frozen=True, slots=True)
class Terms:
    """A promise ready to be counted. What is lacking is said, never guessed."""

    promise: Promise
    amount: Duration | None
    calendar: Calendar | None
    lacking: Lacking | None

    @property
    def stops(self) -> tuple[Pattern, ...]:
        """Give the patterns of which the first match stops the clock."""
        stop = self.promise.stop
        return stop if isinstance(stop, tuple) else (stop,)

    def is_made_by(self, fact: Fact) -> bool:
        """Tell whether a start fact makes the promise: one with an instant needs the instant."""
        until = self.promise.within.until
        return until is None or isinstance(getattr(fact, until, None), datetime)

    def due_at(self, start: datetime, fact: Fact) -> datetime | None:
        """Give the last good moment without pauses; None when not configured. Raises OutsideCalendar."""
        if self.lacking is not None or self.calendar is None:
            return None
        if self.amount is not None:
            return due(start, self.amount, self.calendar)
        promised = getattr(fact, str(self.promise.within.until))
        return promised if isinstance(promised, datetime) else None

    def extended(self, moment: datetime, stretches: tuple[Stretch, ...]) -> datetime:
        """Move a moment by the pauses that had begun by it and are over, in the calendar's own time."""
        for stretch in stretches:
            if stretch.since > moment or stretch.until is None or self.calendar is None:
                break
            moment = add(moment, elapsed(stretch.since, stretch.until, self.calendar), self.calendar)
        return moment

    def warned_at(
        self, start: datetime, original_due: datetime, stretches: tuple[Stretch, ...]
    ) -> tuple[datetime, ...]:
        """Give when each warning share of the time had passed; none where there was no time at all."""
        if self.calendar is None or not self.promise.warn:
            return ()
        whole = elapsed(start, original_due, self.calendar)
        if whole <= timedelta(0):
            return ()
        calendar = self.calendar
        return tuple(
            self.extended(add(start, whole * share, calendar), stretches) for share in self.promise.warn
        )

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


def _terms(bound: Bound, promise: Promise) -> Terms:
    amount, calendar = _amount(bound, promise.within), _calendar(bound, promise.within)
    lacking = None
    if amount is None and promise.within.until is None:
        lacking = Lacking.SETTING
    elif calendar is None:
        lacking = Lacking.CALENDAR
    elif amount is not None and not calendar.counts(amount):
        lacking = Lacking.UNIT
    return Terms(promise, amount, calendar, lacking)


_READ: dict[tuple[int, int, int], tuple[Bound, tuple[Terms, ...]]] = {}
"""Terms by the very documents they were read from; the kept Bound keeps those documents, and so their ids, alive."""
_KEPT = 256


def terms_of(bound: Bound) -> tuple[Terms, ...]:
    """Read the terms of every promise of a regulation as bound; read once for the same documents."""
    key = (id(bound.regulation), id(bound.settings), id(bound.calendars))
    found = _READ.get(key)
    if found is None:
        if len(_READ) >= _KEPT:
            _READ.clear()
        found = bound, tuple(_terms(bound, promise) for promise in bound.regulation.promise)
        _READ[key] = found
    return found[1]
