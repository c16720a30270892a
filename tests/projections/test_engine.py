"""The tables follow the log: what was recorded stands in every table, at one position."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from cases.store.database import Database
from projections.following import engine
from projections.following.engine import Engine
from projections.rebuilding.rebuild import prepare, rebuild
from projections.views.business_zone import business_zone
from tests.projections.lamps import Lamps, case_id, classified, closed, connected, received, replied


def test_a_recorded_case_stands_in_the_tables(lamps: Lamps, database: Database) -> None:
    lamps.tell(
        "the kettle lamp that hums",
        ("2026-03-02 09:00", received("AS-1")),
        ("2026-03-02 09:10", classified("consultation", category="usage")),
    )
    last = lamps.tell(
        "the kettle lamp that hums", ("2026-03-02 15:00", replied()), ("2026-03-03 10:00", closed())
    )
    assert Engine(database).catch_up() == last
    with connected(database) as connection:
        row = connection.execute(
            "SELECT case_no, kind, stage, version, last_position FROM bi.fct_cases WHERE case_id = %s",
            (case_id("the kettle lamp that hums"),),
        ).fetchone()
    assert row == ("AS-1", "consultation", "closed", 4, last)


def test_a_rebuild_finds_nothing_that_differs(lamps: Lamps, database: Database) -> None:
    report = rebuild(database, workers=1)
    assert report.compared
    assert report.differing == 0
    assert report.is_swapped


def test_programs_that_start_at_once_make_the_tables_once(new_database: Callable[[], Database]) -> None:
    with new_database() as fresh, ThreadPoolExecutor(4) as at_once:
        assert list(at_once.map(lambda _: prepare(fresh), range(4))) == [None] * 4
        with connected(fresh) as connection:
            assert connection.execute("SELECT position FROM bi.meta_position").fetchall() == [(0,)]


def test_days_are_counted_in_the_zone_that_analysts_are_given(lamps: Lamps, database: Database) -> None:
    with connected(database) as connection:
        assert business_zone(connection).key == "Asia/Shanghai"


def test_a_database_that_is_away_is_told_of_once_however_often_it_is_tried(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Away(Database):
        app_dsn = property(lambda _: "host=127.0.0.1 port=1 user=nobody")

    monkeypatch.setattr(engine, "RETRY_WAIT", 0.01)
    stop = threading.Event()
    away = threading.Thread(
        target=Engine(Away(database.server, database.name, is_guest=True)).run, args=(stop,)
    )
    away.start()
    time.sleep(0.3)
    stop.set()
    away.join(10)
    assert caplog.messages == [
        "the connection or the lead was lost (OperationalError); tried until it is back"
    ]
