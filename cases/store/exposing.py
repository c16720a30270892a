"""The door for BI tools: one port of 127.0.0.1 on the embedded server, for `bi_reader` with a password, nobody else.

The port is kept in a file of the folder and read at every start of the server; of the password only what SCRAM needs to
check it is kept, by PostgreSQL. Logging in is closed at once when the door is; the port itself at the next start.
"""

from __future__ import annotations

import secrets
from typing import Final

import psycopg
from psycopg import sql

from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.errors import StoreError
from cases.store.places import LOOPBACK
from cases.store.postmaster import is_free
from cases.store.server import EmbeddedServer

PASSWORD_BYTES: Final = 24
BY_NETWORK: Final = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bi_reader' AND client_addr IS NOT NULL
"""


class NotOurs(StoreError):
    """The database is on a server that somebody else runs."""

    title = "DATABASE_URL names a server that is not ours to open"


class PortTaken(StoreError):
    """Another program listens there."""

    title = "Another program listens on this port"


def expose(database: Database, port: int) -> str:
    """Open the port from the next start of the server on, and give `bi_reader` a new password; returns it, this once.

    Raises NotOurs, PortTaken.
    """
    server = _embedded(database)
    if port != _listens_on(server) and not is_free(port):
        raise PortTaken(f"Another program listens on {LOOPBACK}:{port}", cure="Choose another with --port")
    if not server.places.root.exists():
        with database:
            pass
    server.places.door.write_text(f"{port}\n", encoding="ascii")
    password = new_password()
    with database:
        _let_in(database, password)
    return password


def new_password() -> str:
    """Give a new password, of letters and digits: none that a shell or `psql` would take for an option."""
    return secrets.token_hex(PASSWORD_BYTES)


def unexpose(database: Database) -> None:
    """Take the password away, end the sessions that came by the port, close it at the next start; raises NotOurs."""
    server = _embedded(database)
    server.places.door.unlink(missing_ok=True)
    with database:
        _let_in(database, None)


def is_open(database: Database, port: int | None) -> bool:
    """Whether the server that runs now listens as it will from its next start on; none that runs is no obstacle."""
    server = _embedded(database)
    return server.pid is None or _listens_on(server) == port


def _embedded(database: Database) -> EmbeddedServer:
    if not isinstance(database.server, EmbeddedServer):
        raise NotOurs(
            cure="There, give the role a password (ALTER ROLE bi_reader PASSWORD …)"
            " and let it in with a line of pg_hba.conf: hostssl <database> bi_reader <address> scram-sha-256"
        )
    return database.server


def _let_in(database: Database, password: str | None) -> None:
    """Set or take the password; only what SCRAM checks it by goes to the server, so that no log can hold more."""
    database.init()
    with psycopg.connect(database.server.dsn(ADMIN, database.name), autocommit=True) as admin:
        kept = None
        if password is not None:
            secret = admin.pgconn.encrypt_password(password.encode(), b"bi_reader", b"scram-sha-256")
            kept = secret.decode("ascii")
        admin.execute(sql.SQL("ALTER ROLE bi_reader PASSWORD {}").format(sql.Literal(kept)))
        admin.execute(BY_NETWORK)


def _listens_on(server: EmbeddedServer) -> int | None:
    running = server.running
    return running.port if running and running.is_open else None
