"""Sums of days: always what the clocks give, and a board that reads them says what counting one by one says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.sql import SQL

from cases import codes, events
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections import sums
from projections.following.engine import Engine
from projections.questions import sla_sql
from projections.questions.sla import MANY, Grain, Period, SlaDashboard, sla_dashboard
from projections.rebuilding.one_table import rebuild_table
from projections.rebuilding.rebuild import rebuild
from projections.registry import SUMS
from projections.schema import BI, Db
from projections.tables.sla_days_table import TABLE
from replay.verify import Verdict, verify
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import Lamps, classified, closed, connected, received, replied, wall

SHANGHAI, ELSEWHERE = "Asia/Shanghai", "Asia/Singapore"
"""Two places where it is the same hour: days are summed up as they are in the first."""
NOW = wall("2026-12-31 12:00")
FIRST = wall("2026-01-01 00:00")
DEPARTMENTS = [None, None, codes.Department.CUSTOMER_SERVICE.value, codes.Department.AFTER_SALES.value]
GRAINS: list[Grain] = ["day", "week", "month"]


@pytest.fixture(scope="module")
def bi(lamps: Lamps, database: Database, ledger: Ledger) -> Iterator[Db]:
    """Ten months of a factory; a part of it followed, a part of it rebuilt, and cases that come back."""
    FactoryLog(seed=11).append(ledger, 1200)
    rebuild(database, workers=1)
    FactoryLog(seed=12).append(ledger, 600)
    for number in range(6):
        lamps.tell(
            f"comes back {number}",
            ("2026-05-04 09:00", received(f"BACK-{number}")),
            ("2026-05-04 09:10", classified("consultation", category="usage")),
            ("2026-05-04 15:00", replied()),
            (f"2026-05-{number + 5:02} 10:00", closed()),
            (f"2026-05-{number + 12:02} 11:00", events.Reopened(reason="it hums again")),
            (f"2026-05-{number + 13:02} 11:00", replied()),
        )
    Engine(database).catch_up()
    with connected(database) as connection:
        yield connection


def summed_until(connection: Db, at: datetime, period: Period, zone: str) -> datetime:
    """Until when the board reads sums."""
    asked = {**period.model_dump(), "at": at, "zone": zone, "grain": "month", "many": MANY}
    found = connection.cursor(row_factory=dict_row).execute(sla_sql.EDGES, asked).fetchone()
    assert found is not None
    until = found["summed_until"]
    assert isinstance(until, datetime)
    return until


def told(board: SlaDashboard) -> dict[str, object]:
    return board.model_dump(exclude={"worst"}) | {
        "worst": sorted((one.clock_id, one.overdue_seconds) for one in board.worst)
    }


@pytest.mark.parametrize("seed", range(30))
def test_a_board_says_the_same_whether_it_reads_sums_or_counts_clocks(bi: Db, seed: int) -> None:
    chance = Random(seed)
    since = FIRST + timedelta(days=chance.randrange(300))
    until = since + timedelta(days=chance.choice([1, 7, 31, 200]), hours=chance.choice([0, 0, 9]))
    at = chance.choice([NOW, until, since + timedelta(days=5, hours=7)])
    period = Period(
        since=since,
        until=until,
        department=chance.choice(DEPARTMENTS),
        kind=chance.choice([None, None, "complaint"]),
        is_live=chance.choice([None, True, False]),
    )
    grain = chance.choice(GRAINS)
    assert summed_until(bi, at, period, SHANGHAI) > since, "sums have to be read for this to say anything"
    assert summed_until(bi, at, period, ELSEWHERE) == since
    by_sums, by_clocks = (
        sla_dashboard(bi, at=at, period=period, grain=grain, zone=zone, longest=500)
        for zone in (SHANGHAI, ELSEWHERE)
    )
    assert told(by_sums) == told(by_clocks)


def test_sums_stand_for_almost_all_clocks(bi: Db) -> None:
    rows = bi.execute(
        "SELECT sum(clocks), count(*), (SELECT count(*) FROM bi.fct_sla_clocks) FROM bi.fct_sla_days"
    )
    summed, lines, clocks = rows.fetchall()[0]
    assert 0.5 * clocks < summed < clocks
    assert lines < summed


def test_a_period_that_begins_within_a_day_is_counted_clock_by_clock(bi: Db) -> None:
    begun = FIRST + timedelta(hours=9)
    assert summed_until(bi, NOW, Period(since=begun, until=NOW), SHANGHAI) == begun


def test_the_day_that_the_instant_is_in_is_counted_clock_by_clock(bi: Db) -> None:
    at = wall("2026-06-10 12:00")
    assert summed_until(bi, at, Period(since=FIRST, until=NOW), SHANGHAI) == wall("2026-06-10 00:00")


def test_of_an_instant_since_which_too_many_ended_nothing_is_summed(
    bi: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    period = Period(since=FIRST, until=NOW)
    monkeypatch.setitem(globals(), "MANY", 5)
    assert summed_until(bi, wall("2026-06-10 12:00"), period, SHANGHAI) == FIRST


def test_sums_hold_whatever_was_written(bi: Db) -> None:
    assert bi.execute("SELECT count(*) > 100, min(clocks) > 0 FROM bi.fct_sla_days").fetchall() == [
        (True, True)
    ]
    assert sums.astray(bi, BI) == []


def test_sums_are_made_anew_for_days_of_another_zone(bi: Db) -> None:
    before = bi.execute("SELECT count(*), sum(clocks) FROM bi.fct_sla_days").fetchall()[0]
    with bi.transaction(force_rollback=True):
        sums.fill(bi, BI, ZoneInfo("America/New_York"))
        after = bi.execute("SELECT count(*), sum(clocks) FROM bi.fct_sla_days").fetchall()[0]
        assert sums.astray(bi, BI) != []
    assert before[1] == after[1]


@pytest.mark.parametrize("damage", [SQL("UPDATE {} SET clocks = clocks + 1"), SQL("DELETE FROM {}")])
def test_a_sum_that_somebody_altered_is_found_and_put_right(bi: Db, database: Database, damage: SQL) -> None:
    with psycopg.connect(database.app_dsn) as hand:
        hand.execute(damage.format(TABLE.at(BI)) + SQL(" WHERE started_on < '2026-02-01'"))
    found = verify(database)
    assert found.verdict is Verdict.TAMPERED
    assert {one.kind for one in found.findings} == {SUMS[0].name}
    assert rebuild_table(database, "fct_sla_clocks").sums > 0
    assert verify(database).verdict is Verdict.PROVEN
