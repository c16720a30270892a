"""Object-centric logs fetched over HTTP: the same bytes as from the shell; the whole log is not to be had there."""

from __future__ import annotations

import io

import pytest

from api import exports
from api.installation import Installation
from cases.codes import Role
from cases.errors import Unavailable
from replay.exports.ocel_json import write_ocel_json
from replay.exports.snapshot import Chosen, Snapshot
from tests.fix_api import Teller


def test_a_log_comes_by_http_as_from_the_shell(here: Installation, teller: Teller) -> None:
    position = teller.received(product_model="moon-lamp")["position"]
    teller.received(product_model="desk-lamp")
    asked = {"product_id": "lamp/moon-lamp", "at_least": position}
    answer = teller.get("/exports/log.ocel-json", role=Role.BI, **asked)
    assert answer.status_code == 200
    stood = int(answer.headers["X-Caseledger-Position"])
    assert stood >= position
    assert answer.headers["Content-Disposition"] == f'attachment; filename="log-{stood}.json"'
    assert answer.headers["X-Caseledger-Filters"] == "product = lamp/moon-lamp"
    assert answer.headers["X-Caseledger-Cases"] == "1"
    snapshot = Snapshot(here.ledger, stood, None, here.zone, Chosen(product="lamp/moon-lamp"))
    by_hand = io.BytesIO()
    assert write_ocel_json(by_hand, snapshot).cases == 1
    assert answer.content == by_hand.getvalue()


def test_the_relational_form_is_a_database(teller: Teller) -> None:
    answer = teller.get("/exports/log.ocel-sqlite", role=Role.BI, kind="complaint")
    assert answer.content.startswith(b"SQLite format 3\0")
    assert answer.headers["X-Caseledger-Cases"] == "0", "nobody complained: the file is empty and says so"


def test_a_log_that_nobody_waits_for_is_given_up_with_its_seat(
    here: Installation, teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "FACTS_BETWEEN", 1)
    teller.received()
    for _ in range(exports.AT_ONCE + 1):
        begun = exports.log_file(here, "ocel-json", exports.asked_for(), None, lambda: True)
        with pytest.raises(Unavailable, match="Nobody waits"), begun:
            pass
    assert teller.get("/exports/log.ocel-json", role=Role.BI).status_code == 200, "who waits gets it"


def test_the_whole_log_is_not_given_by_http_and_none_to_who_may_not_export(teller: Teller) -> None:
    assert teller.get("/exports/log.xes", role=Role.BI).status_code == 422
    assert teller.get("/exports/log.ocel-json", role=Role.AGENT).status_code == 403
