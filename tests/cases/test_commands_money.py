"""Money and leave: never more back than was paid, never above the limit alone, never by one pair of eyes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cases.commands import AnswerQuote, Approve, Quote, Refund, Reject, Request
from cases.events import Approved, QuoteAnswered, Quoted, Refunded, Requested
from cases.regulation.rules import Rules
from tests.cases.scenario import (
    CHECKED,
    approved,
    classified,
    closed,
    given,
    received,
    refunded,
    rejected,
    told,
    yuan,
)  # fmt: skip
from tests.fix_desk import ask

QUOTED = Quoted(quote_no="BJ-1", amount=yuan(60))
OLD = (
    received(purchased_on="2024-12-01", goods_received_on="2024-12-03"),
    classified("repair", mode="mail_in"),
)
RICH = (received(paid={"minor": 500_000}), *CHECKED[1:])


def back(amount: int, **more: object) -> Refund:
    return ask(Refund, amount={"minor": amount * 100}, **more)


def test_a_refund_goes_back_after_the_passed_check() -> None:
    given(*CHECKED).when(back(199)).then(refunded(199))
    given(*CHECKED[:-1]).when(back(199)).then_refused(clause="S0 五/1(4)")


def test_the_same_refund_asked_twice_is_paid_once() -> None:
    given(*CHECKED, refunded(100)).when(back(100)).then_quiet()


def test_all_refunds_together_stay_within_what_was_paid() -> None:
    given(*CHECKED, refunded(100)).when(back(99)).then(refunded(99))
    given(*CHECKED, refunded(100)).when(back(101)).then_refused()
    given(*CHECKED).when(back(200)).then_refused()


def test_even_without_any_regulation_nobody_gets_more_than_was_paid() -> None:
    given(*CHECKED, rules=Rules()).when(back(200)).then_refused(rule="refund-within-paid")
    given(received(paid=None), rules=Rules()).when(back(1)).then_refused(rule="refund-within-paid")
    given(*CHECKED, rules=Rules()).when(back(0)).then_refused(rule="refund-within-paid")
    other = ask(Refund, amount={"minor": 100, "currency": "EUR"})
    given(*CHECKED, rules=Rules()).when(other).then_refused(rule="refund-within-paid")


def test_money_is_whole_minor_units() -> None:
    for wrong in (1.5, "100", -1, True):
        with pytest.raises(ValidationError):
            ask(Refund, amount={"minor": wrong})


def test_a_refund_above_the_limit_needs_a_supervisor_and_another_hand() -> None:
    given(*RICH).when(back(2000)).then_refused()
    asked = told(
        Requested.model_validate({"subject": "refund_limit", "reason": "large_amount"}), actor="agent-mei"
    )
    allowed = given(*RICH, asked, approved("refund_limit"))
    allowed.when(back(2000)).then(refunded(2000))
    same_hand = told(back(2000), role="supervisor")
    allowed.when(same_hand).then_refused(clause="S0 五/1")
    allowed.under(Rules()).when(same_hand).then_refused(rule="four-eyes")


def test_a_small_refund_then_another_does_not_slip_over_the_limit() -> None:
    given(*RICH, refunded(900)).when(back(200)).then_refused()


def test_who_asks_for_leave_may_not_give_it() -> None:
    leave = ask(Approve, subject="refund_limit", reason="large_amount")
    request = Requested.model_validate({"subject": "refund_limit", "reason": "large_amount"})
    by_herself = given(*RICH, told(request, role="supervisor"))
    by_herself.when(leave).then_refused(clause="S0 五/1")
    by_herself.under(Rules()).when(leave).then_refused(rule="four-eyes")
    by_agent = given(*RICH, told(request, actor="agent-mei"))
    by_agent.when(leave).then(approved("refund_limit", reason="large_amount", requested_by="agent-mei"))


@pytest.mark.parametrize("name", ["Agent-Mei", "AGENT-MEI", "agent-mei ", "agent-mei"])
def test_one_person_written_in_two_ways_is_one_pair_of_eyes(name: str) -> None:
    request = Requested.model_validate({"subject": "refund_limit", "reason": "large_amount"})
    leave = told(ask(Approve, subject="refund_limit", reason="large_amount"), actor="agent-mei")
    asked = given(*RICH, told(request, actor=name))
    asked.when(leave).then_refused(clause="S0 五/1")
    asked.under(Rules()).when(leave).then_refused(rule="four-eyes")
    lifted = given(*RICH, told(approved("refund_limit", item="large", reason="large_amount"), actor=name))
    lifted.under(Rules()).when(told(back(2000), actor="agent-mei")).then_refused(rule="four-eyes")


def test_leave_given_twice_is_quiet() -> None:
    leave = ask(Approve, subject="materials", reason="materials_complete")
    case = (received(), classified("return", "not_fit"))
    given(*case).when(leave).then(
        Approved.model_validate({"subject": "materials", "reason": "materials_complete"})
    )
    given(*case, approved("materials")).when(leave).then_quiet()


def test_leave_that_was_refused_in_between_is_given_again() -> None:
    yes = ask(Approve, subject="materials", reason="materials_complete")
    no = ask(Reject, subject="materials", reason="materials_missing")
    case = given(received(), classified("return", "not_fit"))
    case.and_(approved("materials"), rejected("materials")).when(yes).then(approved("materials"))
    case.and_(rejected("materials"), approved("materials")).when(no).then(rejected("materials"))
    case.and_(approved("materials"), approved("return")).when(yes).then_quiet()


def test_an_override_names_a_constraint_that_can_be_lifted() -> None:
    case = (received(), classified("return", "not_fit"))
    known = ask(Approve, subject="override", item="refund-after-inspection", reason="goodwill")
    given(*case).when(known).then_allowed()
    unknown = ask(Approve, subject="override", item="no-such-rule", reason="goodwill")
    given(*case).when(unknown).then_refused(rule="known-item")
    with pytest.raises(ValidationError, match="names a constraint"):
        ask(Approve, subject="override", reason="goodwill")


def test_an_exclusion_names_a_promise() -> None:
    case = (received(), classified("consultation"))
    known = ask(Request, subject="exclusion", item="consultation-reply", reason="force_majeure")
    given(*case).when(known).then_allowed()
    given(*case).when(ask(Request, subject="exclusion", item="nothing", reason="force_majeure")).then_refused(
        rule="known-item"
    )


def test_asking_for_leave_twice_is_quiet() -> None:
    asked = ask(Request, subject="return", reason="not_fit")
    fact = Requested.model_validate({"subject": "return", "reason": "not_fit"})
    given(received(), classified("return", "not_fit")).when(asked).then(fact)
    given(received(), classified("return", "not_fit"), fact).when(asked).then_quiet()
    given(received(), closed("withdrawn")).when(asked).then_refused(rule="closed")


def test_leave_is_refused_once() -> None:
    no = ask(Reject, subject="return", reason="materials_missing")
    case = (received(), classified("return", "not_fit"))
    given(*case).when(no).then(rejected("return"))
    given(*case, rejected("return")).when(no).then_quiet()
    given(received(), closed("withdrawn")).when(no).then_refused(rule="closed")


def test_a_quote_number_has_one_amount() -> None:
    quote = ask(Quote, quote_no="BJ-1", amount={"minor": 6000})
    given(*OLD).when(quote).then(QUOTED)
    given(*OLD, QUOTED).when(quote).then_quiet()
    given(*OLD, QUOTED).when(ask(Quote, quote_no="BJ-1", amount={"minor": 7000})).then_refused(
        rule="quote-once"
    )


def test_an_answer_follows_its_quote() -> None:
    yes = ask(AnswerQuote, quote_no="BJ-1", is_accepted=True)
    accepted = QuoteAnswered(quote_no="BJ-1", is_accepted=True)
    given(*OLD, QUOTED).when(yes).then(accepted)
    given(*OLD, QUOTED, accepted).when(yes).then_quiet()
    given(*OLD).when(yes).then_refused(clause="S0 二/3")


def test_a_refund_to_another_account_needs_leave() -> None:
    elsewhere = back(199, is_original_account=False)
    given(*CHECKED).when(elsewhere).then_refused(clause="S0 三/2")
    given(*CHECKED, approved("refund_account")).when(elsewhere).then(
        Refunded(amount=yuan(199), is_original_account=False)
    )
