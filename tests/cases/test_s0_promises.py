"""Every promise of the lamp factory's regulation: given what happened, when it is kept or not, then by which clause."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import codes, events
from cases.fact import Fact, Money
from cases.promises.clock import Lacking, Verdict
from cases.regulation.model import CONFIGURED
from cases.regulation.rules import Rules
from tests.cases.clock_stories import HUMMING, RESUMED, WAITING, Story, classified, closed, wall
from tests.cases.promised import Promised
from tests.cases.scenario import lamp_factory, lamp_rules

MAIL = HUMMING.model_copy(update={"channel": codes.Channel.EMAIL})
RETURNED = events.Delivered(direction=codes.Direction.INBOUND)
HOME_AGAIN = events.Delivered(direction=codes.Direction.OUTBOUND)
REFUNDED = events.Refunded(amount=Money(minor=19900))
VISITED = events.Revisited(method=codes.RevisitMethod.PHONE, is_solved=True)
PARTS = events.Paused(reason=codes.PauseReason.WAITING_FOR_PARTS)
RISK = classified("repair", is_safety=True)


def said(step: codes.Step, channel: codes.Channel = codes.Channel.PHONE) -> events.Responded:
    return events.Responded(step=step, channel=channel)


def planned(promised: str, disposition: codes.Disposition = codes.Disposition.REPAIR) -> events.Inspected:
    return events.Inspected(
        stage=codes.InspectionStage.ARRIVAL, disposition=disposition, promised_at=wall(promised)
    )


IN_MARCH = ("2026-03-02 09:00", HUMMING)
REPLY, FINAL, TOUCH = (
    said(step) for step in (codes.Step.REPLY, codes.Step.FINAL_ANSWER, codes.Step.FIRST_TOUCH)
)
S0 = (
    Promised(
        "consultation-reply", "S0 三/2", (IN_MARCH, ("2026-03-02 09:10", classified("consultation"))),
        "2026-03-03 09:00", kept_by=(REPLY, FINAL), not_kept_by=(TOUCH, said(codes.Step.NOTICE)),
    ),
    Promised(
        "first-response", "S0 一/3", (IN_MARCH,), "2026-03-02 11:00",
        kept_by=(TOUCH, REPLY, planned("2026-03-06 18:00")),
        not_kept_by=(classified("repair"),), is_configured=True,
    ),
    Promised(
        "resolution", "S0 二/1", (IN_MARCH,), "2026-03-18 00:00", kept_by=(closed(),), not_kept_by=(FINAL, REFUNDED),
        is_configured=True,
    ),
    Promised(
        "phone-pickup", "S0 六/3", (IN_MARCH,), "2026-03-02 10:00", kept_by=(TOUCH,),
        not_kept_by=(said(codes.Step.REPLY, codes.Channel.EMAIL),), is_configured=True,
    ),
    Promised(
        "mail-reply", "S0 六/3", (("2026-03-02 09:00", MAIL),), "2026-03-02 13:00", kept_by=(REPLY, FINAL),
        not_kept_by=(TOUCH,), is_configured=True,
    ),
    Promised(
        "repair-promise", "S0 五/2(2)",
        (IN_MARCH, ("2026-03-02 10:00", classified("repair")), ("2026-03-04 10:00", planned("2026-03-06 18:00"))),
        "2026-03-06 18:00", kept_by=(events.Repaired(), events.Replaced()), not_kept_by=(HOME_AGAIN,),
    ),
    Promised(
        "refund-within", "S0 六/3",
        (IN_MARCH, ("2026-03-02 10:00", classified("return", reason="quality")), ("2026-03-03 10:00", RETURNED)),
        "2026-03-11 00:00", kept_by=(REFUNDED,), not_kept_by=(FINAL,), is_configured=True,
    ),
    Promised(
        "goods-inspected", "配置，非制度规定",
        (IN_MARCH, ("2026-03-02 10:00", classified("repair")), ("2026-03-03 10:00", RETURNED)), "2026-03-07 00:00",
        kept_by=(planned("2026-03-12 18:00"),), not_kept_by=(REPLY, RETURNED), is_configured=True,
    ),
    Promised(
        "parts-come", "配置，非制度规定",
        (IN_MARCH, ("2026-03-02 10:00", classified("repair")), ("2026-03-03 10:00", PARTS)), "2026-03-18 00:00",
        kept_by=(RESUMED,), not_kept_by=(REPLY, PARTS), is_configured=True,
    ),
    Promised(
        "safety-stop-use", "S0 五/3", (IN_MARCH, ("2026-03-02 09:20", RISK)), "2026-03-02 09:50",
        kept_by=(said(codes.Step.STOP_USE),), not_kept_by=(REPLY,), is_configured=True,
    ),
    Promised(
        "revisit-due", "S0 五/2(4)",
        (IN_MARCH, ("2026-03-02 10:00", classified("repair")), ("2026-03-05 10:00", HOME_AGAIN)),
        "2026-03-10 00:00", kept_by=(VISITED,), not_kept_by=(said(codes.Step.NOTICE),), is_configured=True,
    ),
)  # fmt: skip
BY_NAME = {one.promise: one for one in S0}


def test_every_promise_of_s0_has_its_scenario() -> None:
    (regulation,) = lamp_factory().regulations.values()
    assert {promise.id: promise.clause for promise in regulation.promise} == {
        one.promise: one.clause for one in S0
    }


@pytest.mark.proves
@pytest.mark.parametrize("promised", S0, ids=str)
def test_a_promise_starts_is_kept_in_time_and_by_nothing_else(promised: Promised) -> None:
    promised.must_start_under("lamp-factory")
    promised.must_be_kept_in_time()
    promised.must_stay_open()


@pytest.mark.parametrize("promised", S0, ids=str)
def test_a_number_that_s0_leaves_open_is_shown_as_not_configured_until_the_firm_sets_it(
    promised: Promised,
) -> None:
    (bound,) = lamp_rules()
    unset = Rules((type(bound)(bound.pinned, bound.regulation, None, bound.calendars),))
    clock = Story(unset, promised.begun.facts).clock(promised.name)
    assert clock.promise.is_configured is promised.is_configured
    if promised.is_configured:
        assert (clock.verdict, clock.lacking) == (Verdict.NOT_CONFIGURED, Lacking.SETTING)
    else:
        assert clock.due_at == wall(promised.due)


def test_the_demo_leaves_phone_and_mail_unset_so_that_it_can_be_seen() -> None:
    begun = Story(lamp_rules()).at("2026-03-02 09:00", HUMMING)
    assert begun.verdict("phone-pickup:1") is Verdict.NOT_CONFIGURED
    (bound,) = lamp_rules()
    assert bound.settings is not None
    assert {value.source for value in bound.settings.values.values()} == {CONFIGURED}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("consultation", {"consultation-reply"}),
        ("repair", {"revisit-due"}),
        ("exchange", {"revisit-due"}),
        ("return", {"refund-within"}),
        ("complaint", set()),
    ],
)
def test_each_kind_of_case_has_its_own_clocks(kind: str, names: set[str]) -> None:
    begun = Story(lamp_rules()).at("2026-03-02 09:00", HUMMING).at("2026-03-02 10:00", classified(kind))
    told = begun.at("2026-03-04 10:00", RETURNED).at("2026-03-06 10:00", HOME_AGAIN)
    always = {"first-response", "resolution", "phone-pickup", "goods-inspected"}
    assert {clock.promise.id for clock in told.clocks().values()} == names | always


@pytest.mark.parametrize(
    ("name", "day"),
    [("consultation-reply", "2026-03-02"), ("resolution", "2026-03-02"), ("repair-promise", "2026-03-04")],
)
def test_waiting_for_the_customer_stops_the_time(name: str, day: str) -> None:
    waited = BY_NAME[name].begun.at(f"{day} 11:00", WAITING).at(f"{day} 14:00", RESUMED)
    assert waited.clock(f"{name}:1").due_at == wall(BY_NAME[name].due) + timedelta(hours=3)


@pytest.mark.parametrize(
    "given_up",
    [REFUNDED, events.QuoteAnswered(quote_no="Q-1", is_accepted=False)],
    ids=["refunded instead", "quote declined"],
)
def test_a_repair_that_is_no_longer_wanted_is_no_longer_owed(given_up: Fact) -> None:
    begun = BY_NAME["repair-promise"].begun
    assert begun.at("2026-03-05 09:00", given_up).verdict("repair-promise:1") is Verdict.CANCELLED
    assert begun.at("2026-03-07 09:00", given_up).verdict("repair-promise:1") is Verdict.BREACHED


FAILED, PASSED = (
    events.Inspected(stage=codes.InspectionStage.RETURN_CHECK, disposition=end, is_passed=is_passed)
    for end, is_passed in ((codes.Disposition.REFUSE, False), (codes.Disposition.REFUND, True))
)
REFUSED = events.Rejected(subject=codes.Subject.RETURN, reason="opened")
GRANTED = events.Approved(subject=codes.Subject.RETURN, reason="complaint upheld")
IN_SPITE = events.Approved(
    subject=codes.Subject.OVERRIDE, item="refund-after-inspection", reason="an old customer"
)


def test_a_return_that_fails_one_check_and_passes_the_next_still_owes_its_refund_in_time() -> None:
    before = BY_NAME["refund-within"].begun
    checked = before.at("2026-03-04 10:00", FAILED).at("2026-03-05 10:00", PASSED)
    assert checked.verdict("refund-within:1") is Verdict.OPEN
    assert checked.clock("refund-within:1").due_at == before.clock("refund-within:1").due_at
    assert checked.at("2026-03-05 11:00", REFUNDED).verdict("refund-within:1") is Verdict.MET
    assert checked.at("2026-06-05 11:00", REFUNDED).verdict("refund-within:1") is Verdict.BREACHED


@pytest.mark.parametrize("ended", [REFUSED, FAILED, events.Replaced()], ids=lambda fact: fact.name())
def test_a_return_that_is_refused_fails_its_check_or_is_exchanged_owes_no_refund(ended: Fact) -> None:
    begun = BY_NAME["refund-within"].begun
    assert begun.at("2026-03-04 10:00", ended).verdict("refund-within:1") is Verdict.CANCELLED
    assert begun.at("2026-03-11 10:00", ended).verdict("refund-within:1") is Verdict.BREACHED


@pytest.mark.parametrize(
    ("refused", "granted"),
    [(REFUSED, GRANTED), (FAILED, PASSED), (FAILED, GRANTED), (FAILED, IN_SPITE)],
    ids=["refused, then granted", "failed, then passed", "failed, then granted", "failed, then paid in spite of it"],
)  # fmt: skip
def test_what_is_granted_after_all_was_owed_all_along(refused: Fact, granted: Fact) -> None:
    before = BY_NAME["refund-within"].begun
    granted_in_time = before.at("2026-03-04 10:00", refused).at("2026-03-05 10:00", granted)
    clock = granted_in_time.clock("refund-within:1")
    assert (clock.verdict, clock.due_at) == (Verdict.OPEN, before.clock("refund-within:1").due_at)
    assert granted_in_time.at("2026-03-10 10:00", REFUNDED).verdict("refund-within:1") is Verdict.MET
    granted_late = before.at("2026-03-04 10:00", refused).at("2026-04-05 10:00", granted)
    assert granted_late.at("2026-04-05 11:00", REFUNDED).verdict("refund-within:1") is Verdict.BREACHED
    reopened = before.at("2026-03-04 10:00", refused).at("2026-03-05 10:00", closed("refused"))
    reopened = reopened.at("2026-03-06 10:00", events.Reopened(reason="complaint"))
    assert reopened.at("2026-03-06 11:00", granted).verdict("refund-within:1") is Verdict.OPEN


def test_a_passed_check_does_not_take_back_a_refusal_nor_leave_an_exchange() -> None:
    begun = BY_NAME["refund-within"].begun
    for ended, later in ((REFUSED, PASSED), (events.Replaced(), GRANTED), (GRANTED, REFUSED)):
        told = begun.at("2026-03-04 10:00", ended).at("2026-03-05 10:00", later)
        assert told.verdict("refund-within:1") is Verdict.CANCELLED


def test_goods_that_went_home_and_came_again_begin_a_refund_of_their_own() -> None:
    begun = BY_NAME["refund-within"].begun.at("2026-03-04 10:00", FAILED).at("2026-03-06 10:00", HOME_AGAIN)
    again = begun.at("2026-03-20 10:00", RETURNED)
    checked = again.at("2026-03-21 10:00", PASSED)
    for told in (again, checked):
        assert told.verdict("refund-within:1") is Verdict.CANCELLED
        assert told.clock("refund-within:1:2").due_at == wall("2026-03-28 00:00")


def test_a_plan_without_an_expected_time_is_no_promise() -> None:
    plan = events.Inspected(stage=codes.InspectionStage.ARRIVAL, disposition=codes.Disposition.REPAIR)
    assert (
        "repair-promise:1"
        not in Story(lamp_rules()).at("2026-03-02 09:00", HUMMING).at("2026-03-03 09:00", plan).clocks()
    )


def test_a_risk_found_later_starts_its_clock_when_it_is_found() -> None:
    begun = Story(lamp_rules()).at("2026-03-02 09:00", HUMMING).at("2026-03-02 10:00", classified("repair"))
    assert "safety-stop-use:1" not in begun.clocks()
    assert begun.at("2026-03-02 15:00", RISK).clock("safety-stop-use:1").due_at == wall("2026-03-02 15:30")
