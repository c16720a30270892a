"""More of what users of comparable systems complain about: histories, reports, surveys, amounts; naively and ours."""

from __future__ import annotations

from datetime import timedelta

from cases import codes, events
from cases.case import fold
from cases.commands import Correct, Deliver, Refund, Revisit
from cases.fact import Fact, Money
from cases.history import as_of, corrections, effective
from cases.promises.clock import Standing, Verdict, standing
from tests.cases import clock_stories
from tests.cases.clock_stories import HUMMING, REOPENED, REPLY, promise, story, wall
from tests.cases.scenario import (
    CASE,
    CHECKED,
    Story,
    approved,
    checked,
    classified,
    closed,
    given,
    inspected,
    received,
    refunded,
    revisited,
    shipped,
    yuan,
)

WHOLE, HALF = 199, 100
MENDED = (received(), classified("repair", mode="mail_in"), inspected(), events.Repaired())


def row(told: Story | clock_stories.Story) -> dict[str, object]:
    """Naively: a record is one row, and each fact, a correction as well, writes over what it knew before."""
    known: dict[str, object] = {}
    for one in told.facts:
        fact = one.fact
        known |= fact.changes if isinstance(fact, events.Corrected) else dict(fact)
        known["is_waiting"] = isinstance(fact, events.Paused)
    return known


def test_group_8_what_was_changed_stays_readable_beside_what_it_became() -> None:
    """Naively: who reads the row later sees no change, nor by whom."""
    changed = events.Corrected.model_validate(
        {"corrects": 2, "reason": "typing_error", "changes": {"category": "diagnosis"}}
    )
    told = given(received(), classified("consultation", category="usage"), changed)
    assert row(told)["category"] == "diagnosis"
    assert "usage" not in row(told).values(), "the old value is gone, and with it whoever judged by it"
    (found,) = corrections(told.facts)
    assert [getattr(one and one.fact, "category", None) for one in (found.recorded, found.corrected)] == [
        "usage", "diagnosis",
    ]  # fmt: skip
    assert found.by.actor == "agent-mei"


def test_group_8_a_past_is_told_as_it_was_known_then_and_as_it_is_known_today() -> None:
    """Naively: the state on a day is the row of today, or that of a backup; and what comes in late is the newest."""
    told = (
        story(promise("reply", 'fact = "Received"', 'fact = "Responded"', "hours = 24"))
        .at("2026-03-02 09:00", HUMMING)
        .at("2026-03-03 09:00", clock_stories.classified("repair"))
        .at("2026-03-05 09:00", clock_stories.classified("return"))
        .at("2026-03-02 12:00", clock_stories.classified("complaint"), recorded="2026-03-06 09:00")
    )
    assert row(told)["kind"] == "complaint", "told last, though it is the oldest"
    third, fifth = wall("2026-03-03 12:00"), wall("2026-03-05 12:00")
    known_then = fold(CASE, as_of(told.facts, happened_by=fifth, known_at=fifth))
    known_now = fold(CASE, as_of(told.facts, happened_by=wall("2026-03-02 18:00")))
    assert (known_then.kind, known_now.kind) == ("return", "complaint")
    assert fold(CASE, as_of(told.facts, happened_by=third, known_at=third)).kind == "repair"


def test_group_8_a_wait_that_is_over_keeps_its_past() -> None:
    """Naively: suspended is a flag, and once it is down nobody knows that it was ever up, nor for how long."""
    pause = 'pause = { from = { fact = "Paused" }, to = { fact = "Resumed" } }'
    told = story(promise("reply", 'fact = "Received"', 'fact = "Responded"', "hours = 24", pause))
    told = told.at("2026-03-02 09:00", HUMMING).at("2026-03-02 10:00", clock_stories.WAITING)
    told = told.at("2026-03-03 10:00", clock_stories.RESUMED)
    assert row(told)["is_waiting"] is False
    (wait,) = told.clock().pauses
    assert (wait.since, wait.until) == (wall("2026-03-02 10:00"), wall("2026-03-03 10:00"))


def test_group_9_a_reopened_case_does_not_count_the_days_it_was_closed() -> None:
    """Naively: the response time of a case is its last answer less its first demand, whatever lay between."""
    rule = promise("reply", 'fact = "Received"', 'fact = "Responded"', "hours = 24")
    told = story(rule).at("2026-03-02 09:00", HUMMING).at("2026-03-02 09:05", REPLY)
    told = told.at("2026-03-02 09:10", clock_stories.closed()).at("2026-03-06 14:00", REOPENED)
    told = told.at("2026-03-06 14:10", REPLY)
    naive = wall("2026-03-06 14:10") - wall("2026-03-02 09:00")
    assert naive > timedelta(days=4)
    first, again = told.clock("reply:1"), told.clock("reply:2")
    assert (first.raw_elapsed, first.verdict) == (timedelta(minutes=5), Verdict.MET)
    assert (again.raw_elapsed, again.verdict) == (timedelta(minutes=10), Verdict.MET)


HOME = events.Delivered.model_validate({"direction": "outbound"})
CAME_BACK = events.Reopened.model_validate({"reason": "customer_came_back"})


def sent(told: Story, when: tuple[type[Fact], ...] = (events.Closed,)) -> int:
    """Naively: how many surveys go out, one each time that such a fact is recorded."""
    return sum(isinstance(one.fact, when) for one in told.facts)


def test_group_10_a_reopened_case_is_revisited_again_before_it_ends() -> None:
    """Naively: one survey a case; whoever was asked once is never asked again, however it went on."""
    told = given(*MENDED, HOME, revisited(), closed(), CAME_BACK, inspected(), events.Repaired())
    is_to_be_asked = not any(isinstance(one.fact, events.Revisited) for one in told.facts)
    assert not is_to_be_asked, "so that the second repair ends unasked"
    told.when(closed()).then_refused(clause="S0 五/2(4)")
    again = told.and_(revisited(solved=False), revisited(), closed())
    again.then_not_found("revisit-before-closing")
    asked = [one.fact for one in again.facts if isinstance(one.fact, events.Revisited)]
    assert [fact.is_solved for fact in asked] == [True, False, True], "every answer stands, of either cycle"


def test_group_10_whoever_gave_the_demand_up_is_not_asked_how_it_was() -> None:
    """Naively: every closing sends a survey, also that of a case which nobody could get an answer to."""
    told = given(received(), classified("repair", mode="mail_in"))
    given_up = told.and_(closed("withdrawn"))
    assert sent(given_up) == 1
    told.when(closed("withdrawn")).then_allowed()
    told.when(closed("solved")).then_refused(clause="S0 五/2(4)")


def test_group_10_a_survey_that_reached_nobody_asked_nobody() -> None:
    """Naively: what was sent counts as asked, through a channel that lets nothing pass any more, and each time anew."""
    survey = [
        events.Filed(form=codes.Form.SATISFACTION_SURVEY, step=codes.FormStep.MADE_OUT, form_no=f"M-{number}")
        for number in (1, 2)
    ]
    told = given(*MENDED, HOME, *survey)
    assert sent(told, (events.Filed,)) == 2, "so that one customer of two has answered, at best"
    told.when(closed()).then_refused(clause="S0 五/2(4)")
    answered = told.and_(revisited())
    assert sent(answered, (events.Revisited,)) == 1, "one was asked, and one has answered"
    answered.when(closed()).then_allowed()


def test_group_10_an_answer_that_is_told_twice_or_changed_is_one_answer() -> None:
    """Naively: every response is a row, so that more customers answer than were asked."""
    asked = given(*MENDED, HOME)
    answer = Revisit(method=codes.RevisitMethod.PHONE, is_solved=True, satisfaction=2)
    first = asked.and_(*asked.when(answer).then_allowed().news)
    changed = Correct(
        corrects=len(first.facts), reason=codes.CorrectionReason.TYPING_ERROR, changes={"satisfaction": 5}
    )
    naive = [answer.satisfaction, answer.satisfaction, changed.changes["satisfaction"]]
    assert (len(naive), sum(naive) / len(naive)) == (3, 3)  # type: ignore[arg-type]  # all of them are whole numbers
    first.when(answer).then_quiet()
    right = first.and_(*first.when(changed).then_allowed().news)
    scores = [
        one.fact.satisfaction for one in effective(right.facts) if isinstance(one.fact, events.Revisited)
    ]
    assert scores == [5]


def test_group_10_a_survey_has_an_end_and_an_answer_after_it_is_late() -> None:
    """Naively: a survey that is not answered stays open, and there are three thousand of them."""
    within = 'days = 7, calendar = "calendar-days"'
    asks = promise("ask", 'fact = "Delivered", direction = "outbound"', 'fact = "Revisited"', within)
    told = story(asks).at("2026-03-02 09:00", HUMMING).at("2026-03-03 09:00", HOME)
    told = told.at("2026-03-04 09:00", clock_stories.closed())
    a_year_on = wall("2027-03-03 09:00")
    naive_open = not any(isinstance(one.fact, events.Revisited) for one in told.facts)
    assert naive_open, "for a customer who has long forgotten the lamp"
    assert told.clock("ask:1").due_at == wall("2026-03-11 00:00")
    assert standing(told.clock("ask:1"), a_year_on) is Standing.OVERDUE, (
        "somebody owed it, and since when is known"
    )
    assert told.at("2027-03-03 09:00", revisited()).verdict("ask:1") is Verdict.BREACHED
    withdrawn = told.at("2026-03-05 09:00", clock_stories.closed("withdrawn"))
    assert standing(withdrawn.clock("ask:1"), a_year_on) is Standing.CANCELLED


def test_group_10_what_was_registered_twice_is_asked_once() -> None:
    """Naively: each of two merged tickets is closed, and each closing asks the customer."""
    first, again = given(*MENDED, HOME), given(*MENDED, HOME)
    assert sum(map(sent, (first.and_(closed()), again.and_(closed())))) == 2
    merged = again.and_(events.Linked(link=codes.Link.MERGED_INTO, case_no="AS-00000041"))
    ask_it = Revisit(method=codes.RevisitMethod.PHONE, is_solved=True)
    merged.when(ask_it).then_refused(rule="merged")
    first.when(ask_it).then_allowed()


def test_group_11_two_refunds_of_a_part_stay_within_what_was_paid() -> None:
    """Naively: every refund is compared with the price, none with the refunds before it."""
    assert all(amount <= WHOLE for amount in (HALF, HALF)), "each is allowed, one yuan too many goes back"
    once = given(*CHECKED, refunded(HALF))
    once.when(refunded(HALF)).then_refused(clause="S0 三/2", rule="refund-within-paid")
    once.when(refunded(WHOLE - HALF)).then_allowed()
    assert fold(CASE, once.facts).refunded_minor == HALF * 100


def test_group_11_what_was_paid_is_what_goes_back_and_not_the_price() -> None:
    """Naively: the price of the list goes back, without the discount that was given."""
    price, told = yuan(249), given(*CHECKED)
    assert price.minor > WHOLE * 100
    told.when(Refund(amount=price)).then_refused(rule="refund-within-paid")
    told.when(Refund(amount=yuan(WHOLE))).then_allowed()


THREE_LAMPS = (
    received(paid=Money(minor=10_000), quantity=3), classified("return", "not_fit"), approved("materials"),
    approved("return", order_no="TH-7"), shipped(),
)  # fmt: skip


def came(quantity: int) -> events.Delivered:
    return events.Delivered(direction=codes.Direction.INBOUND, quantity=quantity)


def test_group_11_no_more_goods_come_back_than_the_demand_is_about() -> None:
    """Naively: every return is offered the whole quantity again, whatever came before."""
    told = given(*THREE_LAMPS, came(2), shipped())
    asked_about, again = 3, 2
    assert again <= asked_about, "so that four of three lamps come back"
    told.when(Deliver(direction=codes.Direction.INBOUND, quantity=again)).then_refused(
        rule="goods-within-demand"
    )
    told.when(Deliver(direction=codes.Direction.INBOUND, quantity=1)).then_allowed()
    sent_back = events.Delivered(direction=codes.Direction.OUTBOUND, quantity=2)
    told.and_(sent_back).when(Deliver(direction=codes.Direction.INBOUND, quantity=3)).then_allowed()


def test_group_11_two_parcels_of_one_lamp_each_are_two_lamps() -> None:
    """Naively: what says the same as before is the same, and the second parcel is lost on the way to the books."""
    told, parcel = (
        given(*THREE_LAMPS, came(1), shipped()),
        Deliver(direction=codes.Direction.INBOUND, quantity=1),
    )
    assert came(1) in [one.fact for one in told.facts]
    second = told.and_(*told.when(parcel).then_allowed().news)
    assert second.case.goods_here == 2
    second.when(parcel).then_quiet()


def test_group_11_money_goes_back_for_what_came_back_to_the_last_fen() -> None:
    """Naively: the refund is for what was announced; or for a rounded price of one, times what came."""
    told = given(*THREE_LAMPS, came(1), checked(is_packaging_intact=True, are_accessories_complete=True))
    announced, rounded = Money(minor=10_000), round(10_000 / 3)
    assert rounded * 3 == 9_999, "and a fen of the customer stays with the firm"
    told.when(Refund(amount=announced)).then_refused(rule="refund-within-returned")
    told.when(Refund(amount=Money(minor=rounded + 1))).then_refused(rule="refund-within-returned")
    once = told.and_(*told.when(Refund(amount=Money(minor=rounded))).then_allowed().news)
    all_here = once.and_(shipped(), came(2))
    all_here.when(Refund(amount=Money(minor=10_000 - rounded))).then_allowed()
    paid_out = all_here.and_(events.Refunded(amount=Money(minor=10_000 - rounded)))
    fewer = Correct(corrects=6, reason=codes.CorrectionReason.TYPING_ERROR, is_withdrawn=True)
    assert paid_out.case.history[5].fact == came(1)
    paid_out.when(fewer).then_refused(rule="refund-within-returned")
