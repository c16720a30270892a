"""The database goes away and comes back: told in time, nothing lost, and served again at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from cases.commands import Note, Receive
from cases.desk import Desk
from cases.errors import Unavailable
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.store.server import EmbeddedServer
from cases.vault import Vault
from tests.fix_desk import ask, caller, new_key

AGENT = caller()


@pytest.fixture
def house(
    make_server: Callable[..., EmbeddedServer], tmp_path: Path
) -> Iterator[tuple[EmbeddedServer, Desk]]:
    """A desk on a server of its own."""
    server = make_server()
    server.start()
    with Database(server, is_guest=True) as database:
        database.init()
        with Ledger(database) as ledger:
            yield server, Desk(ledger, Vault.open(ledger, tmp_path / "vault.json"))


def test_an_outage_is_told_in_time_and_over_when_it_is_over(house: tuple[EmbeddedServer, Desk]) -> None:
    server, desk = house
    case_id = desk.receive(ask(Receive, channel="phone"), AGENT, key=new_key()).case_id
    server.stop()
    for _ in range(2):
        began = monotonic()
        with pytest.raises(Unavailable):
            desk.act(case_id, ask(Note, word="called"), AGENT, key="during the outage")
        assert monotonic() - began < 3.3
    server.start()
    began = monotonic()
    assert desk.act(case_id, ask(Note, word="called"), AGENT, key="during the outage").version == 2
    assert monotonic() - began < 3


def test_a_restart_between_two_commands_is_not_noticed(house: tuple[EmbeddedServer, Desk]) -> None:
    server, desk = house
    case_id = desk.receive(ask(Receive, channel="phone"), AGENT, key=new_key()).case_id
    for number in range(3):
        server.stop()
        server.start()
        assert desk.act(case_id, ask(Note, word=f"call-{number}"), AGENT, key=new_key()).version == number + 2
