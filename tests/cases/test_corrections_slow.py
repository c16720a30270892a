"""A history put right by corrections says what it would have said, had it been told right at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from cases import events
from cases.fact import Fact, Verdict
from cases.promises.clock import Clock
from cases.promises.clocks import clocks
from cases.recorded import Recorded
from cases.regulation.constraints import Finding
from tests.cases.scenario import (
    MORNING,
    Story,
    approved,
    checked,
    classified,
    closed,
    delivered,
    given,
    inspected,
    lamp_rules,
    received,
    refunded,
    rejected,
    responded,
    revisited,
    shipped,
    told,
)

RULES = lamp_rules()
PROMISED = MORNING + timedelta(days=3)
FACTS: tuple[Fact, ...] = (
    classified("return", "quality"), classified("repair"), classified("repair", is_safety=True),
    classified("consultation"), responded("reply"), responded("stop_use"), shipped(), delivered(),
    delivered("outbound"), checked(), checked(passed=False), inspected(promised_at=PROMISED), approved("return"),
    rejected("return"), refunded(100), revisited(), closed(), closed("withdrawn"),
    events.Reopened(reason="hums_again"), events.Resumed(), events.Replaced(), events.Repaired(),
    events.Paused.model_validate({"reason": "waiting_for_customer"}),
)  # fmt: skip
RIGHT: tuple[dict[str, object], ...] = (
    {"purchased_on": "2025-01-01", "goods_received_on": None}, {"goods_received_on": "2026-02-20"},
    {"sales_channel": "online"}, {"has_proof": False}, {"channel": "email"},
)  # fmt: skip


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Give hours of twenty days, so that many facts fall together."""
    return MORNING + timedelta(hours=draw(st.integers(0, 20 * 24)))


@st.composite
def histories(draw: st.DrawFn) -> tuple[Story, Story]:
    """Tell a case wrongly and put it right; and the same told right at once."""
    facts = [received(), *draw(st.lists(st.sampled_from(FACTS), min_size=1, max_size=12))]
    times = sorted(draw(st.lists(moments(), min_size=len(facts), max_size=len(facts))))
    wrong = given(*(told(fact, at=at) for fact, at in zip(facts, times, strict=True)), rules=RULES)
    fixed, corrections = list(wrong.facts), list[events.Corrected]()
    for version in draw(st.lists(st.integers(1, len(facts)), min_size=1, max_size=3, unique=True)):
        at, changes = draw(moments()), draw(st.sampled_from(RIGHT)) if version == 1 else {}
        fact = events.Corrected.model_validate(
            {"corrects": version, "reason": "typing_error", "happened_at": at, "changes": changes}
        )
        corrections.append(fact)
        fixed[version - 1] = put_right(fixed[version - 1], at, changes)
    return wrong.and_(*corrections), replace(wrong, facts=tuple(fixed))


def put_right(recorded: Recorded, at: datetime, changes: dict[str, object]) -> Recorded:
    fact = recorded.fact
    if changes:
        fact = type(fact).model_validate({**fact.model_dump(exclude_none=True), **changes})
    return replace(recorded, fact=fact, occurred_at=at)


def said(clock: Clock) -> tuple[object, ...]:
    """What a clock says, but for how it came to know it."""
    return (
        clock.clock_id, clock.verdict, clock.verdict_unadjusted, clock.started_at, clock.due_at, clock.stopped_at,
        clock.ended_at, clock.paused, clock.pauses, clock.moved_by, clock.working_elapsed, clock.warned_at,
    )  # fmt: skip


def judged(story: Story) -> tuple[list[tuple[object, ...]], tuple[Finding, ...], tuple[Verdict, ...]]:
    """Give clocks, findings and, where it is classified, entitlements."""
    case = story.case
    verdicts = RULES.verdicts(case.classified, case) if case.classified else ()
    return [said(clock) for clock in clocks(story.facts, RULES)], story.findings(), verdicts


@settings(max_examples=400, deadline=None)
@any_of(histories())
def test_what_was_put_right_reads_as_if_it_had_been_told_right(both: tuple[Story, Story]) -> None:
    put_right_later, told_right = both
    assert judged(put_right_later) == judged(told_right)
