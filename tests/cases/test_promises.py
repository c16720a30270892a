"""Clocks as users know them: what starts, pauses, stops, cancels and excludes them, and what stays a miss."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import codes, events
from cases.promises.clock import Lacking, Standing, Verdict, standing
from cases.promises.clocks import clocks
from cases.regulation.rules import Rules
from tests.cases.clock_stories import (
    CASE,
    HUMMING,
    PROMISE,
    REOPENED,
    REPLY,
    RESUMED,
    WAITING,
    Story,
    bound,
    classified,
    closed,
    excluded,
    promise,
    story,
    wall,
)

WHILE_WAITING = (
    'pause = { from = { fact = "Paused", reason = "waiting_for_customer" }, to = { fact = "Resumed" } }'
)
REPLY_IN_A_DAY = f"""
[[promise]]
id = "reply"
start = {{ fact = "Received" }}
stop = {{ fact = "Responded", step = ["reply", "final_answer"] }}
within = {{ hours = 24 }}
warn = [0.5, 0.75]
{WHILE_WAITING}
"""
BY_KIND = """
[[promise]]
id = "reply"
applies = { kind = "consultation" }
start = { fact = "Received" }
stop = { fact = "Responded" }
within = { hours = 24 }

[[promise]]
id = "repair"
applies = { kind = "repair" }
start = { fact = "Received" }
stop = { fact = "Repaired" }
within = { hours = 72 }
"""
REPAIR_AS_PROMISED = """
[[promise]]
id = "promised"
start = { fact = "Inspected" }
stop = [{ fact = "Repaired" }, { fact = "Replaced" }]
within = { until = "promised_at" }
"""


def asked() -> Story:
    return story(REPLY_IN_A_DAY).at("2026-03-02 09:00", HUMMING)


def inspected(promised: str | None) -> events.Inspected:
    return events.Inspected(
        stage=codes.InspectionStage.ARRIVAL, disposition=codes.Disposition.REPAIR,
        promised_at=None if promised is None else wall(promised),
    )  # fmt: skip


def test_a_reply_on_the_due_minute_is_in_time_and_a_second_later_is_a_miss() -> None:
    assert asked().at("2026-03-03 09:00", REPLY).verdict() is Verdict.MET
    assert asked().at("2026-03-03 09:00:00.000001", REPLY).verdict() is Verdict.BREACHED


def test_only_the_named_answer_stops_the_clock() -> None:
    touched = asked().at("2026-03-02 09:05", events.Responded(step=codes.Step.FIRST_TOUCH))
    assert touched.verdict() is Verdict.OPEN
    assert touched.at("2026-03-02 10:00", REPLY).clock().raw_elapsed == timedelta(hours=1)


def test_a_late_reply_stays_a_miss_whatever_comes_after() -> None:
    late = asked().at("2026-03-04 09:00", REPLY)
    told_on = (
        late.at("2026-03-04 10:00", REPLY).at("2026-03-05 09:00", closed()).at("2026-03-06 09:00", REOPENED)
    )
    assert late.verdict() is told_on.verdict() is Verdict.BREACHED
    assert told_on.clock().stopped_at == wall("2026-03-04 09:00")


def test_an_open_clock_past_its_due_moment_is_overdue_already() -> None:
    clock = asked().clock()
    assert clock.verdict is Verdict.OPEN
    assert standing(clock, wall("2026-03-03 09:00")) is Standing.RUNNING
    assert standing(clock, wall("2026-03-03 09:01")) is Standing.OVERDUE


def test_a_clock_names_the_facts_that_moved_it_and_when_it_warned() -> None:
    waited = (
        asked().at("2026-03-02 20:00", WAITING).at("2026-03-02 22:00", RESUMED).at("2026-03-03 10:00", REPLY)
    )
    clock = waited.clock()
    assert clock.clock_id == f"{CASE}:lamp-story:reply:1"
    assert clock.moved_by == (1, 2, 3, 4)
    assert clock.warned_at == (wall("2026-03-03 23:00") - timedelta(days=1), wall("2026-03-03 05:00"))


def test_an_ended_clock_stood_otherwise_before_it_ended() -> None:
    clock = (
        asked()
        .at("2026-03-02 10:00", WAITING)
        .at("2026-03-02 12:00", RESUMED)
        .at("2026-03-03 10:00", REPLY)
        .clock()
    )
    seen = [
        standing(clock, wall(at))
        for at in ("2026-03-02 09:30", "2026-03-02 11:00", "2026-03-03 09:30", "2026-03-03 10:00")
    ]
    assert seen == [Standing.RUNNING, Standing.PAUSED, Standing.RUNNING, Standing.MET]


def test_an_instant_told_to_the_customer_is_the_due_moment() -> None:
    told = (
        story(REPAIR_AS_PROMISED)
        .at("2026-03-02 09:00", HUMMING)
        .at("2026-03-03 10:00", inspected("2026-03-06 18:00"))
    )
    assert told.clock("promised:1").due_at == wall("2026-03-06 18:00")
    assert told.at("2026-03-06 18:00", events.Repaired()).verdict("promised:1") is Verdict.MET
    assert told.at("2026-03-06 18:01", events.Replaced()).verdict("promised:1") is Verdict.BREACHED


def test_an_inspection_without_an_instant_promises_nothing() -> None:
    assert (
        not story(REPAIR_AS_PROMISED)
        .at("2026-03-02 09:00", HUMMING)
        .at("2026-03-03 10:00", inspected(None))
        .clocks()
    )


def test_a_second_promise_does_not_take_the_first_one_back() -> None:
    told_twice = (
        story(REPAIR_AS_PROMISED).at("2026-03-02 09:00", HUMMING)
        .at("2026-03-03 10:00", inspected("2026-03-06 18:00")).at("2026-03-06 17:00", inspected("2026-03-10 18:00"))
        .at("2026-03-09 12:00", events.Repaired())
    )  # fmt: skip
    assert told_twice.verdict("promised:1") is Verdict.BREACHED
    assert told_twice.verdict("promised:1:2") is Verdict.MET


def test_a_late_recorded_start_renames_no_clock() -> None:
    told = (
        story(REPAIR_AS_PROMISED)
        .at("2026-03-02 09:00", HUMMING)
        .at("2026-03-05 10:00", inspected("2026-03-09 18:00"))
    )
    late = told.at("2026-03-03 10:00", inspected("2026-03-06 18:00"), recorded="2026-03-05 11:00")
    assert late.clock("promised:1").due_at == wall("2026-03-09 18:00")
    assert late.clock("promised:1:2").due_at == wall("2026-03-06 18:00")


def test_a_second_parcel_waits_with_the_first_and_starts_anew_after_the_refund() -> None:
    start, stop = 'fact = "Delivered", direction = "inbound"', 'fact = "Noted", word = "refunded"'
    refund = story(promise("refund", start, stop, 'days = 7, calendar = "calendar-days-unmoved"'))
    parcel, paid = events.Delivered(direction=codes.Direction.INBOUND), events.Noted(word="refunded")
    told = refund.at("2026-03-02 09:00", parcel).at("2026-03-03 09:00", parcel).at("2026-03-04 09:00", paid)
    assert list(told.clocks()) == ["refund:1"]
    again = told.at("2026-03-05 09:00", parcel).clocks()
    assert again["refund:1:2"].started_at == wall("2026-03-05 09:00")
    assert again["refund:1:2"].due_at == wall("2026-03-13 00:00")


def test_a_missing_setting_is_shown_and_never_guessed() -> None:
    within = 'setting = "refund-within", calendar = "calendar-days"'
    text = promise("refund", 'fact = "Received"', 'fact = "Responded"', within)
    unset = story(text).at("2026-03-02 09:00", HUMMING).at("2026-03-03 09:00", REPLY).clock("refund:1")
    assert (unset.verdict, unset.lacking, unset.due_at) == (Verdict.NOT_CONFIGURED, Lacking.SETTING, None)
    assert unset.raw_elapsed == timedelta(days=1)
    assert standing(unset, wall("2027-01-01 00:00")) is Standing.NOT_CONFIGURED
    value = {"refund-within": {"value": 7, "unit": "days"}}
    assert story(text, value).at("2026-03-02 09:00", HUMMING).clock("refund:1").due_at == wall(
        "2026-03-10 00:00"
    )


@pytest.mark.parametrize(
    ("within", "lacking"),
    [('hours = 2, calendar = "moon-hours"', Lacking.CALENDAR), ("working_days = 2", Lacking.UNIT)],
)
def test_an_unknown_calendar_or_a_unit_it_does_not_count_is_shown(within: str, lacking: Lacking) -> None:
    text = promise("reply", 'fact = "Received"', 'fact = "Responded"', within)
    clock = story(text).at("2026-03-02 09:00", HUMMING).clock()
    assert (clock.verdict, clock.lacking) == (Verdict.NOT_CONFIGURED, lacking)


def test_an_exclusion_is_visible_with_its_reason_beside_the_plain_verdict() -> None:
    missed = asked().at("2026-03-04 09:00", REPLY)
    clock = missed.at("2026-03-05 09:00", excluded("reply"), role=codes.Role.SUPERVISOR).clock()
    assert (clock.verdict, clock.verdict_unadjusted) == (Verdict.EXCLUDED, Verdict.BREACHED)
    assert clock.excluded_because == "the flood of the warehouse"
    assert clock.moved_by == (1, 2, 3)
    assert missed.at("2026-03-05 09:00", excluded("refund")).verdict() is Verdict.BREACHED


def test_an_exclusion_of_a_promise_reaches_no_later_cycle() -> None:
    told = (
        asked()
        .at("2026-03-05 09:00", excluded("reply"))
        .at("2026-03-06 09:00", closed())
        .at("2026-03-07 09:00", REOPENED)
    )
    assert [clock.verdict for clock in told.clocks().values()] == [Verdict.EXCLUDED, Verdict.OPEN]
    by_id = told.at("2026-03-09 09:00", excluded(f"{CASE}:lamp-story:reply:2"))
    assert by_id.verdict("reply:2") is Verdict.EXCLUDED


def test_before_it_is_classified_a_case_has_the_clocks_that_need_no_class() -> None:
    both = story(BY_KIND + REPLY_IN_A_DAY.replace('"reply"\nstart', '"first"\nstart')).at(
        "2026-03-02 09:00", HUMMING
    )
    assert list(both.clocks()) == ["first:1"]
    assert list(both.at("2026-03-02 10:00", classified("repair")).clocks()) == ["repair:1", "first:1"]


def test_a_clock_that_classification_brings_starts_when_the_case_was_received() -> None:
    clock = (
        story(BY_KIND)
        .at("2026-03-02 09:00", HUMMING)
        .at("2026-03-02 15:00", classified("consultation"))
        .clock()
    )
    assert (clock.started_at, clock.due_at) == (wall("2026-03-02 09:00"), wall("2026-03-03 09:00"))


def mistaken() -> Story:
    return story(BY_KIND).at("2026-03-02 09:00", HUMMING).at("2026-03-02 10:00", classified("consultation"))


def test_reclassifying_cancels_what_was_not_yet_due_and_opens_what_now_applies() -> None:
    told = mistaken().at("2026-03-02 15:00", classified("repair"))
    assert (told.verdict("reply:1"), told.clock("reply:1").ended_at) == (
        Verdict.CANCELLED,
        wall("2026-03-02 15:00"),
    )
    assert told.clock("repair:1").due_at == wall("2026-03-05 09:00")
    back = told.at("2026-03-02 16:00", classified("consultation"))
    assert (back.verdict("reply:1"), back.verdict("repair:1")) == (Verdict.OPEN, Verdict.CANCELLED)


def test_reclassifying_dodges_no_miss_and_takes_no_answer_away() -> None:
    assert mistaken().at("2026-03-04 15:00", classified("repair")).verdict("reply:1") is Verdict.BREACHED
    answered = mistaken().at("2026-03-02 11:00", REPLY)
    assert answered.at("2026-03-04 15:00", classified("repair")).verdict("reply:1") is Verdict.MET


def test_two_regulations_keep_two_clocks_on_one_case() -> None:
    one = bound(REPLY_IN_A_DAY)
    other = bound(REPLY_IN_A_DAY.replace("hours = 24", "minutes = 30"))
    sales = type(one)(
        pinned=other.pinned.model_copy(update={"regulation": "lamp-sales"}), regulation=other.regulation,
        settings=None, calendars=other.calendars,
    )  # fmt: skip
    told = asked().at("2026-03-02 12:00", REPLY)
    found = clocks(told.facts, Rules(bound=(one, sales)))
    assert [(clock.pinned.regulation, clock.verdict) for clock in found] == [
        ("lamp-story", Verdict.MET), ("lamp-sales", Verdict.BREACHED),
    ]  # fmt: skip
    assert PROMISE.strip().startswith(f'clause = "{found[0].promise.clause}"')


def test_a_case_without_rules_or_without_facts_has_no_clocks() -> None:
    assert clocks(asked().facts, Rules()) == ()
    assert clocks((), asked().rules) == ()
