"""The textile company's customers (S3): a question, a complaint, goods taken back and exchanged, from first call on."""

from __future__ import annotations

from typing import Final

import pytest

from cases.codes import Role
from tests.journeys.textile import CLOTH, FINDINGS, LOOM
from tests.journeys.told import HIDDEN, Fields
from tests.journeys.walk import Firm, Walk

OPINION: Final[Fields] = {"form": "expert_opinion", "step": "made_out", "form_no": "JS-2026-3"}
LEAVE: Final[Fields] = {"subject": "return", "reason": "quality"}


@pytest.mark.walks("textile", "consultation")
def test_a_question_that_was_put_off_is_answered_after_the_weekend_when_it_had_gone_up(firm: Firm) -> None:
    walk = Walk(firm.at("2026-03-05 10:00"), **CLOTH).does("classify", kind="consultation")
    walk.is_routed_to("customer_service")
    assert walk.explained("textile:consultation-response:1").due == "03-07 00:00"
    walk.at("2026-03-06 15:00").does("respond", step="deferred")
    told = walk.explained("textile:deferred-answer:1")
    assert (told.clause, told.due) == ("S3 第六条", "03-11 00:00"), "Saturday and Sunday do not count"
    walk.is_refused("close", "S3 第六条", outcome="solved")
    walk.at("2026-03-10 14:00").has_gone_up(("deferred-answer", "warn-75"))
    walk.at("2026-03-11 08:30").has_gone_up(("deferred-answer", "warn-75"), ("deferred-answer", "supervisor"))
    walk.at("2026-03-11 09:00").does("respond", step="final_answer", text="30 度手洗")
    walk.does("close", outcome="solved")
    walk.has_clocks(("consultation-response", "met"), ("deferred-answer", "breached"))
    walk.form_says("service-archive", {"Service": "consultation", "Answer": HIDDEN, "Result": "solved"})
    steps = "SELECT event_type FROM bi.fct_case_events WHERE case_id = %s ORDER BY version"
    walk.has_rows(
        steps, ("Received",), ("Classified",), ("Responded",), ("Escalated",), ("Escalated",), ("Responded",),
        ("Closed",),
    )  # fmt: skip


def looked_into(firm: Firm) -> Walk:
    """A loom breaks threads; research finds its design at fault, a day after the solution had been told for."""
    walk = Walk(firm.at("2026-03-05 10:00"), **LOOM)
    walk.does("classify", kind="complaint", category="product", severity="major").is_routed_to("after_sales")
    walk.does("promise", purpose="solution", promised_at="2026-03-09T17:00:00+08:00")
    walk.does("escalate", level="supervisor", reason="major").does("transfer", department="research")
    walk.at("2026-03-09 17:01").has_gone_up(("major", "supervisor"), ("reply-promise", "supervisor"))
    walk.at("2026-03-10 11:00").does("file", Role.RESEARCH, **OPINION)
    walk.does("investigate", liable="company", cause="design")
    return walk.does("respond", step="solution", text="更换张力器")


@pytest.mark.walks("textile", "complaint", "Revisited", "Reviewed")
def test_a_complaint_that_goes_up_is_looked_into_and_closed_after_revisit_and_review(firm: Firm) -> None:
    walk = looked_into(firm).is_refused("close", "S3 第三条", outcome="solved")
    walk.does("review", cause="design", improvement="product", department="research")
    walk.is_refused("close", "S3 第五条", outcome="solved")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4).does("close", outcome="solved")
    walk.has_clocks(("reply-promise", "breached"))
    walk.form_says("service-archive", {"Batch": "B-2026-07", "Answer": HIDDEN, "Review": "product"})
    walk.has_rows(
        "SELECT category, department FROM bi.fct_complaints WHERE case_id = %s", ("product", "research")
    )
    ended = "SELECT kind, stage, satisfaction, escalated_at IS NOT NULL FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(ended, ("complaint", "closed", 4, True)).has_rows(FINDINGS)


@pytest.mark.walks("textile", "return", "Reviewed")
def test_a_loom_is_taken_back_by_leave_paid_back_later_than_told_and_reviewed(firm: Firm) -> None:
    walk = Walk(firm.at("2026-03-05 10:00"), **LOOM, remedy_sought="return")
    walk.does("classify", kind="return", reason="quality").is_routed_to("customer_service")
    walk.does("request", **LEAVE)
    walk.is_refused("approve", "配置，非制度规定", Role.AGENT, **LEAVE).does("approve", **LEAVE)
    walk.does("promise", purpose="refund", promised_at="2026-03-10T17:00:00+08:00")
    walk.does("ship", direction="inbound", mode="pickup", carrier="SF", waybill="SF7801")
    walk.at("2026-03-09 16:00").does("deliver", direction="inbound")
    walk.has_gone_up(("return-promise", "warn-75"))
    walk.at("2026-03-10 17:01").has_gone_up(("return-promise", "warn-75"), ("return-promise", "supervisor"))
    walk.is_refused("refund", "配置，非制度规定", amount={"minor": 19_901})
    walk.does("refund", amount={"minor": 19_900}).is_refused("close", "S3 第三条", outcome="solved")
    walk.does("review", cause="material", improvement="product", department="production")
    walk.does("close", outcome="solved").has_clocks(("return-promise", "breached"))
    walk.form_says("service-archive", {"Service": "return", "Review": "product", "Result": "solved"})
    ended = "SELECT kind, reason, refunded_minor, stage FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(ended, ("return", "quality", 19_900, "closed")).has_rows(FINDINGS)


@pytest.mark.walks("textile", "exchange", "Reviewed")
def test_a_roll_of_cloth_is_exchanged_after_its_time_had_to_be_told_anew(firm: Firm) -> None:
    walk = Walk(firm.at("2026-03-05 10:00"), **CLOTH, remedy_sought="exchange")
    walk.does("classify", kind="exchange", reason="quality").is_routed_to("customer_service")
    walk.does("promise", purpose="replacement", promised_at="2026-03-09T12:00:00+08:00")
    walk.at("2026-03-09 10:00").does("inspect", stage="arrival", cause="material", disposition="replace")
    walk.does("transfer", department="production")
    walk.at("2026-03-09 12:01").has_gone_up(("return-promise", "supervisor"))
    walk.does("promise", purpose="replacement", promised_at="2026-03-11T12:00:00+08:00")
    walk.at("2026-03-11 10:00").does("replace", product_model="rain cloth 4")
    walk.is_refused("close", "S3 第三条", outcome="solved")
    walk.does("review", cause="material", improvement="process", department="production")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4).does("close", outcome="solved")
    walk.has_clocks(("return-promise", "breached"), ("return-promise", "met"))
    walk.form_says("service-archive", {"Cause": "material", "Review": "process", "Satisfaction": 4})
    ended = "SELECT kind, department, cause, stage, satisfaction FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(ended, ("exchange", "production", "material", "closed", 4)).has_rows(FINDINGS)
