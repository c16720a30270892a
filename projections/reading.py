"""Reading the log as it lies on disk: which cases a page touches, and their histories up to a position."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg.rows import args_row
from psycopg.sql import SQL, Composed

from cases.events import CASE_FACTS
from cases.events_reference import REFERENCE_FACTS
from cases.recorded import Recorded, decode
from cases.store.ddl import EventTable
from cases.store.recorder import SETTLED
from projections.schema import Db

LOG: Final = EventTable("log", "case_events")
CASE_TOPICS: Final = tuple(fact.topic for fact in CASE_FACTS.values())
REFERENCE_TOPICS: Final = frozenset(fact.topic for fact in REFERENCE_FACTS)

PAGE: Final = SQL(
    "SELECT originator_id, topic, notification_id, recorded_at FROM ("
    " SELECT originator_id, topic, notification_id, recorded_at, fence FROM {log}"
    " WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id LIMIT %s) AS page"
    " WHERE {settled} ORDER BY notification_id"
).format(log=LOG.name(), settled=SETTLED.format(origins=LOG.name("_origins")))
NEWEST: Final = SQL(
    "SELECT notification_id FROM {log} WHERE {settled} ORDER BY notification_id DESC LIMIT 1"
).format(log=LOG.name(), settled=SETTLED.format(origins=LOG.name("_origins")))
STORED: Final = SQL(
    "SELECT originator_id, originator_version, topic, state, notification_id, recorded_at FROM {log}"
).format(log=LOG.name())
OF_CASES: Final = SQL(
    "{stored} WHERE originator_id = ANY(%s) AND notification_id <= %s ORDER BY originator_id, originator_version"
).format(stored=STORED)
OPENED: Final = SQL(
    "SELECT originator_id FROM {log} WHERE originator_version = 1 AND notification_id >= %s AND notification_id < %s"
).format(log=LOG.name())
CUTS: Final = SQL(
    "SELECT notification_id FROM (SELECT notification_id, row_number() OVER (ORDER BY notification_id) AS number"
    " FROM {log} WHERE originator_version = 1 AND notification_id <= %s) AS streams WHERE number %% %s = 0"
).format(log=LOG.name())

LAST_POSITION: Final = 2**63 - 1


class Touch(NamedTuple):
    """One position of the log without its content."""

    case_id: UUID
    topic: str
    position: int
    recorded_at: datetime

    @property
    def is_reference(self) -> bool:
        """Whether a regulation, its settings or a calendar was published here."""
        return self.topic in REFERENCE_TOPICS


class Stored(NamedTuple):
    """One fact as stored, not yet decoded."""

    case_id: UUID
    version: int
    topic: str
    state: bytes
    position: int
    recorded_at: datetime

    def decoded(self) -> Recorded:
        """Read it; raises BrokenHistory or pydantic's ValidationError."""
        return decode(
            self.topic, self.state, originator_id=self.case_id, originator_version=self.version,
            position=self.position, recorded_at=self.recorded_at,
        )  # fmt: skip


History = list[Stored]


def decoded(history: History) -> tuple[Recorded, ...]:
    """Read the facts of a case; raises BrokenHistory or pydantic's ValidationError."""
    return tuple(stored.decoded() for stored in history)


def page(connection: Db, after: int, limit: int, until: int = LAST_POSITION) -> list[Touch]:
    """Read settled positions after one, oldest first; below `limit` when there are no more now."""
    cursor = connection.cursor(row_factory=args_row(Touch), binary=True)
    return cursor.execute(PAGE, (after, until, limit)).fetchall()


def touched(connection: Db, after: int, until: int) -> list[Touch]:
    """Read all positions after one up to another; both are known to be settled."""
    return page(connection, after, until - after, until) if until > after else []


def settled(connection: Db) -> int:
    """Give the newest settled position, 0 in an empty log."""
    row = connection.execute(NEWEST).fetchone()
    return row[0] if row else 0


def recorded_at(connection: Db, position: int) -> datetime | None:
    """Tell when a position was recorded; None for 0, or a position that was never used."""
    query = SQL("SELECT recorded_at FROM {} WHERE notification_id = %s").format(LOG.name())
    row = connection.execute(query, (position,)).fetchone()
    return row[0] if row else None


def is_of_a_case(topic: str) -> bool:
    """Tell whether facts of this topic make up cases; an unknown topic does, so that its case is parked."""
    return topic in CASE_TOPICS or topic.startswith("case.")


def histories(connection: Db, ids: Sequence[UUID], until: int) -> list[History]:
    """Read the facts of some cases up to a position, each in order of version."""
    return list(_by_case(_read(connection, OF_CASES, (list(ids), until))))


def opened(connection: Db, first: int, after_last: int) -> list[UUID]:
    """Name the streams that begin from one position up to another (exclusive)."""
    return [stream for (stream,) in connection.execute(OPENED, (first, after_last))]


def shard(connection: Db, first: int, after_last: int, until: int) -> list[History]:
    """Read the facts of the cases that begin from one position up to another (exclusive), as far as a third."""
    return histories(
        connection, [case_id for (case_id,) in connection.execute(OPENED, (first, after_last))], until
    )


def cuts(connection: Db, cases: int, until: int) -> list[tuple[int, int]]:
    """Cut the log, as far as a position, into ranges in which about so many cases begin.

    Cases that begin together lie together in the log, and so will their rows in the tables.
    """
    found = [position for (position,) in connection.execute(CUTS, (until, cases))]
    return list(pairwise([0, *found, until + 1]))


def _read(connection: Db, query: Composed, params: Sequence[Any]) -> list[Stored]:
    return connection.cursor(row_factory=args_row(Stored), binary=True).execute(query, params).fetchall()


def _by_case(stored: Iterable[Stored]) -> Iterator[History]:
    for _, facts in groupby(stored, key=lambda fact: fact.case_id):
        history = list(facts)
        if is_of_a_case(history[0].topic):
            yield history
