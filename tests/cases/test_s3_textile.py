"""The textile company's regulation (S3): its promises, what stops and ends them."""

from __future__ import annotations

import pytest

from cases import codes, events
from cases.fact import Fact
from tests.cases.clock_stories import HUMMING, wall
from tests.cases.promised import Promised
from tests.cases.scenario import (
    approved,
    classified,
    inspected,
    published,
    refunded,
    rejected,
    responded,
    rules_of,
)
from tests.cases.supporting import clocks_of, is_moved, waits_for_the_customer

EQUIPMENT = rules_of("textile", "smart-equipment")
ASKED = ("2026-09-30 15:00", HUMMING)
"""Wednesday before the national holiday; 10 October is a Saturday that is worked (regulations.md A.6)."""
VISITED = inspected("on_site")
ARRIVED = events.Arrived(is_id_shown=True)
NO_VISIT = (events.Arrived(purpose=codes.Purpose.DELIVERY), inspected("pre_diagnosis"))


def said(step: str) -> events.Responded:
    return responded(step)


def promised(purpose: str) -> events.Promised:
    return events.Promised.model_validate({"purpose": purpose, "promised_at": wall("2026-10-12 12:00")})


def visit(*, same_city: bool) -> Fact:
    return classified("repair", mode="on_site", is_same_city=same_city)


def booked(ends: str) -> events.Booked:
    return events.Booked(begins_at=wall(ends), ends_at=wall(ends))


S3 = (
    Promised(
        "consultation-response", "S3 第六条", (ASKED, ("2026-09-30 15:10", classified("consultation"))),
        "2026-10-09 00:00", kept_by=(said("first_touch"), said("reply")), not_kept_by=(events.Noted(word="called"),),
        rules=EQUIPMENT,
    ),
    Promised(
        "deferred-answer", "S3 第六条",
        (ASKED, ("2026-09-30 15:10", classified("consultation")), ("2026-10-08 10:00", said("deferred"))),
        "2026-10-11 00:00", kept_by=(said("reply"), said("final_answer"), said("solution")),
        not_kept_by=(said("update"),), rules=EQUIPMENT,
    ),
    Promised(
        "remote-support", "S3 第七条", (ASKED, ("2026-09-30 15:10", classified("repair", mode="remote"))),
        "2026-10-10 00:00", kept_by=(said("guidance"), said("solution"), events.Repaired(mode=codes.Mode.REMOTE)),
        not_kept_by=(said("first_touch"), events.Repaired(mode=codes.Mode.ON_SITE)), by=codes.Role.TECHNICIAN,
        rules=EQUIPMENT,
    ),
    Promised(
        "on-site-same-city", "S3 第七条", (ASKED, ("2026-09-30 15:10", visit(same_city=True))), "2026-10-11 00:00",
        kept_by=(ARRIVED, VISITED), not_kept_by=(said("reply"), *NO_VISIT), rules=EQUIPMENT,
    ),
    Promised(
        "on-site-other-city", "S3 第七条", (ASKED, ("2026-09-30 15:10", visit(same_city=False))), "2026-10-14 00:00",
        kept_by=(ARRIVED, VISITED), not_kept_by=(said("reply"), *NO_VISIT), rules=EQUIPMENT,
    ),
    Promised(
        "appointment-kept", "S3 第七条",
        (ASKED, ("2026-09-30 15:10", visit(same_city=True)), ("2026-10-08 09:00", booked("2026-10-20 16:00"))),
        "2026-10-20 16:00", kept_by=(ARRIVED, VISITED),
        not_kept_by=(said("update"), *NO_VISIT), rules=EQUIPMENT,
    ),
    Promised(
        "repair-promise", "S3 第七条",
        (
            ASKED, ("2026-09-30 15:10", visit(same_city=True)),
            ("2026-10-08 09:00", inspected("on_site", promised_at=wall("2026-10-12 12:00"))),
        ),
        "2026-10-12 12:00", kept_by=(events.Repaired(), events.Replaced()),
        not_kept_by=(said("update"),), rules=EQUIPMENT,
    ),
    Promised(
        "reply-promise", "S3 第三条",
        (ASKED, ("2026-09-30 15:10", classified("complaint")), ("2026-10-08 09:00", promised("solution"))),
        "2026-10-12 12:00", kept_by=(said("reply"), said("solution"), said("final_answer")),
        not_kept_by=(said("update"),), rules=EQUIPMENT,
    ),
    Promised(
        "return-promise", "S3 第三条",
        (ASKED, ("2026-09-30 15:10", classified("return")), ("2026-10-08 09:00", promised("refund"))),
        "2026-10-12 12:00", kept_by=(refunded(100), events.Replaced()),
        not_kept_by=(said("reply"), approved("return")), rules=EQUIPMENT,
    ),
    Promised(
        "installation-promise", "S3 第三条",
        (ASKED, ("2026-09-30 15:10", classified("installation")), ("2026-10-08 09:00", promised("installation"))),
        "2026-10-12 12:00", kept_by=(events.Installed(),),
        not_kept_by=(events.Arrived(purpose=codes.Purpose.INSTALLATION),), rules=EQUIPMENT,
    ),
)  # fmt: skip


def test_every_promise_of_s3_has_its_scenario() -> None:
    (regulation,) = published("textile").regulations.values()
    assert {promise.id: promise.clause for promise in regulation.promise} == {
        one.promise: one.clause for one in S3
    }


CALLED, MAILED, CHATTED, VISITED_US = (
    HUMMING.model_copy(update={"product_line": "smart-equipment", "channel": codes.Channel[channel]})
    for channel in ("PHONE", "EMAIL", "CHAT", "STORE")
)
QUESTION = classified("consultation")


def expected(disposition: str) -> events.Inspected:
    return inspected("arrival", disposition, promised_at=wall("2026-03-03 09:00"))


CASES: tuple[tuple[tuple[Fact, ...], set[str]], ...] = (
    ((CALLED, QUESTION), {"consultation-response"}),
    ((MAILED, QUESTION), {"consultation-response"}),
    ((CHATTED, QUESTION), {"consultation-response"}),
    ((VISITED_US, QUESTION, said("reply")), set()),
    ((VISITED_US, QUESTION, said("deferred")), {"deferred-answer"}),
    ((CALLED, classified("complaint", mode="remote"), said("deferred")), set()),
    ((CALLED, classified("complaint", mode="on_site", is_same_city=True), booked("2026-03-03 09:00")), set()),
    ((CALLED, classified("complaint", mode="on_site", is_same_city=False)), set()),
    ((CALLED, classified("repair", mode="mail_in", is_same_city=True), booked("2026-03-03 09:00")), set()),
    ((CALLED, classified("repair", mode="mail_in", is_same_city=False)), set()),
    ((CALLED, classified("repair", mode="remote")), {"remote-support"}),
    ((CALLED, visit(same_city=True)), {"on-site-same-city"}),
    ((CALLED, visit(same_city=False), events.Booked()), {"on-site-other-city"}),
    ((CALLED, classified("repair"), inspected("arrival")), set()),
    ((CALLED, classified("repair"), expected("self_repair")), {"repair-promise"}),
    ((CALLED, classified("repair"), expected("replace")), {"repair-promise"}),
    ((CALLED, classified("repair"), expected("refuse")), set()),
    ((CALLED, classified("other"), expected("repair")), set()),
    ((CALLED, classified("other"), promised("reply")), {"reply-promise"}),
    ((CALLED, classified("other"), promised("solution")), {"reply-promise"}),
    ((CALLED, classified("other"), promised("refund")), set()),
    ((CALLED, classified("other"), promised("installation")), set()),
    ((CALLED, classified("return"), promised("replacement")), {"return-promise"}),
    ((CALLED, classified("exchange"), promised("replacement")), {"return-promise"}),
    ((CALLED, classified("exchange"), promised("visit")), set()),
    ((CALLED, classified("installation"), promised("visit")), set()),
)
"""What has happened, and the promises that then have a clock."""
WAITING_CLOCKS = {
    "remote-support", "on-site-same-city", "on-site-other-city", "repair-promise", "return-promise",
    "installation-promise",
}  # fmt: skip
FOR_PARTS = events.Paused(reason=codes.PauseReason.WAITING_FOR_PARTS)


@pytest.mark.proves
@pytest.mark.proves("S3-3a", "S3-7b", "S3-7c", "S3-7d")
@pytest.mark.parametrize("promised", S3, ids=str)
def test_a_promise_starts_is_kept_in_time_and_by_nothing_else(promised: Promised) -> None:
    promised.must_start_under("textile")
    promised.must_be_kept_in_time()
    promised.must_stay_open()
    assert waits_for_the_customer(promised) is (promised.promise in WAITING_CLOCKS)
    assert not is_moved(promised, FOR_PARTS)
    begun = [promised.promise in clocks_of(EQUIPMENT, *facts) for facts, _ in CASES]
    assert begun == [promised.promise in clocks for _, clocks in CASES]


@pytest.mark.proves("S3-7b")
def test_a_technician_guides_and_nobody_else() -> None:
    asked = next(one for one in S3 if one.promise == "remote-support").begun
    for role, verdict in ((codes.Role.AGENT, "open"), (codes.Role.PARTNER, "met")):
        assert (
            asked.at("2026-10-09 09:00", said("guidance"), role=role).verdict("remote-support:1") == verdict
        )


def test_a_later_appointment_does_not_hide_that_the_time_set_was_missed() -> None:
    agreed = next(one for one in S3 if one.promise == "appointment-kept").begun
    visited = agreed.at("2026-10-20 15:00", VISITED)
    assert visited.verdict("appointment-kept:1") == "met"
    assert visited.verdict("on-site-same-city:1") == "breached"


ENDED: tuple[tuple[str, Fact, bool], ...] = (
    ("return-promise", rejected("return"), True),
    ("return-promise", rejected("exchange"), True),
    ("return-promise", rejected("materials"), False),
    ("repair-promise", refunded(100), True),
    ("repair-promise", events.QuoteAnswered(quote_no="Q-1", is_accepted=False), True),
    ("repair-promise", events.QuoteAnswered(quote_no="Q-1", is_accepted=True), False),
    ("appointment-kept", booked("2026-10-22 16:00"), True),
)


@pytest.mark.proves("S3-3a", "S3-7c", "S3-7d")
@pytest.mark.parametrize(("name", "fact", "is_over"), ENDED)
def test_what_is_refused_declined_or_booked_anew_is_no_longer_owed_by_then(
    name: str, fact: Fact, *, is_over: bool
) -> None:
    begun = next(one for one in S3 if one.promise == name).begun
    later = begun.at("2026-10-09 09:00", fact).verdict(f"{name}:1")
    assert later == ("cancelled" if is_over else "open")
