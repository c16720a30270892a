"""The home store's regulation (S2) at work: what it refuses and finds, special cases, and its papers."""

from __future__ import annotations

import pytest

from cases import events
from cases.fact import Fact
from tests.cases.guarded import Guarded
from tests.cases.scenario import (
    approved,
    classified,
    closed,
    day,
    delivered,
    given,
    inspected,
    received,
    ref,
    refunded,
    rejected,
    responded,
    revisited,
    shipped,
    told,
)
from tests.cases.shop import BACK, REGULATION, SHOP, TAKEN, arrived, booked, handed_to
from tests.cases.supporting import escalated, filed, moved, requested

SOFA = received(
    product_line="furniture", customer_address=ref("customer_address"), contract_no="HT-7", quantity=1
)


def sofa(kind: str, *more: Fact) -> tuple[Fact, ...]:
    """A case about a sofa: what kind it is, and what happened."""
    return (SOFA, classified(kind), *more)


def told_with(**more: object) -> events.Received:
    return SOFA.model_copy(update=more)


def noted(word: str) -> events.Noted:
    return events.Noted(word=word, text=ref("text"))


GIVEN_UP = closed("withdrawn")
CHECKED = inspected("pre_delivery", "no_fault", is_passed=True, is_packaging_intact=True)
CONTENT = filed("service_record", "signed", is_satisfied=True)
PART_ASKED = requested("part", item="V-7")
SAMPLE_OFF = (approved("sample", item="V-7"), moved("withdrawn", stock="sample"))
TECHNICAL = escalated("technical")
WITHOUT_PACKING = inspected("pre_delivery", "no_fault", is_passed=True, is_packaging_intact=False)

REFUSED = (
    Guarded(
        "told-before-a-new-date", "S2 二/3", sofa("delivery", booked("delivery", day(3, 5))),
        booked("delivery", day(3, 6)), cure=(responded("notice"),),
    ),
    Guarded(
        "checked-before-delivery", "S2 二/4", sofa("delivery", WITHOUT_PACKING), shipped("outbound", "company_ships"),
        cure=(CHECKED,),
    ),
    Guarded(
        "exchange-has-a-date", "S2 二/5", sofa("exchange", CHECKED), shipped("outbound", "company_ships"),
        cure=(booked("delivery", day(3, 5)),),
    ),
    Guarded(
        "delivery-signed-for", "S2 二/10", sofa("delivery", delivered("outbound")), GIVEN_UP,
        cure=(filed("delivery_slip", "signed"),),
    ),
    Guarded(
        "installed-whole", "S2 三·二/13", sofa("installation", inspected("on_site", cause="parts_missing")), GIVEN_UP,
        cure=(events.Installed(), CONTENT),
    ),
    Guarded(
        "revisited-before-closing", "S2 二/16, 三/13", sofa("installation"), closed(), cure=(revisited(),),
    ),
    Guarded("visit-leads-on", "S2 三/7", sofa("repair", inspected("on_site")), GIVEN_UP, cure=(TECHNICAL,)),
    Guarded(
        "taken-along-by-agreement", "S2 三·二/19", sofa("repair"), TAKEN.model_copy(update={"is_agreed": False}),
        instead=TAKEN,
    ),
    Guarded("custody-before-closing", "S2 三/8", sofa("repair", TAKEN), GIVEN_UP, cure=(BACK,)),
    Guarded(
        "mismatch-explained", "S2 三·二/16", sofa("delivery", noted("mismatch")), GIVEN_UP, cure=(responded("notice"),)
    ),
    Guarded(
        "service-record-signed", "S2 三·二/23", sofa("installation", events.Installed()), GIVEN_UP, cure=(CONTENT,)
    ),
    Guarded("opinion-passed-on", "S2 六", sofa("opinion"), GIVEN_UP, cure=(handed_to("production"),)),
    Guarded(
        "part-approved-first", "S2 七/5", sofa("repair", approved("part", item="V-8")), moved("used"),
        cure=(approved("part", item="V-7"),),
    ),
    Guarded(
        "supplement-has-a-reason", "S2 七/6", sofa("repair"), moved("issued", stock="supplement"), cure=(PART_ASKED,)
    ),
    Guarded(
        "part-ordered-after-leave", "S2 七/7", sofa("repair", PART_ASKED), moved("ordered", stock="supplement"),
        cure=(approved("part", item="V-7"),),
    ),
    Guarded(
        "sample-signed-for", "S2 八/3-5", sofa("showroom"), moved("displayed", stock="sample"),
        cure=(approved("sample", item="V-7"),),
    ),
    Guarded(
        "sample-checked-before-store", "S2 八/6", sofa("showroom", *SAMPLE_OFF), moved("returned", stock="sample"),
        cure=(inspected("restock", "no_fault", is_passed=True),),
    ),
    Guarded(
        "asker-does-not-approve", "配置，非制度规定", sofa("repair", PART_ASKED),
        told(approved("part", item="V-7"), actor="agent-mei"), instead=approved("part", item="V-7"),
    ),
    Guarded("refund-within-paid", "配置，非制度规定", sofa("return"), refunded(200), instead=refunded(199)),
)  # fmt: skip

FOUND = (
    Guarded(
        "contract-slip-complete", "S2 一/2", (), told_with(remedy_sought="delivery", quantity=None),
        instead=told_with(remedy_sought="delivery"),
    ),
    Guarded(
        "stock-looked-up", "S2 一/3", sofa("order", handed_to("warehouse")), GIVEN_UP,
        cure=(moved("reserved", stock="goods"),),
    ),
    Guarded(
        "damage-answered-for", "S2 二/5, 四/6", sofa("delivery", delivered("outbound", is_damaged=True)), GIVEN_UP,
        cure=(events.Investigated.model_validate({"liable": "carrier"}),),
    ),
    Guarded(
        "old-goods-come-back", "S2 二/5", sofa("exchange"), events.Replaced(),
        instead=events.Replaced(is_original_recovered=True),
    ),
    Guarded(
        "wishes-noted", "S2 二/11", sofa("installation"), events.Installed(), cure=(noted("installation-wishes"),)
    ),
    Guarded(
        "installer-has-the-slip", "S2 二/12", sofa("installation"), arrived("installation"),
        cure=(filed("collection_slip", "made_out"),),
    ),
    Guarded(
        "work-id-shown", "S2 二/13, 三·二/10", sofa("installation"), arrived("visit"),
        instead=arrived("visit", is_id_shown=True)
    ),
    Guarded(
        "registration-complete", "S2 三/1", (), told_with(remedy_sought="repair", customer_address=None),
        instead=told_with(remedy_sought="repair"),
    ),
    Guarded(
        "appointment-named", "S2 三/3", sofa("repair"), events.Booked(begins_at=day(3, 5)),
        instead=booked("visit", day(3, 5)),
    ),
    Guarded(
        "fault-known-beforehand", "S2 三·二/7", sofa("repair"), arrived("repair"), cure=(inspected("pre_diagnosis"),)
    ),
    Guarded(
        "receipt-recovered", "S2 三/8", sofa("repair", TAKEN), BACK.model_copy(update={"is_receipt_recovered": False}),
        instead=BACK,
    ),
    Guarded(
        "repair-slip-signed", "S2 三/8", sofa("repair", TAKEN, BACK), GIVEN_UP, cure=(filed("repair_slip", "signed"),)
    ),
    Guarded(
        "customer-content", "S2 三·二/24", sofa("repair"), filed("service_record", "signed", is_satisfied=False),
        instead=CONTENT,
    ),
    Guarded(
        "soothed-before-reported", "S2 五", (told_with(channel="store"), classified("complaint")),
        handed_to("after_sales"), cure=(responded("acknowledged"),),
    ),
)  # fmt: skip


def test_every_constraint_of_s2_has_its_story() -> None:
    assert {one.id: (one.mode, one.clause) for one in REGULATION.constraint} == {
        **{one.constraint: ("refuse", one.clause) for one in REFUSED},
        **{one.constraint: ("flag", one.clause) for one in FOUND},
    }


@pytest.mark.proves
@pytest.mark.parametrize("guarded", REFUSED, ids=str)
def test_what_breaks_a_clause_is_refused_and_what_keeps_it_is_not(guarded: Guarded) -> None:
    guarded.must_refuse(SHOP)


@pytest.mark.proves
@pytest.mark.parametrize("guarded", FOUND, ids=str)
def test_what_falls_short_of_a_clause_is_found_and_what_keeps_it_is_not(guarded: Guarded) -> None:
    guarded.must_find(SHOP)


EVERYWHERE = {
    "told-before-a-new-date", "damage-answered-for", "work-id-shown", "installed-whole", "appointment-named",
    "taken-along-by-agreement", "custody-before-closing", "receipt-recovered", "repair-slip-signed",
    "mismatch-explained", "customer-content", "part-approved-first", "supplement-has-a-reason",
    "part-ordered-after-leave", "sample-signed-for", "sample-checked-before-store", "asker-does-not-approve",
    "refund-within-paid",
}  # fmt: skip
"""What holds for cases of every kind."""


def elsewhere(fact: Fact) -> Fact:
    """The same in a case that only asks something."""
    if isinstance(fact, events.Received):
        return fact.model_copy(update={"remedy_sought": "consultation"})
    return classified("consultation") if isinstance(fact, events.Classified) else fact


@pytest.mark.parametrize(
    "guarded", [one for one in (*REFUSED, *FOUND) if one.constraint not in EVERYWHERE], ids=str
)
def test_a_case_that_only_asks_something_is_not_held_to_it(guarded: Guarded) -> None:
    assert isinstance(guarded.act, Fact)
    course = [elsewhere(fact) for fact in (*guarded.before, guarded.act)]
    given(*course, rules=SHOP).then_not_found(guarded.constraint)


@pytest.mark.parametrize(
    ("subject", "movement", "stock"),
    [("part", "ordered", "component"), ("part", "issued", "supplement"), ("sample", "displayed", "sample")],
)
def test_leave_for_one_piece_is_none_for_another(subject: str, movement: str, stock: str) -> None:
    case = given(*sofa("showroom", requested(subject, item="V-8"), approved(subject, item="V-8")), rules=SHOP)
    case.when(moved(movement, stock=stock)).then_refused()
    case.when(moved(movement, stock=stock, item="V-8")).then_allowed()


@pytest.mark.proves("S2-8.6")
def test_a_sample_is_stock_again_only_while_its_last_check_holds() -> None:
    good, bad = (inspected("restock", "no_fault", is_passed=passed) for passed in (True, False))
    off = given(*sofa("showroom", *SAMPLE_OFF), rules=SHOP)
    back = moved("returned", stock="sample")
    off.and_(bad).when(back).then_refused(clause="S2 八/6")
    off.and_(good, bad).when(back).then_refused(clause="S2 八/6")
    off.and_(good, moved("withdrawn", stock="sample")).when(back).then_refused(clause="S2 八/6")


def test_a_case_opened_again_is_asked_about_again() -> None:
    again = given(*sofa("repair", revisited(), closed(), events.Reopened(reason="it creaks")), rules=SHOP)
    again.when(closed()).then_refused(clause="S2 二/16, 三/13")


def test_a_wish_without_words_is_none() -> None:
    empty = sofa("installation", events.Noted(word="installation-wishes"), events.Installed())
    given(*empty, rules=SHOP).then_found("wishes-noted")


def test_each_receipt_is_closed_by_its_own_goods() -> None:
    second = TAKEN.model_copy(update={"receipt_no": "R-8"})
    case = given(*sofa("repair", TAKEN, second, BACK), rules=SHOP)
    case.when(GIVEN_UP).then_refused(rule="custody-before-closing")


def test_goods_that_failed_the_check_do_not_leave_though_they_passed_before() -> None:
    failed = inspected("pre_delivery", "repair", is_passed=False)
    case = given(*sofa("delivery", CHECKED, failed), rules=SHOP)
    case.when(shipped("outbound", "company_ships")).then_refused(clause="S2 二/4")


def test_a_delivery_that_was_checked_once_is_checked_again_before_it_goes_out_again() -> None:
    again = sofa("delivery", CHECKED, shipped("outbound", "company_ships"), delivered("outbound"))
    given(*again, rules=SHOP).when(shipped("outbound", "company_ships")).then_refused(clause="S2 二/4")


def test_a_showroom_change_needs_the_store_manager_and_not_whoever_is_there() -> None:
    by_agent = told(approved("sample", item="V-7"), role="agent")
    case = given(*sofa("showroom"), rules=SHOP).and_(by_agent)
    case.when(moved("displayed", stock="sample")).then_refused(rule="sample-signed-for")


def test_gifts_and_new_goods_need_no_leave() -> None:
    for stock in ("gift", "goods"):
        given(*sofa("delivery"), rules=SHOP).when(moved("ordered", stock=stock)).then_allowed()


@pytest.mark.proves("S2-4.4")
@pytest.mark.proves("S2-8.7")
def test_a_special_case_goes_through_by_somebody_elses_leave_and_stays_visible() -> None:
    asked = requested("override", item="custody-before-closing")
    leave = approved("override", item="custody-before-closing")
    case = given(*sofa("repair", TAKEN), rules=SHOP)
    case.when(GIVEN_UP).then_refused(rule="custody-before-closing")
    lifted = case.and_(asked, leave)
    lifted.when(GIVEN_UP).then_allowed()
    lifted.and_(GIVEN_UP).then_found("custody-before-closing", clause="S2 三/8", overridden=True)
    lifted.and_(rejected("override", item="custody-before-closing")).when(GIVEN_UP).then_refused()
