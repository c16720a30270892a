"""An analyst's copy that asks only for what changed is the same as one that reads everything anew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest

from cases import events
from cases.fact import Pinned
from cases.store.database import Database
from projections.following.engine import Engine
from projections.following.reworking import Reworker
from projections.rebuilding.rebuild import Rebuild, rebuild
from projections.registry import FACTS
from projections.tables.meta_tables import CHANGES, POSITION
from projections.tables.table import Table
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import Lamps, case_id, connected, received, replied

OF_SOME = psycopg.sql.SQL("SELECT {} FROM {} WHERE case_id = ANY(%s)")
WITHDRAWN = {"corrects": 2, "reason": "typing_error", "is_withdrawn": True}
CHANGED = psycopg.sql.SQL("SELECT case_id FROM {} WHERE position >= %s").format(CHANGES.at("bi"))

UNHEARD_OF = (Pinned(regulation="never-published", version="1", calendar="china@2026.1"),)
STRANGE = ("2026-03-05 09:00", received("strange", judged_under=UNHEARD_OF))


class Copy:
    """A warehouse: rows by table and case, loaded as docs/bi.md says."""

    def __init__(self, dsn: str) -> None:
        """Begin with nothing, at position 0."""
        self.rows: dict[tuple[str, UUID], set[str]] = {}
        self._dsn = dsn
        self._stood = 0

    def load(self) -> int:
        """Drop and read again what changed since; gives how many cases that were."""
        with psycopg.connect(self._dsn) as reader:
            reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            (stands,) = reader.execute(
                psycopg.sql.SQL("SELECT position FROM {}").format(POSITION.at("bi"))
            ).fetchone() or (0,)
            changed = [row[0] for row in reader.execute(CHANGED, (self._stood,))]
            for table in FACTS:
                for case_id in changed:
                    self.rows.pop((table.name, case_id), None)
                self._take(table, reader, changed)
        self._stood = stands
        return len(changed)

    def _take(self, table: Table, reader: psycopg.Connection[Any], cases: list[UUID]) -> None:
        for row in reader.execute(OF_SOME.format(table.names, table.at("bi")), (cases,)):
            self.rows.setdefault((table.name, row[table.case_place]), set()).add(str(row))

    def load_anew(self) -> None:
        """Read everything, whatever was read before."""
        self.rows, self._stood = {}, 0
        self.load()

    @property
    def cases(self) -> set[UUID]:
        """The cases of which it has rows."""
        return {case_id for _, case_id in self.rows}

    def must_be_whole(self) -> None:
        """Compare with a copy of everything."""
        fresh = Copy(self._dsn)
        fresh.load()
        assert self.rows == fresh.rows
        assert len(fresh.cases) > 20


@pytest.fixture(scope="module")
def kept(lamps: Lamps, database: Database) -> Copy:
    """A copy of a small factory."""
    FactoryLog(11).append(lamps.ledger, 200)
    Engine(database).catch_up()
    return Copy(database.reader_dsn)


@pytest.fixture
def copy(kept: Copy, lamps: Lamps, database: Database) -> Copy:
    """The copy as of now; the newest position has one case only."""
    lamps.tell("newest", ("2026-03-01 09:00", events.Noted(word="it hums")))
    Engine(database).catch_up()
    kept.load()
    return kept


def spoil(database: Database) -> None:
    """Let the tables hold what no fact says: rows that are wrong, and some that are missing."""
    with connected(database) as connection:
        connection.execute("UPDATE bi.fct_cases SET severity = 'minor' WHERE batch IN ('B1', 'B2')")
        connection.execute("DELETE FROM bi.fct_case_events WHERE version = 5")


def test_new_facts_bring_their_cases_and_no_others(copy: Copy, lamps: Lamps, database: Database) -> None:
    for name in ("one", "another"):
        lamps.tell(name, ("2026-03-02 09:00", received(name)), ("2026-03-02 10:00", replied()))
        Engine(database).catch_up()
    lamps.tell("one", ("2026-03-03 09:00", events.Corrected.model_validate(WITHDRAWN)))
    Engine(database).catch_up()
    assert copy.load() < 6
    copy.must_be_whole()
    assert copy.load() == 1, "the cases of the last position come again"


def test_a_rebuild_that_finds_nothing_else_brings_no_case_again_even_if_it_was_cut_off_at_its_end(
    copy: Copy, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut:
        cut.setattr(Rebuild, "_marked", lambda _: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            rebuild(database, workers=1)
    assert rebuild(database, workers=1).differing == 0
    assert copy.load() < 6
    copy.must_be_whole()


def test_a_rebuild_brings_what_it_has_otherwise_and_what_was_told_meanwhile(
    copy: Copy, lamps: Lamps, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = Rebuild._marked

    def told_meanwhile(work: Rebuild) -> int:
        unmarked = marked(work)
        lamps.tell("late", ("2026-03-04 09:00", received("late")))
        Engine(database).catch_up()
        return unmarked

    monkeypatch.setattr(Rebuild, "_marked", told_meanwhile)
    spoil(database)
    copy.load_anew()
    assert rebuild(database, workers=1).differing > 0
    assert 6 < copy.load() < len(copy.cases)
    copy.must_be_whole()
    assert ("fct_cases", case_id("late")) in copy.rows


def test_a_copy_that_was_loaded_while_a_rebuild_compared_is_told_what_the_rebuild_has_otherwise(
    copy: Copy, lamps: Lamps, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = Rebuild._marked

    def loaded_meanwhile(work: Rebuild) -> int:
        lamps.tell("between", ("2026-03-04 09:00", received("between")))
        Engine(database).catch_up()
        copy.load_anew()
        return marked(work)

    monkeypatch.setattr(Rebuild, "_marked", loaded_meanwhile)
    spoil(database)
    assert rebuild(database, workers=1).differing > 0
    copy.load()
    copy.must_be_whole()


def test_a_rebuild_of_another_make_brings_every_case_also_one_that_is_parked(
    copy: Copy, lamps: Lamps, database: Database
) -> None:
    lamps.tell("strange", STRANGE)
    Engine(database).catch_up()
    spoil(database)
    with connected(database) as connection:
        connection.execute("UPDATE bi.meta_position SET contract = 'another'")
    copy.load_anew()
    assert rebuild(database, workers=1).compared == ()
    assert copy.load() == len(copy.cases) + 1
    copy.must_be_whole()


def test_rows_that_are_worked_out_again_on_the_same_position_come(copy: Copy, database: Database) -> None:
    spoil(database)
    copy.load_anew()
    with connected(database) as connection:
        Reworker(connection).again(case for _, case in list(copy.rows))
    copy.load()
    copy.must_be_whole()


def test_a_case_that_is_parked_comes(copy: Copy, lamps: Lamps, database: Database) -> None:
    lamps.tell("one", ("2026-03-05 09:00", events.Reopened(reason="it hums")))
    lamps.tell("another strange one", STRANGE)
    Engine(database).catch_up()
    copy.load()
    copy.must_be_whole()
    with connected(database) as connection:
        row = connection.execute(
            "SELECT count(*) FROM bi.meta_parked JOIN bi.meta_changes USING (case_id)"
        ).fetchone()
    assert row == (2,)
