"""What no friend would send: nothing breaks the service, nothing of it comes back, nobody else's page suffers."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.examples import EXAMPLES
from api.installation import Installation
from cases.codes import Role
from cases.command import Command
from cases.commands import COMMANDS
from tests.fix_api import Teller, fresh

SECRET = "Zq7echo"
EVERY = 1 if os.environ.get("CASELEDGER_FAULTS") == "full" else 10
"""Each field meets all strange values, or every fifth of them, in turn."""
STRANGE: list[Any] = [
    None, True, 10**30, 1e308, "", SECRET * 400, "a\0b", "\ud800", {SECRET + "!": 1}, "0001-01-01T00:00:00+08:00",
    "9999-12-31T23:59:59-12:00", "0001-01-01", "9999-12-31", ["x"] * 2000,
]  # fmt: skip
BEYOND = [
    "0001-01-01T00:00:00+08:00",
    "1899-12-30T00:00:00Z",
    "2099-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
]
NO_JSON = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"kind": ' + b"9" * 5_000 + b"}",
    b'{"\\ud800": 1}',
    b"{}\0",
]
PAGES = ("/worklist", "/cases", "/sla/dashboard", "/findings")


def sent(client: TestClient, teller: Teller, path: str, body: bytes, **more: str) -> Any:
    """Send bytes as a service that may do everything; a refusal is a problem that quotes nothing."""
    typed = {"Content-Type": "application/json", **teller.as_(Role.SERVICE), **fresh()}
    answer = client.post(f"/api/v1{path}", content=body, headers={**typed, **more})
    assert answer.status_code < 500, (path, body[:200], answer.text)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert {"type", "title", "status", "detail"} <= set(answer.json())
        assert SECRET not in answer.text
    return answer


def ask(teller: Teller, page: str, name: str, word: Any) -> Any:
    """Ask a question with one parameter."""
    more: dict[str, Any] = {name: word}
    return teller.get(page, **more)


@pytest.mark.faults
@pytest.mark.parametrize("verb", COMMANDS)
def test_no_value_of_any_field_breaks_the_service_or_a_page(
    client: TestClient, teller: Teller, here: Installation, verb: str
) -> None:
    case = f"/cases/{teller.received()['case_id']}"
    teller.post(f"{case}/classify", {"kind": "repair"})
    path = "/cases" if verb == "receive" else f"{case}/{verb}"
    shared = set() if verb == "note" else set(Command.model_fields)
    for at, name in enumerate(sorted(set(COMMANDS[verb].model_fields) - shared)):
        for value in STRANGE[at % EVERY :: EVERY]:
            sent(client, teller, path, json.dumps({**EXAMPLES[verb], name: value}).encode())
    here.engine.catch_up()
    for page in (case, f"{case}/timeline", f"{case}/events", *PAGES):
        assert teller.get(page).status_code == 200, page
    assert here.ledger.rows("SELECT case_no FROM bi.fct_cases WHERE is_parked") == []


@pytest.mark.parametrize("moment", BEYOND)
def test_a_moment_that_no_calendar_counts_is_refused_by_its_field(teller: Teller, moment: str) -> None:
    case = f"/cases/{teller.received()['case_id']}"
    teller.post(f"{case}/classify", {"kind": "repair"})
    promised = {"stage": "arrival", "disposition": "repair", "promised_at": "2027-01-04T09:00:00+08:00"}
    version = teller.post(f"{case}/inspect", promised, role=Role.TECHNICIAN).json()["version"]
    right = {"reason": "typing_error", "document": "D-1"}
    for path, field, body in (
        ("/cases", "occurred_at", {**EXAMPLES["receive"], "occurred_at": moment, "document": "D-1"}),
        (f"{case}/inspect", "promised_at", {**promised, "promised_at": moment}),
        (f"{case}/book", "begins_at", {"begins_at": moment}),
        (f"{case}/correct", "happened_at", {**right, "corrects": 1, "happened_at": moment}),
        (
            f"{case}/correct",
            "changes.promised_at",
            {**right, "corrects": version, "changes": {"promised_at": moment}},
        ),
    ):
        answer = teller.post(path, body, role=Role.SERVICE)
        assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field])


@pytest.mark.parametrize("body", NO_JSON, ids=lambda body: str(body[:12]))
def test_what_is_no_json_object_is_told_so(client: TestClient, teller: Teller, body: bytes) -> None:
    for path in ("/cases", f"/cases/{teller.received()['case_id']}/classify"):
        assert sent(client, teller, path, body).status_code in {400, 422}


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("If-Match", '"-1"', 400), ("If-Match", f'"{"9" * 5_000}"', 400), ("If-Match", SECRET, 400),
        ("If-Match", '"1", "2"', 400), ("Idempotency-Key", "x" * 201, 400), ("Authorization", f"Basic {SECRET}", 401),
        ("Authorization", "Bearer " + "x" * 9_000, 401), ("Content-Type", "application/xml", 415),
        ("Content-Type", "", 415), ("Content-Length", "9" * 5_000, 413), ("Content-Length", "-1", 413),
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_meant_is_refused(
    client: TestClient, teller: Teller, name: str, value: str, status: int
) -> None:
    path = f"/cases/{teller.received()['case_id']}/respond"
    answer = sent(client, teller, path, b'{"step": "reply"}', **{name: value})
    assert answer.status_code == status


def test_no_name_of_a_field_carries_a_number_of_a_person_back(teller: Teller) -> None:
    answer = teller.post("/cases", {**EXAMPLES["receive"], "tel13912345678": 1, "remark": 1})
    assert {error["field"] for error in answer.json()["errors"]} == {"…", "remark"}
    assert "13912345678" not in teller.get("/cases", tel13912345678=1).text


@pytest.mark.parametrize("asked", ["/cases", "/worklist", "/findings", "/sla/dashboard"])
def test_a_cursor_or_an_instant_that_nobody_gave_out_is_refused(teller: Teller, asked: str) -> None:
    for name in ("cursor", "at", "since", "opened_since", "due_before", "at_least"):
        for word in (
            SECRET,
            "e30=",
            "bnVsbA==",
            "\x01",
            *BEYOND[:1],
            BEYOND[3],
            "9" * 30,
            "2026-11-21T00:00:00",
        ):
            answer = ask(teller, asked, name, word)
            assert answer.status_code == 422, (name, word)
            assert word not in answer.text


@pytest.mark.parametrize("named", ["x" * 61, "AS-" + "9" * 50, "..", "%ff", "🙂", "0" * 36, "null"])
def test_a_case_of_a_name_that_cannot_be_is_not_there(client: TestClient, teller: Teller, named: str) -> None:
    for page in ("", "/timeline", "/events", "/forms"):
        answer = client.get(f"/api/v1/cases/{named}{page}", headers=teller.as_(Role.QUALITY))
        assert answer.status_code in {404, 422}


def test_no_word_of_an_address_comes_back(teller: Teller) -> None:
    case = f"/cases/{teller.received()['case_id']}"
    for page in (
        f"/cases/{SECRET}",
        f"{case}/clocks/{SECRET}/explain",
        f"{case}/forms/{SECRET}",
        f"/{SECRET}",
    ):
        answer = teller.get(page)
        assert answer.status_code == 404, page
        assert SECRET not in answer.text


@pytest.mark.parametrize("name", ["happened_by", "known_at"])
def test_a_past_that_cannot_be_is_refused_and_one_before_the_case_is_not_there(
    teller: Teller, name: str
) -> None:
    page = f"/cases/{teller.received()['case_id']}"
    for word in (SECRET, "now", "2026-11-21", "2026-11-21T00:00:00", BEYOND[0], BEYOND[3], "-1", ""):
        assert ask(teller, page, name, word).status_code == 422, word
    assert ask(teller, page, name, "1900-01-01T00:00:00Z").status_code == 404


def test_a_number_is_no_date_and_no_time(teller: Teller) -> None:
    for field in ("purchased_on", "occurred_at"):
        for number in (20261122, 1_795_305_600, "1795305600", 0):
            answer = teller.post("/cases", {**EXAMPLES["receive"], field: number, "document": "D-1"})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_many_hands_with_one_key_do_one_thing(client: TestClient, teller: Teller) -> None:
    path, key = f"/cases/{teller.received()['case_id']}", "one key, many hands"
    kinds = [("repair", "consultation")[at % 2] for at in range(24)]
    bodies = [json.dumps({"kind": kind}).encode() for kind in kinds]
    with ThreadPoolExecutor(8) as hands:
        answers = list(
            hands.map(
                lambda body: sent(client, teller, f"{path}/classify", body, **{"Idempotency-Key": key}),
                bodies,
            )
        )
    done = {kind for kind, answer in zip(kinds, answers, strict=True) if answer.status_code == 200}
    assert len(done) == 1, "the key belongs to the first body that it came with"
    assert {answer.status_code for answer in answers} <= {200, 409, 422}
    assert [event["fact"] for event in teller.get(f"{path}/events").json()["events"]] == [
        "Received",
        "Classified",
    ]
