"""The questions that people ask a firm all day, each of a month, a page or a case drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from cases.codes import Department
from cases.period import Period
from projections.questions.alerts import alerts
from projections.questions.cases import CaseFilter, case_list
from projections.questions.complaints import complaint_statistics, months_on
from projections.questions.costs import cost_figures
from projections.questions.cursors import cursor_after
from projections.questions.findings import finding_counts
from projections.questions.sla import Period as Span
from projections.questions.sla import sla_dashboard
from projections.questions.statistics import Report
from projections.questions.statistics import statistics as report_rows
from projections.questions.stock import stock
from projections.questions.targets import target_standings
from projections.questions.worklist import worklist
from tests.rows_read import Question

NAME: Final = "Asia/Shanghai"
ZONE: Final = ZoneInfo(NAME)
NOW: Final = datetime(2026, 11, 19, 4, tzinfo=UTC)
"""Noon of the last day of the log."""
MONTHS: Final = tuple(months_on(date(2021, 12, 1), number) for number in range(60))
PAGE: Final = 50


def begins(month: date) -> datetime:
    """When a month begins in Shanghai."""
    return datetime(month.year, month.month, 1, tzinfo=ZONE)


def ends(month: date) -> datetime:
    """When the next one begins."""
    return begins(months_on(month, 1))


@dataclass(frozen=True)
class Asked:
    """A question, and within how many seconds it has to be answered (None: no figure was set)."""

    name: str
    within: float | None
    draw: Callable[[Random], Question]


def dashboard(chance: Random) -> Question:
    """The SLA dashboard of a month."""
    month = chance.choice(MONTHS[:-1])
    span = Span(since=begins(month), until=ends(month))
    return lambda db: sla_dashboard(db, at=NOW, period=span, zone=NAME)


def statistics(months: int, chance: Random) -> Question:
    """Complaints of some months."""
    last = chance.choice(MONTHS[months * 2 :])
    return lambda db: complaint_statistics(db, at=NOW, first=months_on(last, 1 - months), last=last)


def worklist_page(department: Department | None, deepest: int, chance: Random) -> Question:
    """A page of the worklist, from the first or from somewhere deep."""
    due_at = NOW - timedelta(days=chance.randrange(deepest)) if deepest else None
    cursor = cursor_after(due_at, "") if due_at else None
    return lambda db: worklist(db, at=NOW, limit=PAGE, department=department, cursor=cursor)


def targets_of(chance: Random, *, by_department: bool = False) -> Question:
    """The targets of a month."""
    month = chance.choice(MONTHS[:-1])
    return lambda db: target_standings(db, at=NOW, month=month, zone=NAME, by_department=by_department)


def findings_of(chance: Random) -> Question:
    """What was not satisfied in a month."""
    month = chance.choice(MONTHS[:-1])
    return lambda db: finding_counts(db, since=begins(month), until=ends(month))


def costs_of(chance: Random) -> Question:
    """The costs of a month."""
    month = chance.choice(MONTHS[2:-1])
    return lambda db: cost_figures(db, Period(month))


def alerts_of(_chance: Random) -> Question:
    """What there is to be told of the last ninety days."""
    return lambda db: alerts(db, at=NOW, since=NOW - timedelta(days=90), zone=NAME)


def stock_of(_chance: Random) -> Question:
    """The store."""
    return stock


def cases_of(wanted: CaseFilter, chance: Random) -> Question:
    """A page of the list of cases, from a day of any month."""
    cursor = cursor_after(begins(chance.choice(MONTHS[1:])), str(chance.randrange(1)).zfill(32))
    return lambda db: case_list(db, at=NOW, wanted=wanted, limit=PAGE, cursor=cursor)


def numbered(chance: Random) -> Question:
    """One case by its number."""
    number = f"AS-{chance.randrange(1, 10_000):08d}"
    return lambda db: case_list(db, at=NOW, wanted=CaseFilter(case_no=number))


def report_of(report: Report, chance: Random) -> Question:
    """A report of the statistics for a month."""
    month = chance.choice(MONTHS[:-1])
    return lambda db: report_rows(db, report, at=NOW, first=month, last=month, zone=NAME, with_people=True)


QUARTER: Final = 0.1
SPANS_YEARS: Final = frozenset({Report.CONTROL_CHART, Report.SATISFACTION, Report.SIGNALS})
"""A chart stands on the 24 months before its own, each signal on a chart; how long a month's share was reached in a
row asks for three years before it."""
ASKED: Final = (
    Asked("SLA dashboard of a month", QUARTER, dashboard),
    Asked("complaint statistics, a month", QUARTER, partial(statistics, 1)),
    Asked("complaint statistics, six months", QUARTER, partial(statistics, 6)),
    Asked("worklist, first page", QUARTER, partial(worklist_page, None, 0)),
    Asked("worklist, a deep page", QUARTER, partial(worklist_page, None, 600)),
    Asked("worklist of a department", QUARTER, partial(worklist_page, Department.FIELD_SERVICE, 600)),
    Asked("targets of a month", None, targets_of),
    Asked("targets of a month by department", None, partial(targets_of, by_department=True)),
    Asked("findings of a month", None, findings_of),
    Asked("costs of a month", None, costs_of),
    Asked("stock", None, stock_of),
    Asked("alerts of ninety days", None, alerts_of),
    Asked("cases, a page", None, partial(cases_of, CaseFilter())),
    Asked("open complaints, a page", None, partial(cases_of, CaseFilter(kind="complaint", is_open=True))),
    Asked("cases of a region, a page", None, partial(cases_of, CaseFilter(region="R59"))),
    Asked("a case by its number", None, numbered),
    *(
        Asked(f"{report} of a month", None if report in SPANS_YEARS else QUARTER, partial(report_of, report))
        for report in Report
    ),
)
