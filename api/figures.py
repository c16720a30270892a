"""The figures: how promises are kept, what was not satisfied, what people complain of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends

from api.access import Question
from api.auth import Here, asks
from api.described import FIGURES, refusals
from api.installation import Installation
from api.keys import Credential
from api.parameters import At, AtLeast, Limit, Live, MonthWord, Since, Until
from api.reading import asked
from cases.codes import Department, Kind, Role
from cases.errors import Malformed
from projections.questions.alerts import Alerts, alerts
from projections.questions.complaints import (
    ComplaintStatistics,
    complaint_statistics,
    months_between,
    months_on,
)
from projections.questions.findings import FindingCounts, finding_counts
from projections.questions.sla import Grain, Period, SlaDashboard, sla_dashboard

router: Final = APIRouter(tags=["figures"])
LONGEST_SPAN: Final = 120
"""Months."""
USUAL_DAYS: Final = 90
"""How far back figures look where no period is named, and what of today there is."""


@router.get(
    "/sla/dashboard",
    operation_id="sla_dashboard",
    summary="See how every promise is kept",
    responses=refusals(FIGURES),
)
def dashboard(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.DASHBOARD))],
    since: Since = None,
    until: Until = None,
    department: Department | None = None,
    kind: Kind | None = None,
    is_live: Live = None,
    grain: Grain = "month",
    at: At = None,
    at_least: AtLeast = None,
) -> SlaDashboard:
    """Tell by clock and department what was started, met, missed, runs or is overdue; every rate with its parts."""
    now = at or here.ledger.now()
    period = Period(
        since=since or here.day_before(now, USUAL_DAYS),
        until=until or now,
        department=department,
        kind=kind,
        is_live=is_live,
    )
    with asked(here, at_least) as connection:
        return sla_dashboard(
            connection, at=now, period=period, grain=grain, zone=here.settings.business_timezone
        )


@router.get(
    "/findings",
    operation_id="findings",
    summary="Count what the facts do not satisfy, by clause",
    responses=refusals(FIGURES),
)
def findings(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.DASHBOARD))],
    since: Since = None,
    until: Until = None,
    is_live: Live = None,
    at_least: AtLeast = None,
) -> FindingCounts:
    """Tell which constraints were not satisfied, how often and in how many cases."""
    now = here.ledger.now()
    with asked(here, at_least) as connection:
        return finding_counts(
            connection,
            since=since or here.day_before(now, USUAL_DAYS),
            until=until or now,
            is_live=is_live,
        )


@router.get(
    "/alerts",
    operation_id="alerts",
    summary="See what there is to be told: of cases, people, years, values and the tables",
    responses=refusals(FIGURES),
)
def to_be_told(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.ALERTS))],
    since: Since = None,
    level: Role | None = None,
    at: At = None,
    limit: Limit = 50,
    at_least: AtLeast = None,
) -> Alerts:
    """List alerts, the newest first; `level` keeps to those for one role. People are named by pseudonym."""
    now = at or here.ledger.now()
    with asked(here, at_least) as connection:
        return alerts(
            connection, at=now, since=since or here.day_before(now, USUAL_DAYS), zone=here.settings.business_timezone,
            level=level.value if level else None, limit=limit,
        )  # fmt: skip


@router.get(
    "/complaints/statistics",
    operation_id="complaint_statistics",
    summary="Count complaints by month, category, cause, product and department",
    responses=refusals(FIGURES),
)
def statistics(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.STATISTICS))],
    first: MonthWord = None,
    last: MonthWord = None,
    is_live: Live = None,
    at: At = None,
    at_least: AtLeast = None,
) -> ComplaintStatistics:
    """Count the complaints of some months (the last six when absent), with Pareto shares and the change."""
    now = at or here.ledger.now()
    begin, end = months_asked(here, now, first, last, usual=6)
    with asked(here, at_least) as connection:
        return complaint_statistics(connection, at=now, first=begin, last=end, is_live=is_live)


def months_asked(
    here: Installation, now: datetime, first: str | None, last: str | None, *, usual: int
) -> tuple[date, date]:
    """Read the first and the last month: this one and the `usual` number up to it when absent; raises Malformed."""
    end = month_of(last) or now.astimezone(here.zone).date().replace(day=1)
    begin = month_of(first) or months_on(end, 1 - usual)
    if not 1 <= months_between(begin, end) <= LONGEST_SPAN:
        wrong = {"field": "first", "cure": "not after `last`, and at most 120 months before it"}
        raise Malformed("These months do not follow each other", errors=[wrong])
    return begin, end


def month_of(word: str | None) -> date | None:
    """Read a month as its first day."""
    return date.fromisoformat(f"{word}-01") if word else None
