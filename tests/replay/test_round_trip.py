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
from cases.recorded import Recorded, Source
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.following.engine import Engine
from projections.registry import FACTS
from replay.exports.snapshot import Chosen
from replay.imports.own import take_again
from replay.imports.source import BadFile
from tests.cases.test_recorded import MOMENT
from tests.projections.lamps import closed, received, recorded
from tests.replay.exported import export, facts_of, golden, rows_of, taken_from, tell_factory

CASES = 60
ODD: dict[str, JsonValue] = {
    "remark": None, "empty": {}, "none": [], "share": 0.1, "text": '<&"\n\t\u2028\ufffe>',
}  # fmt: skip
"""What a correction may say and XML cannot."""


@pytest.fixture(scope="module")
def here(database: Database) -> Iterator[Ledger]:
    """A lamp factory's log."""
    with Ledger(database) as ledger:
        tell_factory(ledger, CASES)
        yield ledger


@pytest.fixture(scope="module")
def written(here: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, exported."""
    path = tmp_path_factory.mktemp("log") / "cases.xes.gz"
    export(here, path)
    return path


@pytest.fixture(scope="module")
def there(written: Path, new_database: Callable[[], Database]) -> Iterator[Ledger]:
    """An empty log that took it in."""
    with new_database() as database, Ledger(database) as ledger:
        taken = taken_from(written, ledger)
        assert (taken.cases, taken.new_cases, taken.is_clean) == (CASES, CASES, True)
        yield ledger


def test_an_export_taken_into_an_empty_log_gives_the_same_facts(here: Ledger, there: Ledger) -> None:
    assert facts_of(there) == facts_of(here)


def test_an_export_taken_into_an_empty_log_gives_the_same_tables(here: Ledger, there: Ledger) -> None:
    for ledger in (here, there):
        Engine(ledger.database).catch_up()
    for table in FACTS:
        assert rows_of(there.database, table) == rows_of(here.database, table), table.name


def test_the_same_file_again_adds_nothing(written: Path, there: Ledger) -> None:
    again = taken_from(written, there)
    assert (again.cases, again.new_cases, again.new_facts, again.is_clean) == (CASES, 0, 0, True)


def test_what_was_taken_in_exports_the_same_cases(written: Path, there: Ledger, tmp_path: Path) -> None:
    export(there, tmp_path / "again.xes.gz")
    assert (
        text_of(tmp_path / "again.xes.gz").partition("<trace>")[2] == text_of(written).partition("<trace>")[2]
    )


def test_a_past_that_differs_from_the_log_is_not_taken(
    written: Path, here: Ledger, there: Ledger, tmp_path: Path
) -> None:
    moved = changed(written, tmp_path, 'fact.channel" value="phone"', 'fact.channel" value="chat"')
    assert [trouble.kind for trouble in taken_from(moved, there).troubles] == ["changed past"]
    assert facts_of(there) == facts_of(here)


def test_new_cases_are_numbered_behind_those_that_were_taken(there: Ledger) -> None:
    assert there.rows("SELECT nextval('desk.case_numbers')") == [(CASES + 1,)]


# Files that somebody changed, tried without taking anything


@pytest.fixture(scope="module")
def empty(new_database: Callable[[], Database]) -> Iterator[Ledger]:
    """A log with nothing in it but one case, which has a number that is in the export, too."""
    with new_database() as database, Ledger(database) as ledger:
        first = recorded(UUID(int=9), 1, MOMENT, received("AS-00000007"))
        ledger.append([first, replace(first, originator_version=2, fact=closed())])
        yield ledger


def text_of(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode()


def changed(written: Path, folder: Path, was: str, becomes: str) -> Path:
    """The export with one place changed."""
    text = text_of(written)
    assert was in text
    path = folder / "changed.xes"
    path.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("was", "becomes", "kind"),
    [
        ('"caseledger:topic" value="case.classified', '"caseledger:topic" value="case.vanished', "bad word"),
        ('"caseledger:fact.kind"', '"caseledger:fact.kinds"', "bad word"),
        ('"caseledger:fact.has_proof" value="false"', '"caseledger:fact.has_proof" value="no"', "bad word"),
        ('"caseledger:version" value="2"', '"caseledger:version" value="3"', "incomplete"),
        ('"time:timestamp" value="2026', '"time:timestamp" value="2098', "future"),
    ],
)
def test_a_case_that_was_changed_is_not_taken_and_named_by_its_line(
    written: Path, empty: Ledger, tmp_path: Path, was: str, becomes: str, kind: str
) -> None:
    *_, taken = take_again(changed(written, tmp_path, was, becomes), empty, is_dry=True)
    (trouble,) = (one for one in taken.troubles if one.kind != "told twice")
    assert trouble.kind == kind
    assert trouble.line > 50


def test_a_case_whose_number_another_one_has_is_not_taken(written: Path, empty: Ledger) -> None:
    *_, taken = take_again(written, empty, is_dry=True)
    assert [trouble.message for trouble in taken.troubles] == ["another case has its number here"]
    assert taken.new_cases == CASES - 1


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
        list(take_again(changed(written, tmp_path, was, becomes), empty, is_dry=True))


# Every fact


def odd() -> Iterator[Recorded]:
    """A case of words that XML cannot carry, in which something happened before its receipt."""
    stream, before = UUID(int=1000), MOMENT - timedelta(days=1)
    source = Source(system="api", document="  two  spaces & \uffff")
    correction = events.Corrected(corrects=2, reason=CorrectionReason.TYPING_ERROR, changes=ODD)
    yield recorded(stream, 1, MOMENT, received("AS-00000041"))
    yield recorded(stream, 2, before, events.Noted(word="\ufffe"))
    yield recorded(stream, 3, MOMENT, correction, actor="staff-\ufffe", source=source)


def test_every_fact_ever_published_comes_back_as_it_was_and_nothing_odd_is_lost(
    new_database: Callable[[], Database], tmp_path: Path
) -> None:
    with (
        new_database() as one, Ledger(one) as first,
        new_database() as other, Ledger(other) as second,
    ):  # fmt: skip
        first.append([*golden(), *odd()])
        assert export(first, tmp_path / "all.xes.gz").cases == 2
        assert taken_from(tmp_path / "all.xes.gz", second).troubles == []
        assert facts_of(second) == facts_of(first)
        assert second.rows("SELECT nextval('desk.case_numbers')") == [(42,)]


def test_only_chosen_cases_are_exported_with_every_document(here: Ledger, tmp_path: Path) -> None:
    chosen = Chosen(period=Period.parse("2026-H1"), kind=Kind.CONSULTATION, product="lamp/moon-lamp")
    assert 0 < export(here, tmp_path / "some.xes.gz", chosen).cases < CASES / 4
    text = text_of(tmp_path / "some.xes.gz")
    assert text.count("<trace>") == text.count('"caseledger:fact.product_model" value="moon-lamp"')
    assert text.count('"caseledger:beside.json"') == 3
    assert '"caseledger:chosen.period" value="2026-H1"' in text
