"""The model of a regulation: a versioned text made of items, how it resolves its contradictions, and its settings."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Final, Literal

from cases.fact import Part, Word
from cases.regulation.alerting import Alert
from cases.regulation.consequences import Appeal, Consequence
from cases.regulation.items import (
    Between,
    Constraint,
    Entitlement,
    Id,
    Item,
    Label,
    Placeholder,
    Programme,
    Promise,
    RuleId,
    Unit,
    Window,
    Within,
)
from cases.regulation.marking import Marking
from cases.regulation.offices import Form, Office, Routing
from cases.regulation.targets import Target

__all__ = [
    "Alert", "Appeal", "Between", "Consequence", "Constraint", "Coverage", "Entitlement", "Form", "Id", "Item",
    "Label", "Office", "Placeholder", "Programme", "Promise", "Regulation", "Resolution", "Routing", "SettingValue",
    "Settings", "Target", "Window", "Within",
]  # fmt: skip


class Resolution(Part):
    """How a contradiction of the text was resolved: the reading in force, and the literal one kept visible.

    `warning` names the article of law that the literal reading falls short of.
    """

    id: RuleId
    clause: Word
    label: Label
    reading: Label
    literal: Label
    warning: Word | None = None


class Coverage(Part):
    """Why no single item carries a rule of the text, and what does instead."""

    rule: RuleId
    reason: Label


class Regulation(Part):
    """A versioned, effective-dated regulation; binds cases by product line and channel from `effective_from` on."""

    id: Id
    version: Word
    label: Label
    effective_from: date
    effective_until: date | None = None
    product_lines: tuple[Word, ...] = ()
    channels: tuple[Word, ...] = ()
    calendar: Id = "china"
    backdating_tolerance_minutes: int = 15
    promise: tuple[Promise, ...] = ()
    constraint: tuple[Constraint, ...] = ()
    entitlement: tuple[Entitlement, ...] = ()
    target: tuple[Target, ...] = ()
    programme: tuple[Programme, ...] = ()
    alert: tuple[Alert, ...] = ()
    consequence: tuple[Consequence, ...] = ()
    appeal: tuple[Appeal, ...] = ()
    routing: tuple[Routing, ...] = ()
    office: tuple[Office, ...] = ()
    form: tuple[Form, ...] = ()
    placeholder: tuple[Placeholder, ...] = ()
    resolution: tuple[Resolution, ...] = ()
    coverage: tuple[Coverage, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Give every item of the regulation, in the order of its kinds."""
        return (
            *self.promise, *self.constraint, *self.entitlement, *self.target, *self.programme,
            *(check for programme in self.programme for check in programme.checklist),
            *self.alert, *self.consequence, *self.appeal, *self.routing, *self.office, *self.form, *self.placeholder,
        )  # fmt: skip

    @cached_property
    def marking(self) -> Marking:
        """Give the patterns of its constraints and promises, ready to read facts with."""
        return Marking(self.constraint, self.promise)

    @cached_property
    def counting(self) -> tuple[Target, ...]:
        """Give the targets that count facts and say all that their measure needs."""
        return tuple(one for one in self.target if one.definition.each and one.is_countable)

    def carriers(self) -> dict[str, tuple[str, ...]]:
        """Tell for every rule of the text which items carry it; a resolution carries its own rows."""
        carried: dict[str, tuple[str, ...]] = {}
        for item in self.items:
            for rule in item.rules:
                carried[rule] = (*carried.get(rule, ()), item.id)
        return carried


CONFIGURED: Final = "configured, not from the regulation"
"""What every value of a settings document says of its source."""


class SettingValue(Part):
    """A firm's value for a placeholder; `calendar` names another time base than the promise does."""

    value: str | int
    unit: Unit
    source: Literal["configured, not from the regulation"]
    calendar: Id | None = None


class Settings(Part):
    """The firm's values for one regulation, by placeholder id."""

    regulation: Id
    version: Word
    values: dict[str, SettingValue] = {}
