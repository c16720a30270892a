"""Clocks against a counter that goes minute by minute, on histories told in any order."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import codes, events
from cases.fact import Fact
from cases.promises.clock import Clock, Verdict
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
from tests.cases.slow_clock import SlowClock, works_in_china
from tests.cases.test_calendars_slow import OFFICE, SHOP

pytestmark = pytest.mark.faults
EXAMPLES = 1_000 if os.environ.get("CASELEDGER_FAULTS") == "full" else 50
BEGIN = wall("2026-09-24 00:00")
MINUTES = 40 * 24 * 60
"""National Day, two make-up days and the weekends around them."""
CLOCKS = {
    "around-the-clock": SlowClock(ZoneInfo("Asia/Shanghai"), lambda _day: True),
    "working-days": SlowClock(ZoneInfo("Asia/Shanghai"), works_in_china),
    "office-hours": OFFICE,
    "shop-hours": SHOP,
}
Word = Literal["start", "pause", "resume", "stop"]
FACTS: dict[Word, Fact] = {"start": HUMMING, "pause": WAITING, "resume": RESUMED, "stop": REPLY}
AMOUNTS = st.one_of(st.integers(1, 3_000), st.integers(1, 12).map(lambda hours: hours * 60))
QUICK = settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


@cache
def open_minutes(name: str) -> tuple[bool, ...]:
    slow = CLOCKS[name]
    return tuple(
        slow.is_open(start) for _, (_, start) in zip(range(MINUTES), slow.minutes(BEGIN), strict=False)
    )


@dataclass
class Counted:
    """What the slow counter found, in minutes after BEGIN."""

    due: int | None = None
    stopped: int | None = None
    paused: int = 0

    @property
    def verdict(self) -> Verdict:
        if self.stopped is None:
            return Verdict.OPEN
        return Verdict.BREACHED if self.due is not None and self.stopped > self.due else Verdict.MET


def count(told: Sequence[tuple[int, Word]], amount: int, opened: tuple[bool, ...]) -> Counted:
    """Go through every minute: what is open and not paused uses the amount up; a pause in time moves the due moment."""
    found, left, waiting_since, is_started = Counted(), amount, None, False
    for minute, is_open in enumerate(opened):
        for word in (word for at, word in told if at == minute):
            if word == "start":
                is_started, waiting_since = True, None if waiting_since is None else minute
            elif word == "pause" and waiting_since is None:
                waiting_since = minute
            elif word == "resume":
                waiting_since = None
            elif word == "stop" and is_started:
                found.stopped = minute
                return found
        if not (is_started and is_open):
            continue
        if waiting_since is None:
            left -= 1
            found.due = minute + 1 if left == 0 else found.due
        else:
            found.paused += 1
            if found.due is not None and waiting_since <= found.due:
                found.due = minute + 1
    return found


@st.composite
def histories(draw: st.DrawFn) -> tuple[int, list[tuple[int, Word]]]:
    """Promise some minutes; start once, wait, go on and answer; often on the hour; told in any order."""
    amount = draw(AMOUNTS)
    hours, spread = draw(st.sampled_from(((1, 60), (12, 60), (21 * 24, 1), (21 * 24, 60))))
    start = draw(st.integers(0, 10 * 24)) * 60
    steps = st.integers(-2 * 60 // spread, hours * 60 // spread).map(lambda step: start + step * spread)
    minute = st.one_of(
        steps.map(lambda at: max(0, at)), steps.map(lambda at: max(0, at)), st.just(start + amount)
    )
    word: st.SearchStrategy[Word] = st.sampled_from(("pause", "resume", "pause", "resume", "stop"))
    words: list[tuple[int, Word]] = draw(st.lists(st.tuples(minute, word), max_size=8))
    return amount, draw(st.permutations([(start, "start"), *words]))


def in_order(told: Sequence[tuple[int, Word]]) -> list[tuple[int, Word]]:
    """Order by time as told, and leave out a wait that nothing ends: it moves the due moment when it ends."""
    ordered = sorted(told, key=lambda one: one[0])
    while True:
        words = [word for _, word in ordered]
        last = max((at for at, word in enumerate(words) if word in {"resume", "stop"}), default=-1)
        open_wait = next((at for at, word in enumerate(words) if word == "pause" and at > last), None)
        if open_wait is None:
            return ordered
        del ordered[open_wait]


def moment(minute: int) -> datetime:
    return BEGIN + timedelta(minutes=minute)


def tell(begun: Story, told: Sequence[tuple[int, Word]]) -> Story:
    for minute, word in told:
        at = moment(minute).astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None).isoformat(" ")
        begun = begun.at(at, FACTS[word])
    return begun


def begun(calendar: str, amount: int) -> Story:
    pause = 'pause = { from = { fact = "Paused" }, to = { fact = "Resumed" } }'
    within = f'minutes = {amount}, calendar = "{calendar}"'
    return story(promise("reply", 'fact = "Received"', 'fact = "Responded"', within, pause))


@pytest.mark.parametrize("calendar", CLOCKS)
def test_every_clock_equals_a_minute_by_minute_count(calendar: str) -> None:
    opened = open_minutes(calendar)

    @QUICK
    @given(history=histories())
    def prove(history: tuple[int, list[tuple[int, Word]]]) -> None:
        amount, told = history
        slow, clock = count(in_order(told), amount, opened), tell(begun(calendar, amount), told).clock()
        assert clock.verdict is slow.verdict
        assert clock.stopped_at == (None if slow.stopped is None else moment(slow.stopped))
        if clock.paused_since is None:
            assert clock.paused == timedelta(minutes=slow.paused)
        if slow.due is not None:
            assert clock.due_at == moment(slow.due)

    prove()


LATER: tuple[Fact, ...] = (
    events.Noted(word="a photo of the lamp"), REPLY, WAITING, RESUMED, closed(), closed("withdrawn"), REOPENED, HUMMING,
    events.Classified(kind=codes.Kind.REPAIR), events.Classified(kind=codes.Kind.CONSULTATION),
)  # fmt: skip


def ended(clock: Clock) -> tuple[object, ...]:
    return clock.verdict, clock.started_at, clock.due_at, clock.stopped_at, clock.paused, clock.moved_by


@QUICK
@given(history=histories(), later=st.lists(st.sampled_from(LATER), max_size=8))
def test_what_comes_after_an_ended_clock_never_changes_it(
    history: tuple[int, list[tuple[int, Word]]], later: list[Fact]
) -> None:
    amount, told = history
    before = tell(begun("office-hours", amount), told)
    after = before
    for number, fact in enumerate(later):
        after = after.at(f"2026-11-20 10:{number:02d}", fact)  # behind every history
    if before.clock().ended_at is not None:
        assert ended(after.clock()) == ended(before.clock())
    assert after.clock().started_at == before.clock().started_at.astimezone(UTC)
