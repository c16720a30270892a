"""The watchdog: says who holds readers of the log back, and ends an analyst's session that does."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, LiteralString, NamedTuple

import psycopg
from psycopg.rows import args_row
from psycopg.sql import SQL

from cases.store.database import Database
from projections import reading
from projections.schema import Db

LOOK_EVERY: Final = 1.0
NAMED_AFTER: Final = 5.0
"""Seconds for which a fact is stored but not settled, after which the holder is named."""
ENDED_AFTER: Final = 30.0
"""Seconds after which a holder that works as `bi_reader` is ended; nobody else's session ever is."""
UNSETTLED: Final = SQL(
    "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(recorded_at)), 0)::float8"
    " FROM {log} WHERE notification_id > coalesce(({newest}), 0)"
).format(log=reading.LOG.name(), newest=reading.NEWEST)
# Whoever has the oldest transaction id of the whole cluster: a session of any database, or a prepared transaction.
HOLDER: Final[LiteralString] = """
SELECT pid, role, database, program, state, written_as::text::bigint AS transaction FROM (
    SELECT pid, usename::text AS role, datname::text AS database, application_name AS program, state,
        backend_xid AS written_as
    FROM pg_stat_activity WHERE backend_xid IS NOT NULL
    UNION ALL
    SELECT NULL, owner, database, gid, 'prepared', transaction FROM pg_prepared_xacts
) AS writers
ORDER BY age(written_as) DESC LIMIT 1
"""
log = logging.getLogger(__name__)


class Held(NamedTuple):
    """How many facts are stored but not settled, and for how many seconds the oldest of them has been."""

    facts: int
    seconds: float


class Holder(NamedTuple):
    """Who has the oldest writing transaction; a prepared one has no `pid`, and its name as `program`."""

    pid: int | None
    role: str | None
    database: str | None
    program: str
    state: str | None
    transaction: int

    def __str__(self) -> str:
        """Say who it is: nothing of what is asked or written."""
        who = "a prepared transaction" if self.pid is None else f"session {self.pid}"
        return f"{who} of {self.role} in {self.database} ({self.program or 'unnamed'}, {self.state})"


@contextmanager
def watchful(connection: Db) -> Iterator[None]:
    """See the sessions of others, and be able to end them, for one transaction; as far as the server allows it."""
    query = "SELECT pg_has_role('cl_watchdog', 'pg_signal_backend', 'USAGE')"
    with connection.transaction():
        if connection.execute(query).fetchone() == (True,):
            connection.execute("SET LOCAL ROLE cl_watchdog")
        yield


def held(connection: Db) -> Held:
    """Tell how far readers of the log are held back."""
    return connection.cursor(row_factory=args_row(Held)).execute(UNSETTLED).fetchall()[0]


class Watchdog:
    """Looks every second; any number may do so at once."""

    def __init__(self, database: Database) -> None:
        """Connects when it is run."""
        self._database = database
        self._named: Holder | None = None

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop; a lost connection is made again."""
        while not stop.wait(LOOK_EVERY):
            try:
                with psycopg.connect(self._database.app_dsn, autocommit=True) as connection:
                    while not stop.wait(LOOK_EVERY):
                        self.look(connection)
            except psycopg.OperationalError:
                continue

    def look(self, connection: Db) -> Holder | None:
        """Give who has held readers back for too long, named in the log once, and ended where that may be."""
        seconds = held(connection).seconds
        if seconds < NAMED_AFTER:
            self._named = None
            return None
        with watchful(connection):
            found = connection.cursor(row_factory=args_row(Holder)).execute(HOLDER).fetchone()
            if found is None:
                return None
            if self._named is None or self._named.transaction != found.transaction:
                log.warning("readers of the log are held back for %.0f s by %s", seconds, found)
                self._named = found
            if found.role == "bi_reader" and found.pid is not None and seconds >= ENDED_AFTER:
                connection.execute("SELECT pg_terminate_backend(%s)", (found.pid,))
                log.warning("ended %s", found)
        return found
