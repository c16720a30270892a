"""The register of a regulation's rewards and penalties, after its facts: every proposal by its number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from uuid import UUID

from cases.codes import ProposalStanding
from cases.events_proposal import AppealAnswered, Appealed, ProposalDecided, Proposed
from cases.promises.clock import Verdict
from cases.recorded import Recorded
from cases.streams import stream_id


def register_id(regulation: str) -> UUID:
    """Give the id of the stream of a regulation's proposals."""
    return stream_id("proposals", regulation)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal with what became of it, and who said so when."""

    fact: Proposed
    proposed: Recorded
    decision: ProposalDecided | None = None
    decided: Recorded | None = None
    appeal: Appealed | None = None
    appealed: Recorded | None = None
    answer: AppealAnswered | None = None
    answered: Recorded | None = None

    @property
    def standing(self) -> ProposalStanding:
        """Tell how it stands; an appeal suspends it."""
        if self.answer is not None:
            return ProposalStanding.LIFTED if self.answer.is_lifted else ProposalStanding.UPHELD
        if self.appeal is not None:
            return ProposalStanding.APPEALED
        if self.decision is not None:
            return ProposalStanding.CONFIRMED if self.decision.is_confirmed else ProposalStanding.DROPPED
        return ProposalStanding.PROPOSED

    @property
    def steps(self) -> tuple[Recorded, ...]:
        """Give what was said of it, in order."""
        said = (self.proposed, self.decided, self.appealed, self.answered)
        return tuple(one for one in said if one is not None)

    def is_final(self, now: datetime) -> bool:
        """Tell whether nothing is open about it: it can neither be decided, nor appealed against any more."""
        if self.standing is ProposalStanding.CONFIRMED and self.decision is not None:
            return self.decision.appeal_until is not None and now > self.decision.appeal_until
        return self.standing not in {ProposalStanding.PROPOSED, ProposalStanding.APPEALED}

    def answer_verdict(self, now: datetime) -> Verdict | None:
        """Tell how the clock of the answer stands; None where nobody appealed. What is late now is a miss already."""
        if self.appeal is None:
            return None
        if self.appeal.due_at is None:
            return Verdict.NOT_CONFIGURED
        ended = self.answered.occurred_at if self.answered else None
        if (ended or now) > self.appeal.due_at:
            return Verdict.BREACHED
        return Verdict.OPEN if ended is None else Verdict.MET


@dataclass(frozen=True, slots=True)
class Register:
    """All proposals of one regulation, by number in the order in which they were made."""

    version: int = 0
    position: int = 0
    proposals: dict[int, Proposal] = field(default_factory=dict)


def evolve(register: Register, recorded: Recorded) -> Register:
    """Assign what a fact says; never raises on history."""
    fact, known = recorded.fact, register.proposals
    match fact:
        case Proposed(proposal=number):
            changed: Proposal | None = Proposal(fact, recorded)
        case ProposalDecided(proposal=number) if number in known:
            changed = replace(known[number], decision=fact, decided=recorded)
        case Appealed(proposal=number) if number in known:
            changed = replace(known[number], appeal=fact, appealed=recorded)
        case AppealAnswered(proposal=number) if number in known:
            changed = replace(known[number], answer=fact, answered=recorded)
        case _:
            number, changed = 0, None
    return Register(
        recorded.originator_version,
        recorded.position,
        known if changed is None else {**known, number: changed},
    )


def fold(facts: Iterable[Recorded]) -> Register:
    """Fold the facts of one register."""
    return reduce(evolve, facts, Register())
