"""Rewards and penalties: proposed by one, decided by another, appealed by whom they concern; nothing by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cases.caller import Caller
from cases.codes import Role
from cases.errors import NotAllowed, NotFound, Refused
from cases.events_proposal import Cited
from cases.promises.clock import Verdict
from cases.proposals.asked import ASKED, Grounds, Sitting
from cases.proposals.register import Register, evolve
from cases.recorded import Recorded, Source
from cases.regulation.bound import Bound
from cases.regulation.packs import BrokenPack, read_regulation, shipped_text
from tests.cases.scenario import rules_of

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
API = Source(system="api")
ZHOU, QIN, MU = ("zhou", Role.SUPERVISOR), ("qin", Role.MANAGEMENT), ("mu", Role.MANAGEMENT)
LI = ("staff-li", Role.AGENT)
CASES = [UUID(int=number) for number in range(1, 5)]
CLOCKS = [f"{case}:lamp-sales:first-response:1" for case in CASES]
SHOWN = Cited(stream=CASES[0], version=7, position=40)
MERIT: dict[str, Any] = {
    "consequence": "special-merit",
    "staff": "staff-li",
    "facts": [{"case_id": CASES[0], "version": 7}],
}
FINE: dict[str, Any] = MERIT | {"consequence": "leak-fine-proposed"}
LATE: dict[str, Any] = {"consequence": "late-deduction-proposed", "staff": "staff-li", "clocks": CLOCKS[:3]}
YES: dict[str, Any] = {"proposal": 1, "is_confirmed": True, "reason": "proven"}
SET = {"leak_fine": 20_000, "late_deduction": 10, "appeal_made": 3, "star_bonus": 50_000}


def missed(*clocks: str, together: int = 1) -> Grounds:
    """These clocks were missed by Li, in so many months."""
    cites = tuple(
        Cited(stream=UUID(one[:36]), version=1, position=40, clock=one, verdict="breached") for one in clocks
    )
    months = frozenset(NOON + timedelta(days=31 * number) for number in range(together))
    return Grounds(cites, frozenset(clocks), months)


@dataclass(frozen=True)
class Told:
    """A register with the regulation as the firm has set it."""

    bound: Bound
    register: Register = field(default_factory=Register)

    def when(
        self,
        verb: str,
        who: tuple[str, Role] = ZHOU,
        at: datetime = NOON,
        grounds: Grounds | None = None,
        **body: Any,
    ) -> Told:
        """Somebody asks for something; what comes of it is in the register."""
        known = Grounds((SHOWN,)) if grounds is None else grounds
        sitting = Sitting(self.bound, self.register, Caller(*who, API, who[0]), at, known)
        register = self.register
        for fact in ASKED[verb].model_validate(body).decide(sitting):
            version = register.version + 1
            register = evolve(
                register, Recorded(UUID(int=9), version, fact, at, *who, API, UUID(int=9), position=version)
            )
        return replace(self, register=register)

    @property
    def one(self) -> Any:
        return self.register.proposals[1]


def firm(**values: int) -> Told:
    """The lamp factory's sales department with these values set."""
    (bound,) = rules_of("lamp-sales", "lamp-sales", **{**SET, **values})
    return Told(bound)


@contextmanager
def refused(rule: str, clause: str) -> Iterator[None]:
    with pytest.raises(Refused) as no:
        yield
    assert (no.value.details["rule"], no.value.details["clause"]) == (rule, clause)


@pytest.fixture
def confirmed() -> Told:
    """A fine that Zhou proposed and Qin confirmed."""
    return firm().when("propose", **FINE).when("decide", QIN, **YES)


@pytest.mark.proves("S1-7.3")
def test_special_merit_is_proposed_by_the_supervisor_and_decided_by_management() -> None:
    told = firm().when("propose", amount={"minor": 50_000}, **MERIT)
    assert (told.one.standing, told.one.fact.clause, told.one.fact.amount.minor) == (
        "proposed",
        "S1 七/3",
        50_000,
    )
    with pytest.raises(NotAllowed, match="management"):
        told.when("decide", ("wei", Role.SUPERVISOR), **YES)
    assert told.when("decide", QIN, **YES).one.standing == "confirmed"
    assert told.when("decide", QIN, **{**YES, "is_confirmed": False}).one.standing == "dropped"


@pytest.mark.proves("S1-3.5")
def test_a_fine_for_a_leak_is_the_firms_amount_and_unset_there_is_none() -> None:
    assert firm().when("propose", **FINE).one.fact.amount.minor == 20_000
    unset = rules_of("lamp-sales", "lamp-sales").bound[0]
    with refused("not-configured", "S1 三/5"):
        Told(unset).when("propose", **FINE)
    with refused("amount-set", "S1 三/5"):
        firm().when("propose", amount={"minor": 1}, **FINE)


def test_nobody_decides_on_what_they_proposed_or_on_themselves() -> None:
    by_management = firm().when("propose", QIN, **MERIT)
    with refused("four-eyes", "S1 七/3"):
        by_management.when("decide", ("QIN ", Role.MANAGEMENT), **YES)
    with refused("four-eyes", "S1 七/3"):
        by_management.when("decide", ("Staff-Li", Role.MANAGEMENT), **YES)
    with refused("four-eyes", "S1 七/3"):
        firm().when("propose", ("staff-li", Role.SUPERVISOR), **MERIT)


def test_a_proposal_cites_what_it_rests_on_with_the_position_that_the_log_had_come_to() -> None:
    assert firm().when("propose", **MERIT).one.fact.cites == (SHOWN,)
    with refused("cites", "S1 七/3"):
        firm().when("propose", grounds=Grounds(), consequence="special-merit", staff="staff-li")
    with pytest.raises(NotFound):
        firm().when("propose", **{**MERIT, "consequence": "no-such"})


@pytest.mark.proves("S1-7.2")
def test_three_late_responses_of_one_person_in_one_month_are_what_a_deduction_rests_on() -> None:
    told = firm().when("propose", grounds=missed(*CLOCKS[:3]), **LATE)
    assert (told.one.fact.percent, told.one.fact.amount, len(told.one.fact.cites)) == (10, None, 3)
    for found in (missed(*CLOCKS[:2]), missed(*CLOCKS[1:])):
        with refused("missed-enough", "S1 七/2"):
            firm().when("propose", grounds=found, **LATE)
    with refused("missed-together", "S1 七/2"):
        firm().when("propose", grounds=missed(*CLOCKS[:3], together=2), **LATE)


def test_the_bonus_of_the_star_goes_to_whom_the_ranking_chose() -> None:
    star: dict[str, Any] = {"consequence": "star-rewarded", "staff": "staff-li", "period": "2026-Q3"}
    assert (
        firm().when("propose", grounds=Grounds((SHOWN,), chosen="staff-li"), **star).one.fact.kind == "reward"
    )
    with refused("chosen-first", "S1 七 示例"):
        firm().when("propose", grounds=Grounds((SHOWN,), chosen="staff-wu"), **star)


def test_the_same_proposal_again_is_quiet_and_nothing_is_cited_twice_against_one_person() -> None:
    told = firm().when("propose", grounds=missed(*CLOCKS[:3]), **LATE)
    assert told.when("propose", grounds=missed(*CLOCKS[:3]), **LATE) == told
    other: dict[str, Any] = {**LATE, "clocks": CLOCKS[:4]}
    with refused("cited-once", "S1 七/2"):
        told.when("propose", grounds=missed(*CLOCKS), **other)
    dropped = told.when("decide", QIN, **{**YES, "is_confirmed": False})
    assert len(dropped.when("propose", grounds=missed(*CLOCKS), **other).register.proposals) == 2


def test_what_is_decided_stays_decided(confirmed: Told) -> None:
    assert confirmed.when("decide", QIN, **YES) == confirmed
    with refused("decided-once", "S1 三/5"):
        confirmed.when("decide", MU, **{**YES, "is_confirmed": False})


@pytest.mark.proves("S1-7.5")
def test_whom_it_concerns_appeals_in_time_and_is_answered_by_somebody_who_had_no_part_in_it(
    confirmed: Told,
) -> None:
    assert confirmed.one.decision.appeal_until == datetime(2026, 11, 23, 16, tzinfo=UTC), (
        "the third day is over"
    )
    assert not confirmed.one.is_final(NOON)
    with pytest.raises(NotAllowed, match="concerns"):
        confirmed.when("appeal", ("staff-wu", Role.AGENT), proposal=1, reason="excused")
    appealed = confirmed.when("appeal", LI, proposal=1, reason="excused")
    assert (appealed.one.standing, appealed.one.answer_verdict(NOON)) == ("appealed", Verdict.OPEN)
    assert appealed.one.appeal.due_at == datetime(2026, 11, 25, 16, tzinfo=UTC)
    assert appealed.when("appeal", LI, proposal=1, reason="excused") == appealed
    answer: dict[str, Any] = {"proposal": 1, "is_lifted": True, "reason": "excused"}
    with refused("four-eyes", "S1 七/5"):
        appealed.when("answer-appeal", QIN, **answer)
    with pytest.raises(NotAllowed):
        appealed.when("answer-appeal", ("wei", Role.SUPERVISOR), **answer)
    lifted = appealed.when("answer-appeal", MU, **answer)
    assert (lifted.one.standing, lifted.one.is_final(NOON)) == ("lifted", True)
    assert lifted.when("answer-appeal", MU, **answer) == lifted
    with refused("answered-once", "S1 七/5"):
        lifted.when("answer-appeal", MU, **{**answer, "is_lifted": False})


@pytest.mark.parametrize(("days", "verdict"), [(5, Verdict.MET), (6, Verdict.BREACHED)])
def test_a_late_answer_counts_and_its_clock_stays_missed(
    confirmed: Told, days: int, verdict: Verdict
) -> None:
    appealed = confirmed.when("appeal", LI, proposal=1, reason="excused")
    late = NOON + timedelta(days=days)
    assert (appealed.one.answer_verdict(late) is Verdict.OPEN) is (verdict is Verdict.MET)
    answered = appealed.when("answer-appeal", MU, late, proposal=1, is_lifted=False, reason="proven")
    assert (answered.one.standing, answered.one.answer_verdict(late)) == ("upheld", verdict)


def test_an_appeal_comes_in_time_or_not_at_all_and_then_the_penalty_is_final(confirmed: Told) -> None:
    late = NOON + timedelta(days=4)
    with refused("appeal-in-time", "S1 七/5"):
        confirmed.when("appeal", LI, late, proposal=1, reason="excused")
    assert confirmed.one.is_final(late)


def test_where_the_firm_has_set_no_time_one_may_always_appeal_and_the_clock_is_not_configured() -> None:
    (bound,) = rules_of("lamp-sales", "lamp-sales", leak_fine=20_000)
    assert bound.settings is not None
    values = {name: value for name, value in bound.settings.values.items() if name != "appeal-answer"}
    unset = Told(replace(bound, settings=bound.settings.model_copy(update={"values": values})))
    years_later = NOON + timedelta(days=900)
    told = unset.when("propose", **FINE).when("decide", QIN, **YES)
    appealed = told.when("appeal", LI, years_later, proposal=1, reason="excused")
    assert (appealed.one.appeal.due_at, appealed.one.answer_verdict(years_later)) == (
        None,
        Verdict.NOT_CONFIGURED,
    )


def test_only_a_confirmed_penalty_is_appealed_against(confirmed: Told) -> None:
    with refused("confirmed-first", "S1 七/5"):
        firm().when("propose", **FINE).when("appeal", LI, proposal=1, reason="excused")
    with refused("no-appeal", "S1 七/3"):
        firm().when("propose", **MERIT).when("decide", QIN, **YES).when(
            "appeal", LI, proposal=1, reason="excused"
        )
    with refused("appealed-first", "S1 三/5"):
        confirmed.when("answer-appeal", MU, proposal=1, is_lifted=True, reason="excused")
    with pytest.raises(NotFound):
        confirmed.when("appeal", LI, proposal=2, reason="excused")


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ('alert = "late-thrice"', 'alert = "late-twice"', "no alert of missed clocks late-twice"),
        (
            'alert = "late-thrice"',
            'alert = "green-channel-at-once"',
            "no alert of missed clocks green-channel",
        ),
        ('programme = "service-star"', 'programme = "service-moon"', "no programme service-moon"),
        ('setting = "leak-fine"', 'setting = "appeal-made"', "is counted in days"),
        (
            'within = { setting = "appeal-made"',
            'within = { setting = "appeal-mad"',
            "no placeholder appeal-mad",
        ),
    ],
)
def test_a_reward_or_penalty_that_rests_on_nothing_is_told_before_it_is_published(
    right: str, wrong: str, what: str
) -> None:
    with pytest.raises(BrokenPack) as broken:
        read_regulation(shipped_text("lamp-sales").replace(right, wrong))
    assert any(what in problem.what for problem in broken.value.problems), broken.value.problems
