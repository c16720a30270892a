"""A case whose rows cannot be made is set aside, loudly; every other case goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from psycopg.types.numeric import Int8

from cases.errors import BrokenHistory
from cases.events import Corrected
from cases.events_reference import CalendarPublished
from cases.fact import Pinned
from cases.store.database import Database
from projections import sums
from projections.casefile import CaseFile
from projections.following.engine import Engine
from projections.following.reworking import Reworker
from projections.questions.cases import CaseFilter, case_list
from projections.rebuilding.rebuild import Rebuild, rebuild
from projections.schema import BI, Db
from projections.tables import cases_table
from projections.tables.table import Row
from tests.projections.lamps import Lamps, case_id, classified, connected, received, recorded, wall

NAME = "the lamp under rules nobody knows"
STRANGE = (Pinned(regulation="never-published", version="1", calendar="china@2026.1"),)
AT = wall("2026-12-31 00:00")


@pytest.fixture(scope="module")
def bi(lamps: Lamps, database: Database) -> Iterator[Db]:
    """A healthy case, and one pinned to a regulation that was never published."""
    lamps.tell("a healthy lamp", ("2026-03-02 09:00", received("AS-1")))
    lamps.tell(NAME, ("2026-03-02 09:00", received("AS-2", judged_under=STRANGE)))
    lamps.tell("another healthy lamp", ("2026-03-02 10:00", received("AS-3")))
    Engine(database).catch_up()
    with connected(database) as connection:
        yield connection


def parked(bi: Db) -> list[tuple[object, str]]:
    return bi.execute("SELECT case_id, reason FROM bi.meta_parked").fetchall()


def test_a_case_that_cannot_be_judged_is_parked_and_the_others_go_on(bi: Db) -> None:
    assert parked(bi) == [(case_id(NAME), "BrokenHistory")]
    assert bi.execute("SELECT case_no FROM bi.fct_cases ORDER BY 1").fetchall() == [("AS-1",), ("AS-3",)]


def test_answers_say_that_a_case_is_parked(bi: Db) -> None:
    assert case_list(bi, at=AT).standing.parked_cases == 1
    row = bi.execute(
        "SELECT parked_cases, incomplete_from, positions_behind FROM bi.meta_freshness"
    ).fetchone()
    assert row is not None
    assert (row[0], row[2]) == (1, 0)
    assert row[1] > 0


def test_a_case_that_the_database_refuses_is_parked_alone(bi: Db, lamps: Lamps, database: Database) -> None:
    bi.execute("ALTER TABLE bi.fct_cases ADD CONSTRAINT no_such_batch CHECK (batch <> 'B666')")
    for number in range(5):
        batch = "B666" if number == 3 else "B7"
        lamps.tell(f"refused {number}", (f"2026-03-03 0{number}:00", received(f"AS-1{number}", batch=batch)))
    Engine(database).catch_up()
    assert (case_id("refused 3"), "CheckViolation") in parked(bi)
    assert bi.execute("SELECT count(*) FROM bi.fct_cases WHERE case_no LIKE 'AS-1_'").fetchone() == (4,)


def test_a_parked_case_is_computed_again_when_it_is_released(bi: Db) -> None:
    bi.execute("ALTER TABLE bi.fct_cases DROP CONSTRAINT no_such_batch")
    tried = Reworker(bi).released()
    assert [row.case_id for row in tried.parked] == [case_id(NAME)]
    assert parked(bi) == [(case_id(NAME), "BrokenHistory")]
    assert bi.execute("SELECT count(*) FROM bi.fct_cases WHERE case_no LIKE 'AS-1_'").fetchone() == (5,)


def test_a_parked_case_keeps_its_last_rows_also_through_a_rebuild(
    bi: Db, lamps: Lamps, database: Database
) -> None:
    lamps.tell(
        "breaks later", ("2026-03-04 09:00", received("AS-20")), ("2026-03-04 09:10", classified("repair"))
    )
    Engine(database).catch_up()
    with bi.transaction():
        stream, version = case_id("breaks later"), 3
        bi.execute(
            "SELECT log.case_events_append(%s, %s, %s, %s)",
            ([stream], [Int8(version)], ["case.melted.v1"], [b"{}"]),
        )
    Engine(database).catch_up()
    rebuild(database, workers=1)
    row = bi.execute("SELECT kind, version, is_parked FROM bi.fct_cases WHERE case_no = 'AS-20'").fetchone()
    assert row == ("repair", 2, True)
    assert [case.case_no for case in case_list(bi, at=AT, wanted=CaseFilter(is_parked=True)).cases] == [
        "AS-20"
    ]
    assert (case_id("breaks later"), "UnknownTopic") in parked(bi)


def test_a_case_that_is_parked_in_the_tail_of_a_rebuild_keeps_the_rows_that_the_rebuild_gave_it(
    bi: Db, lamps: Lamps, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lamps.tell("breaks in the tail", ("2026-03-04 09:00", received("AS-21")))
    Engine(database).catch_up()
    sound = Rebuild.build

    def breaks(work: Rebuild) -> None:
        sound(work)
        stream = [case_id("breaks in the tail")], [Int8(2)], ["case.melted.v1"], [b"{}"]
        bi.execute("SELECT log.case_events_append(%s, %s, %s, %s)", stream)
        Engine(database).catch_up()

    monkeypatch.setattr(Rebuild, "build", breaks)
    report = rebuild(database, workers=1)
    assert (report.is_swapped, report.differing, sums.astray(bi, BI)) == (True, 0, [])
    row = bi.execute("SELECT version, is_parked FROM bi.fct_cases WHERE case_no = 'AS-21'").fetchall()
    assert row == [(1, True)]


REFUSED = {"B13": (2**63, "NumericValueOutOfRange"), "B14": ("\0", "CharacterNotInRepertoire")}
"""Batch → what stands in its row instead, a number or a text that no column holds, and why it is refused."""


@pytest.fixture
def _broken(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = cases_table._opening

    def broken(file: CaseFile) -> Row:
        row = sound(file)
        return (*row[:-1], REFUSED.get(row[-1], (row[-1],))[0])

    monkeypatch.setattr(cases_table, "_opening", broken)


def batches(bi: Db) -> set[str]:
    return {batch for (batch,) in bi.execute("SELECT batch FROM bi.fct_cases WHERE case_no = 'AS-30'")}


@pytest.mark.usefixtures("_broken")
def test_a_row_that_no_column_holds_parks_its_case_alike_in_a_rebuild_and_beside_the_log(
    bi: Db, lamps: Lamps, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for batch in ("B31", *REFUSED, "B32", "B33"):
        lamps.tell(batch, ("2026-03-04 09:00", received("AS-30", batch=batch)))
    Engine(database).catch_up()
    beside = set(parked(bi))
    assert {(case_id(batch), reason) for batch, (_, reason) in REFUSED.items()} < beside
    report = rebuild(database, workers=1)
    assert (report.differing, report.is_swapped) == (0, True)
    assert set(parked(bi)) == beside
    assert batches(bi) == {"B31", "B32", "B33"}
    fix = Corrected.model_validate({"corrects": 1, "reason": "typing_error", "changes": {"batch": "B34"}})
    lamps.tell("B13", ("2026-03-05 09:00", fix))
    Engine(database).catch_up()
    assert batches(bi) == {"B31", "B32", "B33", "B34"}, "its facts were put right"
    monkeypatch.undo()
    Reworker(bi).released()
    assert batches(bi) == {"B31", "B32", "B33", "B34", "B14"}, "the code was put right"


def test_a_flaw_of_the_program_is_named_with_its_place_in_the_log_too(
    bi: Db,
    lamps: Lamps,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def flawed(file: CaseFile) -> Row:
        return (file.case.version / 0,)

    with monkeypatch.context() as patch:
        patch.setattr(cases_table, "_marks", flawed)
        for number in range(3):
            lamps.tell(f"flawed {number}", ("2026-03-04 09:00", received("AS-40")))
        Engine(database).catch_up()
    reason = dict(parked(bi))[case_id("flawed 0")]
    assert re.fullmatch(r"ZeroDivisionError in projections\.tables\.cases_table, line \d+", reason)
    assert f"({reason}), 3 in all" in caplog.text
    assert Reworker(bi).released().released == 3


def test_the_reason_never_quotes_a_value(bi: Db, database: Database) -> None:
    with bi.transaction():
        state = b'{"occurred_at": "Mr Wang lives at 5 Lamp Street"}'
        bi.execute(
            "SELECT log.case_events_append(%s, %s, %s, %s)",
            ([case_id("malformed")], [Int8(1)], ["case.closed.v1"], [state]),
        )
    Engine(database).catch_up()
    reason = dict(parked(bi))[case_id("malformed")]
    assert reason.startswith("ValidationError: ")
    assert "Wang" not in reason


def test_a_published_document_that_cannot_be_read_stops_the_engine(lamps: Lamps, database: Database) -> None:
    broken = CalendarPublished(calendar="china", version="2099.1", document="not = [toml", sha256="0" * 64)
    lamps.ledger.append([recorded(case_id("broken calendar"), 1, wall("2026-03-05 09:00"), broken)])
    with pytest.raises(BrokenHistory):
        Engine(database).catch_up()
