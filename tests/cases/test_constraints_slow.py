"""Every kind of constraint against a slow reading of it: histories as words, rules as regular expressions."""

from __future__ import annotations

import re
from datetime import timedelta

from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from cases import events
from cases.codes import EscalationReason
from cases.fact import Fact
from tests.cases.scenario import (
    MORNING,
    Story,
    Told,
    approved,
    checked,
    classified,
    closed,
    given,
    lamp_rules,
    received,
    refunded,
    rejected,
    revisited,
    shipped,
    told,
    yuan,
)

LETTERS: dict[str, Fact] = {
    "M": approved("materials"),
    "m": rejected("materials"),
    "S": shipped(),
    "P": checked(),
    "F": checked(passed=False),
    "R": refunded(40),
    "X": events.Replaced(),
    "V": revisited(),
    "v": revisited(solved=False),
    "C": closed("solved"),
    "O": events.Reopened(reason="it hums again"),
    "J": rejected("return"),
    "E": events.Escalated(level="supervisor", reason=EscalationReason.INSPECTION_FAILED),
    "W": events.Repaired(),
}
OPENING = (received(paid=yuan(100)), classified("return", "quality"))
RULES = lamp_rules()

BROKEN = {
    "materials-before-goods": r"(?:^|m)[^M]*S$",
    "refund-after-inspection": r"(?:^|[FO])[^P]*R$",
    "exchange-after-inspection": r"(?:^|[FO])[^P]*X$",
    "refund-within-paid": r"R.*R.*R$",
    "refund-or-exchange": r"R.*X$|X.*R$",
    "failed-check-answered": r"F[^JEP]*C$",
    "failed-goods-sent-back": r"F[^P]*C$",
    "revisit-before-closing": r"(?:^|[vO])[^V]*C$",
    "repair-after-inspection": r"(?:^|O)[^PF]*[WX]$",
    "repaired-once": r"W.*W$",
}
"""Constraint → what the word up to and including the judged act looks like when it is broken."""


def story(word: str) -> Story:
    return given(*OPENING, *(LETTERS[letter] for letter in word), rules=RULES)


def slowly(word: str) -> set[tuple[str, int]]:
    """Read every prefix of the word by itself; versions count from the two opening facts."""
    return {
        (constraint, end + len(OPENING))
        for constraint, broken in BROKEN.items()
        for end in range(1, len(word) + 1)
        if re.search(broken, word[:end])
    }


@settings(max_examples=400, deadline=None)
@any_of(st.text(alphabet="".join(LETTERS), max_size=14))
def test_what_is_found_equals_the_slow_reading(word: str) -> None:
    found = {
        (finding.constraint, finding.versions[-1])
        for finding in story(word).findings()
        if finding.constraint in BROKEN
    }
    assert found == slowly(word)


@settings(max_examples=200, deadline=None)
@any_of(st.text(alphabet="".join(LETTERS), max_size=10), st.sampled_from("".join(LETTERS)))
def test_the_guard_refuses_just_what_would_be_found(word: str, letter: str) -> None:
    trying = story(word).when(LETTERS[letter])
    last = len(trying.facts) + 1
    wrong = [
        f for f in trying.findings() if f.versions[-1] == last and f.mode == "refuse" and not f.is_overridden
    ]
    if wrong:
        trying.then_refused(rule=wrong[0].constraint, clause=wrong[0].clause)
    else:
        trying.then_allowed()


@settings(max_examples=200, deadline=None)
@any_of(st.permutations(range(8)), st.text(alphabet="MmSPFRXVvCO", min_size=8, max_size=8))
def test_the_order_of_recording_does_not_matter_to_what_is_found(order: list[int], word: str) -> None:
    at = [MORNING + timedelta(days=1 + place) for place in range(8)]
    mixed = given(*OPENING, *(told(LETTERS[word[place]], at=at[place]) for place in order), rules=RULES)
    found = sorted((f.constraint, f.clause) for f in mixed.findings())
    assert found == sorted((f.constraint, f.clause) for f in story(word).findings())


DUTIES: tuple[Fact, ...] = (approved("materials"), checked(), refunded(1), shipped())
PEOPLE = ("agent-mei", "quality-lin", "supervisor-qi")


@settings(max_examples=200, deadline=None)
@any_of(st.lists(st.tuples(st.sampled_from(range(4)), st.sampled_from(PEOPLE)), max_size=9))
def test_nobody_holds_two_duties(acts: list[tuple[int, str]]) -> None:
    doing: list[Told] = [told(DUTIES[duty], role="quality", actor=actor) for duty, actor in acts]
    found = {
        finding.versions[-1] - len(OPENING) - 1
        for finding in given(*OPENING, *doing, rules=RULES).findings()
        if finding.constraint == "three-hands"
    }
    shipping = 3
    assert found == {
        index
        for index, (duty, actor) in enumerate(acts)
        if duty != shipping
        and any(other == actor and held not in {duty, shipping} for held, other in acts[:index])
    }
