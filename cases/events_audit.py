"""The facts of an audit programme: opened, frozen, revealed, drawn (evidence.md 2)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from cases.codes import ReplacementReason
from cases.events_reference import Digest
from cases.fact import Fact, Instant, Part, Word
from cases.period import PATTERN

PeriodWord = Annotated[str, Field(pattern=PATTERN)]
"""A period of the business time zone as `cases.period` writes it, for example `2026-10`."""


class Promised(Part):
    """A nonce somebody has committed to without showing it."""

    role: Word
    commitment: Digest


class Shown(Part):
    """A nonce as it was revealed; 64 zeros stand for one that was withheld."""

    role: Word
    nonce: Digest


class Stratum(Part):
    """How many items a stratum of the frame has, and how many are drawn."""

    name: Word
    items: Annotated[int, Field(ge=0)]
    drawn: Annotated[int, Field(ge=0)]


class Pick(Part):
    """An item that was drawn: the case as it stood at the freeze, by version and leaf of its last fact."""

    stratum: Word
    rank: Annotated[int, Field(ge=1)]
    item: Word
    case_id: UUID
    version: Annotated[int, Field(ge=1)]
    leaf_hash: Digest


class ProgrammeOpened(Fact):
    """A periodic audit began; cases that ended before `starts_at` are in none of its frames."""

    topic = "audit.opened.v1"

    programme: Word
    clause: Word
    regulation: Word
    rate: Word
    floor: Annotated[int, Field(ge=0)] = 0
    starts_at: Instant


class FrameFrozen(Fact):
    """The population of a period was fixed: `lo` and `hi` bound the positions of the log that it was read from.

    `late` of its items ended before the period began and came late; `overdue` open cases stand beside the frame.
    """

    topic = "audit.frozen.v1"

    period: PeriodWord
    lo: int
    hi: int
    frame_hash: Digest
    strata: tuple[Stratum, ...]
    late: int = 0
    overdue: int = 0
    algorithm: Word
    promised: tuple[Promised, ...]
    is_independent: bool


class NoncesRevealed(Fact):
    """The nonces were shown, after the freeze."""

    topic = "audit.revealed.v1"

    period: PeriodWord
    shown: tuple[Shown, ...]


class SampleDrawn(Fact):
    """The sample of a period followed from frame and nonces; `files` names the published ones by sha256."""

    topic = "audit.drawn.v1"

    period: PeriodWord
    seed: Digest
    picks: tuple[Pick, ...]
    files: dict[str, Digest]


class ItemReplaced(Fact):
    """A drawn item gave way to the next rank of its stratum; who approved it had not asked for it."""

    topic = "audit.replaced.v1"

    period: PeriodWord
    item: Word
    pick: Pick
    reason: ReplacementReason
    approved_by: Word


AUDIT_FACTS: tuple[type[Fact], ...] = (
    ProgrammeOpened, FrameFrozen, NoncesRevealed, SampleDrawn, ItemReplaced,
)  # fmt: skip
