"""The numbered steps of the schema: applied once, in order, by one program at a time, and never changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from cases.store import migrate
from cases.store.database import Database
from cases.store.errors import MigrationRefused, NotInitialised, ServerStuck

Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Fill a folder with steps, each named after the letter s: s001_lamps="CREATE …"."""

    def write_them(**steps: str) -> None:
        for name, text in steps.items():
            (tmp_path / f"{name.removeprefix('s')}.sql").write_text(text, encoding="utf-8")

    return write_them


@pytest.fixture(autouse=True)
def _clean(empty_database: Database) -> Iterator[None]:
    yield
    with psycopg.connect(empty_database.owner_dsn, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS upkeep CASCADE; DROP SCHEMA IF EXISTS shed CASCADE")


def lamps(database: Database) -> int:
    with psycopg.connect(database.owner_dsn) as connection:
        row = connection.execute("SELECT count(*) FROM shed.lamps").fetchone()
    assert row is not None
    return int(row[0])


LAMPS = "CREATE SCHEMA shed; CREATE TABLE shed.lamps (name text);"
KETTLE = "INSERT INTO shed.lamps VALUES ('the kettle lamp that hums; 100 %');"


def test_steps_are_applied_in_order_and_once(empty_database: Database, write: Write, tmp_path: Path) -> None:
    write(s002_kettle=KETTLE, s001_lamps=LAMPS)
    assert migrate.migrate(empty_database.owner_dsn, tmp_path) == ["001_lamps", "002_kettle"]
    write(s010_kettle=KETTLE)
    assert migrate.migrate(empty_database.owner_dsn, tmp_path) == ["010_kettle"]
    assert migrate.migrate(empty_database.owner_dsn, tmp_path) == []
    assert lamps(empty_database) == 2


def test_a_changed_step_is_refused_by_name(empty_database: Database, write: Write, tmp_path: Path) -> None:
    write(s001_lamps=LAMPS)
    migrate.migrate(empty_database.owner_dsn, tmp_path)
    write(s001_lamps=LAMPS + " ")
    with pytest.raises(MigrationRefused, match="001_lamps was changed"):
        migrate.migrate(empty_database.owner_dsn, tmp_path)


def test_the_line_ends_of_another_system_are_no_change(
    empty_database: Database, write: Write, tmp_path: Path
) -> None:
    write(s001_lamps=LAMPS + "\n")
    migrate.migrate(empty_database.owner_dsn, tmp_path)
    (tmp_path / "001_lamps.sql").write_bytes((LAMPS + "\r\n").encode())
    assert migrate.migrate(empty_database.owner_dsn, tmp_path) == []


def test_a_step_of_a_newer_program_is_refused(empty_database: Database, write: Write, tmp_path: Path) -> None:
    write(s001_lamps=LAMPS, s002_kettle=KETTLE)
    migrate.migrate(empty_database.owner_dsn, tmp_path)
    (tmp_path / "002_kettle.sql").unlink()
    with pytest.raises(MigrationRefused, match=r"002_kettle.*newer program"):
        migrate.migrate(empty_database.owner_dsn, tmp_path)


def test_a_step_that_comes_too_late_is_refused(
    empty_database: Database, write: Write, tmp_path: Path
) -> None:
    write(s001_lamps=LAMPS, s005_kettle=KETTLE)
    migrate.migrate(empty_database.owner_dsn, tmp_path)
    write(s003_kettle=KETTLE)
    with pytest.raises(MigrationRefused, match="003_kettle comes too late"):
        migrate.migrate(empty_database.owner_dsn, tmp_path)


def test_two_steps_with_one_number_and_badly_named_ones_are_refused(write: Write, tmp_path: Path) -> None:
    write(s001_lamps=LAMPS, s001_kettle=KETTLE)
    with pytest.raises(MigrationRefused, match="one number"):
        migrate.shipped(tmp_path)
    (tmp_path / "001_kettle.sql").rename(tmp_path / "two.sql")
    with pytest.raises(MigrationRefused, match=r"001_log\.sql"):
        migrate.shipped(tmp_path)


def test_a_step_that_fails_leaves_nothing_and_is_tried_again(
    empty_database: Database, write: Write, tmp_path: Path
) -> None:
    write(s001_lamps=LAMPS + "SELECT 1 / 0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate.migrate(empty_database.owner_dsn, tmp_path)
    write(s001_lamps=LAMPS)
    assert migrate.migrate(empty_database.owner_dsn, tmp_path) == ["001_lamps"]


def test_an_index_may_be_made_beside_the_work_of_others(
    empty_database: Database, write: Write, tmp_path: Path
) -> None:
    index = "CREATE INDEX CONCURRENTLY IF NOT EXISTS by_name ON shed.lamps (name);\n"
    write(s001_lamps=LAMPS, s002_index=f"-- no transaction\n{index}-- then\n{index}")
    with ThreadPoolExecutor(4) as programs:
        dsns = [empty_database.owner_dsn] * 4
        applied = list(programs.map(lambda dsn: migrate.migrate(dsn, tmp_path), dsns))
    assert sorted(applied) == [[], [], [], ["001_lamps", "002_index"]]


def test_a_step_waits_for_a_table_that_somebody_reads(
    empty_database: Database, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(s001_lamps=LAMPS)
    migrate.migrate(empty_database.owner_dsn, tmp_path)
    write(s002_wider="SET LOCAL lock_timeout = '200ms'; ALTER TABLE shed.lamps ADD COLUMN hums boolean;")
    with psycopg.connect(empty_database.owner_dsn) as reader:
        reader.execute("SELECT * FROM shed.lamps")
        monkeypatch.setattr(migrate, "LOCK_TRIES", 2)
        with pytest.raises(ServerStuck, match="002_wider waits"):
            migrate.migrate(empty_database.owner_dsn, tmp_path)
        monkeypatch.undo()
        threading.Timer(0.5, reader.rollback).start()
        assert migrate.migrate(empty_database.owner_dsn, tmp_path) == ["002_wider"]


def test_the_start_up_check_finds_missing_and_changed_steps(
    empty_database: Database, write: Write, tmp_path: Path
) -> None:
    write(s001_lamps=LAMPS)
    with psycopg.connect(empty_database.app_dsn, autocommit=True) as connection:
        with pytest.raises(NotInitialised, match="db init"):
            migrate.check(connection, tmp_path)
        migrate.migrate(empty_database.owner_dsn, tmp_path)
        migrate.check(connection, tmp_path)
        write(s002_kettle=KETTLE)
        with pytest.raises(NotInitialised, match="002_kettle"):
            migrate.check(connection, tmp_path)
        write(s001_lamps=LAMPS + "--")
        with pytest.raises(MigrationRefused):
            migrate.check(connection, tmp_path)


def test_the_shipped_steps_are_in_order_and_applied_to_every_database(database: Database) -> None:
    assert [step.number for step in migrate.shipped()] == list(range(1, len(migrate.shipped()) + 1))
    database.check()
