"""The facts of a dispute: it begins, is looked into, is put before others, ends."""

from __future__ import annotations

from cases import codes
from cases.fact import Attachment, Fact, Money, Word
from cases.personal import PersonalRef


class Disputed(Fact):
    """The customer does not agree with what the firm decided (S4 六(二)2)."""

    topic = "case.disputed.v1"

    about: codes.Contention
    claimed: Money | None = None
    statement: PersonalRef | None = None


class Investigated(Fact):
    """A complaint or dispute was looked into, and who answers for it was determined (S1 四/2, S4 六(二)2)."""

    topic = "case.investigated.v1"

    liable: codes.Party
    cause: codes.Cause = codes.Cause.UNKNOWN
    report_no: Word | None = None
    attachments: tuple[Attachment, ...] = ()
    conclusion: PersonalRef | None = None


class Mediated(Fact):
    """Somebody outside the firm evaluated or mediated (S4 六(二)3)."""

    topic = "case.mediated.v1"

    body: codes.Body
    result: codes.MediationResult
    attachments: tuple[Attachment, ...] = ()


class Settled(Fact):
    """The dispute ended; whether the customer accepts, and was told where else to turn."""

    topic = "case.settled.v1"

    settlement: codes.Settlement
    is_accepted: bool
    is_recourse_told: bool = False
