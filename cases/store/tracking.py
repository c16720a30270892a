"""The library's tracking recorder with our deadlines, and the process recorder over our log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eventsourcing.persistence import StoredEvent, Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder, PostgresTrackingRecorder
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, dict_row

from cases.store.ddl import lock_ddl, relation_exists
from cases.store.recorder import LogRecorder


class PositionTracker(PostgresTrackingRecorder):
    """Positions of readers, one row each; several processes may make the table at once."""

    def create_table(self) -> None:
        """Make the table, or move one of the library's older shape to the current one; else run no DDL."""
        with self.datastore.transaction(commit=True) as cursor:
            if self._stands(cursor):
                return
            lock_ddl(cursor)
            if not self._stands(cursor):
                self._create_table(cursor)

    def insert_tracking(self, tracking: Tracking) -> None:
        """Record a position; raises IntegrityError unless it is above the recorded one."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)

    def max_tracking_id(self, application_name: str) -> int | None:
        """Give the recorded position of an application, or None."""
        with self.datastore.get_connection() as connection, connection.cursor() as cursor:
            return self._max_tracking_id(application_name, cursor)

    def has_tracking_id(self, application_name: str, notification_id: int | None) -> bool:
        """Tell whether this position, or one above it, was recorded."""
        if notification_id is None:
            return True
        reached = self.max_tracking_id(application_name)
        return reached is not None and reached >= notification_id

    def _stands(self, cursor: Cursor[DictRow]) -> bool:
        self.tracking_table_exists = relation_exists(cursor, self.datastore.schema, self.tracking_table_name)
        if not self.tracking_table_exists:
            return False
        current = self._max_tracking_id(self.table_migration_identifier, cursor)
        self.tracking_migration_previous = self.tracking_migration_current = current
        return not self.datastore.single_row_tracking or current is not None


class FollowingLog(PositionTracker, LogRecorder, PostgresProcessRecorder):
    """Events and the position that they follow from, in one transaction."""

    def __init__(
        self,
        datastore: PostgresDatastore,
        *,
        events_table_name: str = "stored_events",
        tracking_table_name: str = "notification_tracking",
    ) -> None:
        super().__init__(
            datastore, events_table_name=events_table_name, tracking_table_name=tracking_table_name
        )
        # The library puts the statement for the tracking table last; the others are of its own event table.
        self.sql_create_statements = self.sql_create_statements[-1:]

    def create_table(self) -> None:
        """Make both tables where they are missing."""
        LogRecorder.create_table(self)
        PositionTracker.create_table(self)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Store events, and with `tracking` the position; raises IntegrityError unless that moves forward."""
        tracking: Tracking | None = kwargs.get("tracking")
        if tracking is not None:

            def track(connection: Connection[Any]) -> None:
                self._insert_tracking(connection.cursor(row_factory=dict_row), tracking)

            kwargs["beside"] = (track, *kwargs.get("beside", ()))
        return LogRecorder.insert_events(self, stored_events, **kwargs)
