"""The textile company (S3): repairs, a question, a return, an exchange and a complaint, from first call to review."""

from __future__ import annotations

from typing import Any

import pytest

from cases.codes import Role
from tests.journeys.walk import Firm, Walk

SHUTTLE = {
    "product_line": "smart-equipment", "product_model": "shuttle 7", "batch": "B-2026-07", "remedy_sought": "repair",
    "purchased_on": "2025-03-01", "goods_received_on": "2025-03-02", "description": "梭子卡住",
}  # fmt: skip
QUOTE: dict[str, Any] = {"quote_no": "Q-2026-7", "amount": {"minor": 48_000, "currency": "CNY"}}
HOOK: dict[str, Any] = {"movement": "used", "stock": "spare", "item": "HOOK-7", "is_covered": False}
NEW: dict[str, Any] = {**SHUTTLE, "purchased_on": "2026-01-10", "goods_received_on": "2026-01-12"}
CLOTH: dict[str, Any] = {**NEW, "product_line": "functional-fabric", "product_model": "rain cloth 3"}
CYCLES = "SELECT cycle, promise, verdict FROM bi.fct_sla_clocks WHERE case_id = %s ORDER BY cycle, promise"
FINDINGS = "SELECT constraint_id FROM bi.fct_findings WHERE case_id = %s ORDER BY 1"


def mended(firm: Firm) -> Walk:
    """A shuttle out of warranty is looked at and mended on site, at a price that was told and accepted."""
    walk = Walk(firm.at("2026-03-05 10:00"), **SHUTTLE)
    walk.does("classify", kind="repair", mode="on_site", is_same_city=True)
    walk.is_refused("quote", "S3 第三条", **QUOTE)
    walk.does("respond", step="disclosure").does("quote", **QUOTE)
    walk.is_refused("repair", "S3 第七条", mode="on_site")
    walk.does("answer-quote", quote_no="Q-2026-7", is_accepted=True)
    walk.does("book", begins_at="2026-03-06T09:00:00+08:00", ends_at="2026-03-06T11:00:00+08:00")
    walk.at("2026-03-06 10:30").does("arrive", purpose="visit", is_id_shown=True)
    ready: dict[str, Any] = {"promised_at": "2026-03-06T14:00:00+08:00"}
    walk.does("inspect", stage="on_site", cause="assembly", disposition="repair", **ready)
    walk.is_refused("move-stock", "S3 第七条", **HOOK).does(
        "move-stock", **HOOK, certificate_no="HG-2026-118"
    )
    return walk.does(
        "repair", mode="on_site", cause="assembly", is_function_tested=True, is_use_explained=True
    )


def test_a_shuttle_out_of_warranty_is_mended_in_time_at_a_price_that_was_told(firm: Firm) -> None:
    walk = mended(firm)
    assert walk.department() == "tech_support"
    assert {one["entitlement"]: one["is_granted"] for one in walk.file()["entitlements"]} == {
        "warranty-equipment": False, "out-of-warranty-quote": True,
    }  # fmt: skip
    verdicts = "SELECT promise, verdict FROM bi.fct_sla_clocks WHERE case_id = %s ORDER BY promise"
    assert walk.rows(verdicts) == [
        ("appointment-kept", "met"), ("on-site-same-city", "met"), ("repair-promise", "met"),
    ]  # fmt: skip
    assert walk.clocks() == dict(walk.rows(verdicts))


@pytest.mark.walks("textile", "repair", "Reviewed")
def test_it_is_closed_after_revisit_and_review_and_its_forms_are_filled(firm: Firm) -> None:
    walk = mended(firm)
    walk.does("file", form="service_record", step="signed", form_no="FW-7", is_satisfied=True)
    record = walk.form("service-record")
    assert (record["Cause"], record["Tested"]) == ("assembly", True)
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5)
    walk.is_refused("close", "S3 第三条", outcome="solved")
    walk.does("review", cause="assembly", improvement="process", department="production")
    walk.does("close", outcome="solved")
    assert walk.form("service-archive")["Review"] == "process"
    assert walk.rows("SELECT kind, department, stage FROM bi.fct_cases WHERE case_id = %s") == [
        ("repair", "tech_support", "closed")
    ]
    assert walk.rows("SELECT constraint_id FROM bi.fct_findings WHERE case_id = %s") == []


@pytest.mark.walks("textile", "consultation")
def test_a_question_that_nobody_can_answer_at_once_is_answered_after_the_weekend(firm: Firm) -> None:
    walk = Walk(firm.at("2026-03-05 10:00"), **{**CLOTH, "has_proof": False}).does(
        "classify", kind="consultation"
    )
    assert walk.department() == "customer_service"
    assert walk.explained("textile:consultation-response:1").due == "03-07 00:00"
    walk.at("2026-03-06 15:00").does("respond", step="deferred")
    told = walk.explained("textile:deferred-answer:1")
    assert (told.clause, told.due) == ("S3 第六条", "03-11 00:00"), "Saturday and Sunday do not count"
    assert walk.at("2026-03-10 14:00").looked_at() == ["due_soon"]
    walk.does("respond", step="final_answer", text="30 度手洗").does("close", outcome="solved")
    assert walk.form("service-archive")["Service"] == "consultation"
    assert walk.rows(CYCLES) == [(1, "consultation-response", "met"), (1, "deferred-answer", "met")]
    steps = "SELECT event_type FROM bi.fct_case_events WHERE case_id = %s ORDER BY version"
    assert [fact for (fact,) in walk.rows(steps)] == [
        "Received", "Classified", "Responded", "Escalated", "Responded", "Closed",
    ]  # fmt: skip


@pytest.mark.walks("textile", "complaint", "Reviewed")
def test_a_complaint_goes_up_is_looked_into_and_is_closed_after_revisit_and_review(firm: Firm) -> None:
    walk = Walk(firm, product_line="smart-equipment", product_model="loom 2")
    walk.does("classify", kind="complaint", category="attitude", severity="major")
    assert walk.department() == "after_sales"
    walk.does("escalate", level="supervisor", reason="major")
    walk.does("transfer", department="research").does("investigate", liable="company", cause="design")
    walk.does("respond", step="solution").is_refused("close", "S3 第三条", outcome="solved")
    walk.does("review", cause="design", improvement="product")
    walk.is_refused("close", "S3 第五条", outcome="solved")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4).does("close", outcome="solved")
    assert walk.rows("SELECT category, department FROM bi.fct_complaints WHERE case_id = %s") == [
        ("attitude", "research")
    ]
    assert walk.rows("SELECT escalated_at IS NOT NULL FROM bi.fct_cases WHERE case_id = %s") == [(True,)]


@pytest.mark.proves("S3-2")
def test_a_partner_sees_and_works_on_the_cases_given_to_them_only(firm: Firm) -> None:
    walk = Walk(firm, **SHUTTLE)
    walk.does("classify", kind="repair", mode="on_site", is_same_city=False, assigned_to="partner-01")
    walk.does("arrive", Role.PARTNER, purpose="visit", is_id_shown=True)
    other = Walk(firm, **SHUTTLE)
    other.does("classify", kind="repair", mode="on_site", is_same_city=False)
    answer = firm.teller.post(f"{other.path}/arrive", {"purpose": "visit", "is_id_shown": True}, Role.PARTNER)
    assert answer.status_code == 403


@pytest.mark.walks("textile", "repair", "Paused", "Resumed", "Reopened", "Reviewed")
def test_a_shuttle_is_put_right_from_afar_over_a_weekend_and_reviewed_again_when_it_sticks_again(
    firm: Firm,
) -> None:
    walk = Walk(firm.at("2026-03-05 10:00"), **NEW).does("classify", kind="repair", mode="remote")
    walk.at("2026-03-06 10:00").does("pause", reason="waiting_for_customer")
    walk.at("2026-03-06 16:00").does("resume").does("pause", reason="waiting_for_parts")
    told = walk.at("2026-03-07 10:00").does("resume").explained("textile:remote-support:1")
    assert (told.clause, told.due_at_first, told.due) == ("S3 第七条", "03-10 00:00", "03-10 06:00")
    walk.at("2026-03-09 15:00").does("respond", Role.TECHNICIAN, step="guidance", text="清理导轨")
    walk.is_refused("close", "S3 第三条", outcome="solved")
    walk.does("review", cause="misuse", improvement="product").does("close", outcome="solved")
    walk.at("2026-03-12 09:00").does("reopen", reason="fault_again")
    walk.is_refused("close", "S3 第三条", outcome="solved")
    assert walk.at("2026-03-16 13:00").looked_at() == ["due_soon"], "Saturday and Sunday do not count"
    assert walk.explained("textile:remote-support:2").due == "03-17 00:00"
    walk.does("respond", Role.TECHNICIAN, step="solution", text="更换导轨垫片")
    walk.does("review", cause="design", improvement="product", department="research").does(
        "close", outcome="solved"
    )
    assert walk.rows(CYCLES) == [(1, "remote-support", "met"), (2, "remote-support", "met")]
    assert walk.form("service-archive")["Result"] == "solved"
    ended = "SELECT kind, department, cycle, stage FROM bi.fct_cases WHERE case_id = %s"
    assert walk.rows(ended) == [("repair", "tech_support", 2, "closed")]
    assert walk.rows(FINDINGS) == []


@pytest.mark.walks("textile", "return", "Reviewed")
def test_a_loom_is_taken_back_by_leave_and_reviewed_before_the_end(firm: Firm) -> None:
    walk = Walk(firm.at("2026-03-05 10:00"), **{**NEW, "remedy_sought": "return"})
    walk.does("classify", kind="return", reason="quality")
    leave: dict[str, Any] = {"subject": "return", "reason": "quality"}
    walk.does("request", **leave)
    walk.is_refused("approve", "配置，非制度规定", Role.AGENT, **leave).does("approve", **leave)
    walk.does("ship", direction="inbound", mode="pickup", carrier="SF", waybill="SF7801")
    walk.at("2026-03-09 10:00").does("deliver", direction="inbound")
    walk.is_refused("refund", "配置，非制度规定", amount={"minor": 19_901}).does(
        "refund", amount={"minor": 19_900}
    )
    walk.is_refused("close", "S3 第三条", outcome="solved")
    walk.does("review", cause="material", improvement="product", department="production")
    walk.does("close", outcome="solved")
    assert walk.clocks() == {}, "what the text says of returns is lost, and nothing is made up for it"
    archive = walk.form("service-archive")
    assert (archive["Service"], archive["Review"], archive["Result"]) == ("return", "product", "solved")
    ended = "SELECT kind, reason, refunded_minor, stage FROM bi.fct_cases WHERE case_id = %s"
    assert walk.rows(ended) == [("return", "quality", 19_900, "closed")]
    assert walk.rows(FINDINGS) == []


@pytest.mark.walks("textile", "exchange", "Reviewed")
def test_a_roll_of_cloth_is_exchanged_and_reviewed_before_the_end(firm: Firm) -> None:
    walk = Walk(
        firm.at("2026-03-05 10:00"),
        **{**NEW, "product_line": "functional-fabric", "remedy_sought": "exchange"},
    )
    walk.does("classify", kind="exchange", reason="quality")
    walk.at("2026-03-09 10:00").does("inspect", stage="arrival", cause="material", disposition="replace")
    walk.does("replace", product_model="rain cloth 4").does("transfer", department="production")
    walk.is_refused("close", "S3 第三条", outcome="solved")
    walk.does("review", cause="material", improvement="process", department="production")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4).does("close", outcome="solved")
    archive = walk.form("service-archive")
    assert (archive["Cause"], archive["Review"], archive["Satisfaction"]) == ("material", "process", 4)
    ended = "SELECT kind, department, cause, stage, satisfaction FROM bi.fct_cases WHERE case_id = %s"
    assert walk.rows(ended) == [("exchange", "production", "material", "closed", 4)]
    assert walk.rows(FINDINGS) == []
