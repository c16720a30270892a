"""Working time: when something falls due, and how much of a calendar's own time has passed.

Pure functions over immutable calendars; aware moments in, aware UTC moments out. What happens at a due
moment is in time, what happens after it is late.
"""

from __future__ import annotations

import calendar as gregorian
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from cases.calendars.amounts import Duration, Unit
from cases.calendars.parts import CalendarKind, DayKind, Definition, Window, WorkingYears
from cases.calendars.walls import (
    DAY,
    FIRST_DAY,
    LAST_DAY,
    OpenTime,
    OutsideCalendar,
    RealTime,
    Walls,
    day_number,
    day_of,
    later,
    micros,
    moment_of,
    walls_of,
)


class UnitNotCounted(ValueError):
    """The calendar does not count in this unit, for example working days around the clock."""


_ZERO = timedelta(0)
_UNITS = {
    CalendarKind.AROUND_THE_CLOCK: {Unit.TIME},
    CalendarKind.WORKING_DAYS: {Unit.TIME, Unit.WORKING_DAYS},
    CalendarKind.CALENDAR_DAYS: {Unit.TIME, Unit.DAYS, Unit.MONTHS},
    CalendarKind.BUSINESS_HOURS: {Unit.TIME, Unit.WORKING_DAYS, Unit.DAYS, Unit.MONTHS},
}


@dataclass(frozen=True)
class Calendar:
    """A named way of counting on the years of one published version; tables are laid out when first asked."""

    definition: Definition
    timezone: str
    version: str
    """The version of the calendar document, for example `2026.1`."""
    years: WorkingYears = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """The name by which promises ask for it."""
        return self.definition.name

    @property
    def kind(self) -> CalendarKind:
        """How it counts."""
        return self.definition.kind

    @cached_property
    def walls(self) -> Walls:
        """The clock on its wall."""
        return walls_of(self.timezone)

    @cached_property
    def base(self) -> RealTime | OpenTime:
        """Its time base."""
        if self.kind in {CalendarKind.AROUND_THE_CLOCK, CalendarKind.CALENDAR_DAYS}:
            return RealTime()
        return OpenTime(self.walls, self._hours)

    @cached_property
    def counts_always(self) -> bool:
        """Tell whether every moment counts, so that plain times can be added and taken away."""
        return isinstance(self.base, RealTime)

    @cached_property
    def ends(self) -> dict[tuple[int, Unit, int], int]:
        """Keep when periods are over that were asked for: by starting day, unit and amount."""
        return {}

    @cached_property
    def open_days(self) -> array[int]:
        """The days on which a period may end, in days since 1970."""
        return array("i", (day for day in range(FIRST_DAY, LAST_DAY) if self.is_open_day(day)))

    def lay_out(self) -> None:
        """Lay the tables out now that whoever counts first would have to wait for."""
        tables = ("base", "walls", "open_days") if _UNITS[self.kind] > {Unit.TIME} else ("base",)
        for table in tables:
            getattr(self, table)

    def is_open_day(self, day: int) -> bool:
        """Tell whether the shop is open, or without business hours, whether it is a working day."""
        return bool(self.windows(day)) if self.definition.week else self.years.kind(day).is_working

    def windows(self, day: int) -> tuple[Window, ...]:
        """Give the openings of a day on the wall."""
        week = self.definition.week
        if week is None:
            is_counted = self.kind is not CalendarKind.WORKING_DAYS or self.years.kind(day).is_working
            return (Window(0, DAY),) if is_counted else ()
        if self.definition.closed_on_holidays:
            match self.years.kind(day):
                case DayKind.HOLIDAY:
                    return ()
                case DayKind.MAKE_UP:
                    return self.definition.make_up
                case _:
                    pass
        return week.days[(day + 3) % 7]

    def counts(self, amount: Duration) -> bool:
        """Tell whether a promise may be written in this unit on this calendar."""
        return amount.unit in _UNITS[self.kind]

    def local_day(self, moment: datetime) -> date:
        """Read the date on the wall."""
        return day_of(self.walls.reading(micros(moment)) // DAY)

    def year_versions(self, years: tuple[int, ...]) -> dict[int, str]:
        """Name what each year says now, for a clock to pin."""
        return {year: self.years.version(year) for year in years}

    def _hours(self, day: int) -> tuple[tuple[int, int], ...]:
        return tuple((window.opens, window.closes) for window in self.windows(day))


def _end_of(day: int, calendar: Calendar) -> int:
    """Give the instant a day is over: 24:00, or the cut-off or close of business (Civil Code 203)."""
    windows = calendar.windows(day) if calendar.definition.week else ()
    return calendar.walls.until(day * DAY + (calendar.definition.day_ends(windows) if windows else DAY))


def _came_on(instant: int, calendar: Calendar) -> int:
    """Tell on which day something counts as come; after the cut-off of an open day, on the next."""
    day, after_midnight = divmod(calendar.walls.reading(instant), DAY)
    cut_off = calendar.definition.cut_off_micros
    is_late = cut_off is not None and after_midnight > cut_off and calendar.is_open_day(day)
    return day + is_late


def _last_day(first: int, amount: Duration, calendar: Calendar, *, moves: bool = True) -> int:
    """Count by Civil Code 201-203: the starting day is not counted, a last day of rest moves on."""
    if amount.unit is Unit.WORKING_DAYS:
        return _open_day(first, amount.amount, calendar)
    last = first + amount.amount if amount.unit is Unit.DAYS else _same_day(first, amount.amount)
    return _open_day(last, 0, calendar) if moves and calendar.definition.last_day_moves else last


def _open_day(day: int, steps: int, calendar: Calendar) -> int:
    """Give the nth open day after a day, or for 0 the first one from it on."""
    days = calendar.open_days
    index = bisect_right(days, day) + steps - 1 if steps else bisect_left(days, day)
    if day < FIRST_DAY or index >= len(days):
        raise OutsideCalendar("calendars with days cover 1970 to 2099")
    return days[index]


def _same_day(day: int, months: int) -> int:
    """Give the corresponding day some months on, or the last of that month (Civil Code 202)."""
    start = day_of(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > 2100:  # noqa: PLR2004 - the last year that calendars know, and one more
        raise OutsideCalendar("calendars with days cover 1970 to 2099")
    return day_number(date(year, month + 1, min(start.day, gregorian.monthrange(year, month + 1)[1])))


def _checked(amount: Duration, calendar: Calendar) -> Duration:
    if not calendar.counts(amount):
        raise UnitNotCounted(f"{calendar.name} does not count {amount.unit.value}")
    return amount


def due(start: datetime, amount: Duration, calendar: Calendar) -> datetime:
    """Give the last moment in time for an amount from a start on (Civil Code 201-204).

    Hours and minutes run in the calendar's own time base from the very moment. Days, months and years do not
    count the starting day and end at 24:00 of the last, or at the cut-off or close of business; 0 days is the
    same day. Raises UnitNotCounted, and OutsideCalendar before 1970 or after 2099.
    """
    if _checked(amount, calendar).unit is not Unit.TIME:
        return moment_of(_period(micros(start), amount, calendar)[1])
    return add(start, timedelta(microseconds=amount.amount), calendar)


def _period(instant: int, amount: Duration, calendar: Calendar) -> tuple[int, int]:
    """Give the starting day and the instant the period is over; what would be over already starts a day later."""
    came = _came_on(instant, calendar)
    ends = _ends(came, amount, calendar)
    if ends < instant:
        came += 1
        ends = _ends(came, amount, calendar)
    return came, ends


def _ends(came: int, amount: Duration, calendar: Calendar) -> int:
    """Give the instant a period is over that starts on a day; worked out once."""
    asked = came, amount.unit, amount.amount
    ends = calendar.ends.get(asked)
    if ends is None:
        ends = calendar.ends[asked] = _end_of(_last_day(came, amount, calendar), calendar)
    return ends


def starting_day(start: datetime, amount: Duration, calendar: Calendar) -> date:
    """Give the day on which a period of days, months or years starts; the next one is the first that counts."""
    if _checked(amount, calendar).unit is Unit.TIME:
        raise UnitNotCounted("hours and minutes have no starting day")
    return day_of(_period(micros(start), amount, calendar)[0])


def due_day_begins(start: datetime, amount: Duration, calendar: Calendar) -> datetime:
    """Give when the day begins on which an amount of days, months or years ends: 00:00, or its first opening.

    For hours and minutes it is their end, as for `due`. Raises what `due` does.
    """
    if _checked(amount, calendar).unit is Unit.TIME:
        return due(start, amount, calendar)
    came, _ = _period(micros(start), amount, calendar)
    day = _last_day(came, amount, calendar)
    windows = calendar.windows(day) if calendar.definition.week else ()
    begins = moment_of(calendar.walls.until(day * DAY + (windows[0].opens if windows else 0)))
    return max(start.astimezone(UTC), begins)


def last_day(first: date, amount: Duration, calendar: Calendar, *, moves: bool = True) -> date:
    """Give the last day of a period from a starting day known as a date only; `moves`: on from a day of rest."""
    if _checked(amount, calendar).unit is Unit.TIME:
        raise UnitNotCounted("hours and minutes have no last day")
    return day_of(_last_day(day_number(first), amount, calendar, moves=moves))


def end_of(day: date, calendar: Calendar) -> datetime:
    """Give the moment a day is over: 24:00, or on an open day the cut-off or close of business."""
    return moment_of(_end_of(day_number(day), calendar))


def elapsed(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Measure the time from start to end in the calendar's own base; negative when the end lies before."""
    if start.tzinfo is UTC and end.tzinfo is UTC and calendar.counts_always:
        return end - start
    return timedelta(microseconds=calendar.base.between(micros(start), micros(end)))


def add(start: datetime, amount: timedelta, calendar: Calendar) -> datetime:
    """Give the earliest moment at which an amount of the calendar's own time (0 or more) has passed."""
    if amount < _ZERO:
        raise ValueError("only 0 or more can be added")
    if start.tzinfo is UTC and calendar.counts_always:
        return later(start, amount)
    return moment_of(calendar.base.after(micros(start), amount // timedelta(microseconds=1)))


def next_open(moment: datetime, calendar: Calendar) -> datetime:
    """Give the first moment from here on that the calendar counts."""
    return moment_of(calendar.base.next_open(micros(moment)))
