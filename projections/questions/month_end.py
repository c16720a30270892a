"""The figures of a month, and what moved them since a report: what every case adds now, less what it added then."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed, Identifier, Placeholder
from psycopg.types.multirange import Multirange

from cases.codes import MonthChange, MonthMeasure
from cases.events_month import MonthFigure
from projections.questions.answers import Part
from projections.registry import FACTS, Rows
from projections.tables.table import Row
from projections.views import counted_views
from projections.views.all_views import CLOCKS_STANDING
from projections.views.month_figures import COUNTED_TABLES, counted

READ: Final = {*COUNTED_TABLES.values(), "fct_sla_clocks", "fct_counted"}
"""The tables that a month's figures are counted from."""
TABLES: Final = tuple(table for table in FACTS if table.name in READ)


class LaterFact(Part):
    """A fact of a case that was recorded after the report."""

    version: int
    position: int
    event_type: str
    change: MonthChange
    occurred_at: datetime
    recorded_at: datetime


class Moved(Part):
    """By how much a case moved a figure of its department since the report, and by which facts.

    Without facts it was the time that passed, or a fact of another case: the same goods repaired again.
    """

    measure: MonthMeasure
    item: str | None
    clause: str | None
    department: str
    currency: str | None
    case_id: UUID
    case_no: str | None
    numerator: int
    denominator: int
    amount_minor: int
    facts: tuple[LaterFact, ...]


FIGURES: LiteralString = """
SELECT counted.measure, counted.item, clauses.clause, counted.department, counted.currency,
    counted.numerator, counted.denominator, counted.amount_minor
FROM bi.month_figures_at(%(at)s, %(zone)s, %(month)s) AS counted
LEFT JOIN bi.dim_targets AS targets ON counted.measure = 'target' AND targets.target_id = counted.item
LEFT JOIN bi.dim_regulation_clauses AS clauses
    ON clauses.clause_id = CASE counted.measure WHEN 'target' THEN targets.clause_id ELSE counted.item END
ORDER BY counted.measure, counted.item, counted.currency, counted.department NULLS FIRST
"""
# Whose rows were other ones then: cases of the month with facts since, and those with a fact that came late, for it may
# have spoilt what another case had done well.
TOUCHED: LiteralString = """
SELECT case_id FROM bi.rpt_month_changes WHERE month = %(month)s AND report = %(report)s
UNION
SELECT facts.case_id
FROM log.case_events AS later
JOIN bi.fct_case_events AS facts
    ON facts.case_id = later.originator_id AND facts.version = later.originator_version
WHERE later.notification_id > %(position)s AND facts.occurred_at <= %(then)s
"""
THEN: LiteralString = """
    {table} AS NOT MATERIALIZED (
        SELECT {columns} FROM {standing} AS rows WHERE rows.case_id <> ALL(%(touched)s)
        UNION ALL
        SELECT {columns} FROM jsonb_populate_recordset(NULL::{standing}, {rows}::jsonb) AS rows
    )
"""
COUNTED_THEN: LiteralString = """
WITH {then}, counted_then AS (
    SELECT counted.* FROM (
        SELECT %(then)s::timestamptz AS instant, %(begins)s::timestamptz AS begins, %(ends)s::timestamptz AS ends
    ) AS asked CROSS JOIN LATERAL ({counted}) AS counted
)
"""
SUMS_THEN: LiteralString = """
SELECT measure, item, department, currency, sum(numerator)::bigint AS numerator,
    sum(denominator)::bigint AS denominator, sum(amount_minor)::bigint AS amount_minor
FROM counted_then GROUP BY GROUPING SETS ((measure, item, currency), (measure, item, currency, department))
"""
MOVED: LiteralString = """
, moved AS (
    SELECT measure, item, department, currency, case_id, sum(sign * numerator)::bigint AS numerator,
        coalesce(sum(sign * denominator), 0)::bigint AS denominator,
        coalesce(sum(sign * amount_minor), 0)::bigint AS amount_minor
    FROM (
        SELECT 1 AS sign, counted_now.* FROM bi.month_counted_at(%(now)s, %(begins)s, %(ends)s) AS counted_now
        UNION ALL
        SELECT -1, counted_then.* FROM counted_then
    ) AS both_
    GROUP BY measure, item, department, currency, case_id
)
SELECT moved.*, cases.case_no, clauses.clause
FROM moved
LEFT JOIN bi.fct_cases AS cases USING (case_id)
LEFT JOIN bi.dim_targets AS targets ON moved.measure = 'target' AND targets.target_id = moved.item
LEFT JOIN bi.dim_regulation_clauses AS clauses
    ON clauses.clause_id = CASE moved.measure WHEN 'target' THEN targets.clause_id ELSE moved.item END
WHERE (moved.numerator, moved.denominator, moved.amount_minor) <> (0, 0, 0)
ORDER BY measure, item, currency, case_no, case_id, department
"""
LATER: LiteralString = """
SELECT case_id, version, position, event_type, change, occurred_at, recorded_at
FROM bi.rpt_month_changes
WHERE month = %(month)s AND report = %(report)s AND case_id = ANY(%(cases)s)
ORDER BY case_id, version
"""
PUBLISHED: LiteralString = """
SELECT month FROM bi.rpt_months WHERE is_standing AND month < %(before)s ORDER BY month DESC LIMIT %(most)s
"""
FIRST_CASE: LiteralString = "SELECT min(opened_at) AS at FROM bi.fct_cases"
ZONE: LiteralString = (
    "SELECT set_config('TimeZone', %(zone)s, true), set_config('statement_timeout', '30s', true)"
)


@dataclass(frozen=True, slots=True)
class Reported:
    """A report of a month, and what to hold it against: `begins` and `ends` bound the month."""

    month: date
    report: int
    position: int
    counted_at: datetime
    begins: datetime
    ends: datetime


def figures(cursor: Cursor[DictRow], month: date, at: datetime, zone: str) -> tuple[MonthFigure, ...]:
    """Count a month within a snapshot, as known at an instant."""
    rows = cursor.execute(FIGURES, {"month": month, "at": at, "zone": zone})
    return tuple(MonthFigure.model_validate(row) for row in rows)


def published(cursor: Cursor[DictRow], before: date, most: int) -> list[date]:
    """Name the months before a day that have a report by their first days, the newest first."""
    return [row["month"] for row in cursor.execute(PUBLISHED, {"before": before, "most": most})]


def first_case_at(cursor: Cursor[DictRow]) -> datetime | None:
    """Tell when the first case of all began, as corrected; None where there is none."""
    row = cursor.execute(FIRST_CASE).fetchone()
    return row["at"] if row else None


def touched(cursor: Cursor[DictRow], told: Reported) -> list[UUID]:
    """Name the cases whose rows may have been other ones at the position of a report."""
    return [row["case_id"] for row in cursor.execute(TOUCHED, _asked(told))]


def sums_then(cursor: Cursor[DictRow], told: Reported, before: Before) -> set[Row]:
    """Count the figures once more as the tables stood at the position: those of a report, if it is what it says."""
    query = SQL("{} {}").format(_counted_then(), SQL(SUMS_THEN))
    return {tuple(row.values()) for row in cursor.execute(query, {**_asked(told), **before.rows})}


def moved(cursor: Cursor[DictRow], told: Reported, before: Before, now: datetime) -> tuple[Moved, ...]:
    """Tell by how much every case moved every figure since a report, and by which facts."""
    query = SQL("{} {}").format(_counted_then(), SQL(MOVED))
    rows = cursor.execute(query, {**_asked(told), **before.rows, "now": now}).fetchall()
    later: defaultdict[UUID, list[LaterFact]] = defaultdict(list)
    cases = sorted({row["case_id"] for row in rows})
    for fact in cursor.execute(LATER, {**_asked(told), "cases": cases}):
        later[fact.pop("case_id")].append(LaterFact.model_validate(fact))
    return tuple(Moved(**row, facts=tuple(later[row["case_id"]])) for row in rows)


class Before:
    """The rows that some cases had at an earlier position, as a query takes them."""

    def __init__(self, cases: Sequence[UUID], rows: Iterable[Rows]) -> None:
        """Take the cases, and the rows of those that had any."""
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in READ}
        for of_case in rows:
            for table in TABLES:
                names = [column.name for column in table.columns]
                found[table.name] += [dict(zip(names, row, strict=True)) for row in of_case[table.name]]
        written = {name: json.dumps(told, default=_written) for name, told in found.items()}
        self.rows: Mapping[str, Any] = {"touched": list(cases), **written}


def _counted_then() -> Composed:
    clocks = SQL(CLOCKS_STANDING).format(clocks=Identifier("fct_sla_clocks"))
    facts = counted_views.counted(
        clocks_at=SQL("({})").format(clocks),
        facts=Identifier("fct_counted"),
        targets=Identifier("bi", "dim_targets"),
    )
    then = (
        SQL(THEN).format(
            table=Identifier(table.name), columns=table.names, standing=table.at("bi"),
            rows=Placeholder(table.name),
        )
        for table in TABLES
    )  # fmt: skip
    return SQL(COUNTED_THEN).format(
        then=SQL(", ").join(then),
        counted=counted(
            clocks_at=SQL("({})").format(clocks), counted_at=SQL("({})").format(facts), table=Identifier
        ),
    )


def _asked(told: Reported) -> dict[str, Any]:
    return {
        "month": told.month, "report": told.report, "position": told.position, "then": told.counted_at,
        "begins": told.begins, "ends": told.ends,
    }  # fmt: skip


def _written(value: object) -> str:
    """Write what JSON has no form for as PostgreSQL reads it."""
    if isinstance(value, Multirange):
        stretches = (f"[{one.lower},{'' if one.upper is None else one.upper})" for one in value)
        return f"{{{','.join(stretches)}}}"
    return str(value)
