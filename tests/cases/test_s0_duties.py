"""The lamp factory's regulation (S0) besides clocks and guards: its papers, programmes and figures."""

from __future__ import annotations

from datetime import date

import pytest

from tests.cases.duties import Figure, Paper, Returning
from tests.cases.scenario import (
    approved,
    checked,
    classified,
    day,
    delivered,
    lamp_factory,
    lamp_rules,
    received,
    ref,
    shipped,
)

LAMPS = lamp_rules()
SET = lamp_rules(survey_share=10, digest_period=2)
"""With values for what the demo leaves unset."""
(REGULATION,) = lamp_factory().regulations.values()

SENT_BACK = (
    received(), classified("return", "not_fit"), approved("materials"), approved("return", order_no="TH-7"),
    shipped(mode="customer_ships", carrier="SF", waybill=ref("waybill")), delivered(), checked(),
)  # fmt: skip
BOUGHT = (("Model", "the kettle lamp that hums"), ("Bought on", date(2026, 3, 1)))
PAPERS = (
    Paper(
        "fault-description", SENT_BACK,
        (
            ("Customer", ref("customer_name")), *BOUGHT, ("Fault", ref("description")),
            ("Materials approved", day(3, 2, hour=11)),
        ),
        paper="fault_description", kinds=("return", "exchange", "repair"),
    ),
    Paper(
        "return-order", SENT_BACK,
        (
            ("Number", "TH-7"), ("Customer", ref("customer_name")), *BOUGHT, ("Reason", "not_fit"),
            ("Materials approved", day(3, 2, hour=11)), ("Goods in", day(3, 2, hour=14)),
            ("Finding of quality", "refund"),
        ),
        paper="return_order", kinds=("return", "exchange"),
    ),
    Paper(
        "waybill", SENT_BACK,
        (
            ("Sent by", "customer_ships"), ("Carrier", "SF"), ("Waybill", ref("waybill")),
            ("Arrived", day(3, 2, hour=14)),
        ),
        paper="waybill", kinds=("return", "exchange", "repair"),
    ),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.parametrize("paper", PAPERS, ids=str)
def test_a_paper_is_filled_from_the_facts(paper: Paper) -> None:
    paper.must_hold(LAMPS)


PROGRAMMES = (
    Returning("monthly-sample", "audit", "2026-10", rate="0.10"),
    Returning("internal-evaluation", "evaluation", "2026-10"),
    Returning("satisfaction-survey", "survey", "2026-Q4", rate="10/100", draws="customers"),
    Returning("service-star", "ranking", "2026-10"),
    Returning("sales-digest", "digest", "2026-09-P2M"),
)


@pytest.mark.proves
@pytest.mark.parametrize("programme", PROGRAMMES, ids=str)
def test_a_programme_comes_back_as_often_as_text_or_firm_say(programme: Returning) -> None:
    programme.must_hold(SET)


FIGURES = (
    Figure(
        "responses-in-time", "response_on_time", None, "not_configured",
        promises=("consultation-reply", "first-response", "mail-reply"),
    ),
    Figure("calls-answered", "phone_pickup", None, "not_configured", promises=("phone-pickup",)),
    Figure("solved", "resolution", None, "not_configured"),
    Figure("repairs-last", "repair_success", None, "not_configured", days=90),
    Figure("refunds-in-time", "refund_on_time", None, "not_configured", promises=("refund-within",)),
    Figure("complaints-settled", "complaint_settled", None, "not_configured", days=90),
)  # fmt: skip


@pytest.mark.proves
@pytest.mark.parametrize("figure", FIGURES, ids=str)
def test_a_figure_counts_what_the_text_audits_and_names_no_share(figure: Figure) -> None:
    figure.must_hold(SET)


@pytest.mark.proves("S0-5.3c")
def test_a_danger_is_told_to_supervisor_and_quality_at_the_first_word_of_it() -> None:
    danger = next(one for one in REGULATION.alert if one.id == "safety-at-once")
    counted = [(pattern.fact, dict(pattern.where)) for pattern in danger.counts]
    assert counted == [("Classified", {"is_safety": (True,)})]
    assert (danger.at_least, danger.escalate) == (1, ("supervisor", "quality"))


def test_every_paper_programme_and_figure_is_told() -> None:
    told = (
        [one.form for one in PAPERS], [one.programme for one in PROGRAMMES], [one.target for one in FIGURES],
    )  # fmt: skip
    kept = (REGULATION.form, REGULATION.programme, REGULATION.target)
    assert tuple([one.id for one in items] for items in kept) == told
