"""Months over HTTP: published, shown beside today's figures, and what moved them since."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from api.access import Question, may_ask
from api.asking import MONTH
from api.auth import Here, asks
from api.commands import offer
from api.described import ASKED, refusals
from api.installation import Installation
from api.keys import Credential
from api.parameters import AtLeast
from api.reading import asked
from cases.codes import Department, MonthMeasure, RevisionReason, Role, Shortcoming
from cases.events_month import MonthFigure, MonthPublished
from cases.month_end import ASKED as VERBS
from cases.month_end import month_of
from cases.recorded import Recorded
from projections.questions.answers import Part, Standing
from projections.questions.month_end import Moved
from projections.target_views import SMALL
from replay.month_end import MonthRoom

router: Final = APIRouter(prefix="/months", tags=["months"])
READ_WAIT: Final = 2.0
"""Seconds for which a report waits until the tables have what was in the log when it was asked for."""
Month = Annotated[str, Path(pattern=MONTH, examples=["2026-10"])]
Report = Annotated[int | None, Query(ge=1, le=10**6, description="which report; the newest when absent")]
Reader = Annotated[Credential, Depends(asks(Question.STATISTICS))]
EXAMPLE: Final[dict[str, Any]] = {"document": "MR-2026-10"}


class ReportLine(Part):
    """A report of the month: by whom, on which position, what the tables lacked, and why it revises the one before."""

    report: int
    published_at: datetime
    published_by: str
    published_as: Role
    position: int
    counted_at: datetime
    code_version: str
    regulations: tuple[str, ...]
    behind: int
    parked: int
    despite: tuple[Shortcoming, ...]
    reason: RevisionReason | None


class Amount(Part):
    """A figure: how many of how many, or how much; all zero where there was nothing to count."""

    numerator: int
    denominator: int | None
    amount_minor: int | None


class FigureLine(Part):
    """A figure as published and as it is today; `department` null is all of them together."""

    measure: MonthMeasure
    measure_zh: str
    measure_en: str
    item: str | None
    clause: str | None
    department: Department | None
    currency: str | None
    published: Amount | None
    today: Amount
    is_small: bool
    """Fewer than 30 to divide by."""
    is_revised: bool
    """Today's figure is another one; the report stands."""


class MonthAnswer(Part):
    """A month: its reports, oldest first, and its figures as one of them has them beside today's.

    `at` is the instant of today's figures, `standing` what they stand on. Without a report nothing is published yet.
    """

    month: str
    at: datetime
    is_over: bool
    standing: Standing
    reports: tuple[ReportLine, ...]
    report: int | None
    figures: tuple[FigureLine, ...]


class MonthChanges(Part):
    """What moved the figures of a month since a report, case by case, each with the facts that came since."""

    month: str
    report: int
    at: datetime
    moved: tuple[Moved, ...]


class MonthReceipt(Part):
    """What a request came to; `facts` is empty where the same was published before."""

    stream_id: UUID
    report: int
    position: int
    facts: tuple[str, ...]


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
        reports=tuple(_report(one, one.fact) for one in reports if isinstance(one.fact, MonthPublished)),
        report=known.originator_version if known else None,
        figures=tuple(
            line
            for line in _beside(fact.figures if fact else None, today.figures)
            if with_amounts or line.currency is None
        ),
    )


def _report(known: Recorded, fact: MonthPublished) -> ReportLine:
    return ReportLine(
        report=known.originator_version,
        published_at=known.occurred_at,
        published_by=known.actor,
        published_as=known.role,
        **{
            name: getattr(fact, name)
            for name in ReportLine.model_fields
            if name in MonthPublished.model_fields
        },
    )


def _beside(published: tuple[MonthFigure, ...] | None, today: tuple[MonthFigure, ...]) -> list[FigureLine]:
    """Put figures of the same name side by side, in the order of the measures."""
    before, after = ({_key(one): one for one in told} for told in (published or (), today))
    named = {**after, **before}
    keys = sorted(named, key=_place)
    is_published = published is not None
    return [_line(named[key], before.get(key), after.get(key), is_published=is_published) for key in keys]


def _key(one: MonthFigure) -> tuple[MonthMeasure, str | None, str | None, Department | None]:
    return one.measure, one.item, one.currency, one.department


def _place(key: tuple[MonthMeasure, str | None, str | None, Department | None]) -> tuple[int, str, str, str]:
    measure, item, currency, department = key
    return list(MonthMeasure).index(measure), item or "", currency or "", department or ""


def _line(
    one: MonthFigure, before: MonthFigure | None, after: MonthFigure | None, *, is_published: bool
) -> FigureLine:
    was, now = (_amount(told, one) for told in (before, after))
    shown = was if is_published else now
    return FigureLine(
        **{name: getattr(one, name) for name in ("measure", "item", "clause", "department", "currency")},
        measure_zh=one.measure.zh,
        measure_en=one.measure.en,
        published=was if is_published else None,
        today=now,
        is_small=shown.denominator is not None and shown.denominator < SMALL,
        is_revised=is_published and was != now,
    )


def _amount(told: MonthFigure | None, like: MonthFigure) -> Amount:
    """Give a figure; one that counted nothing is nought of its kind."""
    if told is not None:
        return Amount(**{name: getattr(told, name) for name in Amount.model_fields})
    return Amount(
        numerator=0,
        denominator=None if like.denominator is None else 0,
        amount_minor=None if like.amount_minor is None else 0,
    )


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
    with_amounts = may_ask(known.role, Question.COSTS, known.scopes)
    return month_told(here, month, report, with_amounts=with_amounts)


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
    now, room = here.ledger.now(), room_of(here)
    told, _ = room.report(month, report)
    with_amounts = may_ask(known.role, Question.COSTS, known.scopes)
    moved = room.moved(month, now, told.originator_version)
    return MonthChanges(
        month=month,
        report=told.originator_version,
        at=now,
        moved=tuple(one for one in moved if with_amounts or one.currency is None),
    )


def publish(*, month: Month, wanted: Any, here: Here, caller: Any) -> MonthReceipt:
    """Publish; the docstring that callers read is the command's own."""
    here.engine.wait_for(here.ledger.settled(), READ_WAIT)
    kept = room_of(here).publish(month, wanted, caller, here.ledger.now())
    here.engine.wake()
    return MonthReceipt(stream_id=kept.stream, report=kept.version, position=kept.position, facts=kept.facts)


for _verb, _kind in VERBS.items():
    offer(router, "/{month}", publish, verb=_verb, kind=_kind, example=EXAMPLE, of="report")
