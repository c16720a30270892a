"""A template of a case as bytes with gaps, so that one more case like it is written without making its facts again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from itertools import count
from operator import itemgetter
from typing import Final, NamedTuple
from uuid import UUID

from cases.recorded import encode
from cases.store.leaf import microseconds
from tests.bench.stories import CASE, MARKS, MONDAY, TOKEN, Told

DAY: Final = 86_400_000_000
"""Microseconds of a day."""
FIRST: Final = MONDAY.date()
BEGIN: Final = microseconds(MONDAY)
OWN: Final = (str(CASE), TOKEN, *MARKS.values())
GAPS: Final = re.compile(
    rb'(?<=")(?:1999|2000|2001|2002)-\d\d-\d\d(?=[T"])|' + "|".join(map(re.escape, OWN)).encode()
)


class Own(NamedTuple):
    """What one case has of its own, in the order of OWN."""

    case_id: UUID
    token: str
    case_no: str
    product_model: str
    batch: str
    region: str


Gaps = Callable[[list[bytes]], tuple[bytes, ...]]
Cut = tuple[bytes, bytes, Gaps, int]
"""A fact: its topic, its bytes with gaps, what fills them, and when it was recorded in the template."""


class Row(NamedTuple):
    """A row of the log without its position; `micros` since 1970 is when it was recorded."""

    micros: int
    case_id: bytes
    version: int
    topic: bytes
    state: bytes


@cache
def _day(number: int) -> bytes:
    return (FIRST + timedelta(days=number)).isoformat().encode()


class Stamp:
    """One template, ready to be written again for other cases on other days."""

    def __init__(self, told: list[Told]) -> None:
        """Cut what varies out of the bytes that the log would hold."""
        self._days: list[int] = []
        self._facts = [self._cut(*encode(one.fact), microseconds(one.recorded_at)) for one in told]

    def rows(self, own: Own, day: int) -> Iterator[Row]:
        """Write the rows of a case that begins so many days after MONDAY."""
        case_id, *words = own
        values = [str(case_id).encode(), *(word.encode() for word in words)]
        values += [_day(day + offset) for offset in self._days]
        later, key = day * DAY, case_id.bytes
        for version, (topic, text, of, micros) in zip(count(1), self._facts, strict=False):
            yield Row(micros + later, key, version, topic, text % of(values))

    def _cut(self, topic: str, state: bytes, micros: int) -> Cut:
        slots = [self._slot(gap.group().decode()) for gap in GAPS.finditer(state)]
        return topic.encode(), GAPS.sub(b"%b", state.replace(b"%", b"%%")), itemgetter(*slots), micros

    def _slot(self, gap: str) -> int:
        if gap in OWN:
            return OWN.index(gap)
        offset = (date.fromisoformat(gap) - FIRST).days
        if offset not in self._days:
            self._days.append(offset)
        return len(OWN) + self._days.index(offset)
