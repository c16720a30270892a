"""A second opinion on working time: counts minute by minute and shares nothing with cases/calendars/counting.py."""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)
type_of_day = Callable[[date], bool]


@cache
def works_in_china(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def plain_week(day: date) -> bool:
    return day.weekday() < 5


@dataclass(frozen=True)
class SlowClock:
    """A wall clock, the days that count, and the windows of such a day; no windows: all of it."""

    zone: ZoneInfo
    works: type_of_day
    hours: Callable[[date], list[tuple[time, time]]] | None = None
    cut_off: time | None = None

    def minutes(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the end of every minute from start on, and what the wall shows when it begins."""
        while True:
            yield start + MINUTE, start.astimezone(self.zone)
            start += MINUTE

    def is_open(self, wall: datetime) -> bool:
        if not self.works(wall.date()):
            return False
        if self.hours is None:
            return True
        return any(opens <= wall.time() < closes for opens, closes in self.hours(wall.date()))

    def due_minutes(self, start: datetime, amount: int) -> datetime:
        """The end of the minute in which the amount is full."""
        left = amount
        for end, wall in self.minutes(start):
            left -= self.is_open(wall)
            if left == 0:
                return end
        raise AssertionError

    def elapsed_minutes(self, start: datetime, end: datetime) -> int:
        return sum(self.is_open(wall) for _, wall in self._until(start, end))

    def _until(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        for ends, wall in self.minutes(start):
            if ends > end:
                return
            yield ends, wall

    def first_day(self, start: datetime) -> date:
        wall = start.astimezone(self.zone)
        is_late = self.cut_off is not None and wall.time() > self.cut_off and self.works(wall.date())
        return wall.date() + ONE_DAY if is_late else wall.date()

    def due_working_days(self, start: datetime, amount: int) -> datetime:
        return self.end_of(self.last_working_day(start, amount))

    def last_working_day(self, start: datetime, amount: int) -> date:
        day, left = self.first_day(start), amount
        while left or not self.works(day):
            day += ONE_DAY
            left -= self.works(day) and left > 0
        return day

    def due_days(self, start: datetime, amount: int) -> datetime:
        return self.end_of(self.last_day(start, amount))

    def last_day(self, start: datetime, amount: int) -> date:
        return self.rolled(self.first_day(start) + amount * ONE_DAY)

    def due_months(self, start: datetime, amount: int) -> datetime:
        first = self.first_day(start)
        year, month = first.year + (first.month - 1 + amount) // 12, (first.month - 1 + amount) % 12 + 1
        month_end = gregorian.monthrange(year, month)[1]
        return self.end_of(self.rolled(date(year, month, min(first.day, month_end))))

    def rolled(self, day: date) -> date:
        while not self.works(day):
            day += ONE_DAY
        return day

    def end_of(self, day: date) -> datetime:
        """The end of the last minute on whose wall the day is not over, of every minute of three days."""
        closes = None if self.hours is None else self.hours(day)[-1][1]
        return self.reached(day, min(filter(None, (closes, self.cut_off)), default=time.max))

    def begin_of(self, day: date) -> datetime:
        """The end of the last minute on whose wall the day has not begun, or its first window has not."""
        return self.reached(day, time.min if self.hours is None else self.hours(day)[0][0])

    def reached(self, day: date, at: time) -> datetime:
        """The end of the last minute, of three days, on whose wall it is earlier."""
        last = begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - ONE_DAY
        for end, wall in self._until(begin, begin + 3 * ONE_DAY):
            if (wall.date(), wall.time()) < (day, at):
                last = end
        return last
