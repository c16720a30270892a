"""The sales department's regulation (S1): its promises, what it refuses and finds, who does what, what is left open."""

from __future__ import annotations

import pytest

from cases import codes, events
from cases.fact import Fact
from cases.ladder import ladder
from cases.promises.clock import Lacking, Verdict
from cases.regulation.forms import filled
from tests.cases.clock_stories import HUMMING
from tests.cases.guarded import Guarded
from tests.cases.promised import Promised
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
REPORTED = rules_of("lamp-sales", "lamp-sales", green_channel_report=5)
(REGULATION,) = published("lamp-sales").regulations.values()

CALLED = ("2026-03-02 09:00", HUMMING)
"""A Monday."""
TO_TECHNICIANS = events.Transferred(department=codes.Department.TECH_SUPPORT)
EXCHANGED = events.Replaced()
UP, LATE = escalated("urgent"), escalated("overdue")


def verified(*, right: bool = True) -> events.Verified:
    """The agent checks what the customer applied for."""
    return events.Verified(checked=codes.Checked.APPLICATION, is_right=right)


def began(*facts: tuple[str, Fact]) -> tuple[tuple[str, Fact], ...]:
    """A call on Monday at nine and what followed that day."""
    return (CALLED, *((f"2026-03-02 {wall}", fact) for wall, fact in facts))


S1 = (
    Promised(
        "first-response", "S1 一/3", began(), "2026-03-02 09:15", kept_by=(responded("first_touch"), TO_TECHNICIANS),
        not_kept_by=(events.Noted(word="called"), classified("repair")), is_configured=True, rules=SALES,
    ),
    Promised(
        "preliminary-plan", "S1 五/1", began(("09:05", classified("consultation"))), "2026-03-02 09:30",
        kept_by=(responded("preliminary_plan"), responded("solution")),
        not_kept_by=(responded("first_touch"), responded("reply")), rules=SALES,
    ),
    Promised(
        "consultation-reply", "S1 二/2", began(("09:05", classified("consultation"))), "2026-03-02 13:00",
        kept_by=(responded("reply"), responded("final_answer")), not_kept_by=(responded("preliminary_plan"),),
        is_configured=True, rules=SALES,
    ),
    Promised(
        "urgent-at-once", "S1 二/2", began(("09:05", classified("repair", priority="urgent"))), "2026-03-02 09:15",
        kept_by=(responded("contact"), inspected()), not_kept_by=(TO_TECHNICIANS,), is_configured=True, rules=SALES,
    ),
    Promised(
        "green-channel-report", "S1 五/5", began(("09:05", classified("complaint", is_green_channel=True))),
        "2026-03-02 09:10", kept_by=(UP,), not_kept_by=(LATE, responded("contact")), is_configured=True, rules=REPORTED,
    ),
    Promised(
        "complaint-solution", "S1 二/3", began(("09:05", classified("complaint"))), "2026-03-06 00:00",
        kept_by=(responded("solution"), EXCHANGED, compensated("coupon")), not_kept_by=(responded("reply"), UP),
        is_configured=True, rules=SALES,
    ),
    Promised(
        "complaint-settled", "S1 四/3", began(("09:05", classified("complaint"))), "2026-03-10 00:00",
        kept_by=(revisited(), closed()), not_kept_by=(responded("solution"), revisited(solved=False)),
        is_configured=True, rules=SALES,
    ),
    Promised(
        "fault-reply", "S1 二 示例", began(("09:05", classified("repair"))), "2026-03-02 09:30",
        kept_by=(responded("first_touch"), responded("reply")), not_kept_by=(TO_TECHNICIANS,), rules=SALES,
    ),
    Promised(
        "fault-technician", "S1 二 示例", began(("09:05", classified("repair")), ("09:20", responded("reply"))),
        "2026-03-02 11:20", kept_by=(TO_TECHNICIANS, inspected()), not_kept_by=(responded("update"),), rules=SALES,
    ),
    Promised(
        "fault-result", "S1 二 示例",
        began(("09:05", classified("repair")), ("09:20", responded("reply")), ("10:00", TO_TECHNICIANS)),
        "2026-03-06 00:00", kept_by=(responded("solution"), responded("final_answer")),
        not_kept_by=(responded("update"), inspected()), rules=SALES,
    ),
    Promised(
        "inspected-and-replaced", "S1 五 示例", began(("09:05", classified("exchange"))), "2026-03-04 00:00",
        kept_by=(EXCHANGED,), not_kept_by=(inspected(), events.Repaired()), rules=SALES,
    ),
    Promised(
        "revisit-on-the-third-day", "S1 五 示例", began(("09:05", classified("exchange")), ("15:00", EXCHANGED)),
        "2026-03-06 00:00", kept_by=(revisited(),), not_kept_by=(responded("update"),), rules=SALES,
    ),
)  # fmt: skip


def test_every_promise_of_s1_has_its_scenario() -> None:
    assert {one.id: (one.clause, one.is_configured) for one in REGULATION.promise} == {
        one.promise: (one.clause, one.is_configured) for one in S1
    }


@pytest.mark.parametrize("promised", S1, ids=str)
def test_a_promise_starts_is_kept_in_time_and_by_nothing_else(promised: Promised) -> None:
    promised.must_start_under("lamp-sales")
    promised.must_be_kept_in_time()
    promised.must_stay_open()


def promised(name: str) -> Promised:
    """Tell of one promise again."""
    return next(one for one in S1 if one.promise == name)


def test_a_late_answer_leaves_the_technician_and_the_result_their_whole_time() -> None:
    late = promised("fault-reply").begun.at("2026-03-02 12:00", responded("reply"))
    assert late.verdict("fault-reply:1") is Verdict.BREACHED
    called_in = late.at("2026-03-02 14:00", TO_TECHNICIANS)
    assert called_in.verdict("fault-technician:1") is Verdict.MET
    assert called_in.verdict("fault-result:1") is Verdict.OPEN


def test_a_customer_is_revisited_on_the_third_day_not_before_and_not_after_it() -> None:
    exchanged = promised("revisit-on-the-third-day").begun
    for moment, verdict in (
        ("2026-03-04 18:00", Verdict.BREACHED),
        ("2026-03-05 09:00", Verdict.MET),
        ("2026-03-06 09:00", Verdict.BREACHED),
    ):
        assert exchanged.at(moment, revisited()).verdict("revisit-on-the-third-day:1") is verdict


def test_a_complaint_that_stays_open_goes_to_the_supervisor_and_then_to_legal() -> None:
    clock = promised("complaint-settled").begun.clock("complaint-settled:1")
    first, then = ladder(clock, SALES)
    assert (first.level, first.at, then.level) == ("supervisor", clock.due_at, "legal")
    assert then.at > first.at


def test_what_at_once_means_for_the_green_channel_is_not_configured_until_the_firm_says() -> None:
    begun = promised("green-channel-report")
    unset = Promised(**{**vars(begun), "rules": SALES}).begun.clock("green-channel-report:1")
    assert (unset.verdict, unset.lacking) == (Verdict.NOT_CONFIGURED, Lacking.SETTING)


FAULT = (received(remedy_sought="repair"), classified("repair"))
COMPLAINT = (received(), classified("complaint", category="product"))
ASKED = requested("special")
LEAVE = approved("compensation", item="K-1")
GUARDS = (
    Guarded("registration-complete", "S1 三/1", (), received(customer_phone=None), instead=received()),
    Guarded(
        "purchase-on-record", "S1 三/1", (), received(remedy_sought="repair", purchased_on=None),
        instead=received(remedy_sought="repair"),
    ),
    Guarded(
        "registration-archived", "S1 二/4", (received(), classified("consultation")), closed(),
        cure=(filed("registration", "archived"),),
    ),
    Guarded(
        "consultation-record-filed", "S1 五/1", (received(), classified("consultation")), closed(),
        cure=(filed("consultation_record", "handed_back"),),
    ),
    Guarded(
        "application-before-inspection", "S1 五/2", (*FAULT, verified()), inspected(report_no="R-1"),
        cure=(filed("application", "signed"),),
    ),
    Guarded("verified-before-inspection", "S1 五/2", FAULT, inspected(), cure=(verified(),)),
    Guarded("inspected-before-work", "S1 五/2", FAULT, events.Repaired(), cure=(verified(), inspected())),
    Guarded(
        "inspection-has-a-report", "S1 五/2", (*FAULT, verified()), inspected(report_no="R-1"),
        instead=inspected(report_no="R-1", report={"sha256": "a" * 64}),
    ),
    Guarded(
        "investigated-before-solution", "S1 四/2", COMPLAINT, responded("solution"), cure=(FOUND_OUT,)
    ),
    Guarded(
        "solved-before-revisit", "S1 四/2", (*COMPLAINT, FOUND_OUT), revisited(), cure=(responded("solution"),)
    ),
    Guarded(
        "revisited-before-closing", "S1 四/2", (*COMPLAINT, FOUND_OUT, responded("solution")), closed(),
        cure=(revisited(),),
    ),
    Guarded(
        "major-goes-up", "S1 二/3", (received(), classified("consultation", severity="major")), closed(), cure=(UP,)
    ),
    Guarded(
        "green-channel-goes-up", "S1 五/5", (received(), classified("consultation", is_green_channel=True)), closed(),
        cure=(UP,),
    ),
    Guarded(
        "compensation-approved", "S1 四/5", (*COMPLAINT, FOUND_OUT), compensated("price_share"), cure=(LEAVE,)
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
        "special-request-decided", "S1 五/1", (received(), classified("order"), ASKED), closed(),
        cure=(rejected("special"),),
    ),
    Guarded(
        "asker-does-not-approve", "配置，非制度规定", (received(), ASKED), told(approved("special"), actor="agent-mei"),
        instead=approved("special"),
    ),
    Guarded("refund-within-paid", "配置，非制度规定", (received(),), refunded(200), instead=refunded(199)),
)  # fmt: skip


def test_every_constraint_of_s1_has_its_story() -> None:
    assert [item.id for item in REGULATION.constraint] == [one.constraint for one in GUARDS]


@pytest.mark.parametrize("guarded", GUARDS, ids=str)
def test_a_clause_refuses_or_finds_what_breaks_it_and_lets_pass_what_is_right(guarded: Guarded) -> None:
    mode = next(item.mode for item in REGULATION.constraint if item.id == guarded.constraint)
    if mode == "refuse":
        guarded.must_refuse(SALES)
    else:
        guarded.must_find(SALES)


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


@pytest.mark.parametrize(
    ("kind", "category", "department"),
    [
        ("complaint", "product", "tech_support"),
        ("complaint", "logistics", "logistics"),
        ("complaint", "attitude", "sales"),
        ("complaint", "other", "customer_service"),
        ("consultation", "usage", "sales"),
        ("order", "other", "sales"),
        ("repair", "repair", "customer_service"),
    ],
)
@pytest.mark.proves("S1-4.1")
def test_each_kind_of_complaint_goes_to_its_own_department(kind: str, category: str, department: str) -> None:
    case = given(received(), rules=SALES).case
    assert SALES.department(classified(kind, category=category), case) == department


OFFICES = ("sales-representatives", "service-agents", "technical-support", "sales-supervisor", "legal")


def test_sales_service_and_technical_support_are_bound_and_only_the_supervisor_gives_leave() -> None:
    assert tuple(office.id for office in REGULATION.office) == OFFICES
    approving = [office.id for office in REGULATION.office if "approve" in office.may]
    assert approving == ["sales-supervisor"]


PROGRAMMES = {
    "supervisor-check": "month", "complaint-check": "month", "personnel-review": "quarter",
    "monthly-assessment": "month", "quarterly-assessment": "quarter", "customers-revisited": "month",
    "complaint-causes": "month", "details-verified": "quarter", "service-star": "quarter",
}  # fmt: skip
CHECKS = ("check-records", "check-response", "check-satisfaction", "check-manners")


def test_checks_reviews_and_surveys_have_their_period() -> None:
    assert {one.id: one.period for one in REGULATION.programme} == PROGRAMMES
    assert tuple(check.id for one in REGULATION.programme for check in one.checklist) == CHECKS


def test_the_pass_mark_is_the_firms_and_the_run_of_95_percent_the_texts() -> None:
    marks = {one.id: (one.measure, one.at_least, one.setting) for one in REGULATION.target}
    assert marks == {
        "satisfaction-pass": ("satisfaction", None, "satisfaction-pass"),
        "satisfaction-streak": ("satisfaction", "0.95", "streak-months"),
    }


UNSET = {
    "green-channel-report", "archive-system", "contact", "leak-fine", "leak-deduction", "late-deduction",
    "streak-bonus", "major-complaint-reward", "star-bonus",
}  # fmt: skip
SET = {"interpreting-department", "archive-department", "return-ratio", "complaint-settled"}


def test_what_was_never_filled_in_is_a_placeholder_and_some_stay_unset_in_the_demo() -> None:
    (settings,) = published("lamp-sales").settings.values()
    known = {one.id for one in REGULATION.placeholder}
    assert known - set(settings.values) == UNSET
    assert set(settings.values) > SET
    numbered = {
        number for one in REGULATION.placeholder for number in range(1, 19) if f"P{number}）" in one.label.zh
    }
    assert numbered == set(range(1, 18)), "P18 is cut in the text, and so is its label"
