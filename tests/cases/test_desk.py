"""The only door in: one order, one effect for a key, and what is said when somebody else was first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4

import psycopg
import pytest

from cases.codes import (
    Department,
    Kind,
    PauseReason,
    Reason,
    Role,
    Step,
)
from cases.commands import Approve, Classify, Close, Inspect, Note, Pause, Receive, Refund, Respond, Transfer
from cases.desk import Desk
from cases.errors import (
    CaseIsBusy,
    KeyReused,
    Malformed,
    NotAllowed,
    NotFound,
    Refused,
    Unavailable,
    VersionMismatch,
)
from cases.events import Classified, Received
from cases.fact import Money
from cases.store.ledger import Ledger
from tests.fix_desk import ask, caller, new_key

AGENT = caller()
THE_HUMMING_LAMP = ask(
    Receive,
    channel="phone",
    customer_name="张小美",
    customer_phone="13800005678",
    description="台灯一直嗡嗡响",
    product_model="TL-20",
    sales_channel="online",
    has_proof=True,
    has_fault_description=True,
    paid={"minor": 19900},
)


@pytest.fixture
def case_id(desk: Desk) -> UUID:
    """A case that was just received."""
    return desk.receive(THE_HUMMING_LAMP, AGENT, key=new_key()).case_id


def names(ledger: Ledger, case_id: UUID) -> list[str]:
    return [recorded.fact.name() for recorded in ledger.load(case_id)]


def test_a_received_case_has_a_number_the_rules_in_force_and_no_name_in_it(
    desk: Desk, ledger: Ledger, case_id: UUID
) -> None:
    received = ledger.case(case_id).received
    assert received is not None
    assert received.case_no.startswith("AS")
    assert [pinned.regulation for pinned in received.judged_under] == ["lamp-factory"]
    assert received.subject_id == received.customer_phone.subject_id  # type: ignore[union-attr]  # it was given
    stored = ledger.recorder.select_events(case_id)[0].state.decode()
    assert not any(word in stored for word in ("张小美", "13800005678", "嗡嗡"))


def test_a_fact_says_when_who_through_which_door_and_under_which_regulation(
    desk: Desk, ledger: Ledger, case_id: UUID
) -> None:
    request = uuid4()
    desk.act(case_id, Respond(step=Step.REPLY), AGENT, key=new_key(), correlation_id=request)
    known = ledger.load(case_id)[-1]
    assert (known.actor, known.role, known.source.system) == ("wang", Role.AGENT, "api")
    assert known.correlation_id == request
    assert known.decided_under == "lamp-factory@2026.3"
    assert known.recorded_at is not None
    assert known.occurred_at <= known.recorded_at


def test_the_same_key_gets_the_first_answer_whatever_happened_since(
    desk: Desk, ledger: Ledger, case_id: UUID
) -> None:
    key = new_key()
    first = desk.act(case_id, Respond(step=Step.REPLY), AGENT, key=key)
    desk.act(case_id, Respond(step=Step.SOLUTION), AGENT, key=new_key())
    again = desk.act(case_id, Respond(step=Step.REPLY), AGENT, key=key, expected_version=1)
    assert again.replayed
    assert (again.version, again.position, again.facts) == (first.version, first.position, ("Responded",))
    assert names(ledger, case_id) == ["Received", "Responded", "Responded"]


def test_a_repeated_intake_opens_one_case(desk: Desk) -> None:
    key = new_key()
    first = desk.receive(THE_HUMMING_LAMP, AGENT, key=key)
    again = desk.receive(THE_HUMMING_LAMP, AGENT, key=key)
    assert (again.case_id, again.case_no, again.replayed) == (first.case_id, first.case_no, True)


def test_a_key_of_another_request_is_refused_and_names_nothing(desk: Desk, case_id: UUID) -> None:
    key = new_key()
    desk.act(case_id, ask(Note, text="请致电张小美"), AGENT, key=key)
    for other in (ask(Note, text="请致电李大力"), Respond(step=Step.REPLY)):
        with pytest.raises(KeyReused) as refusal:
            desk.act(case_id, other, AGENT, key=key)
        assert "李大力" not in f"{refusal.value.message}{refusal.value.details}"


def test_two_principals_may_choose_the_same_key(desk: Desk, case_id: UUID) -> None:
    key = new_key()
    desk.act(case_id, Respond(step=Step.REPLY), AGENT, key=key)
    other = desk.act(case_id, Respond(step=Step.SOLUTION), caller(principal="app"), key=key)
    assert other.facts == ("Responded",)


def test_a_command_that_has_nothing_new_stays_quiet_and_remembers_that(
    desk: Desk, ledger: Ledger, case_id: UUID
) -> None:
    waiting = Pause(reason=PauseReason.WAITING_FOR_CUSTOMER)
    first = desk.act(case_id, waiting, AGENT, key=new_key())
    key = new_key()
    quiet = desk.act(case_id, waiting, AGENT, key=key)
    assert (quiet.facts, quiet.version, quiet.position) == ((), first.version, first.position)
    assert desk.act(case_id, waiting, AGENT, key=key).replayed
    assert names(ledger, case_id) == ["Received", "Paused"]


def test_the_same_words_noted_twice_are_one_note(desk: Desk, ledger: Ledger, case_id: UUID) -> None:
    for _ in range(2):
        desk.act(case_id, ask(Note, text="客户下午在家"), AGENT, key=new_key())
    assert names(ledger, case_id) == ["Received", "Noted"]


def test_a_refusal_is_not_remembered(desk: Desk, case_id: UUID) -> None:
    key, refund = new_key(), Refund(amount=Money(minor=19900))
    desk.act(case_id, Classify(kind=Kind.RETURN, reason=Reason.QUALITY), AGENT, key=new_key())
    with pytest.raises(Refused) as refusal:
        desk.act(case_id, refund, AGENT, key=key)
    assert refusal.value.details["clause"] == "S0 五/1(4)"
    passed = ask(Inspect, stage="return_check", disposition="refund", is_passed=True)
    leave = ask(Approve, subject="return", reason="quality", order_no="R-1")
    desk.act(case_id, leave, caller(Role.SUPERVISOR, "zhao"), key=new_key())
    desk.act(case_id, passed, caller(Role.QUALITY, "sun"), key=new_key())
    assert desk.act(case_id, refund, AGENT, key=key).facts == ("Refunded",)


def test_a_stale_version_is_told_the_present_one(desk: Desk, case_id: UUID) -> None:
    desk.act(case_id, Respond(step=Step.REPLY), AGENT, key=new_key(), expected_version=1)
    with pytest.raises(VersionMismatch) as stale:
        desk.act(case_id, Respond(step=Step.SOLUTION), AGENT, key=new_key(), expected_version=1)
    assert stale.value.details == {"version": 2}


def test_a_lost_race_is_decided_anew_once_and_then_told(
    desk: Desk, ledger: Ledger, case_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, rivals = ledger.append, iter([1, 2])

    def overtaken(*args: object, **kwargs: object) -> object:
        monkeypatch.setattr(ledger, "append", append)
        desk.act(case_id, Note(word=f"rival-{next(rivals)}"), caller(actor="rival"), key=new_key())
        monkeypatch.setattr(ledger, "append", overtaken)
        return append(*args, **kwargs)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(ledger, "append", overtaken)
    with pytest.raises(CaseIsBusy) as lost:
        desk.act(case_id, Respond(step=Step.REPLY), AGENT, key=new_key())
    assert lost.value.details["version"] == 3


def test_a_case_that_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.act(uuid4(), ask(Close, outcome="solved"), AGENT, key=new_key())


def test_a_technician_leaves_the_cases_of_others_alone(desk: Desk, case_id: UUID) -> None:
    desk.act(case_id, Transfer(department=Department.TECH_SUPPORT, assigned_to="liu"), AGENT, key=new_key())
    with pytest.raises(NotAllowed):
        desk.act(case_id, Note(word="looked-at"), caller(Role.TECHNICIAN, "chen"), key=new_key())


def test_a_late_fact_needs_a_document_and_is_marked(desk: Desk, ledger: Ledger) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    earlier = ask(Receive, channel="phone", occurred_at=yesterday - timedelta(hours=1), document="TEL-76")
    case_id = desk.receive(earlier, AGENT, key=new_key()).case_id
    with pytest.raises(Malformed, match="document"):
        desk.act(case_id, Respond(step=Step.REPLY, occurred_at=yesterday), AGENT, key=new_key())
    shown = Respond(step=Step.REPLY, occurred_at=yesterday, document="TEL-77")
    desk.act(case_id, shown, AGENT, key=new_key())
    known = ledger.load(case_id)[-1]
    assert (known.is_backdated, known.occurred_at, known.source.document) == (True, yesterday, "TEL-77")


def test_nothing_happens_before_the_case_was_received(desk: Desk, ledger: Ledger, case_id: UUID) -> None:
    begun = ledger.load(case_id)[0].occurred_at
    early = Respond(step=Step.REPLY, occurred_at=begun - timedelta(hours=1), document="TEL-78")
    with pytest.raises(Malformed, match="before the case was received") as refusal:
        desk.act(case_id, early, AGENT, key=new_key())
    assert [error["field"] for error in refusal.value.details["errors"]] == ["occurred_at"]
    to_the_minute = Respond(step=Step.REPLY, occurred_at=begun - timedelta(seconds=59))
    desk.act(case_id, to_the_minute, AGENT, key=new_key())
    assert ledger.load(case_id)[-1].occurred_at == begun
    assert desk.act(case_id, to_the_minute, AGENT, key=new_key()).facts == ()


def test_what_is_told_to_the_minute_is_judged_by_the_time_it_is_recorded_with(
    desk: Desk, ledger: Ledger
) -> None:
    nameless = ask(Receive, channel="phone", product_line="water-meter")
    case_id = desk.receive(nameless, AGENT, key=new_key()).case_id
    begun = ledger.load(case_id)[0].occurred_at
    handed_over = Transfer(department=Department.QUALITY, occurred_at=begun - timedelta(seconds=30))
    with pytest.raises(Refused) as refusal:
        desk.act(case_id, handed_over, AGENT, key=new_key())
    assert refusal.value.details["rule"] == "transfer-complete"


def test_nothing_happens_in_the_future(desk: Desk, case_id: UUID) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with pytest.raises(Malformed, match="future"):
        desk.act(case_id, Respond(step=Step.REPLY, occurred_at=tomorrow), AGENT, key=new_key())


def test_a_clock_a_little_ahead_is_taken_for_now(desk: Desk, ledger: Ledger, case_id: UUID) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=3)
    desk.act(case_id, Respond(step=Step.REPLY, occurred_at=soon), AGENT, key=new_key())
    known = ledger.load(case_id)[-1]
    assert known.recorded_at is not None
    assert known.occurred_at <= known.recorded_at


def test_what_was_pinned_and_entitled_stands_in_the_facts(desk: Desk, ledger: Ledger, case_id: UUID) -> None:
    desk.act(case_id, Classify(kind=Kind.REPAIR, reason=Reason.QUALITY), AGENT, key=new_key())
    received, classified = (recorded.fact for recorded in ledger.load(case_id))
    assert isinstance(received, Received)
    assert isinstance(classified, Classified)
    assert {verdict.clause for verdict in classified.verdicts} >= {"S0 二/3"}


def test_a_database_that_is_busy_is_told_within_three_seconds(
    desk: Desk, ledger: Ledger, case_id: UUID
) -> None:
    with psycopg.connect(ledger.database.owner_dsn) as somebody_else:
        somebody_else.execute("LOCK TABLE log.case_events IN ACCESS EXCLUSIVE MODE")
        began = monotonic()
        with pytest.raises(Unavailable) as refusal:
            desk.act(case_id, Respond(step=Step.REPLY), AGENT, key=new_key())
        assert monotonic() - began < 3.2
        assert refusal.value.details["retry_after"] == 1
    assert desk.act(case_id, Respond(step=Step.REPLY), AGENT, key=new_key()).facts == ("Responded",)
