"""The product's application of the library: every case, regulation, calendar and audit in one log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final, LiteralString, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application, ProjectorFunction
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    InfrastructureFactory,
    IntegrityError,
    InterfaceError,
    Mapper,
    OperationalError,
)
from eventsourcing.utils import Environment
from psycopg.rows import args_row, tuple_row
from psycopg.sql import SQL

from cases.case import Case, project
from cases.errors import CaseIsBusy, NotFound, Unavailable
from cases.recorded import Recorded
from cases.store.database import Database
from cases.store.factory import Factory, environment
from cases.store.mapper import FactMapper, recorded_of
from cases.store.outcomes import CommitUnknown, LogIsBusy
from cases.store.recorder import COLUMNS, LogRecorder, Statement
from cases.store.stored import StoredFact

PAGE = 2000
SETTINGS: Final = {
    "CREATE_TABLE": "no", "POSTGRES_SCHEMA": "log", "POSTGRES_POOL_SIZE": "1", "POSTGRES_MAX_OVERFLOW": "15",
    "POSTGRES_MAX_WAITING": "400",
}  # fmt: skip
"""The library's settings for the log, which is set up already; 16 connections at most."""
_project = cast("ProjectorFunction[Any, Any]", project)
LAST_ID = UUID(int=2**128 - 1)
NOW: Final[LiteralString] = (
    "greatest(clock_timestamp(), timestamptz 'epoch'"
    " + pg_sequence_last_value('log.case_events_clock') * interval '1 microsecond')"
)
"""What time it is, in SQL: by the clock of the database, and never before what is on record already."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a fact was stored, and when by the database's clock."""

    position: int
    recorded_at: datetime


class BesideTaken(CaseIsBusy):
    """A row that goes beside the facts is there already, or is being written; `table` in the details names it."""


class Ledger(Application[UUID]):
    """Append and read recorded facts; every read that the database does not answer in time raises Unavailable."""

    name = "case"
    recorder: LogRecorder

    def __init__(self, database: Database) -> None:
        """Work on a database that is set up; connects when first used."""
        self.database = database
        super().__init__(env=environment(database.app_dsn, **SETTINGS))

    def construct_factory(self, env: Environment) -> InfrastructureFactory:
        """Take the recorder of this package, whatever the environment names."""
        return cast("InfrastructureFactory", Factory(env))

    def construct_mapper(self) -> Mapper[UUID]:
        """Take the mapper of recorded facts."""
        return FactMapper(transcoder=self.construct_transcoder())

    def construct_recorder(self) -> LogRecorder:
        """Take the recorder over log.case_events."""
        return cast("LogRecorder", super().construct_recorder())

    # Writing

    def append(
        self, facts: Sequence[Recorded], beside: Iterable[Statement] = (), after: Iterable[Statement] = ()
    ) -> tuple[Appended, ...]:
        """Store facts in one transaction with other statements; gives where each was stored.

        Raises CaseIsBusy when a version is taken, BesideTaken when a row beside it is, Unavailable when a lock or the
        time ran out, and the store's CommitUnknown when the connection ended before the answer.
        """
        stored = [self.mapper.to_stored_event(cast("DomainEventProtocol[UUID]", fact)) for fact in facts]
        with _outcomes():
            if not stored:
                self.recorder.only_beside(beside, after)
                return ()
            block = self.recorder.append(stored, beside=beside, after=after)
        return tuple(Appended(position, block.recorded_at) for position in block.positions)

    def append_many(
        self, histories: Iterable[Sequence[Recorded]], beside: Iterable[Statement] = ()
    ) -> tuple[Appended, ...]:
        """Store whole histories in one transaction and one round trip."""
        return self.append([fact for history in histories for fact in history], beside)

    # Reading one case

    def case(self, case_id: UUID) -> Case:
        """Fold what a case is now; raises NotFound."""
        with _answered():
            try:
                return cast("Case", self.repository.get(case_id, projector_func=_project))
            except AggregateNotFoundError:
                raise NotFound("There is no such case", case_id=str(case_id)) from None

    def load(self, originator_id: UUID) -> tuple[Recorded, ...]:
        """Read a stream by version, settled or not; empty where there is none."""
        with _answered():
            return tuple(map(recorded_of, self.recorder.select_events(originator_id)))

    def load_many(self, originator_ids: Iterable[UUID]) -> dict[UUID, list[Recorded]]:
        """Read several streams at once; one that does not exist is left out."""
        query = SQL(
            "SELECT {columns} FROM {table} WHERE originator_id = ANY(%s) ORDER BY originator_id, originator_version"
        )
        found: defaultdict[UUID, list[Recorded]] = defaultdict(list)
        for stored in self._facts(query, [list(originator_ids)]):
            found[stored.originator_id].append(stored)
        return dict(found)

    def rows(self, query: LiteralString, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Ask the database something beside the log; once more on a fresh connection when one had ended."""
        with _answered():
            return self.recorder.read(SQL(query).format(), params, tuple_row)

    # Reading the log

    def now(self) -> datetime:
        """Tell what time it is by the log, in UTC; no clock of this machine is asked."""
        told: datetime = self.rows(f"SELECT {NOW}")[0][0]
        return told.astimezone(UTC)

    def page(self, after: int, limit: int = PAGE) -> tuple[list[Recorded], int]:
        """Read settled facts behind a position, and the last position that is settled now."""
        with _answered():
            found = self.recorder.select_notifications(after, limit, inclusive_of_start=False)
        return [recorded_of(stored) for stored in found], self.settled()

    def of_topics(self, topics: Sequence[str], upto: int) -> Iterator[Recorded]:
        """Yield the facts of some topics in log order, up to a settled position."""
        reached = 0
        while reached < upto:
            with _answered():
                page = self.recorder.select_notifications(
                    reached, PAGE, upto, topics, inclusive_of_start=False
                )
            yield from map(recorded_of, page)
            reached = page[-1].id if len(page) == PAGE else upto

    def settled(self) -> int:
        """Give the last position below which nothing will appear any more; 0 in an empty log."""
        with _answered():
            return self.recorder.max_notification_id() or 0

    def position_at(self, known_at: datetime) -> int:
        """Give the last position that was recorded by an instant, settled or not; 0 before the first."""
        return int(self.rows("SELECT log.position_at(%s)", [known_at])[0][0])

    def stream(self, shard: int, shards: int, upto: int | None = None) -> Iterator[list[Recorded]]:
        """Yield every stream of a shard whole, by originator_id, up to a settled position (all that is settled).

        The shards divide the range of ids, so that each reads its own part of the primary key.
        """
        last = self.settled() if upto is None else upto
        facts = self._in_order(*_bounds(shard, shards), last)
        for _, history in groupby(facts, key=lambda fact: fact.originator_id):
            yield list(history)

    def _in_order(self, first: UUID, end: UUID, last: int) -> Iterator[Recorded]:
        query = SQL(
            "SELECT {columns} FROM {table} WHERE (originator_id, originator_version) > (%s, %s)"
            " AND originator_id <= %s AND notification_id <= %s ORDER BY originator_id, originator_version LIMIT %s"
        )
        reached = (first, 0)
        while page := self._facts(query, [*reached, end, last, PAGE]):
            yield from page
            reached = (page[-1].originator_id, page[-1].originator_version)

    def _facts(self, query: SQL, params: Sequence[Any]) -> list[Recorded]:
        full = query.format(columns=COLUMNS, table=self.recorder.events.name())
        with _answered():
            return [recorded_of(stored) for stored in self.recorder.read(full, params, args_row(StoredFact))]


def _bounds(shard: int, shards: int) -> tuple[UUID, UUID]:
    """Give the first and the last id of a shard."""
    edges = [2**128 * number // shards for number in (shard, shard + 1)]
    return UUID(int=edges[0]), UUID(int=edges[1] - 1)


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise Unavailable(retry_after=1) from error


@contextmanager
def _outcomes() -> Iterator[None]:
    """Say in our own words what became of an append; CommitUnknown passes as it is."""
    try:
        yield
    except IntegrityError as error:
        table = getattr(getattr(error.__cause__, "diag", None), "table_name", None)
        if table in {None, "case_events"}:
            raise CaseIsBusy from error
        raise BesideTaken(table=table) from error
    except CommitUnknown:
        raise
    except LogIsBusy as error:
        where = getattr(getattr(error.__cause__, "diag", None), "context", None) or ""
        raise Unavailable(retry_after=1, waited_for=_table_in(where)) from error
    except (OperationalError, InterfaceError) as error:
        raise Unavailable(retry_after=1) from error


def _table_in(context: str) -> str:
    return "idempotency_keys" if "idempotency_keys" in context else ""
