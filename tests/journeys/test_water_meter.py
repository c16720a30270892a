"""The meter maker's repairers (S4): meters that stand still are repaired, once and again, from first call on."""

from __future__ import annotations

from typing import Final, LiteralString

import pytest

from cases.codes import Role
from tests.journeys.told import HIDDEN, Fields
from tests.journeys.walk import Firm, Walk
from tests.journeys.water_meter import ENDED, FINDINGS, answered

PART: Final[Fields] = {"stock": "component", "item": "SENSOR-4"}
USED: Final[Fields] = {**PART, "movement": "used", "is_same_quality": True}
RECORD: Final[Fields] = {"form": "repair_record", "form_no": "WX-2026-3"}
LATE: Final[LiteralString] = """SELECT escalated_level, verdict, verdict_unadjusted, excluded_because
FROM bi.fct_sla_clocks WHERE case_id = %s AND promise = 'complex-repair'"""


def signed_for(walk: Walk, day: str) -> Walk:
    """The customer signs the repair record, and the call centre has it by the next day."""
    walk.is_refused("close", "S4 三(二)4", outcome="solved")
    walk.does("file", Role.TECHNICIAN, **RECORD, step="signed")
    return walk.at(f"{day} 09:00").does("file", Role.TECHNICIAN, **RECORD, step="handed_back")


def looked_at(firm: Firm) -> Walk:
    """A call late on a Saturday: the team calls, comes after the hours that were booked and finds the cause."""
    walk = answered(firm, "repair", "2026-03-07 23:00", mode="on_site").is_routed_to("field_service")
    walk.at("2026-03-07 23:04").does("respond", step="acknowledged")
    walk.at("2026-03-08 00:50").does("respond", Role.TECHNICIAN, step="contact")
    times: Fields = {"begins_at": "2026-03-08T09:00:00+08:00", "ends_at": "2026-03-08T11:00:00+08:00"}
    walk.does("book", Role.TECHNICIAN, purpose="visit", **times)
    walk.at("2026-03-08 11:01").has_gone_up(("appointment-kept", "supervisor"))
    walk.at("2026-03-08 11:20").does("arrive", purpose="visit", late_because="traffic", is_id_shown=True)
    walk.is_refused("repair", "S4 四(一)1", mode="on_site")
    walk.does("classify", Role.SUPERVISOR, kind="repair", mode="on_site", complexity="simple")
    walk.is_refused("repair", "S4 三(二)3", mode="on_site")
    return walk.does("inspect", stage="on_site", cause="wiring", disposition="repair")


@pytest.mark.walks("water-meter", "repair")
def test_a_meter_that_stands_still_is_repaired_within_the_hour_with_a_signed_record(firm: Firm) -> None:
    walk = looked_at(firm).does("respond", Role.TECHNICIAN, step="disclosure")
    walk.is_refused("move-stock", "S4 二(三)3", **USED)
    walk.does("move-stock", Role.WAREHOUSE, **PART, movement="issued")
    walk.is_refused("move-stock", "S4 一(三)3", **{**USED, "is_same_quality": None}).does(
        "move-stock", **USED
    )
    done: Fields = {"mode": "on_site", "cause": "wiring", "work": "更换传感器", "is_use_explained": True}
    signed_for(walk.at("2026-03-08 12:20").does("repair", **done), "2026-03-09")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5).does("close", outcome="solved")
    found: Fields = {"Cause": "wiring", "Course": HIDDEN, "Parts": "SENSOR-4", "Pieces": 1, "Use shown": True}
    walk.form_says("repair-record", found)
    walk.has_clocks(
        ("call-answered", "met"), ("fault-call-acknowledged", "met"), ("contact-after-dispatch", "met"),
        ("contact-after-the-call", "met"), ("appointment-kept", "breached"), ("arrival", "not_configured"),
        ("simple-repair", "met"), ("record-returned", "met"),
    )  # fmt: skip
    ended = "SELECT department, cause, stage, satisfaction FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(ended, ("field_service", "wiring", "closed", 5)).has_rows(FINDINGS)


def test_a_complex_fault_that_takes_longer_goes_up_until_a_supervisor_excludes_it(firm: Firm) -> None:
    walk = answered(firm, "repair", "2026-03-07 23:59", mode="on_site", complexity="complex")
    walk.at("2026-03-08 01:00").does("respond", Role.TECHNICIAN, step="contact")
    found: Fields = {"stage": "on_site", "cause": "software", "disposition": "repair", "plan": "更新固件"}
    walk.at("2026-03-08 20:00").does("inspect", **found)
    walk.at("2026-03-09 00:01").has_gone_up(("complex-repair", "supervisor"))
    walk.has_rows(LATE, ("supervisor", "open", "open", None))
    storm: Fields = {"subject": "exclusion", "item": "complex-repair", "reason": "force_majeure"}
    walk.does("request", Role.TECHNICIAN, **storm).does("approve", **storm)
    walk.does("repair", mode="on_site", cause="software", is_use_explained=True)
    walk.has_rows(LATE, ("supervisor", "excluded", "breached", "force_majeure"))
    assert (walk.clocks()["complex-plan"], walk.clocks()["complex-repair"]) == ("met", "excluded")


def mended(firm: Firm) -> Walk:
    """A repairer stands before a locked cellar for half an hour; a part is on its way for a quarter of an hour."""
    walk = answered(firm, "repair", "2026-03-09 09:00", mode="on_site", complexity="simple")
    walk.does("respond", step="acknowledged").at("2026-03-09 10:00").does("respond", step="contact")
    walk.at("2026-03-09 14:00").does("arrive", purpose="visit", is_id_shown=True)
    walk.at("2026-03-09 14:05").does("pause", reason="waiting_for_customer")
    walk.at("2026-03-09 14:35").does("resume")
    walk.does("inspect", stage="on_site", cause="wiring", disposition="repair")
    walk.does("pause", reason="waiting_for_parts").at("2026-03-09 14:50").does("resume")
    told = walk.explained("water-meter:simple-repair:1")
    assert (told.clause, told.due_at_first, told.due) == ("S4 四(一)1", "03-09 15:00", "03-09 15:30")
    assert told.moved_by == ["Arrived", "Paused", "Resumed"], "no clock of the text waits for parts"
    walk.at("2026-03-09 15:25").does("repair", mode="on_site", cause="wiring", is_use_explained=True)
    return signed_for(walk, "2026-03-10").does("close", outcome="solved")


def mended_again(walk: Walk) -> Walk:
    """It stands still again: the hotline lets it ring, and the fault is called about, looked at and signed for anew."""
    walk.at("2026-03-12 09:00").does("reopen", reason="fault_again")
    assert walk.explained("water-meter:contact-after-the-call:2").due == "03-12 11:00"
    walk.at("2026-03-12 10:30").has_gone_up(
        ("call-answered", "supervisor"), ("contact-after-the-call", "warn-75")
    )
    walk.does("classify", kind="repair", mode="on_site", complexity="complex")
    walk.at("2026-03-12 10:50").does("respond", Role.TECHNICIAN, step="contact")
    work: Fields = {"mode": "on_site", "cause": "material", "is_use_explained": True}
    walk.is_refused("repair", "S4 三(二)3", **work)
    walk.at("2026-03-12 14:00").does("arrive", purpose="visit", is_id_shown=True)
    walk.does("inspect", stage="on_site", cause="material", disposition="repair", plan="更换机芯")
    told = walk.at("2026-03-13 10:00").does("repair", **work).explained("water-meter:complex-repair:2")
    assert (told.clause, told.due, told.verdict) == ("S4 四(一)1", "03-13 10:30", "met")
    return signed_for(walk, "2026-03-14").does("close", outcome="solved")


@pytest.mark.walks("water-meter", "repair", "Paused", "Resumed", "Reopened")
def test_a_meter_that_stands_still_again_is_a_harder_case_with_clocks_and_a_record_of_its_own(
    firm: Firm,
) -> None:
    walk = mended_again(mended(firm).is_routed_to("field_service"))
    walk.has_clocks(
        ("arrival", "not_configured"), ("call-answered", "breached"), ("complex-plan", "met"),
        ("complex-repair", "met"), ("contact-after-dispatch", "met"), ("contact-after-the-call", "met"),
        ("fault-call-acknowledged", "breached"), ("record-returned", "met"), cycle=2,
    )  # fmt: skip
    assert set(walk.clocks(cycle=1).values()) == {"met", "not_configured"}, "what was kept stays kept"
    walk.form_says("repair-record", {"Serial": "***2211", "Cause": "material"})
    walk.has_rows(ENDED, ("repair", "field_service", "closed", "solved")).has_rows(FINDINGS)
