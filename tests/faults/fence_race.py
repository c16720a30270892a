"""The race of T02: writers that pause, roll back, use savepoints and are cancelled; readers miss nothing."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.synchronize import Event
from threading import Event as Flag
from threading import Thread
from uuid import uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.sql import SQL

from cases.store.adopt import LOG
from cases.store.queries import columns_of
from cases.store.recorder import LogRecorder
from tests.fix_log import log_factory

APPEND = LOG.append_call()
Connection = psycopg.Connection[tuple[int, datetime]]


@dataclass
class Reader:
    """What one reader of the log was given, in the order that it came."""

    positions: list[int] = field(default_factory=list)
    instants: list[datetime] = field(default_factory=list)

    @property
    def duplicates(self) -> int:
        """How often it was given a position again."""
        return len(self.positions) - len(set(self.positions))

    @property
    def is_in_order(self) -> bool:
        """Whether positions always rose and instants never fell."""
        return self.positions == sorted(self.positions) and self.instants == sorted(self.instants)

    def missed(self, stored: set[int]) -> int:
        """How many stored positions it was never given."""
        return len(stored - set(self.positions))


@dataclass
class Outcome:
    """What the race came to."""

    stored: set[int]
    acknowledged: set[int]
    still_writing: int
    cancelled: int
    fenced: Reader
    subscribed: Reader
    careless: Reader


def race(conninfo: str, events: int, writers: int = 6, seed: int = 1) -> Outcome:
    """Let writers store about `events` events in this log under one reader of each kind."""
    context = multiprocessing.get_context("spawn")
    ready, answers = context.Event(), context.Queue()
    quota = -(-events // writers)
    crew = [
        context.Process(target=_write, args=(conninfo, quota, seed * 1000 + number, ready, answers))
        for number in range(writers)
    ]
    factory = log_factory(conninfo)
    recorder = factory.application_recorder()
    assert isinstance(recorder, LogRecorder)
    with _readers(recorder) as (fenced, subscribed, careless), _cancelling(conninfo, seed) as cancelled:
        for writer in crew:
            writer.start()
        pids = [answers.get(timeout=60) for _ in crew]
        cancelled.pids = pids
        ready.set()
        reports = [answers.get(timeout=1800) for _ in crew]
        cancelled.pids = []
        for writer in crew:
            writer.join()
        stored = _all_positions(conninfo)
        _caught_up(max(stored), fenced, subscribed)
    factory.close()
    return Outcome(
        stored,
        {position for positions, _ in reports for position in positions},
        sum(still_writes for _, still_writes in reports),
        cancelled.count,
        fenced,
        subscribed,
        careless,
    )


# Writers


def _write(
    conninfo: str, quota: int, seed: int, ready: Event, answers: multiprocessing.Queue[object]
) -> None:
    rng, kept = random.Random(seed), list[int]()
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET statement_timeout = '20s'")
        connection.commit()
        answers.put(connection.info.backend_pid)
        ready.wait(60)
        while len(kept) < quota:
            kept += _one_transaction(connection, rng)
        still_writes = bool(_undisturbed(connection))
    answers.put((kept, still_writes))


def _one_transaction(connection: Connection, rng: random.Random) -> list[int]:
    """One of the ways in which programs treat transactions; gives what was acknowledged."""
    way = rng.choice([_plainly, _plainly, _with_an_old_transaction, _with_a_savepoint, _several_times])
    try:
        positions = way(connection, rng)
        _pause(rng)
        if rng.random() < 0.15:
            connection.rollback()
            return []
        connection.commit()
    except psycopg.errors.QueryCanceled:
        connection.rollback()
        return []
    return positions


def _plainly(connection: Connection, rng: random.Random) -> list[int]:
    return _append(connection, rng.choice([1, 1, 1, 2, 5]))


def _with_an_old_transaction(connection: Connection, rng: random.Random) -> list[int]:
    connection.execute("SELECT pg_current_xact_id()")
    _pause(rng)
    return _append(connection, 1)


def _with_a_savepoint(connection: Connection, rng: random.Random) -> list[int]:
    positions = _append(connection, 1)
    connection.execute("SAVEPOINT here")
    undone = _append(connection, 2)
    _pause(rng)
    if rng.random() < 0.5:
        connection.execute("ROLLBACK TO here")
        undone = []
    return positions + undone + _append(connection, 1)


def _several_times(connection: Connection, rng: random.Random) -> list[int]:
    positions: list[int] = []
    for _ in range(rng.randint(2, 4)):
        positions += _append(connection, rng.randint(1, 3))
        _pause(rng)
    return positions


def _append(connection: Connection, count: int) -> list[int]:
    lamps = [StoredEvent(uuid4(), 1, "lamp.hummed.v1", b"{}") for _ in range(count)]
    row = connection.execute(APPEND, columns_of(lamps)).fetchone()
    assert row is not None
    return list(range(row[0], row[0] + count))


def _undisturbed(connection: Connection) -> list[int]:
    """The same connection once more; a cancel that was under way may still arrive."""
    for _ in range(3):
        try:
            positions = _append(connection, 1)
            connection.commit()
        except psycopg.errors.QueryCanceled:
            connection.rollback()
        else:
            return positions
    return []


def _pause(rng: random.Random) -> None:
    time.sleep(rng.choice([0, 0, 0.001, 0.004, 0.012]))


# Cancels


@dataclass
class _Cancels:
    pids: list[int] = field(default_factory=list)
    count: int = 0


@contextmanager
def _cancelling(conninfo: str, seed: int) -> Iterator[_Cancels]:
    rng, done, cancels = random.Random(seed), Flag(), _Cancels()

    def cancel() -> None:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            while not done.wait(rng.random() * 0.02):
                if pids := cancels.pids:
                    connection.execute("SELECT pg_cancel_backend(%s)", [rng.choice(pids)])
                    cancels.count += 1

    thread = Thread(target=cancel)
    thread.start()
    try:
        yield cancels
    finally:
        done.set()
        thread.join()


# Readers


@contextmanager
def _readers(recorder: LogRecorder) -> Iterator[tuple[Reader, Reader, Reader]]:
    """One by pages, one by subscription, and a careless one that trusts the numbers alone."""
    fenced, subscribed, careless, done = Reader(), Reader(), Reader(), Flag()
    subscription = recorder.subscribe(gt=0)
    threads = [
        Thread(target=_follow, args=(recorder, fenced, done)),
        Thread(target=_listen, args=(subscription, subscribed)),
        Thread(target=_trust, args=(recorder, careless, done)),
    ]
    with subscription:
        for thread in threads:
            thread.start()
        try:
            yield fenced, subscribed, careless
        finally:
            done.set()
            subscription.stop()
            for thread in threads:
                thread.join()


def _follow(recorder: LogRecorder, reader: Reader, done: Flag) -> None:
    last, rng = 0, random.Random(7)
    while not done.is_set():
        for fact in recorder.select_notifications(last, rng.randint(1, 40), inclusive_of_start=False):
            last = fact.id
            reader.positions.append(fact.id)
            reader.instants.append(fact.recorded_at)


def _listen(subscription: Iterator[object], reader: Reader) -> None:
    for fact in subscription:
        reader.positions.append(fact.id)  # type: ignore[attr-defined] # the library's Notification
        reader.instants.append(fact.recorded_at)  # type: ignore[attr-defined] # our StoredFact


def _trust(recorder: LogRecorder, reader: Reader, done: Flag) -> None:
    query = SQL("SELECT notification_id FROM {} WHERE notification_id > %s ORDER BY 1 LIMIT 40")
    with recorder.datastore.get_connection() as connection:
        while not done.is_set():
            last = reader.positions[-1] if reader.positions else 0
            rows = connection.execute(query.format(LOG.name()), [last]).fetchall()
            reader.positions += [row["notification_id"] for row in rows]


def _all_positions(conninfo: str) -> set[int]:
    with psycopg.connect(conninfo) as connection:
        return {row[0] for row in connection.execute("SELECT notification_id FROM log.case_events")}


def _caught_up(last: int, *readers: Reader) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if all(reader.positions and reader.positions[-1] >= last for reader in readers):
            return
        time.sleep(0.05)
