"""A drawn month over HTTP: frame, seed, sample, and the check-list filled from facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from api.installation import Installation
from cases import codes, events
from cases.period import Period
from replay.audit.draw import AuditRoom
from tests.api.test_console import sign_in
from tests.fix_api import KeyOf, Teller
from tests.fix_desk import caller
from tests.replay.test_audit import CLOSED, OCTOBER, received, story


@pytest.fixture(scope="module", autouse=True)
def _drawn(here: Installation) -> None:
    """Ten consultations of October, all answered a day late, and their sample."""
    pinned = here.published().reference.newest("lamp-factory")
    late, closed = OCTOBER + timedelta(hours=48), OCTOBER + timedelta(hours=50)
    here.desk.take_history(
        [
            story(
                number,
                (received(number).model_copy(update={"judged_under": (pinned,)}), OCTOBER),
                (events.Classified(kind=codes.Kind.CONSULTATION), OCTOBER),
                (events.Responded(step=codes.Step.REPLY), late),
                (CLOSED, closed),
            )
            for number in range(70, 80)
        ]
    )
    room = AuditRoom(here.ledger, here.published().reference, "lamp-factory", "monthly-sample")
    room.draw(
        Period.month(2026, 10), caller(codes.Role.QUALITY, "auditor"), datetime(2026, 11, 20, tzinfo=UTC)
    )
    here.engine.catch_up()


def test_quality_reads_sample_seed_and_a_check_list_that_names_its_facts(teller: Teller) -> None:
    told = teller.get("/audits/2026-10").json()
    assert told["frame"]["strata"] == [{"name": "consultation", "items": 10, "drawn": 1}]
    (case,) = told["checks"]
    assert case["item"] == told["drawn"]["picks"][0]["item"]
    answers = {one["question"]: one for one in case["answers"]}
    assert (answers["check-response-time"]["answer"], answers["check-response-time"]["because"]) == (
        "no",
        [1, 3],
    )
    assert answers["check-response-time"]["clause"] == "S0 六/2"
    assert answers["check-return-flow"]["answer_zh"] == "不适用"


def test_the_page_of_the_month_shows_the_check_list(client: TestClient, key_of: KeyOf) -> None:
    sign_in(client, key_of(codes.Role.QUALITY))
    page = client.get("/audits/2026-10").text
    assert "检查表" in page
    assert "响应时间" in page


def test_a_replacement_is_told_and_shown_with_its_reason_and_approver(
    teller: Teller, client: TestClient, key_of: KeyOf, here: Installation
) -> None:
    drawn = teller.get("/audits/2026-10").json()["drawn"]["picks"][0]["item"]
    room = AuditRoom(here.ledger, here.published().reference, "lamp-factory", "monthly-sample")
    own, now = codes.ReplacementReason.OWN_CASE, datetime(2026, 11, 21, tzinfo=UTC)
    given = room.replace(Period.month(2026, 10), drawn, own, caller(codes.Role.QUALITY, "auditor"), "qi", now)
    told = teller.get("/audits/2026-10").json()
    assert (told["replaced"][0]["item"], told["replaced"][0]["approved_by"]) == (drawn, "qi")
    assert [one["item"] for one in told["checks"]] == [given.pick.item], "the check-list is of what is judged"
    sign_in(client, key_of(codes.Role.QUALITY))
    page = client.get("/audits/2026-10").text
    assert f"{drawn} 更换为 {given.pick.item}" in page
    assert "检查人经手" in page
