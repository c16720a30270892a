"""Sums of days: always what the clocks give, and a board that reads them says what counting one by one says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from cases import codes, events
from cases.recorded import Recorded
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections import sums
from projections.following.engine import Engine
from projections.questions import sla_sql
from projections.questions.sla import MANY, Grain, Period, SlaDashboard, sla_dashboard
from projections.rebuilding.one_table import rebuild_table
from projections.rebuilding.rebuild import prepare, rebuild
from projections.schema import BI, ContractChanged, Db, ensure
from projections.tables.sla_days_table import TABLE
from projections.views import business_zone
from replay.verify import Verdict, verify
from tests.projections.counted_slowly import Slowly, counted
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import Lamps, classified, closed, connected, received, replied, wall

SHANGHAI, ELSEWHERE, HAVANA = "Asia/Shanghai", "Asia/Singapore", "America/Havana"
"""In the first two it is the same hour: days are summed up as they are in the first."""
NOW = wall("2026-12-31 12:00")
FIRST = wall("2026-01-01 00:00")
DEPARTMENTS = [None, None, codes.Department.CUSTOMER_SERVICE.value, codes.Department.AFTER_SALES.value]
GRAINS: list[Grain] = ["day", "week", "month"]


@pytest.fixture(scope="module")
def bi(lamps: Lamps, database: Database, ledger: Ledger) -> Iterator[Db]:
    """Ten months of a factory: rebuilt, then followed, most cases in two steps, some imported, some that come back."""
    FactoryLog(seed=11).append(ledger, 1000)
    rebuild(database, workers=1)
    begun = [*islice(FactoryLog(seed=12).histories(), 150)]
    ledger.append(
        [_imported(known) if known_to_another else known for known_to_another, known in _steps(begun, 0, 3)]
    )
    Engine(database).catch_up()
    ledger.append([known for _, known in _steps(begun, 3, 99)])
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


def _steps(histories: list[list[Recorded]], first: int, after_last: int) -> Iterator[tuple[bool, Recorded]]:
    """Give some facts of each case, every fifth of which another program had."""
    for number, history in enumerate(histories):
        for known in history[first:after_last]:
            yield number % 5 == 0, known


def _imported(known: Recorded) -> Recorded:
    fact = known.fact
    return (
        replace(known, fact=fact.model_copy(update={"is_live": False}))
        if isinstance(fact, events.Received)
        else known
    )


def summed_until(connection: Db, at: datetime, period: Period, zone: str, *, many: int = MANY) -> datetime:
    """Until when the board reads sums."""
    asked = {**period.model_dump(), "at": at, "zone": zone, "grain": "month", "many": many}
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


@pytest.mark.parametrize("seed", range(8))
def test_a_board_says_what_its_clocks_say_one_by_one(bi: Db, seed: int) -> None:
    chance = Random(seed)
    since = FIRST + timedelta(days=chance.randrange(-30, 320), hours=chance.choice([0, 0, 5]))
    until = since + timedelta(days=chance.choice([1, 7, 31, 200]))
    ends = bi.execute(
        "SELECT ended_at FROM bi.fct_sla_clocks WHERE ended_at > %s ORDER BY 1", (since,)
    ).fetchall()
    at = chance.choice([NOW, until, since, chance.choice(ends)[0]])
    asked = Period(
        since=since, until=until, department=chance.choice(DEPARTMENTS), is_live=chance.choice([None, True])
    )
    grain = chance.choice(GRAINS)
    board = sla_dashboard(bi, at=at, period=asked, grain=grain, longest=500)
    slowly = Slowly(bi, at, asked)
    assert slowly.figures() == counted(board.total)
    assert {one.begins_on: counted(one.figures) for one in board.trend} == slowly.trend(grain)
    assert {(one.clause_id, one.department): counted(one.figures) for one in board.clocks} == slowly.lines()
    for one in board.clocks:
        told = one.times.working_p50, one.times.working_p90, one.times.raw_p50, one.times.raw_p90
        assert told == pytest.approx(slowly.times(one.clause_id, one.department))


def test_a_day_that_begins_twice_is_counted_clock_by_clock(bi: Db) -> None:
    """In Havana clocks go back from 01:00 to 00:00 on 1 November: there are two midnights, and one day."""
    first, second = datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC)
    with bi.transaction(force_rollback=True):
        for statement in business_zone.create(BI, ZoneInfo(HAVANA)):
            bi.execute(statement)
        sums.fill(bi, BI, ZoneInfo(HAVANA))
        assert summed_until(bi, NOW, Period(since=second, until=NOW), HAVANA) == second
        assert summed_until(bi, NOW, Period(since=first, until=NOW), HAVANA) > second


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


def test_sums_hold_whatever_was_written(bi: Db) -> None:
    assert bi.execute("SELECT count(*) > 100, min(clocks) > 0 FROM bi.fct_sla_days").fetchall() == [
        (True, True)
    ]
    assert sums.astray(bi, BI) == []


@pytest.mark.parametrize("late", ["ended_at", "case_closed_at"])
def test_of_an_instant_since_which_too_many_ended_or_were_closed_nothing_is_summed(bi: Db, late: str) -> None:
    period, at = Period(since=FIRST, until=NOW), wall("2026-06-10 12:00")
    with bi.transaction(force_rollback=True):
        for table, column in (("fct_sla_clocks", "ended_at"), ("fct_cases", "closed_at")):
            if column not in late:
                away = SQL("UPDATE {} SET {} = NULL").format(Identifier("bi", table), Identifier(column))
                bi.execute(away)
        assert summed_until(bi, at, period, SHANGHAI, many=5) == FIRST
    assert summed_until(bi, at, period, SHANGHAI) > FIRST


def test_a_rebuild_sums_up_once_nobody_holds_the_clocks_any_more(
    bi: Db, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill, keys = sums.fill, list[int]()

    def filled(connection: Db, schema: str, zone: ZoneInfo) -> None:
        asked = "SELECT FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'"
        keys.append(connection.execute(asked, (f"{schema}.fct_sla_clocks",)).rowcount)
        fill(connection, schema, zone)

    monkeypatch.setattr(sums, "fill", filled)
    rebuild(database, workers=2)
    assert keys == [1], "putting clocks into order locks them for minutes, and nobody waits that long"


def test_tables_of_a_business_that_moved_to_another_zone_are_made_anew(
    bi: Db, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = "SELECT sum(clocks), sum(clocks * (started_on - date '2000-01-01')) FROM bi.fct_sla_days"
    before = bi.execute(days).fetchall()[0]
    monkeypatch.setattr(business_zone, "ZONE", "SELECT 'America/Havana'")
    with pytest.raises(ContractChanged, match="time zone"):
        ensure(bi)
    report = prepare(database)
    assert report is not None
    assert report.is_swapped
    after = bi.execute(days).fetchall()[0]
    assert (before[0], bi.execute("SELECT bi.business_zone()").fetchone()) == (after[0], (HAVANA,))
    assert before[1] > after[1], "half a day earlier"
    assert verify(database).verdict is Verdict.PROVEN
    monkeypatch.undo()
    assert prepare(database) is not None


@pytest.mark.parametrize("damage", [SQL("UPDATE {} SET clocks = clocks + 1"), SQL("DELETE FROM {}")])
def test_a_sum_that_somebody_altered_is_found_and_put_right(bi: Db, database: Database, damage: SQL) -> None:
    with psycopg.connect(database.app_dsn) as hand:
        hand.execute(damage.format(TABLE.at(BI)) + SQL(" WHERE started_on < '2026-02-01'"))
    found = verify(database)
    assert found.verdict is Verdict.TAMPERED
    assert {one.kind for one in found.findings} == {"sum"}
    assert all(one.message.startswith("fct_sla_days: ") for one in found.findings)
    assert rebuild_table(database, "fct_sla_clocks").sums > 0
    assert verify(database).verdict is Verdict.PROVEN
