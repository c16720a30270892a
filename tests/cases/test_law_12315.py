"""A complaint with market supervision (12315): when the firm answers, and when mediation ends."""

from __future__ import annotations

from dataclasses import replace

from cases import events
from cases.fact import Fact
from cases.promises.clock import Clock
from cases.promises.clocks import clocks
from cases.regulation.packs import shipped_regulation
from cases.regulation.rules import Rules
from tests.cases.scenario import (
    LAMP,
    MORNING,
    Story,
    classified,
    closed,
    day,
    given,
    published,
    received,
    told,
)


def rules() -> Rules:
    """The law on complaints, for lamps, and nothing of the firm."""
    law = shipped_regulation("law-12315").regulation.model_copy(update={"product_lines": ("lamp",)})
    known = replace(published(LAMP), regulations={(law.id, law.version): law})
    return known.rules_for(known.in_force(product_line="lamp", channel="phone", at=MORNING))


def filed(form: str, step: str = "made_out") -> Fact:
    return events.Filed.model_validate({"form": form, "step": step})


def complained() -> Story:
    """The complaint reaches the firm on the Wednesday before National Day."""
    opened = (told(received(), at=day(9, 28)), told(classified("complaint"), at=day(9, 28, hour=10)))
    return given(*opened, told(filed("authority_complaint"), at=day(9, 30)), rules=rules())


def clock(story: Story, promise: str) -> Clock:
    return next(one for one in clocks(story.facts, story.rules) if one.promise.id == promise)


def test_the_seven_working_days_pass_over_the_holiday_and_count_its_make_up_day() -> None:
    assert clock(complained(), "answer-authority").due_at == day(10, 16, hour=0)


def test_the_paper_that_goes_back_to_the_authority_answers_it() -> None:
    answered = complained().and_(told(filed("authority_complaint", "handed_back"), at=day(10, 15)))
    assert clock(answered, "answer-authority").verdict == "met"


def test_mediation_counts_from_the_day_the_complaint_was_taken() -> None:
    taken = complained().and_(told(filed("acceptance_notice"), at=day(10, 9)))
    assert clock(taken, "settled-in-mediation").due_at == day(12, 11, hour=0)


def test_a_complaint_that_was_taken_is_not_closed_without_its_outcome() -> None:
    taken = complained().and_(told(filed("acceptance_notice"), at=day(10, 9)))
    taken.when(closed()).then_refused(rule="mediation-ends-on-record")
    mediated = events.Mediated.model_validate({"body": "authority", "result": "failed"})
    taken.and_(mediated).when(closed()).then_allowed()
