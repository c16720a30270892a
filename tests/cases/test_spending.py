"""Leave that names an amount: all that is spent on it, refunded or paid, stays within what was approved."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cases.codes import LeaveReason
from cases.commands import Approve, Charge, Compensate, Correct, Refund
from cases.events import Charged, Reopened
from cases.regulation.rules import Rules
from tests.cases.scenario import (
    CHECKED,
    approved,
    closed,
    given,
    received,
    refunded,
    rejected,
    rules_of,
    told,
    yuan,
)
from tests.cases.supporting import FOUND_OUT, compensated
from tests.fix_desk import ask

LOSS, GOODWILL = compensated("direct_loss", 60), compensated("goodwill", 40)
CLAIM = approved("compensation", item=LOSS.item, amount=yuan(100))
RETURN = approved("return", amount=yuan(150))
AGAIN = Reopened.model_validate({"reason": "not_solved"})
NONE = Rules()


def pays(amount: int, kind: str = "goodwill", **more: object) -> Compensate:
    body = {"item": LOSS.item, "formula": "v1", **more}
    return ask(Compensate, kind=kind, amount={"minor": amount * 100}, **body)


def allows(amount: int, subject: str = "compensation", item: str | None = LOSS.item) -> Approve:
    return ask(Approve, subject=subject, item=item, reason="loss", amount={"minor": amount * 100})


def test_what_is_paid_for_a_claim_stays_in_sum_within_the_amount_approved() -> None:
    granted = given(received(), CLAIM, LOSS, rules=NONE)
    granted.when(pays(40)).then_allowed()
    granted.when(pays(41)).then_refused(rule="leave-amount", clause="S4 六(一)3")
    given(received(), CLAIM, rules=NONE).when(pays(101)).then_refused(rule="leave-amount")


def test_a_refusal_says_what_was_approved() -> None:
    refused = given(received(), CLAIM, LOSS, rules=NONE).when(pays(41)).outcome
    assert getattr(refused, "details", {}).items() >= {"approved": "100.00 CNY", "item": LOSS.item}.items()


def test_each_claim_has_an_amount_of_its_own_and_leave_without_one_sets_none() -> None:
    other = approved("compensation", item="K-2")
    story = given(received(), CLAIM, LOSS, GOODWILL, other, rules=NONE)
    story.when(pays(9_000, item="K-2")).then_allowed()
    story.when(pays(1, "coupon")).then_refused(rule="leave-amount")


def test_another_currency_is_not_covered() -> None:
    euro = pays(1).model_copy(update={"amount": yuan(1).model_copy(update={"currency": "EUR"})})
    given(received(), CLAIM, rules=NONE).when(euro).then_refused(rule="leave-amount")


def test_more_is_paid_once_more_was_approved_and_less_is_not_approved_than_was_paid() -> None:
    paid = given(received(), CLAIM, LOSS, GOODWILL, rules=NONE)
    paid.when(allows(99)).then_refused(rule="leave-amount")
    paid.when(allows(120)).then_allowed()
    more = approved("compensation", item=LOSS.item, amount=yuan(120))
    paid.and_(more).when(pays(20, "coupon")).then_allowed()
    paid.and_(more).when(pays(21, "coupon")).then_refused(rule="leave-amount")


def test_after_a_reopening_new_leave_counts_what_was_paid_before() -> None:
    again = given(received(), CLAIM, LOSS, closed(), AGAIN, rules=NONE)
    again.when(allows(59)).then_refused(rule="leave-amount")
    leave = approved("compensation", item=LOSS.item, amount=yuan(100))
    again.and_(leave).when(pays(41)).then_refused(rule="leave-amount")
    again.and_(leave).when(pays(40)).then_allowed()


@pytest.mark.parametrize("subject", ["return", "refund_limit"])
def test_all_refunds_stay_within_the_amount_that_was_approved(subject: str) -> None:
    leave = approved(subject, amount=yuan(150))
    story = given(*CHECKED, leave, refunded(100), rules=NONE)
    back = ask(Refund, amount={"minor": 5_000})
    story.when(back).then_allowed()
    above = ask(Refund, amount={"minor": 5_001})
    story.when(above).then_refused(rule="leave-amount", clause="S0 三/2")
    story.and_(rejected(subject)).when(above).then_allowed()


def test_a_cost_above_the_budget_stays_within_the_amount_and_one_within_it_does_not_count() -> None:
    def cost(amount: int, number: str, *, above: bool = True) -> Charge:
        told_of = {"cost": "parts", "payer": "company", "voucher_no": number, "budget": "B-1"}
        return ask(Charge, amount={"minor": amount * 100}, is_over_budget=above, **told_of)

    usual = cost(900, "V-1", above=False)
    booked = usual.as_fact(Charged)
    story = given(received(), approved("budget", item="B-1", amount=yuan(80)), booked, rules=NONE)
    story.when(cost(80, "V-2")).then_allowed()
    story.when(cost(81, "V-2")).then_refused(rule="leave-amount", clause="S4 五(二)1")


@pytest.mark.parametrize(
    ("version", "more", "is_kept"),
    [
        (2, {"changes": {"amount": {"minor": 10_000}}}, True),
        (2, {"changes": {"amount": {"minor": 9_999}}}, False),
        (4, {"changes": {"amount": {"minor": 4_001}}}, False),
        (4, {"changes": {"amount": {"minor": 3_000}}}, True),
        (2, {"is_withdrawn": True}, True),
    ],
    ids=["as it was", "leave lowered", "paid more", "paid less", "leave withdrawn"],
)
def test_no_correction_leaves_more_spent_than_approved(
    version: int, more: dict[str, object], is_kept: bool
) -> None:
    story = given(received(), CLAIM, LOSS, GOODWILL, rules=NONE)
    change = ask(Correct, corrects=version, reason="typing_error", document="D-1", **more)
    corrected = story.when(told(change, role="supervisor"))
    corrected.then_allowed() if is_kept else corrected.then_refused(rule="leave-amount")


@pytest.mark.proves("S4-6.1c")
def test_above_what_a_supervisor_may_approve_management_approves_too_and_its_amount_is_the_one_that_holds() -> (
    None
):
    meters = rules_of("water-meter", "water-meter", supervisor_compensation=50_000)
    claim = (received(product_line="water-meter"), FOUND_OUT, approved("compensation", item=LOSS.item))
    story = given(*claim, rules=meters)
    story.when(pays(500)).then_allowed()
    story.when(pays(501)).then_refused(clause="S4 六(一)3", rule="compensation-above-level")
    above = allows(600).model_copy(update={"reason": LeaveReason.LARGE_AMOUNT})
    by_management = told(above, role="management")
    story.when(by_management).then_allowed()
    leave = approved("compensation", item=LOSS.item, amount=yuan(600), reason="large_amount")
    decided = story.and_(told(leave, role="management"))
    decided.when(pays(600)).then_allowed()
    decided.when(pays(601)).then_refused(rule="leave-amount")


def test_an_amount_goes_with_leave_for_money_only() -> None:
    for subject, item in (("materials", None), ("part", "P-1"), ("return", "P-1")):
        with pytest.raises(ValidationError, match="leave for money"):
            allows(100, subject, item)


def test_leave_without_an_amount_is_withdrawn_without_a_document_and_one_with_it_is_not() -> None:
    plain = approved("compensation", item=LOSS.item)
    withdrawn = ask(Correct, corrects=2, reason="typing_error", is_withdrawn=True)
    given(received(), plain, rules=NONE).when(told(withdrawn, role="supervisor")).then_allowed()
    with pytest.raises(Exception, match="document"):
        given(received(), CLAIM, rules=NONE).when(told(withdrawn, role="supervisor"))
