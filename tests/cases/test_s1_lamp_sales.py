"""The sales department's regulation (S1): its promises, who does what, and what is left open."""

from __future__ import annotations

import pytest

from cases import codes, events
from cases.fact import Fact
from cases.ladder import ladder
from cases.promises.clock import Lacking, Verdict
from tests.cases.clock_stories import HUMMING, wall
from tests.cases.promised import Promised
from tests.cases.scenario import (
    classified,
    closed,
    given,
    inspected,
    published,
    received,
    refunded,
    rejected,
    responded,
    revisited,
    rules_of,
)
from tests.cases.supporting import clocks_of, compensated, escalated, waits_for_the_customer

SALES = rules_of("lamp-sales", "lamp-sales")
REPORTED = rules_of("lamp-sales", "lamp-sales", green_channel_report=5)
(REGULATION,) = published("lamp-sales").regulations.values()

CALLED = ("2026-03-02 09:00", HUMMING)
"""A Monday."""
TO_TECHNICIANS = events.Transferred(department=codes.Department.TECH_SUPPORT)
TO_SHIPPERS = events.Transferred(department=codes.Department.LOGISTICS)
EXCHANGED = events.Replaced()
UP, LATE = escalated("urgent"), escalated("overdue")


def began(*facts: tuple[str, Fact]) -> tuple[tuple[str, Fact], ...]:
    """A call on Monday at nine and what followed that day."""
    return (CALLED, *((f"2026-03-02 {moment}", fact) for moment, fact in facts))


S1 = (
    Promised(
        "first-response", "S1 一/3",
        began(), "2026-03-02 09:15", kept_by=(responded("first_touch"), TO_TECHNICIANS, inspected(), events.Booked()),
        not_kept_by=(events.Noted(word="called"), classified("repair")), is_configured=True, rules=SALES,
    ),
    Promised(
        "preliminary-plan", "S1 五/1", began(("09:05", classified("consultation"))), "2026-03-02 09:30",
        kept_by=(responded("preliminary_plan"), responded("solution"), responded("final_answer")),
        not_kept_by=(responded("first_touch"), responded("reply")), rules=SALES,
    ),
    Promised(
        "consultation-reply", "S1 二/2", began(("09:05", classified("consultation"))), "2026-03-02 13:00",
        kept_by=(responded("reply"), responded("final_answer")), not_kept_by=(responded("preliminary_plan"),),
        is_configured=True, rules=SALES,
    ),
    Promised(
        "urgent-at-once", "S1 二/2", began(("09:05", classified("repair", priority="urgent"))), "2026-03-02 09:15",
        kept_by=(responded("contact"), inspected(), EXCHANGED), not_kept_by=(TO_TECHNICIANS,), is_configured=True,
        rules=SALES,
    ),
    Promised(
        "green-channel-report", "S1 五/5", began(("09:05", classified("complaint", is_green_channel=True))),
        "2026-03-02 09:10", kept_by=(UP, escalated("major"), escalated("safety")),
        not_kept_by=(LATE, responded("contact")), is_configured=True, rules=REPORTED,
    ),
    Promised(
        "complaint-solution", "S1 二/3", began(("09:05", classified("complaint"))), "2026-03-06 00:00",
        kept_by=(responded("solution"), EXCHANGED, refunded(199), compensated("coupon")),
        not_kept_by=(responded("reply"), UP),
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
        "2026-03-02 11:20", kept_by=(TO_TECHNICIANS, inspected()), not_kept_by=(responded("update"), TO_SHIPPERS),
        rules=SALES,
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


@pytest.mark.proves
@pytest.mark.parametrize("promised", S1, ids=str)
def test_a_promise_starts_is_kept_in_time_and_by_nothing_else(promised: Promised) -> None:
    promised.must_start_under("lamp-sales")
    promised.must_be_kept_in_time()
    promised.must_stay_open()


WAITING_CLOCKS = {"consultation-reply", "complaint-solution", "fault-result", "inspected-and-replaced"}


def test_waiting_for_the_customer_stops_only_these_clocks() -> None:
    assert {one.promise for one in S1 if waits_for_the_customer(one)} == WAITING_CLOCKS


def test_a_replacement_that_is_refused_is_no_longer_owed() -> None:
    begun = promised("inspected-and-replaced").begun
    refused = begun.at("2026-03-02 12:00", rejected("exchange"))
    assert refused.verdict("inspected-and-replaced:1") is Verdict.CANCELLED
    other = begun.at("2026-03-02 12:00", rejected("special"))
    assert other.verdict("inspected-and-replaced:1") is Verdict.OPEN


@pytest.mark.parametrize(
    ("name", "urgent"),
    [
        ("urgent-at-once", classified("complaint", priority="urgent")),
        ("green-channel-report", classified("complaint", is_green_channel=True)),
    ],
)
def test_what_is_urgent_counts_from_when_it_is_found_urgent_until_it_is_found_otherwise(
    name: str, urgent: events.Classified
) -> None:
    calm = classified("complaint")
    begun = Promised(**{**vars(promised(name)), "given": began(("09:05", calm), ("11:00", urgent))}).begun
    clock = begun.clock(f"{name}:1")
    assert clock.started_at == wall("2026-03-02 11:00")
    assert begun.at("2026-03-02 11:01", calm).verdict(f"{name}:1") is Verdict.CANCELLED


FAULT_CLOCKS = {"fault-reply", "fault-technician", "fault-result"}
CASES: tuple[tuple[tuple[Fact, ...], set[str]], ...] = (
    ((HUMMING,), set()),
    ((HUMMING, classified("consultation")), {"preliminary-plan", "consultation-reply"}),
    ((HUMMING, classified("complaint")), {"complaint-solution", "complaint-settled"}),
    ((HUMMING, classified("order", priority="urgent")), {"urgent-at-once"}),
    ((HUMMING, classified("order", priority="high", is_green_channel=True)), {"green-channel-report"}),
    ((HUMMING, classified("exchange")), {"inspected-and-replaced"}),
    ((HUMMING, classified("repair"), responded("reply"), TO_TECHNICIANS), FAULT_CLOCKS),
    (
        (HUMMING, classified("repair"), responded("reply"), EXCHANGED),
        {"fault-reply", "fault-technician", "revisit-on-the-third-day"},
    ),
    ((HUMMING, classified("return"), responded("reply"), TO_TECHNICIANS, EXCHANGED), set()),
)  # fmt: skip


@pytest.mark.parametrize(("facts", "clocks"), CASES)
def test_each_kind_of_case_has_its_own_clocks(facts: tuple[Fact, ...], clocks: set[str]) -> None:
    assert clocks_of(SALES, *facts) == {"first-response", *clocks}


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


@pytest.mark.parametrize(
    ("kind", "category", "department"),
    [
        ("complaint", "product", "tech_support"),
        ("complaint", "logistics", "logistics"),
        ("complaint", "attitude", "sales"),
        ("complaint", "other", "customer_service"),
        ("consultation", "usage", "sales"),
        ("order", "other", "sales"),
        ("relationship", "other", "sales"),
        ("repair", "repair", "customer_service"),
    ],
)
@pytest.mark.proves("S1-2.1", "S1-4.1", "S1-5.1c")
def test_each_kind_of_complaint_goes_to_its_own_department(kind: str, category: str, department: str) -> None:
    case = given(received(), rules=SALES).case
    assert SALES.department(classified(kind, category=category), case) == department


UNSET = {
    "spot-check-share", "star-response", "star-resolution", "star-praise",
    "green-channel-report", "archive-system", "contact", "leak-fine", "leak-deduction", "late-deduction",
    "streak-bonus", "major-complaint-reward", "star-bonus", "appeal-made",
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
