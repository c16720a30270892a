"""Views and functions of schema `bi`: how clocks stand at an instant, and how fresh the tables are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, LiteralString
from zoneinfo import ZoneInfo

from psycopg.sql import SQL, Composed, Identifier, Literal

from projections.statistics import listing
from projections.tables import sla_clocks_table
from projections.tables.columns import Column, Says
from projections.views import (
    alerts_view,
    business_zone,
    counted_views,
    month_figures,
    months_view,
    stream_ids,
    target_views,
    wide_views,
    working_minutes,
)
from projections.views.audit_items_view import AUDIT_ITEMS
from projections.views.costs_view import COSTS
from projections.views.programmes_view import PROGRAMMES_NOW
from projections.views.proposals_view import PROPOSALS
from projections.views.stock_view import STOCK
from projections.views.view import View
from projections.views.wide_views import WideView

ADDED = (
    Column("standing", "text", True, Says("该时刻的状态", "How it stands: running, paused, overdue or its verdict")),
    Column("standing_unadjusted", "text", True, Says("该时刻的状态（不计除外）", "The same had nobody excluded it")),
    Column("overdue_seconds", "bigint", True, Says("超时秒数", "Seconds past due: at the instant, or when it ended")),
)  # fmt: skip

# Inlined by the planner, so that a question's own conditions reach the indexes. Its text is bound to the tables
# themselves, not to their names: it goes with them when a rebuilt schema takes over.
CLOCKS_STANDING: LiteralString = """
    SELECT clocks.*,
        CASE
            WHEN ended_at <= instant OR verdict IN ('excluded', 'not_configured') THEN verdict
            WHEN instant <@ paused_during THEN 'paused'
            WHEN instant > due_at THEN 'overdue'
            ELSE 'running'
        END AS standing,
        CASE
            WHEN ended_at <= instant OR verdict_unadjusted = 'not_configured' THEN verdict_unadjusted
            WHEN instant <@ paused_during THEN 'paused'
            WHEN instant > due_at THEN 'overdue'
            ELSE 'running'
        END AS standing_unadjusted,
        CASE
            WHEN due_at IS NULL OR (ended_at > instant OR ended_at IS NULL) AND instant <@ paused_during THEN NULL
            WHEN LEAST(ended_at, instant) > due_at
                THEN floor(extract(epoch FROM LEAST(ended_at, instant) - due_at))::bigint
            ELSE 0
        END AS overdue_seconds
    FROM {clocks} AS clocks
    WHERE started_at <= instant
"""
CLOCKS_AT: LiteralString = """
CREATE FUNCTION {function}(instant timestamptz) RETURNS TABLE ({columns})
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC {standing};
END
"""
SLA_NOW: LiteralString = """
CREATE VIEW {view} AS
SELECT clocks.*,
    CASE WHEN standing IN ('breached', 'overdue') THEN true WHEN standing = 'met' THEN false END AS is_missed,
    date_trunc('month', started_at AT TIME ZONE {business_zone})::date AS month,
    cases.case_no, clauses.clause, clauses.label_zh, clauses.label_en, clauses.stopped_by,
    departments.label_zh AS department_zh, departments.label_en AS department_en
FROM {function}(now()) AS clocks
JOIN {clauses} AS clauses USING (clause_id)
JOIN {departments} AS departments ON departments.code = clocks.department
JOIN {cases} AS cases USING (case_id)
"""
FRESHNESS: LiteralString = """
CREATE VIEW {view} AS
SELECT standing.position, standing.recorded_at, standing.code_version, standing.contract,
    (SELECT coalesce(max(notification_id), 0) FROM log.case_events) AS log_position,
    (SELECT coalesce(max(notification_id), 0) FROM log.case_events) - standing.position AS positions_behind,
    (SELECT count(*) FROM {parked}) AS parked_cases,
    (SELECT min(parked.position) FROM {parked} AS parked) AS incomplete_from
FROM {position} AS standing
"""
FRESHNESS_SAYS = {
    "position": Says("已反映到的日志位置", "Log position that all tables stand on"),
    "recorded_at": Says("该位置的记录时间", "When the log recorded that position"),
    "code_version": Says("程序版本", "Version of the program that wrote last"),
    "contract": Says("表结构摘要", "sha256 of the definition of schema bi"),
    "log_position": Says("日志最新位置", "Newest position of the log"),
    "positions_behind": Says("落后的位置数", "How many positions the tables are behind"),
    "parked_cases": Says("被搁置的案件数", "How many cases are parked"),
    "incomplete_from": Says("自此位置起不完整", "From this position on the tables lack parked cases"),
}
LABEL_SAYS = {
    "is_missed": Says(
        "未达（未定则为空）", "Missed: breached or overdue; empty where it is neither missed nor met"
    ),
    "month": Says("开始月份（首日）", "First day of the month in which it started"),
    "case_no": Says("案件编号", "Case number"),
    "clause": Says("条款", "Clause of the regulation"),
    "label_zh": Says("条款项名称（中文）", "Label of the promise in Chinese"),
    "label_en": Says("条款项名称（英文）", "Label of the promise in English"),
    "stopped_by": Says("停止它的事实", "Facts that stop it, with commas, for example Refunded"),
    "department_zh": Says("责任部门（中文）", "Department in Chinese"),
    "department_en": Says("责任部门（英文）", "Department in English"),
}


VIEWS: Final[tuple[View | WideView, ...]] = (
    alerts_view.ALERTS,
    STOCK,
    COSTS,
    PROGRAMMES_NOW,
    AUDIT_ITEMS,
    PROPOSALS,
    *months_view.VIEWS,
    *listing.VIEWS,
    *wide_views.VIEWS,
)
"""The reports that are a query over tables and nothing else."""


def clock_columns() -> tuple[Column, ...]:
    """Give the columns of `sla_clocks_at`: those of the table and how each clock stands."""
    return (*sla_clocks_table.TABLE.columns, *ADDED)


def create(schema: str, zone: ZoneInfo) -> Iterator[Composed]:
    """Give the statements that make views and functions, once all tables stand; reports count in the zone."""
    yield from business_zone.create(schema, zone)
    yield from working_minutes.create(schema)
    yield from stream_ids.create(schema)
    yield from _clocks_at(schema)
    yield from _sla_now(schema)
    yield SQL(FRESHNESS).format(
        view=Identifier(schema, "meta_freshness"),
        parked=Identifier(schema, "meta_parked"),
        position=Identifier(schema, "meta_position"),
    )
    yield from _said(schema, "meta_freshness", "数据新鲜度", "How fresh the tables are", FRESHNESS_SAYS)
    yield from counted_views.create(schema)
    yield from target_views.create(schema)
    yield from listing.create(schema)
    yield from month_figures.create(schema)
    yield from alerts_view.create(schema)
    for view in VIEWS:
        yield from view.create(schema)


def _clocks_at(schema: str) -> Iterator[Composed]:
    function = Identifier(schema, "sla_clocks_at")
    columns = (SQL("{} {}").format(Identifier(column.name), SQL(column.type)) for column in clock_columns())
    yield SQL(CLOCKS_AT).format(
        function=function,
        columns=SQL(", ").join(columns),
        standing=SQL(CLOCKS_STANDING).format(clocks=Identifier(schema, "fct_sla_clocks")),
    )
    yield SQL("COMMENT ON FUNCTION {}(timestamptz) IS {}").format(
        function,
        Literal("某一时刻各时限的状态（按现在所知） / How every clock stood at an instant, as known now"),
    )


def _sla_now(schema: str) -> Iterator[Composed]:
    yield SQL(SLA_NOW).format(
        view=Identifier(schema, "rpt_sla_now"),
        business_zone=business_zone.called(schema),
        function=Identifier(schema, "sla_clocks_at"),
        clauses=Identifier(schema, "dim_regulation_clauses"),
        departments=Identifier(schema, "dim_departments"),
        cases=Identifier(schema, "fct_cases"),
    )
    says = {column.name: column.says for column in clock_columns()} | LABEL_SAYS
    yield from _said(
        schema, "rpt_sla_now", "各时限现在的状态", "How every clock stands now, with labels", says
    )


def _said(schema: str, view: str, zh: str, en: str, says: dict[str, Says]) -> Iterator[Composed]:
    yield SQL("COMMENT ON VIEW {} IS {}").format(Identifier(schema, view), Literal(f"{zh} / {en}"))
    for name, said in says.items():
        yield SQL("COMMENT ON COLUMN {} IS {}").format(
            Identifier(schema, view, name), Literal(f"{said.zh} / {said.en}")
        )
