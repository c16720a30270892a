"""The facts of rewards and penalties: proposed, decided, appealed, the appeal answered (A.13); nothing is automatic."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from cases.codes import ConsequenceKind, ProposalReason
from cases.events_programme import Number
from cases.fact import CycleId, Fact, Instant, Money, Part, Word


class Cited(Part):
    """What a proposal rests on, as the log knew it at `position`: a missed clock, a fact of a case, or a holding.

    `stream` is the case, or the programme in its period; `version` the fact, the one that started the clock, or the
    holding. Of a clock, `verdict` says how it stood.
    """

    stream: UUID
    version: Annotated[int, Field(ge=1)]
    position: Annotated[int, Field(ge=0)]
    clock: CycleId | None = None
    verdict: Word | None = None


class Proposed(Fact):
    """A reward or penalty of the regulation was proposed for somebody, with what it rests on.

    `amount` or `percent` (of the bonus) is the firm's value, or the amount that whoever proposed named where the text
    asks for no value.
    """

    topic = "proposal.made.v1"

    proposal: Number
    regulation: Word
    consequence: Word
    clause: Word
    kind: ConsequenceKind
    staff: Word
    cites: Annotated[tuple[Cited, ...], Field(min_length=1)]
    amount: Money | None = None
    percent: Annotated[int, Field(ge=1, le=100)] | None = None


class ProposalDecided(Fact):
    """Somebody else confirmed or dropped it; whom it concerns may appeal up to `appeal_until`, where that is set."""

    topic = "proposal.decided.v1"

    proposal: Number
    is_confirmed: bool
    reason: ProposalReason
    appeal_until: Instant | None = None


class Appealed(Fact):
    """Whom it concerns appealed (S1 七/5): it is suspended until somebody answers, by `due_at` where that is set."""

    topic = "proposal.appealed.v1"

    proposal: Number
    reason: ProposalReason
    due_at: Instant | None = None


class AppealAnswered(Fact):
    """Somebody who had not decided before answered the appeal: what was confirmed is lifted, or stands."""

    topic = "proposal.appeal_answered.v1"

    proposal: Number
    is_lifted: bool
    reason: ProposalReason


PROPOSAL_FACTS: tuple[type[Fact], ...] = (Proposed, ProposalDecided, Appealed, AppealAnswered)
