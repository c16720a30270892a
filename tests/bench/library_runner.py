"""The library's own way to a table: ProjectionRunner, one row an event, one transaction an event."""

from __future__ import annotations

import time
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, Tracking
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL

from cases.recorded import Recorded
from cases.store.factory import environment
from cases.store.ledger import SETTINGS
from cases.store.mapper import FactMapper
from cases.store.tracking import PositionTracker

TABLE = SQL(
    "CREATE TABLE IF NOT EXISTS bench.rows (position bigint, case_id uuid, happened_at timestamptz, fact text)"
)
INSERT = "INSERT INTO bench.rows VALUES (%s, %s, %s, %s)"


class Lamps(Application[UUID]):
    """The product's log as an application that the runner can make."""

    name = "case"

    def construct_mapper(self) -> Mapper[UUID]:
        """Take the mapper of recorded facts."""
        return FactMapper(transcoder=self.construct_transcoder())


class EventRows(PositionTracker):
    """A view with one row an event."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements.append(TABLE.format())

    def add(self, fact: Recorded, tracking: Tracking) -> None:
        """Insert the row and the position in one transaction."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            row = (fact.position, fact.originator_id, fact.occurred_at, fact.fact.name())
            cursor.execute(INSERT, row)


class Rows(Projection[EventRows]):
    """Gives every event its row."""

    name = "rows"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Add the row of an event."""
        self.view.add(domain_event, tracking)


def facts_per_second(dsn: str, facts: int) -> float:
    """Run the library's runner over the first facts of the log."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS bench")
    env = environment(dsn, **SETTINGS, ROWS_POSTGRES_SCHEMA="bench", ROWS_CREATE_TABLE="yes")
    began = time.monotonic()
    with ProjectionRunner(
        application_class=Lamps, projection_class=Rows, view_class=EventRows, env=env
    ) as runner:
        runner.wait(facts, timeout=120)
        return facts / (time.monotonic() - began)
