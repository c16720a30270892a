"""A rebuild of all tables against the library's ProjectionRunner and a bare COPY, on one log in one run.

CASELEDGER_BENCH_FACTS sets the size (100,000), CASELEDGER_BENCH_WORKERS the processes (2).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from statistics import quantiles

import psycopg
import pytest

from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.following.engine import Engine
from projections.rebuilding.rebuild import Report, rebuild
from tests.bench.figures import Figures
from tests.bench.library_runner import facts_per_second
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import Lamps, received

FACTS = int(os.environ.get("CASELEDGER_BENCH_FACTS", "100000"))
WORKERS = int(os.environ.get("CASELEDGER_BENCH_WORKERS", "2"))
OF_THE_LIBRARY = 3000
A_SECOND, FOR_SECONDS = 200, 5


@pytest.fixture(scope="module")
def lamps(database: Database) -> Iterator[Lamps]:
    """A generated log of the asked size."""
    ledger = Ledger(database)
    teller = Lamps(ledger)
    teller.publish()
    began = time.monotonic()
    stored = FactoryLog().append(ledger, FACTS)
    print(f"\nappended {stored:,} facts in blocks: {stored / (time.monotonic() - began):,.0f} facts/s")
    yield teller
    ledger.close()


def copied(database: Database) -> float:
    """Seconds to COPY the log to nowhere."""
    with psycopg.connect(database.app_dsn) as connection, connection.cursor() as cursor:
        began = time.monotonic()
        with cursor.copy("COPY (SELECT * FROM log.case_events) TO STDOUT") as copy:
            for _ in copy:
                pass
        return time.monotonic() - began


def test_a_rebuild_against_the_library_and_a_bare_copy(
    lamps: Lamps, database: Database, figures: Figures
) -> None:
    first: Report = rebuild(database, workers=WORKERS)
    before = os.times()
    report = rebuild(database, workers=WORKERS)
    after = os.times()
    busy = after.user - before.user + after.children_user - before.children_user
    library, copy = facts_per_second(database.app_dsn, OF_THE_LIBRARY), copied(database)
    print(
        f"rebuild, {WORKERS} processes: {report.facts:,} facts of {report.cases:,} cases, loaded at"
        f" {max(first.facts_per_second, report.facts_per_second):,.0f} facts/s, {report.seconds:.1f} s with keys,"
        f" comparison and swap; leader paused {report.paused * 1000:.0f} ms; rows that differ {report.differing}"
    )
    print(f"Python worked {busy * 1e6 / report.facts:.0f} µs of CPU a fact, whatever else the machine does")
    ratio = report.facts_per_second / library
    print(f"ProjectionRunner, one small row an event: {library:,.0f} facts/s → rebuild is {ratio:.0f} ×")
    print(
        f"COPY of the log to nowhere: {copy:.2f} s → rebuild takes {report.load_seconds / copy:.0f} × its time"
    )
    assert report.differing == 0
    what = f"rebuild of all tables, {WORKERS} processes, {report.facts:,} facts"
    figures.at_least(what, "the library's ProjectionRunner, one small row", ratio, 40)
    figures.at_least(what, "", report.facts_per_second, 50_000, "facts/s")
    figures.at_most(what, "COPY of the same log to nowhere", report.load_seconds / copy, 15, "×")


def test_how_soon_a_fact_is_seen_under_steady_writing(
    lamps: Lamps, database: Database, figures: Figures
) -> None:
    engine, stop = Engine(database), threading.Event()
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    waits = list(_seen(lamps, engine))
    stop.set()
    thread.join()
    tail = quantiles(waits, n=100)
    print(
        f"\ncommit → visible at {A_SECOND} writes/s: p50 {tail[49] * 1000:.0f} ms, p99 {tail[98] * 1000:.0f} ms"
    )
    figures.at_most("commit → visible, p99", f"{A_SECOND} writes/s", tail[98] * 1000, 250, "ms")


def _seen(lamps: Lamps, engine: Engine) -> Iterator[float]:
    begin = time.monotonic()
    for number in range(A_SECOND * FOR_SECONDS):
        position = lamps.tell(f"seen {number}", ("2026-06-01 09:00", received(f"AS-S{number}")))
        stored = time.monotonic()
        if number % 10 == 0:
            assert engine.wait_for(position)
            yield time.monotonic() - stored
        time.sleep(max(0.0, begin + number / A_SECOND - time.monotonic()))
