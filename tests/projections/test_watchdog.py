"""The watchdog names who holds readers of the log back, and ends nobody but an analyst."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from cases.store.database import Database
from projections.following import watchdog
from projections.following.engine import Engine
from projections.following.watchdog import Watchdog, held
from projections.schema import Db
from tests.projections.lamps import Lamps, connected, received

MORNING = "2026-03-02 09:00"


@pytest.fixture
def bi(lamps: Lamps, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Db]:
    """A connection as the watchdog has it, which loses patience at once."""
    monkeypatch.setattr(watchdog, "NAMED_AFTER", 0.0)
    monkeypatch.setattr(watchdog, "ENDED_AFTER", 0.0)
    Engine(database).catch_up()
    with connected(database) as connection:
        yield connection


@contextmanager
def writing(dsn: str) -> Iterator[Db]:
    """Somebody who began to write and does not end."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_current_xact_id()")
        yield connection
        connection.rollback()


def test_nobody_is_named_while_everything_is_settled(bi: Db, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "NAMED_AFTER", 0.001)
    assert held(bi) == (0, 0.0)


def test_whoever_holds_readers_back_is_named_once_and_goes_on(
    bi: Db, lamps: Lamps, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with writing(database.owner_dsn) as owner:
        lamps.tell("held", (MORNING, received("AS-1")))
        assert held(bi).facts == 1
        dog = Watchdog(database)
        found = dog.look(bi)
        dog.look(bi)
        assert found is not None
        assert (found.pid, found.role) == (owner.info.backend_pid, "cl_owner")
        assert len(caplog.messages) == 1
        assert f"session {owner.info.backend_pid} of cl_owner in {database.name}" in caplog.text
        assert owner.execute("SELECT 1").fetchone() == (1,), "it is only named"
    assert held(bi).facts == 0


def test_an_analyst_who_holds_readers_back_is_ended(bi: Db, lamps: Lamps, database: Database) -> None:
    with psycopg.connect(database.reader_dsn) as analyst:
        analyst.execute("SET TRANSACTION READ WRITE")
        analyst.execute("ALTER ROLE bi_reader SET statement_timeout = '61s'")
        lamps.tell("held by an analyst", (MORNING, received("AS-2")))
        assert Watchdog(database).look(bi) is not None
        with pytest.raises(psycopg.OperationalError):
            analyst.execute("SELECT 1")
        analyst.close()
    Engine(database).catch_up()
    assert held(bi).facts == 0


def test_a_prepared_transaction_is_named_by_its_name(bi: Db) -> None:
    told = str(watchdog.Holder(None, "cl_owner", "caseledger", "payroll", "prepared", 7))
    assert told == "a prepared transaction of cl_owner in caseledger (payroll, prepared)"
