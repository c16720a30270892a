"""Why a clock falls due when it does: the days between, and the years whose schedule it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.calendars.counting import Calendar
from cases.calendars.parts import DayKind, Label
from cases.calendars.walls import DAY, day_number, day_of, micros, moment_of


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of an explanation: what it is, when it is open, how much of the asked span it counts."""

    day: date
    kind: DayKind
    label: Label | None
    is_open: bool
    opens: tuple[tuple[datetime, datetime], ...]
    """The openings as UTC moments; the whole day where every moment counts."""
    counted: timedelta


def listing(start: datetime, end: datetime, calendar: Calendar) -> Iterator[CalendarDay]:
    """Go from start to end day by day; what the days count adds up to `elapsed(start, end)`."""
    begin, stop = micros(start), micros(end)
    walls = calendar.walls
    for day in range(walls.reading(begin) // DAY, walls.reading(max(begin, stop - 1)) // DAY + 1):
        first = min(max(begin, walls.until(day * DAY)), stop)
        last = max(first, min(stop, walls.until((day + 1) * DAY)))
        yield CalendarDay(
            day=day_of(day),
            kind=calendar.years.kind(day),
            label=calendar.years.label(day),
            is_open=calendar.is_open_day(day),
            opens=_openings(day, calendar),
            counted=timedelta(microseconds=calendar.base.between(first, last)),
        )


def _openings(day: int, calendar: Calendar) -> tuple[tuple[datetime, datetime], ...]:
    until = calendar.walls.until
    return tuple(
        (moment_of(until(day * DAY + window.opens)), moment_of(until(day * DAY + window.closes)))
        for window in calendar.windows(day)
    )


def touches(start: datetime, end: datetime, calendar: Calendar) -> tuple[int, ...]:
    """Name the years whose schedule may change the span; none where the calendar follows no schedule.

    The schedule of a year may rule the last week of December before it, so an end there touches both.
    """
    if not calendar.definition.follows_years:
        return ()
    first = calendar.local_day(start)
    last = max(first, calendar.local_day(end - timedelta(microseconds=1)))
    is_last_week = day_number(last) >= day_number(date(last.year, 12, 24))
    return tuple(range(first.year, last.year + 1 + is_last_week))
