"""The textile company's regulation (S3) besides clocks and guards: routes, offices, papers, programmes, warranty."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cases import codes, events
from cases.commands import Classify
from cases.fact import Fact, Verdict
from cases.regulation.forms import filled
from tests.cases.clock_stories import SHANGHAI, wall
from tests.cases.duties import Paper, Returning, Staffed, kinds_sent_to, named
from tests.cases.scenario import (
    classified,
    closed,
    given,
    inspected,
    published,
    received,
    ref,
    rules_of,
)

LOOMS = rules_of("textile", "smart-equipment", faq_period=2)
(REGULATION,) = published("textile").regulations.values()

ROUTES = {
    "consultations": ("customer_service", {"consultation"}),
    "repairs": ("tech_support", {"repair", "installation"}),
    "complaints": ("after_sales", {"complaint"}),
}


@pytest.mark.proves
@pytest.mark.parametrize("route", ROUTES)
def test_each_group_gets_its_own_kinds_and_no_others(route: str) -> None:
    department, kinds = ROUTES[route]
    assert kinds_sent_to(department, LOOMS) == kinds


def test_who_classifies_may_say_otherwise() -> None:
    case = given(received(product_line="smart-equipment"), rules=LOOMS)
    chosen = Classify(kind=codes.Kind.REPAIR, department=codes.Department.RESEARCH)
    (fact,) = outcome if isinstance(outcome := case.when(chosen).outcome, tuple) else ()
    assert isinstance(fact, events.Classified)
    assert fact.department is codes.Department.RESEARCH


OFFICES = (
    Staffed("after-sales-department", "agent", "receive classify respond revisit transfer", ""),
    Staffed("technicians", "technician", "inspect quote repair replace", "refund approve"),
    Staffed("partners", "partner", "inspect repair arrive", "classify refund close"),
)


@pytest.mark.proves
@pytest.mark.parametrize("office", OFFICES, ids=str)
def test_an_office_does_its_own_work_and_leaves_that_of_others(office: Staffed) -> None:
    office.must_hold(LOOMS)


def at(hour: int) -> datetime:
    """The moment of a fact: the first comes at nine, each of the others an hour later."""
    return datetime(2026, 3, 2, hour, tzinfo=SHANGHAI)


MODEL = "the kettle lamp that hums"
ASKED = received(product_line="smart-equipment", batch="B-2026-07")
ON_SITE = classified("repair", mode="on_site", is_same_city=True)
ARRIVED = events.Arrived(is_id_shown=True)
DONE = events.Repaired(work=ref("work"), is_function_tested=True, is_use_explained=True)
EXPECTED = wall("2026-03-03 16:00")
SEEN = (
    inspected("pre_diagnosis", cause="wiring", promised_at=wall("2026-03-05 16:00")),
    inspected("on_site", cause="assembly", promised_at=EXPECTED),
)
VISIT = (
    events.Booked(begins_at=wall("2026-03-03 09:00"), ends_at=wall("2026-03-03 11:00")),
    events.Arrived(purpose=codes.Purpose.DELIVERY), ARRIVED, *SEEN, DONE,
)  # fmt: skip
ANSWERS = tuple(
    events.Responded(step=codes.Step[step], text=ref(step.lower()))
    for step in ("UPDATE", "REPLY", "FINAL_ANSWER", "SOLUTION")
)
REVIEWED = events.Reviewed(cause=codes.Cause.ASSEMBLY, improvement=codes.Improvement.PROCESS)
CONTENT = events.Revisited(method=codes.RevisitMethod.PHONE, is_solved=True, satisfaction=5)
PAPERS = (
    Paper(
        "service-archive", (ASKED, ON_SITE, *ANSWERS, SEEN[1], CONTENT, REVIEWED, closed()),
        (
            ("Customer", ref("customer_name")), ("Contact", ref("customer_phone")), ("Model", MODEL),
            ("Batch", "B-2026-07"), ("Bought on", date(2026, 3, 1)), ("Demand received", at(9)), ("Service", "repair"),
            ("Answer", ref("reply")), ("Answer", ref("final_answer")), ("Answer", ref("solution")),
            ("Cause", "assembly"), ("Result", "solved"), ("Review", "process"), ("Satisfaction", 5),
        ),
    ),
    Paper(
        "service-record", (ASKED, ON_SITE, *VISIT),
        (
            ("Model", MODEL), ("Visit agreed for", wall("2026-03-03 09:00")), ("On site", at(13)),
            ("Cause", "assembly"), ("Expected by", EXPECTED), ("Work", ref("work")), ("Tested", True),
            ("Use and care explained", True),
        ),
        signed=("Customer", "Technician"), paper="service_record", kinds=("repair",), modes=("on_site",),
    ),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.parametrize("paper", PAPERS, ids=str)
def test_a_paper_is_filled_from_the_facts_and_says_who_signs_it(paper: Paper) -> None:
    paper.must_hold(LOOMS)


def test_what_no_fact_tells_yet_stays_empty_and_is_named() -> None:
    form = named(REGULATION.form, "service-record")
    made = filled(form, given(ASKED, ON_SITE, inspected("on_site", cause="assembly"), rules=LOOMS).facts)
    assert {label.en for label in made.missing} == {
        "Visit agreed for", "On site", "Expected by", "Work", "Tested", "Use and care explained",
    }  # fmt: skip


def test_what_was_filed_as_this_paper_is_its_signed_copy() -> None:
    copy = {"sha256": "ab" * 32, "media_type": "application/pdf"}
    paper = {"form": "service_record", "step": "signed", "attachments": [copy]}
    other = events.Filed.model_validate({**paper, "form": "other"})
    filed = given(ASKED, ON_SITE, other, events.Filed.model_validate(paper), rules=LOOMS)
    made = filled(named(REGULATION.form, "service-record"), filed.facts)
    assert [one.sha256 for one in made.copies] == ["ab" * 32]


PROGRAMMES = (
    Returning("figures-analysed", "digest", "2026-Q3"),
    Returning("frequent-questions", "digest", "2026-07-P2M"),
)


@pytest.mark.proves
@pytest.mark.parametrize("programme", PROGRAMMES, ids=str)
def test_a_programme_comes_back_as_often_as_text_or_firm_say(programme: Returning) -> None:
    programme.must_hold(LOOMS)


def test_every_route_office_paper_and_programme_is_told() -> None:
    assert [one.id for one in REGULATION.routing] == list(ROUTES)
    assert [one.id for one in REGULATION.office] == [one.office for one in OFFICES]
    assert [one.id for one in REGULATION.form] == [one.form for one in PAPERS]
    assert [one.id for one in REGULATION.programme] == [one.programme for one in PROGRAMMES]


IN_JUNE = {"purchased_on": date(2025, 6, 1), "goods_received_on": date(2025, 6, 20)}
IN_SEPTEMBER = {"purchased_on": date(2025, 9, 1), "goods_received_on": date(2025, 9, 20)}
LONG_AGO = {"purchased_on": date(2024, 9, 1), "goods_received_on": date(2024, 9, 20)}
BOTH, MANUAL, SHORT = (
    {"contract_warranty_months": 24, "manual_warranty_months": 18}, {"manual_warranty_months": 18},
    {"contract_warranty_months": 3},
)  # fmt: skip
MACHINE, CLOTH = "warranty-equipment", "warranty-fabric"
TERMS: tuple[tuple[str, dict[str, date], dict[str, int], str, str, str], ...] = (
    ("smart-equipment", IN_JUNE, {}, MACHINE, "text", "2026-06-22"),
    ("software", IN_JUNE, {}, MACHINE, "text", "2026-06-22"),
    ("functional-fabric", IN_SEPTEMBER, {}, CLOTH, "text", "2026-03-20"),
    ("smart-equipment", IN_JUNE, BOTH, MACHINE, "contract", "2027-06-21"),
    ("functional-fabric", IN_JUNE, BOTH, CLOTH, "contract", "2027-06-21"),
    ("smart-equipment", LONG_AGO, MANUAL, MACHINE, "manual", "2026-03-20"),
    ("functional-fabric", LONG_AGO, MANUAL, CLOTH, "manual", "2026-03-20"),
    ("smart-equipment", IN_JUNE, SHORT, MACHINE, "law", "2026-06-22"),
    ("functional-fabric", IN_SEPTEMBER, SHORT, CLOTH, "law", "2026-03-20"),
)  # fmt: skip
"""What was sold when, the months that contract and manual give, the warranty, whence it is, and its last day."""


def rights(kind: str, *facts: Fact, **told: object) -> dict[str, Verdict]:
    """Decide by item what a customer is entitled to in March of 2026."""
    story = given(received(**told), *facts, classified(kind), rules=LOOMS)
    assert story.case.classified is not None
    return {one.entitlement: one for one in LOOMS.verdicts(story.case.classified, story.case)}


@pytest.mark.proves
@pytest.mark.proves("S3-7a", "S3-7f")
@pytest.mark.parametrize(("line", "bought", "agreed", "warranty", "source", "end"), TERMS)
def test_contract_goes_before_manual_before_regulation_and_never_below_the_law(
    line: str, bought: dict[str, date], agreed: dict[str, int], warranty: str, source: str, end: str
) -> None:
    found = rights("repair", product_line=line, **bought, **agreed)
    assert set(found) == {warranty}, "and no quote is needed while it stands"
    told = found[warranty]
    assert (told.result["term_source"], told.result["window_end"]) == (source, end)
    assert told.is_granted


@pytest.mark.proves("S3-7a", "S3-7f")
@pytest.mark.parametrize(
    ("line", "bought", "warranty"),
    [("smart-equipment", LONG_AGO, MACHINE), ("functional-fabric", IN_JUNE, CLOTH)],
)
def test_what_is_worn_out_or_broken_by_people_is_repaired_at_a_price_and_a_question_needs_neither(
    line: str, bought: dict[str, date], warranty: str
) -> None:
    broken = inspected("on_site", is_human_damage=True)
    new = {"purchased_on": date(2026, 3, 1), "goods_received_on": date(2026, 3, 1)}
    worn = rights("repair", product_line=line, **bought)
    for found in (worn, rights("repair", broken, product_line=line, **new)):
        assert found[warranty].is_granted is False
        assert found["out-of-warranty-quote"].result == {"quote": "required"}
    assert rights("consultation", product_line=line, **bought) == {}
