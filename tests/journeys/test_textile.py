"""The textile company's technicians (S3): shuttles are repaired and a loom is set going, from first call to review."""

from __future__ import annotations

from typing import Final

import pytest

from cases.codes import Role
from tests.journeys.textile import FINDINGS, LOOM, SHUTTLE
from tests.journeys.told import HIDDEN, Fields
from tests.journeys.walk import Firm, Walk

OLD: Final[Fields] = {**SHUTTLE, "purchased_on": "2025-03-01", "goods_received_on": "2025-03-02"}
QUOTE: Final[Fields] = {"quote_no": "Q-2026-7", "amount": {"minor": 48_000, "currency": "CNY"}}
HOOK: Final[Fields] = {"movement": "used", "stock": "spare", "item": "HOOK-7", "is_covered": False}


def mended(firm: Firm) -> Walk:
    """A shuttle out of warranty is mended at a price that was told, by somebody who comes after the agreed hours."""
    walk = Walk(firm.at("2026-03-05 10:00"), **OLD)
    walk.does("classify", kind="repair", mode="on_site", is_same_city=True).is_routed_to("tech_support")
    walk.is_refused("quote", "S3 第三条", **QUOTE)
    walk.does("respond", step="disclosure").does("quote", **QUOTE)
    walk.is_refused("repair", "S3 第七条", mode="on_site")
    walk.does("answer-quote", quote_no="Q-2026-7", is_accepted=True)
    walk.does("book", begins_at="2026-03-06T09:00:00+08:00", ends_at="2026-03-06T11:00:00+08:00")
    walk.at("2026-03-06 11:01").has_gone_up(("appointment-kept", "supervisor"))
    walk.at("2026-03-06 11:20").does("arrive", purpose="visit", late_because="traffic", is_id_shown=True)
    ready: Fields = {"promised_at": "2026-03-06T14:00:00+08:00"}
    walk.does("inspect", stage="on_site", cause="assembly", disposition="repair", **ready)
    walk.is_refused("move-stock", "S3 第七条", **HOOK)
    walk.does("move-stock", **HOOK, certificate_no="HG-2026-118")
    done: Fields = {"work": "更换梭钩", "is_function_tested": True, "is_use_explained": True}
    return walk.at("2026-03-06 13:40").does("repair", mode="on_site", cause="assembly", **done)


@pytest.mark.walks("textile", "repair", "Reviewed")
def test_a_shuttle_out_of_warranty_is_mended_at_a_price_that_was_told_and_reviewed(firm: Firm) -> None:
    walk = mended(firm)
    assert {one["entitlement"]: one["is_granted"] for one in walk.file()["entitlements"]} == {
        "warranty-equipment": False, "out-of-warranty-quote": True,
    }  # fmt: skip
    walk.does("file", form="service_record", step="signed", form_no="FW-7", is_satisfied=True)
    walk.form_says("service-record", {"Cause": "assembly", "Work": HIDDEN, "Tested": True})
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5)
    walk.is_refused("close", "S3 第三条", outcome="solved")
    walk.does("review", cause="assembly", improvement="process", department="production")
    walk.does("close", outcome="solved").form_says(
        "service-archive", {"Review": "process", "Satisfaction": 5}
    )
    walk.has_clocks(("appointment-kept", "breached"), ("on-site-same-city", "met"), ("repair-promise", "met"))
    ended = "SELECT kind, department, cause, stage FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(ended, ("repair", "tech_support", "assembly", "closed")).has_rows(FINDINGS)


def guided(firm: Firm) -> Walk:
    """A shuttle is put right from afar over a weekend; the time waits for the customer, and for no part."""
    walk = Walk(firm.at("2026-03-05 10:00"), **SHUTTLE).does("classify", kind="repair", mode="remote")
    walk.at("2026-03-06 10:00").does("pause", reason="waiting_for_customer")
    walk.at("2026-03-06 16:00").does("resume").does("pause", reason="waiting_for_parts")
    told = walk.at("2026-03-07 10:00").does("resume").explained("textile:remote-support:1")
    assert (told.clause, told.due_at_first, told.due) == ("S3 第七条", "03-10 00:00", "03-10 06:00")
    walk.at("2026-03-09 15:00").does("respond", Role.TECHNICIAN, step="guidance", text="清理导轨")
    walk.is_refused("close", "S3 第三条", outcome="solved")
    return walk.does("review", cause="misuse", improvement="product").does("close", outcome="solved")


@pytest.mark.walks("textile", "repair", "Paused", "Resumed", "Reopened", "Reviewed")
def test_a_shuttle_that_sticks_again_is_put_right_too_late_and_reviewed_again(firm: Firm) -> None:
    walk = guided(firm).is_routed_to("tech_support").has_clocks(("remote-support", "met"))
    walk.at("2026-03-12 09:00").does("reopen", reason="fault_again")
    walk.is_refused("close", "S3 第三条", outcome="solved")
    late, told = ("remote-support", "supervisor"), ("remote-support", "warn-75")
    walk.at("2026-03-16 13:00").has_gone_up(told)
    assert walk.explained("textile:remote-support:2").due == "03-17 00:00", "the weekend does not count"
    walk.at("2026-03-17 09:00").has_gone_up(told, late)
    walk.does("respond", Role.TECHNICIAN, step="solution", text="更换导轨垫片")
    walk.does("review", cause="design", improvement="product", department="research")
    walk.does("close", outcome="solved")
    walk.has_clocks(("remote-support", "met"), cycle=1).has_clocks(("remote-support", "breached"), cycle=2)
    walk.form_says("service-archive", {"Answer": HIDDEN, "Result": "solved"})
    ended = "SELECT kind, department, cycle, stage FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(ended, ("repair", "tech_support", 2, "closed")).has_rows(FINDINGS)


@pytest.mark.walks("textile", "installation", "Paused", "Resumed", "Reviewed")
def test_a_loom_is_set_going_after_a_hall_without_power_and_later_than_was_told(firm: Firm) -> None:
    walk = Walk(firm.at("2026-03-09 10:00"), **LOOM, remedy_sought="installation")
    walk.does("classify", kind="installation", mode="on_site").is_routed_to("tech_support")
    walk.is_refused("quote", "S3 第三条", **QUOTE).does("respond", step="disclosure").does("quote", **QUOTE)
    walk.does("answer-quote", quote_no="Q-2026-7", is_accepted=True)
    walk.does("promise", purpose="installation", promised_at="2026-03-12T16:00:00+08:00")
    walk.at("2026-03-12 09:00").does("arrive", purpose="installation", is_id_shown=True)
    walk.does("pause", reason="waiting_for_customer").at("2026-03-12 11:00").does("resume")
    told = walk.explained("textile:installation-promise:1")
    assert (told.clause, told.due_at_first, told.due) == ("S3 第三条", "03-12 16:00", "03-12 18:00")
    walk.at("2026-03-12 18:01").has_gone_up(("installation-promise", "supervisor"))
    put_in: Fields = {"is_function_tested": True, "is_use_explained": True, "product_model": "loom 2"}
    walk.at("2026-03-12 19:00").does("install", **put_in)
    walk.is_refused("close", "S3 第三条", outcome="solved")
    walk.does("review", cause="unknown", improvement="process", department="tech_support")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4).does("close", outcome="solved")
    walk.has_clocks(("installation-promise", "breached"))
    walk.form_says("service-archive", {"Service": "installation", "Review": "process", "Satisfaction": 4})
    ended = "SELECT kind, department, satisfaction, stage FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(ended, ("installation", "tech_support", 4, "closed")).has_rows(FINDINGS)


@pytest.mark.proves("S3-2")
def test_a_partner_sees_and_works_on_the_cases_given_to_them_only(firm: Firm) -> None:
    walk = Walk(firm, **OLD)
    walk.does("classify", kind="repair", mode="on_site", is_same_city=False, assigned_to="partner-01")
    walk.does("arrive", Role.PARTNER, purpose="visit", is_id_shown=True)
    other = Walk(firm, **OLD)
    other.does("classify", kind="repair", mode="on_site", is_same_city=False)
    answer = firm.teller.post(f"{other.path}/arrive", {"purpose": "visit", "is_id_shown": True}, Role.PARTNER)
    assert answer.status_code == 403
