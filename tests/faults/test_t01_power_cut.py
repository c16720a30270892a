"""T01: kill -9 of the server and all its sessions under writers; nothing acknowledged is lost."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import pytest

from cases import codes, events
from cases.errors import CaseledgerError
from cases.recorded import Recorded, Source
from cases.store import postmaster
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.store.outcomes import CommitUnknown
from cases.store.server import EmbeddedServer
from tests.faults import invariants
from tests.fix_figures import Figure

SEED = int(os.environ.get("CASELEDGER_SEED", "20261121"))
CYCLES = 20 if os.environ.get("CASELEDGER_FAULTS") == "full" else 2
WRITERS = 3
MakeServer = Callable[..., EmbeddedServer]
Told = tuple[UUID, int]


@dataclass
class Oracle:
    """What the writers were told: kept outside the database, under the eyes of the test only."""

    acknowledged: dict[Told, int] = field(default_factory=dict)
    left_open: list[Told] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def acked(self, told: Told, position: int) -> None:
        with self.turn:
            assert told not in self.acknowledged
            self.acknowledged[told] = position

    def unknown(self, told: Told) -> None:
        with self.turn:
            self.left_open.append(told)


def write(database: Database, case_id: UUID, oracle: Oracle, stop: threading.Event) -> None:
    """Append one fact after another to a case of its own until the lights go out."""
    with Ledger(database) as ledger:
        version = 0
        while not stop.is_set():
            version += 1
            fact = Recorded(
                originator_id=case_id, originator_version=version, fact=events.Noted(word=f"step {version}"),
                occurred_at=datetime(2026, 9, 1, tzinfo=UTC), actor="staff-li", role=codes.Role.AGENT,
                source=Source(system="api"), correlation_id=case_id,
            )  # fmt: skip
            try:
                (stored,) = ledger.append([fact])
            except (CaseledgerError, CommitUnknown):
                oracle.unknown((case_id, version))
                return
            oracle.acked((case_id, version), stored.position)


def cut_the_power(server: EmbeddedServer) -> None:
    """Kill the postmaster and everything it started, all at once."""
    pid = server.pid
    assert pid is not None
    sessions = postmaster.orphans(server.places.cluster)
    os.kill(pid, signal.SIGKILL)
    for session in sessions:
        postmaster.send(session, signal.SIGKILL)


def one_cycle(server: EmbeddedServer, cycle: int, oracle: Oracle, dice: Random) -> float:
    """Write, cut, start again; gives the seconds from the start to the first answer."""
    stop = threading.Event()
    with Database(server, is_guest=True) as database:
        cases = [UUID(int=cycle * WRITERS + number) for number in range(1, WRITERS + 1)]
        writers = [
            threading.Thread(target=write, args=(database, case_id, oracle, stop)) for case_id in cases
        ]
        for writer in writers:
            writer.start()
        time.sleep(dice.uniform(0.2, 0.8))
        cut_the_power(server)
        stop.set()
        for writer in writers:
            writer.join(timeout=30)
        assert not any(writer.is_alive() for writer in writers)
    began = time.monotonic()
    server.start()
    return time.monotonic() - began


@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_when_the_power_is_cut(make_server: MakeServer, figure: Figure) -> None:
    dice, oracle = Random(SEED), Oracle()
    server = make_server().start()
    Database(server, is_guest=True).init()
    recoveries = [one_cycle(server, cycle, oracle, dice) for cycle in range(CYCLES)]
    with Database(server, is_guest=True) as database, Ledger(database) as ledger:
        invariants.hold(ledger)
        stored = {
            (case_id, version): position
            for case_id, version, position in ledger.rows(
                "SELECT originator_id, originator_version, notification_id FROM log.case_events"
            )
        }
    lost = [told for told, position in oracle.acknowledged.items() if stored.get(told) != position]
    extra = set(stored) - set(oracle.acknowledged)
    assert lost == [], f"seed {SEED}"
    assert extra <= set(oracle.left_open), f"seed {SEED}: stored, although nobody asked"
    assert len(oracle.acknowledged) > CYCLES * WRITERS
    recoveries.sort()
    figure(
        f"T01: seed {SEED}, {CYCLES} cycles, acked {len(oracle.acknowledged)}, lost 0, unacked stored {len(extra)}, "
        f"recovery p50 {recoveries[len(recoveries) // 2]:.2f} s max {recoveries[-1]:.2f} s"
    )
