"""How every target stands by month: what it counts at an instant, held against its threshold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, LiteralString

from psycopg.sql import SQL, Composed, Identifier, Literal

from cases.regulation.targets import LONGEST_RUN
from projections.tables.columns import Column, Says
from projections.views import business_zone
from projections.views.counted_views import typed

# A month is the firm's: `zone` says where. A department of NULL is all of them together.
# Of what asks for months in a row, and was reached in the first month, the months before are looked at one after
# another, as far as it was reached in them, too.
TARGETS_AT: LiteralString = """
CREATE FUNCTION {function}(instant timestamptz, zone text, first date, last date) RETURNS TABLE ({columns})
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE alike AS (
        SELECT coalesce(month, date_trunc('month', first::timestamp)::date) AS month, found.target_id, found.department,
            standing, standing_unadjusted, counted, case_ids, happened_ats, positions, last_position
        FROM {alike_at}(
            instant, date_trunc('month', first::timestamp) AT TIME ZONE zone,
            (date_trunc('month', last::timestamp) + interval '1 month') AT TIME ZONE zone,
            CASE WHEN date_trunc('month', first::timestamp) < date_trunc('month', last::timestamp) THEN zone END
        ) AS found
    ), sums AS (
        SELECT month, target_id, department,
            coalesce(sum(counted) FILTER (WHERE standing = 'good'), 0)::bigint AS numerator,
            coalesce(sum(counted) FILTER (WHERE standing IN ('good', 'missed')), 0)::bigint AS denominator,
            coalesce(sum(counted) FILTER (WHERE standing_unadjusted = 'good'), 0)::bigint AS raw_numerator,
            coalesce(sum(counted) FILTER (WHERE standing_unadjusted IN ('good', 'missed')), 0)::bigint
                AS raw_denominator,
            coalesce(sum(counted) FILTER (WHERE standing = 'pending'), 0)::bigint AS pending,
            coalesce(sum(counted) FILTER (WHERE standing = 'excluded'), 0)::bigint AS excluded,
            coalesce(sum(counted) FILTER (WHERE standing = 'not_configured'), 0)::bigint AS not_configured,
            max(last_position) AS last_position,
            array_agg(ROW(standing, case_ids, happened_ats, positions)) AS alike
        FROM alike GROUP BY GROUPING SETS ((month, target_id), (month, target_id, department))
    ), still_open AS (
        SELECT date_trunc('month', opened_at AT TIME ZONE zone)::date AS month, pinned.regulation, department,
            count(*) AS open_cases
        FROM {cases} AS cases
        CROSS JOIN LATERAL string_to_table(cases.regulations, ',') AS pinned (regulation)
        WHERE opened_at <= instant AND (closed_at IS NULL OR closed_at > instant)
        AND opened_at >= date_trunc('month', first::timestamp) AT TIME ZONE zone
        AND opened_at < (date_trunc('month', last::timestamp) + interval '1 month') AT TIME ZONE zone
        GROUP BY GROUPING SETS ((1, 2), (1, 2, 3))
    ), lines AS (
        SELECT sums.*, targets.clause_id, targets.settings_version, targets.measure, targets.threshold,
            targets.threshold_from, targets.months_needed, clauses.regulation AS regulation_name,
            clauses.regulation_id AS regulation, clauses.item, clauses.clause,
            clauses.label_zh, clauses.label_en, numerator >= targets.threshold * nullif(denominator, 0) AS is_reached,
            (sums.month + interval '1 month') AT TIME ZONE zone <= instant AS is_over
        FROM sums
        JOIN {targets} AS targets USING (target_id)
        JOIN {clauses} AS clauses USING (clause_id)
    ), reached AS (
        SELECT regulation_name, item, month
        FROM lines WHERE department IS NULL
        GROUP BY regulation_name, item, month HAVING bool_and(coalesce(is_reached, false) AND is_over)
    ), before AS (
        SELECT regulation_name, item, month FROM reached WHERE month = date_trunc('month', first::timestamp)
        UNION ALL
        SELECT after.regulation_name, after.item, (after.month - interval '1 month')::date
        FROM before AS after
        CROSS JOIN LATERAL (
            SELECT bool_and(coalesce(good >= threshold * nullif(good + missed, 0), false)) AS is_reached
            FROM {targets} AS targets
            JOIN {clauses} AS clauses USING (clause_id)
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE standing = 'good') AS good,
                    count(*) FILTER (WHERE standing = 'missed') AS missed
                FROM {counted_at}(instant) AS counted
                WHERE counted.target_id = targets.target_id
                AND happened_at >= (after.month::timestamp - interval '1 month') AT TIME ZONE zone
                AND happened_at < after.month::timestamp AT TIME ZONE zone
                HAVING count(*) > 0
            ) AS sums
            WHERE clauses.regulation = after.regulation_name AND clauses.item = after.item
            AND months_needed IS NOT NULL
        ) AS month
        WHERE month.is_reached AND after.month > date_trunc('month', first::timestamp) - {before}
    ), runs AS (
        SELECT regulation_name, item, month,
            row_number() OVER (PARTITION BY regulation_name, item, run ORDER BY month) AS months_in_row
        FROM (
            SELECT regulation_name, item, month,
                extract(year FROM month) * 12 + extract(month FROM month)
                    - row_number() OVER (PARTITION BY regulation_name, item ORDER BY month) AS run
            FROM (SELECT * FROM reached UNION SELECT * FROM before) AS months
        ) AS numbered
    )
    SELECT lines.month, lines.target_id, lines.regulation, lines.item, lines.clause_id, lines.clause, lines.label_zh,
        lines.label_en, lines.measure, lines.settings_version, lines.department, lines.numerator, lines.denominator,
        round(lines.numerator::numeric / nullif(lines.denominator, 0), 4),
        round(lines.raw_numerator::numeric / nullif(lines.raw_denominator, 0), 4),
        lines.threshold, lines.threshold_from, lines.is_reached, lines.denominator < {small}, lines.is_over,
        lines.pending, lines.excluded, lines.not_configured, (
            SELECT count(DISTINCT case_id) FROM unnest(lines.alike) AS its {alike}
            CROSS JOIN LATERAL unnest(case_ids) AS case_id
        ), coalesce(still_open.open_cases, 0),
        CASE WHEN lines.months_needed IS NOT NULL THEN coalesce(runs.months_in_row, 0) END, lines.months_needed,
        coalesce(runs.months_in_row, 0) >= lines.months_needed, lines.last_position, (
            SELECT json_build_object(
                'missed_cases', coalesce(max(newest.cases), 0),
                'misses', coalesce(json_agg(json_build_object(
                    'case_id', case_id, 'case_no', cases.case_no, 'happened_at', newest.happened_at,
                    'times', newest.times, 'last_position', newest.last_position
                ) ORDER BY newest.happened_at DESC, case_id), '[]')
            )
            FROM (
                SELECT case_id, max(one.happened_at) AS happened_at, count(*) AS times,
                    max(one.last_position) AS last_position, count(*) OVER () AS cases
                FROM unnest(lines.alike) AS its {alike}
                CROSS JOIN LATERAL unnest(case_ids, happened_ats, positions)
                    AS one (case_id, happened_at, last_position)
                WHERE standing = 'missed'
                GROUP BY case_id
                ORDER BY 2 DESC, case_id LIMIT CASE WHEN lines.threshold = 1 THEN NULL ELSE {shown} END
            ) AS newest
            JOIN {cases} AS cases USING (case_id)
        )
    FROM lines
    LEFT JOIN still_open ON still_open.month = lines.month AND still_open.regulation = lines.regulation
        AND still_open.department IS NOT DISTINCT FROM lines.department
    LEFT JOIN runs ON runs.regulation_name = lines.regulation_name AND runs.item = lines.item
        AND runs.month = lines.month;
END
"""
ALIKE: LiteralString = "(standing text, case_ids uuid[], happened_ats timestamptz[], positions bigint[])"
"""What a line has of those that stand alike."""
SMALL: Final = 30
"""With fewer to divide by, one case moves the rate by more than three points."""
SHOWN: Final = 20
"""Cases told of a target that asks for less than everything; of one that asks for all they are all told."""
RPT_TARGETS: LiteralString = """
CREATE VIEW {view} AS
SELECT {columns} FROM {function}(now(), {business_zone}, date '2000-01-01', date '2999-12-01')
"""
TARGET_COLUMNS: Final = (
    Column("month", "date", False, Says("月份（首日）", "First day of the month, in the business time zone")),
    Column("target_id", "text", False, Says("指标标识", "Regulation@version/target/item/settings version")),
    Column("regulation", "text", False, Says("制度及版本", "Regulation and version")),
    Column("target", "text", False, Says("指标项", "Name of the target inside the regulation")),
    Column("clause_id", "text", False, Says("条款项", "Item of the regulation it comes from")),
    Column("clause", "text", False, Says("条款", "Clause of the regulation")),
    Column("label_zh", "text", False, Says("指标名称（中文）", "Label of the target in Chinese")),
    Column("label_en", "text", False, Says("指标名称（英文）", "Label of the target in English")),
    Column("measure", "text", False, Says("口径", "What it counts; labels in dim_codes, vocabulary measure")),
    Column("settings_version", "text", True, Says("设定值版本", "Version of the firm's values; empty for none")),
    Column("department", "text", True, Says("部门（空为全部）", "Department; empty is all of them together")),
    Column("numerator", "bigint", False, Says("分子", "How many are good")),
    Column("denominator", "bigint", False, Says("分母", "Good and missed together; what is overdue is missed")),
    Column("rate", "numeric", True, Says("比率", "Numerator by denominator, 0 to 1; empty where nothing was due")),
    Column("rate_unadjusted", "numeric", True, Says("比率（不计除外）", "The rate had nobody excluded anything")),
    Column("threshold", "numeric", True, Says("应达到的比例", "Share to reach, 0 to 1; empty where left open")),
    Column("threshold_from", "text", False, Says("比例的出处", "Whence it comes: clause, setting or not_configured")),
    Column("is_reached", "boolean", True, Says("是否达标", "Whether it is reached; empty where nobody can tell")),
    Column("is_small", "boolean", False, Says("分母过小", "Fewer than 30 to divide by: one case moves it much")),
    Column("is_over", "boolean", False, Says("月份已结束", "Whether the month is over")),
    Column("pending", "bigint", False, Says("未定", "Not decided yet: a clock that runs, a repair that has to last")),
    Column("excluded", "bigint", False, Says("已除外", "Left out with leave")),
    Column("not_configured", "bigint", False, Says("未配置", "Clocks without a time, for want of a setting")),
    Column("cases", "bigint", False, Says("案件数", "In how many cases it was counted")),
    Column("open_cases", "bigint", False, Says("未结案件", "Cases of that month not closed, counted or not")),
    Column("months_in_row", "bigint", True, Says("连续达标月数", "Whole months in a row; empty if not asked")),
    Column("months_needed", "bigint", True, Says("须连续达标月数", "How many the regulation asks for; empty for none")),
    Column("is_run_reached", "boolean", True, Says("连续月数是否达到", "Whether there are that many; empty for none")),
    Column("last_position", "bigint", False, Says("依据的日志位置", "Log position of the newest fact under it")),
)  # fmt: skip
MISSES: Final = Column(
    "misses",
    "json",
    False,
    Says("未达案件", "In how many cases it is missed, and the newest of them, or all"),
)


def create(schema: str) -> Iterator[Composed]:
    """Give the statements that make them, once all tables and what they count stand."""
    names = {
        "cases": "fct_cases", "targets": "dim_targets",
        "clauses": "dim_regulation_clauses", "counted_at": "counted_at", "alike_at": "counted_alike_at",
    }  # fmt: skip
    parts = {part: Identifier(schema, name) for part, name in names.items()}
    yield SQL(TARGETS_AT).format(
        function=Identifier(schema, "targets_at"), columns=typed((*TARGET_COLUMNS, MISSES)), small=Literal(SMALL),
        shown=Literal(SHOWN), alike=SQL(ALIKE),
        before=SQL("interval {}").format(Literal(f"{LONGEST_RUN - 1} months")),
        **parts,
    )  # fmt: skip
    view = Identifier(schema, "rpt_targets")
    yield SQL(RPT_TARGETS).format(
        columns=SQL(", ").join(Identifier(column.name) for column in TARGET_COLUMNS),
        view=view,
        function=Identifier(schema, "targets_at"),
        business_zone=business_zone.called(schema),
    )
    yield from _said(schema, view)


def _said(schema: str, view: Identifier) -> Iterator[Composed]:
    said = SQL("COMMENT ON FUNCTION {} IS {}")
    yield said.format(
        SQL("{}(timestamptz, text, date, date)").format(Identifier(schema, "targets_at")),
        Literal(
            "某一时刻各月指标，时区和起止月份 / Targets by month at an instant: zone, first and last month"
        ),
    )
    yield SQL("COMMENT ON VIEW {} IS {}").format(
        view, Literal("指标按月 / Targets by month, with numerator, denominator and threshold")
    )
    for column in TARGET_COLUMNS:
        yield SQL("COMMENT ON COLUMN {} IS {}").format(
            Identifier(schema, "rpt_targets", column.name), Literal(f"{column.says.zh} / {column.says.en}")
        )
