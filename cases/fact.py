"""What every fact is made of."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def in_utc(moment: datetime) -> datetime:
    """Give an aware moment back; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        message = "must name its offset from UTC"
        raise ValueError(message)
    return moment


Instant = Annotated[datetime, AfterValidator(in_utc)]
"""An aware moment."""

FIRST: Final = datetime(1971, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2099, 1, 1, tzinfo=UTC)
"""Between them calendars can count, whatever is added to a moment."""
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


def as_written(told: object) -> object:
    """Give back what is written as a date or time; raises ValueError for a plain number, which could be any unit's."""
    if isinstance(told, int | float) or (isinstance(told, str) and not _DATE.match(told)):
        message = "must be written like 2026-09-30 or 2026-09-30T08:15:00+08:00"
        raise ValueError(message)
    return told


def countable(moment: datetime) -> datetime:
    """Give an aware moment back; raises ValueError outside the years that calendars know."""
    if not FIRST <= moment < LAST:
        message = "must lie between the years 1971 and 2098"
        raise ValueError(message)
    return moment


Moment = Annotated[Instant, BeforeValidator(as_written), AfterValidator(countable)]
"""A moment that somebody tells in a command: one that can be counted from and to."""
Day = Annotated[date, BeforeValidator(as_written)]
"""A date that somebody tells in a command."""

Word = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A short code or reference number without control characters; never free text about a person."""
CycleId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Names a clock or an alert: its case, its regulation and item (60 characters each), and the cycle."""

Months = Annotated[int, Field(ge=1, le=600)]
Quantity = Annotated[int, Field(ge=1, le=10**6)]


class Part(BaseModel):
    """A frozen value inside a fact."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Fact(Part):
    """Something that happened, in the past tense; its topic is its name on disk for ever."""

    topic: ClassVar[str]

    @classmethod
    def name(cls) -> str:
        """Name the fact as people and regulations do, for example `Inspected`."""
        return cls.__name__


class Money(Part):
    """An amount in integer minor units (fen) of a currency."""

    minor: Annotated[int, Field(ge=0, le=10**12, strict=True)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"

    def __str__(self) -> str:
        """Show the amount for people, for example `199.00 CNY`."""
        return f"{self.minor // 100}.{self.minor % 100:02d} {self.currency}"


class Pinned(Part):
    """The versions a case is judged under, fixed when it was received."""

    regulation: Word
    version: Word
    settings: Word | None = None
    calendar: Word


class Verdict(Part):
    """An entitlement decision with its rule, its inputs and its result."""

    entitlement: Word
    clause: Word
    is_granted: bool | None = None
    inputs: dict[str, str]
    result: dict[str, str]


class Attachment(Part):
    """A document kept elsewhere, named by the sha256 of what is stored."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    media_type: Word = "application/octet-stream"
