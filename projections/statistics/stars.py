"""The ranking that a service star is proposed from (S0 七/1): response, resolution and praise by person, weighted."""

from __future__ import annotations

from typing import Final, LiteralString

from psycopg.sql import Literal

from projections.ranking import PRAISE, SCALE
from projections.statistics.function import Function
from projections.statistics.parts import LAST
from projections.tables.columns import Column, Says
from projections.views.target_views import SMALL
from projections.views.view import View

# As the figures that a holding freezes (questions/digest.py, questions/ranking.py), which tests hold it against: a
# clock counts in the period in which it ended, or fell due and had not ended. Shares are compared as exact fractions.
# What counts alike is counted by hash, with its cases in an array. Most of these were opened in the period and are read
# as they lie, the others by their ids. The planner is to know the period.
_RANKING: LiteralString = """
WITH scope AS NOT MATERIALIZED (
    SELECT since::timestamp AT TIME ZONE zone AS begins, LEAST(until::timestamp AT TIME ZONE zone, instant) AS ends
), rankings AS (
    SELECT told.*, weight_response + weight_resolution + weight_praise AS weights
    FROM {dim_programmes} AS told WHERE kind = 'ranking'
), alike AS MATERIALIZED (
    SELECT row_number() OVER () AS line, found.*
    FROM (
        SELECT split_part(regulation, '@', 1) AS regulation, stood, NULL::boolean AS is_solved,
            NULL::bigint AS satisfaction, case_ids
        FROM (
            SELECT regulation, verdict AS stood, array_agg(case_id) AS case_ids
            FROM scope, {fct_sla_clocks} WHERE ended_at >= begins AND ended_at < ends GROUP BY regulation, verdict
            UNION ALL
            SELECT regulation, 'overdue', array_agg(case_id) FROM scope, {fct_sla_clocks}
            WHERE due_at >= begins AND due_at < ends AND (ended_at IS NULL OR ended_at >= ends)
            AND verdict <> 'excluded' GROUP BY regulation
        ) AS clocks
        UNION ALL
        SELECT NULL, NULL, is_solved, satisfaction, array_agg(case_id) FROM scope, {fct_revisits}
        WHERE occurred_at >= begins AND occurred_at < ends GROUP BY is_solved, satisfaction
    ) AS found
    WHERE regulation IS NULL OR regulation IN (SELECT regulation FROM rankings)
), cases AS MATERIALIZED (
    SELECT case_id, kind, regulations, assigned_to, last_position, closed_at IS NULL OR closed_at > instant AS is_open
    FROM scope, {fct_cases}
    WHERE assigned_to IS NOT NULL AND NOT is_parked AND (
        opened_at >= begins AND opened_at < ends
        OR case_id = ANY (ARRAY(
            SELECT case_id FROM alike CROSS JOIN LATERAL unnest(case_ids) AS case_id
            EXCEPT
            SELECT case_id FROM scope, {fct_cases} WHERE opened_at >= begins AND opened_at < ends
        ))
    )
), told AS (
    SELECT line, kind, regulations, assigned_to, count(*) AS counted,
        array_agg(case_id) FILTER (WHERE is_open) AS open_case_ids, max(last_position) AS last_position
    FROM alike CROSS JOIN LATERAL unnest(case_ids) AS case_id JOIN cases USING (case_id)
    GROUP BY line, kind, regulations, assigned_to
), ranked AS MATERIALIZED (
    SELECT rankings.regulation, rankings.programme, assigned_to AS person, stood, is_solved, satisfaction, counted,
        open_case_ids, last_position
    FROM told
    JOIN alike USING (line)
    JOIN rankings ON coalesce(alike.regulation, rankings.regulation) = rankings.regulation
        AND (rankings.kinds = ARRAY[]::text[] OR told.kind = ANY(rankings.kinds))
        AND strpos(',' || told.regulations, ',' || rankings.regulation || '@') > 0
), sums AS (
    SELECT regulation, programme, person,
        coalesce(sum(counted) FILTER (WHERE stood = 'met'), 0)::bigint AS kept,
        coalesce(sum(counted) FILTER (WHERE stood IN ('met', 'breached', 'overdue')), 0)::bigint AS due,
        coalesce(sum(counted) FILTER (WHERE is_solved), 0)::bigint AS solved,
        coalesce(sum(counted) FILTER (WHERE is_solved IS NOT NULL), 0)::bigint AS asked,
        coalesce(sum(counted) FILTER (WHERE satisfaction >= {praise}), 0)::bigint AS praised,
        coalesce(sum(counted) FILTER (WHERE satisfaction IS NOT NULL), 0)::bigint AS marked,
        max(last_position) AS last_position
    FROM ranked GROUP BY regulation, programme, person
), still_open AS MATERIALIZED (
    SELECT regulation, programme, person, count(DISTINCT case_id) AS open_cases
    FROM ranked CROSS JOIN LATERAL unnest(open_case_ids) AS case_id GROUP BY regulation, programme, person
), scored AS (
    SELECT sums.*, coalesce(open_cases, 0) AS open_cases,
        rankings.months, rankings.clause, rankings.label_zh, rankings.label_en, rankings.regulation_version,
        weight_response, weight_resolution, weight_praise,
        (weight_response * kept * greatest(asked, 1) * greatest(marked, 1)
            + weight_resolution * solved * greatest(due, 1) * greatest(marked, 1)
            + weight_praise * praised * greatest(due, 1) * greatest(asked, 1))::numeric AS points,
        nullif(weights * greatest(due, 1) * greatest(asked, 1) * greatest(marked, 1), 0)::numeric AS of_points
    FROM sums
    JOIN rankings USING (regulation, programme)
    LEFT JOIN still_open USING (regulation, programme, person)
)
SELECT regulation, programme, regulation_version, clause, label_zh, label_en, months,
    CASE WHEN of_points IS NOT NULL THEN row_number() OVER (
        PARTITION BY regulation, programme ORDER BY div(points * 1e24, of_points) DESC, person COLLATE "C"
    ) END,
    person, div(points * {scale}, of_points)::bigint, weight_response, weight_resolution, weight_praise,
    kept, due, round(kept::numeric / nullif(due, 0), 4), solved, asked,
    round(solved::numeric / nullif(asked, 0), 4), praised, marked,
    round(praised::numeric / nullif(marked, 0), 4), LEAST(due, asked, marked) < {small}, open_cases, last_position
FROM scored
"""
RANKING: Final = Function(
    "star_ranking", "某期间服务之星评选排名", "The ranking that a service star of a period is proposed from",
    reads=("dim_programmes", "fct_sla_clocks", "fct_revisits", "fct_cases"), query=_RANKING,
    values={"praise": Literal(PRAISE), "scale": Literal(SCALE), "small": Literal(SMALL)},
    columns=(
        Column("regulation", "text", True, Says("制度", "The regulation")),
        Column("programme", "text", True, Says("评选任务", "Name of the ranking inside it")),
        Column("regulation_version", "text", True, Says("制度版本", "Version that it is told by")),
        Column("clause", "text", True, Says("条款", "Clause of the text")),
        Column("label_zh", "text", True, Says("名称（中文）", "Label in Chinese")),
        Column("label_en", "text", True, Says("名称（英文）", "Label in English")),
        Column("months", "bigint", True, Says("周期月数", "Months of its period; empty while not set")),
        Column("place", "bigint", True, Says("名次", "Best first, equals by pseudonym; empty while a weight is unset")),
        Column("person", "text", True, Says("经办人代号", "Pseudonym of whom the cases are assigned to")),
        Column("score", "bigint", True, Says("得分（万分之一）", "Weighted score in ten-thousandths")),
        Column("weight_response", "bigint", True, Says("响应权重（%）", "Weight of response; empty while not set")),
        Column("weight_resolution", "bigint", True, Says("解决率权重（%）", "Weight of resolution")),
        Column("weight_praise", "bigint", True, Says("好评权重（%）", "Weight of praise")),
        Column("kept", "bigint", True, Says("按时数", "Clocks that were met")),
        Column("due", "bigint", True, Says("应履行数", "Clocks met, breached or overdue")),
        Column("response_rate", "numeric", True, Says("响应及时率", "Kept by due; in the score nought for nothing")),
        Column("solved", "bigint", True, Says("确认已解决", "Customers who said that it is solved")),
        Column("asked", "bigint", True, Says("回访数", "Customers who were asked")),
        Column("resolution_rate", "numeric", True, Says("解决率", "Solved by asked")),
        Column("praised", "bigint", True, Says("好评数", "Marks of 4 or 5")),
        Column("marked", "bigint", True, Says("评分数", "Marks that were given")),
        Column("praise_rate", "numeric", True, Says("好评率", "Praised by marked")),
        Column("is_small", "boolean", True, Says("分母过小", "One of the three has fewer than 30 to divide by")),
        Column("open_cases", "bigint", True, Says("其中未结案件", "Of these cases, those that are not closed")),
        LAST,
    ),
)  # fmt: skip
_BY_PERIOD: LiteralString = """
SELECT period::date AS begins_on, found.*
FROM (SELECT DISTINCT months FROM {dim_programmes} WHERE kind = 'ranking' AND months IN (1, 3, 6, 12)) AS lengths
CROSS JOIN LATERAL generate_series(
    (SELECT date_trunc('year', min(started_at) AT TIME ZONE {business_zone}) FROM {fct_sla_clocks}),
    now() AT TIME ZONE {business_zone}, make_interval(months => lengths.months::int)
) AS period
CROSS JOIN LATERAL {star_ranking}(
    now(), {business_zone}, period::date, (period + make_interval(months => lengths.months::int))::date
) AS found
WHERE found.months = lengths.months
"""
BY_PERIOD: Final = View(
    "rpt_star_ranking", "服务之星评选排名", "Who stands where in the ranking of the service star, by its period",
    reads=("dim_programmes", "fct_sla_clocks", "star_ranking"), query=_BY_PERIOD,
    columns=(
        Column("begins_on", "date", True, Says("周期首日（业务时区）", "First day of the period")), *RANKING.columns,
    ),
)  # fmt: skip
FUNCTIONS: Final = (RANKING,)
VIEWS: Final = (BY_PERIOD,)
