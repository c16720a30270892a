"""What the sales department's regulation (S1) refuses and finds: each constraint by its story."""

from __future__ import annotations

import pytest

from cases import codes, events
from cases.regulation.forms import filled
from tests.cases.guarded import Guarded
from tests.cases.scenario import (
    approved,
    classified,
    closed,
    day,
    given,
    inspected,
    published,
    received,
    refunded,
    rejected,
    responded,
    revisited,
    rules_of,
    told,
)
from tests.cases.supporting import FOUND_OUT, compensated, escalated, filed, requested

SALES = rules_of("lamp-sales", "lamp-sales")
(REGULATION,) = published("lamp-sales").regulations.values()

EXCHANGED = events.Replaced()
UP, LATE = escalated("urgent"), escalated("overdue")
ARCHIVED = filed("registration", "archived")


def verified(*, right: bool = True) -> events.Verified:
    """The agent checks what the customer applied for."""
    return events.Verified(checked=codes.Checked.APPLICATION, is_right=right)


KNOWN = events.Verified(checked=codes.Checked.CUSTOMER, is_right=True)
AGAIN = events.Reopened(reason="it_hums_again")
FAULT = (received(remedy_sought="repair"), classified("repair"))
COMPLAINT = (received(), classified("complaint", category="product"))
ASKED = requested("special")
EXCHANGE = (received(), classified("exchange"))
REPORT = {"sha256": "a" * 64}
LEAVE = approved("compensation", item="K-1")
ELSEWHERE = (approved("special", item="K-1"), approved("compensation", item="K-2"))
"""Leave for other things than this claim."""
GUARDS = (
    Guarded("registration-complete", "S1 三/1", (), received(customer_phone=None), instead=received()),
    Guarded(
        "purchase-on-record", "S1 三/1", (), received(remedy_sought="repair", purchased_on=None),
        instead=received(remedy_sought="repair"),
    ),
    Guarded(
        "registration-archived", "S1 二/4",
        (received(), classified("consultation"), filed("registration", "signed"), filed("application", "archived")),
        closed(), cure=(filed("registration", "archived"),),
    ),
    Guarded(
        "consultation-record-filed", "S1 五/1",
        (received(), classified("consultation"), filed("consultation_record", "made_out"), ARCHIVED), closed(),
        cure=(filed("consultation_record", "handed_back"),),
    ),
    Guarded(
        "application-before-inspection", "S1 五/2",
        (*FAULT, verified(), filed("registration", "signed")), inspected(),
        cure=(filed("application", "signed"),),
    ),
    Guarded("verified-before-inspection", "S1 五/2", (*FAULT, KNOWN), inspected(), cure=(verified(),)),
    Guarded("inspected-before-work", "S1 五/2", FAULT, events.Repaired(), cure=(verified(), inspected())),
    Guarded(
        "inspection-has-a-report", "S1 五/2", (*FAULT, verified()), inspected(report_no="R-1"),
        instead=inspected(report_no="R-1", report=REPORT),
    ),
    Guarded(
        "investigated-before-solution", "S1 四/2", COMPLAINT, responded("solution"), cure=(FOUND_OUT,)
    ),
    Guarded(
        "solved-before-revisit", "S1 四/2", (*COMPLAINT, FOUND_OUT, responded("update")), revisited(),
        cure=(responded("solution"),),
    ),
    Guarded(
        "revisited-before-closing", "S1 四/2", (*COMPLAINT, FOUND_OUT, responded("solution")), closed(),
        cure=(revisited(),),
    ),
    Guarded(
        "major-goes-up", "S1 二/3", (received(), classified("consultation", severity="major"), LATE), closed(),
        cure=(UP,),
    ),
    Guarded(
        "green-channel-goes-up", "S1 五/5", (received(), classified("consultation", is_green_channel=True), LATE),
        closed(), cure=(UP,),
    ),
    Guarded(
        "compensation-approved", "S1 四/5", (*COMPLAINT, FOUND_OUT, *ELSEWHERE), compensated("price_share"),
        cure=(LEAVE,),
    ),
    Guarded(
        "service-problem-made-good", "S1 四/5",
        (received(), classified("complaint", category="attitude"), FOUND_OUT, LEAVE), compensated("direct_loss"),
        instead=compensated("coupon"),
    ),
    Guarded(
        "coupons-within-value", "S1 四 示例", (*COMPLAINT, FOUND_OUT, LEAVE), compensated("coupon", 101),
        instead=compensated("coupon", 100),
    ),
    Guarded(
        "special-request-decided", "S1 五/1",
        (received(), classified("order"), ASKED, approved("budget"), rejected("budget")), closed(),
        cure=(rejected("special"),),
    ),
    Guarded(
        "asker-does-not-approve", "配置，非制度规定",
        (received(), ASKED), told(approved("special"), actor="agent-mei"),
        instead=approved("special"),
    ),
    Guarded("refund-within-paid", "配置，非制度规定", (received(),), refunded(200), instead=refunded(199)),
    Guarded("registration-complete", "S1 三/1", (), received(customer_name=None), instead=received()),
    Guarded("registration-complete", "S1 三/1", (), received(description=None), instead=received()),
    Guarded(
        "purchase-on-record", "S1 三/1", (), received(remedy_sought="exchange", product_model=None),
        instead=received(remedy_sought="exchange"),
    ),
    Guarded("verified-before-inspection", "S1 五/2", EXCHANGE, inspected(), cure=(verified(),)),
    Guarded("inspected-before-work", "S1 五/2", (*EXCHANGE, verified()), EXCHANGED, cure=(inspected(),)),
    Guarded(
        "inspected-before-work", "S1 五/2", (*FAULT, verified(), inspected(), AGAIN), events.Repaired(),
        cure=(inspected(),),
    ),
    Guarded(
        "inspection-has-a-report", "S1 五/2", (*FAULT, verified()), inspected("on_site", report=REPORT),
        instead=inspected("on_site", report=REPORT, report_no="R-1"),
    ),
    Guarded(
        "investigated-before-solution", "S1 四/2", (*COMPLAINT, LEAVE), compensated("coupon"), cure=(FOUND_OUT,)
    ),
    Guarded("investigated-before-solution", "S1 四/2", (*COMPLAINT, revisited()), closed(), cure=(FOUND_OUT,)),
    Guarded(
        "revisited-before-closing", "S1 四/2", (*COMPLAINT, FOUND_OUT, revisited(), AGAIN), closed(),
        cure=(revisited(),),
    ),
)  # fmt: skip


FOUND = {
    "registration-complete", "purchase-on-record", "registration-archived", "consultation-record-filed",
    "application-before-inspection", "inspection-has-a-report", "solved-before-revisit", "green-channel-goes-up",
    "service-problem-made-good",
}  # fmt: skip
"""What is found and not refused."""


def test_every_constraint_of_s1_has_its_story() -> None:
    assert [item.id for item in REGULATION.constraint] == list(
        dict.fromkeys(one.constraint for one in GUARDS)
    )


@pytest.mark.proves
@pytest.mark.parametrize("guarded", GUARDS, ids=str)
def test_a_clause_refuses_or_finds_what_breaks_it_and_lets_pass_what_is_right(guarded: Guarded) -> None:
    guarded.must_hold(SALES, FOUND)


UNCONCERNED = {
    "another kind of case": (
        received(), classified("order"), inspected("pre_diagnosis"), events.Repaired(), responded("solution"),
        revisited(), ARCHIVED, closed(),
    ),
    "no word of a revisit": (received(), classified("order"), revisited(), ARCHIVED, closed()),
    "a complaint is answered": (*COMPLAINT, responded("update")),
    "a complaint is withdrawn": (*COMPLAINT, ARCHIVED, closed("withdrawn")),
    "a history from elsewhere": (
        received(remedy_sought="repair", customer_phone=None, purchased_on=None, is_live=False),
    ),
    "a product made good": (*COMPLAINT, FOUND_OUT, LEAVE, compensated("direct_loss", 101)),
    "a special request granted": (received(), classified("order"), ASKED, approved("special"), ARCHIVED, closed()),
    "leave for a budget": (
        received(), classified("order"), requested("budget"), ARCHIVED, closed(),
    ),
    "asked before buying": (received(purchased_on=None, product_model=None), classified("consultation")),
}  # fmt: skip
"""Stories in which no clause is broken, however near they come."""


@pytest.mark.parametrize("story", UNCONCERNED)
def test_a_clause_says_nothing_of_what_it_does_not_concern(story: str) -> None:
    assert given(*UNCONCERNED[story], rules=SALES).findings() == ()


def test_only_the_supervisor_gives_leave_and_may_take_it_back() -> None:
    asked = given(*COMPLAINT, FOUND_OUT, rules=SALES)
    refused = (
        asked.and_(told(LEAVE, role="management")),
        asked.and_(LEAVE, rejected("compensation", item="K-1")),
    )
    for story in refused:
        story.when(compensated("coupon")).then_refused(clause="S1 四/5", rule="compensation-approved")
    for elsewhere in (rejected("special", item="K-1"), rejected("compensation", item="K-2")):
        asked.and_(LEAVE, elsewhere).when(compensated("coupon")).then_allowed()


def test_an_application_found_wrong_is_not_inspected_until_it_is_verified_again() -> None:
    wrong = given(*FAULT, verified(), verified(right=False), rules=SALES)
    wrong.when(inspected()).then_refused(clause="S1 五/2", rule="verified-before-inspection")
    wrong.and_(verified()).when(inspected()).then_allowed()


def test_a_complaint_goes_through_its_five_steps_and_each_leaves_its_time_on_the_form() -> None:
    steps = (FOUND_OUT, responded("solution"), revisited(), filed("registration", "archived"))
    ended = given(*COMPLAINT, *steps, rules=SALES).when(closed()).then_allowed()
    assert not ended.findings()
    form = next(one for one in REGULATION.form if one.id == "service-registration")
    lines = {line.label.en: line.value for line in filled(form, ended.facts).lines}
    timed = ("Registered at", "Investigated at", "Revisited at")
    assert [lines[name] for name in timed] == [day(3, 2, hour=9), day(3, 2, hour=11), day(3, 2, hour=13)]
