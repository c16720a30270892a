"""Rows of parts, costs, refunds, consignments, revisits and disputes, of histories told by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from cases.events import CASE_FACTS
from cases.fact import Fact
from tests.projections.lamps import received, wall
from tests.projections.test_rows import RETURN, corrected, table

OPENED = ("03-02 09", received("AS-7"))
DIGEST = "a" * 64


def told(name: str, **fields: object) -> Fact:
    """A fact by its name, with the fields of its command."""
    return CASE_FACTS[name].model_validate(fields)


def moved(movement: str, quantity: int = 1, **more: object) -> Fact:
    part = {"stock": "spare", "item": "DRV-20"}
    return told("StockMoved", movement=movement, quantity=quantity, **{**part, **more})


def leave(name: str, subject: str, item: str) -> Fact:
    return told(name, subject=subject, item=item, reason="other")


def charged(minor: int, **more: object) -> Fact:
    known = {"cost": "parts", "payer": "company", "voucher_no": "BX-7", "budget": "parts-2026"}
    return told("Charged", amount={"minor": minor}, **{**known, **more})


def only(name: str, *steps: tuple[str, Fact], of: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Some columns of the rows of a table."""
    return [tuple(row[column] for column in of) for row in table(name, OPENED, *steps)]


def test_only_what_passes_the_door_of_the_store_changes_it() -> None:
    steps = [("03-03 09", moved(movement, 2)) for movement in ("ordered", "received", "issued", "used")]
    found = only(
        "fct_part_movements", *steps, ("03-04 09", moved("returned")), of=("quantity", "store_change")
    )
    assert found == [(2, 0), (2, 2), (2, -2), (2, 0), (1, 1)]


def test_a_movement_counts_as_corrected_and_one_withdrawn_not_at_all() -> None:
    steps = (("03-03 09", moved("issued", 5)), ("03-03 10", moved("issued", 1)))
    right = corrected(2, changes={"quantity": 2}, happened_at="2026-02-28T09:00:00+08:00")
    found = only(
        "fct_part_movements", *steps, ("03-04 09", right), ("03-04 10", corrected(3, is_withdrawn=True)),
        of=("version", "month", "store_change", "last_position"),
    )  # fmt: skip
    assert found == [(2, date(2026, 2, 1), -2, 5)]


COURSE = (
    ("03-03 09", leave("Requested", "part", "DRV-20")),
    ("03-03 10", leave("Approved", "part", "DRV-20")),
    ("03-03 11", moved("ordered", 2, order_no="GD-1")),
    ("03-05 09", moved("received", 2, certificate_no="HG-1")),
    ("03-05 10", moved("issued", 2)),
    ("03-06 09", moved("used", 2)),
)


def test_a_request_for_a_part_is_one_line_from_asking_to_fitting() -> None:
    (row,) = table("fct_part_requests", OPENED, *COURSE)
    moments = ("requested_at", "answered_at", "ordered_at", "arrived_at", "issued_at", "used_at")
    assert [row[name] for name in moments] == [wall(f"2026-{at}:00") for at, _ in COURSE]
    assert (row["step"], row["is_approved"], row["issued"]) == ("used", True, 2)
    assert (row["order_no"], row["certificate_no"]) == ("GD-1", "HG-1")


def test_a_request_tells_how_far_it_has_come() -> None:
    steps = [table("fct_part_requests", OPENED, *COURSE[:count])[0]["step"] for count in range(1, 7)]
    assert steps == ["requested", "approved", "ordered", "received", "issued", "used"]
    refused = (COURSE[0], ("03-03 10", leave("Rejected", "part", "DRV-20")))
    assert only("fct_part_requests", *refused, of=("step", "is_approved")) == [("rejected", False)]


def test_asking_again_for_the_same_part_begins_a_line_and_another_part_has_its_own() -> None:
    again = (
        ("03-07 09", leave("Requested", "part", "DRV-20")),
        ("03-07 10", leave("Requested", "part", "LED-3")),
        ("03-07 11", moved("issued", item="LED-3")),
    )
    found = only("fct_part_requests", *COURSE, *again, of=("item", "step", "issued"))
    assert found == [("DRV-20", "used", 2), ("DRV-20", "requested", 0), ("LED-3", "issued", 1)]


def test_a_cost_has_its_voucher_by_digest_once_that_was_filed() -> None:
    paper = told(
        "Filed", form="expense_voucher", step="archived", form_no="BX-7", attachments=[{"sha256": DIGEST}]
    )
    other = paper.model_copy(update={"form_no": "BX-8"})
    columns = ("cost", "amount_minor", "currency", "voucher_sha256")
    steps = (("03-03 09", charged(3500)), ("03-03 10", other))
    assert only("fct_costs", *steps, of=columns) == [("parts", 3500, "CNY", None)]
    assert only("fct_costs", *steps, ("03-04 09", paper), of=columns)[0][-1] == DIGEST


def test_a_cost_has_leave_only_where_it_stood_for_that_budget_when_it_was_booked() -> None:
    steps = (
        ("03-03 09", charged(1)),
        ("03-03 10", leave("Approved", "budget", "labour-2026")),
        ("03-03 11", charged(2)),
        ("03-03 12", leave("Approved", "budget", "parts-2026")),
        ("03-03 13", charged(3, is_over_budget=True)),
        ("03-03 14", leave("Rejected", "budget", "parts-2026")),
        ("03-03 15", charged(4)),
        ("03-03 16", leave("Approved", "budget", "parts-2026")),
        ("03-03 17", told("Reopened", reason="not_solved")),
        ("03-03 18", charged(5)),
    )
    found = only("fct_costs", *steps, of=("amount_minor", "has_leave"))
    assert found == [(1, False), (2, False), (3, True), (4, False), (5, False)]


def test_a_refund_says_by_when_it_was_due_and_whether_it_was_late() -> None:
    came = (*RETURN[:3], ("03-03 09", told("Delivered", direction="inbound")))
    refund = told("Refunded", amount={"minor": 19900})
    (row,) = table("fct_refunds", *came, ("03-05 09", refund))
    (clock,) = [one for one in table("fct_sla_clocks", *came) if one["promise"] == "refund-within"]
    assert (row["promise"], row["due_at"], row["is_late"]) == ("refund-within", clock["due_at"], False)
    (late,) = table("fct_refunds", *came, ("05-20 09", refund))
    assert (late["due_at"], late["is_late"]) == (clock["due_at"], True)


def test_a_refund_that_no_promise_waited_for_is_neither_late_nor_in_time() -> None:
    found = only("fct_refunds", ("03-05 09", told("Refunded", amount={"minor": 1})), of=("due_at", "is_late"))
    assert found == [(None, None)]


def shipped(direction: str) -> Fact:
    return told("Shipped", direction=direction, mode="customer_ships", carrier="SF", payer="company")


def arrived(direction: str, **more: object) -> Fact:
    return told("Delivered", direction=direction, **more)


SHIPMENT = ("direction", "shipped_at", "delivered_at", "transit_seconds", "is_damaged", "is_lost")


def test_what_was_shipped_and_what_arrived_is_one_consignment_each_way() -> None:
    steps = (
        ("03-03 09", shipped("inbound")),
        ("03-04 09", arrived("inbound")),
        ("03-05 09", shipped("outbound")),
    )
    assert only("fct_shipments", *steps, of=SHIPMENT) == [
        ("inbound", wall("2026-03-03 09:00"), wall("2026-03-04 09:00"), 86_400, False, False),
        ("outbound", wall("2026-03-05 09:00"), None, None, None, False),
    ]


def test_damage_is_told_on_arrival_or_under_way_and_loss_until_it_arrives() -> None:
    damaged = (("03-03 09", shipped("inbound")), ("03-04 09", arrived("inbound", is_damaged=True)))
    assert only("fct_shipments", *damaged, of=("is_damaged", "delivered_month")) == [(True, date(2026, 3, 1))]
    under_way = told("Tracked", direction="inbound", transit="damaged")
    told_early = (damaged[0], ("03-03 10", under_way), ("03-04 09", arrived("inbound")))
    assert only("fct_shipments", *told_early, of=("is_damaged",)) == [(True,)]
    lost = (damaged[0], ("03-03 10", told("Tracked", direction="inbound", transit="lost")))
    assert only("fct_shipments", *lost, of=("is_lost",)) == [(True,)]
    assert only("fct_shipments", *lost, damaged[1], of=("is_lost",)) == [(False,)]


def test_goods_that_came_without_a_shipment_on_record_are_a_consignment_too() -> None:
    assert only("fct_shipments", ("03-04 09", arrived("inbound")), of=SHIPMENT) == [
        ("inbound", None, wall("2026-03-04 09:00"), None, False, False)
    ]


def test_every_revisit_has_its_month_and_quarter_of_the_business_calendar() -> None:
    answers = {"method": "phone", "is_solved": False, "satisfaction": 2}
    steps = (
        ("06-30 23", told("Revisited", **answers)),
        ("07-01 01", told("Revisited", **{**answers, "is_solved": True})),
    )
    found = only("fct_revisits", *steps, of=("month", "quarter", "is_solved", "satisfaction"))
    assert found == [
        (date(2026, 6, 1), date(2026, 4, 1), False, 2),
        (date(2026, 7, 1), date(2026, 7, 1), True, 2),
    ]


def test_a_dispute_is_one_line_until_it_is_settled_and_the_next_one_another() -> None:
    steps = (
        ("03-03 09", told("Disputed", about="liability", claimed={"minor": 8000})),
        ("03-04 09", told("Investigated", liable="carrier")),
        ("03-05 09", told("Mediated", body="association", result="agreed")),
        ("03-06 09", told("Settled", settlement="mediated", is_accepted=True, is_recourse_told=True)),
        ("03-07 09", told("Investigated", liable="nobody")),
        ("03-08 09", told("Disputed", about="amount")),
    )
    columns = ("about", "claimed_minor", "liable", "body", "settled_at", "settlement", "is_accepted")
    assert only("fct_disputes", *steps, of=columns) == [
        ("liability", 8000, "carrier", "association", wall("2026-03-06 09:00"), "mediated", True),
        ("amount", None, None, None, None, None, None),
    ]
