"""What the watcher may record: by the facts and the desk's own clock, once a level, whatever was proposed."""

from __future__ import annotations

from uuid import UUID

import pytest
from pydantic import TypeAdapter

from cases.codes import Role
from cases.commands import Approve, Close, Pause, Request, Respond
from cases.errors import NotAllowed, NotFound
from cases.events import Escalated
from cases.permissions import permits
from cases.regulation.items import Id
from cases.watching import WATCHER, EscalateAlert, EscalateClock, escalate
from tests.cases.scenario import RETURNED, checked, closed, given, told
from tests.fix_desk import ask, caller, new_key
from tests.fix_watching import Hotline, reply_of

ANSWER = ask(Respond, step="reply")


def up(hotline: Hotline, case_id: UUID, level: str = "supervisor") -> bool:
    """The watcher proposes a level of the promised reply."""
    return escalate(hotline.desk, case_id, reply_of(case_id), level)


def test_an_overdue_clock_goes_up_and_says_by_whom_why_and_on_what_it_rests(hotline: Hotline) -> None:
    case_id = hotline.asked()
    newest = hotline.ledger.load(case_id)[-1].position
    hotline.at("2026-03-03 09:01")
    assert up(hotline, case_id)
    (made,) = hotline.escalations(case_id)
    assert (made.actor, made.role, made.source.system) == ("watcher", Role.SERVICE, "watcher")
    assert made.decided_under == "lamp-factory@2026.3"
    assert made.fact == Escalated.model_validate(
        {
            "level": "supervisor", "reason": "overdue", "clock": reply_of(case_id), "rested_on_position": newest,
            "is_automatic": True,
        }
    )  # fmt: skip


def test_a_warning_says_that_it_is_one(hotline: Hotline) -> None:
    case_id = hotline.asked()
    hotline.at("2026-03-03 03:00")
    assert up(hotline, case_id, "warn-75")
    assert [
        made.fact.reason for made in hotline.escalations(case_id) if isinstance(made.fact, Escalated)
    ] == ["due_soon"]


def test_what_was_told_is_not_told_again_whoever_proposes_it(hotline: Hotline) -> None:
    case_id = hotline.asked()
    hotline.at("2026-03-03 09:01")
    assert [up(hotline, case_id) for _ in range(3)] == [True, False, False]
    again = EscalateClock(clock=reply_of(case_id), level="supervisor")
    assert hotline.desk.act(case_id, again, WATCHER, key=new_key()).facts == (), (
        "the facts say so without the key"
    )
    assert hotline.levels(case_id) == [("supervisor", "03-03 09:01")]


def test_what_is_proposed_too_early_is_quiet_and_recorded_when_it_is_due(hotline: Hotline) -> None:
    case_id = hotline.asked()
    hotline.at("2026-03-03 09:00")
    assert not up(hotline, case_id)
    assert hotline.escalations(case_id) == []
    hotline.at("2026-03-03 09:01")
    assert up(hotline, case_id)


def test_a_clock_that_is_stopped_between_proposal_and_record_is_quiet(hotline: Hotline) -> None:
    case_id = hotline.asked()
    hotline.at("2026-03-03 09:05")
    hotline.tell(case_id, ANSWER)
    assert not up(hotline, case_id)
    assert hotline.escalations(case_id) == []


def test_while_the_customer_is_waited_for_it_is_quiet(hotline: Hotline) -> None:
    case_id = hotline.asked()
    hotline.at("2026-03-02 12:00")
    hotline.tell(case_id, ask(Pause, reason="waiting_for_customer"))
    hotline.at("2026-03-09 09:00")
    assert not up(hotline, case_id)


def test_an_excluded_clock_is_quiet(hotline: Hotline) -> None:
    case_id = hotline.asked()
    flood = {"subject": "exclusion", "item": "consultation-reply", "reason": "force_majeure"}
    hotline.tell(case_id, ask(Request, **flood))
    hotline.tell(case_id, ask(Approve, **flood), caller(Role.SUPERVISOR, "qi"))
    hotline.at("2026-03-09 09:00")
    assert not up(hotline, case_id)


def test_a_closed_case_that_never_got_its_answer_still_goes_up(hotline: Hotline) -> None:
    case_id = hotline.asked()
    hotline.at("2026-03-02 10:00")
    hotline.tell(case_id, ask(Close, outcome="unknown"))
    hotline.at("2026-03-03 09:01")
    assert up(hotline, case_id)


@pytest.mark.parametrize("strange", [("resolution", "supervisor"), ("consultation-reply", "admin")])
def test_a_clock_or_a_level_that_nobody_promised_is_quiet(hotline: Hotline, strange: tuple[str, str]) -> None:
    case_id = hotline.asked()
    hotline.at("2026-03-09 09:00")
    promise, level = strange
    assert not escalate(
        hotline.desk, case_id, reply_of(case_id).replace("consultation-reply", promise), level
    )


def test_a_case_that_is_not_there_is_said_to_be_not_there(hotline: Hotline) -> None:
    with pytest.raises(NotFound):
        up(hotline, UUID(int=404))


def test_nobody_else_takes_a_clock_up(hotline: Hotline) -> None:
    case_id = hotline.asked()
    hotline.at("2026-03-09 09:00")
    command = EscalateClock(clock=reply_of(case_id), level="supervisor")
    for role in Role:
        assert not permits(role, command.verb(), {command.verb()})
        with pytest.raises(NotAllowed):
            hotline.desk.act(case_id, command, caller(role), key=new_key())


def test_a_clock_whose_name_looks_like_a_phone_number_is_taken_up_all_the_same() -> None:
    clock = "a138-1234-5678:lamp-factory:consultation-reply:1"
    assert EscalateClock(clock=clock, level="supervisor").clock == clock


def test_what_bears_the_longest_names_can_be_told() -> None:
    longest = TypeAdapter(Id).validate_python("n" * 60)
    name = f"{UUID(int=7)}:{longest}:{longest}:1000"
    told = {"level": "supervisor", "reason": "overdue", "clock": name, "alert": name}
    assert EscalateClock(clock=name, level="supervisor").clock == name
    assert EscalateAlert(alert=name, level="supervisor").alert == name
    assert Escalated.model_validate(told).alert == name


def test_an_alarm_of_the_watcher_answers_nobody() -> None:
    alarm = Escalated.model_validate({"level": "supervisor", "reason": "overdue", "is_automatic": True})
    failed = given(*RETURNED, checked(passed=False))
    failed.and_(alarm).when(closed("withdrawn")).then_refused(rule="failed-check-answered")
    by_hand = told(alarm.model_copy(update={"is_automatic": False}), role="supervisor")
    failed.and_(by_hand).when(closed("withdrawn")).then_allowed()
