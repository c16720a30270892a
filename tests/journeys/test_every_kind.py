"""Every kind of case that a regulation knows has a journey to its closing, with what the text wants on the way."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from cases.regulation.items import Constraint
from cases.regulation.model import Regulation
from cases.regulation.patterns import Condition
from tests.house import last_word, modules
from tests.journeys.claim import KIND_WORDS, PACKS, Claim, due
from tests.journeys.conftest import pytest_runtest_call
from tests.journeys.walk import Asserted, Firm, Walk

EVERY = pytest.mark.parametrize("regulation", PACKS.values(), ids=PACKS)


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
    named = (item.applies.where.get(word, ()) for item in regulation.items for word in KIND_WORDS)
    return {str(kind) for wanted in named for kind in wanted}


def is_review(constraint: Constraint) -> bool:
    """Whether a constraint asks that the case be looked back upon."""
    return "Reviewed" in {pattern.fact for pattern in (*constraint.first, *constraint.then)}


def unwalked(regulation: Regulation, *facts: str) -> set[str]:
    """The kinds of a regulation that no journey walks to their closing with these facts on the way."""
    return kinds(regulation) - {
        claim.kind for claim in SAID if claim.regulation == regulation.id and claim.facts.issuperset(facts)
    }


@EVERY
def test_every_kind_is_walked_from_the_first_call_to_the_closing(regulation: Regulation) -> None:
    assert unwalked(regulation) == set()


@EVERY
def test_every_kind_that_is_to_be_looked_back_upon_is_walked_to_its_review(regulation: Regulation) -> None:
    asked = (item.applies.where.get("kind", ()) for item in regulation.constraint if is_review(item))
    assert unwalked(regulation, "Reviewed").isdisjoint(kind for some in asked for kind in some)


@EVERY
def test_every_regulation_is_walked_through_a_wait_and_into_a_second_cycle(regulation: Regulation) -> None:
    assert kinds(regulation) - unwalked(regulation, "Paused", "Resumed")
    assert kinds(regulation) - unwalked(regulation, "Reopened")


def test_a_kind_that_comes_to_a_regulation_is_missed_until_somebody_walks_it() -> None:
    textile = PACKS["textile"]
    shown = textile.routing[0].model_copy(update={"applies": Condition(where={"kind": ("showroom",)})})
    wider = textile.model_copy(update={"routing": (*textile.routing, shown)})
    assert unwalked(wider) - unwalked(textile) == {"showroom"}


def test_a_journey_that_stops_halfway_or_leaves_something_out_has_not_walked_it(firm: Firm) -> None:
    walk = Walk(firm, product_line="lamp-sales").does("classify", kind="order")
    assert not Claim.of("lamp-sales", "order").is_walked(walk)
    walk.does("close", outcome="unknown")
    assert Claim.of("lamp-sales", "order", "Classified").is_walked(walk)
    assert not Claim.of("lamp-sales", "order", "Reviewed").is_walked(walk)
    assert not Claim.of("lamp-factory", "order").is_walked(walk)


def test_what_is_due_of_a_kind_is_what_its_regulation_has_for_it() -> None:
    sales = PACKS["lamp-sales"]
    assert due(sales, "order") == frozenset(Asserted)
    assert due(sales, "return") == frozenset(Asserted) - {Asserted.ROUTING}, "the text routes no return"
    shorter = sales.model_copy(update={"form": (), "promise": (), "alert": (), "constraint": ()})
    assert due(shorter, "order") == {Asserted.ROUTING, Asserted.ROW}


def test_a_journey_that_asserts_nothing_owes_everything_until_it_has_asserted_it_of_its_own_case(
    firm: Firm,
) -> None:
    lamp = {"product_line": "lamp-sales", "purchased_on": "2026-02-20", "goods_received_on": "2026-02-22"}
    walk = Walk(firm.at("2026-03-02 09:00"), **lamp).does("classify", kind="order")
    walk.at("2026-03-02 09:16").does("respond", step="contact").does("close", outcome="unknown")
    order = Claim.of("lamp-sales", "order")
    assert walk.department() == "sales"
    owed = [f"lamp-sales order is walked, but without asserting {one}" for one in sorted(Asserted)]
    assert list(order.unmet([walk])) == owed, "to look is not to assert"
    other = Walk(firm, **lamp).does("classify", kind="order").is_routed_to("sales")
    assert list(order.unmet([walk, other])) == owed, "what is asserted of another case does not count"
    walk.has_rows("SELECT kind FROM bi.fct_cases WHERE case_id = %s", ("order",)).is_routed_to("sales")
    walk.form_says("service-registration", {"Kind": "order"}).form_says(
        "satisfaction-survey", {"Score": None}
    )
    walk.has_clocks(("first-response", "breached")).has_gone_up()
    assert list(order.unmet([walk])) == [one for one in owed if "refusal" in one or "went up" in one]
    assert list(order.unmet([other])) == ["lamp-sales order is not walked to its closing with []"]


def test_a_test_that_says_it_walks_a_kind_fails_where_it_leaves_something_out(
    firm: Firm, request: pytest.FixtureRequest
) -> None:
    walk = Walk(firm, product_line="lamp-sales").does("classify", kind="order")
    walk.does("close", outcome="unknown").is_routed_to("sales")
    request.node.add_marker(pytest.mark.walks("lamp-sales", "order"))
    holding = pytest_runtest_call(request.node)
    next(holding)
    with pytest.raises(AssertionError, match="lamp-sales order is walked, but without asserting a clock"):
        next(holding)
    request.node.own_markers.pop()
