"""Corrections: a new fact says what is right; the old one stays; what the firm filled in is not touched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from cases.codes import Cause
from cases.commands import Correct
from cases.commands.correcting import correctable
from cases.errors import Malformed
from cases.events import Classified, Corrected, Inspected, Received
from tests.cases.scenario import (
    CHECKED,
    MORNING,
    Story,
    classified,
    given,
    inspected,
    received,
    refunded,
    told,
)
from tests.fix_desk import ask

WORKED = (received(), classified("repair"), inspected(cause="driver"))


def right(corrects: int, **more: object) -> Correct:
    return ask(Correct, **{"corrects": corrects, "reason": "typing_error", **more})


def corrected(corrects: int, **more: object) -> Corrected:
    return Corrected.model_validate({"corrects": corrects, "reason": "typing_error", **more})


def refused_with(story: Story, command: Correct) -> Malformed:
    with pytest.raises(Malformed) as refusal:
        story.when(command)
    return refusal.value


def test_a_wrong_field_is_superseded_and_the_fact_stays() -> None:
    change = right(3, changes={"cause": "switch"})
    given(*WORKED).when(change).then(corrected(3, changes={"cause": "switch"}))
    after = given(*WORKED, corrected(3, changes={"cause": "switch"}))
    newest = after.case.latest["Inspected"]
    assert isinstance(newest, Inspected)
    assert newest.cause is Cause.SWITCH
    assert after.facts[2].fact == WORKED[2]


def test_a_correction_made_twice_is_quiet() -> None:
    change = right(3, changes={"cause": "switch"})
    given(*WORKED, corrected(3, changes={"cause": "switch"})).when(change).then_quiet()
    given(*WORKED).when(right(3, changes={"cause": "driver"})).then_quiet()


def test_the_right_time_is_told_as_happened_at() -> None:
    earlier = MORNING + timedelta(minutes=30)
    given(*WORKED).when(right(2, happened_at=earlier, document="L-1")).then(corrected(2, happened_at=earlier))
    given(*WORKED, corrected(2, happened_at=earlier)).when(
        right(2, happened_at=earlier, document="L-1")
    ).then_quiet()
    long_ago = MORNING - timedelta(days=1)
    assert "document" in refused_with(given(*WORKED), right(1, happened_at=long_ago)).message
    given(*WORKED).when(right(1, happened_at=long_ago, document="CALL-0001")).then_allowed()
    with pytest.raises(ValidationError, match="happened_at"):
        right(2, changes={"kind": "return"}, occurred_at=earlier)
    assert "future" in refused_with(given(*WORKED), right(2, happened_at=MORNING + timedelta(days=9))).message


def test_no_corrected_fact_comes_before_its_case() -> None:
    before = right(2, happened_at=MORNING - timedelta(minutes=1), document="L-1")
    assert refused_with(given(*WORKED), before).details["errors"][0]["field"] == "happened_at"
    rounded = right(2, happened_at=MORNING - timedelta(seconds=30), document="L-1")
    given(*WORKED).when(rounded).then(corrected(2, happened_at=MORNING))


def test_no_case_is_moved_behind_what_happened_in_it() -> None:
    later = MORNING + timedelta(minutes=61)
    given(*WORKED).when(right(1, happened_at=later)).then_refused(rule="received-first")
    given(*WORKED).when(right(1, happened_at=MORNING + timedelta(minutes=60))).then_allowed()
    both = given(*WORKED, corrected(2, happened_at=later), corrected(1, happened_at=later))
    both.when(right(4, is_withdrawn=True)).then_refused(rule="received-first")
    both.when(right(5, is_withdrawn=True, document="L-1")).then_allowed()


def test_a_case_that_came_with_a_fact_before_its_demand_can_still_be_corrected() -> None:
    taken_over = given(*WORKED[:2], told(inspected(), at=MORNING - timedelta(days=1)))
    taken_over.when(right(2, changes={"severity": "major"})).then_allowed()


@pytest.mark.parametrize(
    "changed", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+08:00", "2099-01-01T00:00:00Z"]
)
def test_a_moment_beyond_every_calendar_is_no_correction(changed: str) -> None:
    refusal = refused_with(given(*WORKED), right(3, changes={"promised_at": changed}))
    assert refusal.details["errors"][0]["field"] == "changes.promised_at"


def test_goods_are_not_bought_tomorrow() -> None:
    known = given(*WORKED)
    after = (known.facts[-1].occurred_at + timedelta(days=2)).date().isoformat()
    assert "future" in refused_with(known, right(1, changes={"purchased_on": after})).message
    known.when(right(1, changes={"purchased_on": MORNING.date().isoformat()})).then_allowed()


def test_a_fact_that_should_not_be_is_withdrawn_once() -> None:
    given(*WORKED).when(right(3, is_withdrawn=True)).then(corrected(3, is_withdrawn=True))
    gone = given(*WORKED, corrected(3, is_withdrawn=True))
    assert "Inspected" not in gone.case.latest
    gone.when(right(3, is_withdrawn=True)).then_quiet()
    gone.when(right(3, changes={"cause": "switch"})).then_refused(rule="withdrawn-fact")


def test_a_received_case_is_not_withdrawn() -> None:
    given(*WORKED).when(right(1, is_withdrawn=True)).then_refused(rule="received-stays")


def test_a_correction_is_withdrawn_but_not_corrected() -> None:
    wrong = given(*WORKED, corrected(3, changes={"cause": "switch"}))
    wrong.when(right(4, is_withdrawn=True)).then(corrected(4, is_withdrawn=True))
    restored = wrong.and_(corrected(4, is_withdrawn=True))
    assert restored.case.latest["Inspected"] == WORKED[2]
    restored.when(right(4, is_withdrawn=True)).then_quiet()
    assert "correction itself" in refused_with(wrong, right(4, changes={"cause": "wiring"})).message


def test_there_must_be_a_fact_of_that_version() -> None:
    assert (
        refused_with(given(*WORKED), right(9, is_withdrawn=True)).details["errors"][0]["field"] == "corrects"
    )


@pytest.mark.parametrize(
    "name", ["case_no", "judged_under", "subject_id", "customer_phone", "is_live", "nonsense"]
)
def test_what_cannot_be_corrected_is_refused_with_what_can(name: str) -> None:
    refusal = refused_with(given(*WORKED), right(1, changes={name: "13800005678"}))
    cure = refusal.details["errors"][0]["cure"]
    assert "purchased_on" in cure
    assert "customer_phone" in cure.split("personal:")[1]
    assert "13800005678" not in f"{refusal.message}{refusal.details}"


def test_verdicts_and_freight_follow_and_are_never_written_by_hand() -> None:
    assert "verdicts" not in correctable(Classified)
    assert {"case_no", "customer_name"}.isdisjoint(correctable(Received))


def test_a_change_must_leave_a_valid_fact_and_is_not_repeated() -> None:
    refusal = refused_with(given(*WORKED), right(3, changes={"cause": "13800005678"}))
    assert refusal.details["errors"][0]["field"] == "changes.cause"
    assert "13800005678" not in f"{refusal.message}{refusal.details}"


def test_an_amount_changes_only_with_a_document() -> None:
    less = {"amount": {"minor": 5000}}
    paid = given(*CHECKED, refunded(199))
    version = len(paid.facts)
    refusal = refused_with(paid, right(version, changes=less))
    assert refusal.details["errors"][0]["field"] == "document"
    paid.when(right(version, changes=less, document="FP-9")).then_allowed()
    assert "document" in refused_with(paid, right(version, is_withdrawn=True)).message
    paid.when(right(version, is_withdrawn=True, document="FP-9")).then_allowed()


def test_no_correction_leaves_more_refunded_than_paid() -> None:
    paid = given(*CHECKED, refunded(199))
    paid.when(right(1, changes={"paid": {"minor": 100}}, document="FP-9")).then_refused(
        rule="refund-within-paid"
    )
    too_much = {"amount": {"minor": 20000}}
    paid.when(right(len(paid.facts), changes=too_much, document="FP-9")).then_refused(
        rule="refund-within-paid"
    )


def test_withdrawing_a_correction_leaves_no_more_refunded_than_paid() -> None:
    withdrawn = (*CHECKED, refunded(199), corrected(len(CHECKED) + 1, is_withdrawn=True))
    again = given(*withdrawn, refunded(199))
    undone = right(len(withdrawn), is_withdrawn=True, document="FP-9")
    again.when(undone).then_refused(rule="refund-within-paid")
    assert "document" in refused_with(given(*withdrawn), right(len(withdrawn), is_withdrawn=True)).message
    given(*withdrawn).when(undone).then_allowed()


def test_a_refund_stays_in_the_currency_that_was_paid() -> None:
    dollars = right(len(CHECKED) + 1, changes={"amount": {"minor": 100, "currency": "USD"}}, document="FP-9")
    given(*CHECKED, refunded(199)).when(dollars).then_refused(rule="refund-within-paid")


def test_a_correction_that_came_back_can_be_withdrawn_again() -> None:
    undone = corrected(4, is_withdrawn=True)
    history = (*WORKED, corrected(3, changes={"cause": "switch"}), undone)
    given(*history).when(right(4, is_withdrawn=True)).then_quiet()
    given(*history, corrected(5, is_withdrawn=True)).when(right(4, is_withdrawn=True)).then(undone)


def test_a_number_of_a_person_is_no_corrected_word() -> None:
    refusal = refused_with(given(*WORKED), right(1, changes={"region": "13800005678"}))
    assert refusal.details["errors"][0]["field"] == "changes.region"


def test_a_field_is_named_like_a_field() -> None:
    for name in ("13800005678", "a\0b", "a" * 41):
        with pytest.raises(ValidationError):
            right(1, personal={name: "张小美"})


@pytest.mark.parametrize("more", [{}, {"is_withdrawn": True, "changes": {"cause": "switch"}}])
def test_a_correction_is_one_thing(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="either withdraw"):
        right(3, **more)


def test_a_personal_value_must_have_come_through_the_vault() -> None:
    refusal = refused_with(given(*WORKED), right(1, personal={"customer_name": "张小美"}))
    assert "张小美" not in f"{refusal.message}{refusal.details}"


def test_what_verdicts_follow_from_is_classified_again_and_not_corrected() -> None:
    for change in ({"kind": "return"}, {"reason": "quality"}, {"is_human_damage": True}):
        refusal = refused_with(given(*WORKED), right(2, changes=change))
        assert "classify again" in refusal.message
    given(*WORKED).when(right(2, changes={"severity": "major"})).then_allowed()
