"""Webhooks over HTTP: put down by an administrator, checked, shown with how they go, never with their secret again."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from standardwebhooks import Webhook as Verifier

from api.installation import Installation
from cases.codes import Role
from tests.fix_api import Teller
from tests.fix_receiver import Receiver


def add(teller: Teller, **wanted: Any) -> Any:
    """Ask for a webhook as an administrator."""
    return teller.post("/webhooks", wanted, role=Role.ADMIN)


@pytest.fixture
def _anywhere(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here.courier, "is_anywhere", True)


@pytest.mark.usefixtures("_anywhere")
def test_a_webhook_is_told_of_what_comes_and_removed_when_nobody_wants_it(
    teller: Teller, client: TestClient, receiver: Receiver
) -> None:
    made = add(teller, name="erp", url=receiver.url, facts=["Received"])
    assert made.status_code == 201, made.text
    told, secret = made.json(), made.json().pop("secret")
    assert secret.startswith("whsec_")
    case = teller.received()
    receiver.wait_for(1)
    assert (
        Verifier(secret).verify(receiver.got[0].body, receiver.got[0].headers)["subject"] == case["case_id"]
    )
    listed = teller.get("/webhooks", role=Role.ADMIN)
    assert secret not in listed.text
    (line,) = listed.json()["webhooks"]
    assert (line["webhook_id"], line["failure"], line["created_by"]) == (told["webhook_id"], None, "admin-01")
    path = f"/api/v1/webhooks/{told['webhook_id']}"
    assert client.delete(path, headers=teller.as_(Role.ADMIN)).status_code == 204
    assert client.delete(path, headers=teller.as_(Role.ADMIN)).status_code == 404
    assert teller.get("/webhooks", role=Role.ADMIN).json() == {"webhooks": []}


@pytest.mark.usefixtures("_anywhere")
def test_what_was_put_aside_is_shown_and_sent_again(
    teller: Teller, here: Installation, receiver: Receiver
) -> None:
    position = teller.received()["position"]
    made = add(teller, name="bi", url=receiver.url, after=position - 1).json()
    receiver.wait_for(1)
    path = f"/webhooks/{made['webhook_id']}"
    here.courier.book.put_aside(made["webhook_id"], position, "it answered 500", 11)
    (letter,) = teller.get(f"{path}/dead-letters", role=Role.ADMIN).json()["dead_letters"]
    assert (letter["position"], letter["failure"], letter["tries"]) == (position, "it answered 500", 11)
    assert teller.post(f"{path}/resend", {"positions": [position + 1]}, role=Role.ADMIN).json() == {
        "asked": 0
    }
    assert teller.post(f"{path}/resend", {}, role=Role.ADMIN).json() == {"asked": 1}
    receiver.wait_for(2)
    assert receiver.positions == [position, position]
    here.courier.book.disable(made["webhook_id"], "it answered 410")
    enabled = teller.post(f"{path}/enable", {}, role=Role.ADMIN).json()
    assert (enabled["disabled_at"], enabled["failure"]) == (None, None)
    here.courier.book.remove(made["webhook_id"])


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"name": "erp", "url": "https://127.0.0.1/"}, "url"),
        ({"name": "erp", "url": "https://localhost/"}, "url"),
        ({"name": "erp", "url": "https://169.254.169.254/latest/meta-data"}, "url"),
        ({"name": "erp", "url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"name": "erp", "url": "http://93.184.215.14/"}, "url"),
        ({"name": "erp", "url": "https://no-such-host.invalid/"}, "url"),
        ({"name": "erp", "url": "https://93.184.215.14/", "facts": ["ProposalMade"]}, "fact"),
        ({"name": "The ERP", "url": "https://93.184.215.14/"}, "name"),
    ],
)
def test_an_address_inside_or_one_that_is_not_https_is_refused_with_the_cure(
    teller: Teller, wanted: dict[str, object], field: str
) -> None:
    refused = add(teller, **wanted)
    assert refused.status_code == 422, refused.text
    assert [one["field"] for one in refused.json()["errors"]] == [field]
    assert str(wanted["url"]) not in refused.text


def test_a_name_stands_for_one_webhook(teller: Teller, here: Installation) -> None:
    first = add(teller, name="twice", url="https://93.184.215.14/")
    again = add(teller, name="twice", url="https://93.184.215.14/")
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["type"] == "urn:caseledger:name-taken"
    here.courier.book.remove(first.json()["webhook_id"])


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_an_administrator_says_where_notices_go(teller: Teller, role: Role) -> None:
    wanted = {"name": "mine", "url": "https://93.184.215.14/"}
    assert teller.post("/webhooks", wanted, role=role).status_code == 403
    assert teller.get("/webhooks", role=role).status_code == 403
