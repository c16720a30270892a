"""Instants against the clock on the wall, exact at every gap and fold of a zone, in integer microseconds."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
FIRST_DAY = 0
"""1970-01-01, the first day that calendars with days know, in days since 1970."""
LAST_DAY = date(2100, 1, 1).toordinal() - EPOCH_ORDINAL
"""2100-01-01, the first day that they no longer know."""


class OutsideCalendar(ValueError):
    """A moment or a day before 1970 or after 2099, which no calendar with days covers."""


def micros(moment: datetime) -> int:
    """Count the microseconds since 1970 of an aware moment; a naive one raises TypeError."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def later(moment: datetime, amount: timedelta) -> datetime:
    """Give the moment an amount of plain time on; raises OutsideCalendar beyond the years 1 to 9999."""
    try:
        return moment + amount
    except OverflowError:
        raise OutsideCalendar("no calendar goes beyond the years 1 to 9999") from None


def moment_of(instant: int) -> datetime:
    """Give the aware UTC moment of microseconds since 1970; raises OutsideCalendar beyond the years 1 to 9999."""
    try:
        return later(EPOCH, timedelta(microseconds=instant))
    except OverflowError:
        raise OutsideCalendar("no calendar goes beyond the years 1 to 9999") from None


def day_number(day: date) -> int:
    """Count the days since 1970-01-01."""
    return day.toordinal() - EPOCH_ORDINAL


def day_of(number: int) -> date:
    """Give the date of a count of days since 1970-01-01."""
    return date.fromordinal(number + EPOCH_ORDINAL)


@dataclass(frozen=True, slots=True)
class Walls:
    """A time zone as stretches of one offset; a wall reading is microseconds since 1970 as if it were UTC."""

    zone: str
    begins: tuple[int, ...]
    offsets: tuple[int, ...]
    wall_begins: tuple[int, ...]
    """What the wall shows when the stretch begins."""
    ends: tuple[int, ...]

    def reading(self, instant: int) -> int:
        """Read the clock on the wall at an instant."""
        index = bisect_right(self.begins, instant) - 1
        if index < 0 or instant >= self.ends[-1]:
            raise OutsideCalendar("calendars with days cover 1970 to 2099")
        return instant + self.offsets[index]

    def until(self, reading: int) -> int:
        """Give the instant from which the wall never again shows anything earlier than the reading.

        A reading that a gap skips is over when the gap opens; one that a fold repeats, when no earlier
        reading will come again.
        """
        index = bisect_left(self.wall_begins, reading) - 1
        if index < 0:
            raise OutsideCalendar("calendars with days cover 1970 to 2099")
        return min(reading - self.offsets[index], self.ends[index])

    def stretches(self) -> Iterator[tuple[int, int, int]]:
        """Yield begin, end and offset of every stretch, in order."""
        return zip(self.begins, self.ends, self.offsets, strict=True)


@lru_cache(maxsize=64)
def walls_of(zone: str) -> Walls:
    """Take the stretches of one offset from the zone's own rules; an unknown zone raises KeyError."""
    clock = ZoneInfo(zone)

    def offset(second: int) -> int:
        shift = datetime.fromtimestamp(second, clock).utcoffset()
        return 0 if shift is None else round(shift.total_seconds())

    begins, offsets = _scan(offset)
    return Walls(
        zone,
        begins=tuple(begin * SECOND for begin in begins),
        offsets=tuple(shift * SECOND for shift in offsets),
        wall_begins=tuple((begin + shift) * SECOND for begin, shift in zip(begins, offsets, strict=True)),
        ends=(*(begin * SECOND for begin in begins[1:]), (LAST_DAY + 1) * DAY),
    )


def _scan(offset: Callable[[int], int]) -> tuple[list[int], list[int]]:
    """Look at every noon and midnight (UTC), and halve the half day in which the offset changed."""
    marks = range((FIRST_DAY - 1) * 86_400, (LAST_DAY + 1) * 86_400 + 1, 43_200)
    begins, offsets = [marks[0]], [offset(marks[0])]
    for before, after in pairwise(marks):
        if (now := offset(after)) != offsets[-1]:
            begins.append(_turn(offset, before, after))
            offsets.append(now)
    return begins, offsets


def _turn(offset: Callable[[int], int], before: int, after: int) -> int:
    new = offset(after)
    return before + 1 + bisect_left(range(before + 1, after), True, key=lambda second: offset(second) == new)


class RealTime:
    """The time base in which every moment counts."""

    def between(self, start: int, end: int) -> int:
        """Measure from start to end; negative when the end lies before."""
        return end - start

    def after(self, start: int, amount: int) -> int:
        """Give the earliest instant at which the amount has passed."""
        return start + amount

    def next_open(self, instant: int) -> int:
        """Give the first instant from here on that counts."""
        return instant


class OpenTime:
    """The time base in which only the open stretches count: one bisection a question over prefix sums."""

    def __init__(self, walls: Walls, hours_of: Callable[[int], tuple[tuple[int, int], ...]]) -> None:
        """Lay out every opening; `hours_of(day)` gives its windows, microseconds after 00:00 on the wall."""
        self._starts, self._ends, self._sums = array("q"), array("q"), array("q")
        for begin, end, offset in walls.stretches():
            for day in range((begin + offset) // DAY, (end + offset) // DAY + 1):
                for opens, closes in hours_of(day):
                    midnight = day * DAY - offset
                    self._lay(max(begin, midnight + opens), min(end, midnight + closes))

    def _lay(self, start: int, end: int) -> None:
        """Add one opening, or continue the last; `_sums` counts what was open up to each end."""
        if start >= end:
            return
        open_before = self._sums[-1] if self._sums else 0
        if self._ends and self._ends[-1] == start:
            self._ends[-1], self._sums[-1] = end, open_before + end - start
        else:
            self._starts.append(start)
            self._ends.append(end)
            self._sums.append(open_before + end - start)

    def _passed(self, instant: int) -> int:
        """Count what was open before the instant."""
        index = bisect_right(self._starts, instant) - 1
        if index < 0 or instant > self._ends[-1] + 30 * DAY:
            raise OutsideCalendar("no opening is known around this moment")
        return self._sums[index] - max(0, self._ends[index] - instant)

    def between(self, start: int, end: int) -> int:
        """Measure the open time from start to end; negative when the end lies before."""
        return self._passed(end) - self._passed(start)

    def after(self, start: int, amount: int) -> int:
        """Give the earliest instant at which the amount of open time has passed; none passes at once."""
        target = self._passed(start) + amount
        index = bisect_left(self._sums, target)
        if index == len(self._sums):
            raise OutsideCalendar("no opening is known that far ahead")
        return max(start, self._ends[index] - (self._sums[index] - target))

    def next_open(self, instant: int) -> int:
        """Give the first instant from here on that is open."""
        index = bisect_right(self._ends, instant)
        if index == len(self._ends):
            raise OutsideCalendar("no opening is known that far ahead")
        return max(instant, self._starts[index])
