"""Fixtures of the API: an installation on the module's database, served to a client, with a key for every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import keys
from api.app import create_app
from api.examples import EXAMPLES
from api.installation import Installation
from cases.codes import Role
from cases.commands import COMMANDS
from cases.desk import Desk
from cases.settings import Settings
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.vault import Vault
from projections.following.engine import Engine
from projections.rebuilding import rebuild

WORDS = count(1)
Headers = dict[str, str]
KeyOf = Callable[[Role], str]


def fresh() -> Headers:
    """A new idempotency key."""
    return {"Idempotency-Key": f"lamp-{next(WORDS)}"}


@pytest.fixture(scope="module")
def here(
    database: Database, ledger: Ledger, vault: Vault, desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """An installation with the regulation published."""
    rebuild.prepare(database)
    Engine(database).catch_up()
    settings = Settings(data_dir=Path(tmp_path_factory.mktemp("installation")))
    return Installation(settings, database, ledger, vault, desk, Engine(database))


@pytest.fixture(scope="module")
def key_of(here: Installation) -> KeyOf:
    """Gives the key of a role; a service's key names every command as a scope."""
    made: dict[Role, str] = {}

    def give(role: Role) -> str:
        if role not in made:
            scopes = list(COMMANDS) if role is Role.SERVICE else []
            made[role] = keys.create(here.ledger, role, f"{role.value}-01", scopes=scopes)
        return made[role]

    return give


@pytest.fixture(scope="module")
def client(here: Installation) -> Iterator[TestClient]:
    """A client of the served application, without a key."""
    with TestClient(create_app(here), raise_server_exceptions=True) as client:
        yield client


class Teller:
    """Speaks to the API as one role after another."""

    def __init__(self, client: TestClient, key_of: KeyOf) -> None:
        self._client, self._key_of = client, key_of

    def as_(self, role: Role) -> Headers:
        """The headers of a role."""
        return {"Authorization": f"Bearer {self._key_of(role)}"}

    def post(self, path: str, body: Any = None, role: Role = Role.AGENT, more: Headers | None = None) -> Any:
        """Send a command."""
        return self._client.post(
            f"/api/v1{path}",
            json={} if body is None else body,
            headers={**self.as_(role), **fresh(), **(more or {})},
        )

    def get(self, path: str, role: Role = Role.QUALITY, **params: Any) -> Any:
        """Ask a question."""
        return self._client.get(f"/api/v1{path}", headers=self.as_(role), params=params)

    def received(self, **fields: Any) -> dict[str, Any]:
        """A new case, as its answer."""
        answer = self.post("/cases", {**EXAMPLES["receive"], **fields})
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture
def teller(client: TestClient, key_of: KeyOf) -> Teller:
    """Somebody who speaks to the API."""
    return Teller(client, key_of)
