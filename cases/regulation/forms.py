"""Filling forms: a form of the regulation and the effective facts of a case in, its lines out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.events import Filed
from cases.fact import Attachment
from cases.recorded import Recorded
from cases.regulation.items import Label
from cases.regulation.offices import Form, FormField

Value = object
"""What stands in a fact: a word, a code, an amount, a date, an instant, yes or no, or a reference into the vault."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a filled form: its words, what is printed, and the version of the fact that it comes from.

    A line that no fact fills yet has neither.
    """

    label: Label
    value: Value | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as filled from the facts of a case, and the copies of it that were filed."""

    form: Form
    lines: tuple[Line, ...]
    copies: tuple[Attachment, ...]

    @property
    def missing(self) -> tuple[Label, ...]:
        """Name the lines that no fact fills yet."""
        return tuple(line.label for line in self.lines if line.version is None)


def filled(form: Form, history: Sequence[Recorded]) -> Filled:
    """Fill a form from effective facts in log order."""
    lines = tuple(line for field in form.line for line in _lines(field, history))
    return Filled(form, lines, tuple(_copies(form, history)))


def _lines(field: FormField, history: Sequence[Recorded]) -> Iterator[Line]:
    is_empty = True
    for recorded in history:
        value = _value(field, recorded) if field.source.meets(recorded) else None
        if value is not None:
            is_empty = False
            yield Line(field.label, value, recorded.originator_version)
    if is_empty:
        yield Line(field.label)


def _value(field: FormField, recorded: Recorded) -> Value | datetime | None:
    return recorded.occurred_at if field.field is None else getattr(recorded.fact, field.field)


def _copies(form: Form, history: Sequence[Recorded]) -> Iterator[Attachment]:
    for recorded in history:
        if isinstance(recorded.fact, Filed) and recorded.fact.form is form.paper:
            yield from recorded.fact.attachments
