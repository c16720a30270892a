"""A month of the business time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from zoneinfo import ZoneInfo

from cases.errors import Malformed

_WRITTEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; written `YYYY-MM`."""

    year: int
    number: int

    @classmethod
    def parse(cls, written: str) -> Month:
        """Read `YYYY-MM`; raises Malformed."""
        found = _WRITTEN.fullmatch(written)
        if found is None or not MINYEAR < int(found[1]) < MAXYEAR:
            raise Malformed("A month is written like 2026-10", errors=[{"field": "month", "cure": "YYYY-MM"}])
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        """Write it."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def following(self) -> Month:
        """Give the month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def begins(self, zone: ZoneInfo) -> datetime:
        """Give its first instant, in UTC."""
        return datetime(self.year, self.number, 1, tzinfo=zone).astimezone(UTC)

    def ends(self, zone: ZoneInfo) -> datetime:
        """Give the first instant after it, in UTC."""
        return self.following.begins(zone)
