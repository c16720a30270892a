"""Eight writers in processes of their own, on either recorder; what one of them does for some seconds."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import cast
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from eventsourcing.utils import Environment

from tests.bench import over_http

Env = dict[str, str]
WARM_UP = 50


@dataclass(frozen=True)
class Turned:
    """The lamp was switched; a fact in the product's own manner, without the library's class dialect."""

    originator_id: UUID
    originator_version: int
    is_on: bool
    room: str


class Lamps(Application[UUID]):
    """The library's application as it comes."""

    name = "bench"


def command(env: Env, until: Callable[[], bool], ready: Barrier) -> int:
    """Load, decide, save: on lamps of up to ten facts, over the library's event store; counts them."""
    with Lamps(env=env) as app:
        _commands(app, uuid4(), WARM_UP)
        ready.wait()
        done = 0
        while not until():
            done += _commands(app, uuid4(), 10)
    return done


def _commands(app: Lamps, lamp: UUID, count: int) -> int:
    for _ in range(count):
        facts = cast("list[Turned]", list(app.events.get(lamp)))
        app.events.put([Turned(lamp, len(facts) + 1, is_on=_was_off(facts), room="bench")])
    return count


def _was_off(facts: list[Turned]) -> bool:
    is_on = False
    for fact in facts:
        is_on = fact.is_on
    return not is_on


def bare(env: Env, until: Callable[[], bool], ready: Barrier) -> int:
    """Insert single events and count them."""
    factory = InfrastructureFactory.construct(Environment(name="bare", env=env))
    recorder = factory.application_recorder()
    for _ in range(WARM_UP):
        recorder.insert_events([_single()])
    ready.wait()
    done = 0
    while not until():
        recorder.insert_events([_single()])
        done += 1
    factory.close()
    return done


def _single() -> StoredEvent:
    return StoredEvent(uuid4(), 1, "lamp.turned.v1", b'{"turns": 1, "room": "bench"}')


WORK = {
    "command": command,
    "bare": bare,
    "http_commands": over_http.commands,
    "bare_route": over_http.bare,
}


def per_second(work: str, env: Env, writers: int = 8, seconds: float = 4.0) -> float:
    """How often eight writers did the work in a second, together."""
    context = multiprocessing.get_context("spawn")
    ready, counts = context.Barrier(writers), context.Queue()
    crew = [context.Process(target=_write, args=(work, env, seconds, ready, counts)) for _ in range(writers)]
    for writer in crew:
        writer.start()
    total = sum(counts.get(timeout=seconds + 60) for _ in crew)
    for writer in crew:
        writer.join()
    return float(total / seconds)


def _write(work: str, env: Env, seconds: float, ready: Barrier, counts: multiprocessing.Queue[int]) -> None:
    end: list[float] = []

    def until() -> bool:
        if not end:
            end.append(time.monotonic() + seconds)
        return time.monotonic() > end[0]

    counts.put(WORK[work](env, until, ready))
