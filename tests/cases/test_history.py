"""As-of by the definition of design.md 7, against an independent slow one, on generated histories."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from cases import codes, events
from cases.case import fold
from cases.fact import Fact, Money
from cases.history import as_of, corrections, effective
from cases.recorded import Recorded, Source

SEED = 20261001
QUESTIONS = 10_000 if os.environ.get("CASELEDGER_FAULTS") == "full" else 2_000
CASE = UUID(int=7)
BEGIN = datetime(2026, 9, 30, 8, tzinfo=UTC)


def recorded(fact: Fact, version: int, *, happened: datetime, known: datetime) -> Recorded:
    return Recorded(
        originator_id=CASE, originator_version=version, fact=fact, occurred_at=happened, recorded_at=known,
        actor="staff-li", role=codes.Role.AGENT, source=Source(system="api"), correlation_id=CASE,
        position=version,
    )  # fmt: skip


def an_hour(after: int) -> datetime:
    return BEGIN + timedelta(hours=after)


HUMMING = events.Received(
    case_no="AS-00000001", channel=codes.Channel.PHONE, product_model="the kettle lamp that hums"
)


def correct(version: int, **correction: object) -> events.Corrected:
    return events.Corrected.model_validate(
        {"corrects": version, "reason": codes.CorrectionReason.TYPING_ERROR, **correction}
    )


def a_corrected_history() -> tuple[Recorded, ...]:
    return (
        recorded(HUMMING, 1, happened=an_hour(0), known=an_hour(0)),
        recorded(events.Responded(step=codes.Step.REPLY), 2, happened=an_hour(30), known=an_hour(30)),
        recorded(correct(2, happened_at=an_hour(20)), 3, happened=an_hour(40), known=an_hour(40)),
    )


def test_a_correction_moves_the_fact_and_leaves_what_was_recorded() -> None:
    history = a_corrected_history()
    assert [fact.occurred_at for fact in effective(history)] == [an_hour(0), an_hour(20)]
    (found,) = corrections(history)
    assert found.recorded.occurred_at == an_hour(30)
    assert found.corrected is not None
    assert found.corrected.occurred_at == an_hour(20)


def test_before_the_correction_was_known_the_old_time_stands() -> None:
    history = a_corrected_history()
    assert as_of(history, known_at=an_hour(39))[-1].occurred_at == an_hour(30)
    assert as_of(history, known_at=an_hour(39), happened_by=an_hour(25)) == history[:1]
    assert len(as_of(history, known_at=an_hour(40), happened_by=an_hour(25))) == 2


def test_a_withdrawn_fact_never_happened() -> None:
    history = (
        *a_corrected_history(),
        recorded(correct(2, is_withdrawn=True), 4, happened=an_hour(50), known=an_hour(50)),
    )
    assert [fact.originator_version for fact in effective(history)] == [1]
    assert fold(CASE, history).version == 4


def test_a_withdrawn_correction_corrects_nothing() -> None:
    history = (
        *a_corrected_history(),
        recorded(correct(3, is_withdrawn=True), 4, happened=an_hour(50), known=an_hour(50)),
    )
    assert effective(history)[-1].occurred_at == an_hour(30)


def test_corrected_fields_are_validated_by_the_fact() -> None:
    refund = events.Refunded(amount=Money(minor=19900))
    history = (
        a_corrected_history()[0],
        recorded(refund, 2, happened=an_hour(1), known=an_hour(1)),
        recorded(
            correct(2, changes={"amount": {"minor": 9900, "currency": "CNY"}}),
            3,
            happened=an_hour(2),
            known=an_hour(2),
        ),
    )
    assert fold(CASE, history).refunded_minor == 9900


# the independent slow definition: everything anew for each question


def slowly_as_of(
    facts: tuple[Recorded, ...], happened_by: datetime, known_at: datetime
) -> list[tuple[int, str, datetime]]:
    """Walk the definition word by word over plain dictionaries; knows nothing of the code under test."""
    known = [fact for fact in facts if fact.recorded_at is not None and not fact.recorded_at > known_at]
    lines = {
        fact.originator_version: {"at": fact.occurred_at, "dump": fact.fact.model_dump(mode="json")}
        for fact in known
    }
    names = {fact.originator_version: type(fact.fact).__name__ for fact in known}
    withdrawn_corrections = set()
    for fact in sorted(known, key=lambda one: -one.originator_version):
        if names[fact.originator_version] != "Corrected" or fact.originator_version in withdrawn_corrections:
            continue
        said = lines[fact.originator_version]["dump"]
        assert isinstance(said, dict)
        if said["is_withdrawn"]:
            withdrawn_corrections.add(said["corrects"])
    gone: set[int] = set()
    for version in sorted(names):
        if names[version] != "Corrected" or version in withdrawn_corrections:
            continue
        said = lines[version]["dump"]
        assert isinstance(said, dict)
        target = said["corrects"]
        if target not in lines or names[target] == "Corrected" or target in gone:
            continue
        if said["is_withdrawn"]:
            gone.add(target)
        elif said["happened_at"] is not None:
            lines[target]["at"] = datetime.fromisoformat(said["happened_at"])
    answer = []
    for version in sorted(lines):
        at = lines[version]["at"]
        assert isinstance(at, datetime)
        if names[version] != "Corrected" and version not in gone and at <= happened_by:
            answer.append((version, names[version], at))
    return answer


def a_random_history(dice: random.Random) -> tuple[Recorded, ...]:
    """Make a history in which a third of the facts come late and a fifth are corrections."""
    facts = [recorded(HUMMING, 1, happened=an_hour(0), known=an_hour(0))]
    known = 0.0
    kinds: list[Fact] = [
        events.Responded(step=codes.Step.REPLY), events.Paused(reason=codes.PauseReason.WAITING_FOR_CUSTOMER),
        events.Resumed(), events.Closed(outcome=codes.Outcome.SOLVED), events.Reopened(reason="came back"),
    ]  # fmt: skip
    for version in range(2, dice.randint(3, 14)):
        known += dice.choice([0, 0.5, 1, 5, 30])
        late = dice.choice([0, 0, 1, 26])
        fact: Fact = dice.choice(kinds)
        if version > 2 and dice.random() < 0.2:
            moved = BEGIN + timedelta(hours=known - dice.randint(0, 40))
            withdraw = dice.random() < 0.4
            fact = correct(
                dice.randint(1 if not withdraw else 2, version - 1),
                is_withdrawn=withdraw,
                happened_at=None if withdraw else moved,
            )
        happened = BEGIN + timedelta(hours=known - late)
        facts.append(recorded(fact, version, happened=happened, known=BEGIN + timedelta(hours=known)))
    return tuple(facts)


@pytest.mark.faults
@pytest.mark.timeout(110)
def test_as_of_equals_the_slow_definition_for_any_case_and_any_two_instants() -> None:
    dice = random.Random(SEED)
    late_or_corrected = total = 0
    for _ in range(QUESTIONS // 5):
        history = a_random_history(dice)
        total += len(history)
        late_or_corrected += sum(
            isinstance(fact.fact, events.Corrected) or fact.occurred_at < fact.known_at for fact in history
        )
        for _ in range(5):
            happened_by = BEGIN + timedelta(hours=dice.randint(-40, 150))
            known_at = BEGIN + timedelta(hours=dice.randint(-2, 150))
            found = as_of(history, happened_by=happened_by, known_at=known_at)
            expected = slowly_as_of(history, happened_by, known_at)
            assert [(f.originator_version, f.fact.name(), f.occurred_at) for f in found] == expected, SEED
    assert late_or_corrected >= total // 10
