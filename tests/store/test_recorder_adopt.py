"""A log that was moved to another cluster: refused as it is, whole after it was taken over."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors
from psycopg.sql import SQL, Identifier

from cases.store.adopt import adopt_log, check_log
from cases.store.binaries import choose
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.errors import StoreError
from cases.store.recorder import LogRecorder
from cases.store.roles import ensure_database, ensure_rights, ensure_roles
from cases.store.server import EmbeddedServer
from tests.fix_log import humming, log_factory


def dumped_into(old: Database, new: EmbeddedServer) -> Database:
    """The old database as pg_dump and psql carry it over, roles made beforehand."""
    with psycopg.connect(new.dsn(ADMIN, "postgres"), autocommit=True) as admin:
        ensure_roles(admin)
        ensure_database(admin, "caseledger")
    with psycopg.connect(new.dsn(ADMIN), autocommit=True) as admin:
        ensure_rights(admin)
    programs = choose()
    dump = subprocess.run(
        [programs.program("pg_dump"), old.server.dsn(ADMIN, old.name)], capture_output=True, check=True
    ).stdout
    subprocess.run(
        [programs.program("psql"), "-qX", "-v", "ON_ERROR_STOP=1", new.dsn(ADMIN)],
        input=dump,
        capture_output=True,
        check=True,
    )
    return Database(new, is_guest=True)


@pytest.fixture
def moved(make_server: Callable[..., EmbeddedServer], tmp_path: Path) -> tuple[list[int], Database]:
    """Positions of a hundred facts, and their log in a new cluster, not yet taken over."""
    old = Database(make_server().start(), is_guest=True)
    old.init()
    # The old cluster is ahead of the new one in transaction ids.
    with psycopg.connect(old.app_dsn, autocommit=True) as connection:
        connection.execute(
            "DO $$ BEGIN FOR i IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
        )
    factory = log_factory(old.app_dsn)
    recorder = factory.application_recorder()
    for _ in range(50):
        recorder.insert_events(humming(uuid4(), 1, 2))
    positions = [fact.id for fact in recorder.select_notifications(None, 1000)]
    factory.close()
    return positions, dumped_into(old, make_server().start())


def recorder_of(database: Database) -> LogRecorder:
    recorder = log_factory(database.app_dsn).application_recorder()
    assert isinstance(recorder, LogRecorder)
    return recorder


def test_a_moved_log_serves_every_fact_once_it_is_taken_over(moved: tuple[list[int], Database]) -> None:
    positions, database = moved
    assert len(positions) == 100
    with pytest.raises(StoreError, match="another cluster"):
        recorder_of(database)

    with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        assert adopt_log(owner).settled_floor == max(positions)

    recorder = recorder_of(database)
    assert [fact.id for fact in recorder.select_notifications(None, 1000)] == positions
    last = recorder.select_notifications(max(positions), 1)[0]
    block = recorder.append(humming(uuid4(), 1, 2, 3))
    assert block.first == max(positions) + 1
    assert block.recorded_at >= last.recorded_at
    assert [fact.id for fact in recorder.select_notifications(None, 1000)] == positions + block.positions
    assert recorder.max_notification_id() == block.positions[-1]
    recorder_of(database).datastore.close()
    recorder.datastore.close()


def test_the_right_identifier_does_not_hide_fences_from_elsewhere(moved: tuple[list[int], Database]) -> None:
    _, database = moved
    with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO log.case_events_origins (system_identifier, settled_floor)"
            " SELECT system_identifier, 0 FROM pg_control_system()"
        )
        owner.execute("SELECT setval('log.case_events_fences', 0)")
        with pytest.raises(StoreError, match="fences of another cluster"):
            check_log(owner)
        owner.execute("SELECT setval('log.case_events_positions', 1)")
        with pytest.raises(StoreError, match="behind the recorder's back"):
            check_log(owner)
        adopt_log(owner)
        check_log(owner)


def test_only_the_owner_takes_over_and_only_while_nobody_writes(moved: tuple[list[int], Database]) -> None:
    _, database = moved
    with (
        psycopg.connect(database.app_dsn) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        adopt_log(connection)
    with (
        psycopg.connect(database.app_dsn) as writer,
        psycopg.connect(database.owner_dsn, autocommit=True) as owner,
    ):
        writer.execute(
            SQL("SELECT {}(%s, '{{1}}', '{{t}}', '{{s}}')").format(Identifier("log", "case_events_append")),
            [[uuid4()]],
        )
        owner.execute("SET lock_timeout = 100")
        with pytest.raises(errors.LockNotAvailable):
            adopt_log(owner)


def test_a_healthy_log_passes_even_when_its_last_writers_rolled_back(
    make_server: Callable[..., EmbeddedServer],
) -> None:
    database = Database(make_server().start(), is_guest=True)
    database.init()
    recorder = recorder_of(database)
    recorder.append(humming(uuid4(), 1))
    with psycopg.connect(database.app_dsn) as connection:
        for _ in range(5):
            connection.execute("SELECT pg_current_xact_id()")
            connection.execute(recorder.append_statement, [[uuid4()], [1], ["t"], [b"{}"]])
            connection.rollback()
            check_log(connection)
    recorder.datastore.close()
