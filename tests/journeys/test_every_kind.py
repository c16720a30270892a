"""Every kind of case that a regulation knows has a journey to its closing, with what the text wants on the way."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from cases.events import Reopened, Reviewed
from cases.regulation.items import Constraint
from cases.regulation.model import Regulation
from cases.regulation.packs import shipped_names, shipped_regulation
from tests.house import last_word, modules
from tests.journeys.claim import Claim

PACKS = [shipped_regulation(name).regulation for name in shipped_names()]


def said() -> Iterator[Claim]:
    """What the journeys say that they walk; the firm of the journeys holds each to it."""
    for module in modules("tests"):
        if module.name.startswith("tests/journeys/test_"):
            marks = [mark for test in module.functions() for mark in test.decorator_list]
            for mark in marks:
                if isinstance(mark, ast.Call) and last_word(mark.func) == "walks":
                    yield Claim.of(*(ast.literal_eval(word) for word in mark.args))


SAID = frozenset(said())


def kinds(regulation: Regulation) -> set[str]:
    """The kinds of case that any item of a regulation is for."""
    named = (
        item.applies.where.get(word, ()) for item in regulation.items for word in ("kind", "remedy_sought")
    )
    return {str(kind) for wanted in named for kind in wanted}


def reviewed(constraint: Constraint) -> bool:
    """Whether a constraint asks that the case be looked back upon."""
    return Reviewed.name() in {pattern.fact for pattern in (*constraint.first, *constraint.then)}


@pytest.mark.parametrize("regulation", PACKS, ids=lambda pack: pack.id)
def test_every_kind_is_walked_from_the_first_call_to_the_closing(regulation: Regulation) -> None:
    walked = {claim.kind for claim in SAID if claim.regulation == regulation.id}
    assert kinds(regulation) - walked == set(), "no journey walks these to their closing"


@pytest.mark.parametrize("regulation", PACKS, ids=lambda pack: pack.id)
def test_every_kind_that_is_to_be_looked_back_upon_is_walked_to_its_review(regulation: Regulation) -> None:
    wanted = {
        kind
        for item in regulation.constraint
        if reviewed(item)
        for kind in item.applies.where.get("kind", ())
    }
    walked = {claim.kind for claim in SAID if claim.regulation == regulation.id and "Reviewed" in claim.facts}
    assert wanted - walked == set(), "no journey walks these to their review"


@pytest.mark.parametrize("regulation", PACKS, ids=lambda pack: pack.id)
def test_every_regulation_is_walked_into_a_second_cycle_and_through_a_wait(regulation: Regulation) -> None:
    met = {fact for claim in SAID if claim.regulation == regulation.id for fact in claim.facts}
    assert {Reopened.name(), "Paused", "Resumed"} - met == set()


def test_a_kind_without_a_journey_would_be_seen() -> None:
    assert kinds(shipped_regulation("water-meter").regulation) >= {"repair", "technical_support", "delivery"}
