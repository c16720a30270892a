"""The library's infrastructure factory over our recorders."""

from __future__ import annotations

from typing import TypeVar

from eventsourcing.persistence import ApplicationRecorder, ProcessRecorder, ProgrammingError
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment, EnvType, strtobool

from cases.store.adopt import stands_and_is_ours
from cases.store.deadlines import (
    CONNECTION_SECONDS,
    LOCK_SECONDS,
    RECONNECT_SECONDS,
    STATEMENT_SECONDS,
    with_deadlines,
)
from cases.store.recorder import LogRecorder
from cases.store.snapshots import StreamRecorder
from cases.store.tracking import FollowingLog, PositionTracker

R = TypeVar("R", ApplicationRecorder, ProcessRecorder)


class Factory(PostgresFactory):
    """Makes any application of the library run on our recorders: `PERSISTENCE_MODULE=cases.store`.

    It reads the library's POSTGRES_* settings. Unset (or 0), POSTGRES_LOCK_TIMEOUT is 2 s and
    POSTGRES_CONNECT_TIMEOUT 2.5 s. Two are ours: POSTGRES_STATEMENT_TIMEOUT (seconds, 2.5), and POSTGRES_CONNINFO,
    a whole connection string that goes before host, user and database.
    """

    POSTGRES_STATEMENT_TIMEOUT = "POSTGRES_STATEMENT_TIMEOUT"
    POSTGRES_CONNINFO = "POSTGRES_CONNINFO"

    aggregate_recorder_class = StreamRecorder
    application_recorder_class = LogRecorder
    tracking_recorder_class = PositionTracker
    process_recorder_class = FollowingLog

    def __init__(self, env: Environment | EnvType | None) -> None:
        """Refuse the library's appending without order, and give every connection its deadlines."""
        environment = env if isinstance(env, Environment) else Environment(env=env)
        if strtobool(environment.get(self.POSTGRES_ENABLE_DB_FUNCTIONS) or "no"):
            msg = (
                f"{self.POSTGRES_ENABLE_DB_FUNCTIONS} lets readers miss events, so it is refused; "
                "leave it unset: appends are fast without it"
            )
            raise ProgrammingError(msg)
        super().__init__(environment)
        self._set_deadlines()

    def application_recorder(self) -> ApplicationRecorder:
        """Construct the recorder; raises LogNotAdopted over a log that was moved here."""
        return self._trusted(super().application_recorder())

    def process_recorder(self) -> ProcessRecorder:
        """Construct the recorder of an application that follows another; raises LogNotAdopted."""
        return self._trusted(super().process_recorder())

    def _trusted(self, recorder: R) -> R:
        if isinstance(recorder, LogRecorder):
            with self.datastore.get_connection() as connection:
                stands_and_is_ours(connection, recorder.events)
        return recorder

    def _set_deadlines(self) -> None:
        lock = float(self.env.get(self.POSTGRES_LOCK_TIMEOUT) or 0) or LOCK_SECONDS
        statement = float(self.env.get(self.POSTGRES_STATEMENT_TIMEOUT) or STATEMENT_SECONDS)
        conninfo = self.env.get(self.POSTGRES_CONNINFO)
        with_deadlines(self.datastore, lock=lock, statement=statement, conninfo=conninfo)
        self.datastore.pool.reconnect_timeout = RECONNECT_SECONDS
        if not self.env.get(self.POSTGRES_CONNECT_TIMEOUT):
            self.datastore.pool.timeout = CONNECTION_SECONDS


def environment(conninfo: str, **more: str) -> dict[str, str]:
    """Give the library's settings for an application on our recorders in the database of a connection string."""
    unused = ("POSTGRES_DBNAME", "POSTGRES_HOST", "POSTGRES_USER", "POSTGRES_PASSWORD")
    asked_for = dict.fromkeys(unused, "")
    return {**asked_for, "PERSISTENCE_MODULE": "cases.store", "POSTGRES_CONNINFO": conninfo, **more}
