"""The home store (S2), its service: installation, repair, complaint and opinion, from first call to review."""

from __future__ import annotations

import pytest

from cases.codes import Role
from tests.journeys.home_store import CASE, CONTENT, FOUND, booked, heard
from tests.journeys.told import Fields
from tests.journeys.walk import Firm, Walk

SOON, LATE = ("store-hands-over", "warn-50"), ("store-hands-over", "supervisor")


def made_whole(firm: Firm) -> Walk:
    """A lamp is to be hung; a hook is missing, is asked for with its reason, ordered by leave, and the lamp hangs."""
    walk = heard(firm.at("2025-03-10 10:00"), "installation", "phone", product_line="home-lighting")
    walk.does("classify", kind="installation").is_routed_to("field_service")
    walk.does("note", word="installation-wishes", text="离窗半米")
    walk.does("file", form="collection_slip", step="made_out", form_no="TH-7")
    walk.does("book", **booked("installation", "12", "09:00", "11:00"))
    walk.at("2025-03-12 09:30").does("arrive", purpose="installation", is_id_shown=True)
    walk.does("inspect", stage="on_site", cause="parts_missing", disposition="repair")
    walk.is_refused("close", "S2 三·二/13", outcome="withdrawn")
    hook: Fields = {"stock": "supplement", "item": "HOOK-7"}
    walk.is_refused("move-stock", "S2 七/6", Role.WAREHOUSE, movement="issued", **hook)
    walk.does("request", Role.TECHNICIAN, subject="part", item="HOOK-7", reason="quality")
    walk.is_refused("move-stock", "S2 七/7", Role.WAREHOUSE, movement="ordered", **hook)
    walk.does("approve", subject="part", item="HOOK-7", reason="quality")
    walk.does("move-stock", Role.WAREHOUSE, movement="issued", **hook)
    return walk.does("install", is_function_tested=True, is_use_explained=True)


@pytest.mark.walks("home-store", "installation")
def test_an_installation_lacks_a_part_is_signed_for_when_whole_and_asked_about_too_late(firm: Firm) -> None:
    walk = made_whole(firm)
    walk.is_refused("close", "S2 三·二/23", outcome="withdrawn").does("file", **CONTENT)
    walk.is_refused("close", "S2 二/16, 三/13", outcome="solved")
    told = walk.explained("home-store:installation-revisit:1")
    assert (told.clause, told.due) == ("S2 二/16", "03-18 00:00"), "the third day is a Saturday"
    walk.at("2025-03-18 00:01").has_gone_up(("installation-revisit", "supervisor"))
    walk.at("2025-03-18 10:00").does("revisit", method="phone", is_solved=True, satisfaction=5)
    walk.does("close", outcome="solved")
    walk.form_says("collection-slip", {"Model": "sofa 3"})
    walk.form_says("service-record", {"Found": "parts_missing", "Customer content": True})
    walk.has_clocks(("installation-revisit", "breached"), ("visit-as-agreed", "met"))
    ended = "SELECT department, stage, cause, is_solved, satisfaction FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(ended, ("field_service", "closed", "parts_missing", True, 5)).has_rows(FOUND)


def handed_over_late(firm: Firm) -> Walk:
    """A problem told in the shop at 10:00 that after-sales hears of at 10:40, and calls about at 11:00."""
    walk = heard(firm.at("2025-03-10 10:00"), "repair", "store")
    walk.does("classify", kind="repair", mode="on_site").is_routed_to("store")
    walk.at("2025-03-10 10:16").has_gone_up(SOON)  # half of the half hour is gone
    walk.at("2025-03-10 10:31").has_gone_up(SOON, LATE)
    walk.at("2025-03-10 10:40").does("transfer", Role.STORE, department="after_sales")
    walk.at("2025-03-10 11:00").does("respond", step="contact")
    return walk.does("inspect", stage="pre_diagnosis", disposition="repair")


@pytest.mark.walks("home-store", "repair", "Reviewed")
def test_a_sofa_told_of_in_the_shop_is_taken_along_mended_and_brought_back(firm: Firm) -> None:
    walk = handed_over_late(firm)
    walk.does("book", **booked("visit", "11", "09:00", "10:00"))
    firm.at("2025-03-11 09:30")
    walk.does("arrive", purpose="visit", is_id_shown=True)
    walk.does("inspect", stage="on_site", cause="assembly", disposition="repair")
    walk.is_refused("close", "S2 三/7", outcome="withdrawn")
    walk.is_refused("take-custody", "S2 三·二/19", receipt_no="SJ-7", is_agreed=False)
    walk.is_refused("return-custody", "S2 三/8", receipt_no="SJ-7", is_receipt_recovered=True)
    walk.does("take-custody", receipt_no="SJ-7", product_model="sofa 3")
    spring: Fields = {"movement": "used", "stock": "component", "item": "SPRING-7"}
    walk.is_refused("move-stock", "S2 七/5", **spring)
    walk.does("request", Role.TECHNICIAN, subject="part", item="SPRING-7", reason="quality")
    walk.does("approve", subject="part", item="SPRING-7", reason="quality").does("move-stock", **spring)
    firm.at("2025-03-13 15:00")
    walk.does("repair", mode="mail_in", cause="assembly", is_function_tested=True)
    walk.is_refused("close", "S2 三/8", outcome="withdrawn")
    walk.does("return-custody", receipt_no="SJ-7", is_receipt_recovered=True)
    walk.does("file", form="repair_slip", step="signed", form_no="WX-7")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4)
    walk.does("review", cause="assembly", improvement="process").does("close", outcome="solved")
    walk.form_says("problem-registration", {"Model": "sofa 3"}).form_says(
        "custody-receipt", {"Receipt": "SJ-7"}
    )
    walk.form_says("repair-slip", {"Cause": "assembly", "Parts fitted": "SPRING-7"})
    walk.has_clocks(
        ("called-after-hand-over", "met"), ("called-since-first-word", "met"), ("custody-ends", "met"),
        ("store-hands-over", "breached"), ("visit-as-agreed", "met"),
    )  # fmt: skip
    walk.has_rows(CASE, ("repair", "after_sales", "closed", "solved")).has_rows(FOUND)


def test_a_caller_of_after_sales_waits_by_one_clock_and_a_hard_fault_goes_to_the_experts(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-10 17:45"), "repair", "phone", customer_address=None)
    walk.does("classify", kind="repair", mode="on_site").is_routed_to("after_sales")
    soon = ("called-after-own-intake", "warn-50")
    walk.at("2025-03-10 22:00").has_gone_up(soon)  # a quarter of an hour is left, and none runs by night
    walk.at("2025-03-11 09:10").does("respond", step="contact")
    walk.does("arrive", purpose="visit").does("inspect", stage="on_site", disposition="repair")
    walk.is_refused("close", "S2 三/7", outcome="withdrawn")
    walk.does("escalate", level="supervisor", reason="technical")
    walk.does("repair", mode="on_site", is_function_tested=True)
    walk.does("file", **{**CONTENT, "is_satisfied": False})
    walk.does("revisit", method="phone", is_solved=True, satisfaction=3).does("close", outcome="solved")
    walk.has_clocks(("called-after-own-intake", "met")).has_gone_up(soon, ("technical", "supervisor"))
    assert [name for name, _ in walk.rows(FOUND)] == [
        "customer-content", "fault-known-beforehand", "registration-complete", "work-id-shown",
    ]  # fmt: skip


@pytest.mark.walks("home-store", "complaint", "Reviewed")
def test_a_complaint_seen_in_the_shop_goes_up_is_soothed_looked_into_and_reviewed(firm: Firm) -> None:
    soon, late = ("complaint-reported", "warn-50"), ("complaint-reported", "supervisor")
    walk = heard(firm.at("2025-03-10 11:40"), "complaint", "store")
    walk.does("classify", kind="complaint", category="attitude", severity="major").is_routed_to("store")
    walk.at("2025-03-10 13:29").has_gone_up(soon)  # the shop was closed for lunch
    walk.at("2025-03-10 13:41").has_gone_up(soon, late)
    assert firm.teller.post(f"{walk.path}/classify", {"kind": "opinion"}, Role.STORE).status_code == 403
    walk.does("respond", Role.STORE, step="acknowledged")
    walk.does("note", Role.STORE, word="mismatch", text="导购说是真皮，到货是布面")
    walk.does("transfer", Role.STORE, department="after_sales")
    walk.does("investigate", liable="company", cause="sales_talk")
    walk.is_refused("close", "S2 三·二/16", outcome="solved").does("respond", step="solution")
    walk.does("review", cause="sales_talk", improvement="training", department="store")
    walk.does("close", outcome="solved").form_says("problem-registration", {"Model": "sofa 3"})
    assert walk.form("problem-registration")["Handed over"]
    walk.has_clocks(("complaint-reported", "breached"))
    complaint = "SELECT category, department, severity, channel FROM bi.fct_complaints WHERE case_id = %s"
    walk.has_rows(complaint, ("attitude", "after_sales", "major", "store")).has_rows(FOUND)


@pytest.mark.walks("home-store", "opinion")
def test_an_urgent_opinion_that_nobody_reports_goes_up_by_itself_and_is_passed_on(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-10 10:00"), "opinion", "email")
    walk.does("classify", kind="opinion", priority="urgent").is_routed_to("after_sales")
    walk.is_refused("close", "S2 六", outcome="withdrawn")
    told = walk.explained("home-store:urgent-goes-up:1")
    assert (told.clause, told.due) == ("S2 六", "03-10 10:30")
    walk.at("2025-03-10 10:31").has_gone_up(("urgent-goes-up", "supervisor"))
    walk.at("2025-03-10 10:35").does("escalate", level="supervisor", reason="urgent")
    walk.does("transfer", Role.SUPERVISOR, department="production").does("close", outcome="solved")
    walk.has_clocks(("urgent-goes-up", "breached"))
    walk.has_rows(CASE, ("opinion", "production", "closed", "solved")).has_rows(FOUND)


@pytest.mark.proves("S2-4.4")
def test_a_special_case_is_closed_by_leave_of_another_and_stays_visible(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-10 10:00"), "repair", "phone")
    walk.does("classify", kind="repair").does("respond", step="contact")
    walk.does("take-custody", receipt_no="SJ-8").is_refused("close", "S2 三/8", outcome="withdrawn")
    leave: Fields = {"subject": "override", "item": "custody-before-closing", "reason": "goodwill"}
    walk.does("request", **leave).does("approve", **leave).does("close", outcome="withdrawn")
    walk.has_rows(FOUND, ("custody-before-closing", True))
    walk.has_rows("SELECT outcome, has_override FROM bi.fct_cases WHERE case_id = %s", ("withdrawn", True))


def mended_late(firm: Firm) -> Walk:
    """The customer asks to be waited for, the repairer comes late all the same, and mends the sofa on the spot."""
    walk = heard(firm.at("2025-03-10 10:00"), "repair", "phone")
    walk.does("classify", kind="repair", mode="on_site").is_routed_to("after_sales")
    walk.at("2025-03-10 10:20").does("respond", step="contact")
    walk.does("inspect", stage="pre_diagnosis", disposition="repair")
    walk.does("book", **booked("visit", "11", "09:00", "10:00"))
    walk.at("2025-03-11 08:00").does("pause", reason="waiting_for_customer")
    walk.at("2025-03-11 10:01").has_gone_up(("visit-as-agreed", "supervisor"))  # no clock waits for anybody
    walk.at("2025-03-11 10:30").does("resume").does("arrive", purpose="visit", is_id_shown=True)
    told = walk.explained("home-store:visit-as-agreed:1")
    assert (told.clause, told.due_at_first, told.due) == ("S2 三/6", "03-11 10:00", "03-11 10:00")
    assert told.moved_by == ["Booked", "Arrived"]
    return walk.does("repair", mode="on_site", is_function_tested=True).does("file", **CONTENT)


@pytest.mark.walks("home-store", "repair", "Paused", "Resumed", "Reopened", "Reviewed")
def test_a_sofa_that_breaks_again_is_called_about_and_asked_about_anew(firm: Firm) -> None:
    walk = mended_late(firm)
    walk.does("revisit", method="phone", is_solved=True, satisfaction=4).does("close", outcome="solved")
    walk.at("2025-03-17 17:50").does("reopen", reason="fault_again")
    assert walk.explained("home-store:called-after-own-intake:2").due == "03-18 09:20", (
        "the shop is shut by night"
    )
    walk.is_refused("close", "S2 二/16, 三/13", outcome="solved")
    walk.at("2025-03-18 09:10").does("respond", step="contact")
    walk.does("repair", mode="on_site", is_function_tested=True)
    walk.is_refused("close", "S2 三·二/23", outcome="withdrawn").does(
        "file", **{**CONTENT, "form_no": "FW-8"}
    )
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5)
    walk.does("review", cause="assembly", improvement="process").does("close", outcome="solved")
    walk.form_says("service-record", {"Customer content": True, "Late because": None})
    walk.has_clocks(("called-after-own-intake", "met"), ("visit-as-agreed", "breached"))
    walk.has_clocks(("called-after-own-intake", "met"), cycle=2)
    walk.has_rows(CASE, ("repair", "after_sales", "closed", "solved")).has_rows(FOUND)
