"""More of what users of comparable systems complain about: histories, reports, surveys, amounts; naively and ours."""

from __future__ import annotations

from datetime import timedelta

from cases import events
from cases.case import fold
from cases.history import corrections, effective
from cases.promises.clock import Verdict
from tests.cases import clock_stories
from tests.cases.clock_stories import HUMMING, REOPENED, REPLY, promise, story, wall
from tests.cases.scenario import (
    CASE,
    CHECKED,
    classified,
    closed,
    given,
    inspected,
    received,
    refunded,
    revisited,
)

WHOLE, HALF = 199, 100
REVISITED = revisited()
MENDED = (received(), classified("repair", mode="mail_in"), inspected(), events.Repaired())


def test_group_8_what_was_changed_stays_readable_beside_what_it_became() -> None:
    """Naively: a record is a row, and a change overwrites it; who reads it later sees no change."""
    row = {"category": "usage"}
    row |= {"category": "diagnosis"}
    assert "usage" not in row.values(), "the old value is gone, and with it whoever judged by it"
    changed = events.Corrected.model_validate(
        {"corrects": 2, "reason": "typing_error", "changes": {"category": "diagnosis"}}
    )
    told = given(received(), classified("consultation", category="usage"), changed)
    (found,) = corrections(told.facts)
    assert [getattr(one and one.fact, "category", None) for one in (found.recorded, found.corrected)] == [
        "usage", "diagnosis",
    ]  # fmt: skip
    assert found.by.actor == "agent-mei"
    assert len(told.facts) == 3
    assert len(effective(told.facts)) == 2


def test_group_9_a_reopened_case_does_not_count_the_days_it_was_closed() -> None:
    """Naively: the response time of a case is its last answer less its first demand, whatever lay between."""
    rule = promise("reply", 'fact = "Received"', 'fact = "Responded"', "hours = 24")
    told = story(rule).at("2026-03-02 09:00", HUMMING).at("2026-03-02 09:05", REPLY)
    told = told.at("2026-03-02 09:10", clock_stories.closed()).at("2026-03-06 14:00", REOPENED)
    told = told.at("2026-03-06 14:10", REPLY)
    naive = wall("2026-03-06 14:10") - wall("2026-03-02 09:00")
    assert naive > timedelta(days=4)
    first, again = told.clock("reply:1"), told.clock("reply:2")
    assert (first.raw_elapsed, first.verdict) == (timedelta(minutes=5), Verdict.MET)
    assert (again.raw_elapsed, again.verdict) == (timedelta(minutes=10), Verdict.MET)


def test_group_10_a_reopened_case_is_revisited_again_before_it_ends() -> None:
    """Naively: one survey a case; whoever was asked once is never asked again, however it went on."""
    was_asked = any(isinstance(fact, events.Revisited) for fact in (*MENDED, REVISITED))
    assert was_asked, "so that the second repair ends unasked"
    home = events.Delivered.model_validate({"direction": "outbound"})
    again = (REVISITED, closed(), events.Reopened.model_validate({"reason": "customer_came_back"}))
    told = given(*MENDED, home, *again, inspected(), events.Repaired())
    told.when(closed()).then_refused(clause="S0 五/2(4)")
    told.and_(revisited(), closed()).then_not_found("revisit-before-closing")


def test_group_11_two_refunds_of_a_part_stay_within_what_was_paid() -> None:
    """Naively: every refund is compared with the price, none with the refunds before it."""
    assert all(amount <= WHOLE for amount in (HALF, HALF)), "each is allowed, one yuan too many goes back"
    once = given(*CHECKED, refunded(HALF))
    once.when(refunded(HALF)).then_refused(clause="S0 三/2", rule="refund-within-paid")
    once.when(refunded(WHOLE - HALF)).then_allowed()
    assert fold(CASE, once.facts).refunded_minor == HALF * 100
