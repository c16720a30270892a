"""Stock and costs over HTTP: what is low comes first, and a period is held against the budgets of its year."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.console.spending import money
from api.installation import Installation
from cases.codes import Role
from cases.regulation.publishing import proposed_budgets, proposed_stock_list
from tests.cases.test_budgets import BUDGETS, FU, KU, MA, STOCK
from tests.fix_api import KeyOf, Teller

YEAR = datetime.now(UTC).year
OURS = BUDGETS.replace("2026", str(YEAR)).replace("5000000", "3000")


@pytest.fixture(scope="module")
def published(here: Installation) -> None:
    """A budget of 30.00 for parts, and a stock list that wants five drivers."""
    documents = proposed_budgets(OURS, "b.toml", FU), proposed_stock_list(STOCK, "s.toml", KU)
    here.desk.publish(documents, MA)


@pytest.fixture
def position(published: None, teller: Teller) -> int:
    """Two drivers in, one out; 35.00 booked on the budget for parts, without leave."""
    path = f"/cases/{teller.received()['case_id']}"
    driver = {"stock": "spare", "item": "DRV-20"}
    cost = {
        "cost": "parts", "amount": {"minor": 3500}, "payer": "company", "voucher_no": "BX-7",
        "budget": f"parts-{YEAR}",
    }  # fmt: skip
    told = 0
    for verb, body, role in (
        ("move-stock", {**driver, "movement": "received", "quantity": 2, "certificate_no": "HG-1"}, Role.WAREHOUSE),
        ("move-stock", {**driver, "movement": "issued"}, Role.WAREHOUSE),
        ("charge", cost, Role.FINANCE),
    ):  # fmt: skip
        answer = teller.post(f"{path}/{verb}", body, role=role)
        assert answer.status_code == 200, answer.text
        told = answer.json()["position"]
    return told


def test_the_store_tells_what_is_low_and_the_costs_what_is_over(teller: Teller, position: int) -> None:
    stock: dict[str, Any] = teller.get("/stock", role=Role.WAREHOUSE, at_least=position).json()
    (driver,) = stock["items"]
    assert (driver["balance"], driver["minimum"], driver["is_low"], driver["is_negative"]) == (
        1,
        5,
        True,
        False,
    )
    assert (stock["low"], driver["label_zh"]) == (1, "驱动电源 20 W")
    assert stock["standing"]["position"] >= position
    assert teller.get("/stock", role=Role.WAREHOUSE, is_low=False).json()["items"] == []
    for period in ({}, {"year": str(YEAR)}):
        costs = teller.get("/costs", role=Role.FINANCE, **period).json()
        (line,) = costs["lines"]
        assert (line["amount_minor"], line["is_over"], line["without_leave_minor"]) == (3500, True, 3500)
        (budget,) = costs["budgets"]
        assert (budget["budget_minor"], budget["spent_minor"], budget["left_minor"]) == (3000, 3500, -500)
        assert (costs["trend"][-1]["cases_opened"], costs["trend"][-1]["per_case_minor"]) == (1, 3500)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({"month": "2025-02"}, "2025-02-01", "2025-02-01"),
        ({"quarter": "2025-Q4"}, "2025-10-01", "2025-12-01"),
        ({"year": "2025"}, "2025-01-01", "2025-12-01"),
    ],
)
def test_a_period_without_costs_is_told_as_such(
    teller: Teller, asked: dict[str, str], first: str, last: str
) -> None:
    costs = teller.get("/costs", role=Role.MANAGEMENT, **asked).json()
    assert (costs["first"], costs["last"], costs["lines"], costs["trend"]) == (first, last, [], [])


@pytest.mark.parametrize(
    "asked",
    [{"month": "2025-13"}, {"quarter": "2025-Q5"}, {"year": "25"}, {"month": "2025-01", "year": "2025"}],
)
def test_a_period_that_is_none_or_two_is_refused(teller: Teller, asked: dict[str, str]) -> None:
    assert teller.get("/costs", role=Role.FINANCE, **asked).status_code in {400, 422}


def test_who_sees_no_money_sees_no_costs(teller: Teller) -> None:
    assert teller.get("/costs", role=Role.LOGISTICS).status_code == 403
    assert teller.get("/stock", role=Role.LOGISTICS).status_code == 200


def test_the_pages_show_what_is_low_and_what_is_over(
    here: Installation, teller: Teller, position: int, key_of: KeyOf
) -> None:
    here.await_position(position)
    browser = TestClient(create_app(here), base_url="https://lamps.example")
    browser.post("/enter", data={"key": key_of(Role.MANAGEMENT), "next": "/stock"})
    assert "待补货" in browser.get("/stock?lang=zh").text
    page = browser.get("/costs?lang=en").text
    assert ">over<" in page
    assert "30.00" in page
    assert browser.get("/costs?month=2025-02").status_code == 200
    browser.close()


def test_a_cost_of_nothing_has_no_share_and_hides_no_other(
    here: Installation, teller: Teller, position: int, key_of: KeyOf
) -> None:
    free = {"minor": 0, "currency": "USD"}
    cost = {"cost": "parts", "amount": free, "payer": "company", "voucher_no": "BX-8"}
    charged = teller.post(f"/cases/{teller.received()['case_id']}/charge", cost, role=Role.FINANCE)
    answer = teller.get("/costs", role=Role.FINANCE, at_least=charged.json()["position"])
    assert {line["currency"]: line["share"] for line in answer.json()["lines"]}["USD"] is None
    browser = TestClient(create_app(here), base_url="https://lamps.example")
    browser.post("/enter", data={"key": key_of(Role.MANAGEMENT), "next": "/costs"})
    assert browser.get("/costs?lang=en").status_code == 200
    browser.close()


@pytest.mark.parametrize(("minor", "told"), [(0, "0.00"), (-55, "-0.55"), (123456789, "1,234,567.89")])
def test_money_is_written_with_two_places(minor: int, told: str) -> None:
    assert money(minor) == told
