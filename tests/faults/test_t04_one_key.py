"""T04: fifty requests with one key have one effect; a key of another request, principal or moment is told apart."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic
from uuid import UUID

import psycopg
import pytest

from cases.codes import Role
from cases.commands import Note, Receive, Refund
from cases.desk import Desk, Receipt
from cases.errors import CaseledgerError, KeyInFlight, KeyReused
from cases.request import Request
from cases.store.ledger import Ledger
from tests.faults import invariants
from tests.fix_desk import ask, caller, new_key
from tests.fix_figures import Figure

ROUNDS = 20 if os.environ.get("CASELEDGER_FAULTS") == "full" else 2
PARALLEL = 50
AGENT, CASHIER = caller(), caller(Role.FINANCE, "ru")
INTAKE = ask(
    Receive, channel="phone", customer_phone="13900001111", product_line="kettle", paid={"minor": 90000}
)


@pytest.fixture
def case_id(desk: Desk) -> UUID:
    """A case of a product that no regulation binds, paid for."""
    return desk.receive(INTAKE, AGENT, key=new_key()).case_id


def all_at_once(act: Callable[[], Receipt]) -> list[Receipt]:
    """Let fifty threads do it together."""
    gate = Barrier(PARALLEL)

    def one(_: int) -> Receipt:
        gate.wait()
        return act()

    with ThreadPoolExecutor(PARALLEL) as fifty:
        return list(fifty.map(one, range(PARALLEL)))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_fifty_intakes_under_one_key_open_one_case(desk: Desk, ledger: Ledger, number: int) -> None:
    key, before = new_key(), ledger.settled()
    answers = all_at_once(lambda: desk.receive(INTAKE, AGENT, key=key))
    assert len({(answer.case_id, answer.case_no, answer.version, answer.position) for answer in answers}) == 1
    assert sum(not answer.replayed for answer in answers) == 1
    new = [fact for fact in ledger.page(before)[0] if fact.fact.name() == "Received"]
    assert len(new) == 1
    invariants.hold(ledger)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_fifty_refunds_under_one_key_pay_once(
    desk: Desk, ledger: Ledger, case_id: UUID, number: int, figure: Figure
) -> None:
    key, refund = new_key(), ask(Refund, amount={"minor": 60000})
    answers = all_at_once(lambda: desk.act(case_id, refund, CASHIER, key=key))
    assert {(answer.version, answer.facts) for answer in answers} == {(2, ("Refunded",))}
    assert len({answer.position for answer in answers}) == 1
    assert ledger.case(case_id).refunded_minor == 60000
    invariants.hold(ledger)
    figure(f"T04: effects 1 of {PARALLEL}, answers alike")


def test_another_body_under_the_key_is_refused_while_the_first_still_runs(desk: Desk, case_id: UUID) -> None:
    key, gate = new_key(), Barrier(PARALLEL)

    def one(number: int) -> str:
        gate.wait()
        try:
            return ",".join(desk.act(case_id, ask(Note, word=f"word-{number % 2}"), AGENT, key=key).facts)
        except CaseledgerError as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(PARALLEL) as fifty:
        told = list(fifty.map(one, range(PARALLEL)))
    assert sorted(set(told)) == [KeyReused.__name__, "Noted"]
    assert told.count("Noted") == PARALLEL // 2


def test_another_principal_may_use_the_same_key(desk: Desk, ledger: Ledger, case_id: UUID) -> None:
    key = new_key()
    for principal in ("console", "app"):
        desk.act(case_id, ask(Note, word=f"by-{principal}"), caller(principal=principal), key=key)
    assert ledger.case(case_id).version == 3


def test_a_key_that_is_being_worked_on_is_told_after_three_seconds_at_most(
    desk: Desk, ledger: Ledger, case_id: UUID
) -> None:
    key, note = new_key(), ask(Note, word="called")
    request = Request.of(note, AGENT, desk._vault.keys, key=key, until=0, case_id=case_id)
    statement, params = request.key_row(Receipt(case_id, "AS1", 2, 1))
    with psycopg.connect(ledger.database.app_dsn) as somebody_else:
        somebody_else.execute(statement, params)
        began = monotonic()
        with pytest.raises(KeyInFlight) as refusal:
            desk.act(case_id, note, AGENT, key=key)
        assert 1 < monotonic() - began < 3.2
        assert refusal.value.details["retry_after"] == 1
        somebody_else.rollback()
    assert desk.act(case_id, note, AGENT, key=key).facts == ("Noted",)
