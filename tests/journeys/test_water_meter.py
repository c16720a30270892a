"""The maker of hot-water meters (S4): repairs, a new meter, a complaint, a loss in dispute, from first call on."""

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
FINDINGS = "SELECT constraint_id FROM bi.fct_findings WHERE case_id = %s ORDER BY 1"
RECORD: Fields = {"form": "repair_record", "form_no": "WX-2026-3"}
CLAIM: Fields = {
    "item": "PC-2026-3", "formula": "loss-2026.1", "amount": {"minor": 8_000, "currency": "CNY"},
}  # fmt: skip


def called(firm: Firm, moment: str = "2026-03-07 23:00:00", **more: Any) -> Walk:
    """The hotline takes a call late on a Saturday and answers it within the minute."""
    walk = Walk(firm, **{**METER, **told(moment), **more})
    return walk.does("respond", step="first_touch", **told(f"{moment[:-2]}40"))


@pytest.mark.parametrize(
    ("kind", "department"),
    [
        ("consultation", "call_centre"), ("complaint", "call_centre"), ("opinion", "call_centre"),
        ("repair", "field_service"), ("exchange", "field_service"), ("installation", "field_service"),
        ("technical_support", "tech_support"), ("delivery", "logistics"),
    ],
)  # fmt: skip
def test_every_kind_goes_to_the_team_that_the_text_names(firm: Firm, kind: str, department: str) -> None:
    walk = Walk(firm, **METER).does("classify", kind=kind)
    assert walk.department() == department
    assert walk.rows("SELECT kind, department FROM bi.fct_cases WHERE case_id = %s") == [(kind, department)]


def looked_at(firm: Firm) -> Walk:
    """A meter that stands still: the team calls, comes in the time that was booked and finds the cause."""
    walk = called(firm, remedy_sought="repair")
    walk.does("respond", step="acknowledged", **told("2026-03-07 23:04"))
    walk.does("classify", kind="repair", mode="on_site", **told("2026-03-07 23:10"))
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
        "SELECT department, cause, stage, satisfaction, regulations FROM bi.fct_cases WHERE case_id = %s"
    ) == [("field_service", "wiring", "closed", 5, "water-meter@2026.1")]


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


def test_a_meter_is_replaced_once_model_and_time_were_agreed(firm: Firm) -> None:
    walk = called(firm, remedy_sought="exchange")
    walk.does("classify", kind="exchange", mode="on_site", **told("2026-03-08 09:00"))
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


def test_a_complaint_about_a_repairer_is_answered_as_promised_looked_into_and_learned_from(
    firm: Firm,
) -> None:
    walk = called(firm, "2026-03-09 09:00:00")
    walk.does("classify", kind="complaint", category="attitude", **told("2026-03-09 09:05"))
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
