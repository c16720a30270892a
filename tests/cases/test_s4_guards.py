"""What the water-meter maker's regulation (S4) refuses and finds: each constraint by its stories."""

from __future__ import annotations

from functools import cache

import pytest

from cases import codes, events
from cases.fact import Attachment
from tests.cases.duties import named
from tests.cases.guarded import Guarded
from tests.cases.scenario import (
    approved,
    classified,
    closed,
    day,
    delivered,
    given,
    inspected,
    published,
    received,
    ref,
    refunded,
    rejected,
    responded,
    revisited,
    rules_of,
    shipped,
    told,
    yuan,
)
from tests.cases.supporting import FOUND_OUT, compensated, filed, moved, requested

METERS = rules_of("water-meter", "water-meter", supervisor_compensation=100_000)
(REGULATION,) = published("water-meter").regulations.values()

CALLED = received(
    product_line="water-meter", remedy_sought="repair", customer_address=ref("customer_address")
)
FAULT = (CALLED, classified("repair", mode="on_site", complexity="simple"))
EXCHANGE = (CALLED, classified("exchange"))
RUDENESS = (CALLED, classified("complaint", category="attitude"))
OTHER = (CALLED, classified("other"))
MAJOR = (CALLED, classified("other", severity="major"))
UNEXPLAINED = events.Repaired(mode=codes.Mode.ON_SITE)
DONE = events.Repaired(mode=codes.Mode.ON_SITE, is_use_explained=True)
TO_ENGINEERS = events.Transferred(department=codes.Department.TECH_SUPPORT)
AGREED = events.Booked(purpose=codes.Purpose.INSTALLATION, is_agreed=True)
UNAGREED = tuple(
    events.Promised(purpose=purpose, promised_at=day(3, 20), is_agreed=purpose is codes.Purpose.REPLY)
    for purpose in (codes.Purpose.DELIVERY, codes.Purpose.REPLY)
)
"""Told when it comes without asking; and agreed when a reply comes, which is another matter."""
EVIDENCE = (Attachment(sha256="a" * 64),)
LEAVE = approved("compensation", item="K-1")
CLAIM, ORDER = filed("compensation_claim", "made_out"), filed("return_order", "made_out")
REPLACED = events.Replaced(old_serial=ref("serial"), new_serial=ref("serial"))
AGAIN = events.Reopened(reason="drips_again")
DISPUTED = events.Disputed(about=codes.Contention.LIABILITY)
WITHDRAWN = events.Settled(settlement=codes.Settlement.WITHDRAWN, is_accepted=False)
SETTLED = events.Settled(settlement=codes.Settlement.AGREED, is_accepted=True)
MEDIATED = events.Mediated(body=codes.Body.INSTITUTE, result=codes.MediationResult.AGREED)
REVIEWED = events.Reviewed(cause=codes.Cause.MATERIAL, improvement=codes.Improvement.PRODUCT)
FITTED = moved("used", is_same_quality=True)
ABOVE = events.Charged(
    cost=codes.Cost.PARTS, amount=yuan(80), payer=codes.Payer.COMPANY, voucher_no="V-1", budget="parts-2026",
    is_over_budget=True,
)  # fmt: skip
OVER = approved("budget", item="parts-2026")


def installed(*, tested: bool = True) -> events.Installed:
    """The new meter is in place."""
    return events.Installed(is_function_tested=tested, is_use_explained=True)


GUARDS = (
    Guarded(
        "registration-complete", "S4 三(二)1", (), received(remedy_sought="repair"), instead=CALLED
    ),
    Guarded(
        "transfer-complete", "S4 三(一)3", (received(customer_phone=None), classified("repair")), TO_ENGINEERS,
        cure=(CALLED,),
    ),
    Guarded(
        "reply-promised-on-transfer", "S4 三(一)2", (CALLED, classified("complaint"), *UNAGREED[:1]), TO_ENGINEERS,
        cure=UNAGREED[1:],
    ),
    Guarded(
        "complexity-before-work", "S4 四(一)1", (CALLED, classified("repair"), inspected("on_site")), DONE,
        cure=(classified("repair", complexity="complex"),),
    ),
    Guarded("cause-before-repair", "S4 三(二)3", FAULT, DONE, cure=(inspected("on_site"),)),
    Guarded(
        "parts-explained", "S4 三(二)3", (*FAULT, moved("issued"), responded("update")), FITTED,
        cure=(responded("disclosure"),),
    ),
    Guarded(
        "parts-as-good", "S4 一(三)3", (*FAULT, moved("issued")), moved("used", is_same_quality=False), instead=FITTED
    ),
    Guarded(
        "parts-booked-out", "S4 二(三)3", (*FAULT, moved("issued", item="V-8"), moved("reserved")), FITTED,
        cure=(moved("issued"),),
    ),
    Guarded(
        "parts-accounted-for", "S4 二(三)3",
        (*OTHER, moved("issued"), moved("reserved"), moved("returned", item="V-8")), closed(),
        cure=(moved("scrapped"),),
    ),
    Guarded(
        "use-shown", "S4 三(二)3", (*FAULT, inspected("on_site")), UNEXPLAINED, instead=DONE,
    ),
    Guarded(
        "record-signed", "S4 三(二)4",
        (*FAULT, inspected("on_site"), DONE, filed("repair_record", "made_out"), filed("service_record", "signed")),
        closed(),
        cure=(filed("repair_record", "signed"),),
    ),
    Guarded(
        "replacement-agreed", "S4 三(三)",
        (*EXCHANGE, events.Booked(), *UNAGREED), shipped("outbound", "company_ships"),
        cure=(AGREED,),
    ),
    Guarded(
        "delivered-before-installed", "S4 三(三)", (*EXCHANGE, delivered("inbound")), installed(),
        cure=(delivered("outbound"),),
    ),
    Guarded("tested-and-explained", "S4 三(三)", EXCHANGE, installed(tested=False), instead=installed()),
    Guarded(
        "serials-linked", "S4 三(三)", EXCHANGE, events.Replaced(new_serial=ref("serial")),
        instead=REPLACED,
    ),
    Guarded("service-complaint-investigated", "S4 四(三)3", RUDENESS, closed(), cure=(FOUND_OUT,)),
    Guarded(
        "service-complaint-told", "S4 四(三)3", (*RUDENESS, FOUND_OUT, responded("update")), closed(),
        cure=(responded("solution"),),
    ),
    Guarded("service-complaint-reviewed", "S4 四(三)3", (*RUDENESS, FOUND_OUT), closed(), cure=(REVIEWED,)),
    Guarded(
        "over-budget-approved", "S4 五(二)1", (*FAULT, OVER, rejected("budget"), LEAVE), ABOVE, cure=(OVER,),
    ),
    Guarded(
        "over-budget-approved", "S4 五(二)1",
        (*FAULT, approved("budget", item="freight-2026"), approved("budget")), ABOVE, cure=(OVER,),
    ),
    Guarded(
        "indirect-loss-proven", "S4 六(一)1", (*OTHER, FOUND_OUT, LEAVE), compensated("indirect_loss"),
        instead=compensated("indirect_loss", attachments=EVIDENCE),
    ),
    Guarded(
        "cause-before-compensation", "S4 六(一)1", (*OTHER, LEAVE), compensated("direct_loss"), cure=(FOUND_OUT,)
    ),
    Guarded(
        "claim-filed", "S4 六(一)3", (*OTHER, LEAVE, ORDER), compensated("indirect_loss", attachments=EVIDENCE),
        cure=(CLAIM,),
    ),
    Guarded(
        "compensation-approved", "S4 六(一)3", (*OTHER, approved("special", item="K-1")), compensated("goodwill"),
        cure=(LEAVE,),
    ),
    Guarded(
        "compensation-above-level", "S4 六(一)3", (*OTHER, LEAVE, compensated("coupon", 400)),
        compensated("goodwill", 601), instead=compensated("goodwill", 600),
    ),
    Guarded(
        "compensation-above-level", "S4 六(一)3", (*OTHER, LEAVE, approved("budget")), compensated("goodwill", 9_000),
        cure=(told(LEAVE, role="management"),),
    ),
    Guarded(
        "approver-does-not-pay", "S4 五(二)1", (*OTHER, LEAVE), told(compensated("goodwill"), actor="supervisor-qi"),
        instead=compensated("goodwill"),
    ),
    Guarded("liability-before-settlement", "S4 六(二)2", (*OTHER, DISPUTED), SETTLED, cure=(FOUND_OUT,)),
    Guarded(
        "major-dispute-mediated", "S4 六(二)3", (*MAJOR, DISPUTED), closed(),
        cure=(MEDIATED,),
    ),
    Guarded(
        "dispute-settled-before-closing", "S4 六(二)2", (*OTHER, DISPUTED, FOUND_OUT), closed(),
        cure=(SETTLED, revisited()),
    ),
    Guarded(
        "customer-asked-after-dispute", "S4 六(二)4", (*OTHER, DISPUTED, FOUND_OUT, SETTLED), closed(),
        cure=(revisited(),),
    ),
    Guarded("dispute-reviewed", "S4 六(二)4", (*OTHER, DISPUTED, FOUND_OUT, SETTLED), closed(), cure=(REVIEWED,)),
    Guarded(
        "asker-does-not-approve", "配置，非制度规定", (CALLED, requested("exclusion", item="complex-repair")),
        told(approved("exclusion", item="complex-repair"), actor="agent-mei"),
        instead=approved("exclusion", item="complex-repair"),
    ),
    Guarded("refund-within-paid", "配置，非制度规定", (CALLED,), refunded(200), instead=refunded(199)),
    Guarded(
        "registration-complete", "S4 三(二)1", (), CALLED.model_copy(update={"description": None}), instead=CALLED
    ),
    Guarded(
        "transfer-complete", "S4 三(一)3", (received(customer_name=None), classified("repair")), TO_ENGINEERS,
        cure=(CALLED,),
    ),
    Guarded(
        "transfer-complete", "S4 三(一)3", (received(description=None), classified("repair")), TO_ENGINEERS,
        cure=(CALLED,),
    ),
    Guarded(
        "complexity-before-work", "S4 四(一)1", (CALLED, classified("repair"), inspected("on_site")), REPLACED,
        cure=(classified("repair", complexity="simple"),),
    ),
    Guarded("cause-before-repair", "S4 三(二)3", FAULT, REPLACED, cure=(inspected("on_site"),)),
    Guarded(
        "cause-before-repair", "S4 三(二)3", (*FAULT, inspected("on_site"), AGAIN), DONE,
        cure=(inspected("on_site"),),
    ),
    Guarded(
        "record-signed", "S4 三(二)4", (*FAULT, filed("repair_record", "signed"), AGAIN), closed(),
        cure=(filed("repair_record", "signed"),),
    ),
    Guarded(
        "tested-and-explained", "S4 三(三)", EXCHANGE, events.Installed(is_function_tested=True), instead=installed()
    ),
    Guarded("serials-linked", "S4 三(三)", EXCHANGE, events.Replaced(old_serial=ref("serial")), instead=REPLACED),
    Guarded(
        "cause-before-compensation", "S4 六(一)1",
        (*OTHER, LEAVE), compensated("indirect_loss", attachments=EVIDENCE),
        cure=(FOUND_OUT,),
    ),
    Guarded(
        "liability-before-settlement", "S4 六(二)2", (*OTHER, DISPUTED),
        SETTLED.model_copy(update={"settlement": codes.Settlement.DECIDED}), cure=(FOUND_OUT,),
    ),
    Guarded(
        "reply-promised-on-transfer", "S4 三(一)2", (CALLED, classified("complaint")), TO_ENGINEERS,
        cure=(events.Promised(purpose=codes.Purpose.SOLUTION, promised_at=day(3, 20)),),
    ),
    Guarded(
        "registration-complete", "S4 三(二)1", (), CALLED.model_copy(update={"customer_phone": None}), instead=CALLED
    ),
    *(
        Guarded("parts-explained", "S4 三(二)3", (*FAULT, moved("issued")), FITTED, cure=(responded(step),))
        for step in ("preliminary_plan", "solution")
    ),
    *(
        Guarded("parts-accounted-for", "S4 二(三)3", (*OTHER, moved("issued")), closed(), cure=(moved(movement),))
        for movement in ("used", "returned")
    ),
    *(
        Guarded(
            "replacement-agreed", "S4 三(三)", EXCHANGE, shipped("outbound", "company_ships"),
            cure=(events.Promised(purpose=purpose, promised_at=day(3, 20), is_agreed=True),),
        )
        for purpose in (codes.Purpose.REPLACEMENT, codes.Purpose.DELIVERY, codes.Purpose.INSTALLATION)
    ),
    Guarded(
        "service-complaint-told", "S4 四(三)3", (*RUDENESS, responded("solution"), FOUND_OUT), closed(),
        cure=(responded("final_answer"),),
    ),
    Guarded(
        "over-budget-approved", "S4 五(二)1", (*FAULT, approved("compensation", item="parts-2026")), ABOVE, cure=(OVER,)
    ),
    Guarded("claim-filed", "S4 六(一)3", (*OTHER, LEAVE, FOUND_OUT), compensated("direct_loss"), cure=(CLAIM,)),
    *(
        Guarded("compensation-approved", "S4 六(一)3", (*OTHER, *before), compensated("goodwill"), cure=(LEAVE,))
        for before in (
            (approved("compensation", item="K-2"),), (LEAVE, rejected("compensation", item="K-1")),
        )
    ),
    Guarded(
        "liability-before-settlement", "S4 六(二)2", (*OTHER, DISPUTED),
        SETTLED.model_copy(update={"settlement": codes.Settlement.MEDIATED}), cure=(FOUND_OUT,),
    ),
    *(
        Guarded("major-dispute-mediated", "S4 六(二)3", (*MAJOR, DISPUTED, *after), closed(), cure=(MEDIATED,))
        for after in ((FOUND_OUT,), (FOUND_OUT, SETTLED.model_copy(update={"settlement": codes.Settlement.DECIDED})))
    ),
)  # fmt: skip


FOUND = {
    "registration-complete", "reply-promised-on-transfer", "parts-explained", "parts-accounted-for", "use-shown",
    "delivered-before-installed", "tested-and-explained", "serials-linked", "service-complaint-told",
    "service-complaint-reviewed", "cause-before-compensation", "claim-filed", "major-dispute-mediated",
    "dispute-reviewed",
}  # fmt: skip
"""What the text wants done and does not stop work for; everything else is refused."""


def test_every_constraint_of_s4_has_its_story() -> None:
    assert [item.id for item in REGULATION.constraint] == list(
        dict.fromkeys(one.constraint for one in GUARDS)
    )


NEVER_LIFTED = {"approver-does-not-pay", "asker-does-not-approve", "refund-within-paid"}
UNCONCERNED = {
    "another kind of case": (
        received(product_line="water-meter"), classified("other", mode="on_site"), moved("reserved"),
        events.Repaired(), REPLACED, shipped("outbound", "company_ships"), installed(), FOUND_OUT, closed(),
    ),
    "a complaint about the product": (CALLED, classified("complaint", category="product"), FOUND_OUT, closed()),
    "a word about service": (CALLED, classified("opinion", category="attitude"), FOUND_OUT, closed()),
    "no word, no search": (CALLED, classified("opinion", category="attitude"), closed()),
    "the old meter comes in": (*EXCHANGE, shipped("inbound")),
    "a repair by mail": (CALLED, classified("repair", complexity="simple"), inspected(), events.Repaired()),
    "the customer gave up": (*FAULT, closed("withdrawn")),
    "within the budget": (*FAULT, ABOVE.model_copy(update={"is_over_budget": False})),
    "goodwill without a claim": (*OTHER, LEAVE, compensated("goodwill")),
    "a dispute withdrawn": (
        *MAJOR, DISPUTED, WITHDRAWN, revisited(), REVIEWED, closed(),
    ),
    "a major dispute settled": (
        *MAJOR, DISPUTED, FOUND_OUT, SETTLED, revisited(), REVIEWED, closed(),
    ),
    "a minor dispute decided": (
        *OTHER, DISPUTED, FOUND_OUT, SETTLED.model_copy(update={"settlement": codes.Settlement.DECIDED}), revisited(),
        REVIEWED, closed(),
    ),
    "a history from elsewhere": (
        received(remedy_sought="repair", customer_phone=None, is_live=False), classified("exchange"), events.Replaced(),
    ),
    "a complaint about the product without a search": (CALLED, classified("complaint", category="product"), closed()),
    "a word of rudeness taken back": (*RUDENESS, closed("withdrawn")),
    "a major case that nobody disputes": (*MAJOR, closed()),
    "a history passed on": (received(customer_phone=None, is_live=False), classified("consultation"), TO_ENGINEERS),
    "another leave refused": (*FAULT, OVER, rejected("compensation"), ABOVE),
    "leave above a budget refused": (*OTHER, LEAVE, rejected("budget"), compensated("goodwill")),
    "leave for another claim": (
        *OTHER, LEAVE, told(approved("compensation", item="K-2"), actor="finance-ru"),
        told(compensated("goodwill"), actor="finance-ru"),
    ),
    "leave for a budget of that name": (
        *OTHER, LEAVE, told(approved("budget", item="K-1"), actor="finance-ru"),
        told(compensated("goodwill"), actor="finance-ru"),
    ),
}  # fmt: skip
"""Stories in which no clause is broken, however near they come."""


@cache
def found_in(story: str) -> frozenset[str]:
    """Name the constraints that such a story breaks all the same."""
    return frozenset(finding.constraint for finding in given(*UNCONCERNED[story], rules=METERS).findings())


@pytest.mark.proves
@pytest.mark.proves("S4-5.2a", "S4-6.1b", "S4-6.1c")
@pytest.mark.parametrize("guarded", GUARDS, ids=str)
def test_a_clause_refuses_or_finds_what_breaks_it_and_nothing_else(guarded: Guarded) -> None:
    guarded.must_hold(METERS, FOUND)
    lifted = named(REGULATION.constraint, guarded.constraint).is_overridable
    assert lifted is (guarded.constraint not in NEVER_LIFTED)
    assert [story for story in UNCONCERNED if guarded.constraint in found_in(story)] == []


@pytest.mark.proves("S4-5.2a", "S4-6.1b", "S4-6.1c")
def test_leave_counts_when_a_supervisor_gives_it() -> None:
    for leave, act in ((OVER, ABOVE), (LEAVE, compensated("goodwill"))):
        given(*OTHER, told(leave, role="management"), rules=METERS).when(act).then_refused()
        given(*OTHER, leave, rules=METERS).when(act).then_allowed()
    other = given(*OTHER, LEAVE, told(approved("budget"), role="management"), rules=METERS)
    other.when(compensated("goodwill", 9_000)).then_refused(rule="compensation-above-level")
