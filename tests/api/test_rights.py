"""Entitlements as they are told: kept as decided for a live case, computed from the facts of an imported one."""

from __future__ import annotations

from api.rights import entitled
from cases.case import Case
from tests.cases.scenario import classified, given, lamp_rules, received

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


def test_a_live_case_is_never_decided_again() -> None:
    assert list(entitled(case_of(is_live=True), lamp_rules())) == []


def test_before_it_is_classified_nothing_is_told() -> None:
    assert list(entitled(case_of(is_live=False, is_classified=False), lamp_rules())) == []
