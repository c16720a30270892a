"""The ladder of a clock: when it warns, when it goes up to whom, and what a later fact takes away."""

from __future__ import annotations

import pytest

from cases import codes, events
from cases.history import effective
from cases.ladder import Escalation, ahead, escalations, is_warning, ladder, reached
from tests.cases.clock_stories import (
    CASE,
    HUMMING,
    REPLY,
    RESUMED,
    SHANGHAI,
    WAITING,
    Story,
    excluded,
    promise,
    story,
    wall,
)

CHAIN = 'escalate = ["supervisor", "finance", "admin"]'
FOR_CUSTOMER = (
    'pause = { from = { fact = "Paused", reason = "waiting_for_customer" }, to = { fact = "Resumed" } }'
)
CLOCK = f"{CASE}:lamp-story:reply:1"
FRIDAY = "2026-03-06 13:30"


def replies(within: str, *more: str, warn: str = "warn = [0.5, 0.75]") -> Story:
    """A hotline that promises a reply, warns twice and goes up to three roles."""
    told = promise("reply", 'fact = "Received"', 'fact = "Responded"', within, warn, CHAIN, *more)
    return story(told)


def rungs(told: Story) -> list[tuple[str, str]]:
    """The ladder of the reply, as the clock on the wall shows it."""
    return [
        (rung.level, rung.at.astimezone(SHANGHAI).strftime("%a %H:%M"))
        for rung in ladder(told.clock(), told.rules)
    ]


def stands_on(told: Story, level: str, moment: str) -> bool:
    return reached(told.clock(), level, wall(moment), told.rules) is not None


def escalated(level: str) -> events.Escalated:
    """What the watcher recorded."""
    return events.Escalated(
        level=level,
        reason=codes.EscalationReason.OVERDUE,
        clock=CLOCK,
        rested_on_position=1,
        is_automatic=True,
    )


def told_of(told: Story) -> tuple[Escalation, ...]:
    return escalations(effective(told.facts), told.clocks().values(), told.rules)


def test_it_warns_goes_up_when_overdue_and_further_up_each_time_the_same_time_has_passed_again() -> None:
    told = replies("hours = 24").at("2026-03-02 09:00", HUMMING)
    assert rungs(told) == [
        ("warn-50", "Mon 21:00"),
        ("warn-75", "Tue 03:00"),
        ("supervisor", "Tue 09:00"),
        ("finance", "Wed 09:00"),
        ("admin", "Thu 09:00"),
    ]


def test_in_office_hours_nobody_is_called_on_the_weekend_or_at_midnight() -> None:
    told = replies('hours = 8, calendar = "office-hours"').at(FRIDAY, HUMMING)
    assert rungs(told) == [
        ("warn-50", "Fri 17:30"),
        ("warn-75", "Mon 10:30"),
        ("supervisor", "Mon 13:30"),
        ("finance", "Tue 13:30"),
        ("admin", "Wed 13:30"),
    ]


def test_the_last_day_of_a_promise_in_days_is_given_whole() -> None:
    told = replies('days = 3, calendar = "calendar-days"').at("2026-03-02 09:00", HUMMING)
    assert not stands_on(told, "supervisor", "2026-03-05 00:00")
    assert not stands_on(told, "supervisor", "2026-03-05 23:59")
    assert not stands_on(told, "supervisor", "2026-03-06 00:00"), "24:00 is in time"
    assert stands_on(told, "supervisor", "2026-03-06 00:01")


def test_a_warning_comes_before_the_due_moment_or_not_at_all() -> None:
    told = replies("hours = 24").at("2026-03-02 09:00", HUMMING)
    assert not stands_on(told, "warn-75", "2026-03-03 02:59")
    assert stands_on(told, "warn-75", "2026-03-03 03:00")
    assert stands_on(told, "warn-75", "2026-03-03 09:00")
    assert not stands_on(told, "warn-75", "2026-03-03 09:01")


def test_who_is_waited_for_is_not_waited_for_by_the_watcher() -> None:
    told = replies("hours = 24", FOR_CUSTOMER).at("2026-03-02 09:00", HUMMING).at("2026-03-02 12:00", WAITING)
    assert not stands_on(told, "supervisor", "2026-03-20 09:00")
    told = told.at("2026-03-04 12:00", RESUMED)
    assert rungs(told)[2:4] == [("supervisor", "Thu 09:00"), ("finance", "Fri 09:00")]


@pytest.mark.parametrize("ends", [REPLY, excluded("reply")], ids=["answered", "excluded"])
def test_what_is_answered_or_excluded_goes_no_further(ends: events.Responded | events.Approved) -> None:
    told = replies("hours = 24").at("2026-03-02 09:00", HUMMING).at("2026-03-04 09:00", ends)
    assert not stands_on(told, "finance", "2026-03-20 09:00")


def test_what_was_passed_over_stays_passed_over() -> None:
    told = replies("hours = 24").at("2026-03-02 09:00", HUMMING)
    clock = told.clock()
    assert [rung.level for rung in ahead(clock, (), told.rules)] == [
        rung.level for rung in ladder(clock, told.rules)
    ]
    assert [rung.level for rung in ahead(clock, {"supervisor"}, told.rules)] == ["finance", "admin"]
    assert ahead(clock, {"admin", "warn-50"}, told.rules) == ()


def test_a_late_answer_leaves_the_escalation_as_right_as_it_was() -> None:
    told = (
        replies("hours = 24").at("2026-03-02 09:00", HUMMING).at("2026-03-03 09:01", escalated("supervisor"))
    )
    (made,) = told_of(told.at("2026-03-03 10:00", REPLY))
    assert (made.level, made.version, made.is_revised) == ("supervisor", 2, False)


def test_an_answer_told_late_takes_away_what_it_rested_on_but_not_the_escalation() -> None:
    told = (
        replies("hours = 24").at("2026-03-02 09:00", HUMMING).at("2026-03-03 09:01", escalated("supervisor"))
    )
    told = told.at("2026-03-02 15:00", REPLY, recorded="2026-03-03 11:00")
    (made,) = told_of(told)
    assert made.is_revised
    assert told.facts[1].fact == escalated("supervisor")


def test_a_clock_that_is_gone_leaves_its_escalation_revised() -> None:
    told = (
        replies("hours = 24").at("2026-03-02 09:00", HUMMING).at("2026-03-03 09:01", escalated("supervisor"))
    )
    (made,) = escalations(effective(told.facts), (), told.rules)
    assert made.is_revised


def test_a_person_who_says_that_it_is_due_soon_takes_the_case_up_all_the_same() -> None:
    soon = events.Escalated(level="supervisor", reason=codes.EscalationReason.DUE_SOON)
    assert not is_warning(soon)
    assert is_warning(soon.model_copy(update={"is_automatic": True}))


def test_without_a_value_there_is_no_ladder() -> None:
    told = replies('setting = "reply"').at("2026-03-02 09:00", HUMMING)
    assert rungs(told) == []
