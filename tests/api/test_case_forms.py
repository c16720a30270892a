"""The forms of a case over the API and as a page: filled from facts, personal values masked, what is missing said."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from cases.codes import Role
from tests.fix_api import KeyOf, Teller

SHUTTLE = {
    "channel": "phone", "product_line": "smart-equipment", "product_model": "shuttle 7", "batch": "B-2026-07",
    "customer_name": "周晓梅", "customer_phone": "13900001234", "description": "梭子卡住", "purchased_on": "2026-03-01",
    "goods_received_on": "2026-03-02", "has_proof": True, "has_fault_description": True,
}  # fmt: skip


def visited(teller: Teller) -> str:
    """A shuttle that sticks is looked at on site."""
    path = f"/cases/{teller.received(**SHUTTLE)['case_id']}"
    answer = teller.post(f"{path}/classify", {"kind": "repair", "mode": "on_site", "is_same_city": True})
    assert answer.status_code == 200, answer.text
    return path


def lines(form: dict[str, Any]) -> dict[str, Any]:
    """The lines of a form by their English words."""
    return {line["label"]["en"]: line for line in form["lines"]}


def test_every_form_that_applies_is_filled_from_the_facts(teller: Teller) -> None:
    case = visited(teller)
    forms = {form["form"]: form for form in teller.get(f"{case}/forms").json()["forms"]}
    assert set(forms) == {"service-archive", "service-record"}
    archive = lines(forms["service-archive"])
    assert archive["Service"]["value"] == "repair"
    assert archive["Service"]["printed"] == {"zh": "维修", "en": "Repair"}
    assert archive["Bought on"]["value"] == "2026-03-01"
    assert archive["Result"]["version"] is None
    assert "周晓梅" not in str(forms)
    assert "13900001234" not in str(forms)
    assert forms["service-record"]["is_complete"] is False


def test_a_form_that_nobody_asks_for_is_not_found(teller: Teller) -> None:
    answer = teller.get(f"{visited(teller)}/forms/wedding-list")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_page_of_a_form_prints_it(teller: Teller, client: TestClient, key_of: KeyOf) -> None:
    case = visited(teller)
    client.post("/enter", data={"key": key_of(Role.QUALITY), "next": "/"})
    page = client.get(f"{case}/forms/service-record?lang=zh")
    assert page.status_code == 200
    for word in ("现场服务记录", "shuttle 7", "未填", "维修人员"):
        assert word in page.text
    assert "service-record" in client.get(case).text


def test_who_sees_no_money_sees_no_form_either(teller: Teller, client: TestClient, key_of: KeyOf) -> None:
    case = visited(teller)
    teller.post(f"{case}/ship", {"direction": "inbound", "mode": "pickup"}, Role.LOGISTICS)
    assert teller.get(f"{case}/forms", Role.LOGISTICS).status_code == 403
    client.post("/enter", data={"key": key_of(Role.LOGISTICS), "next": "/"})
    assert client.get(f"{case}/forms/service-record").status_code == 403
    seen = client.get(case)
    assert seen.status_code == 200
    assert "service-record" not in seen.text


def test_a_case_without_a_department_goes_where_the_regulation_says(teller: Teller) -> None:
    case = visited(teller)
    assert teller.get(case).json()["classified"]["department"] == "tech_support"
