"""`bi.fct_sla_days`: ended clocks by the day they started, as many as are alike in one row."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, LiteralString, NamedTuple

from psycopg.sql import SQL, Composable, Composed

from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.sla_clocks_table import SUMMED
from projections.tables.table import Table


class SlaDayRow(NamedTuple):
    """Clocks that are alike. Those that have not ended, and those of later cycles, stand in fct_sla_clocks alone."""

    started_on: Annotated[date, Says("开始日期（业务时区）", "Day on which they started")]
    clause_id: Annotated[
        str, Says("条款项", "Item of the regulation they come from", "dim_regulation_clauses")
    ]
    department: Annotated[str, Says("责任部门", "Department that answers for them", "dim_departments")]
    verdict: Annotated[str, Says("结论（按所称时间）", "met, breached, cancelled, excluded, not_configured")]
    verdict_unadjusted: Annotated[str, Says("结论（不计除外）", "The verdict had nobody excluded them")]
    verdict_as_recorded: Annotated[
        str, Says("结论（按记录时间）", "The verdict by the log's own times; unknown for imported history")
    ]
    previous_on: Annotated[
        date,
        Says("本案前一时限的开始日期", "Day on which the clock before started; their own day for the first"),
    ]
    is_first: Annotated[bool, Says("是否本案首个时限", "Whether they are the first of their cases")]
    is_closed: Annotated[bool, Says("案件是否已结案", "Whether their cases are closed")]
    kind: columns.Kind
    is_live: columns.IsLive
    clocks: Annotated[int, Says("时限数", "How many clocks these are")]


KEY: Final = tuple(name for name in SlaDayRow._fields if name != "clocks")
TABLE: Final = Table(
    "fct_sla_days",
    SlaDayRow,
    KEY,
    "时限日合计（相同者一行）",
    "Ended clocks by day, those that are alike in one row",
)
ALL: Final = SQL("true")
# Kept by whoever writes clocks, so that the two can never differ.
SUMS: LiteralString = """
SELECT (started_at AT TIME ZONE {zone})::date AS started_on, clause_id, department, verdict, verdict_unadjusted,
    coalesce(verdict_as_recorded, 'unknown') AS verdict_as_recorded,
    (coalesce(previous_started_at, started_at) AT TIME ZONE {zone})::date AS previous_on,
    previous_started_at IS NULL AS is_first, case_closed_at IS NOT NULL AS is_closed, kind, is_live, count(*) AS clocks
FROM {clocks} WHERE {summed} AND {some}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
"""


def sums(clocks: Composable, zone: Composable, some: Composable = ALL) -> Composed:
    """Give the query for the rows that clocks of a table make, or those of them for which a condition holds."""
    return SQL(SUMS).format(zone=zone, clocks=clocks, summed=SQL(SUMMED), some=some)
