"""Disputes: they begin, are looked into, put before others, and end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from cases import codes
from cases.case import Case
from cases.command import Command
from cases.errors import Refused
from cases.events import Disputed, Investigated, Mediated, Settled
from cases.fact import Attachment, Fact, Money, Word
from cases.personal import Personal
from cases.regulation.rules import Rules


class Dispute(Command):
    """Record that the customer does not agree with what the firm decided (S4 六(二)2)."""

    fact: ClassVar[type[Fact]] = Disputed
    answers: ClassVar[tuple[type[Fact], ...]] = (Settled,)

    about: codes.Contention
    claimed: Money | None = None
    statement: Annotated[Personal | None, Field(description="what the customer says")] = None


class Investigate(Command):
    """Record what looking into a complaint or dispute found, and who answers for it (S1 四/2, S4 六(二)2)."""

    fact: ClassVar[type[Fact]] = Investigated

    liable: codes.Party
    cause: codes.Cause = codes.Cause.UNKNOWN
    report_no: Word | None = None
    attachments: tuple[Attachment, ...] = ()
    conclusion: Personal | None = None


class _InDispute(Command):
    """What can only be done while a dispute is open."""

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        facts = tuple(super().decide(case, rules, now))
        if facts and not case.is_disputed:
            raise Refused(
                "No dispute is open; record Disputed first", rule="disputed-first", clause="S4 六(二)"
            )
        yield from facts


class Mediate(_InDispute):
    """Record what an evaluation or mediation from outside came to (S4 六(二)3)."""

    fact: ClassVar[type[Fact]] = Mediated
    answers: ClassVar[tuple[type[Fact], ...]] = (Disputed,)

    body: codes.Body
    result: codes.MediationResult
    attachments: tuple[Attachment, ...] = ()


class Settle(_InDispute):
    """Bring a dispute to its end (S4 六(二)4)."""

    fact: ClassVar[type[Fact]] = Settled
    answers: ClassVar[tuple[type[Fact], ...]] = (Disputed,)

    settlement: codes.Settlement
    is_accepted: Annotated[bool, Field(description="whether the customer accepts it")]
    is_recourse_told: Annotated[
        bool, Field(description="the customer was told where else to turn (ISO 10002)")
    ] = False

    @model_validator(mode="after")
    def _is_accepted_where_agreed(self) -> Self:
        if not self.is_accepted and self.settlement is not codes.Settlement.DECIDED:
            message = "only a decision stands without the customer; until they accept, the dispute is open"
            raise ValueError(message)
        return self
