"""The home store's regulation (S2) besides clocks and guards: its offices, papers and programmes."""

from __future__ import annotations

import pytest

from cases import events
from cases.fact import Fact
from tests.cases.duties import Paper, Returning, Staffed
from tests.cases.scenario import (
    approved,
    classified,
    day,
    delivered,
    inspected,
    received,
    ref,
    responded,
    rules_of,
)
from tests.cases.shop import BACK, REGULATION, SHOP, TAKEN, arrived, booked, handed_to
from tests.cases.supporting import filed, moved

SET = rules_of("home-store", "furniture", stock_count=1, staff_assessment=3)
"""With values for what the demo leaves unset."""

OFFICES = (
    Staffed("shop-guides", "store", "receive respond transfer note", "classify approve inspect refund"),
    Staffed("after-sales-department", "agent", "classify respond book revisit file", "inspect repair"),
    Staffed("head-of-after-sales", "supervisor", "approve reject transfer escalate", "refund repair"),
    Staffed("store-manager", "supervisor", "approve reject file", "move-stock"),
    Staffed("order-clerk", "warehouse", "move-stock request file", "approve ship refund"),
    Staffed("delivery-staff", "logistics", "ship arrive deliver file", "approve inspect"),
    Staffed(
        "installers-and-repairers", "technician",
        "arrive inspect install repair take-custody return-custody move-stock file", "approve refund close",
    ),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.parametrize("office", OFFICES, ids=str)
def test_an_office_does_its_own_work_and_leaves_that_of_others(office: Staffed) -> None:
    office.must_hold(SHOP)


SOFA = received(
    product_line="furniture", product_model="the sofa", customer_address=ref("customer_address"), contract_no="HT-7",
    quantity=1,
)  # fmt: skip
WISHES = events.Noted(word="installation-wishes", text=ref("text"))
CHECKED = inspected("pre_delivery", "no_fault", is_passed=True)
OF_SOFA, CUSTOMER = ("Model", "the sofa"), ref("customer_name")
PHONE, ADDRESS = ("Phone", ref("customer_phone")), ("Address", ref("customer_address"))


def sofa(kind: str, *more: Fact) -> tuple[Fact, ...]:
    """A case about a sofa: what kind it is at ten, and what happened from eleven on."""
    return (SOFA, classified(kind), *more)


PAPERS = (
    Paper(
        "sales-contract", sofa("order", handed_to("warehouse"), handed_to("logistics")),
        (
            ("Contract", "HT-7"), ("Goods and model", "the sofa"), ("Quantity", 1), ("Price", SOFA.paid),
            ("Special wishes", ref("description")), ("Reached the clerk", day(3, 2, hour=11)),
        ),
        kinds=("order", "delivery"),
    ),
    Paper(
        "delivery-slip",
        sofa("delivery", booked("visit", day(3, 4)), booked("delivery", day(3, 5)), CHECKED, delivered("outbound")),
        (
            ("Customer", CUSTOMER), ADDRESS, ("Time of delivery", day(3, 5)), OF_SOFA, ("Quantity", 1),
            ("Checked before delivery", True), ("Delivered", day(3, 2, hour=14)),
        ),
        signed=("Customer",), kinds=("delivery", "exchange"),
    ),
    Paper(
        "collection-slip", sofa("installation", WISHES, booked("installation", day(3, 6))),
        (("Customer", CUSTOMER), PHONE, ADDRESS, OF_SOFA, ("Wishes", ref("text")), ("Visit", day(3, 6))),
        kinds=("installation",),
    ),
    Paper(
        "delivery-voucher",
        sofa("delivery", delivered("outbound", is_damaged=True), filed("delivery_voucher", "handed_back")),
        (
            ("Voucher", "B-1"), OF_SOFA, ("Delivered", day(3, 2, hour=11)), ("Damaged", True),
            ("Handed back", day(3, 2, hour=12)),
        ),
        signed=("Customer",), kinds=("delivery", "exchange"),
    ),
    Paper(
        "problem-registration", sofa("repair", handed_to("after_sales"), responded("contact")),
        (
            ("Number", SOFA.case_no), ("Name", CUSTOMER), PHONE, ADDRESS, OF_SOFA,
            ("Problem and symptoms", ref("description")), ("Registered", day(3, 2)),
            ("Handed over", day(3, 2, hour=11)), ("Customer called", day(3, 2, hour=12)),
        ),
        kinds=("repair", "return", "exchange", "complaint"),
    ),
    Paper(
        "custody-receipt", sofa("repair", TAKEN, BACK),
        (
            ("Receipt", "R-7"), OF_SOFA, ("Taken along", day(3, 2, hour=11)), ("Brought back", day(3, 2, hour=12)),
            ("Receipt taken back", True),
        ),
        signed=("Repairer",), kinds=("repair",),
    ),
    Paper(
        "repair-slip",
        sofa("repair", inspected("on_site", cause="switch"), moved("used"), events.Repaired(work=ref("work"))),
        (
            OF_SOFA, ("Cause", "switch"), ("Parts fitted", "V-7"), ("Work", ref("work")),
            ("Repaired", day(3, 2, hour=13)),
        ),
        signed=("Customer",), kinds=("repair",),
    ),
    Paper(
        "service-record",
        sofa(
            "repair", booked("visit", day(3, 5)), arrived("visit", late_because="traffic"),
            inspected("on_site", cause="switch"), events.Installed(), events.Repaired(work=ref("work")),
            filed("service_record", "signed", is_satisfied=True),
        ),
        (
            ("Visit agreed for", day(3, 5)), ("Arrived", day(3, 2, hour=12)), ("Late because", "traffic"),
            ("Found", "switch"), ("Installed", day(3, 2, hour=14)), ("Work", ref("work")), ("Customer content", True),
        ),
        signed=("Customer",), kinds=("repair", "installation"),
    ),
    Paper(
        "sample-register",
        sofa(
            "showroom", approved("sample", item="V-7"), moved("withdrawn", stock="sample"),
            inspected("restock", "no_fault", is_passed=True), moved("returned", stock="sample"),
            moved("displayed", stock="sample", item="V-8"),
        ),
        (
            ("Told", day(3, 2)), ("Approved", "V-7"), ("Put on show", "V-8"), ("Taken off show", "V-7"),
            ("Checked", True), ("Back in store", "V-7"),
        ),
        signed=("Store manager",), kinds=("showroom",),
    ),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.parametrize("paper", PAPERS, ids=str)
def test_a_paper_is_filled_from_the_facts_and_says_who_signs_it(paper: Paper) -> None:
    paper.must_hold(SHOP)


PROGRAMMES = (
    Returning("stock-count", "digest", "2026-10"),
    Returning("staff-assessment", "evaluation", "2026-Q4"),
)


@pytest.mark.proves
@pytest.mark.parametrize("programme", PROGRAMMES, ids=str)
def test_a_programme_comes_back_as_often_as_the_firm_says(programme: Returning) -> None:
    programme.must_hold(SET)


CHECKS = ("check-at-the-door", "check-left-clean", "check-manners")


@pytest.mark.proves
def test_an_assessment_asks_three_questions() -> None:
    assert tuple(check.id for one in REGULATION.programme for check in one.checklist) == CHECKS


def test_every_office_paper_and_programme_is_told() -> None:
    told = (
        [one.office for one in OFFICES], [one.form for one in PAPERS], [one.programme for one in PROGRAMMES],
    )  # fmt: skip
    kept = (REGULATION.office, REGULATION.form, REGULATION.programme)
    assert tuple([one.id for one in items] for items in kept) == told
