"""Commands over HTTP: the body is the command, asked twice is answered once, refusals name their clause."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from api.examples import EXAMPLES
from cases.codes import Role
from cases.commands import COMMANDS
from cases.cure import cure
from tests.fix_api import Teller


def test_a_lamp_that_hums_is_received_and_told_its_number(teller: Teller) -> None:
    answer = teller.post("/cases", EXAMPLES["receive"])
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"/api/v1/cases/{told['case_id']}"
    assert told["case_no"].startswith("AS")
    assert told["facts"] == ["Received"]
    assert told["position"] > 0


def test_a_command_names_the_case_by_its_number_or_its_id(teller: Teller) -> None:
    case = teller.received()
    by_number = teller.post(f"/cases/{case['case_no']}/classify", EXAMPLES["classify"])
    by_id = teller.post(f"/cases/{case['case_id']}/respond", EXAMPLES["respond"])
    assert [by_number.status_code, by_id.status_code] == [200, 200]
    assert by_id.json()["version"] == 3
    assert by_id.headers["ETag"] == '"3"'


def test_the_same_key_gets_the_first_answer_whatever_happened_since(teller: Teller) -> None:
    case = teller.received()
    path, key = f"/cases/{case['case_id']}/classify", {"Idempotency-Key": "the kettle lamp, once"}
    first = teller.post(path, EXAMPLES["classify"], more=key)
    teller.post(f"/cases/{case['case_id']}/respond", EXAMPLES["respond"])
    again = teller.post(path, EXAMPLES["classify"], more=key)
    assert again.json() == {**first.json(), "replayed": True}
    other = teller.post(path, {"kind": "repair"}, more=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:caseledger:key-reused")


def test_a_post_without_a_key_of_its_own_is_refused(teller: Teller) -> None:
    answer = teller.post("/cases", EXAMPLES["receive"], more={"Idempotency-Key": ""})
    assert (answer.status_code, answer.json()["header"]) == (400, "Idempotency-Key")


def test_a_refund_before_the_inspection_is_refused_and_names_its_clause(teller: Teller) -> None:
    case = teller.received()
    teller.post(f"/cases/{case['case_id']}/classify", EXAMPLES["classify"])
    answer = teller.post(f"/cases/{case['case_id']}/refund", EXAMPLES["refund"])
    problem = answer.json()
    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["type"] == "urn:caseledger:refused"
    assert problem["clause"].startswith("S0")
    assert {"rule", "regulation", "label", "detail", "title"} <= set(problem)
    assert set(problem["label"]) == {"zh", "en"}


def test_who_has_not_seen_the_newest_version_is_told_so(teller: Teller) -> None:
    case = teller.received()
    path = f"/cases/{case['case_id']}"
    teller.post(f"{path}/classify", EXAMPLES["classify"])
    stale = teller.post(f"{path}/respond", EXAMPLES["respond"], more={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    fresh = teller.post(f"{path}/respond", EXAMPLES["respond"], more={"If-Match": '"2"'})
    assert fresh.json()["version"] == 3
    strange = teller.post(f"{path}/respond", EXAMPLES["respond"], more={"If-Match": "three"})
    assert strange.status_code == 400


def test_quality_may_not_classify_and_bi_may_write_nothing(teller: Teller) -> None:
    case = teller.received()
    for role in (Role.QUALITY, Role.BI, Role.ADMIN, Role.DISPUTE):
        answer = teller.post(f"/cases/{case['case_id']}/classify", EXAMPLES["classify"], role=role)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:caseledger:not-allowed")


def test_a_case_that_was_never_received_is_not_found(teller: Teller) -> None:
    for name in ("00000000-0000-4000-8000-000000000000", "AS-99999999"):
        answer = teller.post(f"/cases/{name}/classify", EXAMPLES["classify"])
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:caseledger:not-found")


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_has_an_example_that_its_model_takes(verb: str) -> None:
    command = COMMANDS[verb].model_validate(EXAMPLES[verb])
    assert command.verb() == verb


SECRET = "王小明13912345678"


@pytest.mark.parametrize("verb", [verb for verb in COMMANDS if verb != "receive"])
def test_no_wrong_value_comes_back(teller: Teller, verb: str) -> None:
    for body in wrong(verb):
        answer = teller.post(f"/cases/00000000-0000-4000-8000-000000000000/{verb}", body, role=Role.SERVICE)
        assert SECRET not in answer.text
        assert answer.status_code in {403, 404, 422}


def wrong(verb: str) -> list[dict[str, Any]]:
    """Bodies that hold somebody's name and number where they do not belong."""
    fields = COMMANDS[verb].model_fields
    return [
        {**EXAMPLES[verb], name: value} for name in fields for value in (SECRET, {SECRET: SECRET}, [SECRET])
    ] + [{**EXAMPLES[verb], SECRET: 1}]


def test_wrong_fields_are_named_with_their_cure(teller: Teller) -> None:
    body = {**EXAMPLES["receive"], "paid": {"minor": "much", "currency": "cny"}, "channel": "pigeon"}
    problem = teller.post("/cases", body).json()
    assert problem["status"] == 422
    assert {error["field"] for error in problem["errors"]} == {"channel", "paid.minor", "paid.currency"}
    assert all(error["cure"] for error in problem["errors"])
    told = teller.post("/cases", {**EXAMPLES["receive"], "paid": "much"}).json()["errors"]
    assert told == [{"field": "paid", "cure": "must be an object of named fields, not a text"}]


@pytest.mark.parametrize("verb", COMMANDS)
def test_no_cure_names_a_class_or_a_type_of_the_program(verb: str) -> None:
    kind = COMMANDS[verb]
    odd: tuple[object, ...] = (1.5, "x\n", [{}], {"x": []})
    for name, value in product(kind.model_fields, odd):
        with pytest.raises(ValidationError) as refused:
            kind.model_validate({name: value, "strange": True})
        for error in refused.value.errors():
            assert not re.search(r"[a-z][A-Z]|instance|dictionary|Input|String|\[\^", cure(error))


def test_a_fact_told_late_needs_the_document_that_shows_it(teller: Teller) -> None:
    answer = teller.post("/cases", {**EXAMPLES["receive"], "occurred_at": "2026-01-01T09:00:00+08:00"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "document")
