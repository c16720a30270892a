"""The home store's regulation (S2): its promises, the hand-over from shop to after-sales, and where cases go."""

from __future__ import annotations

from datetime import date

import pytest

from cases import events
from cases.commands import Classify, MoveStock
from cases.fact import Fact
from tests.cases.clock_stories import Story, wall
from tests.cases.promised import Promised
from tests.cases.scenario import (
    approved,
    classified,
    delivered,
    given,
    inspected,
    received,
    refunded,
    rejected,
    responded,
    revisited,
    rules_of,
)
from tests.cases.shop import BACK, REGULATION, SHOP, TAKEN, arrived, booked, handed_to
from tests.cases.supporting import clocks_of, escalated, filed, moved

WHOLE = rules_of("home-store", "furniture", about_three_days=3, unfit_goods_taken_back=1)
"""With values for what the demo leaves unset."""


def creaking(channel: str) -> events.Received:
    """Somebody tells of the sofa that creaks."""
    told = {"channel": channel, "product_line": "furniture", "product_model": "the sofa"}
    return events.Received.model_validate({"case_no": "AS-00000007", **told})


CALL = responded("contact")
TO_CLERK, TO_AFTER_SALES = handed_to("warehouse"), handed_to("after_sales")
CONTRACT = (("2026-03-06 16:00", creaking("store")), ("2026-03-06 16:10", classified("order")))
"""Friday afternoon, an hour before the cut-off."""
IN_THE_SHOP = (("2026-03-09 11:40", creaking("store")), ("2026-03-09 11:45", classified("repair")))
"""Monday, twenty minutes before the shop closes for lunch until 13:30."""
BY_PHONE = (("2026-03-09 17:45", creaking("phone")), ("2026-03-09 17:50", classified("repair")))
"""A quarter of an hour before closing."""
DELIVERY = (("2026-03-09 10:00", creaking("phone")), ("2026-03-09 10:10", classified("delivery")))

S2 = (
    Promised(
        "contract-handed-over", "S2 一/1", CONTRACT, "2026-03-06 17:00", kept_by=(TO_CLERK,),
        not_kept_by=(handed_to("logistics"),), rules=SHOP,
    ),
    Promised(
        "factory-order", "S2 一/4", (*CONTRACT, ("2026-03-06 16:30", TO_CLERK)), "2026-03-09 17:00",
        kept_by=(moved("ordered", stock="goods"),), not_kept_by=(moved("ordered", stock="component"),),
        is_configured=True, rules=SHOP,
    ),
    Promised(
        "goods-from-factory", "S2 一/5",
        (*CONTRACT, ("2026-03-06 16:30", TO_CLERK), ("2026-03-09 10:00", moved("ordered", stock="goods"))),
        "2026-03-13 00:00", kept_by=(moved("received", stock="goods"),), not_kept_by=(moved("received", stock="gift"),),
        is_configured=True, rules=WHOLE,
    ),
    Promised(
        "delivered-as-agreed", "S2 二/3",
        (*DELIVERY, ("2026-03-09 10:20", booked("delivery", wall("2026-03-10 12:00")))), "2026-03-10 12:00",
        kept_by=(arrived("delivery"), delivered("outbound")), not_kept_by=(arrived("visit"),),
        rules=SHOP,
    ),
    Promised(
        "voucher-handed-back", "S2 二/15", (*DELIVERY, ("2026-03-10 11:00", delivered("outbound"))),
        "2026-03-13 00:00", kept_by=(filed("delivery_voucher", "handed_back"),),
        not_kept_by=(filed("delivery_voucher", "signed"),), is_configured=True, rules=SHOP,
    ),
    Promised(
        "installation-revisit", "S2 二/16",
        (DELIVERY[0], ("2026-03-09 10:10", classified("installation")), ("2026-03-10 11:00", events.Installed())),
        "2026-03-14 00:00", kept_by=(revisited(),), not_kept_by=(responded("contact"),), is_configured=True,
        rules=SHOP,
    ),
    Promised(
        "store-hands-over", "S2 三/2", IN_THE_SHOP, "2026-03-09 13:40", kept_by=(TO_AFTER_SALES,),
        not_kept_by=(responded("acknowledged"), TO_CLERK), is_configured=True, rules=SHOP,
    ),
    Promised(
        "called-after-hand-over", "S2 三/3", (*IN_THE_SHOP, ("2026-03-09 11:50", TO_AFTER_SALES)),
        "2026-03-09 13:50", kept_by=(CALL,), not_kept_by=(responded("first_touch"),), rules=SHOP,
    ),
    Promised(
        "called-after-own-intake", "S2 三/5", BY_PHONE, "2026-03-10 09:15", kept_by=(CALL,),
        not_kept_by=(responded("first_touch"),), rules=SHOP,
    ),
    Promised(
        "called-since-first-word", "S2 三/3", IN_THE_SHOP, "2026-03-09 14:10", kept_by=(CALL,),
        not_kept_by=(TO_AFTER_SALES,), is_configured=True, rules=SHOP,
    ),
    Promised(
        "visit-as-agreed", "S2 三/6", (*BY_PHONE, ("2026-03-09 17:55", booked("visit", wall("2026-03-11 10:00")))),
        "2026-03-11 10:00", kept_by=(arrived("visit"), arrived("repair")), not_kept_by=(arrived("delivery"),),
        rules=SHOP,
    ),
    Promised(
        "custody-ends", "S2 三/8", (*BY_PHONE, ("2026-03-10 15:00", TAKEN)), "2026-03-26 00:00",
        kept_by=(BACK,),
        not_kept_by=(events.Repaired(),), is_configured=True, rules=SHOP,
    ),
    Promised(
        "unfit-goods-taken-back", "S2 四/2",
        (IN_THE_SHOP[0], ("2026-03-09 11:45", classified("return", "no_place"))), "2026-03-11 00:00",
        kept_by=(approved("return"), events.Replaced(), refunded(1)), not_kept_by=(approved("materials"),),
        is_configured=True, rules=WHOLE,
    ),
    Promised(
        "complaint-reported", "S2 五", (IN_THE_SHOP[0], ("2026-03-09 11:45", classified("complaint"))),
        "2026-03-09 13:40", kept_by=(TO_AFTER_SALES, escalated("urgent")),
        not_kept_by=(escalated("urgent", is_automatic=True), responded("acknowledged")), is_configured=True, rules=SHOP,
    ),
    Promised(
        "urgent-goes-up", "S2 六",
        (BY_PHONE[0], ("2026-03-09 19:00", classified("opinion", priority="urgent"))), "2026-03-09 19:30",
        kept_by=(escalated("urgent"),), not_kept_by=(TO_AFTER_SALES, escalated("urgent", is_automatic=True)),
        is_configured=True, rules=SHOP,
    ),
)  # fmt: skip
NEVER_LATE = {"showroom-notice": "S2 八/2"}
"""A least time has its own story."""


def test_every_promise_of_s2_has_its_scenario() -> None:
    assert {promise.id: (promise.clause, promise.is_configured) for promise in REGULATION.promise} == {
        **{one.promise: (one.clause, one.is_configured) for one in S2},
        **{name: (clause, False) for name, clause in NEVER_LATE.items()},
    }


@pytest.mark.proves
@pytest.mark.parametrize("promised", S2, ids=str)
def test_a_promise_starts_is_kept_in_time_and_by_nothing_else(promised: Promised) -> None:
    promised.must_start_under("home-store")
    promised.must_be_kept_in_time()
    promised.must_stay_open()


def told(*facts: tuple[str, Fact]) -> Story:
    story = Story(SHOP)
    for moment, fact in facts:
        story = story.at(moment, fact)
    return story


@pytest.mark.parametrize(
    ("signed", "due"),
    [
        ("2026-03-05 17:00", "2026-03-05 17:00"),
        ("2026-03-05 17:01", "2026-03-06 17:00"),
        ("2026-03-06 17:01", "2026-03-09 17:00"),
        ("2026-09-30 17:01", "2026-10-08 17:00"),
    ],
)
def test_a_contract_after_17_oclock_belongs_to_the_next_office_day(signed: str, due: str) -> None:
    story = told((signed, creaking("store")), ("2026-10-01 10:00", classified("order")))
    assert story.clock("contract-handed-over:1").due_at == wall(due)


def test_goods_that_lie_in_store_need_no_factory_order() -> None:
    found = told(
        *CONTRACT, ("2026-03-06 16:30", TO_CLERK), ("2026-03-06 16:40", moved("reserved", stock="goods"))
    )
    assert found.verdict("factory-order:1") == "cancelled"


def test_the_shop_and_after_sales_answer_each_for_their_own_half_hour() -> None:
    slow_shop = told(*IN_THE_SHOP, ("2026-03-09 15:00", TO_AFTER_SALES), ("2026-03-09 15:20", CALL))
    assert slow_shop.verdict("store-hands-over:1") == "breached"
    assert slow_shop.verdict("called-after-hand-over:1") == "met"
    assert slow_shop.verdict("called-since-first-word:1") == "breached", "the customer waited since 11:40"
    assert not {name for name in slow_shop.clocks() if name.startswith("called-after-own-intake")}


def test_a_customer_who_calls_after_sales_waits_by_one_clock() -> None:
    called = told(*BY_PHONE, ("2026-03-09 17:58", CALL))
    assert {name: clock.verdict for name, clock in called.clocks().items()} == {
        "called-after-own-intake:1": "met"
    }


def test_a_new_date_frees_the_old_one_only_before_it_has_passed() -> None:
    begun = told(*DELIVERY, ("2026-03-09 10:20", booked("delivery", wall("2026-03-10 12:00"))))
    again = booked("delivery", wall("2026-03-12 12:00"))
    in_time = begun.at("2026-03-10 11:00", again).at("2026-03-12 11:00", arrived("delivery"))
    assert (in_time.verdict("delivered-as-agreed:1"), in_time.verdict("delivered-as-agreed:1:2")) == (
        "cancelled", "met",
    )  # fmt: skip
    too_late = begun.at("2026-03-10 13:00", again)
    assert too_late.verdict("delivered-as-agreed:1") == "breached"


def test_nothing_is_owed_after_a_return_was_refused_and_all_of_it_once_it_is_granted() -> None:
    story = Story(WHOLE).at("2026-03-09 11:40", creaking("store"))
    refused = story.at("2026-03-09 11:45", classified("return", "no_place")).at(
        "2026-03-09 15:00", rejected("return")
    )
    assert refused.verdict("unfit-goods-taken-back:1") == "cancelled"
    granted = refused.at("2026-03-16 09:00", approved("return"))
    assert granted.verdict("unfit-goods-taken-back:1") == "breached"


@pytest.mark.proves("S2-8.2")
@pytest.mark.parametrize(
    ("noticed_on", "changed", "verdict"),
    [
        ("2026-03-10", "2026-03-12 23:59", "breached"),
        ("2026-03-10", "2026-03-13 00:00", "met"),
        ("2026-03-12", "2026-03-15 00:00", "met"),
    ],
)
def test_the_showroom_changes_three_days_after_it_was_told_sundays_included(
    noticed_on: str, changed: str, verdict: str
) -> None:
    asked = (f"{noticed_on} 16:00", creaking("store")), (f"{noticed_on} 16:10", classified("showroom"))
    noticed = told(*asked)
    clock = noticed.clock("showroom-notice:1")
    assert (clock.promise.clause, clock.verdict, clock.due_at) == (
        NEVER_LATE["showroom-notice"],
        "open",
        None,
    )
    assert noticed.at(changed, moved("withdrawn", stock="sample")).verdict("showroom-notice:1") == verdict


def test_what_the_text_left_unsaid_is_not_configured_until_the_firm_says_it() -> None:
    ordered = told(
        *CONTRACT, ("2026-03-06 16:30", TO_CLERK), ("2026-03-09 10:00", moved("ordered", stock="goods"))
    )
    assert ordered.verdict("goods-from-factory:1") == "not_configured"
    unfit = told(IN_THE_SHOP[0], ("2026-03-09 11:45", classified("return", "no_place")))
    assert unfit.verdict("unfit-goods-taken-back:1") == "not_configured"


def test_a_case_of_another_kind_or_channel_has_none_of_these_clocks() -> None:
    urgent = classified("consultation", priority="urgent")
    course = (
        TO_CLERK,
        TO_AFTER_SALES,
        moved("ordered", stock="goods"),
        delivered("outbound"),
        events.Installed(),
    )
    assert clocks_of(SHOP, creaking("store"), urgent, *course) == set()
    by_phone = clocks_of(SHOP, creaking("phone"), classified("repair"), TO_AFTER_SALES)
    assert by_phone == {"called-after-own-intake"}


def test_a_visit_that_was_put_off_in_time_is_owed_at_its_new_hour_alone() -> None:
    begun = told(*BY_PHONE, ("2026-03-09 17:55", booked("visit", wall("2026-03-11 10:00"))))
    moved_on = begun.at("2026-03-10 10:00", booked("visit", wall("2026-03-13 10:00")))
    assert moved_on.verdict("visit-as-agreed:1") == "cancelled"
    assert moved_on.clock("visit-as-agreed:1:2").due_at == wall("2026-03-13 10:00")


@pytest.mark.parametrize(
    ("channel", "kind", "department"),
    [
        ("store", "repair", "store"),
        ("store", "complaint", "store"),
        ("store", "order", "store"),
        ("phone", "order", "store"),
        ("store", "exchange", "store"),
        ("phone", "exchange", "after_sales"),
        ("phone", "repair", "after_sales"),
        ("phone", "opinion", "after_sales"),
        ("store", "showroom", "after_sales"),
        ("phone", "delivery", "logistics"),
        ("phone", "installation", "field_service"),
        ("phone", "consultation", "customer_service"),
    ],
)
@pytest.mark.proves("S2-1.1", "S2-2.5a", "S2-2.11", "S2-3.1", "S2-3.4–5", "S2-5.1", "S2-6.1", "S2-8.1")
def test_a_problem_stays_with_the_shop_that_was_told_until_it_is_handed_over(
    channel: str, kind: str, department: str
) -> None:
    case = given(received(product_line="furniture", channel=channel), rules=SHOP)
    outcome = case.when(Classify.model_validate({"kind": kind})).outcome
    assert isinstance(outcome, tuple)
    (fact,) = outcome
    assert isinstance(fact, events.Classified)
    assert fact.department == department


@pytest.mark.parametrize(
    ("came", "human", "granted"),
    [(date(2026, 2, 23), False, True), (date(2026, 2, 20), False, False), (date(2026, 2, 28), True, False)],
)
def test_goods_of_bad_quality_come_back_within_seven_days_of_receipt_by_law(
    came: date, *, human: bool, granted: bool
) -> None:
    story = given(
        received(product_line="furniture", goods_received_on=came),
        classified("return", "quality", is_human_damage=human), rules=SHOP,
    )  # fmt: skip
    verdict = story.verdict("quality-return-by-law")
    assert (verdict.is_granted, verdict.clause) == (granted, "消费者权益保护法 24")


def test_a_sofa_bought_online_may_come_back_without_a_reason() -> None:
    online = received(product_line="furniture", sales_channel="online")
    story = given(online, classified("return", "not_fit"), inspected("on_site", "no_fault"), rules=SHOP)
    assert story.verdict("distance-sale-return").is_granted is True


@pytest.mark.proves("S2-7.1–2")
def test_spares_components_supplements_and_gifts_are_kept_apart() -> None:
    case = given(received(product_line="furniture"), classified("delivery"), rules=SHOP)
    for stock in ("spare", "component", "supplement", "gift"):
        reserve = MoveStock.model_validate({"movement": "reserved", "stock": stock, "item": "V-7"})
        case.when(reserve).then(moved("reserved", stock=stock))
        case = case.and_(moved("reserved", stock=stock))
        case.when(reserve).then_quiet()


@pytest.mark.proves("S2-4.5")
def test_warehouse_transport_and_sales_can_each_take_a_case_over() -> None:
    for department in ("warehouse", "logistics", "sales", "store"):
        given(received(product_line="furniture"), rules=SHOP).when(handed_to(department)).then_allowed()
