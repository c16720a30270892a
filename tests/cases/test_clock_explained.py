"""A clock explained day by day, and the calendars it rests on when a provisional year is settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cases import events
from cases.calendars.book import CalendarBook
from cases.calendars.parts import DayKind
from cases.codes import Role
from cases.events_reference import CalendarPublished
from cases.promises.clock import Clock, Verdict
from cases.promises.explain import Step, Turn, explain
from cases.recorded import Recorded, Source
from cases.reference import reference_of
from cases.regulation.bound import Bound
from cases.regulation.entitlements import traits
from cases.regulation.rules import Rules
from tests.cases.clock_stories import (
    CASE,
    HUMMING,
    REPLY,
    RESUMED,
    WAITING,
    Story,
    bound,
    classified,
    promise,
    story,
    wall,
)

PAUSE = 'pause = { from = { fact = "Paused" }, to = { fact = "Resumed" } }'
OFFICE = promise(
    "reply", 'fact = "Received"', 'fact = "Responded"', 'hours = 16, calendar = "office-hours"', PAUSE, "warn = [0.5]"
)  # fmt: skip
TWO_DAYS = promise(
    "reply", 'fact = "Received"', 'fact = "Responded"', 'working_days = 2, calendar = "working-days"'
)


def steps_of(told: Story, name: str = "reply:1") -> list[Step]:
    return explain(told.clock(name), told.facts, told.rules)


def test_every_day_says_what_it_counted_and_what_was_paused() -> None:
    told = (
        story(OFFICE)
        .at("2026-09-29 13:00", HUMMING)
        .at("2026-09-30 08:30", WAITING)
        .at("2026-09-30 12:00", RESUMED)
    )
    steps = steps_of(told.at("2026-10-09 09:30", REPLY))
    assert [step.counted for step in steps if step.is_open] == [
        timedelta(hours=4.5), timedelta(hours=4.5), timedelta(hours=8), timedelta(hours=1),
    ]  # fmt: skip
    assert steps[1].paused == timedelta(hours=3.5)
    assert [step.day.day for step in steps if step.kind is DayKind.HOLIDAY] == [1, 2, 3, 4, 5, 6, 7]
    assert steps[-1].so_far == told.at("2026-10-09 09:30", REPLY).clock().working_elapsed


def test_the_days_name_the_facts_that_moved_the_clock() -> None:
    told = (
        story(OFFICE)
        .at("2026-03-02 08:30", HUMMING)
        .at("2026-03-02 16:30", WAITING)
        .at("2026-03-03 09:30", RESUMED)
    )
    steps = steps_of(told.at("2026-03-05 09:00", REPLY))
    turns = [(step.day.day, mark.turn, mark.fact) for step in steps for mark in step.marks]
    assert turns == [
        (2, Turn.STARTED, "Received"), (2, Turn.PAUSED, "Paused"), (3, Turn.RESUMED, "Resumed"),
        (3, Turn.WARNED, None), (4, Turn.DUE, None), (5, Turn.STOPPED, "Responded"),
    ]  # fmt: skip


def test_an_open_clock_is_explained_up_to_its_due_moment() -> None:
    steps = steps_of(story(TWO_DAYS).at("2026-09-30 10:00", HUMMING))
    assert (steps[0].day, steps[-1].day) == (date(2026, 9, 30), date(2026, 10, 9))
    assert [mark.turn for mark in steps[-1].marks] == [Turn.DUE]
    text = promise("reply", 'fact = "Received"', 'fact = "Responded"', 'setting = "reply-within"')
    (only,) = steps_of(story(text).at("2026-09-30 10:00", HUMMING))
    assert [mark.turn for mark in only.marks] == [Turn.STARTED]


def test_promised_days_are_numbered_as_they_are_counted() -> None:
    """Fifteen days from 17 September end on a holiday, and so on the first working day after it."""
    text = promise(
        "reply", 'fact = "Received"', 'fact = "Responded"', 'days = 15, calendar = "calendar-days"'
    )
    steps = steps_of(story(text).at("2026-09-17 10:00", HUMMING))
    assert [step.number for step in steps] == [None, *range(1, 16), *[None] * 6]
    assert (steps[15].day, steps[15].kind) == (date(2026, 10, 2), DayKind.HOLIDAY)
    assert (steps[-1].day, [mark.turn for mark in steps[-1].marks]) == (date(2026, 10, 8), [Turn.DUE])


def test_of_working_days_only_those_are_numbered_and_after_the_cut_off_the_next_begins() -> None:
    text = promise(
        "reply", 'fact = "Received"', 'fact = "Responded"', 'working_days = 2, calendar = "office-hours"'
    )
    late = steps_of(story(text).at("2026-03-05 17:01", HUMMING))
    assert [(step.day.day, step.number) for step in late] == [
        (5, None), (6, None), (7, None), (8, None), (9, 1), (10, 2),
    ]  # fmt: skip


def test_what_was_agreed_and_what_was_too_early_is_shown_on_its_day() -> None:
    text = promise(
        "visit", 'fact = "Received"', 'fact = "Responded"', 'working_days = 3, calendar = "working-days"',
        'not_before = { days = 1, calendar = "calendar-days", day = "begun" }',
        'agreed = { told = { fact = "Booked" }, until = "ends_at" }',
    )  # fmt: skip
    told = story(text).at("2026-03-02 10:00", HUMMING)
    told = told.at("2026-03-03 10:00", events.Booked(ends_at=wall("2026-03-09 16:00")))
    turns = [
        (step.day.day, mark.turn, mark.version) for step in steps_of(told, "visit:1") for mark in step.marks
    ]
    assert turns == [
        (2, Turn.STARTED, 1), (3, Turn.EARLIEST, None), (3, Turn.AGREED, 2), (9, Turn.DUE, None),
    ]  # fmt: skip


def test_an_answer_at_midnight_is_not_lost_between_two_days() -> None:
    steps = steps_of(story(TWO_DAYS).at("2026-03-02 10:00", HUMMING).at("2026-03-03 00:00", REPLY))
    turns = [mark.turn for step in steps for mark in step.marks]
    assert turns == [Turn.STARTED, Turn.STOPPED, Turn.DUE]


def test_a_clock_without_a_calendar_explains_nothing() -> None:
    text = promise("reply", 'fact = "Received"', 'fact = "Responded"', 'hours = 2, calendar = "moon-hours"')
    assert steps_of(story(text).at("2026-09-30 10:00", HUMMING).at("2026-09-30 11:00", REPLY)) == []


YEARS = """
name = "china"
version = "{version}"
label = {{ zh = "中国", en = "China" }}
timezone = "Asia/Shanghai"
[[calendar]]
name = "working-days"
kind = "working_days"
label = {{ zh = "工作日", en = "Working days" }}
basis = "the yearly notice"
[[year]]
year = 2026
status = "official"
{change_2026}
[[year]]
year = 2027
status = "{status}"
{change_2027}
"""


def book(version: str, status: str, change_2026: str = "", change_2027: str = "") -> CalendarBook:
    return CalendarBook.from_document(
        YEARS.format(version=version, status=status, change_2026=change_2026, change_2027=change_2027)
    )


def asked_at_new_year(calendars: CalendarBook) -> Clock:
    return story(TWO_DAYS, book=calendars).at("2026-12-31 10:00", HUMMING).clock()


def test_a_year_that_is_settled_moves_the_due_moment_and_leaves_the_one_first_told() -> None:
    provisional = book("1", "provisional")
    settled = book("2", "official", change_2027="make_up = [2027-01-02]")
    before, after = asked_at_new_year(provisional), asked_at_new_year(provisional.settled_by([settled]))
    assert before.original_due_at == before.due_at == wall("2027-01-05 00:00")
    assert (after.original_due_at, after.due_at) == (wall("2027-01-05 00:00"), wall("2027-01-03 00:00"))
    assert [version.split("-")[0] for _, version in after.calendar_years] == ["official", "official"]


def test_a_published_year_never_moves() -> None:
    published = book("1", "official")
    rewritten = book("2", "official", change_2027="make_up = [2027-01-02]")
    assert asked_at_new_year(published.settled_by([rewritten])) == asked_at_new_year(published)


def test_a_published_year_moves_when_a_later_notice_amends_it_and_never_back() -> None:
    first = book("1", "official")
    amended, earlier_text = book("2", "amended", change_2027="make_up = [2027-01-02]"), book("3", "official")
    after = asked_at_new_year(first.settled_by([amended, earlier_text]))
    assert (after.original_due_at, after.due_at) == (wall("2027-01-05 00:00"), wall("2027-01-03 00:00"))


def published(book: CalendarBook, at: str) -> Recorded:
    """A calendar as the log holds it."""
    fact = CalendarPublished(
        calendar=book.name, version=book.version, document=book.document, sha256=book.sha256
    )
    return Recorded(
        originator_id=CASE, originator_version=int(book.version), fact=fact, occurred_at=wall(at), recorded_at=wall(at),
        actor="admin-wen", role=Role.ADMIN, source=Source(system="cli"), correlation_id=CASE,
    )  # fmt: skip


def judged_after(*books: tuple[CalendarBook, str]) -> Rules:
    """Bind a case of December to the first calendar, with the later ones published since."""
    reference = reference_of(published(book, at) for book, at in books)
    told = bound(TWO_DAYS)
    pinned = told.pinned.model_copy(update={"calendar": "china@1", "settings": None})
    regulations = {(pinned.regulation, pinned.version): told.regulation}
    return replace(reference, regulations=regulations).rules_for((pinned,))


OFFICIAL_2027 = "make_up = [2027-01-02]"
PUBLISHED = (
    (book("1", "provisional"), "2026-11-01 09:00"),
    (book("2", "official", "", OFFICIAL_2027), "2027-01-03 18:00"),
)


def answered(at: str, recorded: str | None = None) -> Clock:
    told = story(TWO_DAYS).at("2026-12-31 10:00", HUMMING).at(at, REPLY, recorded=recorded)
    return Story(judged_after(*PUBLISHED), told.facts).clock()


def test_a_clock_that_ended_before_the_year_was_settled_keeps_its_verdict() -> None:
    clock = answered("2027-01-03 12:00")
    assert (clock.verdict, clock.due_at) == (Verdict.MET, wall("2027-01-05 00:00"))
    assert [version.split("-")[0] for _, version in clock.calendar_years] == ["official", "provisional"]


def test_a_clock_still_open_when_the_year_was_settled_counts_on_it() -> None:
    clock = answered("2027-01-04 09:00")
    assert (clock.verdict, clock.due_at) == (Verdict.BREACHED, wall("2027-01-03 00:00"))
    assert clock.original_due_at == wall("2027-01-05 00:00")


def test_each_reading_of_the_time_of_an_answer_has_its_own_calendar() -> None:
    clock = answered("2027-01-03 12:00", recorded="2027-01-04 09:00")
    assert (clock.verdict, clock.verdict_as_recorded) == (Verdict.MET, Verdict.BREACHED)


def test_a_year_settled_twice_moves_what_was_open_each_time() -> None:
    between = (book("2", "provisional", "", "make_up = [2027-01-03]"), "2026-12-31 18:00")
    last = (book("3", "official"), "2027-01-04 09:00")
    told = story(TWO_DAYS).at("2026-12-31 10:00", HUMMING)
    rules = judged_after((book("1", "provisional"), "2026-11-01 09:00"), between, last)
    due = [
        Story(rules, told.at(at, REPLY).facts).clock().due_at
        for at in ("2026-12-31 12:00", "2027-01-02 12:00", "2027-01-04 12:00")
    ]
    assert due == [wall("2027-01-05 00:00"), wall("2027-01-04 00:00"), wall("2027-01-05 00:00")]


def test_a_promise_on_coverage_is_decided_when_the_case_is_classified() -> None:
    """Without a warranty in the regulation nothing is known of coverage; before Classified nothing is asked."""
    text = promise(
        "reply", 'fact = "Received"', 'fact = "Responded"', "hours = 24", 'applies = { coverage = "unknown" }'
    )
    told = story(text).at("2026-03-02 09:00", HUMMING)
    assert not told.clocks()
    told = told.at("2026-03-02 10:00", classified("repair"))
    assert traits(told.facts, bound(text))["coverage"] == "unknown"
    assert told.verdict() is Verdict.OPEN
    assert told.at("2026-03-02 11:00", events.Repaired()).verdict() is Verdict.OPEN


def test_a_clock_is_explained_by_the_regulation_it_is_pinned_to() -> None:
    told = story(TWO_DAYS).at("2026-09-30 10:00", HUMMING)
    other: Bound = bound(TWO_DAYS)
    foreign = type(other)(
        pinned=other.pinned.model_copy(update={"regulation": "lamp-sales"}), regulation=other.regulation,
        settings=other.settings, calendars=other.calendars,
    )  # fmt: skip
    assert explain(told.clock(), told.facts, Rules((foreign,))) == []


@pytest.mark.parametrize("day", ["1899-12-31", "9998-12-30"])
def test_a_history_that_no_calendar_reaches_has_clocks_and_no_days(day: str) -> None:
    """Empty dates of a spreadsheet, and "until further notice", come in with imports."""
    told = story(OFFICE).at(f"{day} 09:00", HUMMING).at(f"{day} 10:00", REPLY)
    assert told.verdict() is Verdict.NOT_CONFIGURED
    assert explain(told.clock(), told.facts, told.rules) == []
