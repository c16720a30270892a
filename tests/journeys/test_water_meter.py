"""The maker of hot-water meters (S4): the eight kinds of its text, and a loss in dispute, from first call on."""

from __future__ import annotations

from typing import Any

import pytest

from cases.codes import Role
from tests.journeys.told import Fields, told
from tests.journeys.walk import Firm, Walk

METER: Fields = {
    "product_line": "water-meter", "product_model": "HW-25", "serial": "HW25-0007-2211", "batch": "B-2025-11",
    "customer_address": "幸福路 8 号", "description": "水表不走字", "purchased_on": "2025-12-01",
    "goods_received_on": "2025-12-03", "region": "east",
}  # fmt: skip
PART: Fields = {"stock": "component", "item": "SENSOR-4"}
CLOCKS = "SELECT promise, verdict FROM bi.fct_sla_clocks WHERE case_id = %s ORDER BY promise"
CYCLES = "SELECT cycle, promise, verdict FROM bi.fct_sla_clocks WHERE case_id = %s ORDER BY cycle, promise"
ENDED = "SELECT kind, department, stage, outcome FROM bi.fct_cases WHERE case_id = %s"
FINDINGS = "SELECT constraint_id FROM bi.fct_findings WHERE case_id = %s ORDER BY 1"
RECORD: Fields = {"form": "repair_record", "form_no": "WX-2026-3"}
CLAIM: Fields = {
    "item": "PC-2026-3", "formula": "loss-2026.1", "amount": {"minor": 8_000, "currency": "CNY"},
}  # fmt: skip


def called(firm: Firm, moment: str = "2026-03-07 23:00:00", **more: Any) -> Walk:
    """The hotline takes a call late on a Saturday and answers it within the minute."""
    walk = Walk(firm, **{**METER, **told(moment), **more})
    return walk.does("respond", step="first_touch", **told(f"{moment[:-2]}40"))


def looked_at(firm: Firm) -> Walk:
    """A meter that stands still: the team calls, comes in the time that was booked and finds the cause."""
    walk = called(firm, remedy_sought="repair")
    walk.does("respond", step="acknowledged", **told("2026-03-07 23:04"))
    walk.does("classify", kind="repair", mode="on_site", **told("2026-03-07 23:10"))
    assert walk.department() == "field_service"
    walk.does("respond", Role.TECHNICIAN, step="contact", **told("2026-03-08 00:50"))
    times: Fields = {"begins_at": "2026-03-08T09:00:00+08:00", "ends_at": "2026-03-08T11:00:00+08:00"}
    walk.does("book", Role.TECHNICIAN, purpose="visit", **times, **told("2026-03-08 00:55"))
    walk.does("arrive", purpose="visit", is_id_shown=True, **told("2026-03-08 10:30"))
    walk.is_refused("repair", "S4 四(一)1", mode="on_site")
    simple: Fields = {"kind": "repair", "mode": "on_site", "complexity": "simple"}
    walk.does("classify", Role.SUPERVISOR, **simple, **told("2026-03-08 10:35"))
    walk.is_refused("repair", "S4 三(二)3", mode="on_site")
    found: Fields = {"stage": "on_site", "cause": "wiring", "disposition": "repair"}
    return walk.does("inspect", **found, **told("2026-03-08 10:40"))


def repaired(firm: Firm) -> Walk:
    """The part is explained, booked out, as good as the old one, and fitted within the hour; use is shown."""
    walk = looked_at(firm)
    used: Fields = {**PART, "movement": "used", "is_same_quality": True}
    walk.does("respond", Role.TECHNICIAN, step="disclosure", **told("2026-03-08 10:45"))
    walk.is_refused("move-stock", "S4 二(三)3", **used, **told("2026-03-08 10:50"))
    walk.does("move-stock", Role.WAREHOUSE, **PART, movement="issued", **told("2026-03-08 08:00"))
    walk.is_refused("move-stock", "S4 一(三)3", **{**used, "is_same_quality": None})
    walk.does("move-stock", **used, **told("2026-03-08 10:50"))
    done: Fields = {"mode": "on_site", "cause": "wiring", "work": "更换传感器", "is_use_explained": True}
    return walk.does("repair", **done, **told("2026-03-08 11:20"))


@pytest.mark.walks("water-meter", "repair")
def test_a_meter_that_stands_still_is_repaired_in_time_with_a_signed_record(firm: Firm) -> None:
    walk = repaired(firm)
    walk.is_refused("close", "S4 三(二)4", outcome="solved")
    walk.does("file", Role.TECHNICIAN, **RECORD, step="signed", **told("2026-03-08 11:30"))
    walk.does("file", Role.TECHNICIAN, **RECORD, step="handed_back", **told("2026-03-09 10:00"))
    record = walk.form("repair-record")
    assert (record["Cause"], record["Parts"], record["Pieces"]) == ("wiring", "SENSOR-4", 1)
    assert record["Use shown"] is True
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5).does("close", outcome="solved")
    assert dict(walk.rows(CLOCKS)) == walk.clocks() == {
        "call-answered": "met", "fault-call-acknowledged": "met", "contact-after-dispatch": "met",
        "contact-after-the-call": "met", "appointment-kept": "met", "arrival": "not_configured",
        "simple-repair": "met", "record-returned": "met",
    }  # fmt: skip
    assert walk.rows(FINDINGS) == []
    assert walk.rows(
        "SELECT department, cause, stage, satisfaction FROM bi.fct_cases WHERE case_id = %s"
    ) == [("field_service", "wiring", "closed", 5)]


def test_a_complex_fault_that_takes_longer_goes_up_until_a_supervisor_excludes_it(firm: Firm) -> None:
    walk = called(firm, remedy_sought="repair")
    known: Fields = {"kind": "repair", "mode": "on_site", "complexity": "complex"}
    walk.does("classify", **known, **told("2026-03-08 00:00"))
    walk.does("respond", Role.TECHNICIAN, step="contact", **told("2026-03-08 01:00"))
    found: Fields = {"stage": "on_site", "cause": "software", "disposition": "repair", "plan": "更新固件"}
    walk.does("inspect", **found, **told("2026-03-08 20:00"))
    assert walk.looked_at() == ["overdue"]
    late = """SELECT escalated_level, verdict, verdict_unadjusted, excluded_because FROM bi.fct_sla_clocks
              WHERE case_id = %s AND promise = 'complex-repair'"""
    assert walk.rows(late) == [("supervisor", "open", "open", None)]
    storm: Fields = {"subject": "exclusion", "item": "complex-repair", "reason": "force_majeure"}
    walk.does("request", Role.TECHNICIAN, **storm).does("approve", **storm)
    walk.does("repair", mode="on_site", cause="software", is_use_explained=True)
    assert walk.rows(late) == [("supervisor", "excluded", "breached", "force_majeure")]
    assert (walk.clocks()["complex-plan"], walk.clocks()["complex-repair"]) == ("met", "excluded")


@pytest.mark.walks("water-meter", "exchange")
def test_a_meter_is_replaced_once_model_and_time_were_agreed(firm: Firm) -> None:
    walk = called(firm, remedy_sought="exchange")
    walk.does("classify", kind="exchange", mode="on_site", **told("2026-03-08 09:00"))
    assert walk.department() == "field_service"
    sent: Fields = {"direction": "outbound", "mode": "company_ships", "carrier": "SF"}
    walk.is_refused("ship", "S4 三(三)", **sent, **told("2026-03-09 09:00"))
    agreed: Fields = {"promised_at": "2026-03-12T18:00:00+08:00", "is_agreed": True}
    walk.does("promise", purpose="installation", **agreed, **told("2026-03-08 10:00"))
    walk.does("ship", **sent, **told("2026-03-09 09:00"))
    walk.does("deliver", direction="outbound", **told("2026-03-11 15:00"))
    put_in: Fields = {"is_function_tested": True, "is_use_explained": True, "product_model": "HW-25"}
    walk.does("install", **put_in, **told("2026-03-12 10:00"))
    serials: Fields = {"old_serial": "HW25-0007-2211", "new_serial": "HW25-0009-0042"}
    walk.does("replace", **serials, **told("2026-03-12 10:05")).does("close", outcome="solved")
    assert walk.rows(CLOCKS) == [("call-answered", "met"), ("replacement-cycle", "met")]
    assert walk.rows(FINDINGS) == []
    ended = "SELECT kind, department, stage, replaced_at IS NOT NULL FROM bi.fct_cases WHERE case_id = %s"
    assert walk.rows(ended) == [("exchange", "field_service", "closed", True)]


@pytest.mark.walks("water-meter", "complaint", "Reviewed")
def test_a_complaint_about_a_repairer_is_answered_as_promised_looked_into_and_learned_from(
    firm: Firm,
) -> None:
    walk = called(firm, "2026-03-09 09:00:00")
    walk.does("classify", kind="complaint", category="attitude", **told("2026-03-09 09:05"))
    assert walk.department() == "call_centre"
    by: Fields = {"purpose": "reply", "promised_at": "2026-03-10T17:00:00+08:00"}
    walk.does("promise", **by, **told("2026-03-09 09:06"))
    walk.does("transfer", department="field_service", **told("2026-03-09 09:10"))
    walk.is_refused("close", "S4 四(三)3", outcome="solved")
    walk.does("investigate", liable="company", cause="sales_talk", **told("2026-03-10 09:00"))
    walk.does("respond", step="solution", text="已培训并致歉", **told("2026-03-10 16:00"))
    assert walk.clocks() == {"call-answered": "met", "complaint-reply": "breached", "reply-promise": "met"}
    walk.does("review", cause="sales_talk", improvement="training", is_systematic=True)
    walk.does("close", outcome="solved")
    assert walk.rows(FINDINGS) == []
    assert walk.rows("SELECT category, department FROM bi.fct_complaints WHERE case_id = %s") == [
        ("attitude", "field_service")
    ]


def disputed(firm: Firm) -> Walk:
    """A meter burst; who answers for the flooded floor is contested, looked into and put before an institute."""
    walk = called(firm, "2026-03-09 09:00:00")
    walk.does("classify", kind="complaint", category="product", severity="major", **told("2026-03-09 09:05"))
    walk.does("dispute", about="liability", **told("2026-03-09 10:00"))
    walk.does("respond", step="update", **told("2026-03-09 10:20"))
    walk.does("mediate", body="institute", result="opinion", **told("2026-03-16 10:00"))
    walk.is_refused("settle", "S4 六(二)2", settlement="mediated", is_accepted=True)
    walk.does("investigate", liable="company", cause="material", **told("2026-03-17 10:00"))
    walk.is_refused("close", "S4 六(二)2", outcome="solved")
    return walk.does("settle", settlement="mediated", is_accepted=True, **told("2026-03-18 10:00"))


@pytest.mark.walks("water-meter", "complaint", "Settled", "Revisited", "Reviewed")
def test_a_loss_is_paid_after_dispute_claim_and_leave_and_the_customer_asked(firm: Firm) -> None:
    walk = disputed(firm)
    walk.does("file", form="compensation_claim", step="signed", form_no="PC-2026-3")
    walk.is_refused("compensate", "S4 六(一)3", kind="direct_loss", **CLAIM)
    walk.does("approve", subject="compensation", item="PC-2026-3", reason="loss")
    walk.is_refused("compensate", "S4 六(一)1", kind="indirect_loss", **CLAIM)
    walk.does("compensate", kind="direct_loss", **CLAIM)
    paid: Fields = {
        "cost": "compensation", "amount": CLAIM["amount"], "payer": "company", "voucher_no": "BX-2026-3",
        "budget": "loss-2026", "is_over_budget": True,
    }  # fmt: skip
    walk.is_refused("charge", "S4 五(二)1", **paid)
    walk.does("approve", subject="budget", item="loss-2026", reason="loss").does("charge", **paid)
    claim = walk.form("compensation-claim")
    assert (claim["Who answers for it"], claim["Loss"]) == ("company", "direct_loss")
    walk.is_refused("close", "S4 六(二)4", outcome="solved")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4)
    walk.does("review", cause="material", improvement="product", department="research")
    walk.does("respond", step="final_answer").does("close", outcome="solved")
    assert walk.clocks()["dispute-taken-up"] == "met"
    assert walk.rows(FINDINGS) == []
    money = """SELECT event_type, what, amount_minor FROM bi.fct_case_events
               WHERE case_id = %s AND amount_minor IS NOT NULL ORDER BY version"""
    assert walk.rows(money) == [("Compensated", "direct_loss", 8_000), ("Charged", "compensation", 8_000)]


def answered(firm: Firm, kind: str, day: str, **more: Any) -> Walk:
    """The hotline takes a call at nine, answers it half a minute later and says what it is about."""
    walk = Walk(firm.at(f"{day} 09:00:00"), **METER, remedy_sought=kind)
    return walk.at(f"{day} 09:00:30").does("respond", step="first_touch").does("classify", kind=kind, **more)


def mended(firm: Firm) -> Walk:
    """A repairer stands before a locked cellar for half an hour; a part is on its way for a quarter of an hour."""
    walk = answered(firm, "repair", "2026-03-09", mode="on_site", complexity="simple")
    walk.does("respond", step="acknowledged").at("2026-03-09 10:00").does("respond", step="contact")
    walk.at("2026-03-09 14:00").does("arrive", purpose="visit", is_id_shown=True)
    walk.at("2026-03-09 14:05").does("pause", reason="waiting_for_customer")
    walk.at("2026-03-09 14:35").does("resume").does(
        "inspect", stage="on_site", cause="wiring", disposition="repair"
    )
    walk.does("pause", reason="waiting_for_parts").at("2026-03-09 14:50").does("resume")
    told = walk.explained("water-meter:simple-repair:1")
    assert (told.clause, told.due_at_first, told.due) == ("S4 四(一)1", "03-09 15:00", "03-09 15:30")
    assert told.moved_by == ["Arrived", "Paused", "Resumed"], "no clock of the text waits for parts"
    return walk.at("2026-03-09 15:25").does("repair", mode="on_site", cause="wiring", is_use_explained=True)


@pytest.mark.walks("water-meter", "repair", "Paused", "Resumed", "Reopened")
def test_a_meter_that_stands_still_again_is_a_harder_case_called_about_looked_at_and_signed_for_anew(
    firm: Firm,
) -> None:
    walk = mended(firm).does("file", Role.TECHNICIAN, **RECORD, step="signed")
    walk.does("file", Role.TECHNICIAN, **RECORD, step="handed_back").does("close", outcome="solved")
    walk.at("2026-03-12 09:00").does("reopen", reason="fault_again")
    assert walk.explained("water-meter:contact-after-the-call:2").due == "03-12 11:00"
    assert walk.at("2026-03-12 10:30").looked_at() == ["overdue", "due_soon"], "the hotline let it ring"
    walk.does("classify", kind="repair", mode="on_site", complexity="complex")
    walk.at("2026-03-12 10:50").does("respond", Role.TECHNICIAN, step="contact")
    work: Fields = {"mode": "on_site", "cause": "material", "is_use_explained": True}
    walk.is_refused("repair", "S4 三(二)3", **work)
    walk.at("2026-03-12 14:00").does("arrive", purpose="visit", is_id_shown=True)
    walk.does("inspect", stage="on_site", cause="material", disposition="repair", plan="更换机芯")
    told = walk.at("2026-03-13 10:00").does("repair", **work).explained("water-meter:complex-repair:2")
    assert (told.clause, told.due, told.verdict) == ("S4 四(一)1", "03-13 10:30", "met")
    walk.is_refused("close", "S4 三(二)4", outcome="solved")
    walk.does("file", Role.TECHNICIAN, **RECORD, step="signed").at("2026-03-14 09:00")
    walk.does("file", Role.TECHNICIAN, **RECORD, step="handed_back").does("close", outcome="solved")
    assert [row for row in walk.rows(CYCLES) if row[0] == 2] == [
        (2, "arrival", "not_configured"), (2, "call-answered", "breached"), (2, "complex-plan", "met"),
        (2, "complex-repair", "met"), (2, "contact-after-dispatch", "met"), (2, "contact-after-the-call", "met"),
        (2, "fault-call-acknowledged", "breached"), (2, "record-returned", "met"),
    ]  # fmt: skip
    assert set(walk.clocks(cycle=1).values()) == {"met", "not_configured"}, "what was kept stays kept"
    assert walk.rows(ENDED) == [("repair", "field_service", "closed", "solved")]
    assert walk.rows(FINDINGS) == []


@pytest.mark.walks("water-meter", "consultation")
def test_a_question_is_answered_by_the_time_that_the_customer_agreed_to(firm: Firm) -> None:
    walk = answered(firm, "consultation", "2026-03-09")
    assert walk.department() == "call_centre"
    walk.does("promise", purpose="reply", promised_at="2026-03-09T17:00:00+08:00")
    assert walk.at("2026-03-09 15:30").looked_at() == ["due_soon"]
    later: Fields = {"promised_at": "2026-03-10T12:00:00+08:00", "is_agreed": True}
    walk.does("promise", purpose="reply", **later)
    told = walk.explained("water-meter:reply-promise:1")
    assert (told.clause, told.due_at_first, told.due) == ("S4 三(一)2", "03-09 17:00", "03-10 12:00")
    walk.at("2026-03-10 11:00").does("respond", step="reply", text="水温低于 90 度即可")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5).does("close", outcome="solved")
    assert walk.rows(CLOCKS) == [("call-answered", "met"), ("reply-promise", "met"), ("reply-promise", "met")]
    assert walk.rows(ENDED) == [("consultation", "call_centre", "closed", "solved")]
    assert walk.rows(FINDINGS) == []


@pytest.mark.walks("water-meter", "opinion", "Reviewed")
def test_an_opinion_without_a_name_is_passed_on_by_leave_of_another(firm: Firm) -> None:
    walk = Walk(firm.at("2026-03-09 09:00"), **METER, channel="email", customer_name=None)
    walk.does("classify", kind="opinion")
    assert walk.department() == "call_centre"
    walk.is_refused("transfer", "S4 三(一)3", department="research")
    leave: Fields = {"subject": "override", "item": "transfer-complete", "reason": "goodwill"}
    walk.does("request", **leave).does("approve", **leave).does("transfer", department="research")
    walk.does("review", cause="design", improvement="product", department="research")
    walk.does("respond", step="final_answer", text="下一批改用大字表盘").does("close", outcome="solved")
    assert walk.clocks() == {}, "only a call is to be answered within a minute"
    assert walk.rows(ENDED) == [("opinion", "research", "closed", "solved")]
    assert walk.rows(FINDINGS) == [("transfer-complete",)]


@pytest.mark.walks("water-meter", "technical_support", "Reviewed")
def test_an_engineer_is_told_of_by_the_watcher_helps_and_passes_on_what_was_learned(firm: Firm) -> None:
    walk = Walk(firm.at("2026-03-09 09:00:00"), **METER).does("classify", kind="technical_support")
    assert walk.department() == "tech_support"
    assert walk.at("2026-03-09 09:01:00").looked_at() == [], "it may still be answered in time"
    assert walk.at("2026-03-09 09:01:01").looked_at() == ["overdue"]
    walk.at("2026-03-09 09:02").does("respond", Role.TECHNICIAN, step="guidance", text="先排空管道")
    walk.does("investigate", Role.TECHNICIAN, liable="company", cause="software")
    walk.does("review", cause="software", improvement="product", department="research")
    walk.does("close", outcome="solved")
    assert walk.rows(
        "SELECT promise, verdict, escalated_level FROM bi.fct_sla_clocks WHERE case_id = %s"
    ) == [("call-answered", "breached", "supervisor")]
    assert walk.rows(ENDED) == [("technical_support", "tech_support", "closed", "solved")]
    assert walk.rows(FINDINGS) == []


@pytest.mark.walks("water-meter", "installation")
def test_a_fitter_comes_later_than_booked_tries_the_meter_and_shows_its_use(firm: Firm) -> None:
    walk = answered(firm, "installation", "2026-03-09")
    assert walk.department() == "field_service"
    times: Fields = {"begins_at": "2026-03-10T09:00:00+08:00", "ends_at": "2026-03-10T11:00:00+08:00"}
    walk.does("book", Role.TECHNICIAN, purpose="installation", **times)
    assert walk.at("2026-03-10 11:05").looked_at() == ["overdue"]
    walk.at("2026-03-10 11:20").does(
        "arrive", purpose="installation", late_because="traffic", is_id_shown=True
    )
    assert walk.explained("water-meter:appointment-kept:1").due == "03-10 11:00"
    walk.does("install", is_function_tested=True, is_use_explained=True, product_model="HW-25")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4).does("close", outcome="solved")
    assert walk.rows(CLOCKS) == [("appointment-kept", "breached"), ("call-answered", "met")]
    assert walk.rows(ENDED) == [("installation", "field_service", "closed", "solved")]
    assert walk.rows(FINDINGS) == []


@pytest.mark.walks("water-meter", "delivery")
def test_a_delivery_is_tracked_comes_damaged_and_a_part_is_sent_after_it(firm: Firm) -> None:
    walk = answered(firm, "delivery", "2026-03-09")
    assert walk.department() == "logistics"
    out: Fields = {"direction": "outbound", "mode": "company_ships", "carrier": "SF", "waybill": "SF7799"}
    walk.does("ship", **out).does("track", Role.LOGISTICS, direction="outbound", transit="in_transit")
    walk.at("2026-03-11 10:00").does("deliver", direction="outbound", is_damaged=True)
    walk.does("respond", step="update", text="补发密封圈")
    walk.does("move-stock", Role.WAREHOUSE, stock="component", item="SEAL-2", movement="issued")
    fitted: Fields = {"stock": "component", "item": "SEAL-2", "movement": "used"}
    walk.is_refused("move-stock", "S4 一(三)3", **fitted)
    walk.does("respond", step="disclosure").does("move-stock", **fitted, is_same_quality=True)
    walk.does("close", outcome="solved")
    register = walk.form("stock-register")
    assert (register["Part"], register["Moved"]) == ("SEAL-2", "used")
    assert walk.rows(CLOCKS) == [("call-answered", "met")]
    assert walk.rows(ENDED) == [("delivery", "logistics", "closed", "solved")]
    assert walk.rows(FINDINGS) == []
