"""When a promise is due, or may be kept at the earliest: an amount on a calendar, or a moment told to the customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from cases.calendars.amounts import Duration, Unit
from cases.calendars.book import CalendarBook
from cases.calendars.counting import Calendar, add, due, due_day_begins, elapsed
from cases.calendars.walls import later
from cases.fact import Fact
from cases.promises.clock import Lacking
from cases.regulation.bound import Bound
from cases.regulation.items import NotBefore, Within

Span = tuple[datetime, datetime | None]
"""From when to when a clock stood still; None while it still does."""


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time, or the field in which the start fact tells a moment; what is lacking is said."""

    amount: Duration | None
    until: str | None
    calendar: Calendar | None
    first_calendar: Calendar | None
    """The calendar as the case pinned it, before later versions settled its provisional years."""
    earlier: tuple[tuple[datetime, Calendar], ...]
    """Until when it was counted on other calendars, the oldest first."""
    begins: bool
    """True: the day that the amount ends on need only have begun."""
    lacking: Lacking | None
    plain: timedelta | None
    """The amount as plain time, where every moment counts and always has."""

    def calendar_at(self, ended_at: datetime | None) -> Calendar | None:
        """Give the calendar that counts: what had ended before a year was settled stays as it ended."""
        if ended_at is not None:
            for until, calendar in self.earlier:
                if ended_at < until:
                    return calendar
        return self.calendar

    def moment(self, start: datetime, fact: Fact, calendar: Calendar | None) -> datetime | None:
        """Give the moment without pauses; None when not configured. Raises OutsideCalendar."""
        if self.lacking is not None or calendar is None:
            return None
        if self.plain is not None and start.tzinfo is UTC:
            return later(start, self.plain)
        if self.amount is not None:
            return (due_day_begins if self.begins else due)(start, self.amount, calendar)
        return told_in(fact, str(self.until))


def told_in(fact: Fact, field: str) -> datetime | None:
    """Give the moment that a fact tells in a field, if it does."""
    told = getattr(fact, field, None)
    return told if isinstance(told, datetime) else None


def limit_of(bound: Bound, within: Within) -> Limit:
    """Read an amount with the firm's values and the calendars of a regulation as bound."""
    amount, calendar = _amount(bound, within), _calendar(bound, within, bound.calendars)
    earlier = [(until, _calendar(bound, within, book)) for until, book in bound.earlier]
    first, lacking = _first_calendar(bound, within, calendar), _lacking(within, amount, calendar)
    books = (calendar, first, *(found for _, found in earlier))
    return Limit(
        amount=amount,
        until=within.until,
        calendar=calendar,
        first_calendar=first,
        earlier=tuple((until, found) for until, found in earlier if found is not None),
        begins=isinstance(within, NotBefore) and within.day == "begun",
        lacking=lacking,
        plain=None if lacking or amount is None else _plain(amount, books),
    )


def _plain(amount: Duration, calendars: Iterable[Calendar | None]) -> timedelta | None:
    if amount.unit is not Unit.TIME or not all(one is None or one.counts_always for one in calendars):
        return None
    return timedelta(microseconds=amount.amount)


def extended(moment: datetime, spans: Iterable[Span], calendar: Calendar) -> datetime:
    """Move a moment by the pauses that had begun by it and are over, in the calendar's own time."""
    for since, until in spans:
        if since > moment or until is None:
            break
        moment = add(moment, elapsed(since, until, calendar), calendar)
    return moment


def is_past(moment: datetime, at: datetime, spans: Iterable[Span], calendar: Calendar) -> bool:
    """Tell whether a moment that pauses move had passed at an instant; in a pause that holds it, it had not."""
    for since, until in spans:
        if since > min(moment, at):
            break
        if until is None or at < until:
            return False
        moment = add(moment, elapsed(since, until, calendar), calendar)
    return at > moment


def _amount(bound: Bound, within: Within) -> Duration | None:
    try:
        return bound.duration(within)
    except ValidationError:
        return None


def _calendar(bound: Bound, within: Within, book: CalendarBook) -> Calendar | None:
    try:
        return replace(bound, calendars=book).calendar(within)
    except KeyError:
        return None


def _first_calendar(bound: Bound, within: Within, calendar: Calendar | None) -> Calendar | None:
    book = bound.calendars
    if book.year == book.text.year:
        return calendar
    return _calendar(bound, within, replace(book, year=book.text.year))


def _lacking(within: Within, amount: Duration | None, calendar: Calendar | None) -> Lacking | None:
    if amount is None and within.until is None:
        return Lacking.SETTING
    if calendar is None:
        return Lacking.CALENDAR
    return Lacking.UNIT if amount is not None and not calendar.counts(amount) else None
