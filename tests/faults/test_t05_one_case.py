"""T05: eight threads refund and close one case; one winner a version, and never more back than was paid."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from uuid import UUID

import pytest

from cases.codes import Compensation, Role
from cases.command import Command
from cases.commands import Approve, Close, Compensate, Receive, Refund, Reopen
from cases.desk import Desk
from cases.errors import CaseIsBusy, CaseledgerError, Refused, VersionMismatch
from cases.events import Compensated
from cases.store.ledger import Ledger
from tests.faults import invariants
from tests.fix_desk import ask, caller, new_key
from tests.fix_figures import Figure

ROUNDS = 200 if os.environ.get("CASELEDGER_FAULTS") == "full" else 10
SEED = int(os.environ.get("CASELEDGER_SEED", "2026"))
PAID = 100_000
EIGHT = 8
PAPER = {"sha256": "a" * 64}
CLERK = caller(Role.FINANCE, "ru")
INTAKE = ask(
    Receive, channel="phone", customer_phone="13900001111", product_line="kettle", paid={"minor": PAID}
)


def moves(chance: Random) -> list[Command]:
    """What the eight of them want: mostly a large part of the money, some the end of the case."""
    ends: list[Command] = [ask(Close, outcome="solved"), ask(Reopen, reason="fault_again")]
    wanted: list[Command] = [
        ask(Refund, amount={"minor": chance.randrange(PAID // 4, PAID)}) for _ in range(EIGHT - 2)
    ]
    return chance.sample([*wanted, *ends], EIGHT)


def claims(chance: Random) -> list[Command]:
    """What the eight of them pay for one claim: each something else, together four times what was approved."""
    kinds = chance.sample(tuple(Compensation), EIGHT - 2)
    half = [{"kind": kind, "amount": {"minor": chance.randrange(PAID // 2, PAID)}} for kind in kinds]
    same = [*half, half[0], half[1]]
    return [ask(Compensate, item="K-1", formula="v1", attachments=[PAPER], **one) for one in same]


def race(desk: Desk, case_id: UUID, wanted: list[Command], version: int | None) -> list[str]:
    """Let everybody ask at once; gives what each was told."""
    gate = Barrier(EIGHT)

    def one(command: Command) -> str:
        gate.wait()
        try:
            receipt = desk.act(case_id, command, CLERK, key=new_key(), expected_version=version)
        except (CaseIsBusy, VersionMismatch) as lost:
            return f"lost, told version {lost.details['version'] > 1}"
        except Refused as refusal:
            return f"refused: {refusal.details['rule']}"
        except CaseledgerError as other:
            return f"wrong: {type(other).__name__}"
        return "won" if receipt.facts else "quiet"

    with ThreadPoolExecutor(EIGHT) as eight:
        return list(eight.map(one, wanted))


@pytest.mark.parametrize("is_with_version", [True, False], ids=["if-match", "without"])
def test_nobody_is_paid_twice_and_every_loser_is_told(
    desk: Desk, ledger: Ledger, is_with_version: bool, figure: Figure
) -> None:
    chance, told = Random(SEED), Counter[str]()
    for _ in range(ROUNDS):
        case_id = desk.receive(INTAKE, CLERK, key=new_key()).case_id
        answers = race(desk, case_id, moves(chance), 1 if is_with_version else None)
        won, case = answers.count("won"), ledger.case(case_id)
        assert case.version == 1 + won, "one winner a version"
        assert case.refunded_minor <= PAID
        assert won >= 1
        assert not is_with_version or won == 1
        told.update(answers)
    invariants.hold(ledger)
    figure(f"T05 seed {SEED}: {ROUNDS} races, over-refunds 0, {dict(sorted(told.items()))}")
    assert not [answer for answer in told if answer.startswith("wrong") or answer.endswith("False")]


def test_two_who_pay_for_one_claim_at_once_never_pay_more_than_was_approved(
    desk: Desk, ledger: Ledger, figure: Figure
) -> None:
    chance, told = Random(SEED), Counter[str]()
    leave = ask(Approve, subject="compensation", item="K-1", reason="loss", amount={"minor": PAID})
    for _ in range(ROUNDS):
        case_id = desk.receive(INTAKE, CLERK, key=new_key()).case_id
        desk.act(case_id, leave, caller(Role.SUPERVISOR, "qi"), key=new_key())
        told.update(race(desk, case_id, claims(chance), None))
        paid = [
            known.fact.amount for known in ledger.case(case_id).history if isinstance(known.fact, Compensated)
        ]
        assert 0 < sum(amount.minor for amount in paid) <= PAID
    figure(f"T05 seed {SEED}: {ROUNDS} races for one claim, {dict(sorted(told.items()))}")
    assert told["refused: leave-amount"] > 0
