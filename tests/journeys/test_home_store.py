"""The home store (S2): contract, delivery, exchange, installation, repair, return, complaint, opinion and showroom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from api.installation import Installation
from cases.codes import Role
from cases.desk import Desk
from cases.reference import demo_settings, shipped
from cases.store.ledger import Ledger
from cases.vault import Vault
from tests.cases.clock_stories import wall
from tests.fix_api import Teller
from tests.fix_desk import caller
from tests.fix_watching import Hands
from tests.journeys.walk import Walk

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
WENT_UP = """SELECT what FROM bi.fct_case_events
WHERE case_id = %s AND event_type = 'Escalated' ORDER BY version"""
FOUND = "SELECT constraint_id, is_overridden FROM bi.fct_findings WHERE case_id = %s ORDER BY constraint_id"
CASE = "SELECT kind, department, stage, outcome FROM bi.fct_cases WHERE case_id = %s"


@pytest.fixture(scope="module")
def hands() -> Hands:
    """The hands of the shop's clock."""
    return Hands()


@pytest.fixture(scope="module")
def desk(ledger: Ledger, vault: Vault, hands: Hands) -> Desk:
    """The desk with everything published, whose clock is moved by hand."""
    hands.at = wall("2025-03-01 09:00")
    desk = Desk(ledger, vault, hands)
    desk.publish([*shipped(), *demo_settings()], caller(Role.SERVICE, "set-up"))
    return desk


@dataclass
class Shop:
    """The shop, and the time it is there."""

    teller: Teller
    here: Installation
    hands: Hands

    def at(self, moment: str) -> Shop:
        """Move the clock to a moment, as it shows in Shanghai; 2025-03-10 is a Monday."""
        self.hands.at = wall(moment)
        return self

    def told(self, kind: str, channel: str, **more: Any) -> Walk:
        """Somebody tells of the sofa."""
        return Walk(self.teller, self.here, **{**SOFA, "channel": channel, "remedy_sought": kind, **more})

    def looks(self, walk: Walk, moment: str) -> list[str]:
        """Let the watcher look at a moment; gives why the case went up so far."""
        self.at(moment).here.engine.catch_up()
        self.here.watcher.look()
        return [why for (why,) in walk.rows(WENT_UP)]


@pytest.fixture
def shop(teller: Teller, here: Installation, hands: Hands) -> Shop:
    """The shop."""
    return Shop(teller, here, hands)


def booked(purpose: str, day: str, begins: str, ends: str) -> dict[str, Any]:
    """An appointment on a day of March 2025, as the clock shows it in Shanghai."""
    begins_at, ends_at = (wall(f"2025-03-{day} {hour}").isoformat() for hour in (begins, ends))
    return {"purpose": purpose, "begins_at": begins_at, "ends_at": ends_at}


def test_a_contract_reaches_the_clerk_before_five_and_the_factory_the_day_after(shop: Shop) -> None:
    walk = shop.at("2025-03-07 16:00").told("order", "store").does("classify", kind="order")
    assert walk.file()["classified"]["department"] == "store"
    shop.at("2025-03-07 16:40")
    walk.does("transfer", Role.STORE, department="warehouse")
    shop.at("2025-03-10 10:00")
    walk.does("move-stock", Role.WAREHOUSE, movement="ordered", stock="goods", item="SOFA-3")
    assert walk.form("sales-contract")["Contract"] == "HT-7"
    walk.does("close", outcome="solved")
    assert walk.rows(VERDICTS) == [
        ("contract-handed-over", "met"), ("factory-order", "met"), ("goods-from-factory", "not_configured"),
    ]  # fmt: skip
    assert walk.rows(FOUND) == []
    assert walk.rows(CASE) == [("order", "warehouse", "closed", "solved")]


def test_a_contract_that_lies_about_goes_up_and_its_gaps_are_found(shop: Shop) -> None:
    walk = shop.at("2025-03-06 17:20").told("order", "store", quantity=None).does("classify", kind="order")
    assert shop.looks(walk, "2025-03-07 09:00") == [], "after the cut-off it belongs to Friday"
    assert shop.looks(walk, "2025-03-07 17:01") == ["overdue"]
    walk.does("transfer", Role.STORE, department="warehouse").does("close", outcome="withdrawn")
    assert walk.rows(RAISED) == [("contract-handed-over", "supervisor")]
    assert ("contract-handed-over", "breached") in walk.rows(VERDICTS)
    assert walk.rows(FOUND) == [("contract-slip-complete", False), ("stock-looked-up", False)]


def on_the_way(shop: Shop) -> Walk:
    """A sofa that lies in store is kept for its buyer, moved by a day after a word, checked, packed and sent."""
    walk = shop.at("2025-03-10 10:00").told("delivery", "store").does("classify", kind="delivery")
    assert walk.file()["classified"]["department"] == "logistics"
    shop.at("2025-03-10 11:00")
    walk.does("transfer", Role.STORE, department="warehouse")
    walk.does("move-stock", Role.WAREHOUSE, movement="reserved", stock="goods", item="SOFA-3")
    walk.does("transfer", Role.SUPERVISOR, department="logistics")
    walk.does("book", **booked("delivery", "12", "10:00", "12:00"))
    shop.at("2025-03-11 15:00")
    walk.is_refused("book", "S2 二/3", **booked("delivery", "13", "10:00", "12:00"))
    walk.does("respond", step="notice").does("book", **booked("delivery", "13", "10:00", "12:00"))
    walk.is_refused("ship", "S2 二/4", **OUT)
    walk.does("inspect", **{**CHECKED, "is_packaging_intact": False}).is_refused("ship", "S2 二/4", **OUT)
    return walk.does("inspect", **CHECKED).does("ship", **OUT)


def test_a_delivery_moves_by_a_day_comes_late_and_damaged_and_is_signed_for(shop: Shop) -> None:
    walk = on_the_way(shop)
    assert shop.looks(walk, "2025-03-13 12:30") == ["overdue"]
    shop.at("2025-03-13 13:00")
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


def test_an_exchange_has_leave_of_another_and_a_date_and_brings_the_old_goods_back(shop: Shop) -> None:
    walk = shop.at("2025-03-10 10:00").told("exchange", "store")
    walk.does("classify", kind="exchange", reason="quality", is_human_damage=False)
    assert walk.file()["classified"]["department"] == "store"
    assert {one["entitlement"]: one["is_granted"] for one in walk.file()["entitlements"]} == {
        "quality-return-by-law": True
    }
    shop.at("2025-03-10 10:20")
    walk.does("transfer", Role.STORE, department="after_sales")
    walk.does("request", subject="exchange", reason="quality")
    walk.is_refused("approve", "配置，非制度规定", Role.AGENT, subject="exchange", reason="quality")
    walk.does("approve", subject="exchange", reason="quality").does("inspect", **CHECKED)
    walk.is_refused("ship", "S2 二/5", **OUT)
    walk.does("book", **booked("delivery", "11", "14:00", "16:00"))
    walk.does("ship", **OUT)
    shop.at("2025-03-11 15:00")
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


def test_an_installation_lacks_a_part_and_is_closed_when_whole_signed_and_revisited(shop: Shop) -> None:
    walk = shop.at("2025-03-10 10:00").told("installation", "phone", product_line="home-lighting")
    walk.does("classify", kind="installation")
    assert walk.file()["classified"]["department"] == "field_service"
    walk.does("note", word="installation-wishes", text="离窗半米")
    walk.does("file", form="collection_slip", step="made_out", form_no="TH-7")
    walk.does("book", **booked("installation", "12", "09:00", "11:00"))
    shop.at("2025-03-12 09:30")
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
    shop.at("2025-03-14 10:00")
    walk.does("revisit", method="phone", is_solved=True, satisfaction=5).does("close", outcome="solved")
    assert walk.form("service-record")["Customer content"] is True
    assert walk.rows(VERDICTS) == [("installation-revisit", "met"), ("visit-as-agreed", "met")]
    assert walk.rows(FOUND) == []
    assert walk.rows("SELECT satisfaction, is_solved, cause FROM bi.fct_cases WHERE case_id = %s") == [
        (5, True, "parts_missing")
    ]


def handed_over_late(shop: Shop) -> Walk:
    """A problem told in the shop at 10:00 that after-sales hears of at 10:40, and calls about at 11:00."""
    walk = shop.at("2025-03-10 10:00").told("repair", "store")
    walk.does("classify", kind="repair", mode="on_site")
    assert walk.file()["classified"]["department"] == "store"
    assert shop.looks(walk, "2025-03-10 10:16") == ["due_soon"], "half of the half hour is gone"
    assert shop.looks(walk, "2025-03-10 10:31") == ["due_soon", "overdue"]
    shop.at("2025-03-10 10:40")
    walk.does("transfer", Role.STORE, department="after_sales")
    shop.at("2025-03-10 11:00")
    return walk.does("respond", step="contact").does("inspect", stage="pre_diagnosis", disposition="repair")


def test_a_sofa_told_of_in_the_shop_is_taken_along_mended_and_brought_back(shop: Shop) -> None:
    walk = handed_over_late(shop)
    walk.does("book", **booked("visit", "11", "09:00", "10:00"))
    shop.at("2025-03-11 09:30")
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
    shop.at("2025-03-13 15:00")
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


def test_a_caller_of_after_sales_waits_by_one_clock_and_a_hard_fault_goes_to_the_experts(shop: Shop) -> None:
    walk = shop.at("2025-03-10 17:45").told("repair", "phone", customer_address=None)
    walk.does("classify", kind="repair", mode="on_site")
    assert walk.file()["classified"]["department"] == "after_sales"
    assert shop.looks(walk, "2025-03-10 22:00") == ["due_soon"], (
        "a quarter of an hour is left, and none runs by night"
    )
    shop.at("2025-03-11 09:10")
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


def test_goods_that_fit_no_place_go_back_within_what_was_paid(shop: Shop) -> None:
    walk = shop.at("2025-03-10 10:00").told("return", "chat", sales_channel="online")
    walk.does("classify", kind="return", reason="no_place", is_human_damage=False)
    assert walk.file()["classified"]["department"] == "after_sales"
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


def test_a_complaint_seen_in_the_shop_goes_up_is_soothed_looked_into_and_reviewed(shop: Shop) -> None:
    walk = shop.at("2025-03-10 11:40").told("complaint", "store")
    walk.does("classify", kind="complaint", category="attitude", severity="major")
    assert walk.file()["classified"]["department"] == "store"
    assert shop.looks(walk, "2025-03-10 13:29") == ["due_soon"], "the shop was closed for lunch"
    assert shop.looks(walk, "2025-03-10 13:41") == ["due_soon", "overdue"]
    assert shop.teller.post(f"{walk.path}/classify", {"kind": "opinion"}, Role.STORE).status_code == 403
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


def test_an_urgent_opinion_goes_up_and_is_passed_on_to_whom_it_concerns(shop: Shop) -> None:
    walk = shop.at("2025-03-10 10:00").told("opinion", "email")
    walk.does("classify", kind="opinion", priority="urgent")
    assert walk.file()["classified"]["department"] == "after_sales"
    walk.is_refused("close", "S2 六", outcome="withdrawn")
    shop.at("2025-03-10 10:25")
    walk.does("escalate", level="supervisor", reason="urgent")
    walk.does("transfer", Role.SUPERVISOR, department="production").does("close", outcome="solved")
    assert walk.rows(VERDICTS) == [("urgent-goes-up", "met")]
    assert walk.rows(CASE) == [("opinion", "production", "closed", "solved")]


def test_a_sample_leaves_the_show_by_leave_too_early_and_is_stock_after_its_check(shop: Shop) -> None:
    sample: dict[str, Any] = {"stock": "sample", "item": "SOFA-3"}
    walk = shop.at("2025-03-10 16:00").told("showroom", "store")
    walk.does("classify", kind="showroom")
    assert walk.file()["classified"]["department"] == "after_sales"
    walk.is_refused("move-stock", "S2 八/3-5", Role.WAREHOUSE, movement="withdrawn", **sample)
    walk.does("request", Role.STORE, subject="sample", item="SOFA-3", reason="worn")
    walk.does("approve", subject="sample", item="SOFA-3", reason="worn")
    shop.at("2025-03-12 10:00")
    walk.does("move-stock", Role.WAREHOUSE, movement="withdrawn", **sample)
    walk.is_refused("move-stock", "S2 八/6", Role.WAREHOUSE, movement="returned", **sample)
    walk.does("inspect", stage="restock", disposition="no_fault", is_passed=True)
    walk.does("move-stock", Role.WAREHOUSE, movement="returned", **sample).does("close", outcome="solved")
    register = walk.form("sample-register")
    assert (register["Approved"], register["Back in store"]) == ("SOFA-3", "SOFA-3")
    assert walk.rows(VERDICTS) == [("showroom-notice", "breached")]
    assert walk.rows(FOUND) == []


@pytest.mark.proves("S2-4.4")
def test_a_special_case_is_closed_by_leave_of_another_and_stays_visible(shop: Shop) -> None:
    walk = shop.at("2025-03-10 10:00").told("repair", "phone")
    walk.does("classify", kind="repair").does("respond", step="contact")
    walk.does("take-custody", receipt_no="SJ-8").is_refused("close", "S2 三/8", outcome="withdrawn")
    leave: dict[str, Any] = {"subject": "override", "item": "custody-before-closing", "reason": "goodwill"}
    walk.does("request", **leave).does("approve", **leave).does("close", outcome="withdrawn")
    assert walk.rows(FOUND) == [("custody-before-closing", True)]
    assert walk.rows("SELECT outcome, has_override FROM bi.fct_cases WHERE case_id = %s") == [
        ("withdrawn", True)
    ]
