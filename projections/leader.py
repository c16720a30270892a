"""Leadership: a session's advisory lock on the very connection that writes, so that losing one loses the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from projections.schema import Db

LEADER: Final = int.from_bytes(b"cl-leads")
REBUILDER: Final = int.from_bytes(b"cl-build")
NEXT_TRY: Final = 0.25


def lead(connection: Db, role: int = LEADER) -> bool:
    """Try to become the only one in a role; it is kept as long as the connection lives."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (role,)).fetchone()
    return bool(row and row[0])


@contextmanager
def leading(dsn: str, stop: threading.Event) -> Iterator[Db | None]:
    """Wait for leadership and give the connection that has it, or None when told to stop first."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        while not stop.is_set():
            if lead(connection):
                yield connection
                return
            stop.wait(NEXT_TRY)
        yield None
