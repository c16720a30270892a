"""T08: of two workers the leader is cut off or stopped in the middle of its work; the other takes over, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import quantiles

import pytest

from cases.store.database import Database
from cases.store.server import EmbeddedServer
from projections.following.engine import Engine
from projections.following.leader import LEADER
from projections.schema import Db
from tests.faults.tables_hold import tables_hold
from tests.faults.test_t07_no_wake import END_THE_LEADER
from tests.fix_figures import Figure
from tests.house import ROOT
from tests.projections.lamps import Lamps, closed, connected, received

IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
CUTS = 40 if IS_FULL else 2
STOPS = 6 if IS_FULL else 1
SILENCE, STOPPED_FOR = (5.0, 10.0) if IS_FULL else (1.0, 2.0)
SEED = int(os.environ.get("CASELEDGER_SEED", "2026"))
WORKER = """
import sys, threading
from pathlib import Path
from psycopg.conninfo import make_conninfo
from cases.store.database import Database
from cases.store.server import EmbeddedServer
from projections.following import leader
from projections.following.engine import Engine
folder, name, silence, me = sys.argv[1:]
class Mine(Database):
    app_dsn = property(lambda self: make_conninfo(Database.app_dsn.fget(self), application_name=me))
leader.SILENCE = float(silence)
Engine(Mine(EmbeddedServer(Path(folder)), name, is_guest=True)).run(threading.Event())
"""
LEADS = """
SELECT pg_stat_activity.pid, application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32 | objid::bigint) = %s
AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Works:
    """Two workers as processes of their own, and somebody who writes all the time."""

    def __init__(self, folder: Path, database: Database, lamps: Lamps, watching: Db) -> None:
        self.database, self.lamps, self.watching = database, lamps, watching
        self.workers = {
            name: subprocess.Popen(
                [sys.executable, "-c", WORKER, str(folder), database.name, str(SILENCE), name],
                cwd=ROOT, stderr=subprocess.PIPE,
            )
            for name in ("one", "two")
        }  # fmt: skip
        self.written, self.stop = 0, threading.Event()

    def leader(self) -> str:
        """Which of them leads, as soon as one does."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if (row := self.watching.execute(LEADS, (LEADER,)).fetchone()) is not None:
                return str(row[1]).split()[0]
            time.sleep(0.01)
        raise AssertionError("nobody leads")

    def write(self) -> None:
        """Tell one case after another."""
        while not self.stop.is_set():
            steps = ("2026-03-02 09:00", received("AS-1")), ("2026-03-03 09:00", closed())
            self.lamps.tell(f"lamp {self.written}", *steps)
            self.written += 1
            time.sleep(0.002)

    def passed(self) -> float:
        """Wait until the tables have all that is stored now; gives the seconds."""
        row = self.watching.execute("SELECT max(notification_id) FROM log.case_events").fetchone()
        began = time.monotonic()
        assert row is not None
        assert Engine(self.database).wait_for(row[0], timeout=30)
        return time.monotonic() - began

    def end(self) -> None:
        for worker in self.workers.values():
            worker.kill()
            worker.communicate()


@pytest.fixture
def works(server: EmbeddedServer, database: Database, lamps: Lamps) -> Iterator[Works]:
    """Two workers of which one leads, under steady writing."""
    Engine(database).catch_up()
    with connected(database) as watching:
        works = Works(server.places.root, database, lamps, watching)
        writer = threading.Thread(target=works.write)
        try:
            works.leader()
            writer.start()
            yield works
        finally:
            works.stop.set()
            if writer.is_alive():
                writer.join()
            works.end()


@contextmanager
def stopped(worker: subprocess.Popen[bytes]) -> Iterator[None]:
    """A process that does nothing for a while, and holds on to all that it has."""
    worker.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        worker.send_signal(signal.SIGCONT)


@pytest.mark.timeout(600)
def test_the_other_worker_takes_over_and_nothing_is_applied_twice(works: Works, figure: Figure) -> None:
    chance, cut, silent = Random(SEED), [], []
    for _ in range(CUTS):
        time.sleep(chance.uniform(0.05, 0.3))
        works.leader()
        assert works.watching.execute(END_THE_LEADER, (LEADER,)).fetchall() == [(True,)]
        cut.append(works.passed())
    for _ in range(STOPS):
        works.passed()
        time.sleep(chance.uniform(0.05, 0.3))
        before = works.leader()
        with stopped(works.workers[before]):
            began = time.monotonic()
            silent.append(works.passed())
            assert works.leader() != before
            time.sleep(max(0.0, began + STOPPED_FOR - time.monotonic()))
        time.sleep(0.5)
        assert works.workers[before].poll() is None, "it goes on, standing by"
    works.stop.set()
    works.passed()
    tables_hold(works.watching)
    figure(
        f"T08: seed {SEED}, {works.written} cases written meanwhile, {CUTS} leaders cut off: fail-over p95"
        f" {p95(cut):.2f} s; {STOPS} stopped for {STOPPED_FOR:.0f} s: p95 {p95(silent):.2f} s; applied twice 0"
    )
    assert max(silent) < SILENCE + 5


def p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
