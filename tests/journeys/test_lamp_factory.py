"""The lamp factory (S0): a question, a lamp mended by mail, one sent back for its money, and one that is dangerous."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cases.codes import Role
from tests.journeys.walk import Firm, Walk

TODAY = datetime.now(UTC).date()
LAMP: dict[str, Any] = {
    "product_line": "lamp", "product_model": "kettle lamp", "description": "嗡嗡响", "sales_channel": "store",
    "purchased_on": str(TODAY - timedelta(days=5)), "goods_received_on": str(TODAY - timedelta(days=5)),
    "has_proof": True, "has_fault_description": True, "paid": {"minor": 19_900},
}  # fmt: skip
PAID_BACK: dict[str, Any] = {"amount": {"minor": 19_900}}
CHECK: dict[str, Any] = {
    "stage": "return_check", "disposition": "refund", "is_passed": True, "is_human_damage": False,
    "is_packaging_intact": True, "are_accessories_complete": True,
}  # fmt: skip


def soon(hours: int) -> str:
    """An instant some hours from now."""
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def sent_in(firm: Firm, kind: str, **demand: Any) -> Walk:
    """A lamp that hums comes back to the factory, its materials approved first."""
    walk = Walk(firm, **{**LAMP, **demand}).does("classify", kind=kind, reason="quality")
    inbound: dict[str, Any] = {"direction": "inbound", "mode": "pickup", "carrier": "SF", "waybill": "SF7788"}
    walk.is_refused("ship", "S0 三/2", **inbound)
    walk.does("approve", subject="materials", reason="materials_complete")
    walk.does("approve", subject=kind, reason="quality", order_no="TH-2026-7")
    return walk.does("ship", **inbound).does("deliver", direction="inbound")


def test_a_question_is_answered_within_a_day(firm: Firm) -> None:
    walk = Walk(firm, **LAMP).does("classify", kind="consultation")
    assert walk.clocks()["consultation-reply"] == "open"
    walk.does("respond", step="reply").does("close", outcome="solved")
    assert walk.clocks()["consultation-reply"] == "met"
    assert walk.rows("SELECT kind, stage FROM bi.fct_cases WHERE case_id = %s") == [
        ("consultation", "closed")
    ]


def test_a_lamp_sent_back_is_checked_by_quality_and_paid_back_by_finance(firm: Firm) -> None:
    walk = sent_in(firm, "return")
    walk.is_refused("refund", "S0 五/1(4)", **PAID_BACK)
    walk.does("inspect", Role.QUALITY, **CHECK)
    walk.is_refused("refund", "S0 三/2", amount={"minor": 20_000})
    walk.does("refund", **PAID_BACK)
    assert walk.clocks()["refund-within"] == "met"
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5).does("close", outcome="solved")
    assert walk.rows("SELECT refunded_minor, stage FROM bi.fct_cases WHERE case_id = %s") == [
        (19_900, "closed")
    ]
    ended = "SELECT promise, verdict FROM bi.fct_sla_clocks WHERE case_id = %s AND promise = 'refund-within'"
    assert walk.rows(ended) == [("refund-within", "met")]


def test_a_lamp_too_old_is_mended_by_mail_at_a_price_that_was_told(firm: Firm) -> None:
    old = str(TODAY - timedelta(days=800))
    walk = Walk(firm, **{**LAMP, "purchased_on": old, "goods_received_on": old})
    walk.does("classify", kind="repair", mode="mail_in")
    walk.does("ship", direction="inbound", mode="pickup", carrier="SF", waybill="SF7789")
    walk.does("deliver", direction="inbound")
    walk.does("inspect", stage="arrival", cause="driver", disposition="repair", promised_at=soon(20))
    walk.is_refused("repair", "S0 二/3", cause="driver")
    walk.does("quote", quote_no="Q-7", amount={"minor": 8_800})
    walk.does("answer-quote", quote_no="Q-7", is_accepted=True).does("repair", cause="driver")
    assert walk.clocks()["repair-promise"] == "met"
    walk.does("ship", direction="outbound", mode="company_ships", carrier="SF", waybill="SF7790")
    walk.does("deliver", direction="outbound")
    walk.is_refused("close", "S0 五/2(4)", outcome="solved")
    walk.does("revisit", method="phone", is_solved=True).does("close", outcome="solved")
    assert walk.clocks()["revisit-due"] == "met"


def test_a_danger_is_told_at_once_and_goes_up_before_the_case_may_end(firm: Firm) -> None:
    walk = Walk(firm, **LAMP).does("classify", kind="consultation", is_safety=True)
    walk.is_refused("close", "S0 五/3", outcome="solved")
    walk.does("respond", step="stop_use").does("escalate", level="supervisor", reason="safety")
    walk.does("respond", step="reply").does("close", outcome="solved")
    assert walk.clocks()["safety-stop-use"] == "met"
    assert walk.rows("SELECT is_safety, escalated_at IS NOT NULL FROM bi.fct_cases WHERE case_id = %s") == [
        (True, True)
    ]
    assert walk.rows("SELECT constraint_id FROM bi.fct_findings WHERE case_id = %s") == []
