"""A rebuild that was cut off goes on where it was, with the same outcome as one that was not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cases.store.database import Database
from projections.following.engine import Engine
from projections.rebuilding import plan as plans
from projections.rebuilding.one_table import rebuild_table
from projections.rebuilding.rebuild import NEXT, Sofar, rebuild
from projections.schema import Db
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import Lamps, connected, received
from tests.projections.test_parking import STRANGE

FACTS = 200
BEGUN = 3
"""Ranges that the first one does before it is cut off."""


class CutOff(Exception):
    """The program ended here."""


@pytest.fixture(scope="module")
def bi(lamps: Lamps, database: Database) -> Iterator[Db]:
    """A factory's log with a parked case in it, taken in."""
    FactoryLog(13, rate_of_late=0.2).append(lamps.ledger, FACTS)
    lamps.tell("strange", ("2026-03-02 09:00", received("AS-1", judged_under=STRANGE)))
    Engine(database).catch_up()
    with connected(database) as connection:
        yield connection


def cut_off(database: Database, after: int = BEGUN) -> None:
    """Rebuild, and stop short."""
    begun: list[Sofar] = []

    def tell(sofar: Sofar) -> None:
        begun.append(sofar)
        if len(begun) == after:
            raise CutOff

    with pytest.raises(CutOff):
        rebuild(database, workers=1, cases_a_shard=10, progress=tell)


def test_ranges_that_are_done_are_kept(bi: Db, database: Database) -> None:
    cut_off(database)
    left = plans.done(bi, NEXT)
    assert left is not None
    assert left.ranges == BEGUN < left.of_ranges
    seen: list[Sofar] = []
    report = rebuild(database, workers=1, progress=seen.append)
    assert len(seen) == left.of_ranges - BEGUN, "only the others were worked out"
    assert (report.kept, report.differing, report.is_swapped) == (left.facts, 0, True)
    assert len(report.parked) == 1
    assert bi.execute("SELECT FROM pg_class WHERE relname LIKE 'work_%'").rowcount == 0


def test_one_table_is_put_right_where_it_stands(bi: Db, database: Database) -> None:
    altered = bi.execute(
        "UPDATE bi.fct_sla_clocks SET verdict = 'met' WHERE verdict = 'breached'"
        " AND clock_id IN (SELECT clock_id FROM bi.fct_sla_clocks WHERE verdict = 'breached' LIMIT 3)"
    ).rowcount
    gone = bi.execute(
        "DELETE FROM bi.fct_sla_clocks WHERE clock_id IN"
        " (SELECT min(clock_id) FROM bi.fct_sla_clocks WHERE verdict <> 'met')"
    ).rowcount
    foreign = bi.execute(
        "UPDATE bi.fct_sla_clocks SET case_id = gen_random_uuid() WHERE clock_id IN"
        " (SELECT max(clock_id) FROM bi.fct_sla_clocks WHERE verdict <> 'met')"
    ).rowcount
    bi.execute("UPDATE bi.fct_cases SET region = 'unknown'")
    put_right = rebuild_table(database, "fct_sla_clocks")
    assert put_right.differing == altered + gone + 2 * foreign > 3, (
        "the row of no case goes, that of the case comes"
    )
    assert put_right.parked == []
    assert rebuild_table(database, "fct_sla_clocks").differing == 0
    report = rebuild(database, workers=1)
    assert {one.table for one in report.compared if one.differing} <= {"fct_cases"}


def test_it_goes_on_after_all_rows_were_in(
    bi: Db, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise CutOff

    with monkeypatch.context() as patch:
        patch.setattr("projections.rebuilding.finishing.open_up", stop)
        with pytest.raises(CutOff):
            rebuild(database, workers=1, cases_a_shard=10)
    report = rebuild(database, workers=1)
    assert report.kept == report.facts > FACTS
    assert report.differing == 0


def test_what_was_made_by_other_code_begins_anew(
    bi: Db, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(database)
    with monkeypatch.context() as patch:
        patch.setattr(plans, "code_digest", lambda: "of yesterday")
        assert plans.standing(bi, NEXT) is None
        report = rebuild(database, workers=1)
    assert report.kept == 0
    assert report.differing == 0
