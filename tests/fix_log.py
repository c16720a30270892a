"""Fixtures of the log: the product's recorder as the application's role has it, and lamps to write about."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import Environment

from cases.store import Factory
from cases.store.database import Database
from cases.store.factory import environment
from cases.store.recorder import LogRecorder


def log_factory(conninfo: str, **more: str) -> Factory:
    """The library's factory over the product's own log."""
    return Factory(Environment(name="case", env=environment(conninfo, POSTGRES_SCHEMA="log", **more)))


def humming(lamp: UUID, *versions: int, room: str = "kitchen") -> list[StoredEvent]:
    """Facts about the kettle lamp that hums."""
    state = f'{{"occurred_at":"2026-10-01T08:00:00Z","actor":"宋","role":"agent","room":"{room}"}}'
    return [StoredEvent(lamp, version, "lamp.hummed.v1", state.encode()) for version in versions]


@pytest.fixture(scope="module")
def log(database: Database) -> Iterator[LogRecorder]:
    """The recorder of the module's database."""
    factory = log_factory(database.app_dsn)
    recorder = factory.application_recorder()
    assert isinstance(recorder, LogRecorder)
    yield recorder
    factory.close()
