"""T30: names, phones and addresses are looked for byte by byte in everything that is kept or told."""

from __future__ import annotations

import gzip
import logging
import os
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from pydantic import ValidationError

from api.notices.notice import TOLD, page
from cases.commands import COMMANDS, Correct, Note, Receive, Refund
from cases.desk import Desk
from cases.errors import CaseledgerError
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.store.server import EmbeddedServer
from cases.vault import Vault
from tests.faults import invariants
from tests.faults.canaries import Canary, Search, canaries
from tests.fix_desk import ask, caller, new_key
from tests.fix_figures import Figure
from tests.replay.exported import export

APPENDS = 10_000 if os.environ.get("CASELEDGER_FAULTS") == "full" else 300
SEED = int(os.environ.get("CASELEDGER_SEED", "2026"))
AGENT = caller()


@pytest.fixture
def room(
    make_server: Callable[..., EmbeddedServer], tmp_path: Path
) -> Iterator[tuple[EmbeddedServer, Desk, Ledger]]:
    """A server of its own, so that everything in its folder is ours."""
    server = make_server()
    server.start()
    with Database(server, is_guest=True) as database:
        database.init()
        with Ledger(database) as ledger:
            yield server, Desk(ledger, Vault.open(ledger, tmp_path / "keys" / "vault.json")), ledger


def tell(desk: Desk, canary: Canary) -> list[BaseException]:
    """Take the customer in, and say no to every fourth in every way; gives what was raised."""
    key = new_key()
    intake = ask(
        Receive, channel="phone", customer_name=canary.name, customer_phone=canary.phone,
        customer_address=canary.address, description=canary.story, serial=f"SN{canary.phone}", paid={"minor": 100},
    )  # fmt: skip
    case_id = desk.receive(intake, AGENT, key=key).case_id
    if canary.number % 4:
        return []
    raised: list[BaseException] = []
    refund = ask(Refund, amount={"minor": 101}, payment_reference=canary.phone)
    nonsense = {"text": [canary.story], "amount": canary.name}
    tries: list[Callable[[], object]] = [
        lambda: desk.receive(intake.model_copy(update={"region": "CN-44"}), AGENT, key=key),
        lambda: desk.act(uuid4(), ask(Note, text=canary.story), AGENT, key=canary.phone),
        lambda: desk.act(case_id, refund, AGENT, key=new_key()),
        lambda: desk.act(case_id, _correction(canary), AGENT, key=canary.phone),
        *(partial(command.model_validate, nonsense) for command in COMMANDS.values()),
    ]
    for attempt in tries:
        try:
            attempt()
        except (CaseledgerError, ValidationError) as refusal:
            raised.append(refusal)
    assert len(raised) == len(tries)
    return raised


def _correction(canary: Canary) -> Correct:
    wrong = {"purchased_on": canary.phone, "customer_name": canary.name}
    return ask(Correct, corrects=1, reason="typing_error", changes=wrong)


def words_of(raised: list[BaseException]) -> bytes:
    """Everything that an answer or a log might say of an error."""
    told = []
    for refusal in raised:
        told += [str(refusal), repr(refusal), *traceback.format_exception(refusal)]
        if isinstance(refusal, CaseledgerError):
            told.append(repr(refusal.details))
        if isinstance(refusal, ValidationError):
            told.append(repr(refusal.errors(include_input=False, include_context=False)))
    return "\n".join(told).encode()


def test_no_canary_is_found_in_clear(
    room: tuple[EmbeddedServer, Desk, Ledger],
    caplog: pytest.LogCaptureFixture,
    figure: Figure,
    tmp_path: Path,
) -> None:
    server, desk, ledger = room
    caplog.set_level(logging.DEBUG)
    customers = canaries(APPENDS, SEED)
    search = Search(customers)
    search.must_see(customers[0])
    with ThreadPoolExecutor(4) as four:
        for raised in four.map(lambda canary: tell(desk, canary), customers):
            assert search.hits(words_of(raised)) == []
    _fail_inside_the_database(ledger, customers[0])
    assert search.hits(caplog.text.encode()) == []
    for notice in notices(ledger):
        assert search.hits(notice) == []
    for log in event_logs(ledger, tmp_path):
        assert search.hits(log) == []
    search.through_tables(server.dsn(ADMIN, "caseledger"))
    assert len(search.phones) == ledger.rows("SELECT count(*) FROM vault.subjects")[0][0]
    invariants.hold(ledger)
    _write_everything_out(server)
    search.through_files(server.places.root)
    figure(f"T30 desk, seed {SEED}: {APPENDS} customers, {search.searched / 1e6:.0f} MB, 0 in clear")


def notices(ledger: Ledger) -> Iterator[bytes]:
    """The body of every notice of the log, as streams and webhooks send it."""
    reached, settled = 0, ledger.settled()
    while found := page(ledger, "urn:caseledger:canaries", TOLD.values(), reached, settled):
        yield from (notice.model_dump_json().encode() for notice in found)
        reached = found[-1].data.position


def event_logs(ledger: Ledger, folder: Path) -> Iterator[bytes]:
    """The log in every format in which it leaves the house."""
    for name in ("cases.xes.gz", "cases.sqlite", "cases.json"):
        assert export(ledger, folder / name).cases == APPENDS
        written = (folder / name).read_bytes()
        yield gzip.decompress(written) if name.endswith(".gz") else written


def _fail_inside_the_database(ledger: Ledger, canary: Canary) -> None:
    """Let statements fail whose parameters are canaries: the server's log must not keep them."""
    for statement in ("SELECT %s::int", "SELECT 1 / (length(%s) - length(%s))", "SELECT pg_sleep(9), %s"):
        with psycopg.connect(ledger.database.app_dsn, autocommit=True) as connection:
            connection.execute("SET statement_timeout = '200ms'")
            with pytest.raises(psycopg.Error, match=r"invalid|division|statement timeout"):
                connection.execute(statement, [canary.name] * statement.count("%s"))


def _write_everything_out(server: EmbeddedServer) -> None:
    """Let the server's files hold what its memory holds."""
    with psycopg.connect(server.dsn(ADMIN, "caseledger"), autocommit=True) as admin:
        admin.execute("CHECKPOINT")
        admin.execute("SELECT pg_switch_wal()")
