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
from api.past import Telling, tell
from api.reading import asked
from cases.codes import Category, Channel, Department, Kind, Role, Stage
from cases.desk import wall_clock
from projections.questions.cases import CaseFilter, CaseList, case_list
from projections.questions.worklist import Worklist, worklist

router: Final = APIRouter()

AtLeast = Annotated[
    int | None, Query(ge=0, description="wait (2 s at most) until the tables stand at this log position")
]
Seen = Annotated[
    int | None, Query(ge=0, description="wait (2 s at most) until the log is settled up to this position")
]
At = Annotated[Instant | None, Query(description="the instant to answer for; now when absent")]
Limit = Annotated[int, Query(ge=1, le=200, description="how many at most")]
Cursor = Annotated[str | None, Query(max_length=300, description="the cursor of the page before")]
HappenedBy = Annotated[
    Instant | None, Query(description="only what had happened by this instant, as corrected")
]
KnownAt = Annotated[Instant | None, Query(description="only what the log knew at this instant")]
Live = Annotated[
    bool | None, Query(description="true: worked on here; false: imported history; both when absent")
]


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
    kind: Kind | None = None,
    category: Category | None = None,
    stage: Stage | None = None,
    department: Department | None = None,
    channel: Channel | None = None,
    product_id: Annotated[str | None, Query(max_length=250)] = None,
    region: Annotated[str | None, Query(max_length=120)] = None,
    assigned_to: Annotated[str | None, Query(max_length=120)] = None,
    is_open: bool | None = None,
    is_live: Live = None,
    is_parked: bool | None = None,
    opened_since: Instant | None = None,
    opened_until: Instant | None = None,
    at: At = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    at_least: AtLeast = None,
) -> CaseList:
    """List cases by what they are, a page at a time; technicians see those assigned to them."""
    wanted = CaseFilter(
        kind=kind,
        category=category,
        stage=stage,
        department=department,
        channel=channel,
        product_id=product_id,
        region=region,
        assigned_to=known.actor if known.role is Role.TECHNICIAN else assigned_to,
        is_open=is_open,
        is_live=is_live,
        is_parked=is_parked,
        opened_since=opened_since,
        opened_until=opened_until,
    )
    with asked(here, at_least) as connection:
        return case_list(connection, at=at or wall_clock(), wanted=wanted, limit=limit, cursor=cursor)


def told(
    here: Installation,
    known: Credential,
    named: str,
    happened_by: datetime | None = None,
    known_at: datetime | None = None,
    at_least: int | None = None,
) -> Telling:
    """Read one case as this person may see it; raises NotAllowed, NotFound, Unavailable."""
    if happened_by or known_at:
        access.must_ask(known.role, Question.PAST, known.scopes)
    here.must_be_settled(at_least)
    telling = tell(here, case_id_of(here, named), wall_clock(), happened_by=happened_by, known_at=known_at)
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
    found = told(here, known, case_id, happened_by, known_at, at_least).file()
    if not (happened_by or known_at):
        response.headers["ETag"] = f'"{found.version}"'
    return found


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
    assigned_to: Annotated[str | None, Query(max_length=120)] = None,
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
            at=at or wall_clock(),
            limit=limit,
            cursor=cursor,
            department=department,
            assigned_to=known.actor if known.role is Role.TECHNICIAN else assigned_to,
            due_before=due_before,
            is_live=is_live,
        )
