"""T17: the clocks of the machines are wrong, apart or set while they work; the ledger's time is the database's.

Besides a server with the true clock there are others on the same database with clocks of their own (libfaketime):
one, at full counts two. The database's clock is the true one.
"""

from __future__ import annotations

import os
import platform
import random
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api import keys
from api.app import create_app
from api.installation import KEY_FILE, Installation, opened
from cases.codes import Role
from cases.commands import Classify, Receive
from cases.desk import Desk
from cases.reference import demo_settings, shipped
from cases.settings import Settings
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.vault import Vault
from tests.faults import invariants
from tests.fix_api import fresh
from tests.fix_desk import ask, caller, new_key
from tests.fix_figures import Figure
from tests.running import Running

SEED = int(os.environ.get("CASELEDGER_SEED", "20261121"))
IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
CASES = 40 if IS_FULL else 2
HOUR, DAY = 3_600.0, 86_400.0
WRONG = {"one": -HOUR, "other": DAY} if IS_FULL else {"one": -HOUR}
"""Machine with a clock of its own → how many seconds that is off."""
STORY: tuple[tuple[str, dict[str, object]], ...] = (
    ("classify", {"kind": "consultation"}),
    ("pause", {"reason": "waiting_for_customer"}),
    ("resume", {}),
    ("respond", {"step": "reply", "channel": "phone"}),
)
pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="the library that gives a process a clock of its own ships for Linux on x86-64",
)


class Machine:
    """A machine whose clock is some seconds off, and can be set while it works."""

    def __init__(self, folder: Path, url: str, off: float) -> None:
        self._clock = folder / "clock"
        self.set(off)
        found = find_spec("libfaketime")
        assert found is not None, "libfaketime is missing: run `make venv`"
        assert found.origin is not None
        library = Path(found.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
        assert library.exists()
        self.running = Running(
            folder / "data", "--no-sample", DATABASE_URL=url, CASELEDGER_WATCH_EVERY="1", LD_PRELOAD=str(library),
            FAKETIME_TIMESTAMP_FILE=str(self._clock), FAKETIME_NO_CACHE="1", DONT_FAKE_MONOTONIC="1",
        )  # fmt: skip
        self.client = httpx2.Client(base_url=self.running.address, timeout=10)

    def set(self, off: float) -> None:
        """Set its clock, all at once."""
        draft = self._clock.with_suffix(".next")
        draft.write_text(f"{off:+.1f}", encoding="ascii")
        draft.replace(self._clock)

    def ready(self) -> dict[str, Any]:
        """What it says of itself."""
        told: dict[str, Any] = self.client.get("/readyz").json()
        return told

    def end(self) -> None:
        """Stop it, and remove what the library leaves in shared memory."""
        self.client.close()
        pid = self.running.process.pid
        assert self.running.end() == 0
        for left in Path("/dev/shm").glob(f"*faketime_*_{pid}"):  # noqa: S108 - where the library puts it
            left.unlink()


class Firm:
    """An agent who speaks to one server after another."""

    def __init__(self, here: Installation, true: TestClient) -> None:
        self.here, self.dice, self.machines = here, random.Random(SEED), list[Machine]()
        self._true, self._key = true, keys.create(here.ledger, Role.AGENT, "agent-01")
        self.cases: list[UUID] = []

    def post(self, machine: Machine | None, path: str, body: Mapping[str, object]) -> Any:
        """Send a command to a machine, or to the server with the true clock."""
        headers, client = {"X-API-Key": self._key, **fresh()}, machine.client if machine else self._true
        return client.post(f"/api/v1{path}", json=body, headers=headers)

    def get(self, machine: Machine, path: str, **params: int) -> Any:
        """Ask a machine."""
        headers = {"X-API-Key": self._key}
        return machine.client.get(f"/api/v1{path}", params=params, headers=headers).json()

    def received(self, machine: Machine | None, **more: object) -> UUID:
        """A new case."""
        answer = self.post(machine, "/cases", {"channel": "phone", **more})
        assert answer.status_code == 201, answer.text
        self.cases.append(UUID(answer.json()["case_id"]))
        return self.cases[-1]

    def tell(self, many: int) -> None:
        """Take cases in and work on them, every step at whichever server."""
        servers = [None, *self.machines]
        for _ in range(many):
            case_id = self.received(self.dice.choice(servers))
            for verb, body in STORY:
                answer = self.post(self.dice.choice(servers), f"/cases/{case_id}/{verb}", body)
                assert answer.is_success, answer.text


@pytest.fixture(scope="module")
def firm(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """A firm whose machines have clocks of their own, but for one."""
    folder = tmp_path_factory.mktemp("firm")
    url = database.server.dsn(ADMIN, database.name)
    with (
        opened(Settings(data_dir=folder, database_url=SecretStr(url))) as here,
        TestClient(create_app(here)) as true,
        ExitStack() as running,
    ):
        firm = Firm(here, true)
        for name, off in WRONG.items():
            (folder / name / "data").mkdir(parents=True)
            shutil.copy2(folder / KEY_FILE, folder / name / "data" / KEY_FILE)
            firm.machines.append(Machine(folder / name, url, off))
            running.callback(firm.machines[-1].end)
        yield firm


@contextmanager
def set_again_and_again(machine: Machine) -> Iterator[None]:
    """Set a clock back and forth, many times within one request."""
    stop = threading.Event()

    def turn() -> None:
        for off in cycle((-HOUR, DAY, -90.0, 0.0)):
            machine.set(off)
            if stop.wait(0.004):
                return

    turning = threading.Thread(target=turn)
    turning.start()
    try:
        yield
    finally:
        stop.set()
        turning.join()


def test_a_clock_that_is_wrong_is_told_once_and_one_that_is_a_little_off_is_not(firm: Firm) -> None:
    machine = firm.machines[0]
    told = machine.ready()
    assert told["clock_skew_seconds"] == pytest.approx(-HOUR, abs=1.5)
    assert told["status"] == "ok", "what is recorded goes by the database, so work goes on"
    (warning,) = told["warnings"]
    assert "3600.0 s behind the database's" in warning
    machine.set(1.5)
    assert machine.ready()["warnings"] == []
    deadline = time.monotonic() + 20
    while "agrees with the database's again" not in machine.running.said and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [line.count("database's") for line in machine.running.said.splitlines() if "skew" in line] == [
        1,
        1,
    ]
    machine.set(DAY)
    (warning,) = machine.ready()["warnings"]
    assert "86400.0 s ahead of the database's" in warning


def test_whatever_the_clocks_say_facts_are_told_when_the_database_says(firm: Firm, figure: Figure) -> None:
    before, began = len(firm.cases), datetime.now(UTC)
    for off in (-HOUR, DAY, 90.0):
        for machine in firm.machines:
            machine.set(off)
        firm.tell(CASES)
    with ExitStack() as turning:
        for machine in firm.machines:
            turning.enter_context(set_again_and_again(machine))
        firm.tell(CASES)
    ended, ledger = datetime.now(UTC), firm.here.ledger
    invariants.hold(ledger)
    histories = ledger.load_many(firm.cases[before:]).values()
    facts = [fact for history in histories for fact in history]
    assert len(facts) == 4 * CASES * (1 + len(STORY)), "nobody was escalated a day early"
    assert all(began <= fact.occurred_at <= fact.known_at <= ended for fact in facts), f"seed {SEED}"
    assert not any(fact.is_backdated for fact in facts)
    assert all(sorted(history, key=lambda fact: fact.occurred_at) == history for history in histories)
    figure(
        f"T17: seed {SEED}, {len(facts)} facts of {len(histories)} cases, order inversions 0, out of time 0"
    )


def test_no_clock_of_a_promise_runs_backwards(firm: Firm) -> None:
    firm.tell(1)
    ledger = firm.here.ledger
    assert firm.here.engine.wait_for(ledger.settled(), 10)
    assert ledger.rows(
        "SELECT count(*) FILTER (WHERE stopped_at IS NOT NULL) >= %s, count(*) FILTER (WHERE verdict = 'breached'),"
        " count(*) FILTER (WHERE ended_at < started_at OR stopped_at < started_at OR due_at < started_at"
        " OR LEAST(raw_seconds, working_seconds, paused_seconds) < 0) FROM bi.fct_sla_clocks",
        [len(firm.cases)],
    ) == [(True, 0, 0)]
    assert ledger.rows(
        "SELECT count(*), count(*) FILTER (WHERE LEAST(classified_at, first_responded_at) < received_at"
        " OR received_at < opened_at) FROM bi.fct_cases"
    ) == [(len(firm.cases), 0)]
    standing = (
        "SELECT count(*) FROM bi.sla_clocks_at(now()) WHERE standing = 'overdue' OR overdue_seconds < 0"
    )
    assert ledger.rows(standing) == [(0,)]


def test_a_machine_a_day_ahead_shows_nothing_overdue(firm: Firm) -> None:
    machine = firm.machines[0]
    machine.set(DAY)
    case_id = firm.received(None)
    told = firm.post(None, f"/cases/{case_id}/classify", {"kind": "consultation"}).json()
    listed = firm.get(machine, "/worklist", limit=200, at_least=told["position"])
    assert abs(datetime.fromisoformat(listed["at"]) - datetime.now(UTC)) < timedelta(seconds=5)
    assert str(case_id) in {one["case_id"] for one in listed["items"]}
    assert {one["standing"] for one in listed["items"]} == {"running"}


@pytest.mark.parametrize("off", [-HOUR, DAY, 90.0])
def test_what_is_told_late_is_late_by_the_true_time(firm: Firm, off: float) -> None:
    machine = firm.machines[0]
    machine.set(off)

    def ago(**time_ago: float) -> str:
        return (datetime.now(UTC) - timedelta(**time_ago)).isoformat()

    case_id = firm.received(machine, occurred_at=ago(hours=3), document="CALL-1")
    late = {"step": "reply", "channel": "phone", "occurred_at": ago(hours=1)}
    answers = [
        firm.post(machine, f"/cases/{case_id}/respond", body)
        for body in (
            late,
            {**late, "document": "CALL-2"},
            {**late, "occurred_at": ago(minutes=10)},
            {**late, "occurred_at": ago(minutes=-10)},
        )
    ]
    assert [answer.status_code for answer in answers] == [422, 200, 200, 422]
    assert ["document" in answers[0].text, "future" in answers[3].text] == [True, True]
    history = firm.here.ledger.load(case_id)
    assert [fact.is_backdated for fact in history] == [True, True, False]


def test_a_database_whose_own_clock_was_set_back_tells_no_fact_before_another(
    new_database: Callable[[], Database], tmp_path: Path
) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    with new_database() as database, Ledger(database) as ledger:
        desk = Desk(ledger, Vault.open(ledger, tmp_path / "vault.json"))
        desk.publish([*shipped(), *demo_settings()], caller(Role.SERVICE, "set-up"))
        with psycopg.connect(database.owner_dsn) as before_the_step:
            before_the_step.execute(
                "SELECT setval('log.case_events_clock', (extract(epoch FROM %s) * 1000000)::bigint)", [ahead]
            )
        case_id = desk.receive(ask(Receive, channel="phone"), caller(), key=new_key()).case_id
        desk.act(case_id, ask(Classify, kind="consultation"), caller(), key=new_key())
        history = ledger.load(case_id)
    assert [fact.occurred_at for fact in history] == [ahead, ahead] == [fact.known_at for fact in history]
