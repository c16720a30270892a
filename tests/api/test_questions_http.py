"""Questions over HTTP: one case with its past, and figures that name what they stand on; nothing personal in clear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.examples import EXAMPLES
from cases.codes import Role
from projections.questions.statistics import Report
from tests.fix_api import Teller

PERSONAL = ("13800138000", "张三", "嗡嗡声", "SF1234567890")


@pytest.fixture
def case(teller: Teller) -> dict[str, Any]:
    """A hum of two hours ago that was classified, answered and corrected: the answer came an hour earlier."""
    began = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    told = teller.received(occurred_at=began, document="CALL-0000")
    path = f"/cases/{told['case_id']}"
    teller.post(f"{path}/classify", EXAMPLES["classify"])
    teller.post(f"{path}/respond", EXAMPLES["respond"])
    earlier = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    body = {"corrects": 3, "reason": "typing_error", "happened_at": earlier, "document": "CALL-0001"}
    answer = teller.post(f"{path}/correct", body)
    assert answer.status_code == 200, answer.text
    return {**told, "position": answer.json()["position"], "path": path, "earlier": earlier}


def test_a_case_tells_its_state_clocks_entitlements_and_texts(teller: Teller, case: dict[str, Any]) -> None:
    answer = teller.get(case["path"])
    told = answer.json()
    assert answer.headers["ETag"] == '"4"'
    assert (told["case_no"], told["stage"], told["kind"]) == (case["case_no"], "classified", "return")
    assert told["received"]["customer_phone"] == "138****8000"
    assert told["received"]["description"] == "***"
    assert all(clock["clause"].startswith("S0") for clock in told["clocks"])
    assert told["clocks"]
    assert {entitled["entitlement"] for entitled in told["entitlements"]}
    assert told["judged_under"][0]["regulation"] == "lamp-factory"
    assert len(told["judged_under"][0]["sha256"]) == 64
    assert told["as_of"]["position"] >= case["position"]


def test_a_timeline_shows_what_was_recorded_beside_what_is_right(
    teller: Teller, case: dict[str, Any]
) -> None:
    told = teller.get(f"{case['path']}/timeline").json()
    answered = next(entry for entry in told["entries"] if entry["fact"] == "Responded")
    assert datetime.fromisoformat(answered["corrected"]["occurred_at"]) == datetime.fromisoformat(
        case["earlier"]
    )
    assert answered["recorded"]["occurred_at"] > answered["corrected"]["occurred_at"]
    assert [change["version"] for change in answered["corrections"]] == [4]
    assert told["entries"][1] == answered, "by when it happened, not by when it was told"
    assert "Corrected" not in {entry["fact"] for entry in told["entries"]}


def test_the_past_knows_what_was_known_then(teller: Teller, case: dict[str, Any]) -> None:
    events = teller.get(f"{case['path']}/events").json()["events"]
    before = events[2]["recorded_at"]
    told = teller.get(f"{case['path']}/timeline", known_at=before).json()
    assert [entry["corrected"] for entry in told["entries"]] == [None, None, None]
    assert told["as_of"]["position"] >= events[2]["position"]
    ended = teller.get(f"{case['path']}", happened_by=events[0]["occurred_at"]).json()
    assert ended["stage"] == "received"


def test_the_events_of_a_case_are_told_as_stored(teller: Teller, case: dict[str, Any]) -> None:
    told = teller.get(f"{case['path']}/events").json()
    assert [event["fact"] for event in told["events"]] == ["Received", "Classified", "Responded", "Corrected"]
    assert told["cursor"] is None
    assert teller.get(f"{case['path']}/events", cursor=3).json()["events"] == told["events"][3:]


def test_no_answer_holds_personal_data(teller: Teller, case: dict[str, Any]) -> None:
    teller.post(f"{case['path']}/ship", EXAMPLES["ship"], role=Role.LOGISTICS)
    for path in ("", "/timeline", "/events"):
        text = teller.get(f"{case['path']}{path}").text
        assert [value for value in PERSONAL if value in text] == []


def test_one_value_is_shown_in_clear_for_a_purpose_and_the_look_is_on_record(
    teller: Teller, case: dict[str, Any], here: Any
) -> None:
    path, asked = f"{case['path']}/unmask", {"field": "customer_phone", "purpose": "call_back"}
    assert teller.post(path, asked).json()["value"] == "13800138000"
    seen = here.ledger.rows(
        "SELECT field, purpose, actor FROM vault.accesses WHERE case_id = %s::uuid", [case["case_id"]]
    )
    assert seen == [("customer_phone", "call_back", "agent-01")]
    refused = teller.post(path, {"field": "customer_name", "purpose": "call_back"})
    assert refused.status_code == 403, "an agent may see a phone number, not a name"
    assert teller.post(path, asked, role=Role.QUALITY).status_code == 403
    assert (
        teller.post(path, {"field": "customer_name", "purpose": "dispute"}, role=Role.DISPUTE).status_code
        == 200
    )
    assert teller.post(path, {"field": "waybill", "purpose": "dispute"}, role=Role.DISPUTE).status_code == 404
    assert teller.post(path, {"field": "customer_phone", "purpose": "curious"}).status_code == 422


def test_figures_can_be_asked_for_at_the_position_of_ones_own_write(
    teller: Teller, case: dict[str, Any]
) -> None:
    at = case["position"]
    board = teller.get("/sla/dashboard", at_least=at).json()
    assert board["standing"]["position"] >= at
    assert board["total"]["counts"]["started"] > 0
    rate = board["total"]["adjusted"]
    assert {"numerator", "denominator", "rate"} == set(rate)
    listed = teller.get("/cases", at_least=at, limit=1).json()
    assert len(listed["cases"]) == 1
    due = teller.get("/worklist", at_least=at).json()
    assert case["case_no"] in {item["case_no"] for item in due["items"]}
    counted = teller.get("/complaints/statistics", at_least=at, role=Role.BI).json()
    assert len(counted["months"]) == 6


def test_a_board_of_no_period_is_of_whole_days_and_what_of_today_there_is(teller: Teller) -> None:
    board = teller.get("/sla/dashboard", at="2026-11-20T17:30:00Z").json()
    assert board["period"]["since"] == "2026-08-22T16:00:00Z", (
        "midnight in Shanghai, ninety days before the 21st"
    )
    assert board["period"]["until"] == "2026-11-20T17:30:00Z"


def test_a_position_that_is_not_reached_is_told_in_two_seconds(teller: Teller) -> None:
    answer = teller.get("/sla/dashboard", at_least=10**9)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.elapsed < timedelta(seconds=3)


def test_a_list_is_read_page_by_page(teller: Teller) -> None:
    made = [teller.received() for _ in range(3)]
    first = teller.get("/cases", limit=2, at_least=made[-1]["position"]).json()
    second = teller.get("/cases", limit=2, cursor=first["cursor"]).json()
    shown = [listed["case_no"] for listed in first["cases"] + second["cases"]]
    assert shown[:3] == [case["case_no"] for case in reversed(made)]
    assert teller.get("/cases", cursor="not one of ours").status_code == 422


def test_nobody_reads_an_audit_that_was_never_drawn(teller: Teller) -> None:
    answer = teller.get("/audits/2026-10")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:caseledger:not-found")
    assert "--regulation lamp-factory --programme monthly-sample --period 2026-10" in answer.json()["detail"]
    assert teller.get("/audits/2026-13").status_code == 422


@pytest.mark.parametrize("report", list(Report))
def test_every_report_says_what_its_columns_mean_and_what_it_stands_on(
    teller: Teller, case: dict[str, Any], report: Report
) -> None:
    told = teller.get(f"/statistics/{report}", at_least=case["position"], role=Role.QUALITY).json()
    assert told["standing"]["position"] >= case["position"]
    assert told["standing"]["regulations"]
    names = [column["name"] for column in told["columns"]]
    assert all(column["zh"] and column["en"] for column in told["columns"])
    assert all(list(row) == names for row in told["rows"])
    assert bool(told["rows"]) == (report in {Report.SLA_RATES, Report.TARGET_RATES})


def test_lines_about_people_are_for_those_who_may_read_alerts(teller: Teller, case: dict[str, Any]) -> None:
    assert teller.get("/statistics/star-ranking", role=Role.BI).status_code == 403
    assert teller.get("/statistics/sla-rates", role=Role.AGENT).status_code == 403
    for role, is_told in ((Role.BI, False), (Role.SUPERVISOR, True)):
        rows = teller.get("/statistics/sla-rates", at_least=case["position"], role=role).json()["rows"]
        assert {row["grouped_by"] for row in rows} >= {"clause", "department", "product"}
        assert ("person" in {row["grouped_by"] for row in rows}) <= is_told
    assert (
        teller.get("/statistics/sla-rates", first="2026-10", last="2026-09", role=Role.BI).status_code == 422
    )
    assert teller.get("/statistics/means", role=Role.BI).status_code in {404, 422}
