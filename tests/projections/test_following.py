"""However the log was followed, page by page or rebuilt, by one engine or several, the tables are the same."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from cases.events import Corrected
from cases.regulation.rules import Reference
from cases.store.database import Database
from projections.following import engine as engines
from projections.following import follower, leader, reworking
from projections.following.engine import Engine
from projections.following.follower import Follower
from projections.following.leader import depose_the_silent, lead
from projections.following.reworking import Reworker
from projections.following.writing import PositionMoved
from projections.parking import Computed, compute
from projections.reading import History
from projections.rebuilding.compare import compare
from projections.rebuilding.rebuild import RebuildRuns, Sofar, rebuild
from projections.registry import DIMS, FACTS, SUMS
from projections.schema import BI, Db, create, drop
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import (
    Lamps,
    all_rows,
    case_id,
    classified,
    connected,
    received,
    replied,
)

FACTORY = 1200 if os.environ.get("CASELEDGER_FAULTS") == "full" else 400


@pytest.fixture(scope="module")
def factory(lamps: Lamps, database: Database) -> Lamps:
    """A log of several hundred facts with late facts, corrections, pauses and reopenings."""
    FactoryLog(11, rate_of_late=0.2).append(lamps.ledger, FACTORY)
    Engine(database).catch_up()
    return lamps


@contextmanager
def running(engine: Engine) -> Iterator[threading.Event]:
    """An engine at work in a thread of its own."""
    stop = threading.Event()
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(10)


def test_a_rebuild_gives_the_same_rows_as_following_live(factory: Lamps, database: Database) -> None:
    report = rebuild(database, workers=2, cases_a_shard=10)
    assert [(table.table, table.differing) for table in report.compared] == [
        (table.name, 0) for table in (*FACTS, *SUMS)
    ]
    assert all(table.before == table.after for table in report.compared)
    assert report.facts >= FACTORY
    assert report.paused < 1


@pytest.mark.faults
@pytest.mark.parametrize("page", [1, 7, 5000])
def test_the_size_of_a_page_does_not_matter(factory: Lamps, database: Database, page: int) -> None:
    with connected(database) as connection:
        create(connection, "bi_paged")
        paged = Follower(connection, "bi_paged")
        while paged.step(limit=page):
            pass
        found = compare(connection, BI, "bi_paged")
        dims = [(all_rows(connection, dim.name), all_rows(connection, dim.name, "bi_paged")) for dim in DIMS]
        drop(connection, "bi_paged")
    assert all(live == again for live, again in dims)
    assert [(table.table, table.differing) for table in found] == [
        (table.name, 0) for table in (*FACTS, *SUMS)
    ]


def test_a_row_altered_in_a_table_is_found_by_a_rebuild_and_put_right(
    factory: Lamps, database: Database
) -> None:
    with connected(database) as connection:
        victim = connection.execute(
            "UPDATE bi.fct_sla_clocks SET verdict = 'met' WHERE clock_id = "
            "(SELECT clock_id FROM bi.fct_sla_clocks WHERE verdict = 'breached' LIMIT 1) RETURNING clock_id"
        ).fetchone()
        report = rebuild(database, workers=1)
        assert {table.table: table.differing for table in report.compared if table.differing} == {
            "fct_sla_clocks": 1,
            "fct_sla_days": 2,
        }
        again = connection.execute(
            "SELECT verdict FROM bi.fct_sla_clocks WHERE clock_id = %s", victim
        ).fetchone()
    assert again == ("breached",)


def test_facts_that_arrive_during_a_rebuild_are_in_it(factory: Lamps, database: Database) -> None:
    told = iter(range(10_000))

    def tell(_sofar: Sofar) -> None:
        factory.tell(f"meanwhile {next(told)}", ("2026-05-01 09:00", received("AS-9")))

    with running(engine := Engine(database)):
        report = rebuild(database, workers=1, progress=tell)
        last = factory.tell("afterwards", ("2026-05-02 09:00", received("AS-10")))
        assert engine.wait_for(last)
    assert report.differing == 0
    with connected(database) as connection:
        cases = connection.execute(
            "SELECT case_no FROM bi.fct_cases WHERE case_no IN ('AS-9', 'AS-10')"
        ).fetchall()
    assert ("AS-9",) in cases
    assert ("AS-10",) in cases


def test_only_one_rebuild_runs_at_a_time(factory: Lamps, database: Database) -> None:
    with connected(database) as connection:
        assert lead(connection, int.from_bytes(b"cl-build"))
        with pytest.raises(RebuildRuns):
            rebuild(database, workers=1)


def test_a_reader_in_the_middle_of_a_report_does_not_hold_up_a_rebuild(
    factory: Lamps, database: Database
) -> None:
    with psycopg.connect(database.reader_dsn) as analyst:
        before = analyst.execute("SELECT count(*) FROM fct_cases").fetchone()
        report = rebuild(database, workers=1)
        assert analyst.execute("SELECT count(*) FROM fct_cases").fetchone() == before
    assert report.is_swapped


def test_a_stale_writer_cannot_move_the_position(factory: Lamps, database: Database) -> None:
    with connected(database) as connection:
        stale = Follower(connection)
        factory.tell("the moon lamp", ("2026-05-03 09:00", received("AS-11")))
        Engine(database).catch_up()
        before = all_rows(connection, "fct_cases")
        with pytest.raises(PositionMoved):
            stale.step()
        assert all_rows(connection, "fct_cases") == before


def test_of_two_engines_the_second_takes_over_when_the_leader_is_cut_off(
    factory: Lamps, database: Database
) -> None:
    with running(one := Engine(database)), running(Engine(database)):
        assert one.wait_for(factory.tell("before the cut", ("2026-05-04 09:00", received("AS-12"))))
        with connected(database) as connection:
            cut = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
                "(SELECT oid FROM pg_database WHERE datname = current_database())"
            ).fetchall()
        assert cut == [(True,)]
        assert one.wait_for(
            factory.tell("after the cut", ("2026-05-04 10:00", received("AS-13"))), timeout=10
        )
    report = rebuild(database, workers=1, is_swapped=False)
    assert report.compared
    assert report.differing == 0


@pytest.mark.parametrize(
    "work", [lambda own: Follower(own).step(), lambda own: Reworker(own).again([case_id("long")]).cases]
)
def test_a_leader_that_has_long_to_do_with_one_case_is_not_taken_for_silent(
    factory: Lamps, database: Database, monkeypatch: pytest.MonkeyPatch, work: Callable[[Db], int]
) -> None:
    def long(history: History, reference: Reference) -> Computed:
        time.sleep(1.5)
        return compute(history, reference)

    factory.tell("long", ("2026-05-04 11:00", received("AS-16")))
    with connected(database) as other, connected(database) as own:
        assert lead(own)
        monkeypatch.setattr(leader, "SILENCE", 0.6)
        monkeypatch.setattr(leader, "SIGN_OF_LIFE", 0.1)
        for module in (follower, reworking):
            monkeypatch.setattr(module, "compute", long)
        with ThreadPoolExecutor(1) as at_work:
            done = at_work.submit(work, own)
            while not done.done():
                assert not depose_the_silent(other)
                time.sleep(0.1)
        assert done.result() > 0


def test_the_place_of_a_silent_leader_is_free_as_soon_as_it_is_deposed(
    factory: Lamps, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader, "SILENCE", 0.0)
    with connected(database) as other:
        for _ in range(5):
            with psycopg.connect(database.app_dsn, autocommit=True) as silent:
                assert lead(silent)
                while not depose_the_silent(other):
                    time.sleep(0.001)
                assert lead(other)
            other.execute("SELECT pg_advisory_unlock_all()")


def test_who_stands_by_has_judged_a_case_before_it_leads_and_keeps_nothing_of_it(
    factory: Lamps, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged, one = threading.Event(), factory.tell("ahead", ("2026-05-04 12:00", received("AS-17")))
    Engine(database).catch_up()
    factory.tell("not taken in", ("2026-05-04 12:00", received("AS-18")))

    def seen(history: History, reference: Reference) -> Computed:
        judged.set()
        assert history[-1].position <= one
        return compute(history, reference)

    with connected(database) as own:
        assert lead(own)
        before = all_rows(own, "fct_cases")
        monkeypatch.setattr(follower, "compute", seen)
        with running(Engine(database)):
            assert judged.wait(5)
        assert all_rows(own, "fct_cases") == before


def test_a_new_leader_that_has_much_to_take_in_shows_some_of_it_early(
    factory: Lamps, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []

    class Watched(Follower):
        def step(self, *args: int) -> int:
            taken.append(super().step(*args))
            return taken[-1]

    monkeypatch.setattr(engines, "Follower", Watched)
    Engine(database).catch_up()
    replies = [("2026-05-04 14:00", replied())] * 19
    told = [
        factory.tell(f"waits {number}", ("2026-05-04 13:00", received(f"AS-2{number}")), *replies)
        for number in range(10)
    ]
    taken.clear()
    with running(engine := Engine(database)):
        assert engine.wait_for(told[-1])
    assert [size for size in taken if size] == [64, 128, 8]


def test_what_is_recorded_is_seen_at_once(factory: Lamps, database: Database) -> None:
    waits = []
    with running(engine := Engine(database)):
        engine.wait_for(factory.tell("warm", ("2026-05-05 09:00", received("AS-14"))))
        for number in range(20):
            last = factory.tell(f"seen {number}", ("2026-05-05 09:00", received("AS-15")))
            began = time.monotonic()
            assert engine.wait_for(last)
            waits.append(time.monotonic() - began)
    assert sorted(waits)[-2] < 1


def test_a_correction_is_nothing_special(factory: Lamps, database: Database) -> None:
    name = "recorded as a repair"
    factory.tell(name, ("2026-05-06 09:00", received("AS-16")), ("2026-05-06 09:10", classified("repair")))
    Engine(database).catch_up()
    changes = {"kind": "complaint"}
    fix = Corrected.model_validate({"corrects": 2, "reason": "typing_error", "changes": changes})
    factory.tell(name, ("2026-05-06 12:00", fix))
    Engine(database).catch_up()
    with connected(database) as connection:
        case = connection.execute(
            "SELECT kind, is_corrected FROM bi.fct_cases WHERE case_id = %s", (case_id(name),)
        ).fetchone()
        events = connection.execute(
            "SELECT version, is_corrected, corrected_by FROM bi.fct_case_events WHERE case_id = %s ORDER BY 1",
            (case_id(name),),
        ).fetchall()
        complaints = connection.execute(
            "SELECT FROM bi.fct_complaints WHERE case_id = %s", (case_id(name),)
        ).rowcount
    assert case == ("complaint", True)
    assert events == [(1, False, None), (2, True, 3), (3, False, None)]
    assert complaints == 1
