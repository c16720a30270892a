"""Too early, agreed anew and in a chain, against a counter that goes minute by minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import codes, events
from cases.fact import Fact
from cases.promises.clock import Verdict
from tests.cases.clock_stories import HUMMING, REPLY, RESUMED, WAITING, Story, promise, story
from tests.cases.test_clock_slow import CLOCKS, MINUTES, QUICK, moment, open_minutes

PLAN = events.Responded(step=codes.Step.PRELIMINARY_PLAN)
SOLUTION = events.Responded(step=codes.Step.SOLUTION)
AMOUNTS = st.one_of(st.integers(1, 2_000), st.integers(1, 12).map(lambda hours: hours * 60))


def on_the_wall(minute: int) -> str:
    return moment(minute).astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None).isoformat(" ")


def walked(minute: int, amount: int, opened: Sequence[bool]) -> int:
    """Go on from a minute until the amount of open ones has passed."""
    while amount:
        amount -= opened[minute]
        minute += 1
    return minute


@dataclass
class Course:
    """A clock in the slow counter: what it is due, from when it is not too early, and what holds it still."""

    due: int
    earliest: int
    is_waiting: bool = False
    moves_due: bool = False
    moves_earliest: bool = False

    def pause(self, minute: int) -> None:
        self.is_waiting, self.moves_due, self.moves_earliest = (
            True,
            minute <= self.due,
            minute <= self.earliest,
        )

    def resume(self) -> None:
        self.is_waiting = self.moves_due = self.moves_earliest = False

    def agree(self, minute: int, due: int) -> None:
        if minute <= self.due or self.moves_due:
            self.due, self.moves_due = due, False

    def minute(self, opened: Sequence[bool]) -> None:
        """Let an open minute of a wait pass."""
        if self.moves_due:
            self.due = walked(self.due, 1, opened)
        if self.moves_earliest:
            self.earliest = walked(self.earliest, 1, opened)

    def verdict(self, stopped: int | None) -> Verdict:
        if stopped is None:
            return Verdict.OPEN
        return Verdict.MET if self.earliest <= stopped <= self.due else Verdict.BREACHED


@dataclass(frozen=True)
class History:
    """Minutes after the first one: start, waits, agreements with the minute agreed to, and the stop."""

    start: int
    within: int
    lead: int
    waits: tuple[tuple[int, int], ...]
    agreed: tuple[tuple[int, int], ...]
    stop: int | None


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Everything at another minute, over a day or over the holiday, often on the hour."""
    start, spread = draw(st.integers(0, 10 * 24)) * 60, draw(st.sampled_from((1, 60)))
    steps = draw(st.sampled_from((24 * 60, 12 * 24 * 60))) // spread
    minutes = draw(st.lists(st.integers(1, steps), min_size=2, max_size=9, unique=True))
    found = [start + step * spread for step in sorted(minutes)]
    stop = found.pop() if draw(st.booleans()) else None
    kinds = draw(st.lists(st.booleans(), min_size=len(found), max_size=len(found)))
    waiting = [minute for minute, is_wait in zip(found, kinds, strict=True) if is_wait]
    waits = tuple(pair for at, pair in enumerate(pairwise(waiting)) if at % 2 == 0)
    told = [minute for minute, is_wait in zip(found, kinds, strict=True) if not is_wait]
    agreed = tuple((minute, minute + draw(AMOUNTS)) for minute in told)
    return History(start, draw(AMOUNTS), draw(AMOUNTS), waits, agreed, stop)


def count(history: History, opened: Sequence[bool]) -> Course:
    course = Course(
        walked(history.start, history.within, opened), walked(history.start, history.lead, opened)
    )
    agreed, begun, over = (
        dict(history.agreed),
        {at for at, _ in history.waits},
        {at for _, at in history.waits},
    )
    for minute in range(history.start, 30 * 24 * 60 if history.stop is None else history.stop):
        if minute in over:
            course.resume()
        if minute in begun:
            course.pause(minute)
        if minute in agreed:
            course.agree(minute, agreed[minute])
        if course.is_waiting and opened[minute]:
            course.minute(opened)
    return course


def told(history: History, calendar: str) -> Story:
    within, lead = (
        f'minutes = {amount}, calendar = "{calendar}"' for amount in (history.within, history.lead)
    )
    begun = story(
        promise(
            "visit", 'fact = "Received"', 'fact = "Responded"', within, f"not_before = {{ {lead} }}",
            'agreed = { told = { fact = "Booked" }, until = "ends_at" }',
            'pause = { from = { fact = "Paused" }, to = { fact = "Resumed" } }',
        )
    )  # fmt: skip
    facts: list[tuple[int, Fact]] = [(history.start, HUMMING)]
    facts += [(minute, events.Booked(ends_at=moment(due))) for minute, due in history.agreed]
    facts += [fact for since, until in history.waits for fact in ((since, WAITING), (until, RESUMED))]
    facts += [] if history.stop is None else [(history.stop, REPLY)]
    for minute, fact in sorted(facts, key=lambda one: one[0]):
        begun = begun.at(on_the_wall(minute), fact)
    return begun


@pytest.mark.parametrize("calendar", CLOCKS)
def test_earliest_and_agreed_moments_equal_a_minute_by_minute_count(calendar: str) -> None:
    opened = open_minutes(calendar)

    @QUICK
    @given(history=histories())
    def prove(history: History) -> None:
        slow, clock = count(history, opened), told(history, calendar).clock("visit:1")
        assert clock.due_at == moment(slow.due)
        assert clock.earliest_at == moment(slow.earliest)
        assert clock.verdict is slow.verdict(history.stop)
        assert clock.original_due_at == moment(walked(history.start, history.within, opened))

    prove()


STAGES = (("answer", REPLY), ("plan", PLAN), ("result", SOLUTION))


def chain(amounts: Sequence[int], calendar: str) -> str:
    written, before = "", 'start = { fact = "Received" }'
    for (name, step), amount in zip(STAGES, amounts, strict=True):
        within = f'minutes = {amount}, calendar = "{calendar}"'
        stage = promise(name, 'fact = "Received"', f'fact = "Responded", step = "{step.step}"', within)
        written += stage.replace('start = { fact = "Received" }', before)
        before = f'after = "{name}"'
    return written


@QUICK
@given(
    start=st.integers(0, 10 * 24 * 60),
    amounts=st.tuples(AMOUNTS, AMOUNTS, AMOUNTS),
    said=st.lists(
        st.tuples(st.integers(-60, 3 * 24 * 60), st.integers(0, 2)), max_size=8, unique_by=lambda one: one[0]
    ),
)
def test_a_chain_equals_a_walk_through_its_minutes(
    start: int, amounts: tuple[int, int, int], said: list[tuple[int, int]]
) -> None:
    calendar, begun, steps = (
        "office-hours",
        start,
        {start + at: stage for at, stage in said if at and start + at >= 0},
    )
    opened = open_minutes(calendar)
    case = story(chain(amounts, calendar))
    for minute, fact in sorted(
        [(start, HUMMING), *((at, STAGES[stage][1]) for at, stage in steps.items())], key=lambda one: one[0]
    ):
        case = case.at(on_the_wall(minute), fact)
    found = case.clocks()
    for stage, (name, _) in enumerate(STAGES):
        clock = found.pop(f"{name}:1")
        assert (clock.started_at, clock.due_at) == (
            moment(begun),
            moment(walked(begun, amounts[stage], opened)),
        )
        ahead = any(start < at <= begun and what == stage for at, what in steps.items())
        stop = (
            begun if ahead else next((at for at in range(begun + 1, MINUTES) if steps.get(at) == stage), None)
        )
        assert clock.stopped_at == (None if stop is None else moment(stop))
        if stop is None:
            break
        begun = stop
    assert not found
