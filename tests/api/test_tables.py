"""How the tables stand, as an administrator sees it, and what is parked being released."""

from __future__ import annotations

import json
import os
import socket
from contextlib import nullcontext
from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api import keys
from api.app import create_app
from api.cli import app
from api.installation import Installation
from cases.codes import Role
from cases.store.conninfo import HOST_LENGTH
from projections.following import leader
from projections.schema import Db
from tests.fix_api import KeyOf, Teller
from tests.projections.lamps import Lamps, case_id, connected, received


@pytest.fixture(scope="module")
def lamp(here: Installation) -> str:
    """The id of a case that the database refuses."""
    with connected(here.database) as connection:
        forbid(connection)
    lamps = Lamps(here.ledger)
    lamps.tell("refused", ("2026-03-02 09:00", received("AS-90000001", batch="B666", judged_under=())))
    here.engine.catch_up()
    return str(case_id("refused"))


def forbid(connection: Db) -> None:
    connection.execute("ALTER TABLE bi.fct_cases ADD CONSTRAINT no_such_batch CHECK (batch <> 'B666')")


def test_an_administrator_sees_what_is_parked_and_from_where_on_answers_are_incomplete(
    lamp: str, teller: Teller
) -> None:
    told = teller.get("/tables", role=Role.ADMIN).json()
    assert [(one["case_id"], one["reason"]) for one in told["parked"]] == [(lamp, "CheckViolation")]
    assert told["incomplete_from"] == told["parked"][0]["position"]
    assert told["held_back_facts"] == 0
    assert teller.get("/tables", role=Role.AGENT).status_code == 403


def test_every_answer_and_every_page_says_that_it_is_incomplete(
    lamp: str, teller: Teller, here: Installation, key_of: KeyOf
) -> None:
    since = teller.get("/sla/dashboard", role=Role.BI).json()["standing"]["incomplete_from"]
    assert since == teller.get("/tables", role=Role.ADMIN).json()["incomplete_from"]
    assert teller.get("/cases", role=Role.QUALITY).json()["standing"]["incomplete_from"] == since
    with TestClient(create_app(here), base_url="https://lamps.example") as browser:
        browser.post("/enter", data={"key": key_of(Role.QUALITY), "next": "/"})
        for page in ("/", "/cases", "/complaints"):
            assert f"Incomplete from position {since}" in browser.get(page, params={"lang": "en"}).text


def test_a_parked_case_is_released_when_the_cause_is_gone(
    lamp: str, teller: Teller, here: Installation
) -> None:
    assert teller.post("/tables/release", role=Role.QUALITY).status_code == 403
    again = teller.post("/tables/release", {"cases": [lamp]}, role=Role.ADMIN).json()
    assert (again["tried"], again["standing"]["parked_cases"]) == (1, 1)
    with connected(here.database) as connection:
        connection.execute("ALTER TABLE bi.fct_cases DROP CONSTRAINT no_such_batch")
    done = teller.post("/tables/release", role=Role.ADMIN).json()
    assert done["standing"]["parked_cases"] == 0, "by this, or by the leader's own try in the meantime"
    assert done["standing"]["incomplete_from"] is None
    assert teller.get("/cases", role=Role.QUALITY).json()["standing"]["parked_cases"] == 0


def test_an_operator_is_told_where_there_is_nothing_to_release_and_nobody_at_work(
    lamp: str, here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.cli.screen.opened", lambda _settings: nullcontext(here))

    def typed(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["tables", *words])
        return done.exit_code, done.output

    assert typed("release") == (0, "nothing is parked\n")
    assert typed("release", lamp) == (2, f"✗ Not parked, so that there is nothing to release: {lamp}\n")
    monkeypatch.setattr(leader, "LEADER", 4711)
    assert "no worker leads: start caseledger run, or caseledger work" in typed("status")[1]
    assert json.loads(typed("status", "--json")[1])["leader"] is None


def test_whoever_asks_how_the_tables_stand_is_told_who_leads_since_when(
    teller: Teller, here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.cli.screen.opened", lambda _settings: nullcontext(here))
    monkeypatch.setattr(leader, "LEADER", 4712)
    before = here.ledger.now().replace(microsecond=0)
    with connected(here.database) as connection:
        assert leader.lead(connection, 4712)
        told = teller.get("/tables", role=Role.ADMIN).json()["leader"]
        assert json.loads(CliRunner().invoke(app, ["tables", "status", "--json"]).output)["leader"] == told
        text = CliRunner().invoke(app, ["tables", "status"]).output
        session = connection.info.backend_pid
    assert told["session"] == session
    assert told["program"] == f"caseledger {os.getpid()}@{socket.gethostname()[:HOST_LENGTH]}"
    assert before <= datetime.fromisoformat(told["since"]) <= here.ledger.now()
    assert f"{told['program']}  session {session} since {told['since'][:10]}" in text
    assert teller.get("/tables", role=Role.ADMIN).json()["leader"] is None


def test_a_machine_that_watches_reads_figures_and_nothing_of_any_case(
    lamp: str, client: TestClient, here: Installation
) -> None:
    key = keys.create(here.ledger, Role.SERVICE, "prometheus", scopes=["read-tables"])
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {key}"})
    assert answer.headers["content-type"].startswith("text/plain")
    told = dict(line.split() for line in answer.text.splitlines() if not line.startswith("#"))
    assert float(told["caseledger_position"]) == float(told["caseledger_log_position"])
    assert set(told) >= {"caseledger_lag_seconds", "caseledger_held_back_seconds", "caseledger_parked_cases"}
    assert lamp not in answer.text
    assert client.get("/metrics").status_code == 401
