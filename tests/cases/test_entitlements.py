"""What a customer of the lamp factory is entitled to, with the dates and figures of the decision (S0 二, 三/3)."""

from __future__ import annotations

from datetime import datetime

import pytest

from cases.codes import Payer
from cases.events import Received
from cases.fact import Verdict
from tests.cases.scenario import (
    RETURNED,
    Story,
    checked,
    classified,
    day,
    given,
    inspected,
    lamp_rules,
    received,
    told,
)


def asked(on: datetime, kind: str, reason: str = "none", **bought: object) -> Story:
    """Somebody asks on a day for a lamp bought and received as told."""
    return given(told(received(**bought), at=on), classified(kind, reason))


def decided(verdict: Verdict, *names: str) -> tuple[bool | None, ...]:
    return (verdict.is_granted, *(name in verdict.result for name in names))


BARE: dict[str, object] = {"has_proof": False, "has_fault_description": False}
LONG_AGO: dict[str, object] = {"purchased_on": "2020-01-02", "goods_received_on": "2020-01-02"}
TEXT = {"term_source": "text", "anchor": "purchased_on"}
RIGHTS: dict[str, tuple[tuple[str, str], dict[str, object], dict[str, str]]] = {
    "quality-return-window": (
        ("return", "quality"), BARE,
        {
            **TEXT, "term": "15 days", "window_end": "2026-03-16", "literal_window_end": "2026-03-16",
            "is_literally_open": "true", "needs": "has_proof, has_fault_description",
            "to_inspect": "is_human_damage", "law": "消费者权益保护法 24",
        },
    ),
    "not-fit-return-window": (
        ("exchange", "not_fit"), BARE,
        {
            **TEXT, "term": "7 days", "window_end": "2026-03-09", "literal_window_end": "2026-03-09",
            "is_literally_open": "true", "needs": "has_proof",
            "to_inspect": "is_packaging_intact, are_accessories_complete",
        },
    ),
    "warranty": (
        ("repair", "none"), BARE,
        {
            **TEXT, "term": "1 year", "window_end": "2027-03-01", "literal_window_end": "2027-03-01",
            "is_literally_open": "true", "to_inspect": "is_human_damage", "law": "民法典 622",
        },
    ),
    "freight-warranty-repair": (("repair", "none"), {}, {"payer": "company", "literal_payer": "company"}),
    "freight-quality-return": (
        ("exchange", "quality"), {},
        {"payer": "company", "literal_payer": "customer", "law": "消费者权益保护法 24"},
    ),
    "freight-not-fit-return": (("return", "not_fit"), {}, {"payer": "customer", "literal_payer": "customer"}),
    "out-of-warranty-quote": (("repair", "none"), LONG_AGO, {"quote": "required"}),
}  # fmt: skip
"""Right of the text → who asks for it, with which papers, and all that it says; bought the day before, in a shop."""


@pytest.mark.proves
@pytest.mark.parametrize("right", RIGHTS)
def test_a_right_says_how_long_what_it_needs_what_is_looked_at_and_who_pays(right: str) -> None:
    (kind, reason), bought, says = RIGHTS[right]
    assert asked(day(3, 2), kind, reason, **bought).verdict(right).result == says


# fifteen days for quality


def test_a_quality_return_is_open_until_the_fifteenth_day_after_receipt() -> None:
    bought = {"purchased_on": "2026-03-01", "goods_received_on": "2026-03-03"}
    last = asked(day(3, 18, hour=23), "return", "quality", **bought).verdict("quality-return-window")
    assert last.is_granted is True
    assert last.clause == "S0 二/2"
    assert last.result["window_end"] == "2026-03-18"
    assert last.result["anchor"] == "goods_received_on"
    assert (
        asked(day(3, 19, hour=0), "return", "quality", **bought).verdict(last.entitlement).is_granted is False
    )


def test_the_literal_reading_from_purchase_stays_visible() -> None:
    bought = {"purchased_on": "2026-03-02", "goods_received_on": "2026-03-10"}
    verdict = asked(day(3, 20), "exchange", "quality", **bought).verdict("quality-return-window")
    assert verdict.is_granted is True
    assert verdict.result["window_end"] == "2026-03-25"
    assert verdict.result["literal_window_end"] == "2026-03-17"
    assert verdict.result["is_literally_open"] == "false"
    assert verdict.result["law"] == "消费者权益保护法 24"


def test_a_window_that_would_end_on_a_holiday_ends_on_the_day_after_it() -> None:
    verdict = asked(day(5, 6), "return", "not_fit", purchased_on="2026-04-25", goods_received_on="2026-04-25")
    assert verdict.verdict("not-fit-return-window").result["window_end"] == "2026-05-06"


def test_proof_and_fault_description_are_asked_for() -> None:
    verdict = asked(day(3, 2), "return", "quality", has_proof=False, has_fault_description=False)
    quality = verdict.verdict("quality-return-window")
    assert decided(quality) == (None,)
    assert quality.result["needs"] == "has_proof, has_fault_description"
    fit = asked(day(3, 2), "return", "not_fit", has_fault_description=False).verdict("not-fit-return-window")
    assert fit.is_granted is True


def test_what_is_late_is_refused_whatever_papers_are_missing() -> None:
    late = asked(day(6, 2), "return", "quality", has_proof=False)
    assert late.verdict("quality-return-window").is_granted is False


def test_a_window_without_any_date_is_not_decided() -> None:
    verdict = asked(day(3, 2), "return", "quality", purchased_on=None, goods_received_on=None)
    quality = verdict.verdict("quality-return-window")
    assert quality.is_granted is None
    assert quality.result["needs"] == "purchased_on"
    assert quality.result["window_end"] == "unknown"


def test_a_date_no_calendar_knows_decides_nothing_and_breaks_nothing() -> None:
    verdict = asked(day(3, 2), "return", "quality", purchased_on="0001-01-01", goods_received_on=None)
    assert verdict.verdict("quality-return-window").is_granted is None


def test_damage_by_the_customer_ends_the_right() -> None:
    story = given(received(), classified("return", "quality", is_human_damage=True))
    verdict = story.verdict("quality-return-window")
    assert decided(verdict, "fails") == (False, True)
    assert given(received(), classified("return", "quality")).verdict("quality-return-window").result[
        "to_inspect"
    ] == ("is_human_damage")


# seven days where it does not fit, and the seven days of the law


def test_a_lamp_that_does_not_fit_goes_back_within_seven_days_whole() -> None:
    story = asked(day(3, 9), "return", "not_fit")
    verdict = story.verdict("not-fit-return-window")
    assert verdict.result["window_end"] == "2026-03-09"
    assert verdict.result["to_inspect"] == "is_packaging_intact, are_accessories_complete"
    assert asked(day(3, 10), "return", "not_fit").verdict("not-fit-return-window").is_granted is False


@pytest.mark.parametrize(
    ("packaging", "accessories", "granted"),
    [(True, True, True), (False, True, False), (True, False, False)],
)
def test_the_check_list_of_the_regulation_is_packaging_and_accessories(
    packaging: bool, accessories: bool, granted: bool
) -> None:
    story = given(*RETURNED, checked(is_packaging_intact=packaging, are_accessories_complete=accessories))
    assert story.verdict("not-fit-return-window").is_granted is granted


def test_the_law_gives_distance_buyers_seven_days_from_receipt_with_its_own_check_list() -> None:
    bought = {"sales_channel": "online", "purchased_on": "2026-03-01", "goods_received_on": "2026-03-12"}
    story = asked(day(3, 18), "return", "not_fit", **bought)
    verdict = story.verdict("distance-sale-return")
    assert verdict.is_granted is True
    assert verdict.clause == "消费者权益保护法 25"
    assert verdict.result["window_end"] == "2026-03-19"
    opened = story.and_(checked(is_packaging_intact=False, is_human_damage=False))
    assert opened.verdict("distance-sale-return").is_granted is True
    assert opened.verdict("not-fit-return-window").is_granted is False
    assert opened.rules.traits(opened.facts)["entitled"] == "yes"


def test_the_law_of_distance_sales_is_silent_in_a_shop_and_without_a_day_of_receipt() -> None:
    shop = asked(day(3, 3), "return", "not_fit", sales_channel="store")
    assert "distance-sale-return" not in {v.entitlement for v in _verdicts(shop)}
    unknown = asked(day(3, 3), "return", "not_fit", sales_channel="online", goods_received_on=None)
    assert unknown.verdict("distance-sale-return").is_granted is None
    assert unknown.verdict("distance-sale-return").result["needs"] == "goods_received_on"


# one year of warranty


@pytest.mark.parametrize(
    ("received_on", "ends"),
    [("2024-02-29", "2025-02-28"), ("2025-03-03", "2026-03-03"), ("2025-03-01", "2026-03-02")],
)
def test_the_warranty_ends_on_the_same_day_of_the_next_year(received_on: str, ends: str) -> None:
    story = asked(day(3, 2), "repair", purchased_on=received_on, goods_received_on=received_on)
    assert story.verdict("warranty").result["window_end"] == ends


def test_coverage_follows_the_warranty() -> None:
    assert _coverage(asked(day(3, 2), "repair")) == "in_warranty"
    assert _coverage(asked(day(3, 2, 2028), "repair")) == "out_of_warranty"
    assert _coverage(asked(day(3, 2), "repair", purchased_on=None, goods_received_on=None)) == "unknown"
    assert _coverage(asked(day(3, 2), "repair").and_(inspected(is_human_damage=True))) == "out_of_warranty"
    assert _coverage(given(received())) == "in_warranty"
    dropped = given(received(), classified("repair", is_human_damage=True))
    assert _coverage(dropped) == "out_of_warranty"
    assert _coverage(dropped.and_(inspected(is_human_damage=False))) == "in_warranty"


def test_contract_goes_before_manual_before_text_and_never_below_the_law() -> None:
    story = asked(day(3, 2), "repair", purchased_on="2025-06-02", goods_received_on="2025-06-02")
    read = {
        "12 months by the text": {},
        "24 months by the manual": {"warranty_by_manual": 24},
        "6 months by contract": {"warranty_by_contract": 6, "warranty_by_manual": 24},
        "9 months by law": {"warranty_by_contract": 6, "warranty_legal_minimum": 9},
    }
    told_terms = {
        name: story.under(lamp_rules(**values)).verdict("warranty") for name, values in read.items()
    }
    assert [(v.result["term"], v.result["term_source"], v.is_granted) for v in told_terms.values()] == [
        ("1 year", "text", True),
        ("24 months", "manual", True),
        ("6 months", "contract", False),
        ("9 months", "law", True),
    ]


def test_out_of_warranty_the_cost_is_told_first() -> None:
    story = asked(day(3, 2, 2028), "repair")
    assert story.verdict("out-of-warranty-quote").result == {"quote": "required"}
    assert "out-of-warranty-quote" not in {v.entitlement for v in _verdicts(asked(day(3, 2), "repair"))}


# freight


def test_freight_of_a_quality_return_is_on_the_company_and_the_text_stays_visible() -> None:
    story = given(received(), classified("return", "quality"))
    verdict = story.verdict("freight-quality-return")
    assert verdict.is_granted is True
    assert verdict.result == {"payer": "company", "literal_payer": "customer", "law": "消费者权益保护法 24"}
    assert story.rules.freight(story.case) == (Payer.COMPANY, "S0 三/3")


@pytest.mark.parametrize(
    ("kind", "reason", "bought", "payer", "by"),
    [
        ("repair", "none", {}, Payer.COMPANY, "freight-warranty-repair"),
        ("repair", "none", {"purchased_on": "2020-01-01", "goods_received_on": None}, Payer.UNKNOWN, None),
        ("return", "not_fit", {}, Payer.CUSTOMER, "freight-not-fit-return"),
        ("exchange", "quality", {}, Payer.COMPANY, "freight-quality-return"),
        ("consultation", "none", {}, Payer.UNKNOWN, None),
    ],
)
def test_the_freight_table(
    kind: str, reason: str, bought: dict[str, object], payer: Payer, by: str | None
) -> None:
    story = given(received(**bought), classified(kind, reason))
    assert story.rules.freight(story.case)[0] is payer
    if by is not None:
        assert story.verdict(by).result["payer"] == payer.value


def test_nobody_is_entitled_to_anything_before_the_case_is_classified() -> None:
    story = given(received())
    assert story.rules.freight(story.case) == (Payer.UNKNOWN, None)


def test_a_verdict_tells_its_inputs_and_nothing_about_a_person() -> None:
    verdict = given(received(), classified("return", "quality")).verdict("quality-return-window")
    assert verdict.inputs["regulation"] == "lamp-factory@2026.3"
    assert verdict.inputs["purchased_on"] == "2026-03-01"
    assert verdict.inputs["applied_at"].startswith("2026-03-02T01:00")
    personal = {
        name
        for name in Received.model_fields
        if name.startswith("customer") or name in {"serial", "subject_id"}
    }
    assert not personal & set(verdict.inputs)


def _verdicts(story: Story) -> tuple[Verdict, ...]:
    classification = story.case.classified
    assert classification is not None
    return story.rules.verdicts(classification, story.case)


def _coverage(story: Story) -> object:
    return story.rules.traits(story.facts)["coverage"]
