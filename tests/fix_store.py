"""Fixtures of the store: one embedded PostgreSQL a run, one fresh database a test module.

`server` runs without fsync, because nothing that it keeps outlives the run; a test that kills servers makes
its own with `make_server`, which syncs like the product. CASELEDGER_TEST_POSTGRES=system runs everything on
the machine's PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from cases.store.binaries import OF_THE_MACHINE
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.roles import ensure_rights
from cases.store.server import EmbeddedServer

HURRIED = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "120",
    "autovacuum": "off",
    "shared_buffers": "128MB",
}
"""No vacuum of its own accord, because its transactions hold readers back: caught up means the newest fact here."""
NUMBERS = count(1)
TEMPLATE = "template_of_tests"


def system_programs() -> Path | None:
    """The newest PostgreSQL of the machine itself, if there is one."""
    found = [folder for pattern in OF_THE_MACHINE for folder in Path("/").glob(pattern.removeprefix("/"))]
    usable = [folder for folder in found if (folder / "initdb").exists() and int(folder.parent.name) >= 15]
    return max(usable, key=lambda folder: int(folder.parent.name), default=None)


@contextmanager
def folder_for_a_server() -> Iterator[Path]:
    """A short new folder that an unprivileged server may enter; it goes with everything in it."""
    folder = Path(tempfile.mkdtemp(prefix="cl-"))
    folder.chmod(0o711)
    try:
        yield folder / "server"
    finally:
        shutil.rmtree(folder)


@contextmanager
def running_server(which: str) -> Iterator[EmbeddedServer]:
    """A hurried server on the `embedded` or the `system` programs."""
    programs = system_programs() if which == "system" else None
    if which == "system" and programs is None:
        pytest.skip("there is no PostgreSQL of the machine itself")
    with (
        folder_for_a_server() as folder,
        EmbeddedServer(folder, programs=programs, parameters=HURRIED) as server,
    ):
        yield server


def set_up_template(server: EmbeddedServer) -> str:
    """Set up the database that the others are copied from."""
    Database(server, TEMPLATE, is_guest=True).init()
    return TEMPLATE


def maker(server: EmbeddedServer, template: str) -> Callable[[], Database]:
    """Give what makes one more fresh database on a server."""
    return lambda: _created(server, sql.SQL("TEMPLATE {}").format(sql.Identifier(template)))


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """The server of the run."""
    with running_server(os.environ.get("CASELEDGER_TEST_POSTGRES", "embedded")) as running:
        yield running


@pytest.fixture(scope="session")
def template(server: EmbeddedServer) -> str:
    """The name of a database that is set up once and only copied."""
    return set_up_template(server)


@pytest.fixture(scope="session")
def new_database(server: EmbeddedServer, template: str) -> Callable[[], Database]:
    """Makes one more fresh database, set up like a new installation; it goes with the server."""
    return maker(server, template)


@pytest.fixture(scope="module")
def database(new_database: Callable[[], Database]) -> Iterator[Database]:
    """A fresh database for this test module, with roles and tables."""
    with new_database() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def empty_database(server: EmbeddedServer, template: str) -> Iterator[Database]:
    """A database of `cl_owner` with the rights of ours and without a single table."""
    with _created(server, sql.SQL("TEMPLATE template0 ENCODING 'UTF8'")) as fresh:
        yield fresh


@pytest.fixture
def make_server() -> Iterator[Callable[..., EmbeddedServer]]:
    """Makes servers in folders of their own that write as durably as the product; the test ends them."""
    with ExitStack() as all_of_them:

        def make(folder: Path | None = None, **more: object) -> EmbeddedServer:
            place = folder or all_of_them.enter_context(folder_for_a_server())
            made = EmbeddedServer(place, **more)  # type: ignore[arg-type] # passed on as given
            all_of_them.callback(made.stop)
            return made

        yield make


@pytest.fixture
def run_folder() -> Iterator[Path]:
    """A folder for one installation; the server that runs in it at the end is ended."""
    with folder_for_a_server() as folder:
        yield folder
        server = EmbeddedServer(folder)
        if server.pid is not None:
            with server:
                pass


def _created(server: EmbeddedServer, origin: sql.Composable) -> Database:
    name = f"test_{next(NUMBERS)}"
    with psycopg.connect(server.dsn(ADMIN, "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER cl_owner ").format(sql.Identifier(name)) + origin)
    with psycopg.connect(server.dsn(ADMIN, name), autocommit=True) as admin:
        ensure_rights(admin)
    return Database(server, name, is_guest=True)
