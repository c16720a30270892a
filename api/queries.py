"""Every GET: figures from the tables, one case from its facts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from api import access
from api.access import Question
from api.asking import Instant
from api.auth import Here, asks
from api.case_answers import CaseAnswer, EventsAnswer, TimelineAnswer
from api.commands import HEADERS, CaseId
from api.described import ASKED, FIGURES, refusals
from api.finding import case_id_of
from api.installation import Installation
from api.keys import Credential
from api.parameters import AssignedTo, At, AtLeast, Cursor, HappenedBy, KnownAt, Limit, Seen, Wanted
from api.past import Telling, tell
from api.reading import asked
from cases.codes import Department, Role
from projections.questions.cases import CaseList, case_list
from projections.questions.worklist import Worklist, worklist

router: Final = APIRouter()


@router.get(
    "/cases",
    tags=["cases"],
    operation_id="list_cases",
    summary="List cases, newest first",
    responses=refusals(FIGURES),
)
def list_cases(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.CASES))],
    wanted: Wanted,
    at: At = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    at_least: AtLeast = None,
) -> CaseList:
    """List cases by what they are, a page at a time; technicians see those assigned to them."""
    mine = wanted.model_copy(update={"assigned_to": whose(known, wanted.assigned_to)})
    with asked(here, at_least) as connection:
        return case_list(connection, at=at or here.ledger.now(), wanted=mine, limit=limit, cursor=cursor)


def whose(known: Credential, assigned_to: str | None) -> str | None:
    """Name whose cases are listed: those asked for, a technician's always their own."""
    return known.actor if known.role is Role.TECHNICIAN else assigned_to


def told(
    here: Installation,
    known: Credential,
    named: str,
    happened_by: datetime | None = None,
    known_at: datetime | None = None,
    at_least: int | None = None,
    *,
    shows_money: bool = True,
) -> Telling:
    """Read one case as this person may see it; raises NotAllowed, NotFound, Unavailable."""
    if shows_money:
        access.must_see_money(known.role)
    if happened_by or known_at:
        access.must_ask(known.role, Question.PAST, known.scopes)
    here.must_be_settled(at_least)
    telling = tell(
        here, case_id_of(here, named), here.ledger.now(), happened_by=happened_by, known_at=known_at
    )
    access.must_see(known.role, known.actor, telling.case)
    return telling


@router.get(
    "/cases/{case_id}",
    tags=["cases"],
    operation_id="read_case",
    summary="Read one case: state, clocks, entitlements, findings",
    responses={200: {"headers": HEADERS}, **refusals(ASKED)},
)
def read_case(
    *,
    case_id: CaseId,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.CASE))],
    response: Response,
    happened_by: HappenedBy = None,
    known_at: KnownAt = None,
    at_least: Seen = None,
) -> CaseAnswer:
    """Tell what a case is now, or was: always from its facts, so that a reader sees their own write at once."""
    found = told(here, known, case_id, happened_by, known_at, at_least, shows_money=False).file()
    if not (happened_by or known_at):
        response.headers["ETag"] = f'"{found.version}"'
    return without_money(found) if known.role in access.WITHOUT_MONEY else found


def without_money(found: CaseAnswer) -> CaseAnswer:
    """Leave every amount out of a case's answer."""
    amounts = {name for name, value in found.received.items() if isinstance(value, dict) and "minor" in value}
    kept = {name: value for name, value in found.received.items() if name not in amounts}
    return found.model_copy(update={"received": kept, "refunded_minor": None})


@router.get(
    "/cases/{case_id}/timeline",
    tags=["cases"],
    operation_id="read_timeline",
    summary="Read what happened in a case, as recorded and as corrected",
    responses=refusals(ASKED),
)
def read_timeline(
    *,
    case_id: CaseId,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.HISTORY))],
    happened_by: HappenedBy = None,
    known_at: KnownAt = None,
    at_least: Seen = None,
) -> TimelineAnswer:
    """Tell a case in the order in which things happened, with the log position and the texts in force."""
    return told(here, known, case_id, happened_by, known_at, at_least).timeline()


@router.get(
    "/cases/{case_id}/events",
    tags=["cases"],
    operation_id="read_events",
    summary="Read the facts of a case as they are stored",
    responses=refusals(ASKED),
)
def read_events(
    case_id: CaseId,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.HISTORY))],
    cursor: Annotated[int, Query(ge=0, description="the cursor of the page before")] = 0,
    at_least: Seen = None,
) -> EventsAnswer:
    """Tell the facts by version, corrections among them as facts of their own; personal values masked."""
    return told(here, known, case_id, at_least=at_least).events(cursor)


@router.get(
    "/worklist",
    tags=["cases"],
    operation_id="worklist",
    summary="See which clocks of live cases fall due next",
    responses=refusals(FIGURES),
)
def due_next(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.WORKLIST))],
    department: Department | None = None,
    assigned_to: AssignedTo = None,
    due_before: Instant | None = None,
    is_live: Annotated[bool, Query(description="false: open clocks of imported history")] = True,
    at: At = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    at_least: AtLeast = None,
) -> Worklist:
    """List open clocks, the most overdue first; technicians see those of cases assigned to them."""
    with asked(here, at_least) as connection:
        return worklist(
            connection,
            at=at or here.ledger.now(),
            limit=limit,
            cursor=cursor,
            department=department,
            assigned_to=whose(known, assigned_to),
            due_before=due_before,
            is_live=is_live,
        )
