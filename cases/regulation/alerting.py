"""Alerts: what is told as soon as it is there, without a clock that has to run out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from cases.codes import EscalationReason
from cases.fact import Word
from cases.regulation.items import Id, Item, Within
from cases.regulation.patterns import Patterns


class Alert(Item):
    """So many facts, or so many missed clocks, of one kind: the roles in `escalate` are told, each once.

    `counts` are the facts that count, `misses` the promises whose missed clocks do. Those of one case in one cycle
    count together; with `same`, those of any case that tell the same in all of these fields: of the fact, else of its
    case, as `assigned_to` names who had it then. They lie no further apart than `within`, or in one calendar `period`.
    Counted facts are told in their case; missed clocks belong to no single one, and are told only to who asks.
    """

    counts: Patterns = ()
    misses: tuple[Id, ...] = ()
    same: tuple[str, ...] = ()
    at_least: Annotated[int, Field(ge=1)] = 1
    within: Within | None = None
    period: Literal["month"] | None = None
    reason: EscalationReason
    escalate: Annotated[tuple[Word, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _counts_one_thing(self) -> Alert:
        if bool(self.counts) == bool(self.misses):
            raise ValueError(
                "name either the facts that count, or the promises whose missed clocks do (misses)"
            )
        if self.misses and not (self.same and self.period):
            raise ValueError("missed clocks are counted in a period by what is the same of them; name both")
        if self.within is not None and (self.period is not None or self.within.until is not None):
            raise ValueError("name either an amount of time or a period in which they count together")
        return self
