"""More complaints of users elsewhere: rules and calendars that change, cases split and merged; naively and ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from cases import codes, events
from cases.calendars.book import CalendarBook, shipped_book
from cases.case import Case, fold
from cases.codes import Link
from cases.command import decisions
from cases.commands import Receive
from cases.fact import Fact
from cases.ladder import reached
from cases.promises.clock import Standing, Verdict, standing
from cases.recorded import Recorded
from cases.reference import reference_of
from cases.regulation.model import Regulation
from cases.regulation.rules import Reference
from cases.watching import EscalateClock
from projections.casefile import CaseFacts
from projections.registry import FACTS, rows
from tests.cases.clock_stories import CASE, HUMMING, REPLY, Story, bound, excluded, promise, story, wall
from tests.cases.test_clock_explained import PUBLISHED, TWO_DAYS, book, published

RECEIVED, ANSWERED = 'fact = "Received"', 'fact = "Responded", step = "reply"'
A_DAY = promise("reply", RECEIVED, ANSWERED, "hours = 24", 'escalate = ["supervisor"]')
NIGHTS = [wall(f"2026-03-{day:02} 03:00") for day in (5, 6, 7)]


def edition(version: str, since: date, text: str) -> Regulation:
    """The firm's promises, written anew and in force from a day on."""
    return bound(text).regulation.model_copy(update={"version": version, "effective_from": since})


def firm(*editions: Regulation) -> Reference:
    """A firm with these editions of its regulation."""
    calendars = shipped_book()
    return Reference(
        regulations={(one.id, one.version): one for one in editions},
        calendars={(calendars.name, calendars.version): calendars},
    )


def received(told: Reference, at: str) -> Story:
    """A lamp that hums, judged by what is in force on the day of the call."""
    pinned = told.in_force(product_line="lamp", channel="phone", at=wall(at))
    return Story(told.rules_for(pinned)).at(at, HUMMING)


FOUR_HOURS = promise("reply", RECEIVED, ANSWERED, "hours = 4")
TWO_HOURS = promise("reply", RECEIVED, ANSWERED, "hours = 2")


def test_group_3_a_stricter_promise_does_not_turn_what_was_kept_into_a_miss() -> None:
    """Naively: what is over is reconstructed with the goal of today (a kept four hours becomes a missed two)."""
    works = firm(edition("1", date(2026, 1, 1), FOUR_HOURS), edition("2", date(2026, 3, 3), TWO_HOURS))
    before = received(works, "2026-03-02 09:00").at("2026-03-02 12:00", REPLY)
    after = received(works, "2026-03-03 09:00").at("2026-03-03 12:00", REPLY)
    goal_of_today = timedelta(hours=2)
    naive = [
        told.facts[1].occurred_at - told.facts[0].occurred_at <= goal_of_today for told in (before, after)
    ]
    assert naive == [False, False]
    assert [told.verdict() for told in (before, after)] == [Verdict.MET, Verdict.BREACHED]


def test_group_3_a_promise_that_is_taken_back_does_not_alarm_for_ever() -> None:
    """Naively: when a rule is switched off, what still runs is counted anew; what has escalated keeps its due time."""
    works = firm(
        edition("1", date(2026, 1, 1), A_DAY),
        edition("2", date(2026, 3, 4), TWO_HOURS.replace("reply", "x", 1)),
    )
    told, switched_off = received(works, "2026-03-02 09:00"), wall("2026-03-04 09:00")
    due_at = told.clock().due_at
    assert due_at is not None
    kept = due_at if due_at < switched_off else None
    naive = [night for night in NIGHTS if kept is not None and kept < night]
    assert naive == NIGHTS, "an alarm every night, for a rule that nobody has any more"
    asked, alarmed = EscalateClock(clock=told.clock().clock_id, level="supervisor"), list[Any]()
    for night in NIGHTS:
        new = decisions(asked, fold(CASE, told.facts), told.rules, night)
        alarmed += new
        told = Story(told.rules, (*told.facts, *(_recorded(told, fact, night) for fact in new)))
    assert len(alarmed) == 1, "a level is told once"
    taken_out = told.at("2026-03-07 09:00", excluded("reply"))
    assert standing(taken_out.clock(), NIGHTS[-1] + timedelta(days=1)) is Standing.EXCLUDED
    assert reached(taken_out.clock(), "supervisor", NIGHTS[-1] + timedelta(days=9), told.rules) is None
    assert "reply:1" not in received(works, "2026-03-05 09:00").clocks(), "and new cases do not have it"


def _recorded(told: Story, fact: Fact, at: datetime) -> Recorded:
    return replace(
        told.facts[-1], originator_version=len(told.facts) + 1, fact=fact, occurred_at=at, recorded_at=at
    )


def table(name: str, facts: tuple[Recorded, ...], told: Reference) -> dict[str, Any]:
    """The row of one case in one table."""
    columns = next(each.columns for each in FACTS if each.name == name)
    (row,) = rows(CaseFacts(CASE, facts), told)[name]
    return {column.name: value for column, value in zip(columns, row, strict=True)}


FIRM_2027 = book("1", "official"), "2026-11-01 09:00"


def december(*books: tuple[CalendarBook, str]) -> tuple[Reference, tuple[Recorded, ...]]:
    """A firm that knows these calendars, and a case of the last day of the year."""
    regulation, known = bound(TWO_DAYS).regulation, reference_of(published(book, at) for book, at in books)
    works = replace(known, regulations={(regulation.id, regulation.version): regulation})
    pinned = bound(TWO_DAYS).pinned.model_copy(update={"calendar": "china@1", "settings": None})
    demand = HUMMING.model_copy(update={"judged_under": (pinned,)})
    return works, story(TWO_DAYS).at("2026-12-31 10:00", demand).facts


def test_group_3_a_changed_calendar_touches_no_case_that_it_counts_anew() -> None:
    """Naively: counting anew saves the ticket, and the job for what nobody touched in three days finds nothing."""
    (before, facts), (after, _) = december(PUBLISHED[0]), december(*PUBLISHED)
    changed_at, three_days = wall("2027-01-03 18:00"), timedelta(days=3)
    naive_row = {"updated_at": changed_at}
    assert not naive_row["updated_at"] < wall("2027-01-05 09:00") - three_days
    was, now = (table("fct_sla_clocks", facts, works)["due_at"] for works in (before, after))
    assert (was, now) == (wall("2027-01-05 00:00"), wall("2027-01-03 00:00")), "it is counted anew"
    updated = {table("fct_cases", facts, works)["updated_at"] for works in (before, after)}
    assert updated == {wall("2026-12-31 10:00")}, "and stands as it was touched last"
    assert updated.pop() < wall("2027-01-05 09:00") - three_days


def test_group_3_a_holiday_told_late_reaches_what_runs_and_nothing_that_is_over() -> None:
    """Naively: the due date is stored at receipt, and days announced later are no holidays for it."""
    days = 'holiday = [{ label = { zh = "元旦", en = "New Year" }, first = 2027-01-04, last = 2027-01-05 }]'
    told_late = book("2", "amended", "", days), "2027-01-04 12:00"
    (before, facts), (after, _) = december(FIRM_2027), december(FIRM_2027, told_late)
    naive = table("fct_sla_clocks", facts, before)["due_at"]
    assert naive == wall("2027-01-05 00:00")
    row = table("fct_sla_clocks", facts, after)
    assert (row["due_at"], row["original_due_at"]) == (wall("2027-01-07 00:00"), naive)
    late = replace(facts[0], originator_version=2, fact=REPLY, occurred_at=wall("2027-01-06 09:00"))
    assert late.occurred_at > naive, "naively a miss"
    assert table("fct_sla_clocks", (*facts, late), after)["verdict"] == "met"
    over = replace(late, occurred_at=wall("2027-01-04 09:00"))
    assert table("fct_sla_clocks", (*facts, over), after)["due_at"] == naive


SECOND = UUID(int=9)
FIRST = story(A_DAY).at("2026-03-02 09:00", HUMMING).at("2026-03-02 10:00", REPLY)


def test_group_5_what_is_split_off_is_not_answered_because_the_first_was() -> None:
    """Naively: a split copies the record with another subject, and with it when it was first answered."""
    naive = replace(FIRST, facts=tuple(replace(known, originator_id=SECOND) for known in FIRST.facts))
    assert naive.verdict() is Verdict.MET, "nobody said a word on the second matter"
    other = fold(CASE, FIRST.facts)
    split = Receive(channel=codes.Channel.PHONE, split_from=CASE).numbered("AS-00000002").with_other(other)
    demand, link = decisions(split, Case(case_id=SECOND), FIRST.rules, wall("2026-03-09 14:00"))
    assert link == events.Linked(link=Link.SPLIT_FROM, case_no="AS-00000001")
    ours = story(A_DAY).at("2026-03-09 14:00", demand).at("2026-03-09 14:00", link)
    assert (ours.verdict(), ours.clock().due_at) == (Verdict.OPEN, wall("2026-03-10 14:00"))
    assert ours.at("2026-03-11 09:00", REPLY).verdict() is Verdict.BREACHED


def test_group_5_what_is_merged_alarms_nobody_and_was_not_kept_either() -> None:
    """Naively: merging sets a state; the due time stays with the ticket, which goes on to escalate."""
    closes = promise("end", RECEIVED, 'fact = "Closed"', "hours = 24", 'escalate = ["supervisor"]')
    told = story(A_DAY + closes).at("2026-03-02 09:00", HUMMING)
    merged = told.at("2026-03-02 11:00", events.Linked(link=Link.MERGED_INTO, case_no="AS-00000001"))
    naive = told.clock().due_at
    assert naive is not None
    assert naive < NIGHTS[0], "so that the merged ticket stands among those escalated"
    naive_closed = told.at("2026-03-02 11:00", events.Closed(outcome=codes.Outcome.UNKNOWN))
    assert naive_closed.verdict("end:1") is Verdict.MET, "and merging by closing would count as kept"
    for clock in merged.clocks().values():
        assert (clock.verdict, standing(clock, NIGHTS[0])) == (Verdict.CANCELLED, Standing.CANCELLED)
        assert reached(clock, "supervisor", NIGHTS[0], merged.rules) is None
