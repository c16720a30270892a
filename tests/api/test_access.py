"""Who may ask what: the table written out a second time, keys, and nothing without one."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from api import keys
from api.access import SCOPED, Question, may_ask
from api.app import described
from api.examples import EXAMPLES
from api.installation import Installation
from cases.codes import Role
from cases.errors import Malformed, Unauthenticated
from tests.fix_api import KeyOf, Teller

MAY = {
    "agent": "cases case history dashboard worklist unmask proposals description",
    "technician": "cases case history worklist unmask stock proposals description",
    "logistics": "cases case worklist unmask stock proposals description",
    "quality": "cases case history past stream dashboard statistics worklist alerts audits programmes proposals "
    "description",
    "dispute": "cases case history past stream unmask description",
    "supervisor": "cases case history past stream dashboard statistics worklist alerts audits programmes stock costs "
    "proposals description",
    "finance": "cases case programmes costs proposals description",
    "store": "cases case proposals description",
    "warehouse": "cases worklist stock proposals description",
    "management": "cases case dashboard statistics alerts programmes stock costs proposals description",
    "legal": "cases case history past stream proposals description",
    "research": "cases case statistics proposals description",
    "partner": "case unmask proposals description",
    "bi": "dashboard statistics stock costs exports description",
    "admin": "dashboard statistics webhooks tables release description",
    "service": "description",
}
NONE = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("role", Role)
def test_the_table_is_what_was_agreed_and_the_rest_is_refused(role: Role) -> None:
    may = {question.name.lower() for question in Question if may_ask(role, question)}
    assert may == set(MAY[role.value].split())


def test_a_service_asks_what_its_key_names_and_never_for_a_value_in_clear() -> None:
    assert may_ask(Role.SERVICE, Question.CASES, {"read-cases"})
    assert not may_ask(Role.SERVICE, Question.CASES, {"read-case"})
    assert Question.UNMASK not in SCOPED
    assert not may_ask(Role.SERVICE, Question.UNMASK, {"unmask"})


def test_nothing_but_health_answers_without_a_key(client: TestClient) -> None:
    for path, verbs in described()["paths"].items():
        for verb in verbs:
            body: dict[str, str] | None = {} if verb == "post" else None
            asked = re.sub(r"\{\w+\}", NONE, path.replace("{month}", "2026-10"))
            answer = client.request(verb, asked, json=body)
            is_open = path in {"/healthz", "/readyz"}
            assert answer.status_code == (200 if is_open else 401), path
            if not is_open:
                assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "key",
    ["", "cl", "cl_", "cl_abc", "cl_0123456789_", "cl_é_x", "xx_0123456789_" + "y" * 43, "cl_a_" + "z" * 500],
)
def test_a_strange_key_is_no_key(client: TestClient, key: str) -> None:
    headers = [(b"x-api-key", key.encode())]
    assert client.get("/api/v1/sla/dashboard", headers=headers).status_code == 401


def test_a_key_is_kept_as_its_digest_only(here: Installation) -> None:
    key = keys.create(here.ledger, Role.BI, "bi-07")
    stored = here.ledger.rows("SELECT row_to_json(k)::text FROM desk.api_keys AS k WHERE actor = 'bi-07'")[0][
        0
    ]
    assert key.split("_", 2)[2] not in stored
    assert keys.find(here.ledger, key).actor == "bi-07"


@pytest.mark.parametrize(
    "actor", ["", " ", "Hu Li", "胡丽", "agent\n02", "a" * 61, "13912345678", "hu@example.com"]
)
def test_a_key_speaks_for_a_staff_id_and_for_no_name(here: Installation, actor: str) -> None:
    with pytest.raises(Malformed) as refused:
        keys.create(here.ledger, Role.AGENT, actor)
    assert [one["field"] for one in refused.value.details["errors"]] == ["actor"]
    assert not here.ledger.rows("SELECT FROM desk.api_keys WHERE actor = %s", [actor])


def test_a_revoked_or_expired_key_ends_at_once_and_with_it_its_sessions(here: Installation) -> None:
    key = keys.create(here.ledger, Role.BI, "bi-08")
    known = keys.find(here.ledger, key)
    token = keys.open_session(here.ledger, known)
    assert keys.session(here.ledger, token) == known
    keys.revoke(here.ledger, known.key_id)
    with pytest.raises(Unauthenticated):
        keys.find(here.ledger, key)
    with pytest.raises(Unauthenticated):
        keys.session(here.ledger, token)
    expired = keys.create(here.ledger, Role.BI, "bi-09", days=0)
    with pytest.raises(Unauthenticated):
        keys.find(here.ledger, expired)


def test_the_right_id_with_another_secret_opens_nothing(client: TestClient, key_of: KeyOf) -> None:
    prefix, key_id, secret = key_of(Role.QUALITY).split("_", 2)
    wrong = f"{prefix}_{key_id}_{secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}"
    assert client.get("/api/v1/cases", headers={"X-API-Key": wrong}).status_code == 401


def test_who_may_not_ask_is_told_so_before_anything_is_read(teller: Teller) -> None:
    for role, path in (
        (Role.BI, f"/cases/{NONE}"),
        (Role.ADMIN, "/cases"),
        (Role.AGENT, "/audits/2026-10"),
        (Role.LOGISTICS, f"/cases/{NONE}/timeline"),
        (Role.SERVICE, "/worklist"),
        (Role.LOGISTICS, "/costs"),
        (Role.AGENT, "/stock"),
    ):
        assert teller.get(path, role=role).status_code == 403, path


def test_a_partner_sees_the_cases_of_their_own_and_no_list(teller: Teller) -> None:
    case = teller.received()
    path = f"/cases/{case['case_id']}"
    assert teller.get(path, role=Role.PARTNER).status_code == 403
    told = {"kind": "repair", "mode": "on_site", "assigned_to": "partner-01"}
    assert teller.post(f"{path}/classify", told).status_code == 200
    assert teller.get(path, role=Role.PARTNER).status_code == 200
    assert teller.get("/cases", role=Role.PARTNER).status_code == 403
    assert teller.get("/worklist", role=Role.PARTNER).status_code == 403
    assert teller.post(f"{path}/arrive", {"is_id_shown": True}, role=Role.PARTNER).json()["facts"] == [
        "Arrived"
    ]


def test_only_those_who_look_back_may_ask_for_the_past(teller: Teller) -> None:
    case = teller.received()
    past = {"happened_by": "2026-01-01T00:00:00Z"}
    assert teller.get(f"/cases/{case['case_id']}", role=Role.AGENT, **past).status_code == 403
    assert teller.get(f"/cases/{case['case_id']}", role=Role.DISPUTE, **past).status_code == 404, (
        "not received yet"
    )


def test_a_technician_sees_cases_of_others_neither_read_nor_listed(teller: Teller) -> None:
    mine, other, position = teller.received(), teller.received(), 0
    for case, who in ((mine, "technician-01"), (other, "technician-02")):
        body = {"kind": "repair", "assigned_to": who}
        position = teller.post(f"/cases/{case['case_id']}/classify", body).json()["position"]
    assert teller.get(f"/cases/{mine['case_id']}", role=Role.TECHNICIAN).status_code == 200
    assert teller.get(f"/cases/{other['case_id']}/timeline", role=Role.TECHNICIAN).status_code == 403
    listed = teller.get("/cases", role=Role.TECHNICIAN, at_least=position, assigned_to="technician-02").json()
    assert {case["case_no"] for case in listed["cases"]} == {mine["case_no"]}


def test_logistics_sees_the_cases_whose_goods_travel_and_no_money(teller: Teller) -> None:
    case = teller.received()
    path = f"/cases/{case['case_id']}"
    assert teller.get(path, role=Role.LOGISTICS).status_code == 403, "nothing is to be moved yet"
    teller.post(f"{path}/classify", {"kind": "return", "reason": "quality"})
    told = teller.get(path, role=Role.LOGISTICS).json()
    assert told["received"]["customer_phone"] == "138****8000"
    assert ("paid" in told["received"], told["refunded_minor"]) == (False, None)
    seen = teller.get(path, role=Role.AGENT).json()
    assert (seen["received"]["paid"]["minor"], seen["refunded_minor"]) == (19900, 0)
    assert teller.get(f"{path}/timeline", role=Role.LOGISTICS).status_code == 403


def test_logistics_goes_on_seeing_what_it_shipped_and_never_what_was_only_asked(teller: Teller) -> None:
    shipped, asked = teller.received(), teller.received()
    for case, kind in ((shipped, "repair"), (asked, "consultation")):
        teller.post(f"/cases/{case['case_id']}/classify", {"kind": kind})
    moved = teller.post(f"/cases/{shipped['case_id']}/ship", EXAMPLES["ship"], role=Role.LOGISTICS)
    assert moved.status_code == 200, moved.text
    for case in (shipped, asked):
        ended = teller.post(f"/cases/{case['case_id']}/close", {"outcome": "withdrawn"})
        assert ended.status_code == 200, ended.text
    assert teller.get(f"/cases/{shipped['case_id']}", role=Role.LOGISTICS).status_code == 200
    assert teller.get(f"/cases/{asked['case_id']}", role=Role.LOGISTICS).status_code == 403
