"""What the lamp factory's text asks of our words: versions, departments, kinds, modes, services, channels, stages."""

from __future__ import annotations

import pytest

from cases.codes import Category, Channel, Department, InspectionStage, Kind, Mode, Role
from cases.commands import Inspect, Receive, Transfer
from cases.events import Received, Repaired, Transferred
from cases.permissions import permits
from cases.regulation.packs import shipped_regulation
from replay.audit.review import questions_of
from tests.cases.scenario import (
    LAMP,
    MORNING,
    RETURN_APPROVED,
    checked,
    classified,
    closed,
    delivered,
    given,
    inspected,
    lamp_factory,
    received,
    shipped,
    told,
)
from tests.fix_desk import ask


@pytest.mark.proves("S0-1.1")
def test_a_case_names_the_version_of_the_regulation_that_serves_it() -> None:
    story = given().when(ask(Receive, channel="phone", product_model="TL-20").numbered("AS7"))
    assert isinstance(story.outcome, tuple)
    assert isinstance(case := story.outcome[0], Received)
    version = shipped_regulation(LAMP).regulation.version
    assert [(pinned.regulation, pinned.version) for pinned in case.judged_under] == [(LAMP, version)]


@pytest.mark.proves("S0-1.2a")
def test_each_of_the_four_departments_can_take_a_case_over() -> None:
    four = (Department.CUSTOMER_SERVICE, Department.TECH_SUPPORT, Department.LOGISTICS, Department.QUALITY)
    for department in four:
        taken = given(received(), classified("repair")).when(ask(Transfer, department=department))
        taken.then(Transferred(department=department))


@pytest.mark.proves("S0-1.2b")
def test_lamps_are_returned_exchanged_repaired_and_asked_about_and_kettles_are_not_ours() -> None:
    assert {"return", "exchange", "repair", "consultation"} <= set(Kind)
    binds = lamp_factory().in_force
    assert [pinned.regulation for pinned in binds(product_line="lamp", channel="store", at=MORNING)] == [LAMP]
    assert binds(product_line="kettle", channel="store", at=MORNING) == ()


@pytest.mark.proves("S0-1.3b")
def test_a_repair_is_made_from_afar_by_mail_or_on_site() -> None:
    assert {"remote", "mail_in", "on_site"} <= set(Mode)
    sent_back = "repaired-goods-sent-back"
    for mode, is_sent in (("remote", False), ("on_site", False), ("mail_in", True)):
        ended = given(received(), classified("repair", mode=mode), inspected(), Repaired()).when(closed())
        assert any(finding.constraint == sent_back for finding in ended.findings()) is is_sent


@pytest.mark.proves("S0-2.1a")
def test_the_five_services_are_there_and_more() -> None:
    assert {"installation_guide", "usage", "diagnosis", "repair", "return_exchange"} < set(Category)


@pytest.mark.proves("S0-3.1a")
def test_demands_come_by_phone_mail_chat_or_in_the_store() -> None:
    for channel in (Channel.PHONE, Channel.EMAIL, Channel.CHAT, Channel.STORE):
        assert ask(Receive, channel=channel.value).channel is channel


@pytest.mark.proves("S0-3.2c")
def test_a_lamp_is_judged_from_afar_before_it_travels_and_again_when_it_arrived() -> None:
    story = given(received(), classified("repair", mode="mail_in"))
    afar = ask(Inspect, stage=InspectionStage.PRE_DIAGNOSIS, disposition="repair")
    here = ask(Inspect, stage=InspectionStage.ARRIVAL, disposition="repair")
    story.when(told(afar, role="technician")).then_allowed()
    story.and_(shipped(), delivered()).when(told(here, role="technician")).then_allowed()


@pytest.mark.proves("S0-4.x")
def test_quality_makes_return_checks_and_nothing_else() -> None:
    given(*RETURN_APPROVED, shipped(), delivered()).when(checked()).then_allowed()
    assert permits(Role.QUALITY, "inspect")
    assert not any(permits(Role.QUALITY, verb) for verb in ("approve", "refund", "repair", "close"))


def test_an_audit_asks_the_six_questions_of_the_text() -> None:
    assert [question.id for question in questions_of(lamp_factory(), "monthly-sample")] == [
        "check-response-time", "check-resolution", "check-timely", "check-repair-plan", "check-return-flow",
        "check-complaint",
    ]  # fmt: skip
