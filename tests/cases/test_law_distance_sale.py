"""The law binds beside the firm's own regulation: what is better for the customer counts, and both are shown (X22)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from cases.promises.clocks import clocks
from cases.regulation.model import Regulation
from cases.regulation.packs import check, law_names, shipped_names, shipped_regulation, shipped_text
from cases.regulation.rules import Rules
from tests.cases.scenario import (
    MORNING,
    Story,
    approved,
    checked,
    classified,
    day,
    delivered,
    given,
    inspected,
    published,
    received,
    refunded,
    rejected,
    shipped,
    told,
)

LAW = "law-distance-sale"
FIRM = "lamp-factory"
ARTICLE = "消费者权益保护法 25"


@cache
def rules(*, without: str = "") -> Rules:
    """The lamp factory's regulation and the law, both for lamps; of the firm's, one entitlement may be left out."""
    reference = published(FIRM)
    ((_, firm),) = reference.regulations.items()
    kept = tuple(item for item in firm.entitlement if item.id != without)
    law = shipped_regulation(LAW).regulation.model_copy(update={"product_lines": ("lamp",)})
    texts: tuple[Regulation, ...] = (firm.model_copy(update={"entitlement": kept}), law)
    both = replace(reference, regulations={(text.id, text.version): text for text in texts})
    return both.rules_for(both.in_force(product_line="lamp", channel="phone", at=MORNING))


def sold(channel: str = "online", **more: object) -> Story:
    """Bought on the first of March, got on the third; asked back on the tenth, and the box is gone."""
    intake = received(
        sales_channel=channel, purchased_on="2026-03-01", goods_received_on="2026-03-03", **more
    )
    # without the firm's own line on article 25, seven days and the box decide
    bound = rules(without="distance-sale-return")
    return given(told(intake, at=day(3, 10)), classified("return", "not_fit"), rules=bound)


def unpacked(story: Story) -> Story:
    back = (approved("materials"), approved("return", order_no="TH-7"), shipped(), delivered())
    return story.and_(*back, checked(is_packaging_intact=False, are_accessories_complete=False))


def test_a_case_is_bound_by_the_firm_and_by_the_law() -> None:
    assert [bound.regulation.id for bound in rules()] == [FIRM, LAW]


def test_both_decide_and_both_decisions_are_shown() -> None:
    story = unpacked(sold())
    assert story.verdict("not-fit-return-window").is_granted is False
    assert story.verdict("no-reason-return").is_granted is True
    assert story.verdict("no-reason-return").inputs["regulation"] == f"{LAW}@2026.1"


def test_the_firm_does_not_refuse_what_the_law_gives() -> None:
    unpacked(sold()).when(refunded(199)).then_allowed()


def test_in_a_store_the_law_gives_nothing_and_the_firm_decides() -> None:
    unpacked(sold("store")).when(refunded(199)).then_refused(rule="return-needs-a-right")


def test_within_the_seven_days_a_return_is_not_refused() -> None:
    sold().when(rejected("return")).then_refused(clause=ARTICLE, rule="no-reason-return-not-refused")
    damaged = sold().and_(inspected()).and_(classified("return", "not_fit", is_human_damage=True))
    damaged.and_(checked(passed=False, is_packaging_intact=False, is_human_damage=True)).when(
        rejected("return")
    ).then_allowed()


@pytest.mark.parametrize(("on", "granted"), [(day(3, 10, hour=23), True), (day(3, 11, hour=0), False)])
def test_the_seven_days_begin_after_the_day_of_receipt(on: object, granted: bool) -> None:
    intake = received(
        sales_channel="online", purchased_on="2026-02-20", goods_received_on="2026-03-03", paid=None
    )
    story = given(told(intake, at=on), classified("return", "none"), rules=rules())  # type: ignore[arg-type]  # a moment of the table
    verdict = story.verdict("no-reason-return")
    assert verdict.is_granted is granted
    assert verdict.result["window_end"] == "2026-03-10"


def test_the_seven_days_of_the_refund_begin_when_the_goods_are_back() -> None:
    story = unpacked(sold())
    clock = next(one for one in clocks(story.facts, story.rules) if one.promise.id == "refund-after-goods")
    assert clock.promise.clause == ARTICLE
    assert clock.started_at == next(known.occurred_at for known in story.facts if known.fact == delivered())
    assert clock.due_at == day(3, 18, hour=0)


@pytest.mark.parametrize("name", law_names())
def test_a_pack_of_the_law_is_sound_and_is_not_published_by_itself(name: str) -> None:
    found = check(shipped_text(name), f"{name}.toml")
    assert (found.problems, found.warnings) == ((), ())
    assert name not in shipped_names()
    assert found.regulation.product_lines == ("name-your-product-lines",)
