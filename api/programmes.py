"""Programmes over HTTP: what is owed, how a period stands, and the four things that can be asked of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from api.access import Question
from api.asking import Instant
from api.auth import Here, asks
from api.commands import offer
from api.described import ASKED, refusals
from api.examples_programmes import EXAMPLES
from api.installation import Installation
from api.keys import Credential
from api.parameters import Regulation
from api.reading import asked
from cases.codes import Department, Effect, Improvement, Role
from cases.errors import Malformed
from cases.events_programme import ProgrammeHeld, ResultsPublished
from cases.permissions import must_take_part
from cases.programmes.asked import ASKED as VERBS
from cases.programmes.holding import Standing
from cases.programmes.owed import duties
from projections.questions.answers import Part
from replay.programme.figures import document_of
from replay.programme.room import HoldingRoom, Told
from replay.recording import StreamReceipt

router: Final = APIRouter(prefix="/programmes", tags=["programmes"])
LONGEST: Final = 500
YEARS: Final = timedelta(days=3653)
"""How far back or ahead may be asked: each period in between is looked up in the log."""
Programme = Annotated[str, Path(max_length=60, examples=["supervisor-check"])]
Written = Annotated[
    str, Path(max_length=20, examples=["2026-10"], description="2026-10, 2026-W45, 2026-Q4, 2026-H2 or 2026")
]


class ProgrammeLine(Part):
    """A programme in one period: what it is, by when it falls due, how it stands."""

    regulation: str
    programme: str
    clause: str
    label_zh: str
    label_en: str
    kind: str
    period: str
    due_at: datetime
    standing: Standing
    standing_zh: str
    standing_en: str
    measures_open: int
    measures_overdue: int


class NotSet(Part):
    """A programme whose period the firm has not set: it owes nothing until then."""

    regulation: str
    programme: str
    clause: str
    setting: str | None


class ProgrammesAnswer(Part):
    """What is not held, the longest due first, then what is; `not_configured` names what cannot be owed yet.

    `total` counts also what is not listed; `since` and `regulation` narrow it down.
    """

    at: datetime
    total: int
    owed: tuple[ProgrammeLine, ...]
    not_configured: tuple[NotSet, ...]


class QuestionLine(Part):
    """A question of the check-list."""

    question: str
    clause: str
    label_zh: str
    label_en: str


class MeasureLine(Part):
    """A measure with what came of it; `effect` is null until somebody has looked."""

    measure: int
    question: str | None
    improvement: Improvement
    department: Department
    assigned_to: str | None
    due_on: date
    is_overdue: bool
    effect: Effect | None


class ProgrammeAnswer(ProgrammeLine):
    """Everything about a programme in one period; `version` is the one to name when a holding is corrected."""

    stream_id: UUID
    version: int
    questions: tuple[QuestionLine, ...]
    held: ProgrammeHeld | None
    figures: dict[str, Any] | None
    """The document of the figures that were frozen; `held.figures.sha256` is of its canonical text."""
    held_at: int
    held_by: str | None
    held_as: Role | None
    held_on: datetime | None
    measures: tuple[MeasureLine, ...]
    published: tuple[ResultsPublished, ...]


class ProgrammeReceipt(Part):
    """What a request came to; `facts` is empty where it was said before."""

    stream_id: UUID
    version: int
    position: int
    facts: tuple[str, ...]


def room_of(here: Installation) -> HoldingRoom:
    """Open the room of an installation."""
    return HoldingRoom(here.ledger, here.published().reference, partial(asked, here))


def line_of(told: Told, today: date) -> dict[str, Any]:
    """Tell the columns that lists and single answers share."""
    programme, measures = told.duty.programme, told.holding.measures.values()
    return {
        "regulation": told.duty.regulation,
        "programme": programme.id,
        "clause": programme.clause,
        "label_zh": programme.label.zh,
        "label_en": programme.label.en,
        "kind": programme.kind,
        "period": str(told.period),
        "due_at": told.due_at,
        "standing": told.standing,
        "standing_zh": told.standing.zh,
        "standing_en": told.standing.en,
        "measures_open": sum(one.effect is None for one in measures),
        "measures_overdue": sum(one.is_overdue(today) for one in measures),
    }


def programmes_of(
    here: Installation,
    now: datetime,
    *,
    due_by: datetime | None = None,
    regulation: str | None = None,
    since: date | None = None,
) -> ProgrammesAnswer:
    """Tell what is over and owed by now, or what falls due by an instant; raises Malformed ten years away from now."""
    reference, today = here.published().reference, now.astimezone(here.zone).date()
    for field, is_far in (
        ("since", since is not None and not today - YEARS <= since <= today + YEARS),
        ("due_by", due_by is not None and due_by > now + YEARS),
    ):
        if is_far:
            wrong = [{"field": field, "cure": "name one within ten years of now"}]
            raise Malformed("That is too far away", errors=wrong)
    told = room_of(here).owed(due_by or now, now, regulation=regulation, since=since)
    lines = [ProgrammeLine(**line_of(one, today)) for one in told if due_by is None or one.due_at <= due_by]
    return ProgrammesAnswer(
        at=now,
        total=len(lines),
        owed=tuple(sorted(lines, key=_urgency)[:LONGEST]),
        not_configured=tuple(
            NotSet(
                regulation=duty.regulation,
                programme=duty.programme.id,
                clause=duty.programme.clause,
                setting=duty.programme.setting,
            )
            for duty in duties(reference, regulation)
            if duty.months is None
        ),
    )


def _urgency(line: ProgrammeLine) -> tuple[bool, datetime, str, str]:
    return line.standing is Standing.HELD, line.due_at, line.regulation, line.programme


def programme_of(here: Installation, told: Told, now: datetime) -> ProgrammeAnswer:
    """Tell everything about a programme in one period."""
    holding, today = told.holding, now.astimezone(here.zone).date()
    return ProgrammeAnswer(
        **line_of(told, today),
        stream_id=told.stream,
        version=holding.version,
        questions=tuple(
            QuestionLine(question=one.id, clause=one.clause, label_zh=one.label.zh, label_en=one.label.en)
            for one in told.duty.programme.checklist
        ),
        held=holding.held,
        figures=document_of(holding.held.figures) if holding.held and holding.held.figures else None,
        held_at=holding.held_at,
        held_by=holding.told.actor if holding.told else None,
        held_as=holding.told.role if holding.told else None,
        held_on=holding.told.occurred_at if holding.told else None,
        measures=tuple(
            MeasureLine(
                **{name: getattr(one.fact, name) for name in type(one.fact).model_fields},
                is_overdue=one.is_overdue(today),
                effect=one.effect,
            )
            for one in holding.measures.values()
        ),
        published=holding.published,
    )


@router.get("", operation_id="programmes", summary="See which programmes are owed", responses=refusals(ASKED))
def owed(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.PROGRAMMES))],
    due_by: Annotated[
        Instant | None, Query(description="what falls due by then; all that is over when absent")
    ] = None,
    since: Annotated[
        date | None, Query(description="owed from this day; from the first publication when absent")
    ] = None,
    regulation: Annotated[str | None, Query(max_length=60)] = None,
) -> ProgrammesAnswer:
    """Tell which periods of which programmes are owed, how each stands, and which have no period yet."""
    return programmes_of(here, here.ledger.now(), due_by=due_by, regulation=regulation, since=since)


@router.get(
    "/{regulation}/{programme}/{period}",
    operation_id="read_programme",
    summary="Read a programme in one period",
    responses=refusals([*ASKED, 409]),
)
def read_programme(
    regulation: Regulation,
    programme: Programme,
    period: Written,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.PROGRAMMES))],
) -> ProgrammeAnswer:
    """Tell its questions, what was seen and by whom, the measures with their effect, and to whom it was told."""
    now = here.ledger.now()
    told = room_of(here).one(regulation, programme, period, now)
    must_take_part(known.role, told.duty.programme.kind)
    return programme_of(here, told, now)


def receipt_of(kept: StreamReceipt) -> ProgrammeReceipt:
    """Tell what a request came to."""
    return ProgrammeReceipt(
        stream_id=kept.stream, version=kept.version, position=kept.position, facts=kept.facts
    )


def acting() -> Callable[..., ProgrammeReceipt]:
    """Make a route function for one thing that can be asked."""

    def act(
        *, regulation: Regulation, programme: Programme, period: Written, wanted: Any, here: Here, caller: Any
    ) -> ProgrammeReceipt:
        kept = room_of(here).act(regulation, programme, period, wanted, caller, here.ledger.now())
        here.engine.wake()
        return receipt_of(kept)

    return act


for _verb, _kind in VERBS.items():
    offer(
        router,
        "/{regulation}/{programme}/{period}",
        acting(),
        verb=_verb,
        kind=_kind,
        example=EXAMPLES[_verb],
        of="programme",
    )
