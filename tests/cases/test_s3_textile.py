"""The textile company's regulation (S3): its promises, what it refuses, its warranty, its routing and its forms."""

from __future__ import annotations

from datetime import date

import pytest

from cases import codes, events
from cases.commands import Classify
from cases.fact import Fact, Money
from cases.regulation.forms import filled
from tests.cases.clock_stories import HUMMING, wall
from tests.cases.promised import Promised
from tests.cases.scenario import (
    Story,
    approved,
    classified,
    closed,
    given,
    inspected,
    published,
    received,
    refunded,
    rejected,
    responded,
    rules_of,
)

EQUIPMENT = rules_of("textile", "smart-equipment")
FABRIC = rules_of("textile", "functional-fabric")
ASKED = ("2026-09-30 15:00", HUMMING)
"""Wednesday before the national holiday; 10 October is a Saturday that is worked (regulations.md A.6)."""
VISITED = inspected("on_site")
ARRIVED = events.Arrived(is_id_shown=True)


def said(step: str) -> events.Responded:
    return responded(step)


def promised(purpose: str) -> events.Promised:
    return events.Promised.model_validate({"purpose": purpose, "promised_at": wall("2026-10-12 12:00")})


def visit(*, same_city: bool) -> Fact:
    return classified("repair", mode="on_site", is_same_city=same_city)


def booked(ends: str) -> events.Booked:
    return events.Booked(begins_at=wall(ends), ends_at=wall(ends))


S3 = (
    Promised(
        "consultation-response", "S3 第六条", (ASKED, ("2026-09-30 15:10", classified("consultation"))),
        "2026-10-09 00:00", kept_by=(said("first_touch"), said("reply")), not_kept_by=(events.Noted(word="called"),),
        rules=EQUIPMENT,
    ),
    Promised(
        "deferred-answer", "S3 第六条",
        (ASKED, ("2026-09-30 15:10", classified("consultation")), ("2026-10-08 10:00", said("deferred"))),
        "2026-10-11 00:00", kept_by=(said("reply"), said("final_answer")),
        not_kept_by=(said("update"),), rules=EQUIPMENT,
    ),
    Promised(
        "remote-support", "S3 第七条", (ASKED, ("2026-09-30 15:10", classified("repair", mode="remote"))),
        "2026-10-10 00:00", kept_by=(said("guidance"), events.Repaired(mode=codes.Mode.REMOTE)),
        not_kept_by=(said("first_touch"),), rules=EQUIPMENT,
    ),
    Promised(
        "on-site-same-city", "S3 第七条", (ASKED, ("2026-09-30 15:10", visit(same_city=True))), "2026-10-11 00:00",
        kept_by=(ARRIVED, VISITED), not_kept_by=(said("reply"), inspected("pre_diagnosis")), rules=EQUIPMENT,
    ),
    Promised(
        "on-site-other-city", "S3 第七条", (ASKED, ("2026-09-30 15:10", visit(same_city=False))), "2026-10-14 00:00",
        kept_by=(ARRIVED, VISITED), not_kept_by=(said("reply"),), rules=EQUIPMENT,
    ),
    Promised(
        "appointment-kept", "S3 第七条",
        (ASKED, ("2026-09-30 15:10", visit(same_city=True)), ("2026-10-08 09:00", booked("2026-10-20 16:00"))),
        "2026-10-20 16:00", kept_by=(ARRIVED, VISITED),
        not_kept_by=(said("update"),), rules=EQUIPMENT,
    ),
    Promised(
        "repair-promise", "S3 第七条",
        (
            ASKED, ("2026-09-30 15:10", visit(same_city=True)),
            ("2026-10-08 09:00", inspected("on_site", promised_at=wall("2026-10-12 12:00"))),
        ),
        "2026-10-12 12:00", kept_by=(events.Repaired(), events.Replaced()),
        not_kept_by=(said("update"),), rules=EQUIPMENT,
    ),
    Promised(
        "reply-promise", "S3 第三条",
        (ASKED, ("2026-09-30 15:10", classified("complaint")), ("2026-10-08 09:00", promised("solution"))),
        "2026-10-12 12:00", kept_by=(said("reply"), said("solution"), said("final_answer")),
        not_kept_by=(said("update"),), rules=EQUIPMENT,
    ),
    Promised(
        "return-promise", "S3 第三条",
        (ASKED, ("2026-09-30 15:10", classified("return")), ("2026-10-08 09:00", promised("refund"))),
        "2026-10-12 12:00", kept_by=(refunded(100), events.Replaced()),
        not_kept_by=(said("reply"), approved("return")), rules=EQUIPMENT,
    ),
    Promised(
        "installation-promise", "S3 第三条",
        (ASKED, ("2026-09-30 15:10", classified("installation")), ("2026-10-08 09:00", promised("installation"))),
        "2026-10-12 12:00", kept_by=(events.Installed(),),
        not_kept_by=(events.Arrived(purpose=codes.Purpose.INSTALLATION),), rules=EQUIPMENT,
    ),
)  # fmt: skip


def test_every_promise_of_s3_has_its_scenario() -> None:
    (regulation,) = published("textile").regulations.values()
    assert {promise.id: promise.clause for promise in regulation.promise} == {
        one.promise: one.clause for one in S3
    }


@pytest.mark.parametrize("promised", S3, ids=str)
def test_a_promise_starts_is_kept_in_time_and_by_nothing_else(promised: Promised) -> None:
    promised.must_start_under("textile")
    promised.must_be_kept_in_time()
    promised.must_stay_open()


def test_a_later_appointment_does_not_hide_that_the_time_set_was_missed() -> None:
    agreed = next(one for one in S3 if one.promise == "appointment-kept").begun
    visited = agreed.at("2026-10-20 15:00", VISITED)
    assert visited.verdict("appointment-kept:1") == "met"
    assert visited.verdict("on-site-same-city:1") == "breached"


def under(line: str, *facts: Fact) -> Story:
    rules = FABRIC if line == "functional-fabric" else EQUIPMENT
    return given(received(product_line=line, batch="B-2026-07"), *facts, rules=rules)


ON_SITE = classified("repair", mode="on_site", is_same_city=True)


@pytest.mark.proves("S3-3a")
def test_nothing_is_charged_before_scope_charges_and_time_limits_were_told() -> None:
    quote = events.Quoted(quote_no="Q-1", amount=Money(minor=30_000))
    under("smart-equipment", ON_SITE).when(quote).then_refused(clause="S3 第三条")
    under("smart-equipment", ON_SITE, responded("disclosure")).when(quote).then_allowed()


def test_human_damage_is_repaired_only_at_a_price_that_was_told_and_accepted() -> None:
    broken = under(
        "smart-equipment", ON_SITE, responded("disclosure"), inspected("on_site", is_human_damage=True)
    )
    broken.when(events.Repaired()).then_refused(clause="S3 第七条", rule="repair-after-accepted-quote")
    quoted = broken.and_(events.Quoted(quote_no="Q-1", amount=Money(minor=30_000)))
    quoted.when(events.Repaired()).then_refused(clause="S3 第七条")
    accepted = quoted.and_(events.QuoteAnswered(quote_no="Q-1", is_accepted=True))
    accepted.when(events.Repaired()).then_allowed()


def test_a_quote_is_told_before_it_is_answered() -> None:
    answer = events.QuoteAnswered(quote_no="Q-9", is_accepted=True)
    under("smart-equipment", ON_SITE).when(answer).then_refused(rule="answer-after-quote")


def test_a_part_is_fitted_with_its_certificate_only() -> None:
    part = {"movement": "used", "stock": "spare", "item": "shuttle hook", "is_covered": True}
    begun = under("smart-equipment", ON_SITE)
    begun.when(events.StockMoved.model_validate(part)).then_refused(clause="S3 第七条")
    shown = events.StockMoved.model_validate({**part, "certificate_no": "HG-2026-118"})
    begun.when(shown).then_allowed()


def test_a_case_is_closed_as_solved_only_after_its_review() -> None:
    mended = under("smart-equipment", ON_SITE).and_(VISITED, events.Repaired())
    mended.when(closed()).then_refused(clause="S3 第三条", rule="reviewed-before-closing")
    review = events.Reviewed(cause=codes.Cause.ASSEMBLY, improvement=codes.Improvement.NONE)
    mended.and_(review).when(closed()).then_allowed()


def test_what_was_put_off_is_answered_before_the_question_is_closed() -> None:
    asked = under("smart-equipment", classified("consultation"))
    asked.when(closed()).then_refused(clause="S3 第六条", rule="question-answered")
    answered = asked.and_(said("reply"))
    answered.when(closed()).then_allowed()
    answered.and_(said("deferred")).when(closed()).then_refused(rule="question-answered")


def test_what_is_refused_is_no_longer_owed_by_the_time_that_was_told() -> None:
    told = next(one for one in S3 if one.promise == "return-promise").begun
    assert told.at("2026-10-09 09:00", rejected("return")).verdict("return-promise:1") == "cancelled"


def test_a_visitor_who_shows_no_work_id_is_found() -> None:
    begun = under("smart-equipment", ON_SITE)
    begun.and_(events.Arrived()).then_found("work-id-shown", clause="S3 第七条")
    begun.and_(ARRIVED).then_not_found("work-id-shown")


def test_a_complaint_ends_only_after_the_customer_was_asked() -> None:
    review = events.Reviewed(cause=codes.Cause.ASSEMBLY, improvement=codes.Improvement.NONE)
    begun = under("smart-equipment", classified("complaint"), review)
    begun.when(closed()).then_refused(clause="S3 第五条", rule="complaint-revisited")


def test_what_is_missing_on_record_is_found() -> None:
    silent = given(
        received(product_line="software", remedy_sought="repair", customer_phone=None), rules=EQUIPMENT
    )
    silent.then_found("registration-complete", clause="S3 第七条")
    silent.then_found("software-has-a-version", clause="S3 第一条")
    untested = under("smart-equipment", ON_SITE).and_(VISITED, events.Repaired(is_function_tested=True))
    untested.then_found("tested-on-site", clause="S3 第七条")
    shown = events.Repaired(is_function_tested=True, is_use_explained=True)
    under("smart-equipment", ON_SITE).and_(VISITED, shown).then_not_found("tested-on-site")


@pytest.mark.parametrize(
    ("line", "bought", "granted"),
    [
        ("smart-equipment", date(2025, 3, 2), True),
        ("smart-equipment", date(2025, 2, 27), False),
        ("functional-fabric", date(2025, 9, 2), True),
        ("functional-fabric", date(2025, 8, 28), False),
    ],
)
def test_equipment_is_covered_for_a_year_and_fabric_for_six_months(
    line: str, bought: date, *, granted: bool
) -> None:
    story = given(
        received(product_line=line, purchased_on=bought, goods_received_on=bought), classified("repair"),
        rules=FABRIC if line == "functional-fabric" else EQUIPMENT,
    )  # fmt: skip
    name = "warranty-fabric" if line == "functional-fabric" else "warranty-equipment"
    assert story.verdict(name).is_granted is granted


@pytest.mark.parametrize(
    ("agreed", "source", "end"),
    [
        ({"contract_warranty_months": 24, "manual_warranty_months": 18}, "contract", "2027-03-01"),
        ({"manual_warranty_months": 18}, "manual", "2026-09-01"),
        ({"contract_warranty_months": 3}, "law", "2026-03-02"),
        ({}, "text", "2026-03-02"),
    ],
)
def test_contract_goes_before_manual_before_regulation_and_never_below_the_law(
    agreed: dict[str, int], source: str, end: str
) -> None:
    bought = {"purchased_on": date(2025, 3, 1), "goods_received_on": date(2025, 3, 1)}
    told = received(product_line="smart-equipment", **bought, **agreed)
    verdict = given(told, classified("repair"), rules=EQUIPMENT).verdict("warranty-equipment")
    assert (verdict.result["term_source"], verdict.result["window_end"]) == (source, end)


@pytest.mark.proves("S3-4")
@pytest.mark.parametrize(
    ("kind", "department"),
    [
        ("consultation", "customer_service"),
        ("repair", "tech_support"),
        ("installation", "tech_support"),
        ("complaint", "after_sales"),
        ("return", "customer_service"),
    ],
)
def test_a_case_goes_to_the_group_of_its_kind_unless_somebody_says_otherwise(
    kind: str, department: str
) -> None:
    case = given(received(product_line="smart-equipment"), rules=EQUIPMENT)
    (fact,) = _decided(case.when(Classify.model_validate({"kind": kind})))
    assert fact.department == department
    chosen = Classify.model_validate({"kind": kind, "department": "research"})
    (fact,) = _decided(case.when(chosen))
    assert fact.department is codes.Department.RESEARCH


def _decided(story: Story) -> tuple[events.Classified, ...]:
    assert isinstance(story.outcome, tuple)
    return tuple(fact for fact in story.outcome if isinstance(fact, events.Classified))


def test_the_record_of_a_visit_is_filled_from_facts_and_says_what_is_missing() -> None:
    (regulation,) = published("textile").regulations.values()
    form = next(one for one in regulation.form if one.id == "service-record")
    seen = inspected("on_site", cause="assembly")
    begun = under("smart-equipment", ON_SITE).and_(seen, ARRIVED)
    made = filled(form, begun.facts)
    lines = {line.label.en: (line.value, line.version) for line in made.lines}
    assert lines["Cause"] == ("assembly", 3)
    assert lines["On site"] == (begun.facts[3].occurred_at, 4)
    assert {label.en for label in made.missing} == {
        "Visit agreed for", "Expected by", "Work", "Tested", "Use and care explained",
    }  # fmt: skip


def test_what_was_filed_as_this_paper_is_its_signed_copy() -> None:
    (regulation,) = published("textile").regulations.values()
    form = next(one for one in regulation.form if one.id == "service-record")
    copy = {"sha256": "ab" * 32, "media_type": "application/pdf"}
    paper = {"form": "service_record", "step": "signed", "attachments": [copy]}
    other = events.Filed.model_validate({**paper, "form": "other"})
    begun = under("smart-equipment", ON_SITE).and_(other, events.Filed.model_validate(paper))
    assert [one.sha256 for one in filled(form, begun.facts).copies] == ["ab" * 32]
