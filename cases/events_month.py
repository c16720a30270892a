"""The fact of a month that was published: figures that keep standing, with what they rested on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cases.codes import Department, MonthMeasure, RevisionReason, Shortcoming
from cases.events_audit import PeriodWord
from cases.events_programme import Number
from cases.fact import CycleId, Fact, Instant, Part, Word

Count = Annotated[int, Field(ge=0)]


class MonthFigure(Part):
    """One figure: `item` is the promise, target or kind of cost that it is of, `clause` where the text asks for it.

    `department` None is all of them together. A count has no `denominator`; an amount is in minor units.
    """

    measure: MonthMeasure
    item: CycleId | None = None
    clause: Word | None = None
    department: Department | None = None
    numerator: Count
    denominator: Count | None = None
    amount_minor: int | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


class MonthPublished(Fact):
    """A month was reported: its figures as the tables gave them at one position, counted at one instant.

    `regulations` were published by then; `behind` positions and `parked` cases are what the tables lacked. `revises` is
    the version of the report that this one supersedes.
    """

    topic = "month.published.v1"

    period: PeriodWord
    position: Count
    counted_at: Instant
    code_version: Word
    regulations: tuple[Word, ...]
    behind: Count
    parked: Count
    figures: tuple[MonthFigure, ...]
    revises: Number | None = None
    reason: RevisionReason | None = None
    despite: tuple[Shortcoming, ...] = ()


MONTH_FACTS: tuple[type[Fact], ...] = (MonthPublished,)
