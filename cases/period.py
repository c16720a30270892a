"""The span of days that a programme is held for: a week or some whole months of the business time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cases.errors import Malformed

WEEK: Final = 0
"""How many months a week has."""
LENGTHS: Final = {"week": WEEK, "month": 1, "quarter": 3, "year": 12}
"""What a programme calls its period → its months."""
PATTERN: Final = r"^\d{4}(-(W\d\d|Q[1-4]|H[12]|(0[1-9]|1[0-2])(-P[1-9]\d?M)?))?$"
_WRITTEN: Final = re.compile(r"(\d{4})(?:-(?:W(\d\d)|Q([1-4])|H([12])|(\d\d)(?:-P(\d\d?)M)?))?")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A week (from Monday) or a run of calendar months; `months` is 0 for a week.

    Written 2026-W45, 2026-10, 2026-Q4, 2026-H2, 2026; a run of another length by its first month, 2026-11-P5M.
    """

    first: date
    months: int = 1

    @classmethod
    def month(cls, year: int, number: int) -> Period:
        """Give a calendar month."""
        return cls(date(year, number, 1))

    @classmethod
    def holding(cls, day: date, months: int) -> Period:
        """Give the period of a length that holds a day; runs of months are counted from January of year 0."""
        if months == WEEK:
            return cls(day - timedelta(days=day.weekday()), WEEK)
        return cls(_month((day.year * 12 + day.month - 1) // months * months), months)

    @classmethod
    def parse(cls, written: str) -> Period:
        """Read what `str` writes; raises Malformed."""
        found = _WRITTEN.fullmatch(written)
        try:
            period = _read(*found.groups()) if found else None
        except ValueError:
            period = None
        if period is None or str(period) != written or not MINYEAR < period.first.year < MAXYEAR - 1:
            cure = "YYYY-MM, YYYY-Www, YYYY-Qn, YYYY-Hn or YYYY"
            errors = [{"field": "period", "cure": cure}]
            raise Malformed("A period is written like 2026-10, 2026-W45 or 2026-Q4", errors=errors)
        return period

    def __str__(self) -> str:
        """Write it."""
        year, number = f"{self.first.year:04d}", self.first.month
        match self.months:
            case 0:
                of = self.first.isocalendar()
                return f"{of.year:04d}-W{of.week:02d}"
            case 1:
                return f"{year}-{number:02d}"
            case 3:
                return f"{year}-Q{number // 3 + 1}"
            case 6:
                return f"{year}-H{number // 6 + 1}"
            case 12:
                return year
            case other:
                return f"{year}-{number:02d}-P{other}M"

    @property
    def following(self) -> Period:
        """Give the period after."""
        return Period(self.after, self.months)

    @property
    def after(self) -> date:
        """Give the first day that is not in it any more."""
        if self.months == WEEK:
            return self.first + timedelta(days=7)
        return _month(self.first.year * 12 + self.first.month - 1 + self.months)

    def begins(self, zone: ZoneInfo) -> datetime:
        """Give its first instant, in UTC."""
        return _midnight(self.first, zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """Give the first instant after it, in UTC."""
        return _midnight(self.after, zone)


def _read(
    year: str, week: str | None, quarter: str | None, half: str | None, number: str | None, run: str | None
) -> Period:
    if week:
        return Period(date.fromisocalendar(int(year), int(week), 1), WEEK)
    if quarter:
        return Period(date(int(year), int(quarter) * 3 - 2, 1), 3)
    if half:
        return Period(date(int(year), int(half) * 6 - 5, 1), 6)
    first = date(int(year), int(number or 1), 1)
    return Period(first, 12) if number is None else Period.holding(first, int(run or 1))


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
