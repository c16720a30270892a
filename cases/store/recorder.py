"""The recorder: the library's contract over an append function with an allocation fence.

Appends are one round trip and hold no lock to their commit. Readers see settled positions only: below a row
that a reader was given, nothing will ever appear. Nothing is tried again behind the caller's back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, LiteralString, TypeVar
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    InterfaceError,
    OperationalError,
    StoredEvent,
    Subscription,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection, Cursor
from psycopg.rows import RowFactory, args_row, scalar_row
from psycopg.sql import SQL, Composed
from psycopg.types.numeric import Int8

from cases.store.borrowing import Lender
from cases.store.ddl import EventTable
from cases.store.outcomes import is_lost, told_apart
from cases.store.queries import StreamQuery, columns_of, columns_of_one
from cases.store.stored import Block, StoredFact
from cases.store.subscription import LogSubscription
from cases.store.wire import WireLog

R = TypeVar("R")
Statement = tuple[LiteralString | SQL | Composed, Sequence[Any]] | Callable[[Connection[Any]], None]
"""SQL of ours and its parameters, or a function that runs some on the connection of the append."""

COLUMNS = SQL("originator_id, originator_version, topic, state, notification_id, recorded_at, leaf")
SETTLED = SQL(
    "(notification_id <= (SELECT max(settled_floor) FROM {origins})"
    " OR fence < (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint))"
)
"""Every position up to a row for which this holds is settled (the fence is explained in event_table.sql)."""


class LogRecorder(PostgresApplicationRecorder):
    """Appends through the database's own function; reads what is settled."""

    def __init__(
        self, datastore: PostgresDatastore, *, events_table_name: str = "stored_events", **kwargs: Any
    ) -> None:
        super().__init__(datastore, events_table_name=events_table_name, **kwargs)
        self.subscriptions: list[LogSubscription] = []
        id_type: Literal["uuid", "text"] = "text" if datastore.originator_id_type == "text" else "uuid"
        self.events = EventTable(datastore.schema, events_table_name, id_type)
        self.settled_clause = SETTLED.format(origins=self.events.name("_origins"))
        self.lender = Lender(datastore)
        # Rendered once: the driver would join the parts again for every call.
        self.append_statement = self.events.append_call().as_bytes()
        self.append_one_statement = self.events.append_one_call().as_bytes()
        self.wire = WireLog(self.events)
        self.stream_query = StreamQuery(COLUMNS, self.events.name())

    def create_table(self) -> None:
        """Make what is missing; several processes may ask for it at once."""
        with self.datastore.get_connection() as connection:
            self.events.create(connection)

    # Appending

    def append(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        beside: Iterable[Statement] = (),
        after: Iterable[Statement] = (),
    ) -> Block:
        """Store events in one transaction together with other statements, and tell the block they were given.

        `beside` runs before the events are stored, so that a key that is taken stops the append before it
        draws positions; `after` runs behind them and finds the positions in `log.appended()`. Raises the library's
        IntegrityError for a version that is taken or leaves a gap, LogIsBusy, and CommitUnknown.
        """
        before, behind = tuple(beside), tuple(after)
        with self.lender.borrow() as (connection, cursor), told_apart(connection):
            if before or behind:
                self._append_in_one_flight(connection, cursor, stored_events, before, behind)
                block = _block(cursor, len(stored_events))
            elif len(stored_events) == 1:
                block = self.wire.append(connection, stored_events[0])
            else:
                self._send(cursor, stored_events)
                block = _block(cursor, len(stored_events))
        for subscription in list(self.subscriptions):
            subscription.wake()
        return block

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Store events as `append` does; gives their positions, in the order of the events."""
        beside: Iterable[Statement] = kwargs.get("beside", ())
        after: Iterable[Statement] = kwargs.get("after", ())
        if stored_events:
            return self.append(stored_events, beside=beside, after=after).positions
        self.only_beside(beside, after)
        return []

    def only_beside(self, beside: Iterable[Statement], after: Iterable[Statement] = ()) -> None:
        """Run the statements of an append that has no events, in one transaction."""
        statements = (*beside, *after)
        if statements:
            with self.lender.borrow() as (connection, _), told_apart(connection), connection.pipeline():
                _run(connection, [(SQL("BEGIN"), ()), *statements, (SQL("COMMIT"), ())])

    def _append_in_one_flight(
        self,
        connection: Connection[Any],
        cursor: Cursor[Any],
        stored_events: Sequence[StoredEvent],
        before: Sequence[Statement],
        behind: Sequence[Statement],
    ) -> None:
        with connection.pipeline():
            _run(connection, [(SQL("BEGIN"), ()), *before])
            self._send(cursor, stored_events)
            _run(connection, [*behind, (SQL("COMMIT"), ())])

    def _send(self, cursor: Cursor[Any], stored_events: Sequence[StoredEvent]) -> None:
        if len(stored_events) == 1:
            cursor.execute(self.append_one_statement, columns_of_one(stored_events[0]), prepare=True)
        else:
            cursor.execute(self.append_statement, columns_of(stored_events), prepare=True)

    # Reading

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredFact]:
        """Read one stream by version (exclusive `gt`, inclusive `lte`), settled or not."""
        if gt is None and lte is None and limit is None and not desc:
            return self._once_more(lambda: self._stream(originator_id))
        query, params = self.stream_query.asked(originator_id, gt=gt, lte=lte, desc=desc, limit=limit)
        return self.read(query, params, args_row(StoredFact))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[StoredFact]:
        """Read a page of settled events by position; a page below `limit` may go on once more has settled."""
        query, params = SQL("SELECT * FROM {table} WHERE true").format(table=self.events.name()), list[Any]()
        if start is not None:
            bound = SQL(">=") if inclusive_of_start else SQL(">")
            query += SQL(" AND notification_id {bound} %b").format(bound=bound)
            params.append(Int8(start))
        if stop is not None:
            query += SQL(" AND notification_id <= %b")
            params.append(Int8(stop))
        if topics:
            query += SQL(" AND topic = ANY(%b)")
            params.append(list(topics))
        page = SQL(
            "SELECT {columns} FROM ({query} ORDER BY notification_id LIMIT %b) page WHERE {settled}"
        ).format(columns=COLUMNS, query=query, settled=self.settled_clause)
        return self.read(page, [*params, Int8(limit)], args_row(StoredFact))

    def max_notification_id(self) -> int | None:
        """Give the last settled position, or None in an empty log."""
        query = SQL(
            "SELECT notification_id FROM {table} WHERE {settled} ORDER BY notification_id DESC LIMIT 1"
        ).format(table=self.events.name(), settled=self.settled_clause)
        rows = self.read(query, [], scalar_row)
        return int(rows[0]) if rows else None

    def read(self, query: Composed | bytes, params: Sequence[Any], row_factory: RowFactory[R]) -> list[R]:
        """Run a query of ours; once more on a fresh connection when the pooled one had ended."""
        return self._once_more(lambda: self.lender.read(query, params, row_factory))

    def _stream(self, originator_id: UUID | str) -> list[StoredFact]:
        with self.lender.borrow() as (connection, _):
            return self.wire.stream(connection, originator_id)

    def _once_more(self, read: Callable[[], list[R]]) -> list[R]:
        try:
            return read()
        except (InterfaceError, OperationalError) as error:
            if not is_lost(error):
                raise
        self.datastore.pool.check()
        return read()

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Give every settled event after position `gt`, and go on waiting for more."""
        return LogSubscription(self, gt, topics)


def _run(connection: Connection[Any], statements: Sequence[Statement]) -> None:
    for statement in statements:
        if callable(statement):
            statement(connection)
        else:
            connection.execute(statement[0], statement[1] or None)


def _block(cursor: Cursor[Any], count: int) -> Block:
    first, recorded_at = cursor.fetchall()[0]
    instant: datetime = recorded_at
    return Block(first, count, instant.astimezone(UTC))
