"""Who does what by the text: where a case goes, which of our roles an office is, and the forms that are filled."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from cases.codes import Department, Role
from cases.codes import Form as Paper
from cases.events import CASE_FACTS
from cases.fact import Part, Word
from cases.regulation.items import Item, Label
from cases.regulation.nearest import meant
from cases.regulation.patterns import Pattern
from cases.regulation.problems import Amiss


class Routing(Item):
    """Where a case goes when it is classified without a department; the first one that applies counts."""

    department: Department


class Office(Item):
    """An office that the text names: which of our roles carries it, what it may ask for and what it may not.

    `may` and `may_not` hold commands (`inspect`, `refund`); permissions are one table for all regulations, and a test
    compares every office with it.
    """

    role: Role
    may: tuple[Word, ...] = ()
    may_not: tuple[Word, ...] = ()


class FormField(Part):
    """One line of a form: its words, and the field of the facts that fills it, a line for each such fact.

    Without a `field` the instant is printed at which the fact happened.
    """

    label: Label
    source: Annotated[Pattern, Field(alias="from")]
    field: str | None = None

    @model_validator(mode="after")
    def _known(self) -> FormField:
        fact = CASE_FACTS[self.source.fact]
        if self.field is not None and self.field not in fact.model_fields:
            what = f"{self.source.fact} has no field {self.field}{meant(self.field, fact.model_fields)}"
            raise Amiss(what, "field")
        return self


class Form(Item):
    """A record that the text asks for, filled from facts; its version is that of the regulation.

    `signed` names who signs it, in the words of the text; signed copies are the attachments (sha256) of what was Filed
    as this `paper`.
    """

    paper: Paper | None = None
    line: tuple[FormField, ...]
    signed: tuple[Label, ...] = ()
