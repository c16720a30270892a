"""Every test of the store runs on the embedded PostgreSQL and on the machine's own, where there is one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cases.store.server import EmbeddedServer
from tests.fix_store import running_server, system_programs

KINDS = ["embedded", *(["system"] if system_programs() else [])]


@pytest.fixture(scope="session", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[EmbeddedServer]:
    """A server of each kind in turn."""
    with running_server(str(request.param)) as running:
        yield running
