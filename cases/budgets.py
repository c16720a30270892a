"""The budgets of a year by kind of cost, as the firm publishes them (S4 五(一))."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from cases.codes import Cost
from cases.fact import Money, Part, Word


class Budget(Part):
    """What may be spent on one kind of cost; costs name it by its id, which ends with its year: `parts-2026`."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*-\d{4}$", max_length=120)]
    cost: Cost
    amount: Money


class Budgets(Part):
    """All budgets of one year; the version that was published last is the one that holds."""

    year: Annotated[int, Field(ge=2000, le=2039)]
    version: Word
    budget: Annotated[tuple[Budget, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_are_told_once_and_end_with_the_year(self) -> Self:
        if len({budget.id for budget in self.budget}) < len(self.budget):
            raise ValueError("two budgets have one id")
        if any(not budget.id.endswith(f"-{self.year}") for budget in self.budget):
            raise ValueError(f"the id of each budget ends with its year: -{self.year}")
        return self
