"""T06: the worker is cut off at every message of the transaction that takes a page in; the tables stay whole."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from random import Random

import psycopg
import pytest

from cases.events import Corrected
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.store.server import EmbeddedServer
from projections.following.follower import Follower
from projections.registry import TABLES
from projections.schema import BI, Db, ensure
from tests.faults.cutting import Cut, CuttingProxy, Side
from tests.faults.tables_hold import tables_hold
from tests.fix_figures import Figure
from tests.projections.lamps import Lamps, classified, closed, connected, received
from tests.projections.test_parking import STRANGE

IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
SEED = int(os.environ.get("CASELEDGER_SEED", "2026"))
EVERY = 1 if IS_FULL else 60
"""At reduced counts one point in each stretch of so many."""
SLOWEST = 10.0


class Stage:
    """A database seen directly, and the proxy by which the worker reaches it."""

    def __init__(self, direct: Database, proxy: CuttingProxy, lamps: Lamps) -> None:
        self.direct, self.proxy, self.lamps = direct, proxy, lamps
        self.behind = Database(proxy, direct.name, is_guest=True)

    def step(self, watching: Db, cut: Cut) -> int:
        """Take one page in as a new worker does, cut off on the way; gives how many messages it took, 0 when cut."""
        with psycopg.connect(self.behind.app_dsn, autocommit=True) as connection:
            pid, follower = connection.info.backend_pid, Follower(connection)
            self.proxy.arm(cut)
            try:
                follower.step()
                return self.proxy.seen[cut.side]
            except psycopg.OperationalError:
                gone(watching, pid)
                return 0


def gone(watching: Db, pid: int) -> None:
    """Wait until the server has seen that its client is no more."""
    deadline = time.monotonic() + SLOWEST
    while watching.execute("SELECT FROM pg_stat_activity WHERE pid = %s", (pid,)).rowcount:
        assert time.monotonic() < deadline, "the server keeps a session whose worker is gone"
        time.sleep(0.001)


def digest(connection: Db, schema: str = BI) -> str:
    """Everything that stands in the tables, position and parked cases with it."""
    found = sha256()
    for table in TABLES:
        query = psycopg.sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
            table.names, table.at(schema), table.key_names
        )
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            for line in copy:
                found.update(line)
    return found.hexdigest()


@pytest.fixture
def stage(server: EmbeddedServer, new_database: Callable[[], Database]) -> Iterator[Stage]:
    """A log with its documents taken in."""
    with new_database() as direct, Ledger(direct) as ledger, CuttingProxy(server) as proxy:
        lamps = Lamps(ledger)
        lamps.publish()
        with connected(direct) as connection:
            ensure(connection)
            Follower(connection).step()
        yield Stage(direct, proxy, lamps)


def tell(lamps: Lamps, number: int) -> None:
    """A page with all that a page can have: old and new cases, a new product, a correction, one case to park."""
    moment = "2026-03-02 09:00"
    fix = Corrected.model_validate(
        {"corrects": 2, "reason": "typing_error", "changes": {"kind": "complaint"}}
    )
    lamps.tell(f"first {number}", (moment, received("AS-1", product_model=f"lamp-{number}")))
    lamps.tell(f"first {number - 1}", (moment, classified("repair") if number else received("AS-2")))
    lamps.tell(f"right {number}", (moment, received("AS-3")), (moment, classified("repair")), (moment, fix))
    lamps.tell(f"strange {number}", (moment, received("AS-4", judged_under=STRANGE)))
    lamps.tell(f"done {number}", (moment, received("AS-5")), ("2026-03-03 09:00", closed()))


def cut_everywhere(stage: Stage, side: Side, chance: Random) -> tuple[int, int]:
    """Cut behind one message after another until a page comes through; gives how many cuts, and among how many."""
    with connected(stage.direct) as connection:
        before, behind, number, cuts = digest(connection), 0, 0, 0
        while True:
            behind += chance.randrange(1, 2 * EVERY)
            messages = stage.step(connection, Cut(side, behind, is_hard=chance.random() < 0.5))
            if (after := digest(connection)) != before:
                tables_hold(connection)
                before, number = after, number + 1
                tell(stage.lamps, number)
            if messages:
                return cuts, messages
            cuts += 1


@pytest.mark.parametrize("side", ["sent", "answered"])
def test_a_worker_that_is_cut_off_leaves_all_of_a_page_or_nothing(
    stage: Stage, side: Side, figure: Figure
) -> None:
    chance = Random(SEED)
    tell(stage.lamps, 0)
    cuts, points = cut_everywhere(stage, side, chance)
    figure(f"T06: seed {SEED}, cut behind {cuts} of {points} messages {side}, divergences 0")
    assert points > 100
    assert cuts >= points // (2 * EVERY)
