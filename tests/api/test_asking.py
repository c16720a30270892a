"""A question is answered as it was asked or refused: nothing misspelt, impossible or unreadable passes unseen."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.examples import EXAMPLES
from cases.codes import Role
from cases.desk import wall_clock
from projections.questions.cursors import cursor_after
from tests.fix_api import Teller, fresh


@pytest.mark.parametrize(
    "address",
    [
        "/cases/%00",
        "/cases/AS-1%00",
        "/cases?region=%00",
        "/cases?%00=1",
        "/audits/%00",
        "/worklist?cursor=%00",
    ],
)
def test_an_address_with_a_character_that_no_text_holds_is_refused(
    client: TestClient, teller: Teller, address: str
) -> None:
    answer = client.get(f"/api/v1{address}", headers=teller.as_(Role.QUALITY))
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")


def test_the_console_does_not_take_it_either(client: TestClient) -> None:
    assert client.get("/cases/%00").status_code == 422
    assert client.get("/enter?next=%00").status_code == 422


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "9999-12-31T23:59:59-08:00"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/sla/dashboard", "at"), ("/sla/dashboard", "since"), ("/findings", "until"), ("/cases", "at"),
        ("/cases", "opened_since"), ("/worklist", "due_before"), ("/complaints/statistics", "at"),
        ("/cases/AS-00000001", "happened_by"), ("/cases/AS-00000001/timeline", "known_at"),
    ],
)  # fmt: skip
def test_an_instant_of_no_business_is_refused(teller: Teller, path: str, name: str, at: str) -> None:
    answer = teller.get(path, **dict[str, Any]({name: at}))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": name, "cure": "is an instant between the years 1900 and 9000"}
    ]


def test_months_and_instants_at_the_edges_are_answered_or_refused(teller: Teller) -> None:
    for at in ("1900-01-01T00:00:00Z", "8999-12-31T23:59:59Z"):
        for path in ("/sla/dashboard", "/cases", "/worklist", "/complaints/statistics"):
            assert teller.get(path, at=at).status_code == 200, (path, at)
    assert teller.get("/complaints/statistics", last="0001-01").status_code == 422
    assert teller.get("/audits/0000-01").status_code == 422


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_cursor_that_was_never_given_out_is_refused(teller: Teller, name: str) -> None:
    for path in ("/cases", "/worklist"):
        assert teller.get(path, cursor=cursor_after(wall_clock(), name)).status_code == 422


def test_a_misspelt_parameter_is_named_with_those_there_are(teller: Teller) -> None:
    answer = teller.get("/cases", departement="complaints", limit=1)
    assert answer.status_code == 422
    (wrong,) = answer.json()["errors"]
    assert wrong["field"] == "departement"
    assert "department" in wrong["cure"]
    assert teller.post("/cases?dry_run=1", EXAMPLES["receive"]).status_code == 422
    assert "13800138000" not in teller.get("/worklist", **dict[str, Any]({"13800138000": "1"})).text


def test_whoever_has_no_key_learns_nothing_of_parameters(client: TestClient) -> None:
    assert client.get("/api/v1/cases?departement=1").status_code == 401


def test_a_case_is_read_at_the_position_of_ones_own_write(teller: Teller) -> None:
    told = teller.received()
    for part in ("", "/timeline", "/events"):
        path = f"/cases/{told['case_id']}{part}"
        assert teller.get(path, at_least=told["position"]).status_code == 200
        late = teller.get(path, at_least=10**9)
        assert (late.status_code, late.headers["Retry-After"]) == (503, "1")
        assert late.elapsed < timedelta(seconds=3)


@pytest.mark.parametrize("text", ["\ud800", "a\0b"])
@pytest.mark.parametrize("field", ["region", "description", "serial_no", "assigned_to"])
def test_a_text_that_cannot_be_written_down_is_refused(
    client: TestClient, teller: Teller, field: str, text: str
) -> None:
    body = json.dumps({**EXAMPLES["receive"], field: text})
    headers: dict[str, Any] = {**teller.as_(Role.AGENT), **fresh(), "Content-Type": "application/json"}
    assert client.post("/api/v1/cases", content=body, headers=headers).status_code == 422


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_those_who_watch_may_ask_for_the_head_alone(client: TestClient, path: str) -> None:
    answer = client.head(path)
    assert answer.status_code == client.get(path).status_code
    assert answer.content == b""
