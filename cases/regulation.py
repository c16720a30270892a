"""The model of a regulation: promises, constraints, entitlements, targets and programmes, each with its clause."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cases.codes import Department
from cases.fact import Part, Word
from cases.patterns import Condition, Pattern

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
RuleId = Annotated[str, Field(pattern=r"^[SX]\d", max_length=20)]


class Label(Part):
    """What people read, in both languages."""

    zh: str
    en: str


class Item(Part):
    """What every item of a regulation carries: its name, the clause it comes from, its labels, the rules it serves."""

    id: Id
    clause: Word
    label: Label
    rules: tuple[RuleId, ...] = ()
    applies: Condition = Condition()


class Within(Part):
    """How long a clock may run. Exactly one amount, a setting of the firm, or an instant promised in the start fact.

    `setting` names a placeholder (value and unit stand in the settings; unset means not configured);
    `until` names the field of the start fact that holds the promised instant.
    """

    minutes: int | None = None
    hours: int | None = None
    days: int | None = None
    working_days: int | None = None
    months: int | None = None
    setting: Id | None = None
    until: str | None = None
    calendar: Id = "around-the-clock"

    @model_validator(mode="after")
    def _one_amount(self) -> Within:
        named = [n for n in ("minutes", "hours", "days", "working_days", "months", "setting", "until") if getattr(self, n) is not None]
        if len(named) != 1:
            message = "name exactly one of minutes, hours, days, working_days, months, setting, until"
            raise ValueError(message)
        return self


class Pause(Part):
    """Between which facts a clock stands still, measured in its own time base."""

    opens: Annotated[Pattern, Field(alias="from")]
    ends: Annotated[Pattern, Field(alias="to")]


class Promise(Item):
    """A clock: starts at a fact, must be stopped by a fact in time; may pause; warns; escalates up a chain."""

    start: Pattern
    stop: Pattern | tuple[Pattern, ...]
    within: Within
    pause: tuple[Pause, ...] = ()
    warn: tuple[float, ...] = ()
    escalate: tuple[Word, ...] = ()
    department: Department = Department.CUSTOMER_SERVICE
    is_configured: bool = False
    """True where the number comes from the firm and not from the text."""


class Constraint(Item):
    """What must come before, after or never with what; `refuse` guards live, `flag` only finds."""

    kind: Literal["precedence", "response", "absence", "exactly_one", "not_coexistence", "separation"]
    first: Pattern | None = None
    then: Pattern
    unless: tuple[Pattern, ...] = ()
    mode: Literal["refuse", "flag"] = "refuse"
    is_overridable: bool = True


class Window(Part):
    """Until when a right may be claimed, counted from an anchor date by the Civil Code (starting day not counted)."""

    days: int | None = None
    years: int | None = None
    anchor: Literal["purchased_on", "goods_received_on", "later"] = "later"
    literal_anchor: Literal["purchased_on", "goods_received_on"] = "purchased_on"


class Entitlement(Item):
    """A right of the customer: its window, proofs, condition checklist and who bears the freight."""

    kind: Literal["window", "warranty", "freight", "account"]
    window: Window | None = None
    needs: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    payer: Literal["company", "customer"] | None = None
    literal_payer: Literal["company", "customer"] | None = None
    law: Word | None = None


class Target(Item):
    """A figure to reach, as an exact decimal string between 0 and 1."""

    measure: Word
    at_least: str | None = None
    setting: Id | None = None


class Programme(Item):
    """A periodic duty: the audit sample, the satisfaction survey, the star ranking."""

    kind: Literal["audit", "survey", "ranking", "digest", "evaluation"]
    period: Literal["month", "quarter", "setting"]
    rate: str | None = None
    floor: int = 0
    checklist: tuple[Item, ...] = ()
    setting: Id | None = None


class Placeholder(Item):
    """A value that the text leaves open; unset means every item that needs it is `not_configured`."""

    unit: Literal["minutes", "hours", "days", "working_days", "months", "percent", "fen", "word"]


class Resolution(Part):
    """How a contradiction of the text was resolved: the reading in force, and the literal one kept visible."""

    id: RuleId
    clause: Word
    label: Label
    reading: Label
    literal: Label
    warning: Word | None = None


class Coverage(Part):
    """What carries a rule of the text: item ids, or a reason why none does."""

    rule: RuleId
    carried_by: tuple[str, ...] = ()
    reason: str | None = None


class Regulation(Part):
    """A versioned, effective-dated regulation; binds cases by product line and channel from `effective_from` on."""

    id: Id
    version: Word
    label: Label
    effective_from: date
    effective_until: date | None = None
    product_lines: tuple[Word, ...] = ()
    channels: tuple[Word, ...] = ()
    calendar: Id = "cn"
    backdating_tolerance_minutes: int = 15
    refund_limit_fen: int | None = None
    promise: tuple[Promise, ...] = ()
    constraint: tuple[Constraint, ...] = ()
    entitlement: tuple[Entitlement, ...] = ()
    target: tuple[Target, ...] = ()
    programme: tuple[Programme, ...] = ()
    placeholder: tuple[Placeholder, ...] = ()
    resolution: tuple[Resolution, ...] = ()
    coverage: tuple[Coverage, ...] = ()


class SettingValue(Part):
    """A firm's value for a placeholder; `source` says it is configured, not from the regulation."""

    value: str | int
    unit: str
    source: str


class Settings(Part):
    """The firm's values for one regulation, by placeholder id."""

    regulation: Id
    version: Word
    values: dict[str, SettingValue] = {}
