"""Leave to override: who may give it, what it lifts, and that it stays visible; findings over whole histories."""

from __future__ import annotations

import pytest

from cases import events
from cases.codes import Subject
from cases.commands import Approve, Close, Refund
from cases.errors import Refused
from cases.fact import Fact
from tests.cases.scenario import (
    CHECKED,
    RETURNED,
    Story,
    Told,
    approved,
    checked,
    classified,
    closed,
    day,
    given,
    received,
    refunded,
    rejected,
    revisited,
    shipped,
    told,
    yuan,
)
from tests.fix_desk import ask

CHECK = "refund-after-inspection"
LEAVE = approved("override", item=CHECK)
ASKED = events.Requested(subject=Subject.OVERRIDE, item=CHECK, reason="the lamp burnt")


def returned(*facts: Fact | Told) -> Story:
    """The lamp came back and nobody inspected it."""
    return given(*RETURNED, *facts)


def test_leave_of_a_supervisor_lifts_a_constraint_and_stays_visible() -> None:
    story = returned(told(ASKED), LEAVE).when(refunded(199)).then_allowed()
    finding = story.then_found(CHECK, clause="S0 五/1(4)", overridden=True)
    assert finding.versions[-1] == len(story.facts) + 1


def test_leave_to_override_something_else_lifts_nothing() -> None:
    other = approved("override", item="three-hands")
    returned(other).when(refunded(199)).then_refused(rule=CHECK)
    returned(approved("special", item=CHECK)).when(refunded(199)).then_refused(rule=CHECK)


def test_who_asked_for_the_override_cannot_give_it() -> None:
    by_asker = told(LEAVE, actor="agent-mei")
    returned(told(ASKED, actor="agent-mei"), by_asker).when(refunded(199)).then_refused(rule=CHECK)
    named = told(approved("override", item=CHECK, requested_by="supervisor-qi"))
    returned(named).when(refunded(199)).then_refused(rule=CHECK)


def test_where_nobody_asked_the_one_who_acts_counts_as_having_asked() -> None:
    returned(LEAVE).when(told(refunded(199), actor="supervisor-qi")).then_refused(rule=CHECK)
    returned(LEAVE).when(refunded(199)).then_allowed()


def test_the_same_leave_by_somebody_else_or_in_another_role_is_leave_of_its_own() -> None:
    again = ask(Approve, subject="override", item=CHECK, reason="materials_complete")
    returned(LEAVE).when(told(again, role="supervisor")).then_quiet()
    returned(LEAVE).when(told(again, role="supervisor", actor="Supervisor-Qi ")).then_quiet()
    returned(LEAVE).when(told(again, role="supervisor", actor="supervisor-an")).then(LEAVE)
    returned(LEAVE).when(told(again, role="management", actor="supervisor-qi")).then(LEAVE)


def test_leave_that_was_taken_back_lifts_nothing() -> None:
    returned(LEAVE, rejected("override", item=CHECK)).when(refunded(199)).then_refused(rule=CHECK)


def test_leave_on_record_only_after_the_act_does_not_make_it_right() -> None:
    story = returned(refunded(199), LEAVE)
    assert [(f.constraint, f.is_overridden) for f in story.findings() if f.constraint == CHECK] == [
        (CHECK, False)
    ]


def test_leave_counts_by_when_it_was_recorded_whatever_times_are_claimed() -> None:
    story = returned()
    before = story.facts[-1].occurred_at
    late_record = story.and_(LEAVE, told(refunded(199), at=before))
    late_leave = story.and_(refunded(199), told(LEAVE, at=before))
    assert [f.is_overridden for f in late_record.findings() if f.constraint == CHECK] == [True]
    assert [f.is_overridden for f in late_leave.findings() if f.constraint == CHECK] == [False]
    story.and_(LEAVE).when(told(refunded(199), at=before)).then_allowed()


@pytest.mark.parametrize("constraint", ["refund-within-paid", "three-hands"])
def test_money_and_four_eyes_cannot_be_overridden(constraint: str) -> None:
    leave = approved("override", item=constraint)
    given(*CHECKED, leave).when(refunded(200)).then_refused(rule="refund-within-paid")
    given(*CHECKED, leave).when(told(refunded(199), actor="quality-lin")).then_refused(rule="three-hands")


def test_a_refusal_says_what_is_missing_in_both_languages() -> None:
    story = returned().when(refunded(199))
    assert isinstance(story.outcome, Refused)
    details = story.outcome.details
    assert details["regulation"] == "lamp-factory@2026.3"
    assert details["needs"] == ["Inspected(stage=return_check, is_passed=true) by quality"]
    assert details["label"]["zh"] in story.outcome.message
    assert details["label"]["en"] in story.outcome.message


def test_a_late_record_that_makes_a_second_refund_is_seen() -> None:
    story = given(*CHECKED, told(refunded(150), at=day(3, 20)))
    story.when(told(refunded(50), at=day(3, 10))).then_refused(rule="refund-within-paid")


def test_a_history_is_judged_as_corrected_and_in_the_order_of_its_claims() -> None:
    late = told(checked(is_packaging_intact=True, are_accessories_complete=True), at=day(3, 5))
    story = returned(told(refunded(199), at=day(3, 6)), late)
    assert CHECK not in {finding.constraint for finding in story.findings()}
    undone = events.Corrected.model_validate(
        {"corrects": len(story.facts), "reason": "late_evidence", "changes": {"is_passed": False}}
    )
    assert CHECK in {finding.constraint for finding in story.and_(undone).findings()}


def test_a_later_classification_does_not_judge_what_was_right_before() -> None:
    story = given(received(), classified("repair"), shipped(), classified("return", "quality"))
    assert "materials-before-goods" not in {finding.constraint for finding in story.findings()}


def test_an_import_that_names_nobody_is_not_found_to_have_one_person_in_two_duties() -> None:
    story = given(
        *[told(_fact(fact), role="service", actor="helpdesk") for fact in (*CHECKED, refunded(199))]
    )
    assert "three-hands" in {finding.constraint for finding in story.findings()}
    assert "three-hands" not in {finding.constraint for finding in story.imported().findings()}


def _fact(fact: Fact | Told) -> Fact:
    assert isinstance(fact, Fact)
    return fact


def test_commands_are_judged_by_the_same_rules() -> None:
    returned().when(told(Refund(amount=yuan(199)), role="finance")).then_refused(clause="S0 五/1(4)")
    given(*CHECKED).when(told(Refund(amount=yuan(199)), role="finance")).then(refunded(199))
    paid = given(*CHECKED, refunded(199), revisited())
    paid.when(Close(outcome=closed().outcome)).then(closed())
    paid.and_(closed()).when(Close(outcome=closed().outcome)).then_quiet()
