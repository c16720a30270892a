"""T07: nobody wakes the worker, and its connection is ended again and again; it sees everything all the same."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from random import Random

import pytest

from cases.store.database import Database
from projections.following.engine import Engine
from projections.following.leader import LEADER
from projections.schema import Db
from tests.faults.tables_hold import tables_hold
from tests.fix_figures import Figure
from tests.projections.lamps import Lamps, connected, received

RECOVERIES = 100 if os.environ.get("CASELEDGER_FAULTS") == "full" else 6
SEED = int(os.environ.get("CASELEDGER_SEED", "2026"))
LONGEST = 2.0
"""Seconds that a fact may take until it is seen, a lost connection included."""
END_THE_LEADER = """
SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
AND (classid::bigint << 32 | objid::bigint) = %s
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@pytest.fixture
def connection(lamps: Lamps, database: Database) -> Iterator[Db]:
    """A connection beside a worker that follows the log in a thread and is never woken."""
    stop = threading.Event()
    engine = Engine(database)
    engine.catch_up()
    thread = threading.Thread(target=engine.run, args=(stop,))
    thread.start()
    with connected(database) as found:
        yield found
    stop.set()
    thread.join(10)


def test_a_worker_without_a_wake_and_without_its_connection_is_back_within_two_seconds(
    connection: Db, lamps: Lamps, database: Database, figure: Figure
) -> None:
    chance, seen_by, lags = Random(SEED), Engine(database), []
    assert seen_by.wait_for(lamps.tell("calm", ("2026-03-02 09:00", received("AS-1"))))
    for number in range(RECOVERIES):
        time.sleep(chance.uniform(0, 0.1))
        assert connection.execute(END_THE_LEADER, (LEADER,)).fetchall() == [(True,)]
        time.sleep(chance.choice([0.0, 0.02]))
        position = lamps.tell(f"lamp {number}", ("2026-03-02 09:00", received("AS-2")))
        began = time.monotonic()
        assert seen_by.wait_for(position, timeout=30)
        lags.append(time.monotonic() - began)
    assert max(lags) <= LONGEST, f"seed {SEED}"
    tables_hold(connection)
    figure(f"T07: seed {SEED}, {len(lags)} of {RECOVERIES} recoveries, max lag {max(lags):.2f} s")
