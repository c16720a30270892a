"""Fixtures of the desk: ledger, vault and desk on the module's database, with the shipped regulation published."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from cases.caller import Caller
from cases.codes import Role
from cases.command import Command
from cases.desk import Desk
from cases.recorded import Source
from cases.reference import Published, demo_settings, shipped
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.vault import Vault

C = TypeVar("C", bound=Command)
NUMBERS = count(1)


def caller(role: Role = Role.AGENT, actor: str = "wang", principal: str = "console") -> Caller:
    """Somebody at the desk."""
    return Caller(actor, role, Source(system="api"), principal)


def ask(command: type[C], **body: object) -> C:
    """Make a command of the body that a caller sends."""
    return command.model_validate(body)


def new_key() -> str:
    """An idempotency key that nobody has used."""
    return f"key-{next(NUMBERS)}"


@cache
def documents() -> tuple[Published, ...]:
    """The shipped regulations and calendars and the demo settings, read and checked once a run."""
    return (*shipped(), *demo_settings())


@pytest.fixture(scope="module")
def ledger(database: Database) -> Iterator[Ledger]:
    """The product's log on the module's database."""
    with Ledger(database) as ledger:
        yield ledger


@pytest.fixture(scope="module")
def vault(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The vault of that log with keys of its own."""
    return Vault.open(ledger, tmp_path_factory.mktemp("keys") / "vault.json")


@pytest.fixture(scope="module")
def desk(ledger: Ledger, vault: Vault) -> Desk:
    """The desk, with the shipped regulation, its demo settings and the calendar published."""
    desk = Desk(ledger, vault)
    desk.publish(documents(), caller(Role.SERVICE, "set-up"))
    return desk


@pytest.fixture
def new_desk(new_database: Callable[[], Database], tmp_path: Path) -> Iterator[Desk]:
    """A desk on a database of its own, with nothing published."""
    with new_database() as database, Ledger(database) as ledger:
        yield Desk(ledger, Vault.open(ledger, tmp_path / "vault.json"))
