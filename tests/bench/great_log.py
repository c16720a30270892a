"""A log of a million cases in minutes: copies of some thousand templates, day after day, as the log would hold them.

Every case has its own id, number, goods, region and day; what happened, and after how long, it shares with the others
of its template. Rows go in by COPY as the owner, who then takes the log over like one that was moved here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import accumulate, chain, count
from random import Random
from struct import pack
from typing import Final
from uuid import UUID

import psycopg

from cases.recorded import encode
from cases.request import case_number
from cases.store.adopt import adopt_log
from cases.store.database import Database
from cases.store.leaf import DOMAIN, microseconds
from tests.bench.stamping import BEGIN, DAY, Own, Row, Stamp
from tests.bench.stories import MONDAY, OPENING, Stories, Told, documents

TEMPLATES: Final = 20_000
OPENED: Final = (OPENING + timedelta(hours=8) - MONDAY).days
"""How many days after MONDAY the firm opens: Monday 2021-11-29."""
DAYS: Final = 1816
"""For so many days it takes cases in, up to 2026-11-18; what is under way a day later stays under way."""
WEEK: Final = (1.25, 1.1, 1.0, 1.0, 1.05, 0.85, 0.75)
GROWTH: Final = 1.0
"""By how much more cases there are a day at the end: twice as many."""
MODELS, REGIONS = 24, 60
SERIALS: Final = 8
"""So many lamps were sold for every case: some come again."""
PG_EPOCH: Final = 946_684_800_000_000
HEADER: Final = b"PGCOPY\n\xff\r\n\0" + pack(">ii", 0, 0)
COPY: Final = (
    "COPY log.case_events (originator_id, originator_version, topic, state, notification_id, recorded_at, fence, leaf)"
    " FROM STDIN (FORMAT binary)"
)


def _skewed(values: int) -> list[float]:
    """Cumulated weights by which the first is the most frequent, the second half as frequent, and so on."""
    return list(accumulate(1 / rank for rank in range(1, values + 1)))


BY_MODEL, BY_REGION = _skewed(MODELS), _skewed(REGIONS)


@dataclass
class GreatLog:
    """So many cases from one seed; equal numbers give equal bytes."""

    cases: int
    seed: int = 7
    templates: int = TEMPLATES
    facts: int = 0

    def append(self, database: Database) -> int:
        """Write the whole log into an empty one; gives how many facts there are."""
        with psycopg.connect(database.owner_dsn) as owner:
            with owner.cursor() as cursor, cursor.copy(COPY) as copy:
                copy.write(HEADER)
                for day, rows in self.by_day():
                    copy.write(b"".join(_packed(rows, self.facts + 1, day)))
                    self.facts += len(rows)
                copy.write(b"\xff\xff")
            owner.execute("SELECT setval('desk.case_numbers', %s)", [self.cases])
            adopt_log(owner)
        with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE log.case_events")
        return self.facts

    def by_day(self) -> Iterator[tuple[int, list[Row]]]:
        """Give the rows of each day in the order in which they were recorded; what comes after the last is left out."""
        yield 0, [_published(told) for told in documents()]
        waiting: defaultdict[int, list[Row]] = defaultdict(list)
        for day, begun in enumerate(chain(self._begun(), [()]), OPENED):
            for own, stamp in begun:
                for row in stamp.rows(own, day):
                    waiting[(row.micros - BEGIN) // DAY].append(row)
            yield day - OPENED, sorted(waiting.pop(day, []))

    def _begun(self) -> Iterator[Iterator[tuple[Own, Stamp]]]:
        """Give the cases that begin on each day, each with its template."""
        chance = Random(self.seed)
        stories, numbers = Stories(chance), count(1)
        drawn = [stories.template() for _ in range(self.templates)]
        stamps = [(line, Stamp(told)) for line, told in drawn]
        for day, cases in enumerate(self._a_day()):
            chosen = chance.choices(stamps, k=cases)
            yield ((self._own(chance, next(numbers), line, day), stamp) for line, stamp in chosen)

    def _own(self, chance: Random, number: int, line: str, day: int) -> Own:
        model = chance.choices(range(MODELS), cum_weights=BY_MODEL)[0]
        region = chance.choices(range(REGIONS), cum_weights=BY_REGION)[0]
        return Own(
            case_id=UUID(int=chance.getrandbits(128), version=4),
            token=f"{chance.randrange(SERIALS * self.cases):064x}",
            case_no=case_number(number),
            product_model=f"{line}-{model:02d}",
            batch=f"B{(day + model * 7) // 91:02d}",
            region=f"R{region:02d}",
        )

    def _a_day(self) -> Iterator[int]:
        weights = [WEEK[day % 7] * (1 + GROWTH * day / DAYS) for day in range(DAYS)]
        reached = [round(self.cases * part / sum(weights)) for part in accumulate(weights)]
        return (until - since for since, until in zip([0, *reached], reached, strict=False))


def _published(told: Told) -> Row:
    (topic, state), fact = encode(told.fact), told.fact
    known_at = microseconds(told.recorded_at)
    return Row(known_at, fact.originator_id.bytes, fact.originator_version, topic.encode(), state)


def _packed(rows: Iterable[Row], first: int, fence: int) -> Iterator[bytes]:
    """Write rows as binary COPY takes them, each with its position and its leaf."""
    for position, (micros, key, version, topic, state) in zip(count(first), rows, strict=False):
        sealed = pack(">qqqI", version, position, micros, len(topic))
        leaf = sha256(DOMAIN + key + sealed + topic + sha256(state).digest()).digest()
        yield b"".join((
            pack(">hi16siqi", 8, 16, key, 8, version, len(topic)), topic, pack(">i", len(state)), state,
            pack(">iqiqiqi32s", 8, position, 8, micros - PG_EPOCH, 8, fence, 32, leaf),
        ))  # fmt: skip
