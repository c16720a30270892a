"""T10: every table is rebuilt while facts are recorded and reports are read; the swap is not noticed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from cases.store.database import Database
from cases.store.server import EmbeddedServer
from projections.following.engine import Engine
from projections.rebuilding.rebuild import rebuild
from projections.registry import FACTS, SUMS
from tests.fix_figures import Figure
from tests.house import ROOT
from tests.memory import largest_child
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import Lamps, connected, received

IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
STORED = 200_000 if IS_FULL else 300
SHARD = 1000 if IS_FULL else 10
WORKERS = 2 if IS_FULL else 1
KILLS = 5 if IS_FULL else 0
READERS = 2
REPORTS = (
    "SELECT count(*) FROM rpt_sla_now",
    "SELECT kind, count(*) FROM fct_cases GROUP BY kind",
    "SELECT position, positions_behind FROM meta_freshness",
)
REBUILDS = """
import os, signal, sys
from pathlib import Path
from cases.store.database import Database
from cases.store.server import EmbeddedServer
from projections.rebuilding.rebuild import rebuild
told = []
def tell(sofar):
    told.append(sofar)
    if len(told) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
database = Database(EmbeddedServer(Path(sys.argv[1])), sys.argv[2], is_guest=True)
rebuild(database, workers=2, progress=tell)
"""


class Floor:
    """What goes on meanwhile: facts are recorded and followed, reports are read."""

    def __init__(self, lamps: Lamps, database: Database) -> None:
        self.lamps, self.database = lamps, database
        self.stop = threading.Event()
        self.written = self.read = 0
        self.failures: list[BaseException] = []

    def write(self) -> None:
        while not self.stop.is_set():
            self.lamps.tell(f"meanwhile {self.written}", ("2026-05-01 09:00", received("AS-9")))
            self.written += 1
            time.sleep(0.01)

    def report(self) -> None:
        try:
            with psycopg.connect(self.database.reader_dsn, autocommit=True) as analyst:
                while not self.stop.is_set():
                    analyst.execute(REPORTS[self.read % len(REPORTS)]).fetchall()
                    self.read += 1
        except psycopg.Error as failure:
            self.failures.append(failure)

    @contextmanager
    def busy(self) -> Iterator[None]:
        work = [self.write, lambda: Engine(self.database).run(self.stop), *[self.report] * READERS]
        threads = [threading.Thread(target=each) for each in work]
        with ExitStack() as ends:
            for thread in threads:
                thread.start()
                ends.callback(thread.join)
            ends.callback(self.stop.set)
            yield


@pytest.fixture(scope="module")
def floor(lamps: Lamps, database: Database) -> Floor:
    """A factory's log, taken in."""
    FactoryLog(17, rate_of_late=0.1).append(lamps.ledger, STORED)
    Engine(database).catch_up(timeout=1000)
    return Floor(lamps, database)


@pytest.mark.timeout(1200)
def test_a_rebuild_under_writers_and_readers_differs_in_no_row_and_nobody_notices(
    floor: Floor, figure: Figure
) -> None:
    with floor.busy(), largest_child() as memory:
        report = rebuild(floor.database, workers=WORKERS, cases_a_shard=SHARD)
    assert floor.failures == []
    assert floor.written
    assert floor.read
    assert [(one.table, one.differing) for one in report.compared] == [
        (table.name, 0) for table in (*FACTS, *SUMS)
    ]
    assert all(one.before == one.after for one in report.compared)
    figure(
        f"T10: {report.facts:,} facts at {report.facts_per_second:,.0f} facts/s, {report.seconds:.1f} s in all, leader"
        f" paused {report.paused * 1000:.0f} ms at most, {floor.written} cases written and {floor.read} reports read"
        f" meanwhile, largest process {memory():.0f} MiB, differing rows 0"
    )


@pytest.mark.skipif(not IS_FULL, reason="a rebuild of some size is needed to be killed in its middle")
@pytest.mark.timeout(1200)
def test_a_rebuild_that_is_killed_again_and_again_comes_to_its_end(
    floor: Floor, server: EmbeddedServer, figure: Figure
) -> None:
    for _ in range(KILLS):
        command = [sys.executable, "-c", REBUILDS, str(server.places.root), floor.database.name]
        killed = subprocess.run(command, cwd=ROOT, check=False, stderr=subprocess.DEVNULL)
        assert killed.returncode == -signal.SIGKILL
    report = rebuild(floor.database, workers=WORKERS)
    assert report.differing == 0
    assert report.kept >= report.facts // 100
    with connected(floor.database) as connection:
        left = connection.execute("SELECT FROM pg_class WHERE starts_with(relname, 'work_')").rowcount
    assert left == 0
    figure(
        f"T10: killed {KILLS} times, {report.kept:,} of {report.facts:,} facts were kept, differing rows 0"
    )
