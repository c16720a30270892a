"""Claimed and recorded, corrected, closed and reopened: what may change a verdict and what may not."""

from __future__ import annotations

import pytest

from cases import codes, events
from cases.promises.clock import Standing, Verdict, standing
from tests.cases.clock_stories import (
    HUMMING,
    REOPENED,
    REPLY,
    Story,
    classified,
    closed,
    promise,
    story,
    wall,
)

REPLIED = promise("reply", 'fact = "Received"', 'fact = "Responded"', "hours = 24")
STOP_USE = promise(
    "stop-use", 'fact = "Classified", is_safety = true', 'fact = "Responded", step = "stop_use"', "minutes = 30",
    "applies = { is_safety = true }",
)  # fmt: skip
TOLD_TO_STOP = events.Responded(step=codes.Step.STOP_USE)
SAFETY = classified("repair", is_safety=True)


def asked() -> Story:
    return story(REPLIED).at("2026-03-02 09:00", HUMMING)


def test_a_backdated_reply_meets_the_claim_but_not_the_record() -> None:
    clock = asked().at("2026-03-03 08:00", REPLY, recorded="2026-03-04 17:00").clock()
    assert (clock.verdict, clock.verdict_as_recorded) == (Verdict.MET, Verdict.BREACHED)
    assert clock.is_backdated


def test_facts_recorded_as_they_happen_have_one_verdict() -> None:
    clock = asked().at("2026-03-03 08:00", REPLY).clock()
    assert clock.verdict is clock.verdict_as_recorded is Verdict.MET
    assert not clock.is_backdated


def test_a_backdated_fact_that_moved_another_clock_does_not_mark_this_one() -> None:
    told = (
        asked()
        .at("2026-03-03 08:00", REPLY)
        .at("2026-03-03 09:00", events.Repaired(), recorded="2026-03-05 09:00")
    )
    assert not told.clock().is_backdated


def test_the_record_keeps_its_own_order() -> None:
    told = asked().at("2026-03-02 12:00", closed()).at("2026-03-02 13:00", REOPENED)
    late = told.at("2026-03-02 11:00", REPLY, recorded="2026-03-02 14:00")
    assert late.clock("reply:1").raw_elapsed == wall("2026-03-02 11:00") - wall("2026-03-02 09:00")
    assert (late.verdict("reply:1"), late.verdict("reply:2")) == (Verdict.MET, Verdict.OPEN)
    assert late.clock("reply:2").verdict_as_recorded is Verdict.MET


def test_a_history_taken_over_has_no_recorded_verdict() -> None:
    taken_over = HUMMING.model_copy(update={"is_live": False})
    told = story(REPLIED).at("2012-03-02 09:00", taken_over, recorded="2026-03-02 09:00")
    clock = told.at("2012-03-02 10:00", REPLY, recorded="2026-03-02 09:00").clock()
    assert (clock.verdict, clock.verdict_as_recorded) == (Verdict.MET, None)


def test_a_corrected_time_moves_the_clock_and_is_shown() -> None:
    late = asked().at("2026-03-03 10:00", REPLY)
    assert (late.verdict(), late.clock().is_corrected) == (Verdict.BREACHED, False)
    clock = late.corrected("2026-03-05 09:00", 2, happened_at=wall("2026-03-03 08:00").isoformat()).clock()
    assert (clock.verdict, clock.verdict_as_recorded, clock.is_corrected) == (
        Verdict.MET,
        Verdict.BREACHED,
        True,
    )
    assert clock.stopped_at == wall("2026-03-03 08:00")


def test_a_withdrawn_reply_is_no_reply() -> None:
    clock = asked().at("2026-03-03 08:00", REPLY).corrected("2026-03-03 10:00", 2, is_withdrawn=True).clock()
    assert (clock.verdict, clock.is_corrected) == (Verdict.OPEN, True)


def test_a_correction_that_moves_nothing_marks_nothing() -> None:
    told = (
        asked().at("2026-03-03 08:00", REPLY).corrected("2026-03-03 10:00", 2, changes={"channel": "email"})
    )
    assert not told.clock().is_corrected


def test_a_wrong_class_corrected_leaves_no_clock_behind() -> None:
    text = promise(
        "reply", 'fact = "Received"', 'fact = "Responded"', "hours = 24", 'applies = { kind = "repair" }'
    )
    told = story(text).at("2026-03-02 09:00", HUMMING).at("2026-03-02 10:00", classified("repair"))
    assert list(told.clocks()) == ["reply:1"]
    right = told.corrected("2026-03-04 10:00", 2, changes={"kind": "consultation"})
    assert not right.clocks()
    assert list(right.corrected("2026-03-04 11:00", 3, is_withdrawn=True).clocks()) == ["reply:1"]


def test_closing_without_an_answer_dodges_no_promise() -> None:
    told = asked().at("2026-03-02 10:00", closed())
    assert standing(told.clock(), wall("2026-03-04 09:00")) is Standing.OVERDUE
    assert told.at("2026-03-04 09:00", REPLY).verdict() is Verdict.BREACHED


@pytest.mark.parametrize("outcome", ["withdrawn", "quote_declined"])
def test_what_the_customer_gives_up_is_no_longer_owed(outcome: str) -> None:
    assert asked().at("2026-03-02 10:00", closed(outcome)).verdict() is Verdict.CANCELLED
    assert asked().at("2026-03-03 09:01", closed(outcome)).verdict() is Verdict.BREACHED
    answered = asked().at("2026-03-02 09:30", REPLY).at("2026-03-02 10:00", closed(outcome))
    assert answered.verdict() is Verdict.MET


@pytest.mark.parametrize("outcome", ["solved", "refused", "unknown"])
def test_no_ending_of_the_firm_cancels_a_promise(outcome: str) -> None:
    assert asked().at("2026-03-02 10:00", closed(outcome)).verdict() is Verdict.OPEN


def test_a_regulation_may_name_what_cancels() -> None:
    text = promise(
        "reply", 'fact = "Received"', 'fact = "Responded"', "hours = 24", 'cancel = { fact = "Refunded" }'
    )
    refunded = events.Refunded.model_validate({"amount": {"minor": 19900}})
    told = story(text).at("2026-03-02 09:00", HUMMING)
    assert told.at("2026-03-02 10:00", refunded).verdict() is Verdict.CANCELLED
    assert told.at("2026-03-04 10:00", refunded).verdict() is Verdict.BREACHED


def test_reopening_starts_a_new_clock_and_leaves_the_old_verdict() -> None:
    met = (
        asked()
        .at("2026-03-02 10:00", REPLY)
        .at("2026-03-02 11:00", closed())
        .at("2026-03-09 09:00", REOPENED)
    )
    assert (met.verdict("reply:1"), met.verdict("reply:2")) == (Verdict.MET, Verdict.OPEN)
    assert met.clock("reply:2").started_at == wall("2026-03-09 09:00")
    assert met.clock("reply:2").due_at == wall("2026-03-10 09:00")
    again = met.at("2026-03-11 09:00", REPLY)
    assert (again.verdict("reply:1"), again.verdict("reply:2")) == (Verdict.MET, Verdict.BREACHED)


def test_closing_and_reopening_wins_no_time() -> None:
    told = (
        asked()
        .at("2026-03-03 08:00", closed())
        .at("2026-03-03 08:30", REOPENED)
        .at("2026-03-03 10:00", REPLY)
    )
    assert (told.verdict("reply:1"), told.verdict("reply:2")) == (Verdict.BREACHED, Verdict.MET)


def test_a_later_class_opens_nothing_in_a_cycle_that_is_over() -> None:
    text = promise(
        "refund", 'fact = "Received"', 'fact = "Refunded"', "hours = 24", 'applies = { kind = "return" }'
    )
    told = story(text).at("2026-03-02 09:00", HUMMING).at("2026-03-02 10:00", classified("consultation"))
    told = told.at("2026-03-03 09:00", closed()).at("2026-03-09 09:00", REOPENED)
    assert list(told.at("2026-03-09 10:00", classified("return")).clocks()) == ["refund:2"]


def test_a_class_that_changes_after_reopening_ends_what_was_still_owed() -> None:
    text = promise(
        "mend",
        'fact = "Received"',
        'fact = "Repaired"',
        "days = 9, calendar = 'calendar-days'",
        'applies = { kind = "repair" }',
    )
    told = story(text).at("2026-03-02 09:00", HUMMING).at("2026-03-02 10:00", classified("repair"))
    told = (
        told.at("2026-03-03 09:00", closed())
        .at("2026-03-04 09:00", REOPENED)
        .at("2026-03-04 10:00", classified("return"))
    )
    assert [clock.verdict for clock in told.clocks().values()] == [Verdict.CANCELLED, Verdict.CANCELLED]


def test_a_customer_told_to_stop_before_the_risk_was_classified_was_told_in_time() -> None:
    told = story(STOP_USE).at("2026-03-02 09:00", HUMMING).at("2026-03-02 09:05", TOLD_TO_STOP)
    clock = told.at("2026-03-02 09:10", SAFETY).clock("stop-use:1")
    assert (clock.verdict, clock.stopped_at) == (Verdict.MET, wall("2026-03-02 09:10"))
    assert clock.moved_by == (2, 3)


def test_classifying_a_risk_again_asks_for_no_second_warning() -> None:
    told = story(STOP_USE).at("2026-03-02 09:00", HUMMING).at("2026-03-02 09:10", SAFETY)
    told = told.at("2026-03-02 09:20", TOLD_TO_STOP).at("2026-03-02 12:00", SAFETY)
    assert {name: clock.verdict for name, clock in told.clocks().items()} == {"stop-use:1": Verdict.MET}
    again = (
        told.at("2026-03-03 09:00", closed()).at("2026-03-04 09:00", REOPENED).at("2026-03-04 09:10", SAFETY)
    )
    assert again.verdict("stop-use:2") is Verdict.OPEN


def test_only_the_named_role_may_stop_a_clock_that_names_one() -> None:
    text = promise("check", 'fact = "Received"', 'fact = "Inspected", by = "quality"', "hours = 24")
    inspected = events.Inspected(
        stage=codes.InspectionStage.RETURN_CHECK, disposition=codes.Disposition.REFUND
    )
    told = (
        story(text)
        .at("2026-03-02 09:00", HUMMING)
        .at("2026-03-02 10:00", inspected, role=codes.Role.TECHNICIAN)
    )
    assert told.verdict("check:1") is Verdict.OPEN
    assert told.at("2026-03-02 11:00", inspected, role=codes.Role.QUALITY).verdict("check:1") is Verdict.MET
