"""The watcher against real tables and a real desk: once a level, by any number of watchers, whatever the tables say."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from multiprocessing.synchronize import Barrier
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.sql import SQL, Literal
from psycopg.types.numeric import Int8

from cases.commands import Close, Note, Pause, Reopen, Respond
from cases.desk import Desk
from cases.events import Received
from cases.keys import Keys
from cases.recorded import Source
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.store.remote import RemoteServer
from cases.vault import Vault
from projections.following.engine import Engine
from projections.following.watcher import Watcher
from projections.questions.sla import Period, sla_dashboard
from projections.questions.worklist import worklist
from projections.rebuilding.rebuild import rebuild
from projections.schema import Db
from tests.cases.clock_stories import wall
from tests.fix_desk import ask
from tests.fix_watching import Hands, Hotline, reply_of
from tests.projections.lamps import connected

ANSWER = ask(Respond, step="reply")
Look = Callable[[str], None]
CROWD = 12


@pytest.fixture(scope="module")
def look(hotline: Hotline, database: Database) -> Look:
    """Bring the tables up to date, and let a watcher that was just started look once at a moment."""

    def at(moment: str) -> None:
        Engine(database).catch_up()
        hotline.at(moment)
        Watcher(database, hotline.desk, hotline.hands).look()

    return at


@pytest.fixture
def bi(database: Database) -> Iterator[Db]:
    """A connection to the tables."""
    with connected(database) as connection:
        yield connection


def row(bi: Db, case_id: UUID, columns: str) -> tuple[Any, ...] | None:
    """Some columns of the promised reply."""
    query = f"SELECT {columns} FROM bi.fct_sla_clocks WHERE clock_id = %s"
    return bi.execute(query.encode(), [reply_of(case_id)]).fetchone()


def test_it_warns_and_climbs_and_tells_every_level_once_through_restarts(
    hotline: Hotline, look: Look
) -> None:
    case_id = hotline.asked("2026-03-02 09:00")
    for moment in (
        "03-02 21:00",
        "03-03 03:00",
        "03-03 09:00",
        "03-03 09:01",
        "03-03 20:00",
        "03-04 09:01",
        "03-20 09:00",
    ):
        for _ in range(2):
            look(f"2026-{moment}")
    assert hotline.levels(case_id) == [
        ("warn-75", "03-03 03:00"), ("supervisor", "03-03 09:01"), ("finance", "03-04 09:01"),
    ]  # fmt: skip


def test_after_a_long_silence_every_role_is_told_and_no_warning_is_given_too_late(
    hotline: Hotline, look: Look
) -> None:
    case_id = hotline.asked("2026-03-02 09:00")
    look("2026-03-10 09:00")
    look("2026-03-10 09:10")
    assert hotline.levels(case_id) == [("supervisor", "03-10 09:00"), ("finance", "03-10 09:00")]


def test_tables_that_lag_propose_in_vain(hotline: Hotline, look: Look, database: Database) -> None:
    answered, late = hotline.asked("2026-03-02 09:00"), hotline.asked("2026-03-02 09:00")
    look("2026-03-02 09:30")
    hotline.at("2026-03-02 10:00")
    hotline.tell(answered, ANSWER)
    hotline.at("2026-03-03 09:01")
    for _ in range(3):
        Watcher(database, hotline.desk, hotline.hands).look()
    assert hotline.levels(answered) == []
    assert hotline.levels(late) == [("supervisor", "03-03 09:01")]


def test_a_paused_clock_is_not_even_proposed(hotline: Hotline, look: Look, bi: Db) -> None:
    case_id = hotline.asked("2026-03-02 09:00")
    hotline.tell(case_id, ask(Pause, reason="waiting_for_customer"))
    look("2026-03-20 09:00")
    assert hotline.levels(case_id) == []


def test_what_is_reopened_climbs_anew(hotline: Hotline, look: Look) -> None:
    case_id = hotline.asked("2026-03-02 09:00")
    look("2026-03-03 09:01")
    hotline.tell(case_id, ANSWER)
    hotline.tell(case_id, ask(Close, outcome="solved"))
    hotline.at("2026-03-04 09:00")
    hotline.tell(case_id, ask(Reopen, reason="fault_again"))
    look("2026-03-05 09:01")
    assert hotline.levels(case_id) == [("supervisor", "03-03 09:01"), ("supervisor", "03-05 09:01")]


# Imported history


def taken_over(hotline: Hotline, *, is_live: bool) -> UUID:
    """A question of another system's log, taken in by a mapping that says whether it is live."""
    case_id, source = uuid4(), Source(system="import:hotline")
    history = [
        replace(
            known,
            originator_id=case_id,
            source=source,
            fact=known.fact.model_copy(update={"is_live": is_live})
            if isinstance(known.fact, Received)
            else known.fact,
        )
        for known in hotline.ledger.load(hotline.asked("2026-03-02 09:00"))
    ]
    hotline.desk.take_history([history])
    return case_id


def test_imported_history_is_quiet_unless_its_mapping_says_that_it_is_live(
    hotline: Hotline, look: Look, bi: Db
) -> None:
    past, present = taken_over(hotline, is_live=False), taken_over(hotline, is_live=True)
    look("2026-03-03 09:01")
    assert hotline.levels(past) == []
    assert hotline.levels(present) == [("supervisor", "03-03 09:01")]
    assert row(bi, past, "verdict, next_level_at") == ("open", None)


# Parked cases


def test_a_case_that_cannot_be_read_holds_up_no_other_one(
    hotline: Hotline, look: Look, bi: Db, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = hotline.asked("2026-03-02 09:00"), hotline.asked("2026-03-02 09:10")
    look("2026-03-02 10:00")
    append = "SELECT log.case_events_append(%s, %s, %s, %s)"
    bi.execute(append, ([broken], [Int8(3)], ["case.melted.v1"], [b"{}"]))
    look("2026-03-03 09:11")
    assert row(bi, broken, "is_parked") == (True,)
    assert hotline.levels(sound) == [("supervisor", "03-03 09:11")]
    said = [message for message in caplog.messages if str(broken) in message]
    assert said[-1:] == [f"case {broken} is not escalated: UnknownTopic"]
    assert [message.split(":")[0] for message in said[:-1]] == ["parked"]


def test_a_case_whose_rows_stand_still_climbs_by_its_facts(hotline: Hotline, look: Look, bi: Db) -> None:
    case_id = hotline.asked("2026-03-02 09:00")
    look("2026-03-02 10:00")
    frozen = SQL(
        "ALTER TABLE bi.fct_cases ADD CONSTRAINT frozen CHECK (version < 3 OR case_id <> {}) NOT VALID"
    )
    bi.execute(frozen.format(Literal(case_id)))
    hotline.tell(case_id, ask(Note, word="called"))
    for moment in ("03-03 09:01", "03-03 09:10", "03-04 09:01", "03-05 09:01"):
        look(f"2026-{moment}")
    assert row(bi, case_id, "is_parked, escalated_level") == (True, None)
    assert hotline.levels(case_id) == [("supervisor", "03-03 09:01"), ("finance", "03-04 09:01")]
    bi.execute("ALTER TABLE bi.fct_cases DROP CONSTRAINT frozen")


# Two watchers


def watch_once(conninfo: str, name: str, keys: str, at: datetime, gate: Barrier) -> None:
    """A watcher in a process of its own."""
    with Database(RemoteServer(conninfo), name, is_guest=True) as database, Ledger(database) as ledger:
        hands = Hands(at)
        watcher = Watcher(database, Desk(ledger, Vault(ledger, Keys.model_validate_json(keys)), hands), hands)
        gate.wait(60)
        watcher.look()


@pytest.mark.parametrize("is_one_key_file", [True, False], ids=["one key file", "two key files"])
def test_two_watchers_in_two_processes_record_one_escalation_a_level(
    hotline: Hotline, look: Look, database: Database, is_one_key_file: bool
) -> None:
    crowd = [hotline.asked("2026-03-02 09:00") for _ in range(CROWD)]
    look("2026-03-02 09:30")
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(2)
    files = [hotline.vault.keys, hotline.vault.keys if is_one_key_file else Keys.fresh()]
    conninfo, at = database.server.dsn(ADMIN, database.name), wall("2026-03-10 09:00")
    watchers = [
        context.Process(target=watch_once, args=(conninfo, database.name, keys.model_dump_json(), at, gate))
        for keys in files
    ]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join(120)
    assert [watcher.exitcode for watcher in watchers] == [0, 0]
    look("2026-03-10 09:00")
    for case_id in crowd:
        assert sorted(hotline.levels(case_id)) == [("finance", "03-10 09:00"), ("supervisor", "03-10 09:00")]


def test_it_goes_on_when_the_tables_were_away(
    hotline: Hotline, look: Look, database: Database, bi: Db
) -> None:
    case_id, stop = hotline.asked("2026-03-02 09:00"), Event()
    look("2026-03-02 10:00")
    hotline.at("2026-03-03 09:01")
    bi.execute("ALTER SCHEMA bi RENAME TO bi_away")
    watcher = Watcher(database, hotline.desk, hotline.hands)
    thread = Thread(target=watcher.run, args=(stop, 0.01))
    thread.start()
    time.sleep(0.2)
    bi.execute("ALTER SCHEMA bi_away RENAME TO bi")
    deadline = time.monotonic() + 10
    while not hotline.levels(case_id) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.1)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert hotline.levels(case_id) == [("supervisor", "03-03 09:01")]


# What is shown


def test_lists_and_board_show_to_whom_a_clock_went_up(hotline: Hotline, look: Look, bi: Db) -> None:
    case_id = hotline.asked("2026-03-02 09:00")
    look("2026-03-03 09:01")
    Engine(hotline.ledger.database).catch_up()
    at = wall("2026-03-03 12:00")
    (listed,) = [item for item in worklist(bi, at=at, limit=500).items if item.clock_id == reply_of(case_id)]
    assert (listed.escalated_level, listed.escalated_at) == ("supervisor", wall("2026-03-03 09:01"))
    board = sla_dashboard(bi, at=at, period=Period(since=wall("2026-03-01 00:00"), until=at), longest=500)
    (worst,) = [one for one in board.worst if one.clock_id == reply_of(case_id)]
    assert worst.escalated_level == "supervisor"
    assert row(bi, case_id, "next_levels, next_level_at") == (["finance"], wall("2026-03-04 09:00"))


def test_a_warning_is_not_shown_as_going_up(hotline: Hotline, look: Look, bi: Db) -> None:
    case_id = hotline.asked("2026-03-02 09:00")
    look("2026-03-03 03:00")
    Engine(hotline.ledger.database).catch_up()
    assert row(bi, case_id, "escalated_level, next_levels") == (None, ["supervisor", "finance"])
    query = "SELECT escalated_at FROM bi.fct_cases WHERE case_id = %s"
    assert bi.execute(query, [case_id]).fetchone() == (None,)


def test_an_answer_told_late_leaves_the_escalation_and_shows_that_it_is_revised(
    hotline: Hotline, look: Look, bi: Db, database: Database
) -> None:
    case_id = hotline.asked("2026-03-02 09:00")
    look("2026-03-03 09:01")
    hotline.at("2026-03-03 11:00")
    early = ask(Respond, step="reply", occurred_at=wall("2026-03-02 15:00"), document="call-0815")
    hotline.tell(case_id, early)
    look("2026-03-03 11:10")
    assert hotline.levels(case_id) == [("supervisor", "03-03 09:01")]
    shown = ("met", "supervisor", True, None)
    assert row(bi, case_id, "verdict, escalated_level, is_revised, next_level_at") == shown
    query = "SELECT version FROM bi.fct_case_events WHERE case_id = %s AND is_revised"
    assert bi.execute(query, [case_id]).fetchall() == [(3,)]
    assert rebuild(database, workers=1).differing == 0
