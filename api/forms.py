"""The forms that a regulation asks for, filled from the facts of a case; personal values only masked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path
from pydantic import JsonValue

from api.access import Question
from api.auth import Here, asks
from api.case_answers import Bounds, Label
from api.commands import CaseId
from api.described import ASKED, refusals
from api.keys import Credential
from api.parameters import HappenedBy, KnownAt, Seen
from api.past import Telling
from api.queries import told
from cases.codes import Code
from cases.errors import NotFound
from cases.fact import Money
from cases.regulation import items
from cases.regulation.entitlements import traits
from cases.regulation.forms import Filled, Line, filled
from projections.questions.answers import Part

router: Final = APIRouter(tags=["cases"])
FormId = Annotated[str, Path(max_length=60, description="id of a form of the regulation, e.g. return-order")]


class FormLine(Part):
    """One line of a form: its words, what fills it, the same as it is printed, and the version of that fact."""

    label: Label
    value: JsonValue = None
    printed: Label | None = None
    version: int | None = None


class FormAnswer(Part):
    """A form as filled now or in the past asked for; a line without a version is not filled yet.

    `signed` names who signs it, `copies` are those that were filed, signed (sha256).
    """

    form: str
    clause: str
    label: Label
    regulation: str
    case_no: str
    lines: tuple[FormLine, ...]
    signed: tuple[Label, ...]
    copies: tuple[str, ...]
    is_complete: bool
    as_of: Bounds


class FormsAnswer(Part):
    """Every form that the regulations ask for in this case."""

    forms: tuple[FormAnswer, ...]


@router.get(
    "/cases/{case_id}/forms",
    operation_id="read_forms",
    summary="Read the forms of a case, filled from its facts",
    responses=refusals(ASKED),
)
def read_forms(
    *,
    case_id: CaseId,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.CASE))],
    happened_by: HappenedBy = None,
    known_at: KnownAt = None,
    at_least: Seen = None,
) -> FormsAnswer:
    """Fill every form that applies."""
    telling = told(here, known, case_id, happened_by, known_at, at_least)
    return FormsAnswer(forms=tuple(forms_of(telling)))


@router.get(
    "/cases/{case_id}/forms/{form}",
    operation_id="read_form",
    summary="Read one form of a case, filled from its facts",
    responses=refusals(ASKED),
)
def read_form(
    *,
    case_id: CaseId,
    form: FormId,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.CASE))],
    happened_by: HappenedBy = None,
    known_at: KnownAt = None,
    at_least: Seen = None,
) -> FormAnswer:
    """Fill one form; `/cases/{case_id}/forms/{form}` of the console prints it."""
    return form_of(told(here, known, case_id, happened_by, known_at, at_least), form)


def form_of(telling: Telling, form: str) -> FormAnswer:
    """Fill one form; raises NotFound where no regulation asks for it in this case."""
    for found in forms_of(telling):
        if found.form == form:
            return found
    raise NotFound("No regulation asks for such a form in this case")


def forms_of(telling: Telling) -> Iterator[FormAnswer]:
    """Fill the forms of every regulation that binds the case and whose condition holds."""
    for bound in telling.rules:
        known = traits(telling.facts, bound, telling.rules.bound)
        for form in bound.regulation.form:
            if form.applies.holds(known.get):
                yield _answer(telling, bound.name, filled(form, telling.facts))


def _answer(telling: Telling, regulation: str, made: Filled) -> FormAnswer:
    return FormAnswer(
        form=made.form.id,
        clause=made.form.clause,
        label=_label(made.form.label),
        regulation=regulation,
        case_no=telling.received.case_no,
        lines=tuple(_line(telling, line) for line in made.lines),
        signed=tuple(_label(who) for who in made.form.signed),
        copies=tuple(copy.sha256 for copy in made.copies),
        is_complete=not made.missing,
        as_of=telling.bounds,
    )


def _line(telling: Telling, line: Line) -> FormLine:
    if line.version is None:
        return FormLine(label=_label(line.label))
    value = telling.masks.value(line.value)
    return FormLine(
        label=_label(line.label),
        value=value,
        printed=_printed(line.value, value, telling.reference.zone),
        version=line.version,
    )


def _printed(value: object, told: JsonValue, zone: ZoneInfo) -> Label:
    """Say a value as a form does: codes by their labels, instants on the clock of the business."""
    match value:
        case Code():
            return Label(zh=value.zh, en=value.en)
        case bool():
            return Label(zh="是", en="yes") if value else Label(zh="否", en="no")
        case datetime():
            text = f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
        case Money():
            text = str(value)
        case _:
            text = str(told)
    return Label(zh=text, en=text)


def _label(label: items.Label) -> Label:
    return Label(zh=label.zh, en=label.en)
