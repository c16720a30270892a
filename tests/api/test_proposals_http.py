"""Rewards and penalties over HTTP, on a log: proposed for late responses, decided, appealed, and read for BI."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from api import keys
from api.examples_proposals import EXAMPLES
from api.installation import Installation
from cases.codes import Role
from cases.desk import Desk
from cases.reference import settings_document
from cases.regulation.packs import shipped_regulation
from cases.store.database import Database
from tests.fix_api import Teller
from tests.fix_desk import caller

REGISTER = "/proposals/lamp-sales"
VALUE = 'source = "configured, not from the regulation"'
SET = f"""
regulation = "lamp-sales"
version = "demo.late"

[values]
first-response = {{ value = 15, unit = "minutes", {VALUE} }}
late-deduction = {{ value = 10, unit = "percent", {VALUE} }}
leak-fine = {{ value = 20000, unit = "fen", {VALUE} }}
appeal-answer = {{ value = 5, unit = "days", {VALUE} }}
"""
TOLD = {"document": "D-1", "occurred_at": (datetime.now(UTC) - timedelta(hours=2)).isoformat()}
REVISED = (
    "SELECT standing, staff, percent, cites, is_revised FROM rpt_proposals WHERE consequence LIKE 'late%'"
)


@pytest.fixture(scope="module", autouse=True)
def _set(here: Installation, desk: Desk) -> None:
    """What the firm has set: minutes to respond, and what it costs not to."""
    settings = settings_document(SET, shipped_regulation("lamp-sales").regulation)
    desk.publish([settings], caller(Role.SERVICE, "set-up"))


def late(teller: Teller) -> dict[str, Any]:
    """A request of two hours ago that lies with agent-01, who has not begun with it; its clock is in `clock`."""
    case = teller.received(product_line="lamp-sales", **TOLD)
    case_id = case["case_id"]
    kind = {"kind": "consultation", "assigned_to": "agent-01", **TOLD}
    assert teller.post(f"/cases/{case_id}/classify", kind).status_code == 200
    return {**case, "clock": f"{case_id}:lamp-sales:first-response:1"}


def told_by(here: Installation, position: int) -> None:
    """Wait until the tables stand there."""
    here.engine.catch_up()
    assert here.engine.wait_for(position)


def ask(teller: Teller, verb: str, role: Role, **body: Any) -> Any:
    return teller.post(f"{REGISTER}/{verb}", body, role=role)


def test_a_deduction_is_proposed_for_three_late_responses_and_shows_when_one_of_them_was_none(
    teller: Teller, here: Installation, database: Database
) -> None:
    cases = [late(teller) for _ in range(3)]
    body = {
        "consequence": "late-deduction-proposed",
        "staff": "agent-01",
        "clocks": [one["clock"] for one in cases],
    }
    few = ask(teller, "propose", Role.SUPERVISOR, **{**body, "clocks": body["clocks"][:2]})
    assert (few.status_code, few.json()["rule"], few.json()["clause"]) == (409, "missed-enough", "S1 七/2")
    made = ask(teller, "propose", Role.SUPERVISOR, **body)
    assert (made.status_code, made.json()["facts"]) == (200, ["Proposed"])
    again = ask(teller, "propose", Role.SUPERVISOR, **body).json()
    assert (again["facts"], again["proposal"]) == ([], made.json()["proposal"])
    told = teller.get(REGISTER, role=Role.MANAGEMENT).json()["proposals"][0]
    assert (told["standing"], told["is_revised"], told["proposal"]["percent"]) == ("proposed", False, 10)
    assert {one["verdict"] for one in told["proposal"]["cites"]} == {"overdue"}
    with psycopg.connect(database.reader_dsn, autocommit=True) as analyst:
        told_by(here, made.json()["position"])
        assert analyst.execute(REVISED).fetchall() == [("proposed", "agent-01", 10, 3, False)]
        case_id = cases[0]["case_id"]
        excluded = {"subject": "exclusion", "item": "first-response", "reason": "force_majeure"}
        left_out = teller.post(f"/cases/{case_id}/approve", excluded, role=Role.SUPERVISOR).json()
        told_by(here, left_out["position"])
        assert analyst.execute(REVISED).fetchall() == [("proposed", "agent-01", 10, 3, True)]
    assert teller.get(REGISTER, role=Role.MANAGEMENT).json()["proposals"][0]["is_revised"]


def test_a_penalty_is_decided_appealed_and_answered_by_different_people(
    teller: Teller, here: Installation, database: Database
) -> None:
    case_id = teller.received(product_line="lamp-sales")["case_id"]
    fine = {
        "consequence": "leak-fine-proposed",
        "staff": "agent-01",
        "facts": [{"case_id": case_id, "version": 1}],
    }
    number = ask(teller, "propose", Role.SUPERVISOR, **fine).json()["proposal"]
    yes = {**EXAMPLES["decide"], "proposal": number}
    assert ask(teller, "decide", Role.SUPERVISOR, **yes).status_code == 403
    assert ask(teller, "decide", Role.MANAGEMENT, **yes).status_code == 200
    appeal = {**EXAMPLES["appeal"], "proposal": number}
    assert ask(teller, "appeal", Role.TECHNICIAN, **appeal).status_code == 403
    assert ask(teller, "appeal", Role.AGENT, **appeal).json()["facts"] == ["Appealed"]
    answer = {**EXAMPLES["answer-appeal"], "proposal": number, "is_lifted": True}
    own = ask(teller, "answer-appeal", Role.MANAGEMENT, **answer)
    assert (own.status_code, own.json()["rule"]) == (409, "four-eyes")
    other = {"Authorization": f"Bearer {keys.create(here.ledger, Role.MANAGEMENT, 'mu')}"}
    answered = teller.post(f"{REGISTER}/answer-appeal", answer, more=other)
    assert answered.json()["facts"] == ["AppealAnswered"]
    mine = teller.get(REGISTER, role=Role.AGENT).json()["proposals"][0]
    assert (mine["standing"], mine["is_final"], mine["answer_verdict"]) == ("lifted", True, "met")
    assert [step["fact"] for step in mine["steps"]] == [
        "Proposed",
        "ProposalDecided",
        "Appealed",
        "AppealAnswered",
    ]
    correction = {"corrects": 1, "reason": "typing_error", "changes": {"region": "浙江"}}
    assert not mine["is_revised"]
    corrected = teller.post(f"/cases/{case_id}/correct", correction, role=Role.SUPERVISOR).json()
    assert teller.get(REGISTER, role=Role.AGENT).json()["proposals"][0]["is_revised"]
    told_by(here, corrected["position"])
    with psycopg.connect(database.reader_dsn, autocommit=True) as analyst:
        query = (
            "SELECT standing, amount_minor, answered_by, is_revised FROM rpt_proposals WHERE proposal = %s"
        )
        assert analyst.execute(query, (number,)).fetchall() == [("lifted", 20_000, "mu", True)]


def test_whoever_proposes_nothing_sees_what_concerns_them_and_a_program_nothing(teller: Teller) -> None:
    assert teller.get(REGISTER, role=Role.WAREHOUSE).json()["proposals"] == []
    for role in (Role.SERVICE, Role.BI, Role.ADMIN):
        assert teller.get(REGISTER, role=role).status_code == 403
    assert ask(teller, "propose", Role.SERVICE, **EXAMPLES["propose"]).status_code == 403
    assert ask(teller, "propose", Role.SUPERVISOR, **EXAMPLES["propose"]).status_code == 404, "no such case"
    assert teller.get("/proposals/no-such", role=Role.MANAGEMENT).status_code == 404
    wrong = ask(teller, "propose", Role.SUPERVISOR, **{**EXAMPLES["propose"], "staff": "王小二"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "staff")
