"""T02: the skipped event. Six writers, readers of each kind; nothing is missed, repeated or disordered."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable

import pytest
from eventsourcing.persistence import ProgrammingError

from cases.store.database import Database
from cases.store.server import EmbeddedServer
from tests.faults.fence_race import race
from tests.fix_figures import Figure
from tests.fix_log import log_factory

IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
EVENTS = 12_000 if IS_FULL else 600
SEED = int(os.environ.get("CASELEDGER_SEED") or secrets.randbelow(1_000_000))


def test_t02_readers_miss_nothing_on_a_server_that_syncs(
    make_server: Callable[..., EmbeddedServer],
    figure: Figure,
) -> None:
    database = Database(make_server().start(), is_guest=True)
    database.init()
    figure(f"T02 seed {SEED} (CASELEDGER_SEED repeats it)")
    outcome = race(database.app_dsn, events=EVENTS, seed=SEED)
    readers = {"pages": outcome.fenced, "subscription": outcome.subscribed}
    missed = {name: reader.missed(outcome.stored) for name, reader in readers.items()}
    repeated = {name: reader.duplicates for name, reader in readers.items()}
    figure(
        f"T02 {len(outcome.stored)} stored, {outcome.cancelled} cancels, missed {missed}, repeated {repeated};"
        f" a reader without the fence missed {outcome.careless.missed(outcome.stored)}"
    )
    assert len(outcome.stored) >= EVENTS
    assert outcome.acknowledged <= outcome.stored
    assert set(missed.values()) == set(repeated.values()) == {0}
    assert all(reader.is_in_order for reader in readers.values())
    assert outcome.still_writing == 6
    assert outcome.careless.missed(outcome.stored) > 0


def test_t02_starting_with_the_library_s_functions_that_lose_events_is_refused(database: Database) -> None:
    with pytest.raises(ProgrammingError, match="readers miss events"):
        log_factory(database.app_dsn, POSTGRES_ENABLE_DB_FUNCTIONS="yes")
