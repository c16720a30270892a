"""Cases that are split and merged, over HTTP: both timelines name each other, and the tables count the matter once."""

from __future__ import annotations

from fastapi.testclient import TestClient

from api.app import create_app
from api.installation import Installation
from cases.codes import Role
from tests.api.test_console import sign_in
from tests.fix_api import KeyOf, Teller

GLASS = {"channel": "phone", "description": "灯罩也碎了"}


def links(teller: Teller, case_no: str) -> list[tuple[str, str]]:
    """What a timeline says of other cases."""
    told = teller.get(f"/cases/{case_no}/timeline").json()["entries"]
    said = [entry["recorded"]["fields"] for entry in told if entry["fact"] == "Linked"]
    return [(fields["link"], fields["case_no"]) for fields in said]


def test_a_second_matter_is_split_off_and_a_double_merged(
    teller: Teller, here: Installation, key_of: KeyOf
) -> None:
    first, again = teller.received(), teller.received()
    for case in (first, again):
        teller.post(f"/cases/{case['case_id']}/classify", {"kind": "complaint"})
    second = teller.post("/cases", {**GLASS, "split_from": first["case_id"]}).json()
    merged = teller.post(f"/cases/{again['case_no']}/merge", {"into": first["case_id"]})
    assert (merged.status_code, merged.json()["facts"]) == (200, ["Linked"])
    here.engine.catch_up()
    assert links(teller, second["case_no"]) == [("split_from", first["case_no"])]
    assert links(teller, again["case_no"]) == [("merged_into", first["case_no"])]
    assert links(teller, first["case_no"]) == [
        ("split_into", second["case_no"]), ("merged_from", again["case_no"]),
    ]  # fmt: skip
    assert teller.get(f"/cases/{again['case_no']}").json()["merged_into"] == first["case_no"]
    refused = teller.post(f"/cases/{again['case_no']}/respond", {"step": "reply"}).json()
    assert (refused["rule"], refused["case_no"]) == ("merged", first["case_no"])
    numbers = [case["case_no"] for case in (first, again, second)]
    rows = here.ledger.rows(
        "SELECT case_no, split_from, merged_into, complaint.case_id IS NOT NULL FROM bi.fct_cases"
        " LEFT JOIN bi.fct_complaints AS complaint USING (case_id, case_no) WHERE case_no = ANY(%s) ORDER BY case_no",
        [numbers],
    )
    assert rows == [
        (first["case_no"], None, None, True),
        (again["case_no"], None, first["case_no"], False),
        (second["case_no"], first["case_no"], None, False),
    ]
    with TestClient(create_app(here), base_url="https://lamps.example") as browser:
        sign_in(browser, key_of(Role.QUALITY))
        page = browser.get(f"/cases/{again['case_no']}").text
    assert page.count(f'href="/cases/{first["case_no"]}"') == 2, "at the top, and where it was merged"


def test_a_technician_merges_nothing_and_a_case_that_is_not_there_is_not_found(teller: Teller) -> None:
    first, again = teller.received(), teller.received()
    body = {"into": first["case_id"]}
    assert teller.post(f"/cases/{again['case_no']}/merge", body, role=Role.TECHNICIAN).status_code == 403
    nowhere = {"into": "00000000-0000-4000-8000-000000000404"}
    assert teller.post(f"/cases/{again['case_no']}/merge", nowhere).status_code == 404
    assert teller.post("/cases", {**GLASS, "split_from": nowhere["into"]}).status_code == 404
