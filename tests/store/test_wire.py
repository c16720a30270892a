"""One event and one stream go over libpq's own calls; they store, read and refuse what the driver's cursors do."""

from __future__ import annotations

import time
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import InfrastructureFactory, IntegrityError, StoredEvent
from eventsourcing.utils import Environment
from psycopg.sql import SQL

from cases.store.database import Database
from cases.store.factory import environment
from cases.store.leaf import leaf
from cases.store.outcomes import CommitUnknown, LogIsBusy
from cases.store.recorder import LogRecorder
from tests.fix_log import humming, log_factory

GATE = SQL("LOCK TABLE log.case_events_gate IN EXCLUSIVE MODE")
ENDED = SQL(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_a_stream_reads_the_same_whole_and_by_its_versions(log: LogRecorder) -> None:
    lamp = uuid4()
    alone, together = log.append(humming(lamp, 1)), log.append(humming(lamp, 2, 3))
    whole = log.select_events(lamp)
    assert whole == log.select_events(lamp, gt=0)
    assert [fact.id for fact in whole] == [*alone.positions, *together.positions]
    first = whole[0]
    assert first.recorded_at == alone.recorded_at
    assert first.leaf == leaf(lamp, 1, first.id, first.recorded_at, first.topic, first.state)
    assert log.select_events(uuid4()) == []


def test_a_connection_that_forgot_its_statements_learns_them_again(log: LogRecorder) -> None:
    lamp = uuid4()
    log.append(humming(lamp, 1))
    log.select_events(lamp)
    with log.datastore.get_connection() as connection:
        connection.execute("DEALLOCATE ALL")
    assert log.append(humming(lamp, 2)).count == 1
    assert [fact.originator_version for fact in log.select_events(lamp)] == [1, 2]


def test_after_a_refusal_the_same_connection_goes_on(log: LogRecorder) -> None:
    lamp = uuid4()
    log.append(humming(lamp, 1))
    with pytest.raises(IntegrityError, match="duplicate key"):
        log.append(humming(lamp, 1))
    with pytest.raises(IntegrityError, match="does not follow"):
        log.append(humming(lamp, 3))
    assert log.append(humming(lamp, 2)).count == 1


def test_one_event_waits_at_the_gate_no_longer_than_its_deadline(
    log: LogRecorder, database: Database
) -> None:
    lamp = uuid4()
    with psycopg.connect(database.owner_dsn) as holder:
        holder.execute(GATE)
        began = time.monotonic()
        with pytest.raises(LogIsBusy):
            log.append(humming(lamp, 1))
        assert time.monotonic() - began < 3
        holder.rollback()
    assert log.append(humming(lamp, 1)).count == 1


def test_a_connection_that_ended_leaves_one_event_unknown_and_is_replaced(database: Database) -> None:
    factory = log_factory(database.app_dsn, POSTGRES_POOL_SIZE="1", POSTGRES_MAX_OVERFLOW="0")
    recorder, lamp = factory.application_recorder(), uuid4()
    assert isinstance(recorder, LogRecorder)
    recorder.append(humming(lamp, 1))
    with psycopg.connect(database.app_dsn, autocommit=True) as other:
        other.execute(ENDED)
    with pytest.raises(CommitUnknown):
        recorder.append(humming(lamp, 2))
    assert [fact.originator_version for fact in recorder.select_events(lamp)] == [1]
    assert recorder.append(humming(lamp, 2)).count == 1
    factory.close()


def test_names_as_text_go_over_as_they_are(database: Database) -> None:
    env = environment(database.owner_dsn, POSTGRES_SCHEMA="public", ORIGINATOR_ID_TYPE="text")
    factory = InfrastructureFactory.construct(Environment(name="named", env=env))
    recorder = factory.application_recorder()
    lamp = StoredEvent("灯-'1'", 1, "lamp.hummed.v1", b"{}")
    assert recorder.insert_events([lamp]) == [1]
    (read,) = recorder.select_events("灯-'1'")
    assert (read.originator_id, read.topic, read.state) == ("灯-'1'", "lamp.hummed.v1", b"{}")
    factory.close()
