"""Months over HTTP and in the shell: published, read beside today's figures, and why they differ."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.codes import Role
from cases.regulation.rules import BEIJING
from tests.fix_api import Teller

TODAY = datetime.now(BEIJING)
LAST_MONTH = (TODAY.replace(day=1) - timedelta(days=2)).strftime("%Y-%m")
MONTH = f"/months/{LAST_MONTH}"


def publish(teller: Teller, role: Role = Role.QUALITY, month: str = LAST_MONTH, **body: Any) -> Any:
    return teller.post(f"/months/{month}/publish-month", body, role=role)


def line(told: dict[str, Any], measure: str) -> dict[str, Any]:
    (found,) = [one for one in told["figures"] if one["measure"] == measure and one["department"] is None]
    return dict(found)


@pytest.fixture(scope="module")
def late_told() -> str:
    """An instant of last month, told today with a document."""
    return f"{LAST_MONTH}-20T09:00:00+08:00"


def test_a_month_is_published_and_a_fact_that_came_late_stands_beside_it(
    teller: Teller, late_told: str
) -> None:
    first = teller.received(occurred_at=late_told, document="D-1", purchased_on=None)
    assert publish(teller).json()["facts"] == ["MonthPublished"]
    assert publish(teller).json()["facts"] == [], "asked again it is quiet"
    told = teller.get(MONTH).json()
    assert line(told, "opened")["published"] == line(told, "opened")["today"]
    assert not any(one["is_revised"] for one in told["figures"])
    late = teller.received(occurred_at=late_told, document="D-2", purchased_on=None)
    told = teller.get(MONTH, at_least=late["position"]).json()
    assert told["reports"][0]["published_by"] == "quality-01"
    assert told["reports"][0]["position"] >= first["position"]
    opened = line(told, "opened")
    assert (opened["published"]["numerator"], opened["today"]["numerator"]) == (1, 2)
    assert opened["is_revised"]
    moved = teller.get(f"{MONTH}/changes").json()["moved"]
    assert {one["case_no"] for one in moved if one["facts"]} == {late["case_no"]}
    assert {fact["change"] for one in moved for fact in one["facts"]} == {"late"}
    assert publish(teller, revises=1, reason="late_facts").json()["report"] == 2
    assert line(teller.get(MONTH, report=1).json(), "opened")["is_revised"], (
        "the first one still stands as it was"
    )
    assert not line(teller.get(MONTH).json(), "opened")["is_revised"]


def test_a_refusal_says_what_is_needed(teller: Teller) -> None:
    now = publish(teller, month=TODAY.strftime("%Y-%m"))
    assert (now.status_code, now.json()["rule"]) == (409, "period-over")
    other = publish(teller, role=Role.MANAGEMENT)
    assert (other.status_code, other.json()["rule"], other.json()["version"]) == (409, "published-once", 2)
    assert publish(teller, month="2026-13").status_code == 422
    assert teller.get(MONTH, report=9).status_code == 404
    assert teller.get("/months/2020-01/changes").status_code == 404
    assert teller.get("/months/2020-01").json()["reports"] == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.TECHNICIAN, Role.BI, Role.FINANCE])
def test_only_who_answers_for_the_work_or_looks_at_it_publishes(teller: Teller, role: Role) -> None:
    assert publish(teller, role=role).status_code == 403


def test_amounts_are_for_those_who_may_see_costs(teller: Teller, late_told: str) -> None:
    case = teller.received(occurred_at=late_told, document="D-3", purchased_on=None)
    cost = {"cost": "parts", "amount": {"minor": 700}, "payer": "company", "voucher_no": "BX-7"}
    booked = teller.post(
        f"/cases/{case['case_id']}/charge",
        {**cost, "occurred_at": late_told, "document": "D-4"},
        role=Role.FINANCE,
    )
    assert booked.status_code == 200, booked.text
    position = booked.json()["position"]
    spent = {
        role: [
            one
            for one in teller.get(MONTH, role=role, at_least=position).json()["figures"]
            if one["currency"]
        ]
        for role in (Role.MANAGEMENT, Role.RESEARCH)
    }
    assert [one["today"]["amount_minor"] for one in spent[Role.MANAGEMENT]] == [700, 700]
    assert spent[Role.RESEARCH] == []
    assert not any(
        one["currency"] for one in teller.get(f"{MONTH}/changes", role=Role.RESEARCH).json()["moved"]
    )
    assert teller.get(MONTH, role=Role.AGENT).status_code == 403
