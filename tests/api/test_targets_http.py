"""The targets over the API and on their page: each figure with its parts, its clause and what it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.examples import EXAMPLES
from api.installation import Installation
from cases.codes import Role
from tests.fix_api import KeyOf, Teller


@pytest.fixture(scope="module")
def answered(client: TestClient, key_of: KeyOf) -> dict[str, Any]:
    """A question that was answered and closed without asking the customer; gives the last receipt."""
    teller = Teller(client, key_of)
    receipt, case = None, teller.received(channel="phone")["case_id"]
    for verb, body in (
        ("classify", {"kind": "consultation", "category": "usage"}),
        ("respond", EXAMPLES["respond"]),
        ("close", EXAMPLES["close"]),
    ):
        receipt = teller.post(f"/cases/{case}/{verb}", body)
        assert receipt.status_code < 300, receipt.text
    assert receipt is not None
    told: dict[str, Any] = receipt.json()
    return {**told, "case_id": case}


def lines(teller: Teller, answered: dict[str, Any], **asked: Any) -> dict[str, dict[str, Any]]:
    told = teller.get("/targets", at_least=answered["position"], regulation="lamp-factory", **asked).json()
    return {one["target"]: one for one in told["targets"]}


def test_a_target_tells_its_parts_its_clause_and_its_position(
    teller: Teller, answered: dict[str, Any]
) -> None:
    one = lines(teller, answered)["responses-in-time"]
    assert (one["clause"], one["threshold"], one["threshold_from"]) == (
        "S0 六/2, 六/3(1)",
        None,
        "not_configured",
    )
    assert (one["numerator"], one["denominator"], one["is_small"]) == (2, 2, True)
    assert Decimal(one["rate"]) == 1
    assert one["last_position"] <= answered["position"]
    assert one["is_reached"] is None, "nobody is held against what nobody named"


def test_what_is_closed_and_not_confirmed_is_a_miss_with_its_case(
    teller: Teller, answered: dict[str, Any]
) -> None:
    one = lines(teller, answered)["solved"]
    assert (one["numerator"], one["denominator"], one["missed"]) == (0, 1, 1)
    assert [miss["case_id"] for miss in one["misses"]] == [answered["case_id"]]


def test_each_department_is_told_by_itself_when_asked(teller: Teller, answered: dict[str, Any]) -> None:
    one = lines(teller, answered, by_department=True)["responses-in-time"]
    assert one["department"] == "customer_service"


def test_another_month_another_regulation_and_another_role(teller: Teller, answered: dict[str, Any]) -> None:
    assert lines(teller, answered, month="2020-01") == {}
    assert teller.get("/targets", regulation="kettles").json()["targets"] == []
    assert teller.get("/targets", month="2026-13").status_code == 422
    assert teller.get("/targets", role=Role.LOGISTICS).status_code == 403


@pytest.fixture(scope="module")
def browser(here: Installation, key_of: KeyOf) -> Iterator[TestClient]:
    """A browser that quality has signed in with."""
    browser = TestClient(create_app(here), base_url="https://lamps.example")
    browser.post("/enter", data={"key": key_of(Role.QUALITY), "next": "/targets"})
    yield browser
    browser.close()


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ("响应及时率", "S0 六/2", "分母不足 30", "未规定、未设定")),
        ("en", ("Responses in time", "2/2", "fewer than 30", "neither named nor set")),
    ],
)
def test_the_page_shows_every_target_with_what_it_is_made_of(
    browser: TestClient, here: Installation, answered: dict[str, Any], lang: str, said: tuple[str, ...]
) -> None:
    here.engine.catch_up()
    page = browser.get("/targets", params={"lang": lang}).text
    assert [word for word in said if word not in page] == []
    assert f'href="/cases/{answered["case_id"]}"' in page, "a miss leads to its case"
    assert "S0 六/2" not in browser.get("/targets", params={"month": "2020-01"}).text
