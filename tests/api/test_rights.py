"""Entitlements as they are told: kept as decided for a live case, computed from the facts of an imported one."""

from __future__ import annotations

from api.rights import entitled
from cases.case import Case
from cases.commands import Classify
from cases.events import Corrected
from cases.fact import Fact, Verdict
from tests.cases.scenario import Story, checked, classified, given, lamp_rules, received
from tests.fix_desk import ask

BOUGHT = {"purchased_on": "2026-02-25", "goods_received_on": "2026-02-27"}


def case_of(*, is_live: bool, is_classified: bool = True) -> Case:
    """Somebody sends a humming lamp back within fifteen days; the record of it holds no verdicts."""
    facts = (classified("return", "quality"),) if is_classified else ()
    return given(received(is_live=is_live, **BOUGHT), *facts).case


def test_an_imported_case_is_told_what_its_facts_come_to() -> None:
    told = {one.entitlement: one for one in entitled(case_of(is_live=False), lamp_rules())}
    window = told["quality-return-window"]
    assert (window.is_computed, window.is_granted, window.clause) == (True, True, "S0 二/2")
    assert window.label.zh == "质量问题 15 天内退换"
    assert window.result["window_end"] == "2026-03-16", "the fourteenth is a Saturday"
    assert told["freight-quality-return"].result["payer"] == "company"


def told_after(*later: Fact) -> list[tuple[bool, bool, bool | None, str]]:
    """What is told of the fifteen days of a lamp bought two days ago, classified, and then corrected."""
    begun = given(received(**BOUGHT), classified("return", "quality"))
    classification = begun.facts[1].fact.model_copy(update={"verdicts": verdicts_of(begun)})
    story = given(received(**BOUGHT), classification, *later)
    return [
        (one.is_computed, one.is_revised, one.is_granted, one.result["window_end"])
        for one in entitled(story.case, story.rules, story.facts)
        if one.entitlement == "quality-return-window"
    ]


def verdicts_of(story: Story) -> tuple[Verdict, ...]:
    assert story.case.classified is not None
    return story.rules.verdicts(story.case.classified, story.case)


def corrected(version: int, **more: object) -> Corrected:
    return Corrected.model_validate({"corrects": version, "reason": "typing_error", **more})


DECIDED = (False, False, True, "2026-03-16")


def test_what_was_decided_is_told_as_revised_once_its_dates_are_corrected() -> None:
    assert told_after() == [DECIDED]
    long_ago = {"purchased_on": "2026-01-01", "goods_received_on": "2026-01-03"}
    assert told_after(corrected(1, changes=long_ago)) == [
        (False, True, True, "2026-03-16"),
        (True, False, False, "2026-01-19"),
    ]


def test_a_correction_that_decides_nothing_else_revises_nothing() -> None:
    assert told_after(corrected(1, changes={"region": "浙江"})) == [DECIDED]
    assert told_after(checked(is_human_damage=True), corrected(1, changes={"region": "浙江"})) == [DECIDED]
    back = corrected(1, changes={"purchased_on": "2026-03-01", "goods_received_on": "2026-03-01"})
    assert told_after(back, corrected(3, is_withdrawn=True)) == [DECIDED]


def test_a_demand_that_came_later_than_told_is_told_as_revised() -> None:
    late = corrected(1, happened_at="2026-03-20T09:00:00+08:00")
    assert [one[:3] for one in told_after(late)] == [(False, True, True), (True, False, False)]


def test_classifying_again_decides_by_what_is_right() -> None:
    begun = given(received(**BOUGHT), classified("return", "quality"))
    before = begun.facts[1].fact.model_copy(update={"verdicts": verdicts_of(begun)})
    story = given(received(**BOUGHT), before, corrected(1, changes={"purchased_on": "2026-02-28"}))
    again = story.when(ask(Classify, kind="return", reason="quality")).outcome
    assert isinstance(again, tuple)
    after = story.and_(*again)
    told = [one for one in entitled(after.case, after.rules, after.facts) if "window_end" in one.result]
    assert [(one.is_revised, one.is_computed, one.inputs["purchased_on"]) for one in told] == [
        (False, False, "2026-02-28")
    ]


def test_a_live_case_is_never_decided_again() -> None:
    assert list(entitled(case_of(is_live=True), lamp_rules())) == []


def test_before_it_is_classified_nothing_is_told() -> None:
    assert list(entitled(case_of(is_live=False, is_classified=False), lamp_rules())) == []
