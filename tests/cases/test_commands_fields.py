"""What later regulations ask of facts that were there before: on record when told, and never guessed when not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cases.codes import Complexity, CustomerClass, Priority, Purpose
from cases.commands import Book, Classify, Inspect, Receive, Repair, Replace
from cases.events import Booked, Classified, Inspected, Received, Repaired, Replaced
from cases.fact import Attachment
from cases.recorded import decode, encode
from tests.cases.scenario import Story, classified, day, delivered, given, received, shipped
from tests.fix_desk import ask

REPORT = Attachment(sha256="e" * 64, media_type="application/pdf")
REPAIR = (received(), classified("repair", mode="mail_in"), shipped(), delivered())


def newest(story: Story) -> object:
    """The one fact that a command came to."""
    assert isinstance(story.outcome, tuple), story.outcome
    return story.outcome[-1]


def test_warranty_by_contract_and_by_manual_are_told_with_the_demand() -> None:
    told = {
        "contract_no": "HT-2026-7", "contract_warranty_months": 24, "manual_warranty_months": 18,
        "customer_class": "business", "quantity": 12, "software_version": "3.1",
    }  # fmt: skip
    fact = newest(given().when(ask(Receive, channel="store", **told).numbered("AS7")))
    assert isinstance(fact, Received)
    assert (fact.contract_warranty_months, fact.manual_warranty_months) == (24, 18)
    assert (fact.customer_class, fact.quantity) == (CustomerClass.BUSINESS, 12)


@pytest.mark.parametrize(
    "wrong", [{"contract_warranty_months": 0}, {"quantity": 0}, {"contract_no": "张三的合同"}]
)
def test_a_warranty_has_months_and_a_contract_has_a_number(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ask(Receive, channel="store", **wrong)


def test_an_urgent_complaint_goes_through_the_green_channel() -> None:
    command = ask(
        Classify, kind="complaint", severity="major", priority="urgent", is_green_channel=True,
        complexity="complex", is_same_city=False, is_safety=True,
    )  # fmt: skip
    fact = newest(given(received()).when(command))
    assert isinstance(fact, Classified)
    assert (fact.priority, fact.is_green_channel, fact.is_safety) == (Priority.URGENT, True, True)
    assert (fact.complexity, fact.is_same_city) == (Complexity.COMPLEX, False)
    given(received(), fact).when(command).then_quiet()


def test_the_test_report_is_kept_by_its_sha256() -> None:
    look = ask(Inspect, stage="arrival", disposition="repair", report_no="JC-7", report=REPORT.model_dump())
    fact = newest(given(*REPAIR).when(look))
    assert isinstance(fact, Inspected)
    assert fact.report == REPORT


def test_use_is_explained_and_the_old_lamp_comes_back() -> None:
    looked = Inspected.model_validate({"stage": "arrival", "disposition": "repair"})
    mended = newest(given(*REPAIR, looked).when(ask(Repair, is_use_explained=True)))
    assert isinstance(mended, Repaired)
    assert mended.is_use_explained is True
    changed = newest(given(*REPAIR, looked).when(ask(Replace, is_original_recovered=False)))
    assert isinstance(changed, Replaced)
    assert changed.is_original_recovered is False


def test_a_visit_is_put_off_with_the_consent_of_the_customer() -> None:
    first = Booked(begins_at=day(3, 5), ends_at=day(3, 5, hour=11), purpose=Purpose.VISIT)
    later = ask(Book, begins_at=day(3, 9), ends_at=day(3, 9, hour=11), purpose="visit", is_agreed=True)
    put_off = Booked(begins_at=day(3, 9), ends_at=day(3, 9, hour=11), purpose=Purpose.VISIT, is_agreed=True)
    given(*REPAIR, first).when(later).then(put_off)


def test_what_nobody_told_leaves_no_trace_in_the_bytes() -> None:
    for recorded in given(received(), classified("repair"), Booked(begins_at=day(3, 5))).facts:
        topic, state = encode(recorded)
        assert b"is_agreed" not in state
        assert b"green_channel" not in state
        assert b"warranty_months" not in state
        read = decode(
            topic, state, originator_id=recorded.originator_id, originator_version=1, position=1,
            recorded_at=None,
        )  # fmt: skip
        assert read.fact == recorded.fact
