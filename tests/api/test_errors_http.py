"""Every way to say no has one status, one shape, and no value of a caller's in it."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from fastapi.testclient import TestClient

from api.app import described
from api.errors import STATUS, status_of, type_of
from api.installation import Installation
from cases.codes import Role
from cases.errors import CaseledgerError
from tests.fix_api import KeyOf, Teller

HOUSES = ("cases", "projections", "replay", "api")


def kinds(kind: type[CaseledgerError] = CaseledgerError) -> Iterator[type[CaseledgerError]]:
    """Every class of the tree below one."""
    for child in kind.__subclasses__():
        yield child
        yield from kinds(child)


def test_every_refusal_anywhere_in_the_house_has_its_status() -> None:
    for house in HOUSES:
        for module in pkgutil.walk_packages(import_module(house).__path__, f"{house}."):
            import_module(module.name)
    ours = {kind for kind in kinds() if kind.__module__.split(".")[0] in HOUSES}
    unmapped = {kind.__name__ for kind in ours if not any(one in STATUS for one in kind.__mro__)}
    assert not unmapped, "name it in api/errors.py"
    assert len(ours) > 20


@pytest.mark.parametrize("kind", STATUS)
def test_the_classes_of_the_table_say_what_they_are(kind: type[CaseledgerError]) -> None:
    assert 400 <= status_of(kind) <= 503
    assert type_of(kind).startswith("urn:caseledger:")
    assert kind.title != CaseledgerError.title


def test_a_body_that_is_no_json_or_says_so_wrongly_is_told(client: TestClient, teller: Teller) -> None:
    headers = {**teller.as_(Role.AGENT), "Idempotency-Key": "broken"}
    typed = {**headers, "Content-Type": "application/json"}
    assert client.post("/api/v1/cases", content=b"{", headers=typed).status_code == 400
    answer = client.post("/api/v1/cases", content=b"{}", headers={**headers, "Content-Type": "text/plain"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (415, "application/problem+json")
    large = b'{"text": "' + b"x" * 1_000_001 + b'"}'
    assert client.post("/api/v1/cases", content=large, headers=typed).status_code == 413
    parts = (large[at : at + 65_536] for at in range(0, len(large), 65_536))
    assert client.post("/api/v1/cases", content=parts, headers=typed).status_code == 413


def test_an_address_or_method_that_is_not_there_is_a_problem_too(client: TestClient) -> None:
    assert client.get("/api/v1/lamps").json()["type"] == "urn:caseledger:http-404"
    assert client.delete("/api/v1/cases").json()["status"] == 405


def test_a_crash_tells_nothing_of_itself(
    here: Installation, teller: Teller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("张三 13800138000")

    monkeypatch.setattr(here.desk, "receive", broken)
    answer = teller.post("/cases", {"channel": "phone"})
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:caseledger:http-500")
    assert "张三" not in answer.text
    assert "张三" not in caplog.text
    assert "RuntimeError at" in caplog.text


def test_every_operation_describes_what_it_answers_and_refuses() -> None:
    document = described()
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            place = f"{verb} {path}"
            told = set(operation["responses"])
            assert operation["summary"], place
            assert operation["operationId"], place
            if path.startswith("/api/"):
                assert {"401", "403", "422", "503"} <= told, place
                assert {"bearer", "apiKey"} == {name for one in operation["security"] for name in one}, place
            if verb == "post":
                assert {"413", "415"} <= told, place
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert "application/problem+json" in response["content"], f"{place} {status}"
                    assert response["description"], f"{place} {status}"


def test_operations_have_names_of_their_own_that_do_not_change() -> None:
    names = [o["operationId"] for verbs in described()["paths"].values() for o in verbs.values()]
    assert len(names) == len(set(names))
    assert {"receive", "classify", "answer_quote", "read_case", "sla_dashboard", "unmask", "healthz"} <= set(
        names
    )


def test_the_description_is_for_those_with_a_key(client: TestClient, key_of: KeyOf) -> None:
    assert client.get("/api/v1/openapi.json").status_code == 401
    answer = client.get("/api/v1/openapi.json", headers={"X-API-Key": key_of(Role.BI)})
    assert answer.json()["components"]["schemas"]["Problem"]["required"] == [
        "type",
        "title",
        "status",
        "detail",
    ]
