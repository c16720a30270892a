"""Who may touch the log, that nobody may change it, and that one text describes every event table."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors
from psycopg.sql import SQL, Identifier

from cases.store import Factory
from cases.store.adopt import LOG
from cases.store.database import Database
from cases.store.ddl import EventTable, shortened
from cases.store.factory import environment
from cases.store.recorder import LogRecorder
from tests.fix_log import humming

CHANGES = (
    "UPDATE log.case_events SET topic = 'lamp.fell.v1'",
    "DELETE FROM log.case_events",
    "TRUNCATE log.case_events",
)
COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum
"""
INDEXES = "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass ORDER BY 1"
TRIGGERS = """
    SELECT pg_get_triggerdef(oid), tgenabled::text FROM pg_trigger
    WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY 1
"""
FUNCTIONS = """
    SELECT pg_get_functiondef(oid), has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc
    WHERE oid IN (%s::regproc, %s::regproc) ORDER BY proname
"""
SEQUENCES = """
    SELECT seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle FROM pg_sequence
    WHERE seqrelid IN (%s::regclass, %s::regclass, %s::regclass) ORDER BY seqrelid::regclass::text
"""


@pytest.fixture(autouse=True)
def _a_fact(log: LogRecorder) -> None:
    log.append(humming(uuid4(), 1))


def held(connection: psycopg.Connection[Any], events: EventTable) -> str:
    """What PostgreSQL holds of an event table, without its names."""
    names = {
        word: events.name(f"_{word}").as_string()
        for word in ("append", "refuse", "positions", "fences", "clock")
    }
    table = events.name().as_string()
    rows: list[tuple[object, ...]] = []
    for query, params in (
        (COLUMNS, [table]),
        (INDEXES, [table]),
        (TRIGGERS, [table]),
        (FUNCTIONS, [names["append"], names["refuse"]]),
        (SEQUENCES, [names["positions"], names["fences"], names["clock"]]),
    ):
        rows += connection.execute(query, params).fetchall()
    text = "\n".join(str(value) for row in rows for value in row).replace('"', "")
    return re.sub(rf"\b{events.schema}\.{events.table}", "events", text).replace(events.table, "events")


@pytest.mark.parametrize("change", CHANGES)
def test_not_even_the_owner_may_change_a_fact(database: Database, change: str) -> None:
    for dsn, refusal in ((database.app_dsn, "permission denied"), (database.owner_dsn, "append-only")):
        with psycopg.connect(dsn) as connection, pytest.raises(errors.InsufficientPrivilege, match=refusal):
            connection.execute(change)


def test_replication_may_not_change_a_fact_either(database: Database) -> None:
    with psycopg.connect(database.server.dsn("cl_admin", database.name)) as admin:
        admin.execute("SET session_replication_role = replica")
        with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
            admin.execute("DELETE FROM log.case_events")


@pytest.mark.parametrize(
    "attempt",
    [
        "INSERT INTO log.case_events SELECT * FROM log.case_events",
        "SELECT setval('log.case_events_positions', 1)",
        "SELECT nextval('log.case_events_fences')",
        "LOCK TABLE log.case_events_gate IN EXCLUSIVE MODE",
        "LOCK TABLE log.case_events IN EXCLUSIVE MODE",
        "INSERT INTO log.case_events_origins (system_identifier, settled_floor) VALUES (1, 99)",
        "ALTER TABLE log.case_events DISABLE TRIGGER ALL",
        "CREATE TABLE log.forged ()",
        "DELETE FROM desk.idempotency_keys",
        "DELETE FROM vault.accesses",
        "UPDATE vault.accesses SET purpose = 'none'",
    ],
)
def test_the_program_s_role_has_no_way_round_the_append_function(database: Database, attempt: str) -> None:
    with (
        psycopg.connect(database.app_dsn) as connection,
        pytest.raises((errors.InsufficientPrivilege, errors.WrongObjectType)),
    ):
        connection.execute(attempt)


@pytest.mark.parametrize(
    "table",
    [
        "log.case_events",
        "log.facts",
        "desk.idempotency_keys",
        "desk.api_keys",
        "vault.fields",
        "vault.accesses",
    ],
)
def test_an_analyst_sees_neither_log_nor_desk_nor_vault(database: Database, table: str) -> None:
    with psycopg.connect(database.reader_dsn) as reader, pytest.raises(errors.InsufficientPrivilege):
        reader.execute(SQL("SELECT * FROM {}").format(Identifier(*table.split("."))))


def test_an_analyst_cannot_append(database: Database) -> None:
    with psycopg.connect(database.reader_dsn) as reader, pytest.raises(errors.InsufficientPrivilege):
        reader.execute("SELECT log.case_events_append('{}', '{}', '{}', '{}')")


def test_the_log_can_be_read_with_sql(log: LogRecorder, database: Database) -> None:
    lamp = uuid4()
    block = log.append(humming(lamp, 1, 2, room="stairs"))
    with psycopg.connect(database.app_dsn) as connection:
        rows = connection.execute(
            "SELECT position, version, occurred_at::text, recorded_at, actor, role, state ->> 'room'"
            " FROM log.facts WHERE originator_id = %s ORDER BY position",
            [lamp],
        ).fetchall()
    assert [row[0] for row in rows] == block.positions
    assert rows[1][1:] == (2, "2026-10-01 08:00:00+00", block.recorded_at, "宋", "agent", "stairs")


def test_the_product_s_log_is_what_the_one_text_says(database: Database) -> None:
    other = EventTable("log", "other_events")
    with psycopg.connect(database.owner_dsn) as owner:
        other.create(owner)
        assert held(owner, LOG) == held(owner, other)
        owner.rollback()


def test_several_programs_may_create_one_application_s_tables_at_once(database: Database) -> None:
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA at_once")
    settings = environment(database.app_dsn, POSTGRES_SCHEMA="at_once", POSTGRES_POOL_SIZE="1")

    def start(_: int) -> None:
        with Factory(settings) as factory:
            factory.application_recorder()
            factory.process_recorder()
            factory.aggregate_recorder("snapshots")
            factory.tracking_recorder()

    with ThreadPoolExecutor(8) as programs:
        list(programs.map(start, range(16)))


def test_no_ddl_runs_where_the_objects_exist(database: Database) -> None:
    """The application's role may not create anything in the log's schema, and its start-up needs not to."""
    with psycopg.connect(database.app_dsn) as connection:
        row = connection.execute("SELECT has_schema_privilege('log', 'CREATE')").fetchone()
        assert row == (False,)
        LOG.create(connection)


def test_a_table_of_another_recorder_is_named(database: Database) -> None:
    with psycopg.connect(database.app_dsn) as connection:
        connection.execute("CREATE SCHEMA foreign_hand")
        connection.execute("CREATE TABLE foreign_hand.lamp_events ()")
        with pytest.raises(Exception, match="another recorder"):
            EventTable("foreign_hand", "lamp_events").create(connection)


def test_long_names_of_applications_stay_apart(database: Database) -> None:
    long = "the_application_about_the_kettle_lamp_that_hums_at_night_events"
    assert len(long) == 63
    names = {shortened(long, suffix) for suffix in ("_append", "_gate", "_clock", "_refuse")}
    assert len(names) == 4
    assert all(len(name) <= 63 for name in names)
    with psycopg.connect(database.app_dsn) as connection:
        connection.execute("CREATE SCHEMA at_night")
        EventTable("at_night", long).create(connection)
        EventTable("at_night", long[:-1] + "z").create(connection)
        connection.rollback()
