"""The library's settings and pool for a connection string of ours."""

from __future__ import annotations

from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from cases.store.deadlines import CONNECTION_SECONDS, session_options
from cases.store.factory import Factory

CONNECTIONS = 16
WAITING = 400
RECONNECT_SECONDS = 2.0
"""A longer back-off would outlast the outage; the next request tries anew."""


def environment_of(conninfo: str) -> dict[str, str]:
    """Say to the library where the log is; it is set up already, so that nothing is ever created."""
    parts = conninfo_to_dict(conninfo)
    return {
        "PERSISTENCE_MODULE": "cases.store",
        "CREATE_TABLE": "no",
        "IS_SNAPSHOTTING_ENABLED": "no",
        "POSTGRES_SCHEMA": "log",
        "POSTGRES_DBNAME": str(parts.get("dbname", "")),
        "POSTGRES_HOST": str(parts.get("host", "")),
        "POSTGRES_PORT": str(parts.get("port", "5432")),
        "POSTGRES_USER": str(parts.get("user", "")),
        "POSTGRES_PASSWORD": str(parts.get("password", "")),
        "POSTGRES_POOL_SIZE": "1",
        "POSTGRES_MAX_OVERFLOW": str(CONNECTIONS - 1),
        "POSTGRES_MAX_WAITING": str(WAITING),
    }


def pooled(factory: Factory, conninfo: str) -> Factory:
    """Let the pool connect with all that the connection string says, and with our deadlines."""
    parts = dict(conninfo_to_dict(conninfo))
    parts["options"] = f"{parts.get('options') or ''} {session_options()}".strip()
    factory.datastore.pool.kwargs = {**parts, "row_factory": dict_row}
    factory.datastore.pool.timeout = CONNECTION_SECONDS
    factory.datastore.pool.reconnect_timeout = RECONNECT_SECONDS
    return factory
