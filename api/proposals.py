"""Rewards and penalties over HTTP: the register of a regulation, and the four things that can be asked of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends

from api.access import Question
from api.auth import Here, asks
from api.commands import offer
from api.described import ASKED, refusals
from api.examples_proposals import EXAMPLES
from api.installation import Installation
from api.keys import Credential
from api.parameters import Regulation
from cases.caller import is_same_person
from cases.codes import ProposalReason, ProposalStanding, Role
from cases.events_proposal import Proposed
from cases.permissions import permits
from cases.promises.clock import Verdict
from cases.proposals.asked import ASKED as VERBS
from cases.proposals.asked import Propose
from cases.proposals.register import Proposal
from cases.recorded import Recorded
from projections.questions.answers import Part
from replay.proposals import ProposalRoom

router: Final = APIRouter(prefix="/proposals", tags=["proposals"])


class Step(Part):
    """A step of a proposal: what was said, by whom, when, and why."""

    fact: str
    actor: str
    role: Role
    at: datetime
    reason: ProposalReason | None
    position: int


class ProposalAnswer(Part):
    """A proposal and what became of it.

    `is_revised`: something it rests on is told otherwise by now, and it stands. `is_final`: nothing is open about it.
    `answer_verdict` is how the clock of the answer to an appeal stands; null without an appeal.
    """

    proposal: Proposed
    standing: ProposalStanding
    standing_zh: str
    standing_en: str
    is_final: bool
    is_revised: bool
    steps: tuple[Step, ...]
    appeal_until: datetime | None
    due_at: datetime | None
    answer_verdict: Verdict | None


class ProposalsAnswer(Part):
    """The proposals of a regulation, the newest first; whoever proposes none sees what concerns them."""

    at: datetime
    version: int
    proposals: tuple[ProposalAnswer, ...]


class ProposalReceipt(Part):
    """What a request came to; `facts` is empty where it was said before."""

    proposal: int
    version: int
    position: int
    facts: tuple[str, ...]


def room_of(here: Installation) -> ProposalRoom:
    """Open the room of an installation."""
    return ProposalRoom(here.ledger, here.published().reference)


def answer_of(room: ProposalRoom, known: Proposal, now: datetime) -> ProposalAnswer:
    """Tell everything about a proposal."""
    standing = known.standing
    return ProposalAnswer(
        proposal=known.fact,
        standing=standing,
        standing_zh=standing.zh,
        standing_en=standing.en,
        is_final=known.is_final(now),
        is_revised=room.is_revised(known, now),
        steps=tuple(map(_step, known.steps)),
        appeal_until=known.decision.appeal_until if known.decision else None,
        due_at=known.appeal.due_at if known.appeal else None,
        answer_verdict=known.answer_verdict(now),
    )


def _step(recorded: Recorded) -> Step:
    return Step(
        fact=recorded.fact.name(),
        actor=recorded.actor,
        role=recorded.role,
        at=recorded.occurred_at,
        reason=getattr(recorded.fact, "reason", None),
        position=recorded.position,
    )


@router.get(
    "/{regulation}",
    operation_id="proposals",
    summary="See which rewards and penalties are proposed",
    responses=refusals(ASKED),
)
def proposals(
    regulation: Regulation, here: Here, known: Annotated[Credential, Depends(asks(Question.PROPOSALS))]
) -> ProposalsAnswer:
    """Tell every proposal of a regulation with its clock; whoever proposes none is told of their own only."""
    room, now = room_of(here), here.ledger.now()
    register, sees_all = room.register(regulation), permits(known.role, Propose.verb())
    mine = (
        one for one in register.proposals.values() if sees_all or is_same_person(one.fact.staff, known.actor)
    )
    told = [answer_of(room, one, now) for one in mine]
    return ProposalsAnswer(at=now, version=register.version, proposals=tuple(reversed(told)))


def acting() -> Callable[..., ProposalReceipt]:
    """Make a route function for one thing that can be asked."""

    def act(*, regulation: Regulation, wanted: Any, here: Here, caller: Any) -> ProposalReceipt:
        kept = room_of(here).act(regulation, wanted, caller, here.ledger.now())
        return ProposalReceipt(
            proposal=kept.proposal, version=kept.version, position=kept.position, facts=kept.facts
        )

    return act


for _verb, _kind in VERBS.items():
    offer(router, "/{regulation}", acting(), verb=_verb, kind=_kind, example=EXAMPLES[_verb], of="proposal")
