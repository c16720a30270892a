"""What users of comparable systems complain about most, each reproduced in a few naive lines, and ours beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import holidays

from cases import codes, events
from cases.calendars.amounts import Duration
from cases.calendars.book import shipped_book
from cases.calendars.counting import Calendar, due, elapsed
from cases.promises.clock import Standing, Verdict, standing
from tests.cases.clock_stories import (
    HUMMING,
    REOPENED,
    REPLY,
    RESUMED,
    SHANGHAI,
    WAITING,
    Story,
    classified,
    closed,
    promise,
    story,
    wall,
)
from tests.cases.test_clock_explained import PUBLISHED, answered

PAUSE = 'pause = { from = { fact = "Paused" }, to = { fact = "Resumed" } }'
OFFICE_DAY = timedelta(hours=8)
A_DAY = timedelta(hours=24)


def office() -> Calendar:
    return shipped_book().calendar("office-hours")


def asked(within: str, at: str, *more: str) -> Story:
    return story(
        promise("reply", 'fact = "Received"', 'fact = "Responded", step = "reply"', within, *more)
    ).at(at, HUMMING)


def test_group_1_a_hold_over_night_is_not_taken_twice_from_office_hours() -> None:
    """Naively: office hours from start to answer, less the hold by the clock on the wall."""
    told = asked('hours = 8, calendar = "office-hours"', "2026-03-02 08:30", PAUSE)
    told = told.at("2026-03-02 16:30", WAITING).at("2026-03-03 09:30", RESUMED).at("2026-03-03 12:00", REPLY)
    start, hold, answer = (
        wall("2026-03-02 08:30"),
        wall("2026-03-03 09:30") - wall("2026-03-02 16:30"),
        wall("2026-03-03 12:00"),
    )
    naive = elapsed(start, answer, office()) - hold
    assert naive == timedelta(hours=-5.5), "the night was never office time, and is taken off all the same"
    assert naive <= OFFICE_DAY, "so that an answer an hour and a half late counts as kept"
    clock = told.clock()
    assert (clock.working_elapsed, clock.paused) == (timedelta(hours=9.5), timedelta(hours=2))
    assert (clock.due_at, clock.verdict) == (wall("2026-03-03 10:30"), Verdict.BREACHED)


def test_group_1_the_time_a_case_was_closed_is_no_hold() -> None:
    """Naively: whatever is not worked on, solved or pending, is taken off when the case goes on."""
    told = (
        asked("hours = 24", "2026-03-02 09:00", PAUSE)
        .at("2026-03-02 10:00", closed())
        .at("2026-03-04 10:00", REOPENED)
    )
    told = told.at("2026-03-04 12:00", REPLY)
    naive = (
        wall("2026-03-04 12:00")
        - wall("2026-03-02 09:00")
        - (wall("2026-03-04 10:00") - wall("2026-03-02 10:00"))
    )
    assert naive <= A_DAY
    assert (told.verdict("reply:1"), told.clock("reply:1").paused) == (Verdict.BREACHED, timedelta(0))


def test_group_2_a_case_that_changes_its_kind_keeps_what_it_waited() -> None:
    """Naively: the new agreement is counted from receipt, and the wait belonged to the old one."""
    both = promise(
        "reply",
        'fact = "Received"',
        'fact = "Responded"',
        "hours = 24",
        PAUSE,
        'applies = { kind = "consultation" }',
    )
    both += promise(
        "repair",
        'fact = "Received"',
        'fact = "Repaired"',
        "hours = 72",
        PAUSE,
        'applies = { kind = "repair" }',
    )
    told = story(both).at("2026-03-02 09:00", HUMMING).at("2026-03-02 09:30", classified("consultation"))
    told = (
        told.at("2026-03-02 10:00", WAITING)
        .at("2026-03-02 20:00", RESUMED)
        .at("2026-03-02 21:00", classified("repair"))
    )
    repaired = told.at("2026-03-05 18:00", events.Repaired())
    naive_due = wall("2026-03-02 09:00") + timedelta(hours=72)
    assert wall("2026-03-05 18:00") > naive_due, "a repair in time becomes a miss"
    clock = repaired.clock("repair:1")
    assert (clock.due_at, clock.verdict) == (naive_due + timedelta(hours=10), Verdict.MET)
    assert repaired.verdict("reply:1") is Verdict.CANCELLED, "and the old one alarms nobody any more"


def test_group_3_a_calendar_that_is_edited_rewrites_no_verdict() -> None:
    """Naively: the due time is computed on reading, with the calendar of today."""
    (_, _), (today, _) = PUBLISHED
    naive_due = due(wall("2026-12-31 10:00"), Duration(working_days=2), today.calendar("working-days"))
    assert wall("2027-01-03 12:00") > naive_due, (
        "what was kept by the calendar of its day is a miss by that of today"
    )
    assert answered("2027-01-03 12:00").verdict is Verdict.MET
    running = answered("2027-01-04 09:00")
    assert running.due_at == naive_due, "a demand still running learns of the new holiday"
    assert running.original_due_at != running.due_at, "and what was told at first stays beside it"


def first_said(told: Story) -> datetime | None:
    """Naively: when anything was first said, by whomever and to whomever."""
    said = (one.occurred_at for one in told.facts if isinstance(one.fact, events.Responded | events.Noted))
    return min(said, default=None)


def is_overdue(told: Story, now: datetime) -> bool:
    """Naively: what is late and has no answer yet."""
    due_at, answered_at = told.facts[0].occurred_at + A_DAY, first_said(told)
    return answered_at is None and now > due_at


def test_group_4_a_note_is_no_answer() -> None:
    """Naively: the first thing said stops the clock, a note among colleagues or a notice that was sent by itself."""
    told = asked("hours = 24", "2026-03-02 09:00")
    noted = told.at("2026-03-02 09:01", events.Responded(step=codes.Step.NOTICE)).at(
        "2026-03-02 09:02", events.Noted(word="photos")
    )
    two_days_on = wall("2026-03-04 09:00")
    assert (first_said(noted), is_overdue(noted, two_days_on)) == (wall("2026-03-02 09:01"), False)
    assert (noted.clock().stopped_at, standing(noted.clock(), two_days_on)) == (None, Standing.OVERDUE)


def test_group_4_a_late_answer_hides_no_miss() -> None:
    """Naively: overdue is what has no answer yet, so that the answer that comes late takes the miss away."""
    late = asked("hours = 24", "2026-03-02 09:00").at("2026-03-04 09:00", REPLY)
    now = wall("2026-03-04 10:00")
    assert is_overdue(replace(late, facts=late.facts[:1]), now)
    assert not is_overdue(late, now), "an hour ago it was late, and now nobody knows"
    assert (late.verdict(), standing(late.clock(), now)) == (Verdict.BREACHED, Standing.BREACHED)


def test_group_4_what_the_customer_gave_up_is_not_waited_for() -> None:
    """Naively: without an answer the clock runs on, also when the conversation is over."""
    given_up = asked("hours = 24", "2026-03-02 09:00").at("2026-03-02 10:00", closed("withdrawn"))
    now = wall("2026-03-04 10:00")
    assert is_overdue(given_up, now)
    assert standing(given_up.clock(), now) is Standing.CANCELLED


def test_group_5_a_reopened_case_starts_anew_and_keeps_its_old_verdict() -> None:
    """Naively: one stop-watch a case, which runs on from where the case was closed."""
    told = (
        asked("hours = 24", "2026-03-02 09:00").at("2026-03-02 10:00", REPLY).at("2026-03-02 11:00", closed())
    )
    reopened = told.at("2026-03-09 09:00", REOPENED)
    naive_due = wall("2026-03-02 09:00") + A_DAY
    assert wall("2026-03-09 09:01") > naive_due, "escalated in the minute in which it is reopened"
    assert standing(reopened.clock("reply:2"), wall("2026-03-09 09:01")) is Standing.RUNNING
    assert reopened.clock("reply:2").due_at == wall("2026-03-10 09:00")
    missed_again = reopened.at("2026-03-11 09:00", REPLY)
    assert [clock.verdict for clock in missed_again.clocks().values()] == [Verdict.MET, Verdict.BREACHED]


def test_group_6_no_alarm_falls_on_a_weekend_or_at_the_wrong_end_of_a_day() -> None:
    """Naively: half of the time between start and due moment; and a due day is its midnight, when it begins."""
    clock = asked('hours = 8, calendar = "office-hours"', "2026-03-06 15:30", "warn = [0.5]").clock()
    assert clock.due_at == wall("2026-03-09 15:30")
    naive = clock.started_at + (clock.due_at - clock.started_at) / 2
    assert naive == wall("2026-03-08 03:30"), "a Sunday, at half past three in the morning"
    assert clock.warned_at == (wall("2026-03-09 10:30"),)
    told = asked('working_days = 2, calendar = "working-days"', "2026-03-02 10:00").at(
        "2026-03-04 10:00", REPLY
    )
    naive_due = datetime.combine(date(2026, 3, 4), time.min, SHANGHAI)
    assert wall("2026-03-04 10:00") > naive_due, "late on the very day that is promised"
    assert (told.verdict(), told.clock().due_at) == (Verdict.MET, wall("2026-03-05 00:00"))


def test_group_7_the_lunch_break_is_not_office_time() -> None:
    """Naively: one window a weekday, from opening to closing."""
    opens, closes = timedelta(hours=8, minutes=30), timedelta(hours=17, minutes=30)
    naive_due = datetime(2026, 3, 2, tzinfo=SHANGHAI) + opens + OFFICE_DAY
    assert naive_due < datetime(2026, 3, 2, tzinfo=SHANGHAI) + closes, "full an hour before the office closes"
    told = asked('hours = 8, calendar = "office-hours"', "2026-03-02 08:30")
    assert told.clock().due_at == wall("2026-03-02 17:30")
    assert told.at("2026-03-02 17:00", REPLY).verdict() is Verdict.MET
    assert wall("2026-03-02 17:00") > naive_due


def test_group_12_a_make_up_saturday_is_a_working_day() -> None:
    """Naively: weekdays that are no holidays."""
    off, day, left = holidays.country_holidays("CN", years=2026), date(2026, 9, 30), 3
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in off
    assert day == date(2026, 10, 12), "Monday, and the Saturday before it was worked"
    told = asked('working_days = 3, calendar = "working-days"', "2026-09-30 10:00")
    assert told.clock().due_at == wall("2026-10-11 00:00"), "the end of Saturday, 10 October"
    assert told.at("2026-10-12 09:00", REPLY).verdict() is Verdict.BREACHED
