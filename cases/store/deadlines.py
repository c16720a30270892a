"""The deadlines of every connection of ours, so that a refused command is answered within three seconds."""

from __future__ import annotations

from typing import Any, cast

from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

LOCK_SECONDS = 2.0
"""How long an append waits for a lock."""
STATEMENT_SECONDS = 2.5
"""How long one statement runs."""
CONNECTION_SECONDS = 2.5
"""How long a caller waits for a free connection."""
RECONNECT_SECONDS = 2.0
"""How long the pool itself tries to reconnect; longer would outlast the outage, and the next request tries anew."""


def session_options(lock: float = LOCK_SECONDS, statement: float = STATEMENT_SECONDS) -> str:
    """Give the `options` of a connection: both time-outs, and UTC as the zone of what is read."""
    lock_ms, statement_ms = round(lock * 1000), round(statement * 1000)
    return f"-c lock_timeout={lock_ms} -c statement_timeout={statement_ms} -c timezone=UTC"


def with_deadlines(
    datastore: PostgresDatastore,
    *,
    lock: float = LOCK_SECONDS,
    statement: float = STATEMENT_SECONDS,
    conninfo: str | None = None,
) -> PostgresDatastore:
    """Give the deadlines (seconds; 0 is none) to connections that the datastore has yet to open.

    With `conninfo` they connect by it, whatever host, user and database the datastore was given.
    """
    kwargs = cast("dict[str, Any]", datastore.pool.kwargs)
    if conninfo:
        datastore.pool.conninfo = conninfo
        kwargs = {"row_factory": kwargs["row_factory"]}
    given = str(conninfo_to_dict(conninfo or "").get("options") or "")
    options = f"{given} {session_options(lock, statement)}".strip()
    datastore.pool.kwargs = {**kwargs, "options": options}
    return datastore
