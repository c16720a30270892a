"""The home store (S2), its goods: contract, delivery, exchange, return and showroom, from first call to closing."""

from __future__ import annotations

import pytest

from cases.codes import Role
from tests.journeys.home_store import CASE, FOUND, booked, heard
from tests.journeys.told import Fields
from tests.journeys.walk import Firm, Walk

CHECKED: Fields = {
    "stage": "pre_delivery", "disposition": "no_fault", "is_passed": True, "is_packaging_intact": True,
}  # fmt: skip
OUT: Fields = {"direction": "outbound", "mode": "company_ships"}
RAISED = "SELECT promise, escalated_level FROM bi.fct_sla_clocks WHERE case_id = %s AND escalated_level IS NOT NULL"
TO_CLERK: Fields = {"role": Role.STORE, "department": "warehouse"}


@pytest.mark.walks("home-store", "order")
def test_a_contract_reaches_the_clerk_before_five_who_orders_it_and_a_spare_leg_a_day_too_late(
    firm: Firm,
) -> None:
    walk = heard(firm.at("2025-03-07 16:00"), "order", "store").does("classify", kind="order")
    walk.is_routed_to("store").at("2025-03-07 16:40").does("transfer", **TO_CLERK)
    walk.at("2025-03-11 09:00").has_gone_up(("factory-order", "supervisor"))
    leg: Fields = {"stock": "spare", "item": "LEG-3"}
    walk.does("move-stock", Role.WAREHOUSE, movement="ordered", stock="goods", item="SOFA-3")
    walk.is_refused("move-stock", "S2 七/7", Role.WAREHOUSE, movement="ordered", **leg)
    walk.does("request", Role.WAREHOUSE, subject="part", item="LEG-3", reason="goodwill")
    walk.does("approve", subject="part", item="LEG-3", reason="goodwill")
    walk.does("move-stock", Role.WAREHOUSE, movement="ordered", **leg)
    walk.at("2025-03-14 10:00").does(
        "move-stock", Role.WAREHOUSE, movement="received", stock="goods", item="SOFA-3"
    )
    walk.does("close", outcome="solved")
    walk.form_says("sales-contract", {"Contract": "HT-7", "Goods and model": "sofa 3", "Quantity": 1})
    walk.has_clocks(
        ("contract-handed-over", "met"), ("factory-order", "breached"), ("goods-from-factory", "not_configured")
    )  # fmt: skip
    walk.has_rows(CASE, ("order", "warehouse", "closed", "solved")).has_rows(FOUND)


def test_a_contract_that_lies_about_goes_up_and_its_gaps_are_found(firm: Firm) -> None:
    walk = heard(firm.at("2025-03-06 17:20"), "order", "store", quantity=None).does("classify", kind="order")
    walk.at("2025-03-07 09:00").has_gone_up()  # after the cut-off it belongs to Friday
    walk.at("2025-03-07 17:01").has_gone_up(("contract-handed-over", "supervisor"))
    walk.does("transfer", **TO_CLERK).does("close", outcome="withdrawn")
    assert walk.clocks()["contract-handed-over"] == "breached"
    walk.has_rows(FOUND, ("contract-slip-complete", False), ("stock-looked-up", False))


def on_the_way(firm: Firm) -> Walk:
    """A sofa that lies in store is kept for its buyer, moved by a day after a word, checked, packed and sent."""
    walk = heard(firm.at("2025-03-10 10:00"), "delivery", "store").does("classify", kind="delivery")
    walk.is_routed_to("logistics").at("2025-03-10 11:00").does("transfer", **TO_CLERK)
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
    walk = on_the_way(firm).at("2025-03-13 12:30").has_gone_up(("delivered-as-agreed", "supervisor"))
    firm.at("2025-03-13 13:00")
    walk.does("arrive", Role.LOGISTICS, purpose="delivery", late_because="traffic", is_id_shown=True)
    walk.does("deliver", direction="outbound", is_damaged=True)
    walk.is_refused("close", "S2 二/10", outcome="solved")
    walk.does("file", form="delivery_slip", step="signed", form_no="SH-7")
    walk.does("file", Role.LOGISTICS, form="delivery_voucher", step="handed_back", form_no="PZ-7")
    walk.does("close", outcome="solved")
    walk.form_says("delivery-voucher", {"Voucher": "PZ-7", "Model": "sofa 3", "Damaged": True})
    walk.form_says("delivery-slip", {"Quantity": 1, "Checked before delivery": True})
    walk.form_says("sales-contract", {"Contract": "HT-7"})
    walk.has_clocks(
        ("contract-handed-over", "met"), ("delivered-as-agreed", "cancelled"), ("delivered-as-agreed", "breached"),
        ("factory-order", "cancelled"), ("voucher-handed-back", "met"),
    )  # fmt: skip
    walk.has_rows(RAISED, ("delivered-as-agreed", "supervisor"))
    walk.has_rows(FOUND, ("damage-answered-for", False))  # nobody looked into who answers for it
    walk.has_rows(CASE, ("delivery", "logistics", "closed", "solved"))


def swapped(firm: Firm) -> Walk:
    """A sofa with a fault is exchanged by leave of another, checked and sent at a date; the old one comes along."""
    walk = heard(firm.at("2025-03-10 10:00"), "exchange", "store")
    walk.does("classify", kind="exchange", reason="quality", is_human_damage=False).is_routed_to("store")
    walk.at("2025-03-10 10:20").does("transfer", Role.STORE, department="after_sales")
    walk.does("request", subject="exchange", reason="quality")
    walk.is_refused("approve", "配置，非制度规定", Role.AGENT, subject="exchange", reason="quality")
    walk.does("approve", subject="exchange", reason="quality").does("inspect", **CHECKED)
    walk.is_refused("ship", "S2 二/5", **OUT)
    walk.does("book", **booked("delivery", "11", "14:00", "16:00")).does("ship", **OUT)
    walk.at("2025-03-11 15:00").does("deliver", direction="outbound")
    return walk.does("replace", Role.LOGISTICS, is_original_recovered=True)


@pytest.mark.walks("home-store", "exchange")
def test_an_exchange_brings_the_old_goods_back_in_time_and_its_voucher_too_late(firm: Firm) -> None:
    walk = swapped(firm)
    assert {one["entitlement"]: one["is_granted"] for one in walk.file()["entitlements"]} == {
        "quality-return-by-law": True
    }
    walk.does("file", form="delivery_voucher", step="signed", form_no="PZ-8")
    walk.at("2025-03-14 00:01").has_gone_up(("voucher-handed-back", "supervisor"))
    walk.at("2025-03-14 09:30").does(
        "file", Role.LOGISTICS, form="delivery_voucher", step="handed_back", form_no="PZ-8"
    )
    walk.does("close", outcome="solved")
    walk.form_says("delivery-slip", {"Checked before delivery": True, "Quantity": 1})
    walk.form_says("delivery-voucher", {"Voucher": "PZ-8"}).form_says(
        "problem-registration", {"Model": "sofa 3"}
    )
    walk.has_clocks(
        ("delivered-as-agreed", "met"), ("store-hands-over", "met"), ("voucher-handed-back", "breached")
    )
    walk.has_rows(CASE, ("exchange", "after_sales", "closed", "solved")).has_rows(FOUND)


def fetched(firm: Firm) -> Walk:
    """A sofa that fits no place is taken back by leave; whoever fetches it comes late, and a cushion is missing."""
    walk = heard(firm.at("2025-03-10 10:00"), "return", "chat", sales_channel="online")
    walk.does("classify", kind="return", reason="no_place", is_human_damage=False)
    walk.is_routed_to("after_sales").does("request", subject="return", reason="not_fit")
    walk.does("approve", subject="return", reason="not_fit", order_no="TH-2025-7")
    walk.does("book", **booked("pickup", "11", "09:00", "10:00"))
    walk.at("2025-03-11 10:01").has_gone_up(("visit-as-agreed", "supervisor"))
    walk.at("2025-03-11 10:30").does("arrive", Role.LOGISTICS, purpose="pickup", is_id_shown=True)
    return walk.does("note", Role.LOGISTICS, word="mismatch", text="少一个靠垫")


@pytest.mark.walks("home-store", "return")
def test_goods_that_fit_no_place_are_fetched_late_and_go_back_within_what_was_paid(firm: Firm) -> None:
    walk = fetched(firm)
    assert {one["entitlement"]: one["is_granted"] for one in walk.file()["entitlements"]} == {
        "distance-sale-return": True
    }
    walk.is_refused("refund", "配置，非制度规定", amount={"minor": 19_901, "currency": "CNY"})
    walk.does("refund", amount={"minor": 19_900, "currency": "CNY"})
    walk.is_refused("close", "S2 三·二/16", outcome="solved")
    walk.does("respond", step="update", text="靠垫留在客户处，不扣款").does("close", outcome="solved")
    walk.form_says("problem-registration", {"Model": "sofa 3", "Handed over": None})
    walk.has_clocks(("unfit-goods-taken-back", "not_configured"), ("visit-as-agreed", "breached"))
    paid_back = "SELECT reason, refunded_minor, stage FROM bi.fct_cases WHERE case_id = %s"
    walk.has_rows(paid_back, ("no_place", 19_900, "closed")).has_rows(FOUND)


@pytest.mark.walks("home-store", "showroom")
def test_a_sample_leaves_the_show_by_leave_too_early_and_is_stock_after_its_late_check(firm: Firm) -> None:
    sample: Fields = {"stock": "sample", "item": "SOFA-3"}
    walk = heard(firm.at("2025-03-10 16:00"), "showroom", "store").does("classify", kind="showroom")
    walk.is_routed_to("after_sales")
    walk.is_refused("move-stock", "S2 八/3-5", Role.WAREHOUSE, movement="withdrawn", **sample)
    walk.does("request", Role.STORE, subject="sample", item="SOFA-3", reason="worn")
    walk.does("approve", subject="sample", item="SOFA-3", reason="worn")
    walk.at("2025-03-12 10:00").does("move-stock", Role.WAREHOUSE, movement="withdrawn", **sample)
    walk.is_refused("move-stock", "S2 八/6", Role.WAREHOUSE, movement="returned", **sample)
    walk.does("book", **booked("inspection", "12", "14:00", "15:00"))
    walk.at("2025-03-12 15:01").has_gone_up(("visit-as-agreed", "supervisor"))
    walk.at("2025-03-12 15:30").does("arrive", purpose="inspection", is_id_shown=True)
    walk.does("inspect", stage="restock", disposition="no_fault", is_passed=True)
    walk.does("move-stock", Role.WAREHOUSE, movement="returned", **sample).does("close", outcome="solved")
    walk.form_says(
        "sample-register", {"Approved": "SOFA-3", "Taken off show": "SOFA-3", "Back in store": "SOFA-3"}
    )
    walk.has_clocks(("showroom-notice", "breached"), ("visit-as-agreed", "breached"))
    walk.has_rows(CASE, ("showroom", "after_sales", "closed", "solved")).has_rows(FOUND)
