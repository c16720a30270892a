"""Months over HTTP and in the shell: published, read beside today's figures, and why they differ."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import months
from api.installation import Installation
from cases.codes import Role
from cases.regulation.rules import BEIJING
from tests.fix_api import Teller
from tests.projections.lamps import connected

TODAY = datetime.now(BEIJING)


def month_before(months: int) -> str:
    """So many months ago: each test has one of its own."""
    number = TODAY.year * 12 + TODAY.month - 1 - months
    return f"{number // 12}-{number % 12 + 1:02d}"


def publish(teller: Teller, month: str, role: Role = Role.QUALITY, **body: Any) -> Any:
    return teller.post(f"/months/{month}/publish", body, role=role)


def told_late(teller: Teller, month: str) -> dict[str, Any]:
    """A case of a month, told today with a document."""
    return teller.received(occurred_at=f"{month}-20T09:00:00+08:00", document="D-1", purchased_on=None)


def line(told: dict[str, Any], measure: str) -> dict[str, Any]:
    (found,) = [one for one in told["figures"] if one["measure"] == measure and one["department"] is None]
    return dict(found)


def test_a_month_is_published_and_a_fact_that_came_late_stands_beside_it(teller: Teller) -> None:
    month = month_before(1)
    first = told_late(teller, month)
    assert publish(teller, month).json()["facts"] == ["MonthPublished"]
    assert publish(teller, month).json()["facts"] == [], "asked again it is quiet"
    told = teller.get(f"/months/{month}").json()
    assert line(told, "opened")["published"] == line(told, "opened")["today"]
    assert not any(one["is_revised"] for one in told["figures"])
    late = told_late(teller, month)
    told = teller.get(f"/months/{month}", at_least=late["position"]).json()
    assert told["reports"][0]["published_by"] == "quality-01"
    assert told["reports"][0]["position"] >= first["position"]
    opened = line(told, "opened")
    assert (opened["published"]["numerator"], opened["today"]["numerator"]) == (1, 2)
    assert opened["is_revised"]
    moved = teller.get(f"/months/{month}/changes").json()["moved"]
    assert {one["case_no"] for one in moved if one["facts"]} == {late["case_no"]}
    assert {fact["change"] for one in moved for fact in one["facts"]} == {"late"}
    assert publish(teller, month, revises=1, reason="late_facts").json()["report"] == 2
    before = teller.get(f"/months/{month}", report=1).json()
    assert line(before, "opened")["is_revised"], "the first one still stands as it was"
    assert not line(teller.get(f"/months/{month}").json(), "opened")["is_revised"]


def test_a_refusal_says_what_is_needed(teller: Teller) -> None:
    month = month_before(2)
    told_late(teller, month)
    before = publish(teller, "1999-01")
    assert (before.status_code, before.json()["rule"]) == (409, "has-cases")
    now = publish(teller, TODAY.strftime("%Y-%m"))
    assert (now.status_code, now.json()["rule"]) == (409, "period-over")
    assert publish(teller, month).status_code == 200
    other = publish(teller, month, role=Role.MANAGEMENT)
    assert (other.status_code, other.json()["rule"], other.json()["version"]) == (409, "published-once", 1)
    assert publish(teller, "2026-13").status_code == 422
    assert teller.get(f"/months/{month}", report=9).status_code == 404
    assert teller.get("/months/2020-01/changes").status_code == 404
    assert teller.get("/months/2020-01").json()["reports"] == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.TECHNICIAN, Role.BI, Role.FINANCE])
def test_only_who_answers_for_the_work_or_looks_at_it_publishes(teller: Teller, role: Role) -> None:
    assert publish(teller, month_before(1), role=role).status_code == 403


def test_the_shell_tells_the_same_and_counts_it_again(
    teller: Teller, here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = month_before(3)
    monkeypatch.setattr("api.cli.screen.opened", lambda _settings: nullcontext(here))

    def shell(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(months.app, arguments)
        return done.exit_code, done.output

    assert shell("publish", month, "--as", "staff-li", "--role", "technician")[0] == 2
    told_late(teller, month_before(4))
    code, told = shell("publish", "1999-01", "--as", "staff-hu")
    assert (code, "No case had begun in 1999-01" in told) == (2, True)
    nobody = shell("publish", month, "--as", " ")
    assert nobody[0] == 2
    assert nobody[1].startswith("✗ Nobody can be named like that\n  → --as: must be a staff id")
    assert shell("list", "--limit", "99999999999999999999")[0] == 2
    assert shell("publish", month, "--as", "staff-hu")[0] == 0
    assert shell("publish", month, "--as", "staff-hu") == (0, "published before, nothing new\n")
    told_late(teller, month)
    again = shell("publish", month, "--as", "staff-hu", "--revises", "1", "--reason", "late_facts")
    assert again == (0, "published, report 2\n")
    code, told = shell("show", month, "--report", "1")
    assert code == 0
    assert re.search(r"opened .*│ 0 +│ 1 +│ yes", told)
    assert "revised: late_facts" in told
    code, told = shell("changes", month, "--report", "1")
    assert code == 0
    assert re.search(r"AS-\d+ .* opened .*\+1 .* 1:Received\(late\)", told)
    code, told = shell("list", "--limit", "60")
    assert code == 0
    assert re.search(rf"{month} +│ 2 +│ \d{{4}}-\d\d-\d\d │ staff-hu +│ \d+ +│ late_facts", told)
    assert "older ones were published, too: --limit 2" in shell("list", "--limit", "1")[1]
    for number in "12":
        assert shell("check", month, "--report", number) == (0, "✓ the log gives these figures\n")


def test_the_list_tells_who_published_what_when_and_which_report_stands(teller: Teller) -> None:
    month, before = month_before(5), month_before(6)
    told_late(teller, before)
    for one in (before, month):
        assert publish(teller, one).status_code == 200
    late = told_late(teller, month)
    asked = {"at_least": late["position"], "limit": 60}

    def listed(role: Role = Role.QUALITY, **more: Any) -> list[dict[str, Any]]:
        return list(teller.get("/months", role=role, **{**asked, **more}).json()["months"])

    lines = {one["month"]: one for one in listed()}
    assert list(lines) == sorted(lines, reverse=True)
    assert (lines[month]["report"], lines[month]["published_by"]) == (1, "quality-01")
    assert 0 < lines[before]["position"] <= lines[month]["position"] < late["position"]
    assert publish(teller, month, revises=1, reason="late_facts").json()["report"] == 2
    again = {one["month"]: one for one in listed()}[month]
    assert (again["report"], again["reason"]) == (2, "late_facts")
    assert teller.get("/months", role=Role.AGENT).status_code == 403


def test_the_list_goes_on_page_by_page_to_the_first_month(teller: Teller) -> None:
    for ago in (7, 8, 9):
        told_late(teller, month_before(ago))
        assert publish(teller, month_before(ago)).status_code == 200
    whole = teller.get("/months", limit=200).json()
    pages, cursor = list[str](), None
    while cursor or not pages:
        page = teller.get("/months", limit=2, **({"cursor": cursor} if cursor else {})).json()
        pages, cursor = [*pages, *(one["month"] for one in page["months"])], page["cursor"]
        assert len(pages) <= len(whole["months"])
    assert pages == [one["month"] for one in whole["months"]]
    assert whole["cursor"] is None
    assert teller.get("/months", cursor="yesterday").json()["errors"][0]["field"] == "cursor"


def test_the_list_counts_nothing(teller: Teller, here: Installation) -> None:
    month = month_before(10)
    told_late(teller, month)
    assert publish(teller, month).status_code == 200
    with connected(here.database) as connection, connection.transaction():
        connection.execute("LOCK TABLE bi.fct_cases, bi.fct_sla_clocks, bi.fct_counted, bi.fct_complaints")
        listed = teller.get("/months", limit=200).json()["months"]
    assert month in {one["month"] for one in listed}


def test_amounts_are_for_those_who_may_see_costs(teller: Teller) -> None:
    month = month_before(4)
    assert publish(teller, month).status_code == 200
    case = told_late(teller, month)
    cost = {"cost": "parts", "amount": {"minor": 700}, "payer": "company", "voucher_no": "BX-7"}
    late = {"occurred_at": f"{month}-21T09:00:00+08:00", "document": "D-4"}
    booked = teller.post(f"/cases/{case['case_id']}/charge", {**cost, **late}, role=Role.FINANCE)
    assert booked.status_code == 200, booked.text
    asked = {"at_least": booked.json()["position"]}

    def amounts(role: Role) -> list[Any]:
        figures = teller.get(f"/months/{month}", role=role, **asked).json()["figures"]
        moved = teller.get(f"/months/{month}/changes", role=role, **asked).json()["moved"]
        return [
            *(one["today"]["amount_minor"] for one in figures if one["currency"]),
            *(one["amount_minor"] for one in moved if one["currency"]),
        ]

    assert amounts(Role.MANAGEMENT) == [700, 700, 700]
    assert amounts(Role.RESEARCH) == []
    assert teller.get(f"/months/{month}", role=Role.AGENT).status_code == 403
