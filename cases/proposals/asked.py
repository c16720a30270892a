"""What can be asked of a register of rewards and penalties: propose, decide, appeal, answer an appeal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from cases.caller import Caller, is_same_person
from cases.codes import ConsequenceKind, ProposalReason, ProposalStanding
from cases.command import Asked
from cases.errors import NotAllowed, NotFound, Refused
from cases.events_audit import PeriodWord
from cases.events_programme import Number
from cases.events_proposal import AppealAnswered, Appealed, Cited, ProposalDecided, Proposed
from cases.fact import CycleId, Fact, Money, Part, Word
from cases.promises.limits import limit_of
from cases.proposals.register import Proposal, Register
from cases.regulation.bound import Bound
from cases.regulation.consequences import Appeal as Appeals
from cases.regulation.consequences import Consequence, Roles
from cases.regulation.items import Item, Within

MOST = 100
"""Things that one proposal rests on."""


class NamedFact(Part):
    """A fact of a case, by its place in it."""

    case_id: UUID
    version: Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What was found of what a proposal is to rest on, at the position that the log had come to.

    `together` is how long missed clocks count together; `missed` are the clocks of the person that do.
    """

    cites: tuple[Cited, ...] = ()
    missed: frozenset[str] = frozenset()
    together: frozenset[datetime | None] = frozenset()
    chosen: str | None = None


@dataclass(frozen=True, slots=True)
class Sitting:
    """On what a request is decided: the register, the regulation as it is bound now, who asks and when."""

    bound: Bound
    register: Register
    caller: Caller
    now: datetime
    grounds: Grounds = Grounds()

    def consequence(self, name: str) -> Consequence:
        """Find a consequence of the regulation; raises NotFound."""
        for one in self.bound.regulation.consequence:
            if one.id == name:
                return one
        raise NotFound(f"No consequence {name} in {self.bound.name}", consequence=name)

    def proposal(self, number: int) -> Proposal:
        """Find a proposal; raises NotFound."""
        found = self.register.proposals.get(number)
        if found is None:
            raise NotFound("There is no such proposal", proposal=number)
        return found

    def refusal(self, message: str, rule: str, item: Item, **more: Any) -> Refused:
        """Say no with the clause that the item comes from."""
        regulation = self.bound.pinned.regulation
        return Refused(message, rule=rule, clause=item.clause, regulation=regulation, **more)

    def must_be_of(self, roles: Roles) -> None:
        """Raise NotAllowed for a role that the regulation does not let decide."""
        if self.caller.role not in roles:
            raise NotAllowed(f"This is decided by: {', '.join(roles)}", role=self.caller.role.value)

    def must_be_another(self, item: Item, *others: str | None) -> None:
        """Raise Refused where whoever asks has a part in it already."""
        if any(is_same_person(self.caller.actor, other) for other in others):
            raise self.refusal("Somebody else decides, who has no part in it", "four-eyes", item)

    def appeals(self) -> Appeals | None:
        """Give how one appeals by this regulation, if it says so."""
        return next(iter(self.bound.regulation.appeal), None)

    def due(self, within: Within, fact: Fact) -> datetime | None:
        """Give the moment that a time from now ends at; None where it is not configured."""
        limit = limit_of(self.bound, within)
        return limit.moment(self.now, fact, limit.calendar)


class ProposalAsked(Asked):
    """Something asked of a register of rewards and penalties; asking the same again is quiet."""

    def decide(self, sitting: Sitting) -> Iterator[Fact]:
        """Yield the facts that follow; nothing when there is nothing new; raise Refused when forbidden."""
        raise NotImplementedError


class Propose(ProposalAsked):
    """Propose a reward or penalty of the regulation for somebody, with what it rests on (S1 七, A.13).

    Name the missed `clocks` where the regulation counts them, the `period` of the programme that chose the person, or
    the `facts` of cases that show it.
    """

    consequence: Word
    staff: Annotated[Word, Field(description="whom it concerns: a staff id, never a name")]
    clocks: Annotated[tuple[CycleId, ...], Field(max_length=MOST)] = ()
    facts: Annotated[tuple[NamedFact, ...], Field(max_length=MOST)] = ()
    period: PeriodWord | None = None
    amount: Annotated[Money | None, Field(description="where the regulation has no amount of its own")] = None

    def decide(self, sitting: Sitting) -> Iterator[Fact]:
        """Yield the proposal under the next number; raises Refused where it rests on too little."""
        item, number = sitting.consequence(self.consequence), len(sitting.register.proposals) + 1
        sitting.must_be_another(item, self.staff)
        self._must_rest_on_enough(item, sitting)
        fact = self.as_fact(
            Proposed,
            proposal=number,
            regulation=sitting.bound.pinned.regulation,
            clause=item.clause,
            kind=item.kind,
            cites=sitting.grounds.cites,
            **self._measured(item, sitting),
        )
        if not any(_says_the_same(known, fact, sitting) for known in sitting.register.proposals.values()):
            self._must_be_cited_once(item, fact, sitting)
            yield fact

    def _must_rest_on_enough(self, item: Consequence, sitting: Sitting) -> None:
        grounds = sitting.grounds
        if item.alert is not None:
            alert = next(one for one in sitting.bound.regulation.alert if one.id == item.alert)
            if len(grounds.missed) < alert.at_least or set(self.clocks) - grounds.missed:
                message = (
                    f"Name {alert.at_least} clocks or more that this person missed, none of them excluded"
                )
                raise sitting.refusal(message, "missed-enough", item, missed=sorted(grounds.missed))
            if len(grounds.together) != 1:
                raise sitting.refusal("These clocks do not count together", "missed-together", item)
        elif item.programme is not None and not is_same_person(grounds.chosen, self.staff):
            message = f"The programme {item.programme} has not chosen this person for the period"
            raise sitting.refusal(message, "chosen-first", item)
        elif not grounds.cites:
            raise sitting.refusal("Name the facts that show it", "cites", item)

    def _measured(self, item: Consequence, sitting: Sitting) -> dict[str, Any]:
        """Give amount or share by the firm's value; raises Refused where it is not set, or somebody else's is named."""
        if item.setting is None:
            return {}
        value = sitting.bound.setting(item.setting)
        if value is None:
            raise sitting.refusal("Its amount has not been set", "not-configured", item, setting=item.setting)
        if self.amount is not None:
            raise sitting.refusal("Its amount is set by the firm", "amount-set", item, setting=item.setting)
        if value.unit == "fen":
            return {"amount": Money(minor=int(value.value))}
        return {"amount": None, "percent": int(value.value)}

    def _must_be_cited_once(self, item: Consequence, fact: Proposed, sitting: Sitting) -> None:
        """Nobody answers twice for the same thing under one clause; what was dropped or lifted may be told anew."""
        over = {ProposalStanding.DROPPED, ProposalStanding.LIFTED}
        for number, known in sitting.register.proposals.items():
            if (known.fact.consequence, known.fact.staff) == (item.id, fact.staff) and (
                known.standing not in over and _things(known.fact) & _things(fact)
            ):
                raise sitting.refusal("A proposal rests on this already", "cited-once", item, proposal=number)


class _OfOne(ProposalAsked):
    """Something asked of one proposal."""

    proposal: Number


class Decide(_OfOne):
    """Confirm or drop a proposal: somebody else than who made it and whom it concerns."""

    is_confirmed: bool
    reason: ProposalReason

    def decide(self, sitting: Sitting) -> Iterator[Fact]:
        """Yield the decision; raises NotAllowed for another role, Refused for the same person or a second time."""
        known = sitting.proposal(self.proposal)
        item = sitting.consequence(known.fact.consequence)
        sitting.must_be_of(item.decides)
        sitting.must_be_another(item, known.fact.staff, known.proposed.actor)
        fact, appeals = self.as_fact(ProposalDecided), sitting.appeals()
        if known.decision is not None:
            if known.decision.model_copy(update={"appeal_until": None}) == fact:
                return
            raise sitting.refusal("It was decided already", "decided-once", item)
        if self.is_confirmed and item.kind is ConsequenceKind.PENALTY and appeals is not None:
            fact = fact.model_copy(update={"appeal_until": sitting.due(appeals.within, fact)})
        yield fact


class Appeal(_OfOne):
    """Appeal against a penalty that was confirmed: whom it concerns, within the time of the clause (S1 七/5)."""

    reason: ProposalReason

    def decide(self, sitting: Sitting) -> Iterator[Fact]:
        """Yield the appeal with its clock; raises NotAllowed for anybody else, Refused too late or without a clause."""
        known = sitting.proposal(self.proposal)
        if not is_same_person(sitting.caller.actor, known.fact.staff):
            raise NotAllowed("Only whom it concerns may appeal", role=sitting.caller.role.value, rule="own")
        item, appeals = sitting.consequence(known.fact.consequence), sitting.appeals()
        if appeals is None or item.kind is not ConsequenceKind.PENALTY:
            raise sitting.refusal("The regulation has no appeal against this", "no-appeal", item)
        if known.appeal is not None:
            return
        if known.standing is not ProposalStanding.CONFIRMED or known.decision is None:
            raise sitting.refusal("Only a confirmed penalty is appealed against", "confirmed-first", appeals)
        until = known.decision.appeal_until
        if until is not None and sitting.now > until:
            raise sitting.refusal(
                "The time to appeal is over", "appeal-in-time", appeals, until=until.isoformat()
            )
        fact = self.as_fact(Appealed)
        yield fact.model_copy(update={"due_at": sitting.due(appeals.answer, fact)})


class AnswerAppeal(_OfOne):
    """Answer an appeal, lifting the penalty or not: somebody who had no part in it before (S1 七/5)."""

    is_lifted: bool
    reason: ProposalReason

    def decide(self, sitting: Sitting) -> Iterator[Fact]:
        """Yield the answer, also a late one; raises NotAllowed for another role, Refused for whoever had a part."""
        known, appeals = sitting.proposal(self.proposal), sitting.appeals()
        item = sitting.consequence(known.fact.consequence)
        if known.appeal is None or appeals is None:
            raise sitting.refusal("Nobody has appealed against this", "appealed-first", item)
        sitting.must_be_of(appeals.decides)
        deciders = known.decided.actor if known.decided else None
        sitting.must_be_another(appeals, known.fact.staff, known.proposed.actor, deciders)
        fact = self.as_fact(AppealAnswered)
        if known.answer is None:
            yield fact
        elif known.answer != fact:
            raise sitting.refusal("The appeal was answered already", "answered-once", appeals)


def _things(fact: Proposed) -> set[tuple[UUID, int, str | None]]:
    """Name what a proposal rests on, wherever the log had come to."""
    return {(one.stream, one.version, one.clock) for one in fact.cites}


def _says_the_same(known: Proposal, fact: Proposed, sitting: Sitting) -> bool:
    """Tell whether the same person proposed just the same before, and nobody has decided on it."""
    same = fact.model_copy(update={"proposal": known.fact.proposal, "cites": known.fact.cites})
    return (
        known.decision is None
        and is_same_person(known.proposed.actor, sitting.caller.actor)
        and same == known.fact
        and _things(known.fact) == _things(fact)
    )


ASKED: dict[str, type[ProposalAsked]] = {one.verb(): one for one in (Propose, Decide, Appeal, AnswerAppeal)}
"""Verb → what is asked."""
