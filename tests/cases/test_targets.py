"""Targets as a regulation names them: one of a few measures, what it needs, and a threshold that is never made up."""

from __future__ import annotations

from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import pytest

from cases.regulation.model import Settings
from cases.regulation.packs import BrokenPack, check, read_settings, shipped_names, shipped_regulation
from cases.regulation.targets import (
    DEFINITIONS,
    Measure,
    Target,
    counted_promises,
    months_needed,
    threshold,
)
from tests.cases.test_checking import GUARD, HEAD, REPLY

KNOWN = GUARD + 'then = { fact = "Shipped", payer = "customer" }\n'
SHARE = (
    '[[placeholder]]\nid = "share"\nclause = "K 4"\nlabel = { zh = "比例", en = "Share" }\nunit = "percent"\n'
)


def target(**told: Any) -> Target:
    named = {"id": "figure", "clause": "K 5", "label": {"zh": "指标", "en": "Figure"}}
    return Target.model_validate({**named, "measure": "satisfaction", "score": 4, **told})


def settings(unit: str, value: int) -> Settings:
    told = {"value": value, "unit": unit, "source": "configured, not from the regulation"}
    return Settings.model_validate({"regulation": "kettles", "version": "1", "values": {"share": told}})


def said_of(told: str) -> list[tuple[str, str]]:
    """Field and what is wrong, of a regulation with one promise, one constraint and this target."""
    written = f'[[target]]\nid = "figure"\nclause = "K 5"\nlabel = {{ zh = "指标", en = "Figure" }}\n{told}'
    checked = check(HEAD + REPLY + KNOWN + SHARE + written, "kettles.toml")
    return [(one.field, one.what) for one in checked.problems if one.item == "target figure"]


def test_every_measure_has_one_definition_of_clocks_or_of_facts() -> None:
    assert set(DEFINITIONS) == set(Measure)
    assert all((one.stop is None) != (one.each is None) and one.good for one in DEFINITIONS.values())


@pytest.mark.parametrize(
    ("told", "field", "what"),
    [
        ('measure = "satisfacton"\nscore = 4', "measure", "did you mean satisfaction?"),
        ('measure = "satisfaction"', "score", "is missing; satisfaction needs it"),
        ('measure = "repair_success"', "days", "is missing; repair_success needs it"),
        ('measure = "record_completeness"', "constraints", "is missing; record_completeness needs it"),
        ('measure = "resolution"\nscore = 4', "score", "resolution has no use for it"),
        ('measure = "resolution"\npromises = ["reply"]', "promises", "resolution counts no clocks"),
        ('measure = "response_on_time"\npromises = ["repply"]', "promises", "did you mean reply?"),
        (
            'measure = "record_completeness"\nconstraints = ["gard"]', "constraints",
            "there is no constraint gard; did you mean guard?",
        ),
        ('measure = "refund_on_time"', "measure", "no promise ends with Refunded"),
        ('measure = "response_on_time"\napplies = { kind = "repair" }', "applies", "their promises say"),
        ('measure = "resolution"\nat_least = "0.9"\nsetting = "share"', "setting", "the firm sets none"),
        ('measure = "resolution"\nsetting = "shares"', "setting", "did you mean share?"),
        ('measure = "resolution"\nmonths = "share"', "months", "the placeholder share is counted in percent"),
        ('measure = "resolution"\nat_least = "95 %"', "at_least", "must be a share in quotes"),
    ],
)  # fmt: skip
def test_a_target_that_cannot_be_counted_is_refused_in_plain_words(told: str, field: str, what: str) -> None:
    found = said_of(told)
    assert [name for name, _ in found] == [field]
    assert what in found[0][1]


@pytest.mark.parametrize(
    "told",
    [
        'measure = "resolution"', 'measure = "response_on_time"\nat_least = "1"',
        'measure = "complaint_settled"\ndays = 90\nsetting = "share"',
        'measure = "record_completeness"\nconstraints = ["guard"]\napplies = { is_live = true }',
    ],
)  # fmt: skip
def test_a_target_that_can_be_counted_is_right(told: str) -> None:
    assert said_of(told) == []


def test_a_threshold_comes_from_the_clause_or_the_firm_or_from_nowhere() -> None:
    assert threshold(target(at_least="0.95"), None) == (Decimal("0.95"), "clause")
    assert threshold(target(setting="share"), settings("percent", 90)) == (Decimal("0.9"), "setting")
    assert threshold(target(setting="share"), None) == (None, "not_configured")
    assert threshold(target(setting="share"), settings("days", 90)) == (None, "not_configured")
    assert threshold(target(), settings("percent", 90)) == (None, "not_configured")


def test_months_in_a_row_are_the_firms() -> None:
    assert months_needed(target(months="share"), settings("months", 3)) == 3
    assert months_needed(target(months="share"), None) is None
    assert months_needed(target(), settings("months", 3)) is None


@pytest.mark.parametrize(("months", "is_refused"), [(36, False), (37, True)])
def test_no_more_months_in_a_row_are_asked_for_than_are_counted(months: int, *, is_refused: bool) -> None:
    sales = shipped_regulation("lamp-sales").regulation
    name = next(one.months for one in sales.target if one.months)
    value = f'{{ value = {months}, unit = "months", source = "configured, not from the regulation" }}'
    written = f'regulation = "lamp-sales"\nversion = "1"\n[values]\n{name} = {value}\n'
    with pytest.raises(BrokenPack, match=r"line 4.*no more than 36 months") if is_refused else nullcontext():
        read_settings(written, sales)


def test_a_published_text_of_before_can_still_be_read_and_is_not_counted() -> None:
    old = target(score=None, at_least="0.95", setting="share")
    assert not old.is_countable
    assert threshold(old, settings("months", 3)) == (Decimal("0.95"), "clause")


def test_every_target_that_ships_can_be_counted() -> None:
    packs = [shipped_regulation(name).regulation for name in shipped_names()]
    found = [(pack, one) for pack in packs for one in pack.target]
    assert all(one.is_countable for _, one in found)
    assert {one.id: [*counted_promises(one, pack)] != [] for pack, one in found} == {
        one.id: one.definition.stop is not None for _, one in found
    }


def test_of_sales_every_promise_that_ends_with_an_answer_counts_as_a_response() -> None:
    sales = shipped_regulation("lamp-sales").regulation
    responses = next(one for one in sales.target if one.id == "responses-in-time")
    assert {one.id for one in counted_promises(responses, sales)} == {
        one.id for one in sales.promise if any(stop.fact == "Responded" for stop in one.stop)
    }
