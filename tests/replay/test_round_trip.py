"""Our own export is the log: taken into an empty one it gives the same facts, and so the same tables."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import JsonValue

from cases import events
from cases.codes import CorrectionReason, Kind
from cases.period import Period
from cases.recorded import Recorded, Source, decode
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.engine import Engine
from projections.registry import FACTS
from replay.exports.snapshot import BESIDE, Chosen
from replay.imports.source import BadFile
from tests.cases.test_recorded import MOMENT, golden_lines
from tests.projections.lamps import closed, received, recorded
from tests.replay.exported import export, facts_of, rows_of, taken_from, tell_factory

CASES = 60


@pytest.fixture(scope="module")
def written(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of a lamp factory, exported."""
    with Ledger(database) as ledger:
        tell_factory(ledger, CASES)
        path = tmp_path_factory.mktemp("log") / "cases.xes.gz"
        export(ledger, path)
    return path


@pytest.fixture
def empty(new_database: Callable[[], Database]) -> Iterator[Ledger]:
    """A log with nothing in it."""
    with new_database() as database, Ledger(database) as ledger:
        yield ledger


def test_an_export_taken_into_an_empty_log_gives_the_same_facts_and_tables(
    written: Path, database: Database, new_database: Callable[[], Database], tmp_path: Path
) -> None:
    with new_database() as other, Ledger(other) as there, Ledger(database) as here:
        taken = taken_from(written, there)
        assert taken.is_clean
        assert (taken.cases, taken.new_cases) == (CASES, CASES)
        assert facts_of(there) == facts_of(here)
        again = taken_from(written, there)
        assert (again.cases, again.new_cases, again.new_facts, again.is_clean) == (CASES, 0, 0, True)
        export(there, tmp_path / "again.xes.gz")
        assert traces_in(tmp_path / "again.xes.gz") == traces_in(written)
        for one in (database, other):
            Engine(one).catch_up()
        for table in FACTS:
            assert rows_of(other, table) == rows_of(database, table), table.name


def traces_in(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()).partition(b"<trace>")[2]


def golden() -> Iterator[Recorded]:
    """Every fact ever published: those of cases as one case, each other one in a stream of its own."""
    lines = golden_lines()
    beside = [line for line in lines if line[0] in BESIDE]
    of_one_case = [line for line in lines if line not in beside]
    yield from (stored(1, version, *line) for version, line in enumerate(of_one_case, 1))
    yield from (stored(number, 1, *line) for number, line in enumerate(beside, 2))


def stored(stream: int, version: int, topic: str, state: str) -> Recorded:
    return decode(
        topic, state.encode(), originator_id=UUID(int=stream), originator_version=version, position=0,
        recorded_at=MOMENT,
    )  # fmt: skip


def test_every_fact_ever_published_comes_back_as_it_was(
    new_database: Callable[[], Database], tmp_path: Path
) -> None:
    with (
        new_database() as one, Ledger(one) as here,
        new_database() as other, Ledger(other) as there,
    ):  # fmt: skip
        here.append(list(golden()))
        assert export(here, tmp_path / "all.xes.gz").cases == 1
        taken = taken_from(tmp_path / "all.xes.gz", there)
        assert [trouble.kind for trouble in taken.troubles] == []
        assert facts_of(there) == facts_of(here)


def test_nothing_is_lost_that_xml_cannot_carry(new_database: Callable[[], Database], tmp_path: Path) -> None:
    changes: dict[str, JsonValue] = {
        "remark": None,
        "empty": {},
        "none": [],
        "share": 0.1,
        "text": '<&"\n\t\u2028\ufffe>',
    }
    odd = recorded(
        UUID(int=7), 2, MOMENT, events.Corrected(corrects=1, reason=CorrectionReason.TYPING_ERROR, changes=changes),
        actor="staff-\ufffe", source=Source(system="api", document="  two  spaces & \uffff"),
    )  # fmt: skip
    first = recorded(UUID(int=7), 1, MOMENT, events.Noted(word="\ufffe"))
    with (
        new_database() as one, Ledger(one) as here,
        new_database() as other, Ledger(other) as there,
    ):  # fmt: skip
        here.append([first, odd])
        export(here, tmp_path / "odd.xes.gz")
        assert taken_from(tmp_path / "odd.xes.gz", there).is_clean
        assert facts_of(there) == facts_of(here)


CHANGES = [
    ('"caseledger:topic" value="case.classified', '"caseledger:topic" value="case.vanished', "bad word"),
    ('"caseledger:fact.kind"', '"caseledger:fact.kinds"', "bad word"),
    ('"caseledger:fact.has_proof" value="false"', '"caseledger:fact.has_proof" value="no"', "bad word"),
    ('"caseledger:version" value="2"', '"caseledger:version" value="3"', "incomplete"),
    ('"time:timestamp" value="2026', '"time:timestamp" value="2098', "future"),
]
"""What somebody changed in an export, and what it is told to be."""


@pytest.mark.parametrize(("was", "becomes", "kind"), CHANGES)
def test_a_case_that_was_changed_is_not_taken_and_named_by_its_line(
    written: Path, empty: Ledger, tmp_path: Path, was: str, becomes: str, kind: str
) -> None:
    taken = taken_from(changed(written, tmp_path, was, becomes), empty)
    assert [trouble.kind for trouble in taken.troubles] == [kind]
    assert taken.troubles[0].line > 50
    assert taken.new_cases == 0 or taken.new_cases == CASES - 1


def test_a_past_that_differs_from_the_log_is_not_taken(written: Path, empty: Ledger, tmp_path: Path) -> None:
    taken_from(written, empty)
    before = facts_of(empty)
    moved = changed(written, tmp_path, 'fact.channel" value="phone"', 'fact.channel" value="chat"')
    assert [trouble.kind for trouble in taken_from(moved, empty).troubles] == ["changed past"]
    assert facts_of(empty) == before


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("caseledger:format", "their:format", "was not written by this program"),
        ('"caseledger:format" value="1"', '"caseledger:format" value="9"', "is of another format"),
    ],
)
def test_a_file_that_is_not_ours_is_refused(
    written: Path, empty: Ledger, tmp_path: Path, was: str, becomes: str, told: str
) -> None:
    with pytest.raises(BadFile, match=told):
        taken_from(changed(written, tmp_path, was, becomes), empty)


def changed(written: Path, folder: Path, was: str, becomes: str) -> Path:
    """The export with one place changed."""
    text = gzip.decompress(written.read_bytes()).decode()
    assert was in text
    path = folder / "changed.xes"
    path.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    return path


def test_new_cases_are_numbered_behind_those_that_were_taken(written: Path, empty: Ledger) -> None:
    taken_from(written, empty)
    assert empty.rows("SELECT nextval('desk.case_numbers')") == [(CASES + 1,)]


def test_a_case_whose_number_another_one_has_is_not_taken(written: Path, empty: Ledger) -> None:
    local = recorded(UUID(int=9), 1, MOMENT, received("AS-00000007"))
    empty.append([local, replace(local, originator_version=2, fact=closed())])
    taken = taken_from(written, empty)
    assert [trouble.message for trouble in taken.troubles] == ["another case has its number here"]
    assert taken.new_cases == CASES - 1


def test_a_number_is_known_whatever_is_told_to_have_happened_before_the_receipt(
    empty: Ledger, new_database: Callable[[], Database], tmp_path: Path
) -> None:
    first = recorded(UUID(int=9), 1, MOMENT, received("AS-00000041"))
    before = replace(
        first, originator_version=2, fact=events.Noted(word="seen"), occurred_at=MOMENT - timedelta(days=1)
    )
    empty.append([first, before])
    export(empty, tmp_path / "one.xes.gz")
    with new_database() as other, Ledger(other) as there:
        assert taken_from(tmp_path / "one.xes.gz", there).is_clean
        assert there.rows("SELECT nextval('desk.case_numbers')") == [(42,)]


def test_only_chosen_cases_are_exported_with_every_document(
    written: Path, database: Database, tmp_path: Path
) -> None:
    chosen = Chosen(period=Period.parse("2026-H1"), kind=Kind.CONSULTATION, product="lamp/moon-lamp")
    with Ledger(database) as ledger:
        assert 0 < export(ledger, tmp_path / "some.xes.gz", chosen).cases < CASES / 4
    text = gzip.decompress((tmp_path / "some.xes.gz").read_bytes()).decode()
    assert text.count("<trace>") == text.count('"caseledger:fact.product_model" value="moon-lamp"')
    assert text.count('"caseledger:beside.json"') == 3
    assert '"caseledger:chosen.period" value="2026-H1"' in text
