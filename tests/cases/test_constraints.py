"""What the lamp factory's regulation forbids, each refusal with its clause (S0)."""

from __future__ import annotations

import pytest

from cases import events
from cases.codes import EscalationReason, Subject
from cases.fact import Fact, Money
from tests.cases.scenario import (
    CHECKED,
    RETURN_APPROVED,
    RETURNED,
    approved,
    checked,
    classified,
    closed,
    day,
    delivered,
    given,
    inspected,
    lamp_rules,
    received,
    ref,
    refunded,
    rejected,
    responded,
    revisited,
    shipped,
    told,
    yuan,
)

REPAIRED = events.Repaired(is_function_tested=True)
REPLACED = events.Replaced()
OLD = received(purchased_on="2024-12-01", goods_received_on="2024-12-03")
REPAIR = (received(), classified("repair", mode="mail_in"), shipped(), delivered(), inspected())
OLD_REPAIR = (OLD, *REPAIR[1:])
QUOTED = events.Quoted(quote_no="BJ-1", amount=yuan(60))
ACCEPTED = events.QuoteAnswered(quote_no="BJ-1", is_accepted=True)
DECLINED = events.QuoteAnswered(quote_no="BJ-1", is_accepted=False)


# taking in and classifying


def test_a_case_is_classified_before_anybody_works_on_it() -> None:
    given(received()).when(inspected()).then_refused(clause="S0 四/1", rule="classified-first")
    given(received(), classified("repair")).when(inspected()).then_allowed()


def test_an_unclassified_case_may_still_be_withdrawn() -> None:
    given(received()).when(closed("withdrawn")).then_allowed()


def test_a_return_names_its_reason() -> None:
    given(received()).when(classified("return")).then_refused(clause="S0 一/3", rule="return-has-a-reason")
    given(received()).when(classified("exchange", "not_fit")).then_allowed()
    given(received()).when(classified("repair")).then_allowed()


@pytest.mark.proves("S0-3.1b")
@pytest.mark.parametrize("missing", ["customer_name", "customer_phone", "description", "product_model"])
def test_a_registration_that_lacks_something_is_taken_in_and_found(missing: str) -> None:
    story = given().when(received(**{missing: None})).then_allowed()
    assert story.then_found("registration-complete", clause="S0 三/1").mode == "flag"


def test_a_complete_registration_and_an_imported_one_are_no_finding() -> None:
    given().when(received()).then_not_found("registration-complete")
    given().when(received(channel="import", customer_name=None)).then_not_found("registration-complete")


def test_a_lamp_that_does_not_fit_was_bought_somewhere() -> None:
    story = given(received(sales_channel="unknown")).when(classified("return", "not_fit"))
    story.then_allowed().then_found("sales-channel-known", clause="S0 二/2")


# goods on their way


def test_goods_come_back_only_after_the_materials_were_approved() -> None:
    story = given(received(), classified("return", "quality"))
    story.when(shipped()).then_refused(clause="S0 三/2", rule="materials-before-goods")
    story.and_(approved("materials")).when(shipped()).then_allowed()
    story.and_(approved("materials"), rejected("materials")).when(shipped()).then_refused(clause="S0 三/2")


def test_a_lamp_to_be_repaired_needs_no_approved_materials() -> None:
    given(received(), classified("repair")).when(shipped()).then_allowed()


def test_a_missing_return_order_is_found() -> None:
    story = given(received(), classified("return", "not_fit"), approved("materials"))
    story.when(shipped()).then_allowed().then_found("return-order-before-goods", clause="S0 五/1(2)")
    story.and_(approved("return")).when(shipped()).then_found("return-order-before-goods")
    given(*RETURN_APPROVED).when(shipped()).then_not_found("return-order-before-goods")


def test_who_ships_a_lamp_gives_the_waybill() -> None:
    story = given(*RETURN_APPROVED)
    story.when(shipped(mode="customer_ships")).then_refused(
        clause="S0 三/3", rule="waybill-when-customer-ships"
    )
    story.when(shipped(mode="customer_ships", waybill=ref("waybill"))).then_allowed()
    story.when(shipped(mode="pickup")).then_allowed()


def test_the_company_does_not_ship_to_itself() -> None:
    story = given(*RETURN_APPROVED).when(shipped(mode="company_ships"))
    story.then_refused(clause="S0 三/3", rule="goods-come-back-two-ways")


def test_freight_that_the_customer_should_not_pay_is_found() -> None:
    by_customer = shipped(payer="customer")
    repair = given(received(), classified("repair")).when(by_customer).then_allowed()
    repair.then_found("freight-of-warranty-repair", clause="S0 三/3")
    quality = given(received(), classified("return", "quality"), approved("materials")).when(by_customer)
    quality.then_found("freight-of-quality-return", clause="S0 三/3")
    given(*RETURN_APPROVED).when(by_customer).then_not_found("freight-of-quality-return")
    given(OLD, classified("repair")).when(by_customer).then_not_found("freight-of-warranty-repair")


def test_goods_that_never_arrived_are_found_at_the_end() -> None:
    story = given(received(), classified("repair"), shipped(), delivered(), revisited(), shipped("outbound"))
    story.when(closed()).then_found("goods-tracked-to-delivery", clause="S0 四/3")
    story.and_(delivered("outbound")).when(closed()).then_not_found("goods-tracked-to-delivery")


def test_damage_on_the_way_that_nobody_dealt_with_is_found() -> None:
    damaged = delivered("outbound", is_damaged=True)
    story = given(received(), classified("repair"), shipped("outbound"), damaged, revisited())
    story.when(closed()).then_found("damage-on-the-way-handled", clause="S0 四/3")
    story.and_(responded("solution")).when(closed()).then_not_found("damage-on-the-way-handled")


# goods that come back


def test_a_return_after_its_window_is_not_approved() -> None:
    late = received(purchased_on="2026-01-05", goods_received_on="2026-01-06")
    story = given(late, classified("return", "quality"))
    story.when(approved("return")).then_refused(clause="S0 二/2", rule="return-needs-a-right")
    story.when(approved("materials")).then_allowed()


def test_a_lamp_without_its_packaging_is_not_taken_back() -> None:
    story = given(*RETURNED, checked(is_packaging_intact=False, are_accessories_complete=True))
    for taken_back in (refunded(199), REPLACED, approved("return")):
        story.when(taken_back).then_refused(clause="S0 二/2", rule="return-needs-a-right")


def test_a_distance_buyer_may_have_opened_the_packaging() -> None:
    online = received(sales_channel="online")
    opened = checked(is_packaging_intact=False, are_accessories_complete=True)
    given(online, *RETURNED[1:], opened).when(refunded(199)).then_allowed()


def test_a_lamp_that_somebody_dropped_is_not_taken_back() -> None:
    story = given(received(), classified("return", "quality"), approved("materials"), shipped())
    story.and_(checked(is_human_damage=True)).when(refunded(199)).then_refused(clause="S0 二/2")


@pytest.mark.proves("S0-4.x", "S0-5.1")
def test_a_refund_is_refused_until_the_quality_department_has_inspected() -> None:
    refused = given(*RETURNED).when(refunded(199))
    refused.then_refused(clause="S0 五/1(4)", rule="refund-after-inspection")
    given(*CHECKED).when(refunded(199)).then_allowed()


def test_a_check_that_somebody_else_made_is_no_quality_inspection() -> None:
    story = given(*RETURNED, told(checked(), role="technician"))
    story.when(refunded(199)).then_refused(clause="S0 五/1(4)", rule="refund-after-inspection")


def test_the_newest_check_counts() -> None:
    given(*CHECKED, checked(passed=False)).when(refunded(199)).then_refused(clause="S0 五/1(4)")
    given(*CHECKED, checked(passed=False), checked()).when(refunded(199)).then_allowed()


def test_a_refund_that_claims_to_have_come_before_the_check_is_refused() -> None:
    story = given(*CHECKED)
    before = story.facts[-2].occurred_at
    story.when(told(refunded(199), at=before)).then_refused(clause="S0 五/1(4)")


def test_a_reopened_case_is_inspected_again_before_more_money_goes() -> None:
    story = given(*CHECKED, refunded(50), events.Reopened(reason="it hums again"))
    story.when(refunded(50)).then_refused(clause="S0 五/1(4)")


def test_an_exchange_waits_for_the_inspection_too() -> None:
    story = given(
        received(), classified("exchange", "quality"), approved("materials"), shipped(), delivered()
    )
    story.when(REPLACED).then_refused(clause="S0 五/1(4)", rule="exchange-after-inspection")
    story.and_(checked()).when(REPLACED).then_allowed()


def test_refund_and_exchange_together_are_found() -> None:
    given(*CHECKED, refunded(50)).when(REPLACED).then_found("refund-or-exchange", clause="S0 五/1(4)")
    given(*CHECKED, REPLACED).when(refunded(50)).then_found("refund-or-exchange")


def test_refunds_stay_within_what_was_paid() -> None:
    given(*CHECKED).when(refunded(200)).then_refused(clause="S0 三/2", rule="refund-within-paid")
    part = given(*CHECKED, refunded(150))
    part.when(refunded(50)).then_refused(clause="S0 三/2", rule="refund-within-paid")
    part.when(refunded(49)).then_allowed()


def test_a_refund_in_another_currency_or_of_an_unknown_price_is_refused() -> None:
    dollars = events.Refunded(amount=Money(minor=100, currency="USD"))
    given(*CHECKED).when(dollars).then_refused(rule="refund-within-paid")
    given(received(paid=None), *CHECKED[1:]).when(refunded(1)).then_refused(rule="refund-within-paid")


def test_a_refund_above_the_firms_limit_needs_leave() -> None:
    dear = given(received(paid=yuan(3000)), *CHECKED[1:])
    dear.when(refunded(1001)).then_refused(rule="refund-above-limit")
    dear.when(refunded(1000)).then_allowed()
    dear.and_(approved("refund_limit")).when(refunded(1001)).then_allowed()
    dear.under(lamp_rules(refund_limit=200_000)).when(refunded(1001)).then_allowed()


def test_money_goes_back_to_the_account_that_paid() -> None:
    elsewhere = refunded(199, is_original_account=False)
    given(*CHECKED).when(elsewhere).then_refused(clause="S0 三/2", rule="refund-to-original-account")
    given(*CHECKED, approved("refund_account")).when(elsewhere).then_allowed()


def test_who_approved_or_inspected_does_not_refund() -> None:
    for actor in ("supervisor-qi", "quality-lin"):
        refund = told(refunded(199), actor=actor)
        given(*CHECKED).when(refund).then_refused(clause="S0 五/1", rule="three-hands")


def test_who_approved_does_not_inspect() -> None:
    check = told(checked(), role="quality", actor="supervisor-qi")
    given(*RETURNED).when(check).then_refused(clause="S0 五/1", rule="three-hands")


def test_who_asks_for_leave_does_not_give_it() -> None:
    asked = told(events.Requested(subject=Subject.SPECIAL, reason="a gift"), actor="supervisor-qi")
    story = given(received(), classified("return", "not_fit"), asked)
    story.when(approved("special")).then_refused(clause="S0 五/1", rule="asker-does-not-approve")
    story.when(told(approved("special"), actor="supervisor-xu")).then_allowed()
    story.when(approved("materials")).then_allowed()
    named = approved("special", requested_by="supervisor-xu")
    story.when(told(named, actor="supervisor-xu")).then_refused(rule="asker-does-not-approve")


def test_a_failed_check_is_answered_before_the_case_ends() -> None:
    story = given(*RETURNED, checked(passed=False))
    story.when(closed("withdrawn")).then_refused(clause="S0 五/1", rule="failed-check-answered")
    story.and_(rejected("return")).when(closed("withdrawn")).then_allowed()
    story.and_(checked()).when(closed("withdrawn")).then_allowed()


def test_goods_that_failed_and_stayed_are_found() -> None:
    story = given(*RETURNED, checked(passed=False), rejected("return"))
    story.when(closed("refused")).then_found("failed-goods-sent-back", clause="S0 五/1")
    story.and_(shipped("outbound")).when(closed("refused")).then_not_found("failed-goods-sent-back")


def test_an_exchange_that_was_never_sent_is_found() -> None:
    exchange = (received(), classified("exchange", "quality"), approved("materials"), checked(), REPLACED)
    story = given(*exchange, revisited())
    story.when(closed()).then_found("exchange-sent-out", clause="S0 五/1(5)")
    story.and_(shipped("outbound")).when(closed()).then_not_found("exchange-sent-out")


# repairs


def test_nothing_is_repaired_unseen() -> None:
    given(*REPAIR[:-1]).when(REPAIRED).then_refused(clause="S0 二/3", rule="repair-after-inspection")
    given(*REPAIR).when(REPAIRED).then_allowed()


def test_out_of_warranty_the_customer_accepts_the_quote_first() -> None:
    story = given(*OLD_REPAIR)
    story.when(REPAIRED).then_refused(clause="S0 二/3", rule="repair-after-accepted-quote")
    story.and_(QUOTED).when(REPAIRED).then_refused(clause="S0 二/3")
    story.and_(QUOTED, DECLINED).when(REPAIRED).then_refused(clause="S0 二/3")
    story.and_(QUOTED, ACCEPTED).when(REPAIRED).then_allowed()


def test_a_dearer_second_quote_must_be_accepted_again() -> None:
    second = events.Quoted(quote_no="BJ-2", amount=yuan(90))
    given(*OLD_REPAIR, QUOTED, ACCEPTED, second).when(REPAIRED).then_refused(clause="S0 二/3")


def test_a_lamp_that_was_dropped_is_not_repaired_for_free() -> None:
    dropped = inspected(is_human_damage=True)
    given(*REPAIR[:-1], dropped).when(REPAIRED).then_refused(clause="S0 二/3")


def test_only_a_quote_that_was_told_can_be_answered() -> None:
    given(*OLD_REPAIR).when(ACCEPTED).then_refused(clause="S0 二/3", rule="answer-after-quote")
    other = events.QuoteAnswered(quote_no="BJ-9", is_accepted=True)
    given(*OLD_REPAIR, QUOTED).when(other).then_refused(rule="answer-after-quote")


def test_a_declined_quote_is_a_normal_end_once_it_was_declined() -> None:
    given(*OLD_REPAIR, QUOTED).when(closed("quote_declined")).then_refused(rule="declined-quote-on-record")
    given(*OLD_REPAIR, QUOTED, DECLINED).when(closed("quote_declined")).then_allowed()


def test_an_inspection_without_plan_or_time_is_found() -> None:
    given(*REPAIR[:-1]).when(inspected()).then_found("plan-and-time-told", clause="S0 五/2(2)")
    whole = inspected(promised_at=day(3, 6), plan=ref("plan"))
    given(*REPAIR[:-1]).when(whole).then_not_found("plan-and-time-told")


def test_a_repaired_lamp_that_stayed_is_found() -> None:
    story = given(*REPAIR, REPAIRED, revisited())
    story.when(closed()).then_found("repaired-goods-sent-back", clause="S0 五/2(3)")
    story.and_(shipped("outbound")).when(closed()).then_not_found("repaired-goods-sent-back")


def test_a_customer_who_was_not_told_is_found() -> None:
    story = given(*REPAIR, REPAIRED, shipped("outbound"), revisited())
    story.when(closed()).then_found("customer-told-to-collect", clause="S0 五/2(3)")
    story.and_(responded("notice")).when(closed()).then_not_found("customer-told-to-collect")


def test_a_second_repair_is_found() -> None:
    once = given(*REPAIR, REPAIRED).then_not_found("repaired-once")
    once.when(REPAIRED).then_allowed().then_found("repaired-once", clause="S0 六/3")


# the end of a case


@pytest.mark.parametrize("kind", ["return", "exchange", "repair"])
def test_a_case_is_closed_only_after_the_revisit(kind: str) -> None:
    story = given(received(), classified(kind, "quality"))
    story.when(closed()).then_refused(clause="S0 五/2(4)", rule="revisit-before-closing")
    story.and_(revisited(solved=False)).when(closed()).then_refused(clause="S0 五/2(4)")
    story.and_(revisited(), revisited(solved=False)).when(closed()).then_refused(clause="S0 五/2(4)")
    story.and_(revisited()).when(closed()).then_allowed()


def test_a_reopened_case_needs_another_revisit() -> None:
    story = given(*REPAIR, revisited(), closed(), events.Reopened(reason="it hums again"))
    story.when(closed()).then_refused(clause="S0 五/2(4)")


def test_a_consultation_is_closed_without_a_revisit() -> None:
    given(received(), classified("consultation"), responded("reply")).when(closed()).then_allowed()


def test_a_repair_revisited_by_survey_or_before_receipt_is_found() -> None:
    story = given(*REPAIR, REPAIRED, shipped("outbound"))
    story.when(revisited(method="survey")).then_found("revisit-by-phone", clause="S0 五/2(4)")
    story.when(revisited()).then_found("revisit-after-receipt", clause="S0 五/2(4)")
    story.and_(delivered("outbound")).when(revisited()).then_not_found("revisit-after-receipt")


def test_a_refusal_names_its_reason() -> None:
    story = given(received(), classified("return", "not_fit"))
    story.when(closed("refused")).then_refused(clause="S0 五/1", rule="refusal-after-rejection")
    story.and_(rejected("return")).when(closed("refused")).then_allowed()


# special cases


def test_an_unreasonable_demand_goes_up_only_after_the_policy_was_explained() -> None:
    goes_up = events.Escalated(level="supervisor", reason=EscalationReason.UNREASONABLE_DEMAND)
    story = given(received(), classified("complaint"))
    story.when(goes_up).then_refused(clause="S0 五/3", rule="policy-before-escalation")
    story.and_(responded("policy_explained")).when(goes_up).then_allowed()
    story.when(events.Escalated(level="supervisor", reason=EscalationReason.OVERDUE)).then_allowed()


def test_a_leaking_lamp_is_not_forgotten() -> None:
    story = given(received(), classified("consultation", is_safety=True))
    story.when(closed()).then_refused(clause="S0 五/3", rule="stop-use-before-closing")
    story.and_(responded("stop_use")).when(closed()).then_allowed().then_found("safety-goes-up")
    up: Fact = events.Escalated(level="quality", reason=EscalationReason.SAFETY)
    story.and_(responded("stop_use"), up).when(closed()).then_not_found("safety-goes-up")
