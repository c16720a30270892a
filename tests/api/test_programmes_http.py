"""Programmes over HTTP and in the shell: owed, held, put right, followed, told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.app import described
from api.examples_programmes import EXAMPLES
from cases.codes import Role
from cases.regulation.rules import BEIJING
from tests.fix_api import Teller

LAST_MONTH = (datetime.now(BEIJING).replace(day=1) - timedelta(days=2)).strftime("%Y-%m")
CHECK = f"/programmes/lamp-sales/supervisor-check/{LAST_MONTH}"


def ask(teller: Teller, verb: str, body: Any = None, role: Role = Role.SUPERVISOR) -> Any:
    return teller.post(f"{CHECK}/{verb}", EXAMPLES[verb] if body is None else body, role=role)


def test_what_is_over_is_owed_and_what_has_no_period_is_named(teller: Teller) -> None:
    told = teller.get("/programmes", since=f"{LAST_MONTH}-01", regulation="lamp-sales").json()
    check = next(one for one in told["owed"] if one["programme"] == "supervisor-check")
    assert (check["period"], check["standing"], check["clause"]) == (LAST_MONTH, "owed", "S1 六/1")
    meters = teller.get("/programmes", regulation="water-meter").json()["not_configured"]
    assert {"water-meter", "feedback-period"} <= {value for one in meters for value in one.values()}
    assert (
        teller.get("/programmes", since=f"{LAST_MONTH}-01", due_by="2020-01-01T00:00:00Z").json()["owed"]
        == []
    )


@pytest.mark.parametrize(
    "asked", [{"since": "0001-01-01"}, {"since": "9999-01-01"}, {"due_by": "8999-12-31T00:00:00Z"}]
)
def test_nobody_has_a_thousand_years_of_periods_looked_up(teller: Teller, asked: dict[str, str]) -> None:
    refused = teller.get("/programmes", role=Role.SUPERVISOR, **asked)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, next(iter(asked)))


def test_what_is_owed_comes_before_what_was_held_however_long_the_list(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = {"since": f"{LAST_MONTH}-01"}
    body = {"methods": ["forms"]}
    path = f"/programmes/lamp-sales/monthly-assessment/{LAST_MONTH}/hold"
    assert teller.post(path, body, role=Role.SUPERVISOR).status_code == 200
    whole = teller.get("/programmes", role=Role.SUPERVISOR, **month).json()
    held = [one["standing"] == "held" for one in whole["owed"]]
    assert (held, whole["total"]) == (sorted(held), len(held))
    assert {*held} == {False, True}
    monkeypatch.setattr("api.programmes.LONGEST", 2)
    cut = teller.get("/programmes", role=Role.SUPERVISOR, **month).json()
    assert (cut["owed"], cut["total"]) == (whole["owed"][:2], whole["total"])


def test_a_check_is_held_put_right_followed_and_told(teller: Teller) -> None:
    assert teller.get(CHECK).json()["held"] is None
    assert ask(teller, "publish").status_code == 409
    held = ask(teller, "hold")
    assert (held.status_code, held.json()["facts"]) == (200, ["ProgrammeHeld"])
    assert ask(teller, "hold").json()["facts"] == [], "asked again it is quiet"
    ahead = {**EXAMPLES["rectify"], "due_on": (datetime.now(UTC) + timedelta(days=9)).date().isoformat()}
    for verb, body in (("rectify", ahead), ("follow", None), ("publish", None)):
        assert ask(teller, verb, body).status_code == 200
    told = teller.get(CHECK).json()
    assert (told["standing"], told["held_by"], told["held_as"]) == ("held", "supervisor-01", "supervisor")
    assert (told["measures"][0]["effect"], told["measures_open"]) == ("worked", 0)
    assert told["published"][0]["told_to"] == ["supervisor"]
    assert told["questions"][0]["question"] == "check-records"


def test_a_refusal_names_clause_and_what_is_needed(teller: Teller) -> None:
    problem = teller.post(
        f"/programmes/lamp-sales/complaint-check/{LAST_MONTH}/hold", {}, role=Role.QUALITY
    ).json()
    assert (problem["clause"], problem["rule"]) == ("S1 六/2", "method-named")


@pytest.mark.parametrize("role", [Role.AGENT, Role.TECHNICIAN, Role.BI])
def test_who_is_checked_neither_holds_nor_reads(teller: Teller, role: Role) -> None:
    assert teller.get("/programmes", role=role).status_code == 403
    assert ask(teller, "hold", role=role).status_code == 403


def test_finance_holds_and_reads_what_sums_up_costs_and_no_ranking_of_people(teller: Teller) -> None:
    costs = f"/programmes/water-meter/cost-by-month/{LAST_MONTH}"
    assert teller.post(f"{costs}/hold", {}, role=Role.FINANCE).status_code == 200
    assert "costs" in teller.get(costs, role=Role.FINANCE).json()["figures"]
    year = str(int(LAST_MONTH[:4]) - 1)
    for programme, period in (
        ("lamp-sales/service-star", f"{year}-Q4"),
        ("lamp-sales/monthly-assessment", LAST_MONTH),
    ):
        path = f"/programmes/{programme}/{period}"
        for refused in (
            teller.get(path, role=Role.FINANCE),
            teller.post(f"{path}/hold", {}, role=Role.FINANCE),
        ):
            assert (refused.status_code, refused.json()["rule"]) == (403, "digests")
        assert teller.get(path, role=Role.MANAGEMENT).status_code == 200


def test_what_is_no_programme_and_no_period_is_told(teller: Teller) -> None:
    assert teller.get("/programmes/lamp-sales/no-such/2026-10").status_code == 404
    assert teller.get("/programmes/lamp-sales/supervisor-check/october").status_code == 422
    assert teller.get("/programmes/lamp-sales/supervisor-check/2026-Q3").status_code == 409
    period = "/api/v1/programmes/{regulation}/{programme}/{period}"
    for path in (period, f"{period}/customers"):
        assert "409" in described()["paths"][path]["get"]["responses"]


def test_an_agent_reads_whose_details_are_due_and_no_names(teller: Teller) -> None:
    case = teller.received(product_line="lamp-sales")
    number, position = case["case_no"], case["position"]
    assert teller.get("/cases", at_least=position).status_code == 200
    now = datetime.now(BEIJING)
    period = f"{now.year}-Q{(now.month - 1) // 3 + 1}"
    path = f"/programmes/lamp-sales/details-verified/{period}/customers"
    found = teller.get(path, role=Role.AGENT).json()
    (mine,) = [one for one in found["customers"] if number in one["cases"]]
    assert (mine["is_due"], set(mine)) == (True, {"customer", "cases", "verified_at", "is_due"})
    checked = teller.post(f"/cases/{case['case_id']}/verify", {"checked": "customer", "is_right": True})
    assert checked.status_code == 200
    found = teller.get(path, role=Role.AGENT).json()
    assert [one["is_due"] for one in found["customers"] if number in one["cases"]] == [False]
    for role in (Role.BI, Role.TECHNICIAN, Role.LOGISTICS, Role.WAREHOUSE):
        assert teller.get(path, role=role).status_code == 403, (
            "who verifies nobody reads no list of everybody"
        )
