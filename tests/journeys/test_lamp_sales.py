"""The sales department of the lamp factory (S1): question, order, fault, exchange, return, complaint and a survey."""

from __future__ import annotations

from typing import Any

import pytest

from cases.codes import Role
from tests.journeys.told import Fields, told
from tests.journeys.walk import Firm, Walk

LAMP: Fields = {
    "product_line": "lamp-sales", "product_model": "kettle lamp K7", "batch": "B-2026-02",
    "purchased_on": "2026-02-20", "goods_received_on": "2026-02-22", "description": "灯光忽明忽暗",
}  # fmt: skip
REPORT: Fields = {"report_no": "JC-2026-3", "report": {"sha256": "a" * 64}}
COUPON: Fields = {
    "kind": "coupon", "item": "PC-2026-3", "formula": "coupon-2026.1",
    "amount": {"minor": 10_000, "currency": "CNY"},
}  # fmt: skip
CASE = "SELECT kind, department, stage, satisfaction FROM bi.fct_cases WHERE case_id = %s"
FINDINGS = "SELECT constraint_id FROM bi.fct_findings WHERE case_id = %s ORDER BY 1"
DEARER: Fields = {**COUPON, "amount": {"minor": 10_001, "currency": "CNY"}}
KEPT: Fields = {"form": "registration", "step": "archived", "form_no": "DJ-2026-3"}
"""The registration goes into the archive."""


def called(firm: Firm, moment: str, **more: Any) -> Walk:
    """A customer of the sales department calls at a moment of March 2026."""
    return Walk(firm, **{**LAMP, **told(moment), **more})


def asked_for(firm: Firm, kind: str, moment: str) -> Walk:
    """A customer calls for something, and it is taken down at that moment."""
    return Walk(firm.at(moment), **LAMP, remedy_sought=kind)


@pytest.mark.parametrize(
    ("category", "department"),
    [("attitude", "sales"), ("logistics", "logistics"), ("product", "tech_support")],
)
def test_every_complaint_goes_to_the_department_that_the_text_names(
    firm: Firm, category: str, department: str
) -> None:
    walk = Walk(firm, **LAMP).does("classify", kind="complaint", category=category).is_routed_to(department)
    walk.has_rows(
        "SELECT category, department FROM bi.fct_complaints WHERE case_id = %s", (category, department)
    )


@pytest.mark.walks("lamp-sales", "consultation")
def test_a_question_with_a_special_wish_is_answered_and_decided_before_it_is_closed(firm: Firm) -> None:
    walk = asked_for(firm, "consultation", "2026-03-02 09:00").does("classify", kind="consultation")
    walk.is_routed_to("sales").at("2026-03-02 09:16").has_gone_up(("first-response", "supervisor"))
    walk.at("2026-03-02 09:30").does("respond", step="preliminary_plan", text="可改用暖光灯珠")
    walk.has_clocks(
        ("first-response", "breached"), ("preliminary-plan", "met"), ("consultation-reply", "open")
    )
    walk.at("2026-03-02 10:00").does("request", subject="special", reason="other")
    walk.at("2026-03-02 11:00").does("respond", step="reply", text="可以定制")
    walk.is_refused("close", "S1 五/1", outcome="solved")
    walk.does("approve", subject="special", reason="goodwill")
    walk.does("file", form="consultation_record", step="handed_back", form_no="ZX-2026-3").does(
        "file", **KEPT
    )
    walk.does("close", outcome="solved")
    record = walk.form("consultation-record")
    assert all(record[line] is not None for line in ("Question", "Preliminary plan", "Answer")), record
    walk.form_says("service-registration", {"Kind": "consultation", "Result": "solved"})
    walk.has_clocks(
        ("consultation-reply", "met"), ("first-response", "breached"), ("preliminary-plan", "met")
    )
    walk.has_rows(CASE, ("consultation", "sales", "closed", None)).has_rows(FINDINGS)


def inspected(firm: Firm) -> Walk:
    """A lamp that flickers is answered, handed to technical support too late and inspected after the check."""
    walk = asked_for(firm, "repair", "2026-03-02 09:00").does("classify", kind="repair")
    walk.is_routed_to("customer_service").at("2026-03-02 09:10").does("respond", step="acknowledged")
    walk.at("2026-03-02 11:11").has_gone_up(("fault-technician", "supervisor"))
    walk.at("2026-03-02 11:15").does("transfer", department="tech_support")
    arrival: Fields = {"stage": "arrival", "cause": "driver", "disposition": "repair"}
    walk.at("2026-03-03 09:00").is_refused("inspect", "S1 五/2", **arrival)
    walk.does("file", form="application", step="signed", form_no="SQ-2026-3")
    walk.does("verify", checked="purchase", is_right=True)
    walk.is_refused("repair", "S1 五/2", cause="driver")
    return walk.at("2026-03-03 10:00").does("inspect", **arrival, **REPORT)


@pytest.mark.walks("lamp-sales", "repair")
def test_a_fault_is_answered_handed_on_late_and_told_of_step_after_step(firm: Firm) -> None:
    walk = inspected(firm)
    walk.at("2026-03-04 15:00").does("repair", cause="driver", is_function_tested=True)
    walk.at("2026-03-05 10:30").does("respond", step="solution", text="已更换驱动")
    walk.form_says("test-report", {"Number": "JC-2026-3", "Cause": "driver", "Proposal": "repair"})
    walk.form_says("service-application", {"Verified": True, "Report": "JC-2026-3"})
    walk.does("file", **KEPT).does("close", outcome="solved")
    walk.has_clocks(
        ("first-response", "met"), ("fault-reply", "met"), ("fault-technician", "breached"), ("fault-result", "met")
    )  # fmt: skip
    dues = """SELECT promise, to_char(due_at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI')
              FROM bi.fct_sla_clocks WHERE case_id = %s ORDER BY due_at"""
    walk.has_rows(
        dues, ("first-response", "03-02 09:15"), ("fault-reply", "03-02 09:30"),
        ("fault-technician", "03-02 11:10"), ("fault-result", "03-06 00:00"),
    )  # fmt: skip
    walk.has_rows(FINDINGS)
    walk.has_rows(
        "SELECT department, cause, stage FROM bi.fct_cases WHERE case_id = %s",
        ("tech_support", "driver", "closed"),
    )


def exchanged(firm: Firm) -> Walk:
    """A lamp asked for on Monday afternoon is verified twice, inspected and exchanged on Tuesday morning."""
    walk = asked_for(firm, "exchange", "2026-03-02 16:00").does("classify", kind="exchange", reason="quality")
    walk.at("2026-03-02 16:10").does("respond", step="acknowledged")
    walk.does("file", form="application", step="signed", form_no="SQ-2026-4")
    walk.does("verify", checked="application", is_right=True)
    walk.does("verify", checked="application", is_right=False)
    arrival: Fields = {"stage": "arrival", "cause": "light_source", "disposition": "replace", **REPORT}
    walk.at("2026-03-03 09:00").is_refused("inspect", "S1 五/2", **arrival)
    walk.does("verify", checked="application", is_right=True).does("inspect", **arrival)
    return walk.at("2026-03-03 11:00").does("replace", new_serial="K7-0001-3344")


@pytest.mark.walks("lamp-sales", "exchange")
def test_a_lamp_is_exchanged_within_a_day_and_the_supervisor_hears_that_nobody_asked_on_the_third(
    firm: Firm,
) -> None:
    walk = exchanged(firm).is_routed_to("customer_service")
    walk.at("2026-03-07 00:01").has_gone_up(("revisit-on-the-third-day", "supervisor"))
    walk.at("2026-03-07 10:00").does("revisit", method="phone", is_solved=True, satisfaction=5)
    walk.does("file", **KEPT).does("close", outcome="solved")
    walk.form_says("service-application", {"Model": "kettle lamp K7", "Report": "JC-2026-3"})
    walk.form_says("test-report", {"Cause": "light_source", "Proposal": "replace"})
    walk.form_says("satisfaction-survey", {"Asked by": "phone", "Score": 5})
    walk.has_clocks(
        ("first-response", "met"), ("inspected-and-replaced", "met"), ("revisit-on-the-third-day", "breached")
    )
    walk.has_rows(CASE, ("exchange", "customer_service", "closed", 5)).has_rows(FINDINGS)


def taken_up(firm: Firm) -> Walk:
    """A lamp that came broken, complained of on the green channel: reported up, looked into, a solution given."""
    walk = asked_for(firm, "complaint", "2026-03-02 09:00")
    walk.does(
        "classify", kind="complaint", category="product", severity="major", priority="urgent",
        is_green_channel=True,
    ).has_gone_up(("green-channel-at-once", "supervisor"))  # fmt: skip
    walk.at("2026-03-02 09:10").does("respond", step="acknowledged")
    walk.at("2026-03-02 11:00").is_refused("respond", "S1 四/2", step="solution")
    walk.does("investigate", liable="carrier", cause="transport")
    walk.at("2026-03-03 09:00").does("respond", step="solution", text="立即更换")
    walk.is_refused("compensate", "S1 四/5", **COUPON)
    walk.does("approve", subject="compensation", item="PC-2026-3", reason="complaint_upheld")
    return walk.is_refused("compensate", "S1 四 示例", **DEARER).does("compensate", **COUPON)


@pytest.mark.walks("lamp-sales", "complaint", "Reviewed")
def test_an_urgent_complaint_is_reported_up_made_good_and_closed_after_the_revisit(firm: Firm) -> None:
    walk = taken_up(firm).is_routed_to("tech_support")
    walk.is_refused("close", "S1 四/2", outcome="solved")
    walk.at("2026-03-06 09:00").does("revisit", method="phone", is_solved=True, satisfaction=4)
    walk.is_refused("close", "S1 二/3", outcome="solved")
    walk.does("escalate", level="supervisor", reason="urgent", **told("2026-03-02 09:06"))
    walk.has_gone_up(("green-channel-at-once", "supervisor"), ("urgent", "supervisor"))
    walk.does("review", cause="transport", improvement="process", department="logistics")
    walk.does("file", **KEPT).does("close", outcome="solved")
    walk.form_says("service-registration", {"Kind": "complaint", "Result": "solved"})
    assert walk.form("service-registration")["Solution"] is not None
    walk.has_clocks(
        ("complaint-settled", "met"), ("complaint-solution", "met"), ("first-response", "met"),
        ("green-channel-report", "not_configured"), ("urgent-at-once", "met"),
    )  # fmt: skip
    complaints = (
        "SELECT category, severity, is_solved, satisfaction FROM bi.fct_complaints WHERE case_id = %s"
    )
    walk.has_rows(complaints, ("product", "major", True, 4)).has_rows(FINDINGS)


def test_a_complaint_that_nobody_settles_goes_to_the_supervisor_and_on_to_legal(firm: Firm) -> None:
    walk = called(firm, "2026-03-02 09:00")
    walk.does("classify", kind="complaint", category="logistics", **told("2026-03-02 09:05"))
    walk.does("respond", step="acknowledged", **told("2026-03-02 09:10"))
    assert walk.clocks()["complaint-settled"] == "open"
    walk.has_gone_up(
        ("complaint-solution", "supervisor"),
        ("complaint-settled", "supervisor"),
        ("complaint-settled", "legal"),
    )
    risen = """SELECT promise, escalated_level, verdict FROM bi.fct_sla_clocks
               WHERE case_id = %s AND escalated_level IS NOT NULL ORDER BY promise"""
    walk.has_rows(risen, ("complaint-settled", "legal", "open"), ("complaint-solution", "supervisor", "open"))
    walk.does("investigate", Role.LEGAL, liable="carrier", cause="transport")
    walk.does("respond", step="solution").does("revisit", method="phone", is_solved=True)
    assert walk.clocks()["complaint-settled"] == "breached"


def test_poor_service_is_made_good_by_a_coupon_and_money_for_it_is_found(firm: Firm) -> None:
    walk = called(firm, "2026-03-02 09:00", customer_name=None)
    walk.does("classify", kind="complaint", category="attitude", **told("2026-03-02 09:05"))
    walk.does("investigate", liable="company", cause="sales_talk", **told("2026-03-02 09:30"))
    walk.does("approve", subject="compensation", item="PC-2026-3", reason="complaint_upheld")
    walk.does("compensate", **{**COUPON, "kind": "direct_loss"})
    walk.does("revisit", method="phone", is_solved=True).does("close", outcome="solved")
    walk.has_rows(
        FINDINGS, ("registration-archived",), ("registration-complete",), ("service-problem-made-good",)
    )


SOON = ("consultation-reply", "warn-75")


@pytest.mark.walks("lamp-sales", "consultation", "Paused", "Resumed", "Reopened")
def test_a_question_waits_for_the_customer_only_and_is_owed_an_answer_again_when_asked_again(
    firm: Firm,
) -> None:
    walk = asked_for(firm, "consultation", "2026-03-02 09:00").does("classify", kind="consultation")
    walk.is_routed_to("sales")
    walk.at("2026-03-02 09:10").does("respond", step="preliminary_plan", text="请拍照发来")
    walk.at("2026-03-02 09:30").does("pause", reason="waiting_for_parts")
    walk.at("2026-03-02 10:00").does("resume").does("pause", reason="waiting_for_customer")
    walk.at("2026-03-02 12:30").has_gone_up()  # it stands still, so that nothing is due soon
    walk.at("2026-03-02 13:00").does("resume")
    told = walk.explained("lamp-sales:consultation-reply:1")
    assert (told.clause, told.due_at_first, told.due) == ("S1 二/2", "03-02 13:00", "03-02 16:00")
    assert told.moved_by == ["Received", "Paused", "Resumed"], "no clock of the text waits for parts"
    walk.at("2026-03-02 15:00").has_gone_up(SOON)
    walk.at("2026-03-02 15:30").does("respond", step="reply", text="换暖光灯珠即可")
    walk.does("file", form="consultation_record", step="handed_back", form_no="ZX-2026-4").does(
        "file", **KEPT
    )
    walk.does("close", outcome="solved")
    walk.at("2026-03-03 10:00").does("reopen", reason="customer_came_back")
    assert walk.explained("lamp-sales:consultation-reply:2").due == "03-03 14:00"
    walk.at("2026-03-03 10:16").has_gone_up(SOON, ("first-response", "supervisor"))
    walk.at("2026-03-03 10:20").does("respond", step="solution", text="附安装视频")
    walk.is_refused("compensate", "S1 四/5", **COUPON).does("close", outcome="solved")
    walk.form_says("service-registration", {"Kind": "consultation", "Result": "solved"})
    walk.has_clocks(("consultation-reply", "met"), ("first-response", "met"), ("preliminary-plan", "met"))
    walk.has_clocks(
        ("consultation-reply", "met"), ("first-response", "breached"), ("preliminary-plan", "met"), cycle=2
    )
    walk.has_rows(CASE, ("consultation", "sales", "closed", None)).has_rows(FINDINGS)


@pytest.mark.walks("lamp-sales", "complaint", "Reviewed", "Paused", "Resumed", "Reopened")
def test_a_complaint_that_was_not_solved_owes_a_new_solution_and_a_new_revisit(firm: Firm) -> None:
    walk = asked_for(firm, "complaint", "2026-03-02 09:00").does(
        "classify", kind="complaint", category="product"
    )
    walk.is_routed_to("tech_support").at("2026-03-02 09:10").does("respond", step="acknowledged")
    walk.at("2026-03-03 09:00").does("pause", reason="waiting_for_customer")
    walk.at("2026-03-04 21:00").does("resume").does("investigate", liable="company", cause="driver")
    told = walk.explained("lamp-sales:complaint-solution:1")
    assert (told.clause, told.due_at_first, told.due) == ("S1 二/3", "03-06 00:00", "03-07 12:00")
    walk.at("2026-03-06 10:00").does("respond", step="solution", text="更换驱动")
    walk.at("2026-03-07 10:00").does("revisit", method="phone", is_solved=True, satisfaction=3)
    walk.does("file", **KEPT).does("close", outcome="solved")
    walk.at("2026-03-10 09:00").does("reopen", reason="not_solved")
    walk.is_refused("close", "S1 四/2", outcome="solved")
    assert walk.explained("lamp-sales:complaint-solution:2").due == "03-14 00:00"
    walk.at("2026-03-10 09:10").does("respond", step="acknowledged")
    walk.at("2026-03-14 00:01").has_gone_up(("complaint-solution", "supervisor"))
    walk.at("2026-03-14 09:00").does("respond", step="solution", text="更换整灯")
    walk.at("2026-03-16 09:00").does("revisit", method="phone", is_solved=True, satisfaction=5)
    walk.does("review", cause="driver", improvement="product", department="tech_support")
    walk.does("close", outcome="solved").form_says("satisfaction-survey", {"Solved": True, "Score": 5})
    walk.has_clocks(("complaint-settled", "met"), ("complaint-solution", "met"), ("first-response", "met"))
    walk.has_clocks(
        ("complaint-settled", "met"), ("complaint-solution", "breached"), ("first-response", "met"), cycle=2
    )
    complaint = (
        "SELECT category, department, is_solved, satisfaction FROM bi.fct_complaints WHERE case_id = %s"
    )
    walk.has_rows(complaint, ("product", "tech_support", True, 5)).has_rows(FINDINGS)


@pytest.mark.walks("lamp-sales", "return")
def test_a_lamp_that_does_not_fit_is_verified_inspected_and_paid_back(firm: Firm) -> None:
    walk = asked_for(firm, "return", "2026-03-02 16:00").does("classify", kind="return", reason="not_fit")
    walk.is_routed_to("customer_service")
    walk.at("2026-03-02 16:16").has_gone_up(("first-response", "supervisor"))
    walk.at("2026-03-02 16:20").does("respond", step="acknowledged")
    walk.does("file", form="application", step="signed", form_no="SQ-2026-5")
    seen: Fields = {"stage": "arrival", "disposition": "refund", **REPORT}
    walk.at("2026-03-04 10:00").is_refused("inspect", "S1 五/2", **seen)
    walk.does("verify", checked="purchase", is_right=True).does("inspect", **seen)
    walk.is_refused("refund", "配置，非制度规定", amount={"minor": 19_901})
    walk.does("refund", amount={"minor": 19_900})
    walk.at("2026-03-05 10:00").does("revisit", method="phone", is_solved=True, satisfaction=4)
    walk.does("file", **KEPT).does("close", outcome="solved")
    walk.form_says("service-application", {"Verified": True, "Report": "JC-2026-3"})
    walk.form_says("test-report", {"Proposal": "refund"}).form_says("satisfaction-survey", {"Score": 4})
    walk.has_clocks(("first-response", "breached"))
    ended = "SELECT kind, reason, refunded_minor, stage, satisfaction FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(ended, ("return", "not_fit", 19_900, "closed", 4)).has_rows(FINDINGS)


@pytest.mark.walks("lamp-sales", "order")
def test_an_order_that_nobody_takes_up_goes_to_the_supervisor_who_refuses_its_special_wish(
    firm: Firm,
) -> None:
    walk = asked_for(firm, "order", "2026-03-02 09:00").does("classify", kind="order")
    soon, late = ("first-response", "warn-75"), ("first-response", "supervisor")
    walk.is_routed_to("sales").at("2026-03-02 09:12").has_gone_up(soon)
    walk.at("2026-03-02 09:16").has_gone_up(soon, late)
    walk.at("2026-03-02 09:20").does("respond", step="contact").does(
        "request", subject="special", reason="other"
    )
    walk.is_refused("close", "S1 五/1", outcome="solved")
    walk.does("reject", subject="special", reason="other").does("respond", step="policy_explained")
    walk.does("file", **KEPT).does("close", outcome="solved")
    walk.form_says("service-registration", {"Kind": "order", "Result": "solved"})
    walk.has_clocks(("first-response", "breached"))
    risen = "SELECT promise, escalated_level FROM bi.fct_sla_clocks WHERE case_id = %s"
    walk.has_rows(risen, late).has_rows(CASE, ("order", "sales", "closed", None)).has_rows(FINDINGS)


@pytest.mark.walks("lamp-sales", "relationship")
def test_a_customer_of_many_years_is_asked_how_the_lamp_fares_and_thanked_within_what_is_allowed(
    firm: Firm,
) -> None:
    walk = asked_for(firm, "relationship", "2026-03-02 09:00").does("classify", kind="relationship")
    walk.is_routed_to("sales").at("2026-03-02 09:16").has_gone_up(("first-response", "supervisor"))
    walk.at("2026-03-02 09:20").does("respond", step="contact")
    walk.does("revisit", method="survey", is_solved=True, satisfaction=5, remark="很满意")
    walk.is_refused("compensate", "S1 四/5", **COUPON)
    walk.does("approve", subject="compensation", item="PC-2026-3", reason="goodwill")
    walk.is_refused("compensate", "S1 四 示例", **DEARER).does("compensate", **COUPON)
    walk.does("file", **KEPT).does("close", outcome="solved")
    walk.form_says("satisfaction-survey", {"Asked by": "survey", "Score": 5})
    walk.has_clocks(("first-response", "breached"))
    walk.has_rows(CASE, ("relationship", "sales", "closed", 5)).has_rows(FINDINGS)
