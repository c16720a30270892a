"""The lamp factory (S0): question, repair, return, exchange, complaint and danger, from first call to the audit."""

from __future__ import annotations

from typing import Any

import pytest

from cases.codes import Role
from cases.period import Period
from replay.audit.draw import AuditRoom
from tests.cases.clock_stories import wall
from tests.fix_desk import caller
from tests.journeys.walk import Firm, Walk

LAMP: dict[str, Any] = {
    "product_line": "lamp", "product_model": "kettle lamp", "description": "嗡嗡响", "sales_channel": "store",
    "purchased_on": "2026-06-02", "goods_received_on": "2026-06-03",
    "has_proof": True, "has_fault_description": True, "paid": {"minor": 19_900},
}  # fmt: skip
PAID_BACK: dict[str, Any] = {"amount": {"minor": 19_900}}
CHECK: dict[str, Any] = {
    "stage": "return_check", "disposition": "refund", "is_passed": True, "is_human_damage": False,
    "is_packaging_intact": True, "are_accessories_complete": True,
}  # fmt: skip
IN_MAY: dict[str, Any] = {**LAMP, "purchased_on": "2026-05-02", "goods_received_on": "2026-05-03"}
INBOUND: dict[str, Any] = {"direction": "inbound", "mode": "pickup", "carrier": "SF", "waybill": "SF7788"}
OUT: dict[str, Any] = {"direction": "outbound", "mode": "company_ships", "carrier": "SF", "waybill": "SF7791"}
CASE = "SELECT kind, department, stage, outcome FROM bi.fct_cases WHERE case_id = %s"
FINDINGS = "SELECT constraint_id FROM bi.fct_findings WHERE case_id = %s ORDER BY 1"


def sent_in(firm: Firm, kind: str, **demand: Any) -> Walk:
    """A lamp that hums comes back to the factory, its materials approved first."""
    walk = Walk(firm, **{**LAMP, **demand}).does("classify", kind=kind, reason="quality")
    walk.is_refused("ship", "S0 三/2", **INBOUND)
    walk.does("approve", subject="materials", reason="materials_complete")
    walk.does("approve", subject=kind, reason="quality", order_no="TH-2026-7")
    return walk.does("ship", **INBOUND).does("deliver", direction="inbound")


def found(cause: str, day: str) -> dict[str, Any]:
    """What technical support finds on arrival: the cause, how it is put right, and by the evening of which day."""
    plan: dict[str, Any] = {"stage": "arrival", "cause": cause, "disposition": "repair", "plan": "更换零件"}
    return plan | {"promised_at": f"{day}T18:00:00+08:00"}


@pytest.mark.walks("lamp-factory", "consultation")
def test_a_question_that_nobody_takes_up_goes_to_the_supervisor_and_is_answered_within_a_day_of_holiday(
    firm: Firm,
) -> None:
    walk = Walk(firm.at("2026-09-30 18:00"), **LAMP)
    walk.is_refused("close", "S0 四/1", outcome="solved").does("classify", kind="consultation")
    walk.is_routed_to("customer_service")
    walk.at("2026-09-30 20:01").has_gone_up(("first-response", "supervisor"))
    walk.does("respond", step="acknowledged")
    told = walk.explained("lamp-factory:consultation-reply:1")
    assert (told.clause, told.due, told.verdict) == ("S0 三/2", "10-01 18:00", "open"), (
        "a holiday counts as well"
    )
    walk.at("2026-10-01 12:00").has_gone_up(
        ("first-response", "supervisor"), ("consultation-reply", "warn-75")
    )
    walk.at("2026-10-01 17:00").does("respond", step="reply").does("close", outcome="solved")
    walk.has_clocks(
        ("consultation-reply", "met"), ("first-response", "breached"), ("phone-pickup", "not_configured"),
        ("resolution", "met"),
    )  # fmt: skip
    walk.has_rows(CASE, ("consultation", "customer_service", "closed", "solved"))


@pytest.mark.walks("lamp-factory", "return")
def test_a_lamp_sent_back_lies_about_is_checked_by_quality_and_paid_back_by_finance(firm: Firm) -> None:
    walk = sent_in(firm.at("2026-06-08 09:00"), "return").is_routed_to("customer_service")
    walk.is_refused("refund", "S0 五/1(4)", **PAID_BACK)
    told = walk.explained("lamp-factory:goods-inspected:1")
    assert (told.clause, told.due) == ("配置，非制度规定", "06-12 00:00"), "three working days, by the firm"
    walk.at("2026-06-12 00:01").has_gone_up(("goods-inspected", "supervisor"))
    walk.at("2026-06-12 09:00").does("inspect", Role.QUALITY, **CHECK)
    walk.form_says(
        "return-order", {"Number": "TH-2026-7", "Reason": "quality", "Finding of quality": "refund"}
    )
    walk.form_says("waybill", {"Sent by": "pickup", "Carrier": "SF"})
    walk.form_says("fault-description", {"Model": "kettle lamp", "Bought on": "2026-06-02"})
    walk.is_refused("refund", "S0 三/2", amount={"minor": 20_000})
    walk.at("2026-06-15 10:00").does("refund", **PAID_BACK)
    walk.is_refused("close", "S0 五/2(4)", outcome="solved")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5).does("close", outcome="solved")
    walk.has_clocks(
        ("first-response", "met"), ("goods-inspected", "breached"), ("phone-pickup", "not_configured"),
        ("refund-within", "met"), ("resolution", "met"),
    )  # fmt: skip
    walk.has_rows("SELECT refunded_minor, stage FROM bi.fct_cases WHERE case_id = %s", (19_900, "closed"))
    walk.has_rows(FINDINGS)


def priced(firm: Firm) -> Walk:
    """A lamp two years old comes in by mail and is mended for a price that was told, a day after the time told."""
    old: dict[str, Any] = {"purchased_on": "2024-03-01", "goods_received_on": "2024-03-01"}
    walk = Walk(firm.at("2026-06-08 09:00"), **{**LAMP, **old})
    walk.does("classify", kind="repair", mode="mail_in").is_routed_to("customer_service")
    walk.does("ship", **{**INBOUND, "waybill": "SF7789"})
    walk.at("2026-06-10 09:00").does("deliver", direction="inbound")
    walk.at("2026-06-11 09:00").does("inspect", **found("driver", "2026-06-12"))
    walk.is_refused("repair", "S0 二/3", cause="driver")
    walk.does("quote", quote_no="Q-7", amount={"minor": 8_800})
    walk.does("answer-quote", quote_no="Q-7", is_accepted=True)
    walk.at("2026-06-12 18:01").has_gone_up(("repair-promise", "supervisor"))
    return walk.at("2026-06-13 15:00").does("repair", cause="driver").does("ship", **OUT)


@pytest.mark.walks("lamp-factory", "repair")
def test_a_lamp_too_old_is_mended_by_mail_late_at_a_price_that_was_told(firm: Firm) -> None:
    walk = priced(firm).does("respond", step="notice")
    walk.at("2026-06-15 10:00").does("deliver", direction="outbound")
    walk.is_refused("close", "S0 五/2(4)", outcome="solved")
    walk.at("2026-06-17 10:00").does("revisit", method="phone", is_solved=True).does(
        "close", outcome="solved"
    )
    walk.form_says("fault-description", {"Bought on": "2024-03-01", "Materials approved": None})
    walk.form_says("waybill", {"Sent by": "pickup", "Waybill": "***"})
    walk.has_clocks(
        ("first-response", "met"), ("goods-inspected", "met"), ("phone-pickup", "not_configured"),
        ("repair-promise", "breached"), ("resolution", "met"), ("revisit-due", "met"),
    )  # fmt: skip
    walk.has_rows(CASE, ("repair", "customer_service", "closed", "solved"))
    walk.has_rows(FINDINGS)


@pytest.mark.walks("lamp-factory", "complaint", "Escalated", "Revisited")
def test_a_complaint_with_an_unreasonable_demand_goes_up_after_the_policy_was_explained(firm: Firm) -> None:
    walk = Walk(firm.at("2026-06-08 09:00"), **LAMP).does("classify", kind="complaint", category="product")
    walk.is_routed_to("customer_service")
    walk.at("2026-06-08 11:01").has_gone_up(("first-response", "supervisor"))
    up: dict[str, Any] = {"level": "supervisor", "reason": "unreasonable_demand"}
    walk.is_refused("escalate", "S0 五/3", **up)
    walk.does("respond", step="policy_explained").does("escalate", **up)
    walk.has_gone_up(("first-response", "supervisor"), ("unreasonable_demand", "supervisor"))
    assert walk.explained("lamp-factory:resolution:1").due == "06-24 00:00"
    walk.at("2026-06-10 09:00").does("respond", Role.SUPERVISOR, step="solution", text="更换驱动")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=3).does("close", outcome="solved")
    walk.has_clocks(
        ("first-response", "breached"), ("phone-pickup", "not_configured"), ("resolution", "met"),
    )  # fmt: skip
    complaint = (
        "SELECT category, department, is_solved, satisfaction FROM bi.fct_complaints WHERE case_id = %s"
    )
    walk.has_rows(complaint, ("product", "customer_service", True, 3)).has_rows(FINDINGS)


def test_a_danger_is_told_at_once_and_goes_up_before_the_case_may_end(firm: Firm) -> None:
    walk = Walk(firm.at("2026-06-08 09:00"), **LAMP).does("classify", kind="consultation", is_safety=True)
    at_once = ("safety-at-once", "supervisor"), ("safety-at-once", "quality")
    walk.has_gone_up(*at_once).is_refused("close", "S0 五/3", outcome="solved")
    walk.does("respond", step="stop_use").does("escalate", level="supervisor", reason="safety")
    walk.does("respond", step="reply").does("close", outcome="solved")
    assert walk.clocks()["safety-stop-use"] == "met"
    walk.has_gone_up(*at_once, ("safety", "supervisor"))
    walk.has_rows(
        "SELECT is_safety, escalated_at IS NOT NULL FROM bi.fct_cases WHERE case_id = %s", (True, True)
    )
    walk.has_rows(FINDINGS)


def exchanged(firm: Firm) -> Walk:
    """A lamp that hums is checked by quality and another one sent out; nobody asks how it fares."""
    walk = sent_in(firm.at("2026-05-06 09:00"), "exchange", **IN_MAY)
    walk.is_refused("replace", "S0 五/1(4)", Role.LOGISTICS, new_serial="K7-0001-3344")
    walk.at("2026-05-08 10:00").does("inspect", Role.QUALITY, **{**CHECK, "disposition": "replace"})
    walk.does("replace", Role.LOGISTICS, new_serial="K7-0001-3344").does("ship", **OUT)
    return walk.at("2026-05-11 10:00").does("deliver", direction="outbound")


@pytest.mark.walks("lamp-factory", "exchange", "Revisited")
def test_an_exchange_is_checked_sent_out_asked_about_late_and_drawn_for_the_audit_of_its_month(
    firm: Firm,
) -> None:
    walk = exchanged(firm).is_routed_to("customer_service")
    walk.is_refused("close", "S0 五/2(4)", outcome="solved")
    told = walk.explained("lamp-factory:revisit-due:1")
    assert (told.clause, told.due, told.moved_by) == ("S0 五/2(4)", "05-15 00:00", ["Delivered"])
    walk.at("2026-05-15 00:01").has_gone_up(("revisit-due", "supervisor"))
    walk.at("2026-05-15 09:00").does("revisit", method="phone", is_solved=True).does(
        "close", outcome="solved"
    )
    walk.has_clocks(
        ("first-response", "met"), ("goods-inspected", "met"), ("phone-pickup", "not_configured"),
        ("resolution", "met"), ("revisit-due", "breached"),
    )  # fmt: skip
    walk.form_says("return-order", {"Number": "TH-2026-7", "Finding of quality": "replace"})
    walk.form_says("waybill", {"Sent by": "pickup", "Carrier": "SF"}).form_says(
        "fault-description", {"Model": "kettle lamp", "Bought on": "2026-05-02"}
    )
    walk.has_rows(CASE, ("exchange", "customer_service", "closed", "solved")).has_rows(FINDINGS)
    room = AuditRoom(firm.here.ledger, firm.here.published().reference, "lamp-factory", "monthly-sample")
    room.draw(Period.parse("2026-05"), caller(Role.QUALITY, "auditor"), wall("2026-06-02 09:00"))
    audit = firm.teller.get("/audits/2026-05").json()
    assert audit["frame"]["strata"] == [{"name": "exchange", "items": 1, "drawn": 1}]
    (drawn,) = audit["checks"]
    assert drawn["case_id"] == walk.case_id
    assert {one["question"]: one["answer"] for one in drawn["answers"]}["check-resolution"] == "yes"


SOON = ("repair-promise", "warn-75")
"""By the time told at first it were overdue."""


def mended(firm: Firm) -> Walk:
    """A lamp under warranty is mended by the time told, for which the customer was waited for half a day."""
    walk = Walk(firm.at("2026-06-01 09:00"), **IN_MAY, remedy_sought="repair")
    walk.does("classify", kind="repair", mode="mail_in").does("respond", step="acknowledged")
    walk.is_routed_to("customer_service").does("ship", **{**INBOUND, "waybill": "SF7792"})
    walk.at("2026-06-03 09:00").does("deliver", direction="inbound")
    walk.does("inspect", **found("driver", "2026-06-05"))
    walk.at("2026-06-04 09:00").does("pause", reason="waiting_for_customer")
    walk.at("2026-06-04 21:00").does("resume").does("pause", reason="waiting_for_parts")
    walk.at("2026-06-05 09:00").does("resume")
    told = walk.explained("lamp-factory:repair-promise:1")
    assert (told.clause, told.due_at_first, told.due) == ("S0 五/2(2)", "06-05 18:00", "06-06 06:00")
    walk.at("2026-06-05 20:00").has_gone_up(SOON)
    return walk.does("repair", cause="driver").does("ship", **OUT).does("respond", step="notice")


@pytest.mark.walks("lamp-factory", "repair", "Paused", "Resumed", "Reopened", "Revisited")
def test_a_lamp_that_hums_again_is_inspected_and_asked_about_again_and_shows_up_as_mended_twice(
    firm: Firm,
) -> None:
    walk = mended(firm).at("2026-06-08 10:00").does("deliver", direction="outbound")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4).does("close", outcome="solved")
    walk.at("2026-06-15 09:00").does("reopen", reason="fault_again")
    assert walk.explained("lamp-factory:first-response:2").due == "06-15 11:00"
    walk.at("2026-06-15 11:01").has_gone_up(SOON, ("first-response", "supervisor"))
    walk.is_refused("repair", "S0 二/3", cause="wiring").does("ship", **{**INBOUND, "waybill": "SF7793"})
    walk.at("2026-06-17 10:00").does("deliver", direction="inbound")
    walk.does("inspect", **found("wiring", "2026-06-18")).does("repair", cause="wiring")
    walk.does("ship", **OUT).does("respond", step="notice")
    walk.at("2026-06-19 10:00").does("deliver", direction="outbound")
    walk.is_refused("close", "S0 五/2(4)", outcome="solved")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5).does("close", outcome="solved")
    walk.form_says("waybill", {"Sent by": "pickup", "Carrier": "SF"})
    walk.has_clocks(
        ("first-response", "met"), ("goods-inspected", "met"), ("parts-come", "met"),
        ("phone-pickup", "not_configured"), ("repair-promise", "met"), ("resolution", "met"),
        ("revisit-due", "met"),
    )  # fmt: skip
    walk.has_clocks(
        ("first-response", "breached"), ("goods-inspected", "met"), ("phone-pickup", "not_configured"),
        ("repair-promise", "met"), ("resolution", "met"), ("revisit-due", "met"), cycle=2,
    )  # fmt: skip
    walk.has_rows(FINDINGS, ("repaired-once",))
    ended = "SELECT kind, cycle, stage, is_solved, satisfaction FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(ended, ("repair", 2, "closed", True, 5))
