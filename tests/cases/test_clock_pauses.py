"""Pauses against office hours, weekends and holidays: measured in the clock's own time, nothing counted twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import codes, events
from cases.promises.clock import Standing, Verdict, standing
from tests.cases.clock_stories import (
    HUMMING,
    REOPENED,
    REPLY,
    RESUMED,
    WAITING,
    Story,
    closed,
    promise,
    story,
    wall,
)

FOR_CUSTOMER = '{ from = { fact = "Paused", reason = "waiting_for_customer" }, to = { fact = "Resumed" } }'
FOR_QUOTE = '{ from = { fact = "Quoted" }, to = { fact = "QuoteAnswered" } }'
PARTS = events.Paused(reason=codes.PauseReason.WAITING_FOR_PARTS)
MONDAY_OPENING = "2026-03-02 08:30"


def replies(within: str, *pauses: str) -> str:
    return promise(
        "reply", 'fact = "Received"', 'fact = "Responded"', within, f"pause = [{', '.join(pauses)}]"
    )


def asked(within: str, at: str, *pauses: str) -> Story:
    return story(replies(within, *(pauses or (FOR_CUSTOMER,)))).at(at, HUMMING)


def office_day(at: str = MONDAY_OPENING) -> Story:
    """Eight office hours: one whole day with its lunch break."""
    return asked('hours = 8, calendar = "office-hours"', at)


def test_the_lunch_break_does_not_count() -> None:
    within = 'minutes = 60, calendar = "office-hours"'
    assert asked(within, "2026-03-02 11:30").clock().due_at == wall("2026-03-02 13:30")
    assert asked(within, "2026-03-02 12:20").clock().due_at == wall("2026-03-02 14:00")


def test_a_pause_over_night_adds_only_its_office_time() -> None:
    paused = office_day().at("2026-03-02 16:30", WAITING).at("2026-03-03 09:30", RESUMED).clock()
    assert (paused.original_due_at, paused.due_at) == (wall("2026-03-02 17:30"), wall("2026-03-03 10:30"))
    assert paused.paused == timedelta(hours=2)


@pytest.mark.parametrize(
    ("opens", "ends"),
    [
        ("2026-03-02 12:05", "2026-03-02 12:55"),
        ("2026-03-06 17:30", "2026-03-09 08:30"),
        ("2026-09-30 17:30", "2026-10-08 08:30"),
    ],
    ids=["lunch", "weekend", "National Day"],
)
def test_a_pause_over_off_hours_adds_nothing(opens: str, ends: str) -> None:
    begun = office_day(f"{opens[:10]} 11:00")
    paused = begun.at(opens, WAITING).at(ends, RESUMED).clock()
    assert (paused.due_at, paused.paused) == (begun.clock().due_at, timedelta(0))


def test_a_make_up_saturday_is_working_time_for_clock_and_pause() -> None:
    begun = asked('working_days = 3, calendar = "working-days"', "2026-09-30 10:00")
    assert begun.clock().due_at == wall("2026-10-11 00:00")
    paused = begun.at("2026-10-10 08:00", WAITING).at("2026-10-10 20:00", RESUMED).clock()
    assert paused.paused == timedelta(hours=12)
    assert paused.due_at == wall("2026-10-12 12:00")


def test_around_the_clock_runs_through_night_and_weekend() -> None:
    begun = asked("hours = 24", "2026-03-06 18:00")
    assert begun.clock().due_at == wall("2026-03-07 18:00")
    paused = begun.at("2026-03-06 23:00", WAITING).at("2026-03-07 01:00", RESUMED)
    assert paused.clock().due_at == wall("2026-03-07 20:00")


def test_nothing_falls_due_on_a_weekend_or_at_midnight_of_a_day_off() -> None:
    friday = asked('hours = 2, calendar = "office-hours"', "2026-03-06 16:45").clock()
    assert friday.due_at == wall("2026-03-09 09:45")
    assert standing(friday, wall("2026-03-07 00:00")) is Standing.RUNNING
    saturday = asked('working_days = 1, calendar = "working-days"', "2026-03-07 10:00").clock()
    assert saturday.due_at == wall("2026-03-10 00:00")


def test_overlapping_pauses_count_once() -> None:
    quoted = events.Quoted(quote_no="Q-1", amount={"minor": 100})  # type: ignore[arg-type]  # as a clerk writes it
    answered = events.QuoteAnswered(quote_no="Q-1", is_accepted=True)
    begun = asked("hours = 24", "2026-03-02 09:00", FOR_CUSTOMER, FOR_QUOTE)
    told = (
        begun.at("2026-03-02 10:00", WAITING).at("2026-03-02 11:00", quoted).at("2026-03-02 12:00", RESUMED)
    )
    clock = told.at("2026-03-02 13:00", answered).clock()
    assert [(one.since, one.until) for one in clock.pauses] == [
        (wall("2026-03-02 10:00"), wall("2026-03-02 13:00"))
    ]
    assert clock.due_at == wall("2026-03-03 12:00")


def test_a_pause_from_before_the_start_counts_from_the_start() -> None:
    text = promise(
        "check", 'fact = "Delivered"', 'fact = "Inspected"', "hours = 10", f"pause = {FOR_CUSTOMER}"
    )
    parcel = events.Delivered(direction=codes.Direction.INBOUND)
    told = story(text).at("2026-03-02 09:00", WAITING).at("2026-03-02 10:00", parcel)
    clock = told.at("2026-03-02 11:00", RESUMED).clock("check:1")
    assert (clock.paused, clock.due_at) == (timedelta(hours=1), wall("2026-03-02 21:00"))
    assert clock.moved_by == (1, 2, 3)


def test_an_answer_during_the_pause_ends_pause_and_clock() -> None:
    told = (
        asked("hours = 2", "2026-03-02 09:00").at("2026-03-02 10:00", WAITING).at("2026-03-02 15:00", REPLY)
    )
    clock = told.at("2026-03-02 16:00", RESUMED).clock()
    assert (clock.verdict, clock.paused) == (Verdict.MET, timedelta(hours=5))
    assert (clock.working_elapsed, clock.raw_elapsed) == (timedelta(hours=1), timedelta(hours=6))
    assert clock.moved_by == (1, 2, 3)


def test_pausing_twice_is_one_pause_and_resuming_twice_is_one_end() -> None:
    told = asked("hours = 4", "2026-03-02 09:00").at("2026-03-02 09:30", RESUMED)
    told = told.at("2026-03-02 10:00", WAITING).at("2026-03-02 11:00", WAITING)
    told = told.at("2026-03-02 12:00", RESUMED).at("2026-03-02 13:00", RESUMED)
    assert told.clock().due_at == wall("2026-03-02 15:00")


def test_waiting_for_somebody_else_sets_the_clock_going_again() -> None:
    told = (
        asked("hours = 4", "2026-03-02 09:00").at("2026-03-02 10:00", WAITING).at("2026-03-02 11:00", PARTS)
    )
    assert told.at("2026-03-02 15:00", RESUMED).clock().due_at == wall("2026-03-02 14:00")


def test_a_reason_that_the_promise_does_not_name_pauses_nothing() -> None:
    told = asked("hours = 4", "2026-03-02 09:00").at("2026-03-02 10:00", PARTS)
    assert told.clock().pauses == ()


def test_a_pause_that_lasts_holds_the_clock() -> None:
    clock = asked("hours = 4", "2026-03-02 09:00").at("2026-03-02 10:00", WAITING).clock()
    assert (clock.due_at, clock.paused_since) == (wall("2026-03-02 13:00"), wall("2026-03-02 10:00"))
    assert standing(clock, wall("2026-06-01 00:00")) is Standing.PAUSED


def test_a_pause_after_the_due_moment_heals_nothing() -> None:
    begun = asked("hours = 4", "2026-03-02 09:00")
    late = begun.at("2026-03-02 13:00:01", WAITING)
    assert standing(late.clock(), wall("2026-03-02 14:00")) is Standing.OVERDUE
    assert late.at("2026-03-02 15:00", RESUMED).at("2026-03-02 15:01", REPLY).verdict() is Verdict.BREACHED
    in_time = begun.at("2026-03-02 13:00", WAITING).at("2026-03-02 15:00", RESUMED)
    assert in_time.at("2026-03-02 15:00", REPLY).verdict() is Verdict.MET


def test_closing_ends_the_wait_and_a_reopened_case_does_not_wait() -> None:
    told = (
        asked("hours = 4", "2026-03-02 09:00")
        .at("2026-03-02 10:00", WAITING)
        .at("2026-03-02 11:00", closed())
    )
    assert told.clock().due_at == wall("2026-03-02 14:00")
    again = told.at("2026-03-02 12:00", REOPENED)
    assert (again.clock("reply:2").due_at, again.clock("reply:2").paused) == (
        wall("2026-03-02 16:00"),
        timedelta(0),
    )


def test_a_pause_cuts_across_a_promised_instant_too() -> None:
    text = promise(
        "promised", 'fact = "Inspected", has = "promised_at"', 'fact = "Repaired"', 'until = "promised_at"',
        f"pause = {FOR_CUSTOMER}", "warn = [0.5]",
    )  # fmt: skip
    inspected = events.Inspected(
        stage=codes.InspectionStage.ARRIVAL, disposition=codes.Disposition.REPAIR,
        promised_at=wall("2026-03-04 09:00"),
    )  # fmt: skip
    told = story(text).at("2026-03-02 09:00", inspected).at("2026-03-03 12:00", WAITING)
    clock = told.at("2026-03-03 15:00", RESUMED).clock("promised:1")
    assert (clock.original_due_at, clock.due_at) == (wall("2026-03-04 09:00"), wall("2026-03-04 12:00"))
    assert clock.warned_at == (wall("2026-03-03 09:00"),)


def test_a_clock_names_the_years_whose_schedule_it_rests_on() -> None:
    clock = asked('working_days = 3, calendar = "working-days"', "2026-12-30 10:00").clock()
    assert [year for year, _ in clock.calendar_years] == [2026, 2027]
    assert clock.calendar_years[1][1].startswith("provisional-")
    assert asked("hours = 24", "2026-12-31 10:00").clock().calendar_years == ()
