"""T30: names, phones and addresses are looked for byte by byte in everything that is kept or told."""

from __future__ import annotations

import base64
import logging
import os
import re
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from uuid import uuid4

import psycopg
import pytest
from pydantic import ValidationError

from cases.commands import COMMANDS, Correct, Note, Receive, Refund
from cases.desk import Desk
from cases.errors import CaseledgerError
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.store.server import EmbeddedServer
from cases.vault import Vault
from tests.faults import invariants
from tests.fix_desk import ask, caller, new_key

APPENDS = 10_000 if os.environ.get("CASELEDGER_FAULTS") == "full" else 300
SEED = int(os.environ.get("CASELEDGER_SEED", "2026"))
BIRD = "翠鸟"
"""In every canary; nothing else of ours has it."""
AGENT = caller()


class Canary:
    """One invented customer, whose words occur nowhere else."""

    def __init__(self, number: int, chance: Random) -> None:
        self.number = number
        self.phone = f"1{chance.choice('3578')}{chance.randrange(10**9):09d}"
        self.name = f"{BIRD}{number}号"
        self.address = f"广东省中山市古镇镇{BIRD}路{number}号"
        self.story = f"{BIRD}{number}号说灯一直嗡嗡响，请回电{self.phone}"


def needles(phones: set[str]) -> re.Pattern[bytes]:
    """Find the bird in every writing that a program might leave behind, and everything like a phone number."""
    bird = BIRD.encode()
    coded = base64.b64encode(bird * 3)[:8], base64.b64encode(b"1" + bird * 3)[2:10]
    writings = [
        bird, BIRD.encode("gb18030"), BIRD.encode("utf-16-le"), BIRD.encode("utf-16-be"),
        bird.hex().encode(), bird.hex().upper().encode(), BIRD.encode("unicode_escape"), *coded,
    ]  # fmt: skip
    return re.compile(b"|".join([*map(re.escape, writings), rb"(?<!\d)1[3578]\d{9}(?!\d)"]))


def hits(found: bytes, pattern: re.Pattern[bytes], phones: set[str]) -> list[bytes]:
    """Give what was found; of digits, only those that are one of our phones."""
    matches = (match.group() for match in pattern.finditer(found))
    return [match for match in matches if not match.isdigit() or match.decode() in phones]


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
    capsys: pytest.CaptureFixture[str],
) -> None:
    server, desk, ledger = room
    caplog.set_level(logging.DEBUG)
    chance = Random(SEED)
    canaries = [Canary(number, chance) for number in range(APPENDS)]
    phones = {canary.phone for canary in canaries}
    pattern = needles(phones)
    with ThreadPoolExecutor(4) as four:
        for raised in four.map(lambda canary: tell(desk, canary), canaries):
            assert hits(words_of(raised), pattern, phones) == []
    _fail_inside_the_database(ledger, canaries[0])
    searched = _search(server, pattern, phones)
    states = ledger.rows("SELECT string_agg(state, ' ') FROM log.case_events")[0][0]
    assert hits(states, pattern, phones) == [], "what the database may have compressed"
    assert hits(caplog.text.encode(), pattern, phones) == []
    assert hits(BIRD.encode() + canaries[0].phone.encode(), pattern, phones), "the search finds what is there"
    assert len(phones) == ledger.rows("SELECT count(*) FROM vault.subjects")[0][0]
    invariants.hold(ledger)
    with capsys.disabled():
        print(f"\nT30 seed {SEED}: {APPENDS} customers, {searched / 1e6:.0f} MB searched, 0 in clear")


def _fail_inside_the_database(ledger: Ledger, canary: Canary) -> None:
    """Let statements fail whose parameters are canaries: the server's log must not keep them."""
    for statement in ("SELECT %s::int", "SELECT 1 / (length(%s) - length(%s))", "SELECT pg_sleep(9), %s"):
        with psycopg.connect(ledger.database.app_dsn, autocommit=True) as connection:
            connection.execute("SET statement_timeout = '200ms'")
            with pytest.raises(psycopg.Error, match=r"invalid|division|statement timeout"):
                connection.execute(statement, [canary.name] * statement.count("%s"))


def _search(server: EmbeddedServer, pattern: re.Pattern[bytes], phones: set[str]) -> int:
    """Write everything out, then read every file of the server's folder: heap, indexes, WAL, log."""
    with psycopg.connect(server.dsn(ADMIN, "caseledger"), autocommit=True) as admin:
        admin.execute("CHECKPOINT")
        admin.execute("SELECT pg_switch_wal()")
    searched, logs = 0, 0
    for path in sorted(server.places.root.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            assert hits(content, pattern, phones) == [], f"in clear in {path.name}"
            searched += len(content)
            logs += path.suffix == ".log"
    assert logs, "the server's own log was among them"
    return searched
