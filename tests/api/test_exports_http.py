"""Tables fetched over HTTP: the same bytes as from the shell, for whoever may, and a problem for the rest."""

from __future__ import annotations

import io
import socket
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote

import pytest
from pyarrow import parquet as pq

from api import patience
from api.exports import AT_ONCE, asked_for, rows_file, seat
from api.installation import Installation
from api.patience import give_up_after
from cases.codes import Role
from cases.errors import Unavailable
from projections.registry import TABLES
from replay.exports.as_xlsx import MOST_ROWS
from replay.exports.export import Export
from replay.exports.formats import FORMATS, ROWS
from replay.exports.look import looking
from replay.exports.wanted import Wanted
from tests.fix_api import Teller
from tests.fix_served import Served
from tests.projections.lamps import connected


@pytest.fixture
def position(here: Installation, teller: Teller) -> int:
    """Two cases, and where the log stands after them."""
    told = [teller.received(product_model="吊灯")["position"] for _ in range(2)]
    here.engine.catch_up()
    return int(told[-1])


@pytest.mark.parametrize("form", ROWS)
def test_the_same_bytes_come_by_http_and_by_hand(
    here: Installation, teller: Teller, position: int, form: str
) -> None:
    answer = teller.get(f"/exports/dim_case_kinds.{form}", role=Role.BI, at_least=position)
    assert answer.status_code == 200
    read_at = datetime.fromisoformat(unquote(answer.headers["X-Caseledger-At"]))
    with looking(here.database.reader_dsn, here.zone) as look:
        then = replace(look, at=read_at)
        export = Export.of(then, "dim_case_kinds", Wanted(), ROWS[form].headings("zh"))
        assert answer.content == b"".join(ROWS[form].write(export))


def test_an_answer_tells_what_it_stands_on(teller: Teller, position: int) -> None:
    answer = teller.get(
        "/exports/fct_cases.parquet", role=Role.BI, where="product_id=lamp/吊灯", at_least=position
    )
    stood = int(answer.headers["X-Caseledger-Position"])
    assert stood >= position
    assert answer.headers["Content-Disposition"] == f'attachment; filename="fct_cases-{stood}.parquet"'
    assert answer.headers["Content-Type"] == "application/vnd.apache.parquet"
    assert unquote(answer.headers["X-Caseledger-Filters"]) == "product_id = lamp/吊灯"
    assert answer.headers["X-Caseledger-Time-Zone"] == "Asia/Shanghai"
    assert "lamp-factory@" in answer.headers["X-Caseledger-Regulations"]
    assert answer.headers["Cache-Control"] == "no-store"
    table = pq.read_table(io.BytesIO(answer.content))
    assert table.schema.metadata[b"caseledger.position"] == str(stood).encode()


def test_rows_are_chosen_by_period_kind_and_any_column(teller: Teller, position: int) -> None:
    def rows(**asked: str) -> int:
        answer = teller.get("/exports/fct_cases.csv", role=Role.BI, at_least=position, **asked)
        assert answer.status_code == 200, answer.text
        return len(answer.content.splitlines()) - 1

    assert rows() >= 2
    assert rows(period="2001") == rows(until="2001-01-01T00:00:00Z") == rows(where="case_no=AS-0") == 0
    assert rows(since="2001-01-01T00:00:00Z", product_id="lamp/吊灯") >= 2


@pytest.mark.parametrize(
    ("path", "asked", "status", "field"),
    [
        ("nothing.csv", {}, 404, None),
        ("log.case_events.csv", {}, 404, None),
        ("fct_cases%22%3B--.csv", {}, 404, None),
        ("fct_cases.docx", {}, 422, "format"),
        ("fct_cases.csv", {"colour": "red"}, 422, "colour"),
        ("fct_cases.csv", {"where": "colour=red"}, 422, "where"),
        ("fct_cases.csv", {"where": "' OR 1=1 --"}, 422, "where"),
        ("fct_cases.csv", {"kind": "repiar"}, 422, "kind"),
        ("fct_cases.csv", {"period": "2026-13"}, 422, "period"),
        ("fct_cases.csv", {"since": "2026-01-01T00:00:00"}, 422, "since"),
        ("fct_cases.csv", {"headings": "fr"}, 422, "headings"),
        ("dim_causes.csv", {"period": "2026"}, 422, "since"),
        ("fct_cases.ocel-json", {}, 422, "format"),
        ("fct_cases.csv", {"where": "severity=blah"}, 422, "severity"),
        ("log.ocel-json", {"product_id": "nothere"}, 422, "product_id"),
        ("log.csv", {}, 422, "format"),
        ("log.xes", {}, 422, "format"),
        ("log.ocel-json", {"where": "kind=repair"}, 422, "where"),
        ("log.ocel-json", {"kind": "repiar"}, 422, "kind"),
    ],
)
def test_what_cannot_be_fetched_is_a_problem_with_its_cure(
    teller: Teller, path: str, asked: dict[str, str], status: int, field: str | None
) -> None:
    answer = teller.get(f"/exports/{path}", role=Role.BI, **asked)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert [one["field"] for one in answer.json().get("errors", ())] == ([field] if field else [])
    assert answer.json()["detail"]
    assert "1=1" not in answer.text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.BI])
def test_nobody_else_takes_rows_out_of_the_house(teller: Teller, role: Role) -> None:
    assert teller.get("/exports/fct_cases.csv", role=role).status_code == 403
    assert teller.get("/exports", role=role).status_code == 403


def test_the_list_names_every_table_and_what_a_period_is_about(teller: Teller) -> None:
    told = teller.get("/exports", role=Role.BI).json()
    periods = {one["name"]: one["period"] for one in told["tables"]}
    assert periods.keys() >= {table.name for table in TABLES}
    assert (periods["fct_cases"], periods["rpt_targets"], periods["dim_causes"]) == (
        "opened_at",
        "month",
        None,
    )
    assert [one["name"] for one in told["formats"]] == list(FORMATS)
    assert [one["name"] for one in told["formats"] if not one["is_by_http"]] == ["xes"]


def analysts(here: Installation, least: int) -> int:
    """How many analysts' sessions there are, when those that are going have gone; five seconds at most."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'bi_reader'"
    deadline = time.monotonic() + 5
    while (found := int(here.ledger.rows(query)[0][0])) > least and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def test_whoever_goes_away_in_the_middle_leaves_nothing_behind(here: Installation) -> None:
    begun = rows_file(here, "dim_dates", "csv", asked_for(), None)
    assert analysts(here, 0) == 0
    with begun as one:
        next(one.chunks), next(one.chunks)
        assert analysts(here, 1) == 1
    assert analysts(here, 0) == 0


def test_more_rows_than_a_spreadsheet_should_have_are_a_problem_that_names_the_other_formats(
    here: Installation, teller: Teller, position: int
) -> None:
    with connected(here.database) as connection:
        connection.execute(
            "INSERT INTO bi.dim_regions SELECT 'r' || n FROM generate_series(1, %s) AS n", [MOST_ROWS]
        )
    try:
        answer = teller.get("/exports/dim_regions.xlsx", role=Role.BI, at_least=position)
    finally:
        with connected(here.database) as connection:
            connection.execute("DELETE FROM bi.dim_regions WHERE region_id LIKE 'r%'")
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert "Content-Disposition" not in answer.headers
    assert [(one["field"], "csv or parquet" in one["cure"]) for one in answer.json()["errors"]] == [
        ("format", True)
    ]


@pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system does not end such connections"
)
@pytest.mark.parametrize(("patient", "is_whole"), [(60, True), (0.5, False)])
def test_a_file_may_be_held_up_for_as_long_as_a_file_may(
    served: Served, monkeypatch: pytest.MonkeyPatch, patient: float, is_whole: bool
) -> None:
    monkeypatch.setattr(patience, "PAUSED", patient)
    give_up_after(served.server.servers[0].sockets[0], 0.5)
    with served.deaf("/exports/dim_dates.csv", Role.BI) as slow:
        assert slow.recv(1), "it is under way"
        time.sleep(1.8 if is_whole else 0)
        assert is_whole or free_seats(AT_ONCE, seconds=10) == AT_ONCE
        file = slow.makefile("rb")
        try:
            taken = file.read()
        except ConnectionResetError:
            taken = b""
    assert taken.endswith(b"\r\n0\r\n\r\n") is is_whole


def test_a_file_is_under_way_until_its_client_has_all_of_it_however_small_it_is(served: Served) -> None:
    with served.deaf("/exports/dim_codes.csv", Role.BI) as slow:
        time.sleep(0.7)
        assert free_seats(AT_ONCE, seconds=0) == AT_ONCE - 1
        assert slow.makefile("rb").read().endswith(b"\r\n0\r\n\r\n")
    assert free_seats(AT_ONCE, seconds=5) == AT_ONCE


def free_seats(wanted: int, seconds: float) -> int:
    """How many exports may begin, as soon as it is so many or that time is over."""
    deadline = time.monotonic() + seconds
    while True:
        found = 0
        with ExitStack() as taken, suppress(Unavailable):
            while found < wanted:
                taken.enter_context(seat())
                found += 1
        if found == wanted or time.monotonic() >= deadline:
            return found
        time.sleep(0.05)


def test_when_all_seats_are_taken_the_next_one_comes_back_later(teller: Teller) -> None:
    with ExitStack() as taken:
        for _ in range(AT_ONCE):
            taken.enter_context(seat())
        answer = teller.get("/exports/fct_cases.csv", role=Role.BI)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert teller.get("/exports/fct_cases.csv", role=Role.BI).status_code == 200
