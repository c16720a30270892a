"""T30 over HTTP: every route that takes text, answered or refused, in a program that is killed half-way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx2
import pytest

from api.access import SCOPED
from api.examples import EXAMPLES
from cases.commands import COMMANDS
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.store.server import EmbeddedServer
from tests.faults import invariants
from tests.faults.canaries import Canary, Search, canaries
from tests.fix_figures import Figure
from tests.running import Running, created

APPENDS, EVERY = (10_000, 1) if os.environ.get("CASELEDGER_FAULTS") == "full" else (40, 8)
SEED = int(os.environ.get("CASELEDGER_SEED", "2026"))
REFUSALS = 3
"""Requests of each customer that are to be refused; all of them, or every fifth, come in turn."""
STORY, PHONE = "<story>", "<phone>"
"""Where a customer's words go in a body."""
LARGE = 1_000_001


class Attempt(NamedTuple):
    """A request about a case with a customer's words somewhere in it."""

    path: str
    body: Any = None
    headers: dict[str, str] = {}
    text: str | None = None


def personal(verb: str) -> list[str]:
    """Name the personal fields of a command."""
    fields = COMMANDS[verb].model_json_schema()["properties"].items()
    return [name for name, shape in fields if any("x-personal" in one for one in shape.get("anyOf", [shape]))]


def taken() -> list[Attempt]:
    """Every command with a personal field, with the customer's words in all of these."""
    said = [
        Attempt(verb, {**EXAMPLES[verb], **dict.fromkeys(fields, STORY)})
        for verb in COMMANDS
        if verb != "receive" and (fields := personal(verb))
    ]
    right = {"corrects": 1, "reason": "typing_error"}
    return [
        *said,
        Attempt("correct", {**right, "personal": {"customer_name": STORY, "customer_address": STORY}}),
        Attempt("correct", {**right, "changes": {"product_model": PHONE}}),
    ]


def to_refuse() -> Iterator[Attempt]:
    """A customer's words in every place where they do not belong."""
    for verb, command in COMMANDS.items():
        path, body = "" if verb == "receive" else verb, EXAMPLES[verb]
        for name in command.model_fields:
            yield Attempt(path, {**body, name: [STORY] if name in personal(verb) else STORY})
        yield Attempt(path, {**body, STORY: STORY})
        yield Attempt(path, [STORY])
        yield Attempt(path, body, {"Idempotency-Key": PHONE * 20})
    for name in ("reason", "word", "document", "region", "batch", "assigned_to", "product_model", "order_no"):
        for verb in (verb for verb, command in COMMANDS.items() if name in command.model_fields):
            yield Attempt("" if verb == "receive" else verb, {**EXAMPLES[verb], name: PHONE})
    yield Attempt("note", {"text": STORY}, {"If-Match": PHONE})
    yield Attempt("note", text=f'{{"text": "{STORY}')
    yield Attempt("note", {"text": STORY}, {"Content-Type": "text/plain"})
    yield Attempt("note", {"text": STORY * (LARGE // len(STORY))})
    yield Attempt("unmask", {"field": STORY, "purpose": "call_back"})
    yield Attempt("unmask", {"field": "customer_phone", "purpose": STORY})


class Teller:
    """Tells what customers say to a running program, and keeps every byte that it answers."""

    def __init__(self, running: Running, key: str, clerk: str) -> None:
        self._client = httpx2.Client(base_url=f"{running.address}/api/v1", timeout=30)
        self._key, self._clerk = key, clerk
        self._taken, self._refused = taken(), list(to_refuse())[::EVERY]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def tell(self, canary: Canary) -> bytes:
        """Take the customer in, and say no in several ways; empty where the program was killed meanwhile."""
        try:
            return b"\n".join(self._told(canary))
        except httpx2.TransportError:
            return b""

    def _told(self, canary: Canary) -> Iterator[bytes]:
        number, key = canary.number, {"Idempotency-Key": f"canary-{canary.number}"}
        intake = {
            "channel": "phone", "customer_name": canary.name, "customer_phone": canary.phone,
            "customer_address": canary.address, "description": STORY, "serial": f"SN{canary.phone}",
            "paid": {"minor": 100},
        }  # fmt: skip
        received = self._send(canary, "/cases", Attempt("", intake, key))
        assert received.status_code == 201, received.status_code
        case = f"/cases/{received.json()['case_id']}"
        yield _whole(received)
        yield _whole(self._send(canary, "/cases", Attempt("", {**intake, "region": "江苏"}, key), 422))
        one = self._taken[number % len(self._taken)]
        yield _whole(self._send(canary, f"{case}/{one.path}", one))
        for at in range(number * REFUSALS, (number + 1) * REFUSALS):
            wrong = self._refused[at % len(self._refused)]
            path = f"{case}/{wrong.path}" if wrong.path else "/cases"
            yield _whole(self._send(canary, path, wrong, *range(400, 500)))
        yield _whole(self._send(canary, f"/cases/{canary.phone}/note", Attempt("", {"text": STORY}), 404))
        yield _whole(self._client.get(f"{case}/events", headers={"X-API-Key": self._key}))

    def _send(self, canary: Canary, path: str, attempt: Attempt, *expected: int) -> httpx2.Response:
        key = self._clerk if attempt.path == "unmask" else self._key
        usual = {"Idempotency-Key": f"{path}-{canary.number}"[-60:], "Content-Type": "application/json"}
        headers = {"X-API-Key": key, **usual, **filled(attempt.headers, canary)}
        if attempt.text is None:
            answer = self._client.post(path, json=filled(attempt.body, canary), headers=headers)
        else:
            answer = self._client.post(path, content=filled(attempt.text, canary), headers=headers)
        assert answer.status_code < 500
        assert not expected or answer.status_code in expected, (attempt, answer.status_code)
        return answer


def filled(part: Any, canary: Canary) -> Any:
    """Put a customer's words where they go."""
    match part:
        case str():
            return part.replace(STORY, canary.story).replace(PHONE, canary.phone)
        case dict():
            return {filled(name, canary): filled(value, canary) for name, value in part.items()}
        case list():
            return [filled(one, canary) for one in part]
        case _:
            return part


def _whole(answer: httpx2.Response) -> bytes:
    """Everything of an answer: headers and body."""
    return b"\n".join(name + b": " + value for name, value in answer.headers.raw) + b"\n" + answer.content


def tell_all(
    running: Running, keys: tuple[str, str], told: list[Canary], search: Search, until: int | None = None
) -> None:
    """Let four at a time tell; kill the program after so many."""
    with Teller(running, *keys) as teller, ThreadPoolExecutor(4) as four:
        for number, answered in enumerate(four.map(teller.tell, told)):
            assert search.hits(answered) == []
            assert answered or until is not None
            if number == until:
                running.crash()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_canary_told_over_http_is_found_in_clear(run_folder: Path, figure: Figure) -> None:
    assert len(list(to_refuse())[::EVERY]) <= APPENDS * REFUSALS, "every wrong request has its turn"
    customers = canaries(APPENDS, SEED)
    search, half = Search(customers), APPENDS // 2
    running = Running(run_folder, "--no-sample")
    scopes = [*COMMANDS, *(question.value for question in SCOPED)]
    keys = created(run_folder, "service", "canary-01", *scopes), created(run_folder, "agent", "agent-01")
    tell_all(running, keys, customers[: half + 20], search, until=half)
    assert search.hits(running.said.encode()) == []
    running = Running(run_folder)
    tell_all(running, keys, customers[half - 20 :], search)
    assert running.end() == 0
    _search_what_is_kept(run_folder, search)
    figure(f"T30 HTTP, seed {SEED}: {APPENDS} customers, {search.searched / 1e6:.0f} MB, 0 in clear")


def _search_what_is_kept(folder: Path, search: Search) -> None:
    with EmbeddedServer(folder) as server:
        search.through_tables(server.dsn(ADMIN, "caseledger"))
        with Database(server, is_guest=True) as database, Ledger(database) as ledger:
            assert ledger.rows("SELECT count(*) FROM vault.subjects")[0][0] >= len(search.phones)
            invariants.hold(ledger)
    search.through_files(folder.parent)
