"""The watcher and alerts, against real tables and a real desk: once a role, by any number of watchers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from psycopg.types.numeric import Int8

from cases.caller import Caller
from cases.codes import Role
from cases.commands import Approve, Classify, Correct, Inspect, Note, Receive, Repair, Request
from cases.desk import Desk
from cases.events import Escalated, Received
from cases.recorded import Source
from cases.reference import Published, regulation_document, settings_document
from cases.regulation.packs import shipped_regulation, shipped_text
from cases.store.database import Database
from cases.vault import Vault
from cases.watching import alarm
from projections.following.engine import Engine
from projections.following.watcher import Watcher
from projections.questions.alerts import Alert, alerts
from projections.schema import Db
from tests.cases.clock_stories import SHANGHAI, wall
from tests.fix_desk import ask, caller, new_key
from tests.fix_watching import Hotline
from tests.projections.lamps import connected

VALUES = """
regulation = "lamp-factory"
version = "watched.1"
[values]
repaired-thrice = { value = 6, unit = "months", source = "configured, not from the regulation" }
"""
BOTH = ["quality", "supervisor"]
NOTED_TWICE = """
[[alert]]
id = "noted-twice"
clause = "C"
label = { zh = "同案两次备注", en = "Two notes in one case" }
counts = { fact = "Noted" }
at_least = 2
reason = "repeated"
escalate = ["supervisor"]
"""


def of_next_year() -> Published:
    """The lamp regulation as it is from 2027 on: repairs count on site only, and two notes in one case are told."""
    head, mark, rest = shipped_text("lamp-factory").partition('id = "repaired-thrice"')
    rest = rest.replace('{ fact = "Repaired" }', '{ fact = "Repaired", mode = "on_site" }', 1)
    head = re.sub(r'(?m)^version = ".*"$', 'version = "2027.1"', head, count=1)
    head = re.sub(r"(?m)^effective_from = .*$", "effective_from = 2027-01-01", head, count=1)
    return regulation_document(head + mark + rest + NOTED_TWICE)


@pytest.fixture(scope="module")
def works(hotline: Hotline) -> Hotline:
    """The hotline of a firm that says within what time three repairs are too many."""
    lamp = shipped_regulation("lamp-factory").regulation
    sales = regulation_document(shipped_text("lamp-sales"))
    hotline.desk.publish([settings_document(VALUES, lamp), sales], caller(Role.SERVICE, "set-up"))
    return hotline


@pytest.fixture
def look(works: Hotline, database: Database) -> Callable[[str], int]:
    """Bring the tables up to date, and let a new watcher look once at a moment; gives how much it recorded."""

    def at(moment: str) -> int:
        Engine(database).catch_up()
        works.at(moment)
        return Watcher(database, works.desk, works.hands).look()

    return at


@pytest.fixture
def bi(database: Database) -> Iterator[Db]:
    """A connection to the tables."""
    with connected(database) as connection:
        yield connection


def staff() -> Caller:
    return caller(Role.SUPERVISOR, "qi")


def registered(works: Hotline, moment: str, lamp: str) -> UUID:
    """A lamp comes in."""
    works.at(moment)
    told = ask(Receive, channel="store", customer_phone=f"138{uuid4().int % 10**8:08}", serial=lamp)
    return works.desk.receive(told, caller(), key=new_key()).case_id


def repaired(works: Hotline, moment: str, lamp: str, cause: str = "driver", mode: str = "mail_in") -> UUID:
    """A lamp comes in and is repaired at once."""
    case_id = registered(works, moment, lamp)
    works.tell(case_id, ask(Classify, kind="repair", severity="normal"))
    opened = ask(Inspect, stage="arrival", cause=cause, disposition="repair")
    works.tell(case_id, opened, caller(Role.TECHNICIAN, "bo"))
    works.tell(case_id, ask(Repair, cause=cause, mode=mode), caller(Role.TECHNICIAN, "bo"))
    return case_id


def asked_of_sales(works: Hotline, moment: str, **classified: object) -> UUID:
    """Somebody calls the sales department."""
    works.at(moment)
    told = ask(Receive, channel="phone", customer_phone="13800005678", product_line="lamp-sales")
    case_id = works.desk.receive(told, caller(), key=new_key()).case_id
    works.tell(case_id, ask(Classify, **classified))
    return case_id


def alarms(works: Hotline, case_id: UUID, reason: str) -> list[str]:
    """The roles that were told of an alert in a case."""
    facts = (known.fact for known in works.escalations(case_id))
    return sorted(
        fact.level for fact in facts if isinstance(fact, Escalated) and fact.alert and fact.reason == reason
    )


@pytest.mark.proves("S0-5.3c")
def test_a_safety_case_is_told_at_the_first_look_to_every_role_once(
    works: Hotline, look: Callable[[str], int]
) -> None:
    case_id = registered(works, "2026-03-02 09:00", "K7-safe")
    works.tell(case_id, ask(Classify, kind="repair", is_safety=True))
    look("2026-03-02 09:01")
    assert alarms(works, case_id, "safety") == BOTH
    (first, _) = works.escalations(case_id)
    assert (first.actor, first.occurred_at) == ("watcher", works.hands.at)
    for moment in ("2026-03-02 09:02", "2026-03-09 09:00"):
        look(moment)
    assert alarms(works, case_id, "safety") == BOTH


@pytest.mark.proves("S1-5.5")
def test_the_green_channel_is_told_at_once_and_that_is_not_the_report_that_a_person_owes(
    works: Hotline, look: Callable[[str], int], bi: Db, database: Database
) -> None:
    case_id = asked_of_sales(works, "2026-03-02 09:00", kind="complaint", is_green_channel=True)
    look("2026-03-02 09:01")
    assert alarms(works, case_id, "urgent") == ["supervisor"]
    Engine(database).catch_up()
    owed = "SELECT stopped_at FROM bi.fct_sla_clocks WHERE case_id = %s AND promise = 'green-channel-report'"
    assert bi.execute(owed, [case_id]).fetchall() == [(None,)]


def test_the_third_repair_of_one_lamp_for_one_fault_is_told_in_its_case_alone(
    works: Hotline, look: Callable[[str], int]
) -> None:
    cases = [repaired(works, f"2026-0{month}-02 09:00", "K7-thrice") for month in (3, 4)]
    repaired(works, "2026-04-03 09:00", "K7-thrice", cause="wiring")
    look("2026-04-04 09:00")
    assert [alarms(works, one, "repeated") for one in cases] == [[], []]
    third = repaired(works, "2026-05-02 09:00", "k7-THRICE ")
    look("2026-05-02 10:00")
    look("2026-05-03 10:00")
    assert [alarms(works, one, "repeated") for one in (*cases, third)] == [[], [], BOTH]


def test_tables_that_lag_propose_in_vain_and_the_facts_decide(
    works: Hotline, look: Callable[[str], int], database: Database
) -> None:
    cases = [repaired(works, f"2026-0{month}-05 09:00", "K7-lag") for month in (3, 4, 5)]
    Engine(database).catch_up()
    withdrawn = ask(Correct, corrects=4, reason="typing_error", is_withdrawn=True)
    works.tell(cases[0], withdrawn, staff())
    works.at("2026-05-05 10:00")
    Watcher(database, works.desk, works.hands).look()
    assert alarms(works, cases[2], "repeated") == []
    look("2026-05-05 11:00")
    assert alarms(works, cases[2], "repeated") == []


def test_no_connection_is_held_while_the_desk_is_asked(works: Hotline, database: Database) -> None:
    for month in (3, 4, 5):
        repaired(works, f"2026-0{month}-09 09:00", "K7-held")
    Engine(database).catch_up()
    works.at("2026-05-09 10:00")
    are_free = []

    def asked() -> datetime:
        standing = database.pool.get_stats()
        are_free.append(standing["pool_available"] == standing["pool_size"])
        return works.hands.at

    desk = Desk(works.ledger, works.vault, asked)
    assert Watcher(database, desk, works.hands).look() == len(BOTH)
    assert are_free == [True] * len(BOTH)


def test_what_is_proposed_without_the_other_cases_is_quiet(works: Hotline) -> None:
    cases = [repaired(works, f"2026-0{month}-06 09:00", "K7-alone") for month in (3, 4, 5)]
    name = f"{cases[2]}:lamp-factory:repaired-thrice:1"
    others = [works.ledger.load(one) for one in cases[:2]]
    assert not alarm(works.desk, cases[2], name, "supervisor")
    assert not alarm(works.desk, cases[2], name, "finance", others)
    assert not alarm(works.desk, cases[1], name, "supervisor", others)
    assert [alarm(works.desk, cases[2], name, "supervisor", others) for _ in range(2)] == [True, False]


def test_each_case_counts_by_the_version_that_binds_it(works: Hotline, look: Callable[[str], int]) -> None:
    works.desk.publish([of_next_year()], caller(Role.SERVICE, "set-up"))
    old = [repaired(works, f"2026-1{month}-08 09:00", "K7-version") for month in (1, 2)]
    by_mail = repaired(works, "2027-01-08 09:00", "K7-version")
    look("2027-01-09 09:00")
    on_site = repaired(works, "2027-02-08 09:00", "K7-version", mode="on_site")
    look("2027-02-09 09:00")
    assert [alarms(works, one, "repeated") for one in (*old, by_mail, on_site)] == [[], [], [], BOTH]


def test_three_repairs_that_lie_too_far_apart_are_no_alert(
    works: Hotline, look: Callable[[str], int]
) -> None:
    cases = [repaired(works, f"2026-{month}-07 09:00", "K7-far") for month in ("01", "02", "09")]
    look("2026-09-07 10:00")
    assert [alarms(works, one, "repeated") for one in cases] == [[], [], []]


def taken_over(works: Hotline, *, is_live: bool) -> UUID:
    """A safety case of another system's log, taken in by a mapping that says whether it is live."""
    case_id, source = uuid4(), Source(system="import:hotline")
    known = registered(works, "2026-03-02 09:00", "K7-old")
    works.tell(known, ask(Classify, kind="repair", is_safety=True))
    history = [
        replace(
            one,
            originator_id=case_id,
            source=source,
            fact=one.fact.model_copy(update={"is_live": is_live})
            if isinstance(one.fact, Received)
            else one.fact,
        )
        for one in works.ledger.load(known)
    ]
    works.desk.take_history([history])
    return case_id


def test_imported_history_is_quiet_unless_its_mapping_says_that_it_is_live(
    works: Hotline, look: Callable[[str], int]
) -> None:
    past, present = taken_over(works, is_live=False), taken_over(works, is_live=True)
    look("2026-03-02 09:01")
    assert (alarms(works, past, "safety"), alarms(works, present, "safety")) == ([], BOTH)
    assert not alarm(works.desk, past, f"{past}:lamp-factory:safety-at-once:1", "supervisor")


def test_two_watchers_at_once_record_one_fact_a_role(
    works: Hotline, look: Callable[[str], int], database: Database
) -> None:
    cases = [registered(works, "2026-03-02 09:00", f"K7-{number}") for number in range(6)]
    for case_id in cases:
        works.tell(case_id, ask(Classify, kind="repair", is_safety=True))
    Engine(database).catch_up()
    works.at("2026-03-02 09:01")
    gate = Barrier(2)

    def watch() -> None:
        desk = Desk(works.ledger, Vault(works.ledger, works.vault.keys), works.hands)
        gate.wait(30)
        Watcher(database, desk, works.hands).look()

    watchers = [Thread(target=watch) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join(60)
    look("2026-03-02 09:02")
    assert [alarms(works, one, "safety") for one in cases] == [BOTH] * len(cases)


def test_the_tables_say_who_is_still_to_be_told(
    works: Hotline, look: Callable[[str], int], bi: Db, database: Database
) -> None:
    case_id = registered(works, "2026-03-02 09:00", "K7-told")
    works.tell(case_id, ask(Classify, kind="repair", is_safety=True))
    Engine(database).catch_up()
    query = "SELECT next_levels, same FROM bi.fct_alerts WHERE case_id = %s"
    assert bi.execute(query, [case_id]).fetchall() == [(["supervisor", "quality"], None)]
    look("2026-03-02 09:01")
    Engine(database).catch_up()
    assert bi.execute(query, [case_id]).fetchall() == [(None, None)]


def test_what_is_too_little_in_its_own_case_waits_for_nobody(
    works: Hotline, look: Callable[[str], int], bi: Db, database: Database
) -> None:
    works.desk.publish([of_next_year()], caller(Role.SERVICE, "set-up"))
    case_id = registered(works, "2027-03-02 09:00", "K7-noted")
    query = "SELECT next_levels FROM bi.fct_alerts WHERE case_id = %s ORDER BY happened_at"
    for moment, waiting in (("09:05", [None]), ("09:10", [None, ["supervisor"]])):
        works.at(f"2027-03-02 {moment}")
        works.tell(case_id, ask(Note, word=f"called-{moment[-1]}"))
        Engine(database).catch_up()
        assert [levels for (levels,) in bi.execute(query, [case_id])] == waiting
    look("2027-03-02 09:11")
    assert alarms(works, case_id, "repeated") == ["supervisor"]
    works.at("2027-05-02 09:00")
    works.tell(case_id, ask(Note, word="called-again"))
    for at, reached in (("2027-04-01 09:00", ["2027-03-02 09:10"]), ("2027-05-02 09:01", [])):
        found = [one.reached_at for one in listed(bi, database, at, "case") if one.case_id == case_id]
        assert found == [wall(moment) for moment in reached], "a third note is no new alert"


# What there is to be told, to who asks


def listed(bi: Db, database: Database, at: str, about: str, **wanted: str) -> list[Alert]:
    """The alerts about something at a moment, of the last month."""
    Engine(database).catch_up()
    moment = wall(at)
    found = alerts(bi, at=moment, since=moment - timedelta(days=31), zone=SHANGHAI.key, limit=200, **wanted)
    assert found.total == len(found.items)
    return [one for one in found.items if one.about == about]


def late_question(works: Hotline, moment: str, to: str) -> UUID:
    """A question that the sales department, half an hour later, has no plan for."""
    return asked_of_sales(works, moment, kind="consultation", assigned_to=to)


@pytest.mark.proves("S1-7.2")
def test_the_third_late_response_of_a_person_in_a_month_is_listed_and_told_in_no_case(
    works: Hotline, look: Callable[[str], int], bi: Db, database: Database
) -> None:
    cases = [late_question(works, f"2026-06-{day} 09:00", "staff-bo") for day in ("01", "02", "30")]
    late_question(works, "2026-06-03 09:00", "staff-he")
    late_question(works, "2026-07-01 09:00", "staff-bo")
    assert listed(bi, database, "2026-06-30 09:30", "person") == []
    (one,) = listed(bi, database, "2026-07-01 12:00", "person", level="supervisor")
    assert (one.name, one.same, one.times) == ("lamp-sales:late-thrice:staff-bo:2026-06", "staff-bo", 3)
    assert (one.clause, one.since_at, one.reached_at) == (
        "S1 七/2", wall("2026-06-01 09:30"), wall("2026-06-30 09:30"),
    )  # fmt: skip
    assert listed(bi, database, "2026-07-01 12:00", "person", level="finance") == []
    look("2026-07-01 12:00")
    assert [alarms(works, case_id, "overdue") for case_id in cases] == [[], [], []]


def test_a_late_response_that_was_excluded_is_shown_and_not_counted(
    works: Hotline, bi: Db, database: Database
) -> None:
    cases = [late_question(works, f"2026-08-0{day} 09:00", "staff-li") for day in (3, 4, 5)]
    flood = {"subject": "exclusion", "item": "preliminary-plan", "reason": "force_majeure"}
    works.tell(cases[0], ask(Request, **flood))
    works.tell(cases[0], ask(Approve, **flood), staff())
    assert listed(bi, database, "2026-08-06 09:00", "person") == []
    shown = "SELECT count(*) FROM bi.fct_alerts WHERE same = 'staff-li' AND is_excluded"
    assert bi.execute(shown).fetchone() == (1,)
    late_question(works, "2026-08-06 09:00", "staff-li")
    (one,) = listed(bi, database, "2026-08-06 10:00", "person")
    assert (one.times, one.excluded, one.reached_at) == (3, 1, wall("2026-08-06 09:30"))


def test_an_alert_of_a_case_is_listed_with_who_was_told(
    works: Hotline, look: Callable[[str], int], bi: Db, database: Database
) -> None:
    case_id = registered(works, "2026-10-12 09:00", "K7-list")
    works.tell(case_id, ask(Classify, kind="repair", is_safety=True))
    (one,) = listed(bi, database, "2026-10-12 09:00", "case")
    assert (one.case_id, one.what, one.told, one.times) == (case_id, "safety-at-once", (), 1)
    look("2026-10-12 09:01")
    (one,) = listed(bi, database, "2026-10-12 09:02", "case", level="quality")
    assert (sorted(one.told), one.label_en) == (BOTH, "A safety risk is told at once")


def test_a_year_that_is_not_published_is_told_from_december_on(bi: Db, database: Database) -> None:
    assert listed(bi, database, "2026-11-30 09:00", "calendar_year") == []
    (one,) = listed(bi, database, "2026-12-01 09:00", "calendar_year")
    assert (one.name, one.what, one.reached_at) == ("2027", "provisional", wall("2026-12-01 00:00"))


def test_a_value_that_open_cases_wait_for_is_told(works: Hotline, bi: Db, database: Database) -> None:
    registered(works, "2026-10-12 09:00", "K7-value")
    found = {one.label_en: one for one in listed(bi, database, "2026-10-12 09:05", "not_configured")}
    one = next(one for one in found.values() if one.what == "setting")
    assert one.clause is not None
    assert one.times >= 1


def test_parked_cases_are_told(works: Hotline, bi: Db, database: Database) -> None:
    case_id = registered(works, "2026-10-12 09:00", "K7-parked")
    append = "SELECT log.case_events_append(%s, %s, %s, %s)"
    bi.execute(append, ([case_id], [Int8(2)], ["case.melted.v1"], [b"{}"]))
    (one,) = listed(bi, database, "2026-10-12 09:05", "parked")
    assert (one.what, one.times) == ("UnknownTopic", 1)
