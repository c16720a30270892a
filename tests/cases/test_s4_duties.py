"""The water-meter maker's regulation (S4) besides clocks and guards: routes, offices, papers, programmes, figures."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cases import codes, events
from tests.cases.clock_stories import SHANGHAI
from tests.cases.duties import Figure, Paper, Returning, Staffed, kinds_sent_to
from tests.cases.scenario import (
    approved,
    classified,
    inspected,
    published,
    received,
    ref,
    rules_of,
    yuan,
)
from tests.cases.supporting import FOUND_OUT, compensated, moved

METERS = rules_of("water-meter", "water-meter")
SET = rules_of(
    "water-meter", "water-meter",
    revisit_share=10, record_share=5, feedback_period=2, evaluation_period=4, repair_success=90,
)  # fmt: skip
"""With values for what the demo leaves unset, no two of one kind alike."""
(REGULATION,) = published("water-meter").regulations.values()

ROUTES = {
    "hotline": ("call_centre", {"consultation", "complaint", "opinion"}),
    "field-service": ("field_service", {"repair", "exchange", "installation"}),
    "engineers-first": ("tech_support", {"technical_support"}),
    "deliveries": ("logistics", {"delivery"}),
}


@pytest.mark.proves
@pytest.mark.parametrize("route", ROUTES)
def test_the_hotline_sends_each_kind_where_it_belongs_and_nothing_else_there(route: str) -> None:
    department, kinds = ROUTES[route]
    assert kinds_sent_to(department, METERS) == kinds


def test_every_route_is_told() -> None:
    assert [one.id for one in REGULATION.routing] == list(ROUTES)


OFFICES = (
    Staffed(
        "call-centre", "agent", "receive classify respond transfer promise revisit dispute investigate",
        "inspect repair compensate mediate",
    ),
    Staffed("engineers", "technician", "inspect respond repair investigate", "approve refund compensate"),
    Staffed(
        "repair-teams", "technician", "book arrive inspect repair replace install move-stock file", "approve charge"
    ),
    Staffed("logistics", "logistics", "ship deliver track move-stock", "repair approve"),
    Staffed("legal", "legal", "investigate mediate settle file", "approve compensate respond"),
    Staffed("finance", "finance", "charge compensate refund", "approve"),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.parametrize("office", OFFICES, ids=str)
def test_an_office_does_its_own_work_and_leaves_that_of_others(office: Staffed) -> None:
    office.must_hold(METERS)


def test_call_centre_engineers_and_legal_make_up_the_dispute_team_and_finance_pays() -> None:
    may = {office.id: set(office.may) for office in REGULATION.office}
    assert list(may) == [office.office for office in OFFICES]
    team = [name for name, verbs in may.items() if "investigate" in verbs]
    assert team == ["call-centre", "engineers", "legal"]
    assert [name for name, verbs in may.items() if "compensate" in verbs] == ["finance"]


def at(hour: int) -> datetime:
    """The moment of a fact: the first comes at nine, each of the others an hour later."""
    return datetime(2026, 3, 2, hour, tzinfo=SHANGHAI)


CALLED = received(product_line="water-meter", serial=ref("serial"), customer_address=ref("customer_address"))
FITTED = (moved("issued", item="V-6", quantity=9), moved("used"), moved("used", item="V-8", quantity=2))
PASSED_ON = events.Transferred(department=codes.Department.LOGISTICS)
CALMED = events.Responded(step=codes.Step.UPDATE, text=ref("update"))
ANSWERED = events.Responded(step=codes.Step.REPLY, text=ref("text"))
ASKED = events.Revisited(method=codes.RevisitMethod.PHONE, is_solved=True, satisfaction=4)
BOOKED = events.Charged(
    cost=codes.Cost.PARTS, amount=yuan(80), payer=codes.Payer.COMPANY, voucher_no="BX-7", budget="parts-2026",
    is_over_budget=True,
)  # fmt: skip
MENDED = events.Repaired(work=ref("work"), is_use_explained=True)
PAPERS = (
    Paper(
        "customer-record",
        (
            CALLED, classified("repair", department="field_service"), PASSED_ON, CALMED, ANSWERED, MENDED,
            ASKED,
        ),
        (
            ("Called at", at(9)), ("Customer", ref("customer_name")), ("Contact", ref("customer_phone")),
            ("Address", ref("customer_address")), ("Model", "the kettle lamp that hums"), ("Serial", ref("serial")),
            ("Bought on", date(2026, 3, 1)), ("Kind", "repair"), ("Sent to", "field_service"),
            ("Passed on to", "logistics"), ("Answer", ref("text")), ("Repair", ref("work")), ("Satisfaction", 4),
        ),
    ),
    Paper(
        "repair-record",
        (CALLED, classified("repair"), events.Arrived(), inspected(cause="material"), *FITTED, MENDED),
        (
            ("Reported at", at(9)), ("Model", "the kettle lamp that hums"), ("Serial", ref("serial")),
            ("Arrived at", at(11)), ("Cause", "material"), ("Course", ref("work")), ("Parts", "V-7"), ("Parts", "V-8"),
            ("Pieces", 1), ("Pieces", 2), ("Use shown", True),
        ),
        signed=("Customer", "Repairer"), paper="repair_record", kinds=("repair",),
    ),
    Paper(
        "stock-register", (CALLED, moved("issued", quantity=3), moved("returned", item="V-8")),
        (
            ("At", at(10)), ("At", at(11)), ("Moved", "issued"), ("Moved", "returned"), ("Part", "V-7"),
            ("Part", "V-8"), ("Pieces", 3), ("Pieces", 1),
        ),
        paper="stock_register",
    ),
    Paper(
        "compensation-claim", (CALLED, FOUND_OUT, compensated("direct_loss", 80)),
        (
            ("Customer", ref("customer_name")), ("Model", "the kettle lamp that hums"),
            ("Who answers for it", "company"), ("Loss", "direct_loss"), ("Amount", yuan(80)),
            ("Reckoned by", "share@1"),
        ),
        signed=("Customer",), paper="compensation_claim",
    ),
    Paper(
        "expense-voucher", (CALLED, approved("compensation"), approved("budget", reason="loss"), BOOKED),
        (
            ("Voucher", "BX-7"), ("Cost", "parts"), ("Amount", yuan(80)), ("Budget", "parts-2026"),
            ("Over the budget", True), ("Leave because of", "loss"),
        ),
        paper="expense_voucher",
    ),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.parametrize("paper", PAPERS, ids=str)
def test_a_paper_is_filled_from_the_facts_and_says_who_signs_it(paper: Paper) -> None:
    paper.must_hold(METERS)


def test_every_paper_is_told() -> None:
    assert [form.id for form in REGULATION.form] == [paper.form for paper in PAPERS]


PROGRAMMES = (
    Returning("customers-revisited", "survey", "2026-H2", rate="10/100", draws="customers"),
    Returning("technical-feedback", "digest", "2026-07-P2M", kinds=("technical_support",)),
    Returning("records-sampled", "evaluation", "2026-05-P4M", rate="5/100", kinds=("repair",)),
    Returning("third-party-evaluation", "evaluation", "2026-05-P4M"),
    Returning("service-evaluated", "evaluation", "2026-05-P4M"),
    Returning("cost-by-month", "digest", "2026-07"),
    Returning("cost-by-quarter", "digest", "2026-Q3"),
    Returning("cost-by-year", "digest", "2026"),
)


@pytest.mark.proves
@pytest.mark.parametrize("programme", PROGRAMMES, ids=str)
def test_a_programme_comes_back_as_often_as_text_or_firm_say_and_looks_at_its_own(
    programme: Returning,
) -> None:
    programme.must_hold(SET)


RESPONSES = (
    "call-answered", "fault-call-acknowledged", "complaint-reply", "reply-promise", "contact-after-dispatch",
    "contact-after-transfer", "contact-after-the-call",
)  # fmt: skip
FIGURES = (
    Figure("satisfaction", "satisfaction", "0.95", "clause", score=4),
    Figure("resolution", "resolution", "0.98", "clause"),
    Figure("response-on-time", "response_on_time", "1", "clause", promises=RESPONSES),
    Figure("repair-success", "repair_success", "0.9", "setting", days=90),
    Figure("appointments-kept", "appointment_punctuality", None, "not_configured", promises=("appointment-kept",)),
    Figure("delivered-intact", "delivered_intact", None, "not_configured"),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.parametrize("figure", FIGURES, ids=str)
def test_a_figure_counts_what_the_text_means_against_the_share_it_names(figure: Figure) -> None:
    figure.must_hold(SET)


UNSET = {
    "arrival", "repair-success", "feedback-period", "evaluation-period", "revisit-share", "record-share",
    "supervisor-compensation",
}  # fmt: skip


def test_figures_and_programmes_are_those_of_the_text_and_what_it_leaves_open_is_the_firms() -> None:
    assert [one.id for one in REGULATION.target] == [one.target for one in FIGURES]
    assert [one.id for one in REGULATION.programme] == [one.programme for one in PROGRAMMES]
    (settings,) = published("water-meter").settings.values()
    assert {one.id for one in REGULATION.placeholder} - set(settings.values) == UNSET
