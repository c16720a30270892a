"""The firm of the journeys: one server, one database and one app for all of them, and a clock moved by hand."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from functools import cache

import pytest
from fastapi.testclient import TestClient

from api import keys
from api.app import create_app
from api.installation import Installation
from cases.codes import Role
from cases.desk import Desk
from cases.settings import Settings
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.vault import Vault
from projections.following.engine import Engine
from projections.rebuilding import rebuild
from tests.fix_api import Teller
from tests.fix_desk import caller, documents
from tests.fix_watching import Hands
from tests.journeys.claim import Claim
from tests.journeys.walk import Firm


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark by which a journey says what it walks."""
    config.addinivalue_line(
        "markers", "walks(regulation, kind, *facts): a case walked to its closing, all that is due asserted"
    )


@pytest.fixture(scope="package")
def one_firm(
    new_database: Callable[[], Database], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Firm]:
    """A firm that holds its cases to all the shipped regulations."""
    hands, folder = Hands(), tmp_path_factory.mktemp("firm")
    with new_database() as database, Ledger(database) as ledger:
        vault = Vault.open(ledger, folder / "vault.json")
        desk = Desk(ledger, vault, hands)
        desk.publish(documents(), caller(Role.SERVICE, "set-up"))
        rebuild.prepare(database)
        here = Installation(Settings(data_dir=folder), database, ledger, vault, desk, Engine(database))
        here.engine.catch_up()
        with TestClient(create_app(here)) as client:
            teller = Teller(client, cache(lambda role: keys.create(ledger, role, f"{role.value}-01")))
            yield Firm(teller, here, hands)


@pytest.fixture
def firm(one_firm: Firm) -> Firm:
    """The firm, today, with no case on its way."""
    one_firm.hands.at = datetime.now(UTC)
    one_firm.walks.clear()
    return one_firm


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, None, None]:
    """Hold what a journey says that it walks against the tables and what it asserted, once it is through."""
    yield
    firm = item.funcargs.get("firm")
    walks = firm.walks if isinstance(firm, Firm) else []
    said = [Claim.of(*mark.args) for mark in item.iter_markers("walks")]
    unmet = [owed for one in said for owed in one.unmet(walks)]
    assert not unmet, f"this journey does not keep what it says: {unmet}"
