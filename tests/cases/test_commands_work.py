"""Intake, goods and words: the right fact, the refusal with its clause, and silence the second time."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from cases.codes import Payer
from cases.commands import (
    Book,
    Classify,
    Deliver,
    Escalate,
    Inspect,
    Note,
    Receive,
    Reopen,
    Repair,
    Replace,
    Respond,
    Revisit,
    Ship,
    Transfer,
)  # fmt: skip
from cases.errors import Malformed
from cases.events import Booked, Classified, Received, Reopened, Repaired, Replaced, Shipped, Transferred
from cases.fact import Fact
from tests.cases.scenario import (
    CHECKED,
    RETURN_APPROVED,
    RETURNED,
    Story,
    classified,
    closed,
    day,
    delivered,
    given,
    inspected,
    received,
    ref,
    responded,
    revisited,
    shipped,
)  # fmt: skip
from tests.fix_desk import ask

REPAIR = (received(), classified("repair", mode="mail_in"), shipped(), delivered(), inspected())


def only(story: Story) -> Fact:
    """The one fact that a command came to."""
    assert isinstance(story.outcome, tuple), story.outcome
    (fact,) = story.outcome
    return fact


def test_receiving_pins_the_rules_in_force() -> None:
    fact = only(given().when(ask(Receive, channel="phone", product_model="TL-20").numbered("AS7")))
    assert isinstance(fact, Received)
    assert (fact.case_no, [pinned.regulation for pinned in fact.judged_under]) == ("AS7", ["lamp-factory"])


def test_a_demand_without_its_number_is_not_received() -> None:
    with pytest.raises(Malformed, match="number"):
        given().when(ask(Receive, channel="phone"))


def test_a_case_is_received_once() -> None:
    intake = ask(Receive, channel="phone").numbered("AS7")
    fact = only(given().when(intake))
    given(fact).when(intake).then_quiet()
    given(fact).when(intake.numbered("AS8")).then_refused(rule="received-once")


def test_classifying_says_what_the_customer_is_entitled_to() -> None:
    fact = only(given(received()).when(ask(Classify, kind="repair", reason="quality")))
    assert isinstance(fact, Classified)
    assert {verdict.clause: verdict.is_granted for verdict in fact.verdicts}["S0 二/3"] is True
    given(received(), fact).when(ask(Classify, kind="repair", reason="quality")).then_quiet()


def test_a_return_without_a_reason_is_not_classified() -> None:
    given(received()).when(ask(Classify, kind="return")).then_refused(clause="S0 一/3")


def test_who_pays_the_freight_follows_from_the_regulation() -> None:
    sent = ask(Ship, direction="inbound", mode="pickup")
    fact = only(given(received(), classified("repair", "quality")).when(sent))
    assert isinstance(fact, Shipped)
    assert (fact.payer, fact.payer_clause) == (Payer.COMPANY, "S0 三/3")
    given(received(), classified("repair", "quality"), fact).when(sent).then_quiet()
    unknown = only(given(*RETURN_APPROVED).when(sent))
    assert isinstance(unknown, Shipped)
    assert unknown.payer is not Payer.UNKNOWN


def test_a_customer_who_ships_gives_the_waybill() -> None:
    sent = ask(Ship, direction="inbound", mode="customer_ships", carrier="SF")
    given(*RETURN_APPROVED).when(sent).then_refused(clause="S0 三/3")
    with_waybill = sent.model_copy(update={"waybill": ref("waybill")})
    given(*RETURN_APPROVED).when(with_waybill).then_allowed()


def test_goods_arrive_once() -> None:
    arrived = ask(Deliver, direction="inbound")
    given(*RETURN_APPROVED, shipped()).when(arrived).then(delivered())
    given(*RETURNED).when(arrived).then_quiet()
    given(received(), closed("withdrawn")).when(arrived).then_refused(rule="closed")


def test_a_return_check_says_whether_it_passed() -> None:
    with pytest.raises(ValidationError, match="is_passed"):
        ask(Inspect, stage="return_check", disposition="refund")
    passed = ask(
        Inspect,
        stage="return_check", disposition="refund", is_passed=True, is_packaging_intact=True,
        are_accessories_complete=True,
    )  # fmt: skip
    given(*RETURNED).when(passed).then_allowed()
    given(*CHECKED).when(passed).then_quiet()
    given(received()).when(ask(Inspect, stage="arrival", disposition="repair")).then_refused(clause="S0 四/1")


def test_a_repair_follows_an_inspection() -> None:
    mended = ask(Repair, is_function_tested=True)
    given(*REPAIR).when(mended).then(Repaired(is_function_tested=True))
    given(*REPAIR, Repaired(is_function_tested=True)).when(mended).then_quiet()
    given(received(), classified("repair", mode="mail_in")).when(mended).then_refused(clause="S0 二/3")


def test_an_exchange_follows_a_passed_check() -> None:
    exchange = ask(Replace, product_model="TL-21")
    swapped = (received(), classified("exchange", "quality"), *RETURN_APPROVED[2:])
    given(*swapped).when(exchange).then_refused()
    done = given(*CHECKED, Replaced(product_model="TL-21"))
    done.when(exchange).then_quiet()


def test_a_visit_ends_after_it_begins() -> None:
    visit = ask(Book, begins_at=day(3, 5), ends_at=day(3, 5, hour=11))
    booked = Booked(begins_at=day(3, 5), ends_at=day(3, 5, hour=11))
    given(received(), classified("repair")).when(visit).then(booked)
    given(received(), classified("repair"), booked).when(visit).then_quiet()
    with pytest.raises(ValidationError, match="before begins_at"):
        ask(Book, begins_at=day(3, 5), ends_at=day(3, 4))


def test_an_answer_is_recorded_once() -> None:
    reply = ask(Respond, step="reply")
    given(received(), classified("consultation")).when(reply).then(responded("reply"))
    given(received(), classified("consultation"), responded("reply")).when(reply).then_quiet()


def test_a_revisit_keeps_what_the_customer_said() -> None:
    asked = ask(Revisit, method="phone", is_solved=True)
    given(*REPAIR, Repaired(), shipped("outbound"), delivered("outbound")).when(asked).then(revisited())
    given(*REPAIR, revisited()).when(asked).then_quiet()
    with pytest.raises(ValidationError):
        ask(Revisit, method="phone", is_solved=True, satisfaction=6)


def test_an_unreasonable_demand_goes_up_after_the_rules_were_explained() -> None:
    up = ask(Escalate, level="supervisor", reason="unreasonable_demand")
    given(received(), classified("complaint")).when(up).then_refused(clause="S0 五/3")
    explained = given(received(), classified("complaint"), responded("policy_explained"))
    fact = only(explained.when(up))
    explained.and_(fact).when(up).then_quiet()


def test_a_watchers_words_cannot_be_sent() -> None:
    with pytest.raises(ValidationError):
        ask(Escalate, level="supervisor", reason="overdue", is_automatic=True)


def test_a_note_says_something() -> None:
    with pytest.raises(ValidationError, match="a note needs"):
        ask(Note)
    with pytest.raises(ValidationError):
        ask(Note, attachments=[{"sha256": "not one"}])


def test_a_case_is_handed_over_and_back() -> None:
    to_tech = ask(Transfer, department="tech_support", assigned_to="liu")
    fact = Transferred.model_validate({"department": "tech_support", "assigned_to": "liu"})
    back = Transferred.model_validate({"department": "customer_service"})
    given(received(), classified("repair")).when(to_tech).then(fact)
    given(received(), classified("repair"), fact).when(to_tech).then_quiet()
    given(received(), classified("repair"), fact, back).when(to_tech).then(fact)
    given(received(), closed("withdrawn")).when(to_tech).then_refused(rule="closed")


def test_only_a_closed_case_is_reopened() -> None:
    hums = ask(Reopen, reason="fault_again")
    given(received(), closed("withdrawn")).when(hums).then(Reopened(reason="fault_again"))
    given(received(), closed("withdrawn"), Reopened(reason="fault_again")).when(hums).then_quiet()
    given(received()).when(hums).then_refused(rule="closed-first")


def test_a_purchase_date_is_a_date() -> None:
    assert ask(Receive, channel="store", purchased_on="2026-03-01").purchased_on == date(2026, 3, 1)
