"""A due time explained over HTTP: the days, the holidays, the pauses, the facts and the clause it comes from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.codes import Role
from tests.fix_api import Teller

SHANGHAI = ZoneInfo("Asia/Shanghai")
ASKED = datetime(2026, 9, 30, 10, tzinfo=SHANGHAI)
"""The day before the National Day holiday."""


def later(hours: float) -> dict[str, str]:
    return {"occurred_at": (ASKED + timedelta(hours=hours)).isoformat(), "document": "CALL-0007"}


@pytest.fixture(scope="module")
def asked() -> dict[str, Any]:
    """Filled by the first test that tells the case."""
    return {}


@pytest.fixture
def case(teller: Teller, asked: dict[str, Any]) -> dict[str, Any]:
    """A question that waited two hours for the customer and was answered a day and an hour after it came."""
    if not asked:
        asked.update(teller.received(purchased_on="2026-09-02", goods_received_on="2026-09-04", **later(0)))
        path = asked["path"] = f"/cases/{asked['case_id']}"
        for verb, body in (
            ("classify", {"kind": "consultation", **later(1)}),
            ("pause", {"reason": "waiting_for_customer", **later(2)}),
            ("resume", later(4)),
            ("respond", {"step": "reply", **later(25)}),
        ):
            answer = teller.post(f"{path}/{verb}", body)
            assert answer.status_code == 200, answer.text
    return asked


def explained(teller: Teller, case: dict[str, Any], clock: str, **params: Any) -> Any:
    return teller.get(f"{case['path']}/clocks/{clock}/explain", **params).json()


REPLY = "lamp-factory:consultation-reply:1"


def test_a_due_time_names_its_clause_its_amount_and_its_calendar(
    teller: Teller, case: dict[str, Any]
) -> None:
    told = explained(teller, case, REPLY)
    assert (told["clock"]["clause"], told["clock"]["verdict"]) == ("S0 三/2", "met")
    counted = told["counted"]
    assert (counted["amount"], counted["unit"], counted["source"]) == (24, "hours", "S0 三/2")
    assert (counted["calendar"], counted["timezone"]) == ("around-the-clock", "Asia/Shanghai")
    due = datetime.fromisoformat(told["clock"]["due_at"])
    assert due == ASKED + timedelta(hours=26)


def test_the_days_add_up_and_name_what_happened_on_them(teller: Teller, case: dict[str, Any]) -> None:
    days = explained(teller, case, REPLY)["days"]
    assert [(day["day"], day["kind"]) for day in days] == [
        ("2026-09-30", "weekday"),
        ("2026-10-01", "holiday"),
    ]
    assert days[1]["name"] == {"zh": "国庆节", "en": "National Day"}
    assert [day["counted_seconds"] for day in days] == [12 * 3600, 12 * 3600]
    assert [day["paused_seconds"] for day in days] == [2 * 3600, 0]
    turns = [(turn["turn"], turn["fact"]) for day in days for turn in day["turns"]]
    assert turns == [
        ("started", "Received"), ("paused", "Paused"), ("resumed", "Resumed"),
        ("warned", None), ("stopped", "Responded"), ("due", None),
    ]  # fmt: skip


def test_the_facts_that_moved_it_are_named_with_who_told_them(teller: Teller, case: dict[str, Any]) -> None:
    told = explained(teller, case, REPLY)
    assert [fact["fact"] for fact in told["facts"]] == ["Received", "Paused", "Resumed", "Responded"]
    assert {fact["actor"] for fact in told["facts"]} == {"agent-01"}
    assert all(fact["is_backdated"] for fact in told["facts"])
    assert [(one["opened_by"], one["ended_by"]) for one in told["pauses"]] == [(3, 4)]
    assert told["exclusion"] is None
    assert told["as_of"]["position"] > 0


def test_days_come_page_by_page(teller: Teller, case: dict[str, Any]) -> None:
    first = explained(teller, case, REPLY, limit=1)
    assert ([day["day"] for day in first["days"]], first["cursor"]) == (["2026-09-30"], "2026-09-30")
    second = explained(teller, case, REPLY, limit=1, cursor=first["cursor"])
    assert ([day["day"] for day in second["days"]], second["cursor"]) == (["2026-10-01"], None)


def test_a_clock_is_explained_as_it_was_then(teller: Teller, case: dict[str, Any]) -> None:
    told = explained(teller, case, REPLY, happened_by=later(3)["occurred_at"])
    assert (told["clock"]["verdict"], told["clock"]["standing"]) == ("open", "paused")
    assert told["pauses"][0]["until"] is None


def test_an_excluded_clock_names_the_reason_and_who_approved(teller: Teller, case: dict[str, Any]) -> None:
    path, item = case["path"], f"{case['case_id']}:{REPLY}"
    asked = {"subject": "exclusion", "item": item, "reason": "force_majeure"}
    requested = teller.post(f"{path}/request", asked)
    assert requested.status_code == 200, requested.text
    given = teller.post(f"{path}/approve", asked, role=Role.SUPERVISOR)
    assert given.status_code == 200, given.text
    told = explained(teller, case, item)
    assert told["exclusion"] == {"reason": "force_majeure", "approved_by": "supervisor-01"}
    assert (told["clock"]["verdict"], told["clock"]["verdict_unadjusted"]) == ("excluded", "met")


def test_a_clock_that_lacks_its_value_says_so(teller: Teller, case: dict[str, Any]) -> None:
    told = explained(teller, case, "lamp-factory:phone-pickup:1")
    assert told["lacking"]["en"] == "The setting has no value"
    assert (told["counted"]["amount"], told["clock"]["due_at"]) == (None, None)


def test_no_other_clock_and_no_other_reader(teller: Teller, case: dict[str, Any]) -> None:
    path = f"{case['path']}/clocks/lamp-factory:consultation-reply:2/explain"
    assert teller.get(path).status_code == 404
    assert teller.get(f"{case['path']}/clocks/{REPLY}/explain", role=Role.BI).status_code == 403
    assert "13800138000" not in teller.get(f"{case['path']}/clocks/{REPLY}/explain").text
