"""Disputes and the money that follows: who answers for it, with whose leave, on which voucher."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cases.codes import Subject
from cases.commands import Charge, Compensate, Dispute, Investigate, Mediate, Settle
from cases.events import (
    Charged,
    Compensated,
    Disputed,
    Investigated,
    Mediated,
    Reopened,
    Requested,
    Settled,
)
from cases.fact import Fact
from tests.cases.scenario import approved, classified, closed, given, received, rejected, told, yuan
from tests.fix_desk import ask

COMPLAINT = (received(), classified("complaint", severity="major"))
DISPUTED = Disputed.model_validate({"about": "liability", "claimed": yuan(500)})
SETTLED = Settled.model_validate({"settlement": "agreed", "is_accepted": True})
EVIDENCE = [{"sha256": "e" * 64, "media_type": "application/pdf"}]
CLAIM = told(Requested(subject=Subject.COMPENSATION, item="PC-7", reason="water damage"), actor="agent-mei")
ALLOWED = told(approved("compensation", item="PC-7"), actor="supervisor-qi")


def test_a_dispute_begins_and_is_told_once() -> None:
    command = ask(Dispute, about="liability", claimed={"minor": 50_000})
    given(*COMPLAINT).when(command).then(DISPUTED)
    given(*COMPLAINT, DISPUTED).when(command).then_quiet()
    given(*COMPLAINT, DISPUTED, SETTLED).when(command).then(DISPUTED)
    given(*COMPLAINT, closed("withdrawn")).when(command).then_refused(rule="closed")


def test_an_investigation_says_who_answers_for_it() -> None:
    found: dict[str, object] = {"liable": "carrier", "cause": "transport", "report_no": "DC-7"}
    fact = Investigated.model_validate(found)
    given(*COMPLAINT).when(ask(Investigate, **found)).then(fact)
    given(*COMPLAINT, fact).when(ask(Investigate, **found)).then_quiet()
    given(*COMPLAINT, fact).when(ask(Investigate, **{**found, "liable": "nobody"})).then_allowed()


@pytest.mark.parametrize(
    ("command", "fact"),
    [
        (
            ask(Mediate, body="institute", result="opinion"),
            Mediated.model_validate({"body": "institute", "result": "opinion"}),
        ),
        (ask(Settle, settlement="agreed", is_accepted=True), SETTLED),
    ],
)
def test_only_an_open_dispute_is_mediated_and_settled(command: Mediate | Settle, fact: Fact) -> None:
    given(*COMPLAINT).when(command).then_refused(rule="disputed-first", clause="S4 六(二)")
    given(*COMPLAINT, DISPUTED).when(command).then(fact)
    given(*COMPLAINT, DISPUTED, fact).when(command).then_quiet()
    given(*COMPLAINT, DISPUTED, SETTLED, DISPUTED).when(command).then(fact)


@pytest.mark.parametrize("settlement", ["agreed", "mediated", "withdrawn"])
def test_what_the_customer_does_not_accept_settles_nothing_but_by_decision(settlement: str) -> None:
    with pytest.raises(ValidationError, match="until they accept"):
        ask(Settle, settlement=settlement, is_accepted=False)
    decided = ask(Settle, settlement="decided", is_accepted=False, is_recourse_told=True)
    given(*COMPLAINT, DISPUTED).when(decided).then_allowed()


def test_a_dispute_outlives_the_closing_of_its_case() -> None:
    again = given(*COMPLAINT, DISPUTED, closed("withdrawn"), Reopened(reason="hums"))
    assert again.case.is_disputed
    again.when(ask(Settle, settlement="agreed", is_accepted=True)).then(SETTLED)
    assert not again.and_(SETTLED).case.is_disputed


def compensate(kind: str = "direct_loss", minor: int = 8000, **more: object) -> Compensate:
    return ask(Compensate, kind=kind, amount={"minor": minor}, item="PC-7", formula="loss-2026.1", **more)


def test_a_loss_is_made_good_once_its_claim_was_approved_by_somebody_else() -> None:
    fact = Compensated.model_validate(
        {"kind": "direct_loss", "amount": yuan(80), "item": "PC-7", "formula": "loss-2026.1"}
    )
    given(*COMPLAINT, CLAIM).when(compensate()).then_refused(
        rule="compensation-approved", clause="S4 六(一)3"
    )
    given(*COMPLAINT, CLAIM, ALLOWED).when(compensate()).then(fact)
    given(*COMPLAINT, CLAIM, ALLOWED, rejected("compensation", item="PC-7")).when(compensate()).then_refused(
        rule="compensation-approved"
    )
    given(*COMPLAINT, CLAIM, told(approved("compensation", item="PC-8"))).when(compensate()).then_refused()
    given(*COMPLAINT, CLAIM, ALLOWED).when(told(compensate(), actor="Supervisor-Qi")).then_refused(
        rule="four-eyes"
    )
    given(*COMPLAINT, CLAIM, ALLOWED, fact).when(compensate()).then_quiet()
    given(*COMPLAINT, CLAIM, ALLOWED, fact).when(compensate(minor=9000)).then_refused(rule="compensate-once")


def test_indirect_loss_needs_its_evidence() -> None:
    case = given(*COMPLAINT, CLAIM, ALLOWED)
    case.when(compensate("indirect_loss")).then_refused(rule="evidence", clause="S4 六(一)1")
    case.when(compensate("indirect_loss", attachments=EVIDENCE)).then_allowed()


def test_nothing_is_made_good_with_nothing() -> None:
    with pytest.raises(ValidationError):
        compensate(minor=-1)
    given(*COMPLAINT, CLAIM, ALLOWED).when(compensate(minor=0)).then_refused(rule="amount")


def charge(minor: int = 3500, **more: object) -> Charge:
    told_: dict[str, object] = {
        "cost": "parts",
        "payer": "company",
        "voucher_no": "BX-7",
        "budget": "parts-2026",
    }
    return ask(Charge, amount={"minor": minor}, **(told_ | more))


def test_a_voucher_is_charged_once_for_each_cost() -> None:
    fact = Charged.model_validate(
        {
            "cost": "parts",
            "amount": yuan(35),
            "payer": "company",
            "voucher_no": "BX-7",
            "budget": "parts-2026",
        }
    )
    given(*COMPLAINT).when(charge()).then(fact)
    given(*COMPLAINT, fact).when(charge()).then_quiet()
    given(*COMPLAINT, fact).when(charge(4000)).then_refused(rule="charge-once")
    given(*COMPLAINT, fact).when(charge(4000, cost="labour")).then_allowed()
    given(*COMPLAINT, fact, closed("withdrawn")).when(charge(900, voucher_no="BX-8")).then_allowed()


def test_a_cost_above_the_budget_needs_leave_and_another_hand() -> None:
    over = charge(is_over_budget=True)
    leave = told(approved("budget", item="parts-2026"), actor="supervisor-qi")
    given(*COMPLAINT).when(over).then_refused(rule="budget-approved", clause="S4 五(二)1")
    given(*COMPLAINT, leave).when(over).then_allowed()
    given(*COMPLAINT, leave).when(told(over, actor="supervisor-qi")).then_refused(rule="four-eyes")
    with pytest.raises(ValidationError, match="budget"):
        charge(is_over_budget=True, budget=None)
