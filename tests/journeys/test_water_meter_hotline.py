"""The meter maker's hotline (S4): questions, opinions, complaints and a loss in dispute, from first call on."""

from __future__ import annotations

from typing import Final

import pytest

from cases.codes import Role
from tests.journeys.told import HIDDEN, Fields
from tests.journeys.walk import Firm, Walk
from tests.journeys.water_meter import ENDED, FINDINGS, METER, answered

BOARD: Final[Fields] = {"stock": "spare", "item": "BOARD-3"}
CLAIM: Final[Fields] = {
    "item": "PC-2026-3", "formula": "loss-2026.1", "amount": {"minor": 8_000, "currency": "CNY"},
}  # fmt: skip
PAID: Final[Fields] = {
    "cost": "compensation", "amount": CLAIM["amount"], "payer": "company", "voucher_no": "BX-2026-3",
    "budget": "loss-2026", "is_over_budget": True,
}  # fmt: skip


@pytest.mark.walks("water-meter", "consultation")
def test_a_question_is_passed_on_with_a_name_and_answered_later_than_agreed(firm: Firm) -> None:
    walk = Walk(firm.at("2026-03-09 09:00"), **METER, customer_name=None)
    walk.does("respond", step="first_touch").does("classify", kind="consultation").is_routed_to("call_centre")
    walk.does("promise", purpose="reply", promised_at="2026-03-09T17:00:00+08:00")
    walk.is_refused("transfer", "S4 三(一)3", department="tech_support")
    named: Fields = {"reason": "late_evidence", "personal": {"customer_name": "李四"}, "document": "CALL-17"}
    walk.does("correct", corrects=1, **named).does("transfer", department="tech_support")
    walk.at("2026-03-09 15:30").has_gone_up(("reply-promise", "warn-75"))
    later: Fields = {"promised_at": "2026-03-10T12:00:00+08:00", "is_agreed": True}
    walk.does("promise", purpose="reply", **later)
    told = walk.explained("water-meter:reply-promise:1")
    assert (told.clause, told.due_at_first, told.due) == ("S4 三(一)2", "03-09 17:00", "03-10 12:00")
    walk.at("2026-03-10 12:01").has_gone_up(("reply-promise", "warn-75"), ("reply-promise", "supervisor"))
    walk.does("respond", Role.TECHNICIAN, step="reply", text="水温低于 90 度即可")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5).does("close", outcome="solved")
    walk.has_clocks(("call-answered", "met"), ("reply-promise", "breached"))
    walk.form_says("customer-record", {"Passed on to": "tech_support", "Answer": HIDDEN, "Satisfaction": 5})
    walk.has_rows(ENDED, ("consultation", "tech_support", "closed", "solved")).has_rows(FINDINGS)


@pytest.mark.walks("water-meter", "opinion", "Reviewed")
def test_an_opinion_without_a_name_is_passed_on_by_leave_of_another_and_answered_late(firm: Firm) -> None:
    walk = Walk(firm.at("2026-03-09 09:00"), **METER, channel="email", customer_name=None)
    walk.does("classify", kind="opinion").is_routed_to("call_centre")
    walk.does("promise", purpose="reply", promised_at="2026-03-11T17:00:00+08:00")
    walk.is_refused("transfer", "S4 三(一)3", department="research")
    leave: Fields = {"subject": "override", "item": "transfer-complete", "reason": "goodwill"}
    walk.does("request", **leave).does("approve", **leave).does("transfer", department="research")
    walk.at("2026-03-11 17:01").has_gone_up(("reply-promise", "supervisor"))
    walk.does("review", cause="design", improvement="product", department="research")
    walk.does("respond", step="final_answer", text="下一批改用大字表盘").does("close", outcome="solved")
    walk.has_clocks(("reply-promise", "breached"))
    walk.form_says("customer-record", {"Kind": "opinion", "Passed on to": "research", "Answer": HIDDEN})
    walk.has_rows(ENDED, ("opinion", "research", "closed", "solved"))
    walk.has_rows(FINDINGS, ("transfer-complete",))


@pytest.mark.walks("water-meter", "technical_support", "Reviewed")
def test_an_engineer_helps_on_site_fits_a_board_and_passes_on_what_was_learned(firm: Firm) -> None:
    walk = Walk(firm.at("2026-03-09 09:00:00"), **METER).does("classify", kind="technical_support")
    walk.is_routed_to("tech_support")
    walk.at("2026-03-09 09:01:00").has_gone_up()
    walk.at("2026-03-09 09:01:01").has_gone_up(("call-answered", "supervisor"))
    walk.at("2026-03-09 09:02").does("respond", Role.TECHNICIAN, step="guidance", text="先排空管道")
    walk.at("2026-03-10 14:00").does("arrive", purpose="visit", is_id_shown=True)
    walk.does("inspect", stage="on_site", cause="software", disposition="replace")
    fitted: Fields = {**BOARD, "movement": "used", "is_same_quality": True}
    walk.does("respond", Role.TECHNICIAN, step="disclosure").is_refused("move-stock", "S4 二(三)3", **fitted)
    walk.does("move-stock", Role.WAREHOUSE, **BOARD, movement="issued").does("move-stock", **fitted)
    walk.does("investigate", Role.TECHNICIAN, liable="company", cause="software")
    walk.does("review", cause="software", improvement="product", department="research")
    walk.does("close", outcome="solved").has_clocks(("call-answered", "breached"))
    walk.form_says("stock-register", {"Part": "BOARD-3", "Moved": "used"})
    walk.has_rows(ENDED, ("technical_support", "tech_support", "closed", "solved")).has_rows(FINDINGS)


@pytest.mark.walks("water-meter", "complaint", "Reviewed")
def test_a_complaint_about_a_repairer_is_looked_into_answered_as_promised_and_learned_from(
    firm: Firm,
) -> None:
    walk = answered(firm, "complaint", "2026-03-09 09:00", category="attitude").is_routed_to("call_centre")
    walk.does("promise", purpose="reply", promised_at="2026-03-10T17:00:00+08:00")
    walk.does("transfer", department="field_service").is_refused("close", "S4 四(三)3", outcome="solved")
    walk.at("2026-03-10 09:10").has_gone_up(("complaint-reply", "supervisor"), ("reply-promise", "warn-75"))
    walk.does("investigate", liable="company", cause="sales_talk")
    walk.at("2026-03-10 16:00").does("respond", step="solution", text="已培训并致歉")
    walk.does("review", cause="sales_talk", improvement="training", is_systematic=True)
    walk.does("close", outcome="solved")
    walk.has_clocks(("call-answered", "met"), ("complaint-reply", "breached"), ("reply-promise", "met"))
    walk.form_says("customer-record", {"Kind": "complaint", "Answer": HIDDEN})
    walk.has_rows(
        "SELECT category, department FROM bi.fct_complaints WHERE case_id = %s", ("attitude", "field_service")
    ).has_rows(FINDINGS)


def settled(firm: Firm) -> Walk:
    """A meter burst; who answers for the flooded floor is contested, looked into and put before an institute."""
    walk = answered(firm, "complaint", "2026-03-09 09:00", category="product", severity="major")
    walk.is_routed_to("call_centre").at("2026-03-09 10:00").does("dispute", about="liability")
    told = ("dispute-reported", "supervisor"), ("dispute-reported", "legal")
    late = ("dispute-taken-up", "supervisor")
    walk.has_gone_up(*told).at("2026-03-09 10:31").has_gone_up(*told, late)
    walk.at("2026-03-09 11:01").has_gone_up(*told, late, ("dispute-taken-up", "legal"))
    walk.at("2026-03-09 11:10").does("respond", step="solution")
    walk.at("2026-03-16 10:00").does("mediate", body="institute", result="opinion")
    walk.is_refused("settle", "S4 六(二)2", settlement="mediated", is_accepted=True)
    walk.does("investigate", liable="company", cause="material").is_refused(
        "close", "S4 六(二)2", outcome="solved"
    )
    return walk.at("2026-03-18 10:00").does("settle", settlement="mediated", is_accepted=True)


def made_good(walk: Walk) -> Walk:
    """The loss is claimed on paper, approved and paid, above the budget with leave."""
    walk.does("file", form="compensation_claim", step="signed", form_no="PC-2026-3")
    walk.is_refused("compensate", "S4 六(一)3", kind="direct_loss", **CLAIM)
    walk.does("approve", subject="compensation", item="PC-2026-3", reason="loss")
    walk.is_refused("compensate", "S4 六(一)1", kind="indirect_loss", **CLAIM)
    walk.does("compensate", kind="direct_loss", **CLAIM).is_refused("charge", "S4 五(二)1", **PAID)
    return walk.does("approve", subject="budget", item="loss-2026", reason="loss").does("charge", **PAID)


@pytest.mark.walks("water-meter", "complaint", "Settled", "Revisited", "Reviewed")
def test_a_loss_is_paid_after_dispute_claim_and_leave_and_the_customer_asked(firm: Firm) -> None:
    walk = made_good(settled(firm)).is_refused("close", "S4 六(二)4", outcome="solved")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4)
    walk.does("review", cause="material", improvement="product", department="research")
    walk.does("close", outcome="solved")
    walk.form_says("compensation-claim", {"Who answers for it": "company", "Loss": "direct_loss"})
    walk.form_says(
        "expense-voucher", {"Voucher": "BX-2026-3", "Over the budget": True, "Leave because of": "loss"}
    )
    walk.has_clocks(("call-answered", "met"), ("complaint-reply", "met"), ("dispute-taken-up", "breached"))
    money = """SELECT event_type, what, amount_minor FROM bi.fct_case_events
               WHERE case_id = %s AND amount_minor IS NOT NULL ORDER BY version"""
    walk.has_rows(money, ("Compensated", "direct_loss", 8_000), ("Charged", "compensation", 8_000))
    walk.has_rows(FINDINGS)
