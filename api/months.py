"""Months over HTTP: published, shown beside today's figures, and what moved them since."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query

from api.access import Question, may_ask
from api.asking import MONTH
from api.auth import Here, asks
from api.commands import offer
from api.described import ASKED, refusals
from api.installation import Installation
from api.keys import Credential
from api.month_answers import (
    MonthAnswer,
    MonthChanges,
    MonthCheck,
    MonthLine,
    MonthList,
    MonthReceipt,
    beside,
    report_line,
)
from api.parameters import AtLeast, Cursor, Limit, Seen
from api.reading import asked
from cases.caller import Caller
from cases.events_month import MonthPublished
from cases.month_end import ASKED as VERBS
from cases.month_end import PublishMonth, month_of
from cases.period import Period
from projections.questions.cursors import cursor_after, place_of
from replay.month_end import MonthRoom

router: Final = APIRouter(prefix="/months", tags=["months"])
READ_WAIT: Final = 2.0
"""Seconds for which a report waits until the tables have what was in the log when it was asked for."""
SHOWN: Final = 12
"""Months that are listed where nobody says how many."""
Month = Annotated[str, Path(pattern=MONTH, examples=["2026-10"])]
Report = Annotated[int | None, Query(ge=1, le=10**6, description="which report; the newest when absent")]
Reader = Annotated[Credential, Depends(asks(Question.STATISTICS))]
EXAMPLE: Final[dict[str, Any]] = {"document": "MR-2026-10"}


def room_of(here: Installation) -> MonthRoom:
    """Open the room of an installation."""
    return MonthRoom(here.ledger, here.published().reference, partial(asked, here))


def month_told(here: Installation, month: str, number: int | None, *, with_amounts: bool) -> MonthAnswer:
    """Tell a month as published and as it is today; raises Malformed, and NotFound for a report that is not there."""
    now, room = here.ledger.now(), room_of(here)
    reports, today = room.reports(month), room.today(month, now)
    known, fact = room.report(month, number) if reports or number else (None, None)
    return MonthAnswer(
        month=month,
        at=now,
        is_over=month_of(month).ends(here.zone) <= now,
        standing=today.standing,
        reports=tuple(report_line(one, one.fact) for one in reports if isinstance(one.fact, MonthPublished)),
        report=known.originator_version if known else None,
        figures=beside(fact.figures if fact else None, today.figures, with_amounts=with_amounts),
    )


def months_told(here: Installation, most: int = SHOWN, cursor: str | None = None) -> MonthList:
    """Tell which months were published, as they were: nothing is counted anew; raises Malformed for a cursor."""
    room, before = room_of(here), date.max if cursor is None else place_of(cursor)[0].date()
    found = room.published(before, most + 1)
    shown = found[:most]
    lines = (MonthLine(month=str(month), **dict(report_line(*room.report(str(month))))) for month in shown)
    after = cursor_of(shown[-1]) if len(found) > most else None
    return MonthList(months=tuple(lines), cursor=after)


def cursor_of(month: Period) -> str:
    """Write down where a page of months ended."""
    return cursor_after(datetime.combine(month.first, time.min, UTC), str(month))


def changes_told(here: Installation, month: str, number: int | None, *, with_amounts: bool) -> MonthChanges:
    """Tell what moved the figures of a month since a report; raises Malformed, NotFound."""
    now, room = here.ledger.now(), room_of(here)
    known, _ = room.report(month, number)
    moved = room.moved(month, now, known.originator_version)
    return MonthChanges(
        month=month,
        report=known.originator_version,
        at=now,
        moved=tuple(one for one in moved if with_amounts or one.currency is None),
    )


def month_checked(here: Installation, month: str, number: int | None) -> MonthCheck:
    """Count a report of a month again from the log; raises Malformed, NotFound."""
    room = room_of(here)
    known, _ = room.report(month, number)
    is_same = room.is_found_again(month, known.originator_version)
    return MonthCheck(month=month, report=known.originator_version, is_found_again=is_same)


def published(here: Installation, month: str, asked: PublishMonth, caller: Caller) -> MonthReceipt:
    """Publish a month; raises Malformed, Refused, CaseIsBusy, Unavailable."""
    kept = room_of(here).publish(month, asked, caller, here.ledger.now())
    return MonthReceipt(stream_id=kept.stream, report=kept.version, position=kept.position, facts=kept.facts)


def sees_amounts(known: Credential) -> bool:
    """Whether somebody may see what cases cost."""
    return may_ask(known.role, Question.COSTS, known.scopes)


@router.get(
    "",
    operation_id="months",
    summary="See which months were published",
    responses=refusals(ASKED),
)
def list_months(
    *, here: Here, known: Reader, limit: Limit = SHOWN, cursor: Cursor = None, at_least: Seen = None
) -> MonthList:
    """Tell of each month, newest first, the report that stands: by whom, when and on which position.

    What a month comes to today is counted where that month is asked for.
    """
    here.must_be_settled(at_least)
    return months_told(here, limit, cursor)


@router.get(
    "/{month}",
    operation_id="month",
    summary="See a month as published beside today's figures",
    responses=refusals(ASKED),
)
def read_month(
    *, month: Month, here: Here, known: Reader, report: Report = None, at_least: AtLeast = None
) -> MonthAnswer:
    """Tell the reports of a month and every figure, published and of today; amounts by those who may see costs."""
    here.await_position(at_least)
    return month_told(here, month, report, with_amounts=sees_amounts(known))


@router.get(
    "/{month}/changes",
    operation_id="month_changes",
    summary="See why a month's figures differ from its report",
    responses=refusals(ASKED),
)
def changes(
    *, month: Month, here: Here, known: Reader, report: Report = None, at_least: AtLeast = None
) -> MonthChanges:
    """Tell by how much each case moved which figure since a report, and which facts came to it since.

    A case without facts was moved by the time that passed, by a fact of another case or by a document published since.
    """
    here.await_position(at_least)
    return changes_told(here, month, report, with_amounts=sees_amounts(known))


def publish(*, month: Month, wanted: Any, here: Here, caller: Any) -> MonthReceipt:
    """Publish; the docstring that callers read is the command's own."""
    here.engine.wait_for(here.ledger.settled(), READ_WAIT)
    receipt = published(here, month, wanted, caller)
    here.engine.wake()
    return receipt


for _verb, _kind in VERBS.items():
    offer(router, "/{month}", publish, verb=_verb, kind=_kind, example=EXAMPLE, of="month")
