"""The lists and files of the console: who may follow a link, what stands where nothing is known, and whose words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.console.entitlements import outcome
from api.console.names import FIELDS
from api.examples import EXAMPLES
from api.installation import Installation
from cases.codes import Role
from cases.events import CASE_FACTS
from tests.fix_api import KeyOf, Teller


@pytest.fixture
def browser(here: Installation) -> Iterator[TestClient]:
    """A browser without a session."""
    browser = TestClient(create_app(here), base_url="https://lamps.example:8443")
    yield browser
    browser.close()


def sign_in(browser: TestClient, key: str) -> None:
    """Fill in the key form."""
    browser.post("/enter", data={"key": key, "next": "/docs"})


@pytest.mark.parametrize(
    ("role", "may_follow"), [(Role.WAREHOUSE, False), (Role.LOGISTICS, True), (Role.QUALITY, True)]
)
def test_a_case_is_a_link_only_to_those_who_may_open_it(
    browser: TestClient, key_of: KeyOf, teller: Teller, here: Installation, role: Role, *, may_follow: bool
) -> None:
    case = teller.received()
    teller.post(f"/cases/{case['case_id']}/classify", EXAMPLES["classify"])
    here.engine.catch_up()
    sign_in(browser, key_of(role))
    for where in ("/cases", "/worklist?live=yes"):
        page = browser.get(where).text
        assert case["case_no"] in page
        assert ('href="/cases/' in page) is may_follow
    assert (browser.get(f"/cases/{case['case_id']}").status_code == 200) is may_follow


def test_the_example_of_a_command_names_the_address_that_was_asked(
    browser: TestClient, key_of: KeyOf
) -> None:
    sign_in(browser, key_of(Role.BI))
    assert "curl -X POST https://lamps.example:8443/api/v1/cases" in browser.get("/docs").text


def test_the_case_page_tells_entitlements_in_the_words_of_the_regulation(
    browser: TestClient, key_of: KeyOf, teller: Teller
) -> None:
    case = teller.received()
    teller.post(f"/cases/{case['case_id']}/classify", EXAMPLES["classify"])
    told = teller.get(f"/cases/{case['case_id']}").json()["entitlements"]
    assert told
    assert not any(one["is_computed"] for one in told), "a live case keeps what was decided"
    sign_in(browser, key_of(Role.QUALITY))
    page = browser.get(f"/cases/{case['case_id']}").text
    assert all(one["label"]["zh"] in page and one["entitlement"] not in page for one in told)


def test_the_literal_reading_is_told_only_where_it_differs() -> None:
    same = {"window_end": "2026-11-20", "literal_window_end": "2026-11-20"}
    other = same | {"literal_window_end": "2026-11-18", "is_literally_open": "false"}
    payers = {"payer": "company", "literal_payer": "customer"}
    assert list(outcome(same, "zh")) == [("截止", "2026-11-20")]
    assert list(outcome(other, "zh"))[1:] == [("按字面", "2026-11-18 · 申请时已过")]
    assert list(outcome(payers, "zh")) == [("承担方", "公司"), ("按字面", "客户")]


def test_what_repairs_did_to_a_right_is_told_in_words() -> None:
    counted = {"repairs": "2", "repair_days": "0", "days_added": "13", "fails": "parts_days"}
    assert list(outcome(counted, "en")) == [
        ("not satisfied", "longest stay without parts in days"),
        ("repairs of one fault in vain", "2"),
        ("days added", "13"),
    ]


def test_every_field_of_every_fact_has_its_words() -> None:
    assert {name for fact in CASE_FACTS.values() for name in fact.model_fields} <= set(FIELDS)
