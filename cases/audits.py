"""The audit programme: an aggregate of its own that freezes, reveals and draws, each period once and in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from uuid import NAMESPACE_URL, UUID, uuid5

from cases.caller import is_same_person
from cases.errors import Refused
from cases.events_audit import (
    FrameFrozen,
    ItemReplaced,
    NoncesRevealed,
    Pick,
    ProgrammeOpened,
    Promised,
    SampleDrawn,
    Shown,
)
from cases.fact import Fact
from cases.period import Period
from cases.recorded import Recorded
from cases.sampling.drawing import WITHHELD, commitment

WITNESSES = 2


def programme_id(programme: str) -> UUID:
    """Give the id of a programme's stream."""
    return uuid5(NAMESPACE_URL, f"urn:caseledger:audit:{programme}")


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme after its facts; periods are keyed as written, in the order of their freezing."""

    version: int = 0
    opened: ProgrammeOpened | None = None
    frozen: dict[str, FrameFrozen] = field(default_factory=dict)
    revealed: dict[str, NoncesRevealed] = field(default_factory=dict)
    drawn: dict[str, SampleDrawn] = field(default_factory=dict)
    replaced: dict[str, tuple[ItemReplaced, ...]] = field(default_factory=dict)

    @property
    def last(self) -> FrameFrozen | None:
        """Give the newest freeze."""
        return next(reversed(self.frozen.values()), None)

    def picks(self, period: str) -> tuple[Pick, ...]:
        """Give the items that are judged: those drawn, each replaced one by what came instead."""
        picks = {one.item: one for one in self.drawn[period].picks} if period in self.drawn else {}
        for one in self.replaced.get(period, ()):
            picks[one.pick.item] = one.pick
            picks.pop(one.item, None)
        return tuple(sorted(picks.values(), key=lambda pick: (pick.stratum.encode(), pick.rank)))


def evolve(programme: Programme, fact: Fact) -> Programme:
    """Assign what a fact says; never raises on history."""
    match fact:
        case ProgrammeOpened():
            return replace(programme, opened=fact)
        case FrameFrozen(period=period):
            return replace(programme, frozen={**programme.frozen, period: fact})
        case NoncesRevealed(period=period):
            return replace(programme, revealed={**programme.revealed, period: fact})
        case SampleDrawn(period=period):
            return replace(programme, drawn={**programme.drawn, period: fact})
        case ItemReplaced(period=period):
            before = programme.replaced.get(period, ())
            return replace(programme, replaced={**programme.replaced, period: (*before, fact)})
        case _:
            return programme


def fold(facts: Iterable[Recorded]) -> Programme:
    """Fold the facts of one programme."""
    known = [recorded.fact for recorded in facts]
    return reduce(evolve, known, Programme(version=len(known)))


def must_be_next(programme: Programme, period: Period) -> tuple[Period, ...]:
    """Give the periods to freeze, the skipped ones (to be frozen empty) first; raises Refused for a past one."""
    if str(period) in programme.frozen:
        raise Refused(
            f"{period} is frozen already and is not reopened", rule="frozen-once", period=str(period)
        )
    if programme.last is None:
        return (period,)
    following = Period.parse(programme.last.period).following
    if period < following:
        raise Refused(
            f"Periods freeze in order; {programme.last.period} is frozen, {period} lies before it",
            rule="frozen-in-order",
            period=str(period),
        )
    periods = []
    while following <= period:
        periods.append(following)
        following = following.following
    return tuple(periods)


def must_be_replaceable(programme: Programme, period: str, item: str, actor: str, approver: str) -> Pick:
    """Find the pick that is to give way; raises Refused where it is none, or one person asks and approves."""
    if is_same_person(actor, approver):
        raise Refused("Who asks for a replacement does not approve it", rule="four-eyes")
    found = next((one for one in programme.picks(period) if one.item == item), None)
    if found is None:
        raise Refused("Only an item of the sample is replaced", rule="drawn-item", period=period)
    return found


def must_be_fresh(programme: Programme, promised: Sequence[Promised]) -> None:
    """Refuse commitments that are equal, reused, or not two of two roles."""
    words = [one.commitment for one in promised]
    known = {one.commitment for frame in programme.frozen.values() for one in frame.promised}
    if len(words) != WITNESSES or len({one.role for one in promised}) != WITNESSES:
        raise Refused("Two roles each commit to a nonce before the freeze", rule="two-commitments")
    if len(set(words)) != WITNESSES or known & set(words):
        raise Refused("A commitment is given once and by one role only", rule="fresh-commitments")


def must_open(programme: Programme, name: str, period: str, shown: Sequence[Shown]) -> None:
    """Refuse nonces that are not the ones committed to; a withheld one is 64 zeros."""
    frame = programme.frozen.get(period)
    if frame is None:
        raise Refused(f"{period} is not frozen yet", rule="freeze-first", period=period)
    if period in programme.revealed:
        raise Refused(f"The nonces of {period} are revealed already", rule="revealed-once", period=period)
    promised = {one.role: one.commitment for one in frame.promised}
    for one in shown:
        is_kept = promised.get(one.role) == commitment(name, period, one.role, one.nonce)
        if one.nonce != WITHHELD and not is_kept:
            raise Refused(
                f"The nonce of {one.role} is not the one committed to", rule="nonce-kept", role=one.role
            )
    if {one.role for one in shown} != set(promised):
        raise Refused("Both roles reveal their nonce, or are recorded as withholding it", rule="both-reveal")
