"""Statistics for any months: the rows of one report of schema `bi`, what its columns mean, and what they stand on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, LiteralString, NamedTuple

from psycopg import Cursor
from psycopg.rows import DictRow

from cases.regulation.targets import LONGEST_RUN
from projections.questions.answers import Part, Standing, snapshot, standing_of
from projections.questions.complaints import months_on
from projections.schema import Db
from projections.statistics import control, pareto, rates, repeats, satisfaction, signals, stars
from projections.tables.columns import Column


class Report(StrEnum):
    """The reports that can be asked for."""

    SLA_RATES = "sla-rates"
    TARGET_RATES = "target-rates"
    COMPLAINT_PARETO = "complaint-pareto"
    REPEAT_REPAIRS = "repeat-repairs"
    REPEAT_COMPLAINTS = "repeat-complaints"
    SATISFACTION = "satisfaction"
    STAR_RANKING = "star-ranking"
    CONTROL_CHART = "control-chart"
    SIGNALS = "signals"


class Meaning(Part):
    """A column of a report in both languages."""

    name: str
    zh: str
    en: str


class Statistics(Part):
    """The rows of a report over the months from `first` up to `last`, and what they stand on.

    Shares are exact decimals between 0 and 1. A control chart is that of `last`.
    """

    report: Report
    at: datetime
    first: date
    last: date
    within_days: int | None
    standing: Standing
    columns: tuple[Meaning, ...]
    rows: tuple[dict[str, Any], ...]


class _Asked(NamedTuple):
    query: LiteralString
    columns: tuple[Column, ...]


QUESTIONS: Final[Mapping[Report, _Asked]] = {
    Report.SLA_RATES: _Asked(
        "SELECT * FROM bi.sla_rates(%(at)s, %(zone)s, %(since)s, %(until)s)"
        " WHERE %(with_people)s OR grouped_by <> 'person' ORDER BY grouped_by, clause_id, code",
        rates.SLA_RATES.columns,
    ),
    Report.TARGET_RATES: _Asked(
        "SELECT * FROM bi.target_rates(%(at)s, %(zone)s, %(since)s, %(until)s)"
        " WHERE %(with_people)s OR grouped_by <> 'person' ORDER BY target_id, grouped_by DESC, code",
        rates.TARGET_RATES.columns,
    ),
    Report.COMPLAINT_PARETO: _Asked(
        "SELECT * FROM bi.complaint_pareto(%(at)s, %(zone)s, %(since)s, %(until)s) ORDER BY dimension, place",
        pareto.PARETO.columns,
    ),
    Report.REPEAT_REPAIRS: _Asked(
        "SELECT * FROM bi.repeat_repairs(%(at)s, %(zone)s, %(since)s, %(until)s, %(within_days)s)"
        " ORDER BY target_id, grouped_by, numerator DESC, code",
        repeats.REPEAT_REPAIRS.columns,
    ),
    Report.REPEAT_COMPLAINTS: _Asked(
        "SELECT * FROM bi.repeat_complaints(%(at)s, %(zone)s, %(since)s, %(until)s, %(within_days)s)"
        " ORDER BY target_id, grouped_by, numerator DESC, code",
        repeats.REPEAT_COMPLAINTS.columns,
    ),
    Report.SATISFACTION: _Asked(
        "SELECT * FROM bi.satisfaction_runs(%(at)s, %(zone)s, 'month', %(before)s, %(last)s)"
        " WHERE period >= %(since)s ORDER BY period, target_id NULLS FIRST",
        satisfaction.RUNS.columns,
    ),
    Report.STAR_RANKING: _Asked(
        "SELECT * FROM bi.star_ranking(%(at)s, %(zone)s, %(since)s, %(until)s)"
        " ORDER BY regulation, programme, place, person",
        stars.RANKING.columns,
    ),
    Report.CONTROL_CHART: _Asked(
        "SELECT * FROM bi.control_chart(%(at)s, %(zone)s, %(last)s)"
        " ORDER BY dimension, u / nullif(centre, 0) DESC NULLS LAST, code",
        control.CHART.columns,
    ),
    Report.SIGNALS: _Asked(
        "SELECT * FROM bi.rpt_signals WHERE month >= %(since)s AND month < %(until)s AND told_at <= %(at)s"
        " ORDER BY month, chart, code",
        signals.SIGNALS.columns,
    ),
}
ABOUT_PEOPLE: Final = frozenset({Report.STAR_RANKING})
"""Reports in which every line is about one person."""


def statistics(
    connection: Db,
    report: Report,
    *,
    at: datetime,
    first: date,
    last: date,
    zone: str,
    within_days: int | None = None,
    with_people: bool = False,
) -> Statistics:
    """Ask one report for the months from `first` to `last` (any day of each), as known at an instant.

    `within_days` is the window of repeats, the regulations' own when None; lines by person come only `with_people`.
    """
    with snapshot(connection) as cursor:
        asked = {"at": at, "zone": zone, "within_days": within_days, "with_people": with_people}
        return answered(cursor, report, asked, first.replace(day=1), last.replace(day=1))


def answered(
    cursor: Cursor[DictRow], report: Report, asked: Mapping[str, Any], first: date, last: date
) -> Statistics:
    """Ask one report within a snapshot; the months are given by their first days."""
    question = QUESTIONS[report]
    until, before = months_on(last, 1), months_on(first, 1 - LONGEST_RUN)
    months = {"since": first, "until": until, "last": last, "before": before}
    cursor.execute("SELECT set_config('TimeZone', %s, true)", [asked["zone"]])
    return Statistics(
        report=report,
        at=asked["at"],
        first=first,
        last=last,
        within_days=asked["within_days"],
        standing=standing_of(cursor),
        columns=tuple(Meaning(name=one.name, zh=one.says.zh, en=one.says.en) for one in question.columns),
        rows=tuple(cursor.execute(question.query, {**asked, **months})),
    )
