"""A second matter becomes its own case, and what was registered twice goes on in one; both cases say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest

from cases import codes, events
from cases.case import Case, fold
from cases.codes import Channel, Kind, Link, Role, Subject
from cases.command import decisions
from cases.commands import Approve, Classify, Close, Correct, Merge, Note, Receive, Reopen, Respond
from cases.desk import Desk
from cases.errors import CaseIsBusy, Malformed, NotFound, Refused
from cases.promises.clock import Verdict
from cases.promises.clocks import clocks
from cases.request import Receipt
from cases.store.ledger import Ledger
from cases.watching import EscalateAlert
from tests.cases import clock_stories
from tests.cases.clock_stories import HUMMING, promise, story, wall
from tests.cases.scenario import (
    CHECKED,
    MORNING,
    Story,
    approved,
    classified,
    closed,
    given,
    received,
    refunded,
    told,
)
from tests.cases.test_alerts import SAFE
from tests.fix_desk import ask, caller, new_key

AGENT, SUPERVISOR = caller(), caller(Role.SUPERVISOR, "qi")
FIRST = UUID(int=0x1A3A)
CUSTOMER = UUID(int=8)
HUMS = ask(
    Receive, channel="phone", customer_name="张小美", customer_phone="13800005678", description="台灯嗡嗡响"
)
BROKEN_GLASS = {"channel": "phone", "description": "灯罩也碎了", "paid": {"minor": 5_900}}


def earlier(**more: object) -> Case:
    """The case that goes on: the same kettle lamp hums, told an hour before."""
    first = told(
        received(**{"case_no": "AS-00000041", "subject_id": CUSTOMER, **more}),
        at=MORNING - timedelta(hours=1),
    )
    return replace(given(first).case, case_id=FIRST)


def merging(story: Story, other: Case | None = None) -> Story:
    return story.when(Merge(into=FIRST).with_other(earlier() if other is None else other))


TWICE = given(received(subject_id=CUSTOMER), classified("complaint"))


def test_what_was_registered_twice_goes_on_in_the_earlier_case() -> None:
    merged = merging(TWICE).then(events.Linked(link=Link.MERGED_INTO, case_no="AS-00000041"))
    case = merged.and_(*merged.outcome).case  # type: ignore[misc]  # it was not refused
    assert (case.is_closed, case.stage, case.merged_into) == (True, codes.Stage.CLOSED, "AS-00000041")


MERGED = TWICE.and_(events.Linked(link=Link.MERGED_INTO, case_no="AS-00000041"))


def test_a_merged_case_takes_no_more_work_and_says_where_it_goes_on() -> None:
    for doing in (Note(word="seen"), Respond(step=codes.Step.REPLY), Reopen(reason=codes.ReopenReason.OTHER)):
        refused = MERGED.when(doing).then_refused(rule="merged").outcome
        assert isinstance(refused, Refused)
        assert refused.details["case_no"] == "AS-00000041"
    merging(MERGED).then_quiet()
    merging(MERGED, replace(earlier(case_no="AS-00000040"), case_id=FIRST)).then_refused(rule="merged")


def test_a_merge_by_mistake_is_withdrawn_and_all_is_as_before() -> None:
    undone = MERGED.when(Correct(corrects=3, reason=codes.CorrectionReason.WRONG_CASE, is_withdrawn=True))
    case = undone.and_(*undone.outcome).case  # type: ignore[misc]  # it was not refused
    assert (case.is_closed, case.merged_into, case.stage) == (False, None, codes.Stage.CLASSIFIED)
    other = Correct.model_validate({"corrects": 3, "reason": "wrong_case", "changes": {"case_no": "AS-1"}})
    with pytest.raises(Malformed):
        MERGED.when(other)


def test_the_later_case_goes_into_the_earlier_one_which_must_be_open() -> None:
    late = told(received(case_no="AS-00000043", subject_id=CUSTOMER), at=MORNING + timedelta(hours=5))
    merging(TWICE, replace(given(late).case, case_id=FIRST)).then_refused(rule="merge-into-earlier")
    merging(TWICE, replace(TWICE.case)).then_refused(rule="merge-into-earlier")
    merging(TWICE, replace(earlier(), is_closed=True)).then_refused(rule="merge-into-open")
    merging(TWICE, replace(earlier(), merged_into="AS-00000001")).then_refused(rule="merged")
    merging(TWICE.and_(closed())).then_allowed()


def test_a_case_in_which_money_went_back_is_no_mere_duplicate() -> None:
    merging(given(*CHECKED, refunded(100))).then_refused(rule="merge-before-refund")


@pytest.mark.parametrize("whose", [UUID(int=9), None])
def test_two_customers_are_merged_with_the_leave_of_somebody_else_only(whose: UUID | None) -> None:
    other = earlier(subject_id=whose)
    merging(TWICE, other).then_refused(rule="merge-approved")
    leave = approved("merge", item="AS-00000041", reason="registered_twice")
    merging(TWICE.and_(leave), other).then_allowed()
    merging(TWICE.and_(approved("merge", item="AS-00000042", reason="other")), other).then_refused(
        rule="merge-approved"
    )
    merging(TWICE.and_(told(leave, actor="agent-mei")), other).then_refused(rule="four-eyes")
    with pytest.raises(ValueError, match="names the number of the case"):
        Approve(subject=Subject.MERGE, reason=codes.LeaveReason.OTHER)


def test_open_clocks_end_cancelled_and_what_was_missed_stays_missed() -> None:
    answer = promise("reply", 'fact = "Received"', 'fact = "Responded"', "hours = 24")
    end = promise("end", 'fact = "Received"', 'fact = "Closed"', "hours = 48")
    demand, merged = (
        story(answer + end).at("2026-03-02 09:00", HUMMING),
        events.Linked(link=Link.MERGED_INTO, case_no="AS-1"),
    )
    verdicts = [clock.verdict for clock in demand.at("2026-03-02 12:00", merged).clocks().values()]
    assert verdicts == [Verdict.CANCELLED, Verdict.CANCELLED]
    late = demand.at("2026-03-03 12:00", merged).clocks()
    assert [late[name].verdict for name in ("reply:1", "end:1")] == [Verdict.BREACHED, Verdict.CANCELLED]
    joined = events.Linked(link=Link.MERGED_FROM, case_no="AS-00000043")
    assert demand.at("2026-03-02 12:00", joined).verdict() is Verdict.OPEN, "the case that goes on goes on"


def test_a_danger_that_was_told_of_in_a_merged_case_is_still_told() -> None:
    told = story(SAFE).at("2026-03-02 09:00", HUMMING)
    told = told.at("2026-03-02 10:00", clock_stories.classified("repair", is_safety=True))
    merged = told.at("2026-03-02 10:05", events.Linked(link=Link.MERGED_INTO, case_no="AS-00000041"))
    case = fold(clock_stories.CASE, merged.facts)
    alarm = EscalateAlert(alert=f"{clock_stories.CASE}:lamp-story:safety:1", level="supervisor")
    (fact,) = decisions(
        alarm.beside((), lambda _: merged.rules), case, merged.rules, wall("2026-03-02 10:10")
    )
    assert isinstance(fact, events.Escalated)


# At the desk


def links(ledger: Ledger, case_id: UUID) -> list[tuple[str, str]]:
    history = ledger.case(case_id).history
    return [
        (known.fact.link.value, known.fact.case_no)
        for known in history
        if isinstance(known.fact, events.Linked)
    ]


def take(desk: Desk, command: Receive = HUMS) -> Receipt:
    return desk.receive(command, AGENT, key=new_key())


def split(desk: Desk, from_: UUID, **more: object) -> Receipt:
    return take(desk, ask(Receive, **BROKEN_GLASS, split_from=str(from_), **more))


def test_both_timelines_name_each_other_and_asking_again_adds_nothing(desk: Desk, ledger: Ledger) -> None:
    first, again, key = take(desk), take(desk), new_key()
    receipt = desk.act(again.case_id, Merge(into=first.case_id), AGENT, key=key)
    assert receipt.facts == ("Linked",)
    assert desk.act(again.case_id, Merge(into=first.case_id), AGENT, key=key).replayed
    assert desk.act(again.case_id, Merge(into=first.case_id), AGENT, key=new_key()).facts == ()
    assert links(ledger, again.case_id) == [("merged_into", first.case_no)]
    assert links(ledger, first.case_id) == [("merged_from", again.case_no)]
    assert receipt.position == ledger.case(first.case_id).stored[-1].position, (
        "who waits for it has read both"
    )
    desk.act(first.case_id, Respond(step=codes.Step.REPLY), AGENT, key=new_key())
    with pytest.raises(NotFound):
        desk.act(first.case_id, Merge(into=UUID(int=404)), AGENT, key=new_key())


def test_a_second_matter_has_the_customer_and_nothing_else_of_the_first(desk: Desk, ledger: Ledger) -> None:
    first = take(desk)
    for command in (
        Classify(kind=Kind.REPAIR),
        Respond(step=codes.Step.REPLY),
        Close(outcome=codes.Outcome.REFUSED),
    ):
        desk.act(first.case_id, command, SUPERVISOR, key=new_key())
    second = split(desk, first.case_id)
    assert second.facts == ("Received", "Linked")
    case, of = ledger.case(second.case_id), ledger.case(first.case_id).received
    assert case.received is not None
    assert of is not None
    assert case.received.subject_id == of.subject_id is not None
    assert (case.received.customer_name, case.received.customer_phone) == (
        of.customer_name,
        of.customer_phone,
    )
    assert case.received.description != of.description
    assert (case.stage, case.classified, case.is_closed) == (codes.Stage.RECEIVED, None, False)
    verdicts = {clock.verdict for clock in clocks(case.stored, desk.rules_of(case))}
    assert verdicts <= {Verdict.OPEN, Verdict.NOT_CONFIGURED}
    assert links(ledger, second.case_id) == [("split_from", first.case_no)]
    assert links(ledger, first.case_id) == [("split_into", second.case_no)]


def test_the_clocks_of_a_second_matter_run_from_when_it_was_told(desk: Desk, ledger: Ledger) -> None:
    first = take(desk)
    begun = ledger.case(first.case_id).begun_at
    assert begun is not None
    with pytest.raises(Refused, match="after the first was received"):
        split(desk, first.case_id, occurred_at=(begun - timedelta(hours=1)).isoformat(), document="D-1")
    second = split(desk, first.case_id, occurred_at=begun.isoformat())
    assert ledger.case(second.case_id).begun_at == begun.astimezone(UTC)


def test_a_second_matter_of_another_customer_is_received_and_not_split(desk: Desk) -> None:
    first, again = take(desk), take(desk)
    with pytest.raises(Malformed, match="leave name, phone and address out"):
        split(desk, first.case_id, customer_phone="13900001111")
    unnamed = take(desk, Receive(channel=Channel.PHONE))
    assert split(desk, unnamed.case_id, customer_phone="13900001111").facts == ("Received", "Linked")
    desk.act(again.case_id, Merge(into=first.case_id), AGENT, key=new_key())
    with pytest.raises(Refused, match="goes on in another case"):
        split(desk, again.case_id)


def test_two_who_merge_one_case_at_once_leave_one_link_on_each_side(desk: Desk, ledger: Ledger) -> None:
    first, second, third = take(desk), take(desk), take(desk)
    start, lost = Barrier(2), list[CaseIsBusy | Refused]()

    def merge(into: Receipt) -> None:
        start.wait()
        try:
            desk.act(third.case_id, Merge(into=into.case_id), AGENT, key=new_key())
        except (CaseIsBusy, Refused) as error:
            lost.append(error)

    threads = [Thread(target=merge, args=(into,)) for into in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lost) == 1
    said = [*links(ledger, first.case_id), *links(ledger, second.case_id)]
    assert (len(links(ledger, third.case_id)), said) == (1, [("merged_from", third.case_no)])
