"""What is told of one case: its file, its timeline and its facts; personal values only masked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, JsonValue

from projections.questions.answers import Part

Fields = dict[str, JsonValue]


class Label(Part):
    """A word as people see it."""

    zh: str
    en: str


class Text(Part):
    """The regulation that binds the case, in the version in force, with the sha256 of its published text."""

    regulation: str
    version: str
    settings: str | None
    calendar: str
    sha256: str | None


class Bounds(Part):
    """Which past an answer tells.

    Facts that had happened by `happened_by`, as known at `known_at`, which is everything up to `position`.
    `is_provisional` marks an instant of knowledge for which the log is not settled yet.
    """

    happened_by: datetime | None
    known_at: datetime | None
    position: int
    is_provisional: bool = False


class Climbed(Part):
    """A warning, or the role that a clock went up to. `is_revised`: a later fact took away what it rested on."""

    version: int
    level: str
    at: datetime
    is_warning: bool
    is_revised: bool


class Item(Part):
    """One clock: what was promised, when it is due, how it stands at the instant of the answer."""

    clock_id: str
    promise: str
    clause: str
    label: Label
    regulation: str
    cycle: int
    started_at: datetime
    original_due_at: datetime | None
    due_at: datetime | None
    stopped_at: datetime | None
    paused_seconds: int
    standing: str
    verdict: str
    verdict_unadjusted: str
    verdict_as_recorded: str | None
    moved_by: tuple[int, ...]
    is_backdated: bool
    is_corrected: bool
    escalations: tuple[Climbed, ...]


class Breach(Part):
    """A finding: the clause that the facts do not satisfy, and the facts that show it."""

    constraint: str
    clause: str
    label: Label
    regulation: str
    mode: str
    versions: tuple[int, ...]
    is_overridden: bool


class Entitled(Part):
    """What the customer is entitled to, with the clause, the inputs and the result.

    `is_computed` marks what was not decided when the case was classified, but follows from its facts: of an imported
    case, or as corrected since. `is_revised` marks what was decided otherwise, before that correction.
    """

    entitlement: str
    clause: str
    label: Label
    is_computed: bool
    is_revised: bool = False
    is_granted: bool | None
    inputs: dict[str, str]
    result: dict[str, str]


class CaseAnswer(Part):
    """A case: what it is now, or was; its clocks, entitlements and findings, and the texts it is judged under."""

    case_id: UUID
    case_no: str
    version: int
    stage: str
    stage_label: Label
    kind: str | None
    kind_label: Label | None
    cycle: int
    is_closed: bool
    merged_into: Annotated[str | None, Field(description="number of the case that it goes on in")]
    paused_for: str | None
    assigned_to: str | None
    refunded_minor: Annotated[
        int | None, Field(description="money returned, in fen; null for a role that sees no money")
    ]
    received: Fields
    classified: Fields | None
    entitlements: tuple[Entitled, ...]
    clocks: tuple[Item, ...]
    findings: tuple[Breach, ...]
    judged_under: tuple[Text, ...]
    as_of: Bounds


class Version(Part):
    """A fact's time and fields in one reading of it."""

    occurred_at: datetime
    fields: Fields


class Change(Part):
    """A correction that stands: which fact of the case made it, when, by whom and why."""

    version: int
    recorded_at: datetime
    actor: str
    reason: str
    is_withdrawn: bool


class Entry(Part):
    """One fact, as it was recorded and, where a correction stands, as corrected."""

    version: int
    position: int
    fact: str
    label: Label
    recorded_at: datetime
    recorded: Version
    corrected: Version | None
    is_withdrawn: bool
    is_backdated: bool
    is_revised: Annotated[
        bool, Field(description="an escalation that rests on what a later fact took away; it stands")
    ]
    corrections: tuple[Change, ...]
    actor: str
    role: str
    source: str
    document: str | None
    decided_under: str | None


class TimelineAnswer(Part):
    """The facts of a case in the order in which they happened, corrections beside what they correct."""

    case_id: UUID
    case_no: str
    version: int
    entries: tuple[Entry, ...]
    judged_under: tuple[Text, ...]
    as_of: Bounds


class StoredEvent(Part):
    """One fact just as it is stored, personal values masked."""

    version: int
    position: int
    topic: str
    fact: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    role: str
    source: Fields
    correlation_id: UUID
    causation_id: UUID | None
    is_backdated: bool
    decided_under: str | None
    fields: Fields


class EventsAnswer(Part):
    """Every fact of a case by version; `cursor` asks for more, None on the last page."""

    case_id: UUID
    case_no: str
    events: tuple[StoredEvent, ...]
    cursor: int | None
    position: int
