"""No reader misses a fact, whatever the writers do (T02 at a reduced count, on every server)."""

from __future__ import annotations

from cases.store.database import Database
from tests.faults.fence_race import race


def test_no_reader_misses_or_repeats_a_fact_whatever_the_writers_do(database: Database) -> None:
    outcome = race(database.app_dsn, events=1_500)
    assert len(outcome.stored) >= 1_500
    assert outcome.acknowledged <= outcome.stored
    for reader in (outcome.fenced, outcome.subscribed):
        assert (reader.missed(outcome.stored), reader.duplicates, reader.is_in_order) == (0, 0, True)
    assert outcome.still_writing == 6
    assert outcome.careless.missed(outcome.stored) > 0, "the race was too tame to prove anything"
