"""Repair, exchange and return of listed goods (三包): what repairs count for, and how they move the validity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache

import chinese_calendar
import pytest
from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from cases import events
from cases.commands.intake import Classify
from cases.promises.clocks import clocks
from cases.regulation.packs import check, shipped_regulation, shipped_text
from cases.regulation.rules import Rules
from tests.cases.scenario import (
    LAMP,
    MORNING,
    SHANGHAI,
    Story,
    Told,
    classified,
    closed,
    day,
    delivered,
    given,
    published,
    received,
    rejected,
    revisited,
    told,
)

BOUGHT = date(2026, 3, 2)


@cache
def rules() -> Rules:
    """The law for lamps, and nothing of the firm."""
    law = shipped_regulation("law-sanbao").regulation.model_copy(update={"product_lines": ("lamp",)})
    known = replace(published(LAMP), regulations={(law.id, law.version): law})
    return known.rules_for(known.in_force(product_line="lamp", channel="phone", at=MORNING))


def opened(at: datetime, kind: str = "exchange", **more: object) -> Story:
    """Bought on Monday the second of March, and brought back at a moment for its quality."""
    intake = received(**{"purchased_on": BOUGHT, "goods_received_on": BOUGHT, **more})
    return given(told(intake, at=at), told(classified(kind, "quality"), at=at), rules=rules())


def stay(begins: datetime, ends: datetime | None, cause: str = "driver") -> tuple[Told, ...]:
    """The lamp comes in and is repaired; on the last day it is with the customer again."""
    came = told(delivered(), at=begins)
    if ends is None:
        return (came,)
    mended = told(events.Repaired.model_validate({"cause": cause}), at=ends)
    return came, mended, told(delivered("outbound"), at=ends)


def waited(begins: datetime, ends: datetime) -> tuple[Told, Told]:
    paused = events.Paused.model_validate({"reason": "waiting_for_parts"})
    return told(paused, at=begins), told(events.Resumed(), at=ends)


def reopened(at: datetime) -> Told:
    return told(events.Reopened.model_validate({"reason": "not_solved"}), at=at)


def exchanged(at: datetime) -> Told:
    return told(events.Replaced(), at=at)


@pytest.mark.parametrize(
    ("on", "rights"),
    [
        (day(3, 9, hour=23), {"seven-days": True, "fifteen-days": True}),
        (day(3, 10, hour=0), {"seven-days": False, "fifteen-days": True}),
        (day(3, 17, hour=23), {"seven-days": False, "fifteen-days": True}),
        (day(3, 18, hour=0), {"seven-days": False, "fifteen-days": False}),
    ],
)
def test_seven_days_to_return_and_fifteen_to_exchange(on: datetime, rights: dict[str, bool]) -> None:
    story = opened(on)
    assert {name: story.verdict(name).is_granted for name in rights} == rights


def test_within_fifteen_days_an_exchange_is_not_refused() -> None:
    opened(day(3, 17)).when(rejected("exchange")).then_refused(
        clause="三包规定 10, 11, 12", rule="exchange-not-refused"
    )
    opened(day(3, 18)).when(rejected("exchange")).then_allowed()
    opened(day(3, 9), "return").when(rejected("return")).then_refused(rule="return-not-refused")


def test_the_year_counts_from_the_later_of_invoice_and_delivery_and_asks_for_the_invoice() -> None:
    late = opened(day(3, 5), "repair", goods_received_on=date(2026, 3, 4)).verdict("validity")
    assert (late.is_granted, late.result["window_end"]) == (True, "2027-03-04")
    bare = opened(day(3, 5), "repair", has_proof=False).verdict("validity")
    assert (bare.is_granted, bare.result["needs"]) == (None, "has_proof")


def test_days_in_repair_and_without_parts_put_off_the_end_once_each() -> None:
    story = opened(day(4, 1), "repair").and_(
        *stay(day(4, 1), day(4, 11))[:1],
        *waited(day(4, 3), day(4, 8)),
        *stay(day(4, 1), day(4, 11))[1:],
        *waited(day(5, 1), day(5, 4)),
    )
    result = story.verdict("validity").result
    assert (result["days_added"], result["repair_days"], result["parts_days"]) == ("13", "5", "10")
    assert result["window_end"] == result["extended_until"] == "2027-03-15"


def test_a_case_that_comes_again_is_asked_for_its_day_anew() -> None:
    story = opened(day(4, 1), "repair").and_(*stay(day(4, 1), day(4, 11)), told(closed(), at=day(4, 12)))
    assert story.and_(reopened(day(3, 12, 2027))).verdict("validity").is_granted is True
    assert story.and_(reopened(day(3, 13, 2027))).verdict("validity").is_granted is False


def test_an_exchange_begins_the_year_anew_and_forgets_the_repairs_before_it() -> None:
    story = opened(day(4, 1), "repair").and_(*stay(day(4, 1), day(4, 11)), exchanged(day(4, 20)))
    result = story.verdict("validity").result
    assert (result["anchor"], result["restarted_on"]) == ("replaced_on", "2026-04-20")
    assert (result["window_end"], result["days_added"]) == ("2027-04-20", "0")


TWICE = (*stay(day(4, 1), day(4, 5)), *stay(day(5, 6), day(5, 8)))


def test_after_two_repairs_of_one_fault_in_vain_the_lamp_is_exchanged_or_taken_back() -> None:
    story = opened(day(4, 1), "return").and_(*TWICE)
    assert story.verdict("two-repairs").is_granted is False
    failed = story.and_(told(revisited(solved=False), at=day(5, 20)))
    verdict = failed.verdict("two-repairs")
    assert (verdict.is_granted, verdict.result["repairs"]) == (True, "2")
    failed.when(rejected("return")).then_refused(rule="return-not-refused")
    assert failed.and_(exchanged(day(5, 22))).verdict("two-repairs").is_granted is False


def test_repairs_of_different_faults_do_not_add_up_and_one_that_is_not_told_is_asked_for() -> None:
    again = told(revisited(solved=False), at=day(5, 20))
    first = opened(day(4, 1), "return").and_(*stay(day(4, 1), day(4, 5)))
    other = first.and_(*stay(day(5, 6), day(5, 8), "wiring"), again)
    assert other.verdict("two-repairs").result["fails"] == "repairs"
    unnamed = first.and_(*stay(day(5, 6), day(5, 8), "unknown"), again).verdict("two-repairs")
    assert (unnamed.is_granted, unnamed.result["needs"]) == (None, "repairs")


@pytest.mark.parametrize(("ends", "granted"), [(day(5, 1), False), (day(5, 2), True)])
def test_more_than_thirty_days_of_the_repairers_own_give_an_exchange(ends: datetime, granted: bool) -> None:
    story = opened(day(4, 1)).and_(*stay(day(4, 1), ends))
    assert story.verdict("repair-too-long").is_granted is granted


@pytest.mark.parametrize(("on", "granted"), [(day(5, 1), False), (day(5, 2), True)])
def test_goods_still_in_repair_count_up_to_the_moment_of_the_demand(on: datetime, granted: bool) -> None:
    asked = Classify.model_validate({"kind": "exchange", "reason": "quality"})
    story = opened(day(4, 1), "repair").and_(*stay(day(4, 1), None)).when(told(asked, at=on))
    assert isinstance(story.outcome, tuple)
    (fact,) = story.outcome
    assert isinstance(fact, events.Classified)
    found = next(verdict for verdict in fact.verdicts if verdict.entitlement == "repair-too-long")
    assert found.is_granted is granted
    assert story.and_(told(fact, at=on)).verdict("repair-too-long") == found


def test_an_exchange_is_not_refused_while_the_lamp_is_in_repair_for_too_long() -> None:
    story = opened(day(4, 1)).and_(*stay(day(4, 1), None))
    story.when(told(rejected("exchange"), at=day(5, 1))).then_allowed()
    late = told(rejected("exchange"), at=day(5, 2))
    story.when(late).then_refused(rule="exchange-not-refused")
    story.and_(late).then_found("exchange-not-refused")


@pytest.mark.parametrize(("ends", "granted"), [(day(6, 30), False), (day(7, 1), True)])
def test_more_than_ninety_days_for_lack_of_parts_give_an_exchange(ends: datetime, granted: bool) -> None:
    story = opened(day(4, 1)).and_(
        told(delivered(), at=day(4, 1)),
        *waited(day(4, 2), ends),
        told(delivered("outbound"), at=ends),
    )
    assert story.verdict("no-parts").is_granted is granted
    assert story.verdict("repair-too-long").is_granted is False


def test_the_clock_of_the_repair_stands_still_without_parts() -> None:
    story = opened(day(4, 8), "repair").and_(*stay(day(4, 8), None), *waited(day(4, 10), day(4, 15)))
    clock = next(one for one in clocks(story.facts, story.rules) if one.promise.id == "repaired-in-30-days")
    assert clock.due_at == day(5, 14, hour=0)


def test_a_window_that_repairs_move_is_checked_like_everything_else() -> None:
    text = shipped_text("law-sanbao").replace('extended_by = "repairs"', 'extended_by = "repair"', 1)
    assert any("repairs" in str(found) for found in check(text, "law-sanbao.toml").problems)
    text = shipped_text("law-sanbao").replace("after_repairs", "after_repair", 1)
    assert any("after_repairs" in str(found) for found in check(text, "law-sanbao.toml").problems)
    text = shipped_text("law-sanbao").replace('payer = "company"', 'payer = "company"\nafter_repairs = 2', 1)
    assert any("has a window" in str(found) for found in check(text, "law-sanbao.toml").problems)


def slowly(start: date, stays: Sequence[tuple[int, int]]) -> date:
    """Live through the year a day at a time: a day without the lamp costs nothing; then wait for a working day."""
    one = timedelta(days=1)
    left = (date(start.year + 1, start.month, start.day) - start).days
    today = start
    while left:
        today += one
        age = (today - start).days
        left -= not any(came < age <= went for came, went in stays)
    while not chinese_calendar.is_workday(today):
        today += one
    return today


@settings(max_examples=100, deadline=None)
@any_of(
    st.dates(date(2023, 3, 1), date(2024, 2, 28)),
    st.lists(st.tuples(st.integers(0, 380), st.integers(0, 40), st.booleans()), max_size=5),
)
def test_the_year_equals_a_slow_life_with_the_lamp(
    start: date, told_stays: list[tuple[int, int, bool]]
) -> None:
    def on(age: int, hour: int) -> datetime:
        return datetime.combine(start + timedelta(days=age), time(hour), SHANGHAI)

    story = opened(on(0, 7), "repair", purchased_on=start, goods_received_on=start)
    for number, (came, lasted, is_custody) in enumerate(told_stays):
        if is_custody:
            taken = events.CustodyTaken(receipt_no=str(number))
            back = events.CustodyReturned(receipt_no=str(number), is_receipt_recovered=True)
            story = story.and_(told(taken, at=on(came, 8)), told(back, at=on(came + lasted, 9)))
        else:
            story = story.and_(*waited(on(came, 8), on(came + lasted, 9)))
    stays = [(came, came + lasted) for came, lasted, is_custody in told_stays if is_custody]
    waits = [(came, came + lasted) for came, lasted, is_custody in told_stays if not is_custody]
    # whatever is waited for, work that was taken up again goes on
    ends = sorted(went for _, went in waits)
    stays += [(came, next(went for went in ends if went >= came)) for came, _ in waits]
    assert story.verdict("validity").result["window_end"] == slowly(start, stays).isoformat()
