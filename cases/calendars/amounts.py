"""An amount of time as a regulation writes it."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cases.calendars.walls import MINUTE

Count = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]


class Unit(StrEnum):
    """What a duration is counted in."""

    TIME = "time"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"


class Duration(BaseModel):
    """An amount of time as a regulation writes it: hours and minutes, or days, or years and months."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes: Count | None = None
    hours: Count | None = None
    working_days: Count | None = None
    days: Count | None = None
    months: Count | None = None
    years: Count | None = None

    @cached_property
    def unit(self) -> Unit:
        """Tell what is counted."""
        if self.working_days is not None:
            return Unit.WORKING_DAYS
        if self.days is not None:
            return Unit.DAYS
        return Unit.TIME if self.months is None and self.years is None else Unit.MONTHS

    @cached_property
    def amount(self) -> int:
        """Count microseconds, working days, days or months."""
        match self.unit:
            case Unit.TIME:
                return ((self.hours or 0) * 60 + (self.minutes or 0)) * MINUTE
            case Unit.WORKING_DAYS:
                return self.working_days or 0
            case Unit.DAYS:
                return self.days or 0
            case Unit.MONTHS:
                return (self.years or 0) * 12 + (self.months or 0)

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        told = (
            self.minutes is not None or self.hours is not None,
            self.working_days is not None,
            self.days is not None,
            self.months is not None or self.years is not None,
        )
        if sum(told) != 1:
            raise ValueError("name one unit: hours and minutes, working_days, days, or years and months")
        return self
