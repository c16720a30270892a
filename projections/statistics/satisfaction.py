"""What customers say when they are asked: how many answer, how many of these are satisfied, how long in a row."""

from __future__ import annotations

from typing import Final, LiteralString

from psycopg.sql import SQL, Identifier, Literal

from projections.statistics.function import Function
from projections.statistics.parts import LAST, rate
from projections.tables.columns import Column, Says
from projections.views.target_views import SMALL
from projections.views.view import View

_SATISFACTION: LiteralString = """
WITH told AS (
    SELECT one.case_id, one.satisfaction, one.is_solved, counting.target_id, counting.score, one.last_position, (
            SELECT closed_at IS NULL OR closed_at > instant FROM {fct_cases} WHERE fct_cases.case_id = one.case_id
        ) AS is_open
    FROM {fct_revisits} AS one
    CROSS JOIN LATERAL unnest(array_append(one.targets, NULL)) AS counted (target_id)
    LEFT JOIN {dim_targets} AS counting ON counting.target_id = counted.target_id
    WHERE one.occurred_at >= since::timestamp AT TIME ZONE zone
    AND one.occurred_at < until::timestamp AT TIME ZONE zone AND one.occurred_at <= instant
    AND (counted.target_id IS NULL OR counting.target_id IS NOT NULL)
), sums AS (
    SELECT target_id, score, count(*) AS asked, count(satisfaction) AS answered,
        CASE WHEN target_id IS NOT NULL THEN count(*) FILTER (WHERE satisfaction >= score) END AS satisfied,
        count(*) FILTER (WHERE is_solved) AS solved, round(avg(satisfaction), 2) AS mean_mark,
        ARRAY[
            count(*) FILTER (WHERE satisfaction = 1), count(*) FILTER (WHERE satisfaction = 2),
            count(*) FILTER (WHERE satisfaction = 3), count(*) FILTER (WHERE satisfaction = 4),
            count(*) FILTER (WHERE satisfaction = 5)
        ] AS marks,
        count(DISTINCT case_id) FILTER (WHERE is_open) AS open_cases, max(last_position) AS last_position
    FROM told GROUP BY target_id, score
)
SELECT sums.target_id, clauses.regulation_id, clauses.item, clauses.clause,
    clauses.label_zh, clauses.label_en, sums.score, asked, answered, round(answered::numeric / asked, 4),
    {wilson_low}(answered, asked), {wilson_high}(answered, asked), satisfied, answered,
    round(satisfied::numeric / nullif(answered, 0), 4), {wilson_low}(satisfied, answered),
    {wilson_high}(satisfied, answered), answered < {small}, targets.threshold, targets.threshold_from,
    targets.months_needed, satisfied >= targets.threshold * nullif(answered, 0), solved, mean_mark, marks, open_cases,
    sums.last_position
FROM sums
LEFT JOIN {dim_targets} AS targets ON targets.target_id = sums.target_id
LEFT JOIN {dim_regulation_clauses} AS clauses ON clauses.clause_id = targets.clause_id
"""
_ASKED: Final = (
    Column("target_id", "text", True, Says("指标标识", "Target that counts it; empty: everybody who was asked")),
    Column("regulation", "text", True, Says("制度及版本", "Regulation and version")),
    Column("target", "text", True, Says("指标项", "Name of the target inside the regulation")),
    Column("clause", "text", True, Says("条款", "Clause of the regulation")),
    Column("label_zh", "text", True, Says("指标名称（中文）", "Label of the target in Chinese")),
    Column("label_en", "text", True, Says("指标名称（英文）", "Label of the target in English")),
    Column("score", "bigint", True, Says("满意的最低评分", "Lowest score that satisfies; empty without a target")),
    Column("asked", "bigint", True, Says("回访数", "How often customers were asked")),
    Column("answered", "bigint", True, Says("应答数", "How often they gave a mark")),
    Column("response_rate", "numeric", True, Says("应答率", "Answered by asked, 0 to 1")),
    Column("response_low", "numeric", True, Says("应答率95%置信下限", "Lower end of its 95 % Wilson interval")),
    Column("response_high", "numeric", True, Says("应答率95%置信上限", "Upper end of its 95 % Wilson interval")),
    *rate(Says("满意数", "Marks of the score or better"), Says("应答数", "Marks; who did not answer is not in it")),
    Column("threshold", "numeric", True, Says("应达到的比例", "Share to reach, 0 to 1; empty where left open")),
    Column("threshold_from", "text", True, Says("比例的出处", "Whence it comes: clause, setting, not_configured")),
    Column("months_needed", "bigint", True, Says("须连续达标月数", "How many months in a row the text asks for")),
    Column("is_reached", "boolean", True, Says("是否达标", "Whether it is reached; empty where nobody can tell")),
    Column("solved", "bigint", True, Says("确认已解决", "How often they said that it is solved")),
    Column("mean_mark", "numeric", True, Says("平均评分", "Mean of the marks, 1 to 5")),
    Column("marks", "bigint[]", True, Says("各评分次数（1至5）", "How often each mark was given, from 1 to 5")),
    Column("open_cases", "bigint", True, Says("其中未结案件", "Of their cases, those that are not closed")),
    LAST,
)  # fmt: skip
SATISFACTION: Final = Function(
    "satisfaction", "某期间的满意度与应答率", "Who was asked in a period, who answered, who is satisfied",
    reads=("fct_revisits", "fct_cases", "dim_targets", "dim_regulation_clauses", "wilson_low", "wilson_high"),
    query=_SATISFACTION, columns=_ASKED, values={"small": Literal(SMALL)},
)  # fmt: skip
# Of a grain that is neither, the cast fails and says so: figures of another one would look like an answer.
# A period counts into a run when it is over and all that counts one target in it, under any version, reached it. What
# is found is worked out apart for the runs, which look years back and need no cases, and for the periods that are told.
_RUNS: LiteralString = """
WITH steps AS (
    SELECT CASE grain
        WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE ('month or quarter, not ' || grain)::int
    END AS months
), periods AS (
    SELECT begins::date AS period, (begins + make_interval(months => months))::date AS after_on,
        (extract(year FROM begins)::int * 12 + extract(month FROM begins)::int - 1) / months AS number
    FROM steps CROSS JOIN LATERAL generate_series(
        date_trunc(grain, first::timestamp), last::timestamp, make_interval(months => months)
    ) AS begins
), found AS NOT MATERIALIZED (
    SELECT periods.period, periods.number, periods.after_on::timestamp AT TIME ZONE zone <= instant AS is_over, told.*
    FROM periods CROSS JOIN LATERAL {satisfaction}(instant, zone, periods.period, periods.after_on) AS told
), reached AS (
    SELECT split_part(regulation, '@', 1) AS regulation, target, number,
        number - row_number() OVER (PARTITION BY split_part(regulation, '@', 1), target ORDER BY number) AS run
    FROM found WHERE target_id IS NOT NULL
    GROUP BY split_part(regulation, '@', 1), target, number HAVING bool_and(coalesce(is_reached, false) AND is_over)
), runs AS (
    SELECT regulation, target, number,
        row_number() OVER (PARTITION BY regulation, target, run ORDER BY number) AS in_a_row
    FROM reached
)
SELECT grain, found.period, {told}, found.is_over,
    CASE WHEN found.target_id IS NOT NULL THEN coalesce(runs.in_a_row, 0) END,
    CASE WHEN grain = 'month' THEN coalesce(runs.in_a_row, 0) >= found.months_needed END
FROM found LEFT JOIN runs ON runs.number = found.number AND runs.target = found.target
    AND runs.regulation = split_part(found.regulation, '@', 1)
"""
_RUN: Final = (
    Column("grain", "text", True, Says("周期", "month or quarter")),
    Column("period", "date", True, Says("周期首日（业务时区）", "First day of the period")),
    *_ASKED,
    Column("is_over", "boolean", True, Says("周期已结束", "Whether the period is over")),
    Column("in_a_row", "bigint", True, Says("连续达标周期数", "Whole periods in a row up to this one that reached it")),
    Column("is_run_reached", "boolean", True, Says("连续月数是否达到", "Whether they are so many; empty: not asked")),
)  # fmt: skip
RUNS: Final = Function(
    "satisfaction_runs", "按月或按季的满意度及连续达标数", "Satisfaction by month or quarter, and how long in a row",
    reads=("satisfaction",), query=_RUNS, columns=_RUN,
    parameters="instant timestamptz, zone text, grain text, first date, last date",
    values={"told": SQL(", ").join(Identifier("found", one.name) for one in _ASKED)},
)  # fmt: skip
_BY_PERIOD: LiteralString = """
WITH span AS (
    SELECT min(occurred_at AT TIME ZONE {business_zone})::date AS first,
        max(occurred_at AT TIME ZONE {business_zone})::date AS last
    FROM (
        (SELECT occurred_at FROM {fct_revisits} ORDER BY occurred_at LIMIT 1)
        UNION ALL (SELECT occurred_at FROM {fct_revisits} ORDER BY occurred_at DESC LIMIT 1)
    ) AS ends
)
SELECT found.* FROM span CROSS JOIN (VALUES ('month'), ('quarter')) AS grains (grain)
CROSS JOIN LATERAL {satisfaction_runs}(now(), {business_zone}, grain, first, last) AS found
"""
BY_PERIOD: Final = View(
    "rpt_satisfaction", "满意度（按月、按季）", "Satisfaction by month and quarter: asked, answered, content, in a row",
    reads=("fct_revisits", "satisfaction_runs"), query=_BY_PERIOD, columns=_RUN,
)  # fmt: skip
FUNCTIONS: Final = (SATISFACTION, RUNS)
VIEWS: Final = (BY_PERIOD,)
