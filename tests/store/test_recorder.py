"""What the recorder stores, refuses and tells, on the product's own log."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, OperationalError, ProgrammingError
from psycopg.sql import SQL

from cases.store import Factory
from cases.store.database import Database
from cases.store.factory import environment
from cases.store.leaf import leaf
from cases.store.outcomes import CommitUnknown, LogIsBusy
from cases.store.recorder import LogRecorder, Statement
from tests.fix_log import humming, log_factory

CLAIM = SQL("INSERT INTO desk.idempotency_keys (principal, key, fingerprint) VALUES ('song', %s, 'x')")
POSITIONS = SQL(
    "UPDATE desk.idempotency_keys SET positions = log.appended() WHERE principal = 'song' AND key = %s"
)


def stored_positions(database: Database, key: str) -> object:
    with psycopg.connect(database.app_dsn) as connection:
        row = connection.execute(
            "SELECT positions FROM desk.idempotency_keys WHERE key = %s", [key]
        ).fetchone()
    return row[0] if row else None


def test_a_stored_fact_says_where_and_when_and_is_sealed(log: LogRecorder) -> None:
    lamp, before = uuid4(), datetime.now(UTC) - timedelta(seconds=1)
    block = log.append(humming(lamp, 1, 2))
    first, second = log.select_events(lamp)
    assert [first.id, second.id] == block.positions
    assert before < first.recorded_at == second.recorded_at == block.recorded_at < datetime.now(UTC)
    assert first.recorded_at.utcoffset() == timedelta(0)
    for fact in (first, second):
        sealed = leaf(lamp, fact.originator_version, fact.id, fact.recorded_at, fact.topic, fact.state)
        assert fact.leaf == sealed


@pytest.mark.parametrize("state", [b"", b"\x00\xff\\000 not text", "灯在嗡嗡响".encode(), b"x" * 70_000])
def test_any_bytes_are_kept_and_sealed_exactly(log: LogRecorder, state: bytes) -> None:
    (event,) = humming(uuid4(), 1)
    block = log.append([type(event)(event.originator_id, 1, "灯.v1", state)])
    (fact,) = log.select_notifications(block.first, 1)
    assert (fact.topic, fact.state) == ("灯.v1", state)
    assert fact.leaf == leaf(fact.originator_id, 1, fact.id, fact.recorded_at, "灯.v1", state)


def test_the_layout_of_a_leaf_never_changes() -> None:
    instant = datetime(2026, 10, 1, 8, 0, 0, 123456, tzinfo=UTC)
    lamp = UUID("00112233-4455-6677-8899-aabbccddeeff")
    sealed = leaf(lamp, 3, 17, instant, "lamp.hummed.v1", b'{"room":"kitchen"}')
    assert sealed.hex() == "81c6aa9660f83cc10d13f4f35e4b181a5fd266c1cff5a2d41bac53d6cd72190f"


def test_a_version_that_is_taken_or_leaves_a_gap_is_refused(log: LogRecorder) -> None:
    lamp = uuid4()
    log.append(humming(lamp, 1, 2))
    for versions in ([2], [4], [3, 5], [0], [1]):
        with pytest.raises(IntegrityError):
            log.append(humming(lamp, *versions))
    with pytest.raises(IntegrityError):
        log.append(humming(uuid4(), 2))
    assert [fact.originator_version for fact in log.select_events(lamp)] == [1, 2]
    assert log.append(humming(lamp, 3)).count == 1


def test_what_stands_beside_is_stored_with_the_facts_or_not_at_all(
    log: LogRecorder, database: Database
) -> None:
    lamp = uuid4()
    beside: list[Statement] = [(CLAIM, ["kettle"])]
    block = log.append(humming(lamp, 1), beside=beside, after=[(POSITIONS, ["kettle"])])
    assert stored_positions(database, "kettle") == block.positions
    with pytest.raises(IntegrityError):
        log.append(humming(lamp, 1), beside=[(CLAIM, ["toaster"])])
    assert stored_positions(database, "toaster") is None
    with pytest.raises(IntegrityError, match="idempotency_keys"):
        log.append(humming(lamp, 2), beside=beside)
    with pytest.raises(ProgrammingError):
        log.append(humming(lamp, 2), after=[(SQL("SELECT no_such_column"), [])])
    assert len(log.select_events(lamp)) == 1


def test_a_mistake_on_our_side_of_the_wire_stores_nothing(log: LogRecorder, database: Database) -> None:
    lamp = uuid4()
    with pytest.raises(ProgrammingError):
        log.append(humming(lamp, 1), beside=[(CLAIM, ["mixer"])], after=[(CLAIM, [object()])])
    assert stored_positions(database, "mixer") is None
    assert not log.select_events(lamp)
    log.append(humming(lamp, 1))


def test_nothing_to_append_still_runs_what_stands_beside(log: LogRecorder, database: Database) -> None:
    assert log.insert_events([], beside=[(CLAIM, ["quiet"])]) == []
    assert stored_positions(database, "quiet") == []


def test_an_append_that_must_wait_is_answered_within_three_seconds(
    log: LogRecorder, database: Database
) -> None:
    lamp = uuid4()
    with psycopg.connect(database.app_dsn) as other:
        other.execute(CLAIM, ["slow"])
        began = time.monotonic()
        with pytest.raises(LogIsBusy):
            log.append(humming(lamp, 1), beside=[(CLAIM, ["slow"])])
        assert time.monotonic() - began < 3
        other.rollback()
    assert log.append(humming(lamp, 1)).count == 1


def test_a_connection_lost_in_flight_leaves_the_outcome_unknown(database: Database) -> None:
    factory = log_factory(database.app_dsn, POSTGRES_POOL_SIZE="1", POSTGRES_MAX_OVERFLOW="0")
    recorder = factory.application_recorder()
    end_ourselves: Statement = (SQL("SELECT pg_terminate_backend(pg_backend_pid())"), [])
    lamp = uuid4()
    with pytest.raises(CommitUnknown):
        recorder.insert_events(humming(lamp, 1), after=[end_ourselves])
    assert recorder.select_events(lamp) == []
    assert recorder.insert_events(humming(lamp, 1))
    factory.close()


def test_a_read_does_not_mind_that_the_server_ended_its_connection(database: Database) -> None:
    factory = log_factory(database.app_dsn, POSTGRES_POOL_SIZE="3")
    recorder = factory.application_recorder()
    lamp = uuid4()
    recorder.insert_events(humming(lamp, 1))
    with psycopg.connect(database.app_dsn, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database() AND usename = current_user"
        )
    assert len(recorder.select_events(lamp)) == 1
    factory.close()


def test_a_database_that_does_not_answer_is_told_in_time_and_once() -> None:
    factory = Factory(environment("host=/nowhere dbname=lamps", CREATE_TABLE="n"))
    began = time.monotonic()
    with pytest.raises(OperationalError):
        factory.application_recorder()
    assert time.monotonic() - began < 3
    factory.close()


def test_the_library_s_functions_that_lose_events_are_refused(database: Database) -> None:
    with pytest.raises(ProgrammingError, match="readers miss events"):
        log_factory(database.app_dsn, POSTGRES_ENABLE_DB_FUNCTIONS="y")
