"""Promises, papers, visits, goods on their way, in custody and in store: recorded, refused, or nothing new."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cases.case import Case
from cases.codes import Purpose, Stage
from cases.command import Command
from cases.commands import (
    Arrive,
    File,
    Install,
    MoveStock,
    Promise,
    Request,
    ReturnCustody,
    Review,
    TakeCustody,
    Track,
    Verify,
)  # fmt: skip
from cases.events import (
    Arrived,
    CustodyReturned,
    CustodyTaken,
    Filed,
    Installed,
    Promised,
    Reopened,
    Reviewed,
    StockMoved,
    Tracked,
    Verified,
)  # fmt: skip
from cases.regulation.rules import Rules
from tests.cases.scenario import classified, closed, day, given, received, shipped, told
from tests.fix_desk import ask

REPAIR = (received(), classified("repair", mode="on_site"))
PHOTO = {"sha256": "a" * 64, "media_type": "image/jpeg"}


def test_a_time_told_to_the_customer_is_kept_for_each_purpose() -> None:
    mend = Promised(purpose=Purpose.REPAIR, promised_at=day(3, 6))
    come = Promised(purpose=Purpose.VISIT, promised_at=day(3, 4))
    command = ask(Promise, purpose="repair", promised_at=day(3, 6))
    given(*REPAIR).when(command).then(mend)
    given(*REPAIR, mend, come).when(command).then_quiet()
    later = ask(Promise, purpose="repair", promised_at=day(3, 9), is_agreed=True)
    given(*REPAIR, mend, come).when(later).then(
        Promised(purpose=Purpose.REPAIR, promised_at=day(3, 9), is_agreed=True)
    )


def test_what_was_over_when_it_was_told_is_no_promise() -> None:
    given(*REPAIR).when(ask(Promise, purpose="repair", promised_at=day(3, 1))).then_refused(
        rule="promise-ahead"
    )
    told_then = ask(Promise, purpose="repair", promised_at=day(3, 2, hour=12), occurred_at=day(3, 2, hour=10))
    given(*REPAIR).when(told(told_then, at=day(3, 3))).then_allowed()
    told_late = told_then.model_copy(update={"occurred_at": day(3, 2, hour=13)})
    given(*REPAIR).when(told(told_late, at=day(3, 3))).then_refused(rule="promise-ahead")


def test_a_paper_is_signed_handed_back_and_archived() -> None:
    paper = {"form": "service_record", "form_no": "FW-7"}
    signed = ask(File, **paper, step="signed", attachments=[PHOTO], is_satisfied=True)
    fact = Filed.model_validate({**paper, "step": "signed", "attachments": [PHOTO], "is_satisfied": True})
    back = Filed.model_validate({**paper, "step": "handed_back"})
    given(*REPAIR).when(signed).then(fact)
    given(*REPAIR, fact).when(ask(File, **paper, step="handed_back")).then(back)
    given(*REPAIR, fact, back).when(signed).then_quiet()
    ended = given(*REPAIR, fact, closed("withdrawn"))
    ended.when(ask(File, **paper, step="archived", place="cabinet-3")).then_allowed()


def test_a_paper_can_be_found_again() -> None:
    with pytest.raises(ValidationError, match="form_no"):
        ask(File, form="repair_record", step="signed")
    with pytest.raises(ValidationError):
        ask(File, form="repair_record", step="signed", form_no="WX-7", place="张三家，中山路12号")


def test_what_was_checked_stays_right_until_it_is_found_wrong() -> None:
    right, wrong = (
        Verified.model_validate({"checked": "purchase", "is_right": seen}) for seen in (True, False)
    )
    look = ask(Verify, checked="purchase", is_right=True)
    given(*REPAIR).when(look).then(right)
    given(*REPAIR, right, Verified.model_validate({"checked": "customer", "is_right": True})).when(
        look
    ).then_quiet()
    given(*REPAIR, right, wrong).when(look).then(right)


def test_people_come_and_say_why_they_are_late() -> None:
    fact = Arrived.model_validate({"purpose": "visit", "late_because": "traffic", "is_id_shown": True})
    came = ask(Arrive, late_because="traffic", is_id_shown=True)
    given(*REPAIR).when(came).then(fact)
    given(*REPAIR, fact).when(came).then_quiet()
    given(*REPAIR, closed("withdrawn")).when(came).then_refused(rule="closed")


def test_installed_goods_are_tested_and_explained() -> None:
    fact = Installed(is_function_tested=True, is_use_explained=True)
    command = ask(Install, is_function_tested=True, is_use_explained=True)
    story = given(received(), classified("installation")).when(command).then(fact)
    assert story.and_(fact).case.stage is Stage.INSTALLED
    given(received(), classified("installation"), fact).when(command).then_quiet()


def test_only_what_was_shipped_is_followed_on_its_way() -> None:
    late = Tracked.model_validate({"direction": "inbound", "transit": "delayed"})
    command = ask(Track, direction="inbound", transit="delayed")
    given(*REPAIR).when(command).then_refused(rule="shipped-first", clause="S0 四/3")
    given(*REPAIR, shipped("outbound", "company_ships")).when(command).then_refused(rule="shipped-first")
    given(*REPAIR, shipped()).when(command).then(late)
    given(*REPAIR, shipped(), late).when(command).then_quiet()
    lost = Tracked.model_validate({"direction": "inbound", "transit": "lost"})
    given(*REPAIR, shipped(), late, lost).when(command).then(late)


TAKEN = CustodyTaken(receipt_no="SJ-7", product_model="K7")
BACK = CustodyReturned(receipt_no="SJ-7", is_receipt_recovered=True)


def test_goods_are_taken_along_once_against_a_receipt() -> None:
    take = ask(TakeCustody, receipt_no="SJ-7", product_model="K7")
    given(*REPAIR).when(take).then(TAKEN)
    given(*REPAIR, TAKEN, BACK).when(take).then_quiet()
    given(*REPAIR, TAKEN).when(ask(TakeCustody, receipt_no="SJ-7", product_model="K8")).then_refused(
        rule="take-custody-once"
    )
    given(*REPAIR, TAKEN, BACK, closed("withdrawn"), Reopened(reason="hums")).when(take).then_quiet()
    with pytest.raises(ValidationError):
        ask(TakeCustody, receipt_no="张三的收据")


def test_only_what_was_taken_along_comes_back() -> None:
    bring = ask(ReturnCustody, receipt_no="SJ-7", is_receipt_recovered=True)
    given(*REPAIR).when(bring).then_refused(rule="custody-first", clause="S2 三/8")
    given(*REPAIR, TAKEN).when(bring).then(BACK)
    given(*REPAIR, TAKEN, BACK).when(bring).then_quiet()
    other = ask(ReturnCustody, receipt_no="SJ-7", is_receipt_recovered=False)
    given(*REPAIR, TAKEN, BACK).when(other).then_refused(rule="return-custody-once")


def part(movement: str, item: str = "DRV-20", **more: object) -> dict[str, object]:
    return {"movement": movement, "stock": "component", "item": item, **more}


def test_a_part_goes_from_order_to_lamp() -> None:
    ordered, used = (StockMoved.model_validate(part(movement)) for movement in ("ordered", "used"))
    fitted = part("used", certificate_no="HG-7", is_same_quality=True, is_covered=False, quantity=2)
    given(*REPAIR).when(ask(MoveStock, **fitted)).then(StockMoved.model_validate(fitted))
    elsewhere = StockMoved.model_validate(part("ordered", "LED-3"))
    given(*REPAIR, ordered, elsewhere).when(ask(MoveStock, **part("ordered"))).then_quiet()
    given(*REPAIR, ordered, used).when(ask(MoveStock, **part("ordered"))).then(ordered)
    with pytest.raises(ValidationError):
        ask(MoveStock, **part("used", quantity=0))


@pytest.mark.parametrize("subject", ["part", "compensation", "budget"])
def test_leave_for_a_part_a_claim_or_a_budget_says_for_which(subject: str) -> None:
    with pytest.raises(ValidationError, match="item"):
        ask(Request, subject=subject, reason="worn")
    given(*REPAIR).when(ask(Request, subject=subject, reason="worn", item="DRV-20")).then_allowed()


def test_a_case_is_looked_back_upon_after_its_end_too() -> None:
    command = ask(Review, cause="transport", improvement="process", department="logistics")
    fact = Reviewed.model_validate(
        {"cause": "transport", "improvement": "process", "department": "logistics"}
    )
    given(*REPAIR).when(command).then(fact)
    given(*REPAIR, closed("withdrawn")).when(command).then(fact)
    given(*REPAIR, fact).when(command).then_quiet()


@pytest.mark.parametrize(
    "command",
    [
        ask(Promise, purpose="repair", promised_at=day(3, 9)), ask(Verify, checked="purchase", is_right=True),
        ask(TakeCustody, receipt_no="SJ-7"), ask(MoveStock, **part("ordered")),
    ],
    ids=lambda command: command.verb(),
)  # fmt: skip
def test_nothing_of_this_needs_a_regulation(command: Command) -> None:
    story = given(*REPAIR, rules=Rules()).when(command).then_allowed()
    assert isinstance(story.case, Case)
