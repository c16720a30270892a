"""The sales department's regulation (S1) besides clocks and guards: its offices, papers, programmes and figures."""

from __future__ import annotations

from datetime import date

import pytest

from cases import events
from tests.cases.duties import Figure, Paper, Returning, Staffed
from tests.cases.scenario import (
    classified,
    closed,
    day,
    inspected,
    published,
    received,
    ref,
    revisited,
    rules_of,
)
from tests.cases.supporting import FOUND_OUT

SALES = rules_of("lamp-sales", "lamp-sales")
SET = rules_of("lamp-sales", "lamp-sales", spot_check_share=5)
"""With a value for a share that the demo leaves unset."""
(REGULATION,) = published("lamp-sales").regulations.values()

OFFICES = (
    Staffed(
        "sales-representatives", "agent", "receive classify respond request transfer", "inspect repair compensate"
    ),
    Staffed(
        "service-agents", "agent", "receive classify respond verify file revisit investigate",
        "inspect repair compensate",
    ),
    Staffed("technical-support", "technician", "inspect repair replace file", "approve refund compensate"),
    Staffed("sales-supervisor", "supervisor", "approve reject escalate review", "inspect refund"),
    Staffed("legal", "legal", "investigate mediate settle file", "approve compensate respond"),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.parametrize("office", OFFICES, ids=str)
def test_an_office_does_its_own_work_and_leaves_that_of_others(office: Staffed) -> None:
    office.must_hold(SALES)


def said(step: str, text: str) -> events.Responded:
    """The firm says something to the customer that is on record."""
    return events.Responded.model_validate({"step": step, "text": ref(text)})


def verified(checked: str) -> events.Verified:
    """The agent finds it right."""
    return events.Verified.model_validate({"checked": checked, "is_right": True})


WHO = (
    ("Name", ref("customer_name")),
    ("Contact", ref("customer_phone")),
    ("Model", "the kettle lamp that hums"),
)
SURVEYED = events.Revisited.model_validate(
    {"method": "phone", "is_solved": True, "satisfaction": 4, "remark": ref("remark")}
)
AFTER_SALES = ("repair", "return", "exchange")
PAPERS = (
    Paper(
        "service-registration",
        (received(), classified("complaint"), FOUND_OUT, said("solution", "text"), revisited(), closed()),
        (
            ("Registered at", day(3, 2)), *WHO, ("Bought on", date(2026, 3, 1)), ("Demand", ref("description")),
            ("Kind", "complaint"), ("Investigated at", day(3, 2, hour=11)), ("Solution", ref("text")),
            ("Revisited at", day(3, 2, hour=13)), ("Result", "solved"),
        ),
        paper="registration",
    ),
    Paper(
        "consultation-record",
        (
            received(), classified("consultation"), said("preliminary_plan", "plan"), said("reply", "first"),
            said("final_answer", "last"), said("update", "more"),
        ),
        (
            ("Asked at", day(3, 2)), ("Name", ref("customer_name")), ("Question", ref("description")),
            ("Preliminary plan", ref("plan")), ("Answer", ref("first")), ("Answer", ref("last")),
        ),
        paper="consultation_record", kinds=("consultation",),
    ),
    Paper(
        "service-application",
        (received(), classified("repair"), verified("customer"), verified("purchase"), inspected(report_no="R-1")),
        (*WHO, ("Fault", ref("description")), ("Verified", True), ("Report", "R-1")),
        signed=("Customer", "Service agent"), paper="application", kinds=AFTER_SALES,
    ),
    Paper(
        "satisfaction-survey", (received(), classified("complaint"), SURVEYED),
        (
            ("Asked at", day(3, 2, hour=11)), ("Asked by", "phone"), ("Solved", True), ("Score", 4),
            ("Remark", ref("remark")),
        ),
        paper="satisfaction_survey",
    ),
    Paper(
        "test-report", (received(), classified("repair"), inspected(report_no="R-1", cause="material")),
        (
            ("Number", "R-1"), ("Inspected at", day(3, 2, hour=11)), WHO[-1], ("Cause", "material"),
            ("Proposal", "repair"),
        ),
        signed=("Technician",), paper="test_report", kinds=AFTER_SALES,
    ),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.parametrize("paper", PAPERS, ids=str)
def test_a_paper_is_filled_from_the_facts_and_says_who_signs_it(paper: Paper) -> None:
    paper.must_hold(SALES)


PROGRAMMES = (
    Returning("supervisor-check", "evaluation", "2026-10", rate="5/100"),
    Returning("service-check", "evaluation", "2026-W44"),
    Returning("complaint-check", "evaluation", "2026-10", kinds=("complaint",)),
    Returning("personnel-review", "evaluation", "2026-Q4"),
    Returning("monthly-assessment", "evaluation", "2026-10"),
    Returning("quarterly-assessment", "evaluation", "2026-Q4"),
    Returning("customers-revisited", "survey", "2026-10", rate="10/100", draws="customers"),
    Returning("complaint-causes", "digest", "2026-10", kinds=("complaint",)),
    Returning("details-verified", "digest", "2026-Q4", verifies="customer"),
    Returning("service-star", "ranking", "2026-Q4"),
)


@pytest.mark.proves
@pytest.mark.parametrize("programme", PROGRAMMES, ids=str)
def test_a_programme_comes_back_as_often_as_the_text_says_and_looks_at_its_own(programme: Returning) -> None:
    programme.must_hold(SET)


CHECKS = ("check-records", "check-response", "check-satisfaction", "check-manners")


@pytest.mark.proves
def test_a_check_asks_four_questions() -> None:
    assert tuple(check.id for one in REGULATION.programme for check in one.checklist) == CHECKS


RESPONSES = (
    "first-response", "preliminary-plan", "consultation-reply", "urgent-at-once", "complaint-solution", "fault-reply",
    "fault-result",
)  # fmt: skip
FIGURES = (
    Figure("satisfaction-pass", "satisfaction", "0.9", "setting", score=4),
    Figure("satisfaction-streak", "satisfaction", "0.95", "clause", score=4, months=3),
    Figure("responses-in-time", "response_on_time", None, "not_configured", promises=RESPONSES),
    Figure("solved", "resolution", None, "not_configured"),
    Figure(
        "records-complete", "record_completeness", None, "not_configured",
        constraints=("registration-complete", "purchase-on-record"),
    ),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.parametrize("figure", FIGURES, ids=str)
def test_the_pass_mark_is_the_firms_and_the_run_of_95_percent_the_texts(figure: Figure) -> None:
    figure.must_hold(SET)


LATE = ("first-response", "preliminary-plan", "consultation-reply", "urgent-at-once", "fault-reply")
ALERTS: dict[str, tuple[dict[str, object], tuple[str, ...], int, str | None]] = {
    "green-channel-at-once": ({"Classified": {"is_green_channel": (True,)}}, (), 1, None),
    "late-thrice": ({}, LATE, 3, "month"),
}
"""Alert → the facts or the missed clocks that count, how many of them, and in which time."""


@pytest.mark.proves
@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_counts_what_the_text_says_and_tells_the_supervisor(alert: str) -> None:
    one = next(one for one in REGULATION.alert if one.id == alert)
    counted: dict[str, object] = {pattern.fact: dict(pattern.where) for pattern in one.counts}
    assert (counted, one.misses, one.at_least, one.period) == ALERTS[alert]
    assert one.escalate == ("supervisor",)


CONSEQUENCES: dict[str, tuple[str, str | None, str | None]] = {
    "late-deduction-proposed": ("penalty", "late-thrice", "late-deduction"),
    "leak-deduction-proposed": ("penalty", None, "leak-deduction"),
    "leak-fine-proposed": ("penalty", None, "leak-fine"),
    "streak-bonus-proposed": ("reward", None, "streak-bonus"),
    "major-complaint-solved": ("reward", None, "major-complaint-reward"),
    "special-merit": ("reward", None, None),
    "star-rewarded": ("reward", "service-star", "star-bonus"),
}
"""Consequence → its kind, what it rests on besides facts, and the firm's amount."""


@pytest.mark.proves
@pytest.mark.parametrize("consequence", CONSEQUENCES)
def test_a_reward_or_a_penalty_rests_on_its_own_and_management_decides_on_it(consequence: str) -> None:
    one = next(one for one in REGULATION.consequence if one.id == consequence)
    assert (one.kind, one.alert or one.programme, one.setting) == CONSEQUENCES[consequence]
    assert one.decides == ("management",)


def test_every_office_paper_programme_figure_and_consequence_is_told() -> None:
    told = (
        [one.office for one in OFFICES], [one.form for one in PAPERS], [one.programme for one in PROGRAMMES],
        [one.target for one in FIGURES], list(CONSEQUENCES),
    )  # fmt: skip
    kept = (
        REGULATION.office, REGULATION.form, REGULATION.programme, REGULATION.target, REGULATION.consequence,
    )  # fmt: skip
    assert tuple([one.id for one in items] for items in kept) == told
