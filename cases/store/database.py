"""The database of an installation: the embedded server or DATABASE_URL, the same roles and tables on both."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import TracebackType
from typing import Any, Final, Protocol, Self

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from cases.settings import Settings
from cases.store import migrate, roles
from cases.store.binaries import OLDEST
from cases.store.cluster import ADMIN
from cases.store.conninfo import bounded, for_role
from cases.store.errors import DatabaseUnreachable, NotInitialised, NotPermitted, WrongMajor
from cases.store.remote import RemoteServer
from cases.store.server import EmbeddedServer

NAME: Final = "caseledger"
POOL_WAIT: Final = 2.5  # seconds: with the work itself an answer comes within three
POOL_SIZE: Final = 16
INIT: Final = "Run: caseledger db init (with --admin-url where the login may not create roles)"
Pool = ConnectionPool[psycopg.Connection[Any]]


class Server(Protocol):
    """What a database stands on: EmbeddedServer or RemoteServer."""

    def start(self) -> object:
        """Make it answer."""

    def stop(self) -> None:
        """Let go of it."""

    def dsn(self, role: str, dbname: str) -> str:
        """A connection string for a role."""


class Database:
    """One database with our roles; open it, or use it as a context manager.

    `is_guest` leaves starting and stopping the server to somebody else.
    """

    def __init__(
        self, server: Server, name: str = NAME, *, zone: str = "Asia/Shanghai", is_guest: bool = False
    ) -> None:
        """Nothing is connected before it is needed."""
        self.server = server
        self.name = name
        self._zone = zone
        self._is_guest = is_guest
        self._pool: Pool | None = None
        self._turn = threading.Lock()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The database that the settings name; the embedded server starts with `open`."""
        zone = settings.business_timezone
        if settings.database_url is not None:
            remote = RemoteServer(settings.database_url.get_secret_value())
            return cls(remote, remote.dbname, zone=zone)
        return cls(EmbeddedServer(settings.data_dir, programs=settings.postgres_bin), zone=zone)

    def __enter__(self) -> Self:
        """Open it."""
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def open(self) -> Self:
        """Start the embedded server where there is one."""
        if not self._is_guest:
            self.server.start()
        return self

    def close(self) -> None:
        """Close the pool and let the embedded server go."""
        with self._turn:
            if self._pool is not None:
                self._pool.close()
                self._pool = None
        if not self._is_guest:
            self.server.stop()

    @property
    def app_dsn(self) -> str:
        """Connects as `cl_app`: what the program works as."""
        return self.server.dsn("cl_app", self.name)

    @property
    def owner_dsn(self) -> str:
        """Connects as `cl_owner`: changes tables, nothing else."""
        return self.server.dsn("cl_owner", self.name)

    @property
    def reader_dsn(self) -> str:
        """Connects as `bi_reader`: what an analyst's tool works as."""
        return self.server.dsn("bi_reader", self.name)

    @property
    def pool(self) -> Pool:
        """Autocommit connections as `cl_app`, checked before they are given out; opened at the first use."""
        with self._turn:
            if self._pool is None:
                self._pool = _pool(self.app_dsn)
            return self._pool

    @contextmanager
    def connection(self) -> Iterator[roles.Connection]:
        """A connection of the pool; raises DatabaseUnreachable when none is to be had within 2.5 s."""
        with ExitStack() as held:
            try:
                connection = held.enter_context(self.pool.connection())
            except (PoolTimeout, TooManyRequests):
                raise DatabaseUnreachable(
                    "Every connection is busy or the server is away", cure="Try again in a moment"
                ) from None
            yield connection

    def prepare(self, admin_dsn: str | None = None) -> list[str]:
        """What every program does at its start: set up what is missing, or prove that nothing is."""
        if admin_dsn is None and isinstance(self.server, RemoteServer):
            with suppress(NotInitialised):
                self.check()
                return []
        return self.init(admin_dsn)

    def init(self, admin_dsn: str | None = None) -> list[str]:
        """Make roles, database, rights and tables where they are missing; returns the steps applied.

        `admin_dsn` is an address whose login may create roles; without it the embedded server's own
        administrator or the login of DATABASE_URL is taken. Raises NotPermitted, WrongMajor,
        DatabaseUnreachable, MigrationRefused.
        """
        admin = bounded(admin_dsn or self.server.dsn(ADMIN, self.name))
        with _somewhere(admin) as connection:
            _refuse_old(connection)
            roles.ensure_roles(connection, self._zone)
            roles.ensure_database(connection, self.name)
            if isinstance(self.server, EmbeddedServer):
                roles.ensure_server(connection)
        here = make_conninfo(admin, dbname=self.name)
        with _connected(here) as connection:
            roles.ensure_rights(connection)
        return migrate.migrate(for_role(here, "cl_owner"))

    def check(self) -> None:
        """Prove that the program can work on it as it is; raises a StoreError that says what is missing."""
        try:
            with _connected(self.app_dsn) as connection:
                _refuse_old(connection)
                migrate.check(connection)
        except DatabaseUnreachable:
            with _somewhere(self.server.dsn(ADMIN, self.name)) as connection:
                _refuse_old(connection)
                self._explain(connection)
            raise

    def _explain(self, connection: roles.Connection) -> None:
        """Why the server answers but does not let us be `cl_app`; raises the StoreError for it."""
        query = "SELECT pg_has_role(r.oid, 'MEMBER') FROM pg_roles r WHERE rolname = 'cl_app'"
        is_member = connection.execute(query).fetchone()
        is_there = connection.execute("SELECT FROM pg_database WHERE datname = %s", [self.name]).rowcount
        if is_member is None or not is_there:
            raise NotInitialised(cure=INIT)
        if not is_member[0]:
            raise NotPermitted(
                "The login of DATABASE_URL is not a member of cl_app", cure="GRANT cl_app TO it"
            )


def _pool(conninfo: str) -> Pool:
    return ConnectionPool(
        conninfo,
        kwargs={"autocommit": True},
        min_size=1,
        max_size=POOL_SIZE,
        timeout=POOL_WAIT,
        max_waiting=200,
        max_idle=60.0,
        reconnect_timeout=2.0,  # a longer back-off would outlast the outage; the next request tries anew
        check=ConnectionPool.check_connection,
        name="caseledger",
        open=True,
    )


def _connected(conninfo: str) -> roles.Connection:
    """An autocommit connection; raises DatabaseUnreachable."""
    try:
        return psycopg.connect(conninfo, autocommit=True)
    except psycopg.OperationalError as refusal:
        raise DatabaseUnreachable(
            f"The database does not let us in: {_reason(refusal)}",
            cure="Check that it runs, and its address in DATABASE_URL",
        ) from None


def _reason(refusal: psycopg.OperationalError) -> str:
    """The line that says why, in single spaces: the last one that is not libpq's own question."""
    lines = [" ".join(line.split()) for line in str(refusal).splitlines()]
    told = [line for line in lines if line and not line.startswith("Is the server")]
    return told[-1].removeprefix("- ") if told else type(refusal).__name__


def _somewhere(conninfo: str) -> roles.Connection:
    """A connection to the server: to the named database or, while that is missing, to one that all have."""
    try:
        return _connected(conninfo)
    except DatabaseUnreachable:
        with suppress(DatabaseUnreachable):
            return _connected(make_conninfo(conninfo, dbname="postgres"))
        raise


def _refuse_old(connection: roles.Connection) -> None:
    if connection.info.server_version < OLDEST * 10_000:
        version = connection.info.parameter_status("server_version")
        raise WrongMajor(f"The server is PostgreSQL {version}", cure=f"Use PostgreSQL {OLDEST} or newer")
