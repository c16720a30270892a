"""What people see of a clock that went up, and that the installation keeps watching by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.watching import looked
from api.console.names import level
from api.installation import Installation
from cases.codes import Role
from cases.desk import wall_clock
from cases.settings import Settings
from cases.store.server import EmbeddedServer
from tests.fix_api import KeyOf, Teller
from tests.fix_store import folder_for_a_server
from tests.house import ROOT

COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]


def asked(teller: Teller, hours: int = 72) -> dict[str, Any]:
    """A question that was asked some hours ago and is registered now."""
    at = wall_clock() - timedelta(hours=hours)
    case = teller.received(occurred_at=at.isoformat(), document="call-0815", channel="phone")
    told = teller.post(f"/cases/{case['case_id']}/classify", {"kind": "consultation"})
    return {**case, **told.json()}


def reply_of(answer: dict[str, Any]) -> dict[str, Any]:
    """The clock of the promised reply, as a case tells it."""
    return next(clock for clock in answer["clocks"] if clock["promise"] == "consultation-reply")


def look(here: Installation, case: dict[str, Any]) -> None:
    """Let the watcher look once the tables know what was told of a case."""
    deadline = time.monotonic() + 20
    while here.engine.catch_up() < case["position"]:
        assert time.monotonic() < deadline, "the tables never came to the case"
        time.sleep(0.01)  # what is not settled yet is taken in a moment later
    looked(here)


def escalated(teller: Teller, here: Installation) -> dict[str, Any]:
    """Such a question after the watcher looked."""
    case = asked(teller)
    look(here, case)
    return case


def test_a_case_tells_to_whom_its_clock_went_up(teller: Teller, here: Installation) -> None:
    case = escalated(teller, here)
    clock = reply_of(teller.get(f"/cases/{case['case_id']}").json())
    (made,) = clock["escalations"]
    assert (made["level"], made["is_warning"], made["is_revised"]) == ("supervisor", False, False)
    entries = teller.get(f"/cases/{case['case_id']}/timeline").json()["entries"]
    (entry,) = [one for one in entries if one["recorded"]["fields"].get("clock") == clock["clock_id"]]
    assert (entry["fact"], entry["actor"], entry["source"]) == ("Escalated", "watcher", "watcher")


def test_lists_and_board_tell_it_too(teller: Teller, here: Installation) -> None:
    case = escalated(teller, here)
    clock_id = reply_of(teller.get(f"/cases/{case['case_id']}").json())["clock_id"]
    position = here.engine.catch_up()
    listed = teller.get("/worklist", at_least=position, limit=200).json()["items"]
    assert [one["escalated_level"] for one in listed if one["clock_id"] == clock_id] == ["supervisor"]
    since = (wall_clock() - timedelta(days=9)).isoformat()
    board = teller.get("/sla/dashboard", since=since).json()
    assert [one["escalated_level"] for one in board["worst"] if one["clock_id"] == clock_id] == ["supervisor"]


def test_an_answer_told_late_shows_that_the_escalation_rests_on_nothing_now(
    teller: Teller, here: Installation
) -> None:
    case = escalated(teller, here)
    early = (wall_clock() - timedelta(days=2, hours=12)).isoformat()
    told = teller.post(
        f"/cases/{case['case_id']}/respond", {"step": "reply", "occurred_at": early, "document": "call-0816"}
    )
    assert told.status_code == 200, told.text
    clock = reply_of(teller.get(f"/cases/{case['case_id']}").json())
    assert (clock["verdict"], [one["is_revised"] for one in clock["escalations"]]) == ("met", [True])
    entries = teller.get(f"/cases/{case['case_id']}/timeline").json()["entries"]
    revised = [one["recorded"]["fields"]["clock"] for one in entries if one["is_revised"]]
    assert clock["clock_id"] in revised


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_say_it_in_both_languages(
    teller: Teller, here: Installation, key_of: KeyOf, language: str
) -> None:
    case = escalated(teller, here)
    here.engine.catch_up()
    with TestClient(create_app(here), base_url="https://lamps.example") as browser:
        browser.post("/enter", data={"key": key_of(Role.QUALITY), "next": "/"})
        went_up = {"zh": "已升级至 主管", "en": "went up to Supervisor"}[language]
        for page in (f"/cases/{case['case_id']}", "/worklist", "/"):
            assert went_up in browser.get(page, params={"lang": language}).text, page


def test_a_warning_is_shown_and_is_no_step_of_the_case(
    teller: Teller, here: Installation, key_of: KeyOf
) -> None:
    case = asked(teller, hours=20)
    touched = {"step": "first_touch", "occurred_at": (wall_clock() - timedelta(hours=19)).isoformat()}
    told = teller.post(f"/cases/{case['case_id']}/respond", {**touched, "document": "call-0817"})
    look(here, told.json())
    with TestClient(create_app(here), base_url="https://lamps.example") as browser:
        browser.post("/enter", data={"key": key_of(Role.QUALITY), "next": "/"})
        page = browser.get(f"/cases/{case['case_id']}", params={"lang": "en"}).text
    assert "told 75 % of the time has passed" in page
    assert '<li class="done"><b>Received' in page
    assert '<li class="done"><b>Escalated' not in page


def test_a_safety_case_is_listed_as_an_alert_with_who_was_told(teller: Teller, here: Installation) -> None:
    case = teller.received()
    told = teller.post(f"/cases/{case['case_id']}/classify", {"kind": "repair", "is_safety": True})
    look(here, told.json())
    position = here.engine.catch_up()
    answer = teller.get("/alerts", role=Role.SUPERVISOR, at_least=position, level="quality", limit=200).json()
    (one,) = [item for item in answer["items"] if item["case_id"] == case["case_id"]]
    assert (one["about"], one["what"], one["clause"]) == ("case", "safety-at-once", "S0 五/3")
    assert sorted(one["told"]) == ["quality", "supervisor"]
    for role in (Role.AGENT, Role.BI, Role.TECHNICIAN):
        assert teller.get("/alerts", role=role).status_code == 403


def test_a_level_is_named_as_people_say_it() -> None:
    assert level("warn-75", "zh") == "用时已过 75 %"
    assert level("warn-75", "en") == "75 % of the time has passed"
    assert (level("supervisor", "zh"), level("sales_supervisor", "zh")) == ("主管", "sales_supervisor")


def test_an_installation_that_is_kept_watches_by_itself(teller: Teller, here: Installation) -> None:
    kept = Installation(
        Settings(data_dir=here.settings.data_dir, watch_every=1), here.database, here.ledger, here.vault,
        here.desk, here.engine,
    )  # fmt: skip
    case, deadline = asked(teller), time.monotonic() + 20
    with kept.keeping():
        while (
            time.monotonic() < deadline
            and not reply_of(teller.get(f"/cases/{case['case_id']}").json())["escalations"]
        ):
            time.sleep(0.1)
    assert reply_of(teller.get(f"/cases/{case['case_id']}").json())["escalations"]


@pytest.mark.slow
def test_the_watcher_runs_alone_until_it_is_told_to_stop() -> None:
    with folder_for_a_server() as folder, EmbeddedServer(folder):
        environment = {k: v for k, v in os.environ.items() if not k.endswith("DATABASE_URL")}
        environment |= {"CASELEDGER_DATA_DIR": str(folder), "COLUMNS": "200"}
        once = subprocess.run(
            [*COMMAND, "watch", "--once"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
            timeout=100,
        )  # fmt: skip
        assert once.stdout == "0 recorded\n"
        watching = subprocess.Popen(
            [*COMMAND, "watch", "--every", "1"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert watching.stdout is not None
        assert watching.stdout.readline() == "watching; Ctrl-C stops\n"
        watching.send_signal(signal.SIGTERM)
        assert watching.wait(30) == 0
        watching.stdout.close()
