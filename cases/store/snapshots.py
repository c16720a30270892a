"""The aggregate recorder: events or snapshots of single streams, without a common order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresAggregateRecorder, PostgresDatastore
from psycopg.rows import args_row
from psycopg.sql import SQL, Identifier

from cases.store.borrowing import Lender
from cases.store.ddl import lock_ddl, relation_exists
from cases.store.outcomes import told_apart
from cases.store.queries import StreamQuery, columns_of

COLUMNS = SQL("originator_id, originator_version, topic, state")


class StreamRecorder(PostgresAggregateRecorder):
    """The library's table, filled without its retries and made by several processes at once without harm."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "stored_events") -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        self.sql_create_statements = self.sql_create_statements[:1]
        table = Identifier(datastore.schema, events_table_name)
        self.insert_events_statement = SQL(
            "INSERT INTO {table} (originator_id, originator_version, topic, state)"
            " SELECT * FROM unnest(%b::{ids}[], %b::bigint[], %b::text[], %b::bytea[])"
        ).format(table=table, ids=SQL("text" if datastore.originator_id_type == "text" else "uuid"))
        self.stream_query = StreamQuery(COLUMNS, table)
        self.lender = Lender(datastore)

    def create_table(self) -> None:
        """Make the table where it is missing."""
        with self.datastore.transaction(commit=True) as cursor:
            if not relation_exists(cursor, self.datastore.schema, self.events_table_name):
                lock_ddl(cursor)
                self._create_table(cursor)

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> None:
        """Store events; raises IntegrityError when a version is taken."""
        if not stored_events:
            return
        with self.datastore.get_connection() as connection, told_apart(connection):
            connection.execute(self.insert_events_statement, columns_of(stored_events), prepare=True)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Read one stream by version (exclusive `gt`, inclusive `lte`)."""
        query, params = self.stream_query.asked(originator_id, gt=gt, lte=lte, desc=desc, limit=limit)
        return self.lender.read(query, params, args_row(StoredEvent))
