"""Every test of the store runs on the embedded PostgreSQL and on the machine's own, where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from cases.store.database import Database
from cases.store.server import EmbeddedServer
from tests.fix_store import maker, running_server, set_up_template, system_programs

KINDS = ["embedded", *(["system"] if system_programs() else [])]


@pytest.fixture(scope="session", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[EmbeddedServer]:
    """A server of each kind in turn."""
    with running_server(str(request.param)) as running:
        yield running


@pytest.fixture(scope="session")
def template(server: EmbeddedServer) -> str:
    """Set up on this server: pytest would keep the one that other rooms made on theirs."""
    return set_up_template(server)


@pytest.fixture(scope="session")
def new_database(server: EmbeddedServer, template: str) -> Callable[[], Database]:
    """Makes databases on this server."""
    return maker(server, template)
