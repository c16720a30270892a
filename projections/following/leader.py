"""Leadership: a session's advisory lock on the very connection that writes, so that losing one loses the other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

import psycopg
from psycopg.rows import class_row
from psycopg.sql import SQL

from projections.following.watchdog import watchful
from projections.schema import Db

LEADER: Final = int.from_bytes(b"cl-leads")
REBUILDER: Final = int.from_bytes(b"cl-build")
NEXT_TRY: Final = 0.25
SILENCE: Final = 5.0
"""Seconds after which a leader that says nothing is deposed; one that lives says something every second."""
SIGN_OF_LIFE: Final = 1.0
"""Seconds between two words of a leader that works cases out."""
ENDED_WITHIN: Final = 2_000
"""Milliseconds for which the end of a silent session is waited for, so that its lock is free at once."""
LEADING: Final = SQL(
    "locktype = 'advisory' AND granted AND (classid::bigint << 32 | objid::bigint) = %s AND objsubid = 1"
    " AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
DEPOSED: Final = SQL(
    "SELECT pg_terminate_backend(pid, %s) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE {leading}"
    " AND wait_event_type = 'Client' AND state_change < clock_timestamp() - make_interval(secs => %s)"
).format(leading=LEADING)
# A session that leads has it in its name since when, by the server's clock: of a name the server keeps 63 bytes.
MARKED: Final[LiteralString] = """
SELECT set_config('application_name', left(split_part(current_setting('application_name'), ' since ', 1), 36)
    || to_char(clock_timestamp() AT TIME ZONE 'UTC', '" since "YYYY-MM-DD"T"HH24:MI:SS"Z"'), false)
"""
LED_BY: Final = SQL("""
SELECT pid AS session, told[1] AS program, told[2]::timestamptz AS since
FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)
LEFT JOIN LATERAL regexp_match(application_name, '^(.*) since (\\d{{4}}-\\S+Z)$') AS told ON true
WHERE {leading}
""").format(leading=LEADING)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Leader:
    """Whose session writes the tables; `program` has process and host; None, as `since`, where the server hides it."""

    session: int
    program: str | None
    since: datetime | None


def lead(connection: Db, role: int = LEADER) -> bool:
    """Try to become the only one in a role; it is kept as long as the connection lives."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (role,)).fetchone()
    leads = bool(row and row[0])
    if leads:
        connection.execute(MARKED)
    return leads


def leader(connection: Db) -> Leader | None:
    """Tell who leads; the connection must be outside a transaction."""
    with watchful(connection), connection.cursor(row_factory=class_row(Leader)) as cursor:
        return cursor.execute(LED_BY, (LEADER,)).fetchone()


def depose_the_silent(connection: Db) -> bool:
    """End the session of a leader that was stopped or cut off unseen; tells whether it has ended, its lock with it.

    A leader that goes on afterwards finds its connection ended; what it had begun is rolled back.
    """
    with watchful(connection):
        is_deposed = connection.execute(DEPOSED, (ENDED_WITHIN, LEADER, SILENCE)).fetchone() == (True,)
    if is_deposed:
        log.warning("the leader said nothing for %.0f s and was deposed", SILENCE)
    return is_deposed


@contextmanager
def leading(dsn: str, stop: threading.Event, meanwhile: Callable[[Db], None]) -> Iterator[Db | None]:
    """Wait for leadership and give the connection that has it, or None when told to stop first.

    `meanwhile` is called again and again while another leads.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        while not stop.is_set():
            if lead(connection):
                yield connection
                return
            if not depose_the_silent(connection):
                meanwhile(connection)
                stop.wait(NEXT_TRY)
        yield None


@contextmanager
def alive(connection: Db) -> Iterator[None]:
    """Say that we live while nothing else is asked of the connection: a silent leader is deposed."""
    done = threading.Event()
    voice = threading.Thread(target=_say, args=(connection, done), daemon=True)
    voice.start()
    try:
        yield
    finally:
        done.set()
        voice.join()


def _say(connection: Db, done: threading.Event) -> None:
    """Whatever ended the connection is told to whoever uses it next."""
    with suppress(psycopg.Error):
        while not done.wait(SIGN_OF_LIFE):
            connection.execute("SELECT")
