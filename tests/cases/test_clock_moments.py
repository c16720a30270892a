"""Too early, on the day and no other, as agreed with the customer, by the end of the same day: moments of a promise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import codes, events
from cases.promises.clock import Agreement, Clock, Lacking, Standing, Verdict, standing
from cases.regulation.packs import BrokenPack, read_regulation
from tests.cases.clock_stories import (
    HUMMING,
    PROMISE,
    REPLY,
    RESUMED,
    WAITING,
    Story,
    closed,
    promise,
    story,
    wall,
)

NOTICE = """
[[promise]]
id = "notice"
start = { fact = "Responded", step = "notice" }
stop = { fact = "Replaced" }
not_before = { days = 3, calendar = "calendar-days-unmoved" }
pause = { from = { fact = "Paused" }, to = { fact = "Resumed" } }
"""
REVISIT = """
[[promise]]
id = "revisit"
start = { fact = "Repaired" }
stop = { fact = "Revisited" }
not_before = { days = 3, calendar = "calendar-days", day = "begun" }
within = { days = 5, calendar = "calendar-days" }
warn = [0.5]
"""
ON_SITE = """
[[promise]]
id = "on-site"
start = { fact = "Received" }
stop = { fact = "Inspected", stage = "on_site" }
within = { working_days = 3, calendar = "working-days" }
agreed = { told = { fact = "Booked" }, until = "ends_at" }
pause = { from = { fact = "Paused" }, to = { fact = "Resumed" } }
"""
TOLD = events.Responded(step=codes.Step.NOTICE)
CHANGED = events.Replaced()
ASKED_AGAIN = events.Revisited(method=codes.RevisitMethod.PHONE, is_solved=True)
THERE = events.Inspected(stage=codes.InspectionStage.ON_SITE, disposition=codes.Disposition.REPAIR)


def booked(begins: str, ends: str) -> events.Booked:
    return events.Booked(begins_at=wall(begins), ends_at=wall(ends))


def noticed() -> Story:
    return story(NOTICE).at("2026-03-02 10:00", TOLD)


def test_what_needs_three_days_notice_is_a_miss_before_and_kept_from_then_on() -> None:
    clock = noticed().clock("notice:1")
    assert (clock.earliest_at, clock.due_at, clock.original_due_at) == (wall("2026-03-06 00:00"), None, None)
    assert noticed().at("2026-03-05 23:59:59", CHANGED).verdict("notice:1") is Verdict.BREACHED
    assert noticed().at("2026-03-06 00:00", CHANGED).verdict("notice:1") is Verdict.MET
    kept = noticed().at("2026-09-01 09:00", CHANGED).clock("notice:1")
    assert (kept.verdict, kept.warned_at) == (Verdict.MET, ())


def test_what_can_only_come_too_early_is_never_overdue() -> None:
    clock = noticed().clock("notice:1")
    assert clock.verdict is Verdict.OPEN
    assert standing(clock, wall("2026-03-03 09:00")) is Standing.RUNNING
    assert standing(clock, wall("2029-03-03 09:00")) is Standing.RUNNING
    ended = noticed().at("2026-03-05 09:00", CHANGED).clock("notice:1")
    assert standing(ended, wall("2026-03-03 09:00")) is Standing.RUNNING
    assert standing(ended, wall("2026-03-05 09:00")) is Standing.BREACHED


def test_notice_given_up_is_no_miss() -> None:
    assert noticed().at("2026-03-03 09:00", closed("withdrawn")).verdict("notice:1") is Verdict.CANCELLED


def test_a_pause_moves_the_earliest_moment_too() -> None:
    told = noticed().at("2026-03-03 00:00", WAITING).at("2026-03-04 12:00", RESUMED)
    assert told.clock("notice:1").earliest_at == wall("2026-03-07 12:00")


def test_a_notice_whose_time_is_not_set_is_shown_as_not_configured() -> None:
    text = NOTICE.replace("days = 3,", 'setting = "lead",')
    clock = story(text).at("2026-03-02 10:00", TOLD).at("2026-03-03 10:00", CHANGED).clock("notice:1")
    assert (clock.verdict, clock.lacking, clock.earliest_at) == (
        Verdict.NOT_CONFIGURED,
        Lacking.SETTING,
        None,
    )


@pytest.mark.parametrize(
    ("moment", "verdict"),
    [
        ("2026-03-04 23:59:59", Verdict.BREACHED),
        ("2026-03-05 00:00", Verdict.MET),
        ("2026-03-09 24:00", Verdict.MET),
        ("2026-03-10 00:00:01", Verdict.BREACHED),
    ],
)
def test_a_revisit_on_the_third_day_may_come_within_its_window(moment: str, verdict: Verdict) -> None:
    """Repaired on Monday: from Thursday on; five days end on Saturday, and so with Monday."""
    told = story(REVISIT).at("2026-03-02 10:00", events.Repaired())
    moment = moment.replace("2026-03-09 24:00", "2026-03-10 00:00")
    assert told.at(moment, ASKED_AGAIN).verdict("revisit:1") is verdict


def test_a_scheduled_day_of_a_shop_begins_when_it_opens() -> None:
    text = REVISIT.replace('"calendar-days"', '"shop-hours"')
    clock = story(text).at("2026-03-02 10:00", events.Repaired()).clock("revisit:1")
    assert (clock.earliest_at, clock.due_at) == (wall("2026-03-05 09:00"), wall("2026-03-07 20:00"))


def test_hours_that_must_pass_are_counted_from_the_very_moment() -> None:
    text = NOTICE.replace('days = 3, calendar = "calendar-days-unmoved"', 'hours = 24, day = "begun"')
    assert story(text).at("2026-03-02 10:00", TOLD).clock("notice:1").earliest_at == wall("2026-03-03 10:00")


def test_an_appointment_is_kept_within_its_window_as_told() -> None:
    text = """
[[promise]]
id = "appointment"
start = { fact = "Booked" }
stop = { fact = "Inspected", stage = "on_site" }
within = { until = "ends_at" }
not_before = { until = "begins_at" }
"""
    told = story(text).at("2026-03-02 10:00", booked("2026-03-04 14:00", "2026-03-04 16:00"))
    assert told.at("2026-03-04 13:59", THERE).verdict("appointment:1") is Verdict.BREACHED
    assert told.at("2026-03-04 14:00", THERE).verdict("appointment:1") is Verdict.MET
    assert told.at("2026-03-04 16:01", THERE).verdict("appointment:1") is Verdict.BREACHED
    assert not story(text).at("2026-03-02 10:00", events.Booked(ends_at=wall("2026-03-04 16:00"))).clocks()


def asked() -> Story:
    """Three working days from Monday end with Thursday."""
    return story(ON_SITE).at("2026-03-02 10:00", HUMMING)


def on_site(told: Story) -> Clock:
    return told.clock("on-site:1")


def test_a_time_agreed_with_the_customer_takes_the_place_of_the_due_moment() -> None:
    told = asked().at("2026-03-03 10:00", booked("2026-03-09 14:00", "2026-03-09 16:00"))
    clock = on_site(told.at("2026-03-09 15:00", THERE))
    assert (clock.original_due_at, clock.due_at) == (wall("2026-03-06 00:00"), wall("2026-03-09 16:00"))
    assert (clock.verdict, clock.moved_by) == (Verdict.MET, (1, 2, 3))
    assert clock.agreements == (Agreement(wall("2026-03-03 10:00"), wall("2026-03-09 16:00"), 2),)
    assert on_site(told.at("2026-03-09 16:01", THERE)).verdict is Verdict.BREACHED
    sooner = asked().at("2026-03-03 10:00", booked("2026-03-04 14:00", "2026-03-04 16:00"))
    assert on_site(sooner.at("2026-03-05 09:00", THERE)).verdict is Verdict.BREACHED


def test_the_last_time_agreed_in_time_holds() -> None:
    told = asked().at("2026-03-03 10:00", booked("2026-03-09 14:00", "2026-03-09 16:00"))
    told = told.at("2026-03-09 16:00", booked("2026-03-10 14:00", "2026-03-10 16:00"))
    assert on_site(told).due_at == wall("2026-03-10 16:00")
    late = told.at("2026-03-10 16:01", booked("2026-03-12 14:00", "2026-03-12 16:00"))
    assert (on_site(late).due_at, len(on_site(late).agreements)) == (wall("2026-03-10 16:00"), 2)


def test_what_is_agreed_after_the_due_moment_takes_no_miss_back() -> None:
    told = asked().at("2026-03-06 00:01", booked("2026-03-09 14:00", "2026-03-09 16:00"))
    assert on_site(told.at("2026-03-09 15:00", THERE)).verdict is Verdict.BREACHED
    assert on_site(told).agreements == ()


def test_a_time_agreed_anew_moves_the_promise_that_runs_and_one_only_told_anew_is_another_promise() -> None:
    text = """
[[promise]]
id = "reply"
start = { fact = "Promised" }
stop = { fact = "Responded" }
within = { until = "promised_at" }
agreed = { told = { fact = "Promised", is_agreed = true }, until = "promised_at" }
"""

    def promised(day: str, *, is_agreed: bool) -> events.Promised:
        purpose = codes.Purpose.REPLY
        return events.Promised(purpose=purpose, promised_at=wall(f"{day} 12:00"), is_agreed=is_agreed)

    told = story(text).at("2026-03-02 09:00", promised("2026-03-03", is_agreed=False))
    agreed = told.at("2026-03-02 15:00", promised("2026-03-05", is_agreed=True))
    assert {name: clock.due_at for name, clock in agreed.clocks().items()} == {
        "reply:1": wall("2026-03-05 12:00")
    }
    assert agreed.at("2026-03-05 12:01", TOLD).verdict("reply:1") is Verdict.BREACHED
    again = told.at("2026-03-02 15:00", promised("2026-03-05", is_agreed=False))
    assert list(again.clocks()) == ["reply:1", "reply:1:2"]
    answered = told.at("2026-03-02 16:00", TOLD).at(
        "2026-03-02 17:00", promised("2026-03-05", is_agreed=True)
    )
    assert list(answered.clocks()) == ["reply:1", "reply:1:2"]


def test_a_booking_without_an_end_agrees_to_nothing() -> None:
    assert on_site(asked().at("2026-03-03 10:00", events.Booked())).due_at == wall("2026-03-06 00:00")


def test_an_agreement_holds_while_the_clock_waits_and_only_later_waits_move_it() -> None:
    paused = asked().at("2026-03-05 12:00", WAITING)
    agreed = paused.at("2026-03-09 10:00", booked("2026-03-10 14:00", "2026-03-10 16:00"))
    assert on_site(agreed).due_at == wall("2026-03-10 16:00")
    resumed = agreed.at("2026-03-09 12:00", RESUMED)
    assert on_site(resumed).due_at == wall("2026-03-10 16:00")
    again = resumed.at("2026-03-10 10:00", WAITING).at("2026-03-10 13:00", RESUMED)
    assert on_site(again).due_at == wall("2026-03-10 19:00")


def test_handed_over_by_five_the_same_day_and_after_five_the_next() -> None:
    """S2 一/1: what comes after the cut-off counts as come the next day."""
    text = promise(
        "hand-over",
        'fact = "Received"',
        'fact = "Transferred"',
        'working_days = 0, calendar = "office-hours"',
    )
    due = [
        story(text).at(moment, HUMMING).clock("hand-over:1").due_at
        for moment in ("2026-03-12 09:00", "2026-03-12 17:00", "2026-03-12 17:00:01", "2026-03-13 17:10")
    ]
    assert due == [wall(f"2026-03-{day} 17:00") for day in (12, 12, 13, 16)]


def test_contact_within_half_an_hour_counts_in_several_windows_a_day() -> None:
    text = promise(
        "contact", 'fact = "Transferred"', 'fact = "Responded"', 'minutes = 30, calendar = "shop-hours"'
    )
    form = events.Transferred(department=codes.Department.CUSTOMER_SERVICE)
    over_lunch = story(text).at("2026-03-12 11:50", form)
    assert over_lunch.clock("contact:1").due_at == wall("2026-03-12 13:50")
    spent = over_lunch.at("2026-03-12 13:45", REPLY).clock("contact:1")
    assert (spent.verdict, spent.working_elapsed) == (Verdict.MET, timedelta(minutes=25))
    assert story(text).at("2026-03-12 18:30", form).clock("contact:1").due_at == wall("2026-03-13 09:30")


NOTICE_PACK = f"""
id = "lamp-notice"
version = "1"
label = {{ zh = "灯", en = "Lamp" }}
effective_from = 2026-01-01

[[promise]]{PROMISE}
id = "reply"
start = {{ fact = "Received" }}
stop = {{ fact = "Responded" }}
"""


@pytest.mark.parametrize("times", ["", 'agreed = { told = { fact = "Booked" }, until = "ends_at" }'])
def test_a_promise_names_when_it_is_due_or_what_must_have_passed(times: str) -> None:
    with pytest.raises(BrokenPack, match="names within"):
        read_regulation(NOTICE_PACK + times)


@pytest.mark.parametrize(
    ("times", "wrong"),
    [
        (
            'within = { hours = 2 }\nagreed = { told = { fact = "Booked" }, until = "ended_at" }',
            "agreed.until: Booked has no field ended_at that holds a moment; did you mean ends_at",
        ),
        ('not_before = { until = "case_no" }', "not_before.until: Received has no field case_no"),
        ('not_before = { days = 3, calendar = "moon-days" }', "not_before.calendar: china has no calendar"),
        (
            'not_before = { setting = "lead" }\nis_configured = true',
            "not_before.setting: there is no placeholder",
        ),
        ("not_before = { days = 3, hours = 2 }", "not_before: name exactly one of"),
    ],
)
def test_what_is_wrong_with_a_moment_is_told_with_its_field(times: str, wrong: str) -> None:
    with pytest.raises(BrokenPack, match=f"promise reply: {wrong}"):
        read_regulation(NOTICE_PACK + times)
