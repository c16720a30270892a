"""The home store (S2): contract, delivery, exchange, installation, repair, return, complaint, opinion and showroom."""

from __future__ import annotations

from typing import Any

import pytest

from cases.codes import Role
from tests.cases.clock_stories import wall
from tests.journeys.walk import Firm, Walk

SOFA: dict[str, Any] = {
    "product_line": "furniture", "product_model": "sofa 3", "contract_no": "HT-7", "quantity": 1,
    "customer_address": "杭州市某路 7 号", "purchased_on": "2025-03-01", "goods_received_on": "2025-03-06",
    "sales_channel": "store",
}  # fmt: skip
CHECKED: dict[str, Any] = {
    "stage": "pre_delivery", "disposition": "no_fault", "is_passed": True, "is_packaging_intact": True,
}  # fmt: skip
CONTENT: dict[str, Any] = {
    "form": "service_record", "step": "signed", "form_no": "FW-7", "is_satisfied": True,
}  # fmt: skip
OUT: dict[str, Any] = {"direction": "outbound", "mode": "company_ships"}
VERDICTS = "SELECT promise, verdict FROM bi.fct_sla_clocks WHERE case_id = %s ORDER BY promise, started_at"
RAISED = "SELECT promise, escalated_level FROM bi.fct_sla_clocks WHERE case_id = %s AND escalated_level IS NOT NULL"
FOUND = "SELECT constraint_id, is_overridden FROM bi.fct_findings WHERE case_id = %s ORDER BY constraint_id"
CASE = "SELECT kind, department, stage, outcome FROM bi.fct_cases WHERE case_id = %s"


def heard(firm: Firm, kind: str, channel: str, **more: Any) -> Walk:
    """Somebody tells of the sofa."""
    return Walk(firm, **{**SOFA, "channel": channel, "remedy_sought": kind, **more})


def booked(purpose: str, day: str, begins: str, ends: str) -> dict[str, Any]:
    """An appointment on a day of March 2025, as the clock shows it in Shanghai."""
    begins_at, ends_at = (wall(f"2025-03-{day} {hour}").isoformat() for hour in (begins, ends))
    return {"purpose": purpose, "begins_at": begins_at, "ends_at": ends_at}


@pytest.mark.walks("home-store", "order")
def test_a_contract_reaches_the_clerk_before_five_and_the_factory_the_day_after(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-07 16:00"), "order", "store").does("classify", kind="order")
    assert walk.department() == "store"
    firm.at("2025-03-07 16:40")
    walk.does("transfer", Role.STORE, department="warehouse")
    firm.at("2025-03-10 10:00")
    walk.does("move-stock", Role.WAREHOUSE, movement="ordered", stock="goods", item="SOFA-3")
    assert walk.form("sales-contract")["Contract"] == "HT-7"
    walk.does("close", outcome="solved")
    assert walk.rows(VERDICTS) == [
        ("contract-handed-over", "met"), ("factory-order", "met"), ("goods-from-factory", "not_configured"),
    ]  # fmt: skip
    assert walk.rows(FOUND) == []
    assert walk.rows(CASE) == [("order", "warehouse", "closed", "solved")]


def test_a_contract_that_lies_about_goes_up_and_its_gaps_are_found(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-06 17:20"), "order", "store", quantity=None).does("classify", kind="order")
    assert walk.at("2025-03-07 09:00").looked_at() == [], "after the cut-off it belongs to Friday"
    assert walk.at("2025-03-07 17:01").looked_at() == ["overdue"]
    walk.does("transfer", Role.STORE, department="warehouse").does("close", outcome="withdrawn")
    assert walk.rows(RAISED) == [("contract-handed-over", "supervisor")]
    assert ("contract-handed-over", "breached") in walk.rows(VERDICTS)
    assert walk.rows(FOUND) == [("contract-slip-complete", False), ("stock-looked-up", False)]


def on_the_way(firm: Firm) -> Walk:
    """A sofa that lies in store is kept for its buyer, moved by a day after a word, checked, packed and sent."""
    walk = heard(firm.at("2025-03-10 10:00"), "delivery", "store").does("classify", kind="delivery")
    assert walk.department() == "logistics"
    firm.at("2025-03-10 11:00")
    walk.does("transfer", Role.STORE, department="warehouse")
    walk.does("move-stock", Role.WAREHOUSE, movement="reserved", stock="goods", item="SOFA-3")
    walk.does("transfer", Role.SUPERVISOR, department="logistics")
    walk.does("book", **booked("delivery", "12", "10:00", "12:00"))
    firm.at("2025-03-11 15:00")
    walk.is_refused("book", "S2 二/3", **booked("delivery", "13", "10:00", "12:00"))
    walk.does("respond", step="notice").does("book", **booked("delivery", "13", "10:00", "12:00"))
    walk.is_refused("ship", "S2 二/4", **OUT)
    walk.does("inspect", **{**CHECKED, "is_packaging_intact": False}).is_refused("ship", "S2 二/4", **OUT)
    return walk.does("inspect", **CHECKED).does("ship", **OUT)


@pytest.mark.walks("home-store", "delivery")
def test_a_delivery_moves_by_a_day_comes_late_and_damaged_and_is_signed_for(firm: Firm) -> None:
    walk = on_the_way(firm)
    assert walk.at("2025-03-13 12:30").looked_at() == ["overdue"]
    firm.at("2025-03-13 13:00")
    walk.does("arrive", Role.LOGISTICS, purpose="delivery", late_because="traffic", is_id_shown=True)
    walk.does("deliver", direction="outbound", is_damaged=True)
    walk.is_refused("close", "S2 二/10", outcome="solved")
    walk.does("file", form="delivery_slip", step="signed", form_no="SH-7")
    walk.does("file", Role.LOGISTICS, form="delivery_voucher", step="handed_back", form_no="PZ-7")
    assert walk.form("delivery-voucher")["Damaged"] is True
    walk.does("close", outcome="solved")
    assert walk.rows(VERDICTS) == [
        ("contract-handed-over", "met"), ("delivered-as-agreed", "cancelled"), ("delivered-as-agreed", "breached"),
        ("factory-order", "cancelled"), ("voucher-handed-back", "met"),
    ]  # fmt: skip
    assert walk.rows(RAISED) == [("delivered-as-agreed", "supervisor")]
    assert walk.rows(FOUND) == [("damage-answered-for", False)], "nobody looked into who answers for it"
    assert walk.rows(CASE) == [("delivery", "logistics", "closed", "solved")]


@pytest.mark.walks("home-store", "exchange")
def test_an_exchange_has_leave_of_another_and_a_date_and_brings_the_old_goods_back(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-10 10:00"), "exchange", "store")
    walk.does("classify", kind="exchange", reason="quality", is_human_damage=False)
    assert walk.department() == "store"
    assert {one["entitlement"]: one["is_granted"] for one in walk.file()["entitlements"]} == {
        "quality-return-by-law": True
    }
    firm.at("2025-03-10 10:20")
    walk.does("transfer", Role.STORE, department="after_sales")
    walk.does("request", subject="exchange", reason="quality")
    walk.is_refused("approve", "配置，非制度规定", Role.AGENT, subject="exchange", reason="quality")
    walk.does("approve", subject="exchange", reason="quality").does("inspect", **CHECKED)
    walk.is_refused("ship", "S2 二/5", **OUT)
    walk.does("book", **booked("delivery", "11", "14:00", "16:00"))
    walk.does("ship", **OUT)
    firm.at("2025-03-11 15:00")
    walk.does("deliver", direction="outbound").does("replace", Role.LOGISTICS, is_original_recovered=True)
    walk.does("file", form="delivery_voucher", step="signed", form_no="PZ-8")
    walk.does("file", Role.LOGISTICS, form="delivery_voucher", step="handed_back", form_no="PZ-8")
    assert walk.form("delivery-slip")["Checked before delivery"] is True
    walk.does("close", outcome="solved")
    assert walk.clocks() == {
        "store-hands-over": "met", "delivered-as-agreed": "met", "voucher-handed-back": "met",
    }  # fmt: skip
    assert sorted(walk.clocks().items()) == walk.rows(VERDICTS)
    assert walk.rows(CASE) == [("exchange", "after_sales", "closed", "solved")]
    assert walk.rows(FOUND) == []


@pytest.mark.walks("home-store", "installation")
def test_an_installation_lacks_a_part_and_is_closed_when_whole_signed_and_revisited(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-10 10:00"), "installation", "phone", product_line="home-lighting")
    walk.does("classify", kind="installation")
    assert walk.department() == "field_service"
    walk.does("note", word="installation-wishes", text="离窗半米")
    walk.does("file", form="collection_slip", step="made_out", form_no="TH-7")
    walk.does("book", **booked("installation", "12", "09:00", "11:00"))
    firm.at("2025-03-12 09:30")
    walk.does("arrive", purpose="installation", is_id_shown=True)
    walk.does("inspect", stage="on_site", cause="parts_missing", disposition="repair")
    walk.is_refused("close", "S2 三·二/13", outcome="withdrawn")
    hook: dict[str, Any] = {"stock": "supplement", "item": "HOOK-7"}
    walk.is_refused("move-stock", "S2 七/6", Role.WAREHOUSE, movement="issued", **hook)
    walk.does("request", Role.TECHNICIAN, subject="part", item="HOOK-7", reason="quality")
    walk.is_refused("move-stock", "S2 七/7", Role.WAREHOUSE, movement="ordered", **hook)
    walk.does("approve", subject="part", item="HOOK-7", reason="quality")
    walk.does("move-stock", Role.WAREHOUSE, movement="issued", **hook)
    walk.does("install", is_function_tested=True, is_use_explained=True)
    walk.is_refused("close", "S2 三·二/23", outcome="withdrawn").does("file", **CONTENT)
    walk.is_refused("close", "S2 二/16, 三/13", outcome="solved")
    firm.at("2025-03-14 10:00")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5).does("close", outcome="solved")
    assert walk.form("service-record")["Customer content"] is True
    assert walk.rows(VERDICTS) == [("installation-revisit", "met"), ("visit-as-agreed", "met")]
    assert walk.rows(FOUND) == []
    assert walk.rows("SELECT satisfaction, is_solved, cause FROM bi.fct_cases WHERE case_id = %s") == [
        (5, True, "parts_missing")
    ]


def handed_over_late(firm: Firm) -> Walk:
    """A problem told in the shop at 10:00 that after-sales hears of at 10:40, and calls about at 11:00."""
    walk = heard(firm.at("2025-03-10 10:00"), "repair", "store")
    walk.does("classify", kind="repair", mode="on_site")
    assert walk.department() == "store"
    assert walk.at("2025-03-10 10:16").looked_at() == ["due_soon"], "half of the half hour is gone"
    assert walk.at("2025-03-10 10:31").looked_at() == ["due_soon", "overdue"]
    firm.at("2025-03-10 10:40")
    walk.does("transfer", Role.STORE, department="after_sales")
    firm.at("2025-03-10 11:00")
    return walk.does("respond", step="contact").does("inspect", stage="pre_diagnosis", disposition="repair")


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
    spring: dict[str, Any] = {"movement": "used", "stock": "component", "item": "SPRING-7"}
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
    assert walk.form("custody-receipt")["Receipt"] == "SJ-7"
    assert walk.form("repair-slip")["Parts fitted"] == "SPRING-7"
    assert walk.rows(VERDICTS) == [
        ("called-after-hand-over", "met"), ("called-since-first-word", "met"), ("custody-ends", "met"),
        ("store-hands-over", "breached"), ("visit-as-agreed", "met"),
    ]  # fmt: skip
    assert walk.rows(RAISED) == [("store-hands-over", "supervisor")]
    assert walk.rows(FOUND) == []


def test_a_caller_of_after_sales_waits_by_one_clock_and_a_hard_fault_goes_to_the_experts(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-10 17:45"), "repair", "phone", customer_address=None)
    walk.does("classify", kind="repair", mode="on_site")
    assert walk.department() == "after_sales"
    assert walk.at("2025-03-10 22:00").looked_at() == ["due_soon"], (
        "a quarter of an hour is left, and none runs by night"
    )
    firm.at("2025-03-11 09:10")
    walk.does("respond", step="contact")
    walk.does("arrive", purpose="visit").does("inspect", stage="on_site", disposition="repair")
    walk.is_refused("close", "S2 三/7", outcome="withdrawn")
    walk.does("escalate", level="supervisor", reason="technical")
    walk.does("repair", mode="on_site", is_function_tested=True)
    walk.does("file", **{**CONTENT, "is_satisfied": False})
    walk.does("revisit", method="phone", is_solved=True, satisfaction=3).does("close", outcome="solved")
    assert walk.rows(VERDICTS) == [("called-after-own-intake", "met")]
    assert walk.rows(RAISED) == []
    assert [name for name, _ in walk.rows(FOUND)] == [
        "customer-content", "fault-known-beforehand", "registration-complete", "work-id-shown",
    ]  # fmt: skip


@pytest.mark.walks("home-store", "return")
def test_goods_that_fit_no_place_go_back_within_what_was_paid(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-10 10:00"), "return", "chat", sales_channel="online")
    walk.does("classify", kind="return", reason="no_place", is_human_damage=False)
    assert walk.department() == "after_sales"
    assert {one["entitlement"]: one["is_granted"] for one in walk.file()["entitlements"]} == {
        "distance-sale-return": True
    }
    walk.does("request", subject="return", reason="not_fit")
    walk.does("approve", subject="return", reason="not_fit", order_no="TH-2025-7")
    walk.is_refused("refund", "配置，非制度规定", amount={"minor": 19_901, "currency": "CNY"})
    walk.does("refund", amount={"minor": 19_900, "currency": "CNY"}).does("close", outcome="solved")
    assert walk.form("problem-registration")["Model"] == "sofa 3"
    assert walk.rows(VERDICTS) == [("unfit-goods-taken-back", "not_configured")]
    assert walk.rows("SELECT reason, refunded_minor, stage FROM bi.fct_cases WHERE case_id = %s") == [
        ("no_place", 19_900, "closed")
    ]


@pytest.mark.walks("home-store", "complaint", "Reviewed")
def test_a_complaint_seen_in_the_shop_goes_up_is_soothed_looked_into_and_reviewed(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-10 11:40"), "complaint", "store")
    walk.does("classify", kind="complaint", category="attitude", severity="major")
    assert walk.department() == "store"
    assert walk.at("2025-03-10 13:29").looked_at() == ["due_soon"], "the shop was closed for lunch"
    assert walk.at("2025-03-10 13:41").looked_at() == ["due_soon", "overdue"]
    assert firm.teller.post(f"{walk.path}/classify", {"kind": "opinion"}, Role.STORE).status_code == 403
    walk.does("respond", Role.STORE, step="acknowledged")
    walk.does("transfer", Role.STORE, department="after_sales")
    walk.does("investigate", liable="company", cause="sales_talk").does("respond", step="solution")
    walk.does("review", cause="sales_talk", improvement="training", department="store")
    walk.does("close", outcome="solved")
    assert walk.form("problem-registration")["Handed over"]
    assert walk.rows(VERDICTS) == [("complaint-reported", "breached")]
    assert walk.rows(RAISED) == [("complaint-reported", "supervisor")]
    complaint = "SELECT category, department, severity, channel FROM bi.fct_complaints WHERE case_id = %s"
    assert walk.rows(complaint) == [("attitude", "after_sales", "major", "store")]
    assert walk.rows(FOUND) == []


@pytest.mark.walks("home-store", "opinion")
def test_an_urgent_opinion_goes_up_and_is_passed_on_to_whom_it_concerns(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-10 10:00"), "opinion", "email")
    walk.does("classify", kind="opinion", priority="urgent")
    assert walk.department() == "after_sales"
    walk.is_refused("close", "S2 六", outcome="withdrawn")
    firm.at("2025-03-10 10:25")
    walk.does("escalate", level="supervisor", reason="urgent")
    walk.does("transfer", Role.SUPERVISOR, department="production").does("close", outcome="solved")
    assert walk.rows(VERDICTS) == [("urgent-goes-up", "met")]
    assert walk.rows(CASE) == [("opinion", "production", "closed", "solved")]


@pytest.mark.walks("home-store", "showroom")
def test_a_sample_leaves_the_show_by_leave_too_early_and_is_stock_after_its_check(firm: Firm) -> None:
    sample: dict[str, Any] = {"stock": "sample", "item": "SOFA-3"}
    walk = heard(firm.at("2025-03-10 16:00"), "showroom", "store")
    walk.does("classify", kind="showroom")
    assert walk.department() == "after_sales"
    walk.is_refused("move-stock", "S2 八/3-5", Role.WAREHOUSE, movement="withdrawn", **sample)
    walk.does("request", Role.STORE, subject="sample", item="SOFA-3", reason="worn")
    walk.does("approve", subject="sample", item="SOFA-3", reason="worn")
    firm.at("2025-03-12 10:00")
    walk.does("move-stock", Role.WAREHOUSE, movement="withdrawn", **sample)
    walk.is_refused("move-stock", "S2 八/6", Role.WAREHOUSE, movement="returned", **sample)
    walk.does("inspect", stage="restock", disposition="no_fault", is_passed=True)
    walk.does("move-stock", Role.WAREHOUSE, movement="returned", **sample).does("close", outcome="solved")
    register = walk.form("sample-register")
    assert (register["Approved"], register["Back in store"]) == ("SOFA-3", "SOFA-3")
    assert walk.rows(VERDICTS) == [("showroom-notice", "breached")]
    assert walk.rows(FOUND) == []


@pytest.mark.proves("S2-4.4")
def test_a_special_case_is_closed_by_leave_of_another_and_stays_visible(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-10 10:00"), "repair", "phone")
    walk.does("classify", kind="repair").does("respond", step="contact")
    walk.does("take-custody", receipt_no="SJ-8").is_refused("close", "S2 三/8", outcome="withdrawn")
    leave: dict[str, Any] = {"subject": "override", "item": "custody-before-closing", "reason": "goodwill"}
    walk.does("request", **leave).does("approve", **leave).does("close", outcome="withdrawn")
    assert walk.rows(FOUND) == [("custody-before-closing", True)]
    assert walk.rows("SELECT outcome, has_override FROM bi.fct_cases WHERE case_id = %s") == [
        ("withdrawn", True)
    ]


def mended_late(firm: Firm) -> Walk:
    """The customer asks to be waited for, the repairer comes late all the same, and mends the sofa on the spot."""
    walk = heard(firm.at("2025-03-10 10:00"), "repair", "phone").does(
        "classify", kind="repair", mode="on_site"
    )
    walk.at("2025-03-10 10:20").does("respond", step="contact")
    walk.does("inspect", stage="pre_diagnosis", disposition="repair")
    walk.does("book", **booked("visit", "11", "09:00", "10:00"))
    walk.at("2025-03-11 08:00").does("pause", reason="waiting_for_customer")
    assert walk.at("2025-03-11 10:01").looked_at() == ["overdue"], "no clock of the text waits for anybody"
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
    cycles = (
        "SELECT cycle, promise, verdict FROM bi.fct_sla_clocks WHERE case_id = %s ORDER BY cycle, promise"
    )
    assert walk.rows(cycles) == [
        (1, "called-after-own-intake", "met"), (1, "visit-as-agreed", "breached"),
        (2, "called-after-own-intake", "met"),
    ]  # fmt: skip
    assert walk.rows(CASE) == [("repair", "after_sales", "closed", "solved")]
    assert walk.rows(FOUND) == []
