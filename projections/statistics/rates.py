"""How promises and targets are kept in a period: by clause, department, product and person, each with its interval."""

from __future__ import annotations

from typing import Final, LiteralString

from psycopg.sql import Literal

from projections.statistics.function import Function
from projections.statistics.parts import ITEM, LAST, PLACE, RATE, by_month
from projections.tables.columns import Column, Says
from projections.views.target_views import SMALL
from projections.views.view import View

# Of a person's line the person is who had the case when the clock ended or fell due.
#
# Clocks are counted without their cases: hashed into a few hundred lines they need no sorting. In how many cases they
# are is told apart: an item has one clock in a case for every cycle, so that clocks and cases are equally many but for
# the cases of later cycles, which are looked up; of a department, which several items have, the cases are counted by
# themselves. Both count in one statement, so that two processes share the work where there are two.
_SLA: LiteralString = """
WITH clocks AS NOT MATERIALIZED (
    SELECT clause_id, product_id, assigned_to, case_id, cycle, standing, standing_unadjusted, last_position,
        case_closed_at IS NULL OR case_closed_at > instant AS is_open
    FROM {sla_clocks_at}(instant)
    WHERE started_at >= since::timestamp AT TIME ZONE zone AND started_at < until::timestamp AT TIME ZONE zone
), found AS MATERIALIZED (
    SELECT NULL::text AS regulation, NULL::text AS department, clause_id, product_id, assigned_to,
        grouping(assigned_to) = 0 AS is_of_person,
        count(*) FILTER (WHERE standing = 'met') AS numerator,
        count(*) FILTER (WHERE standing IN ('met', 'breached', 'overdue')) AS denominator,
        count(*) FILTER (WHERE standing_unadjusted = 'met') AS raw_numerator,
        count(*) FILTER (WHERE standing_unadjusted IN ('met', 'breached', 'overdue')) AS raw_denominator,
        count(*) FILTER (WHERE standing = 'overdue') AS overdue,
        count(*) FILTER (WHERE standing IN ('running', 'paused')) AS pending,
        count(*) FILTER (WHERE standing = 'cancelled') AS cancelled,
        count(*) FILTER (WHERE standing = 'excluded') AS excluded,
        count(*) FILTER (WHERE standing = 'not_configured') AS not_configured,
        count(*) AS cases, count(*) FILTER (WHERE is_open) AS open_cases, max(last_position) AS last_position,
        NULL::uuid[] AS of_later_cycles
    FROM clocks
    GROUP BY GROUPING SETS ((clause_id, product_id), (clause_id, assigned_to))
    HAVING grouping(assigned_to) = 1 OR assigned_to IS NOT NULL
    UNION ALL
    SELECT regulation, department, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        count(*), count(*) FILTER (WHERE is_open), NULL, array_agg(case_id) FILTER (WHERE cycle > 1)
    FROM (
        SELECT regulation_id AS regulation, department, case_id, is_open, max(cycle) AS cycle
        FROM clocks JOIN {dim_regulation_clauses} USING (clause_id)
        GROUP BY regulation_id, department, case_id, is_open
    ) AS cases
    GROUP BY regulation, department
), again AS (
    SELECT clause_id, product_id, assigned_to, count(*) - count(DISTINCT case_id) AS cases,
        count(*) FILTER (WHERE is_open) - count(DISTINCT case_id) FILTER (WHERE is_open) AS open_cases
    FROM (SELECT DISTINCT unnest(of_later_cycles) AS case_id FROM found) AS later
    CROSS JOIN LATERAL (
        SELECT clause_id, product_id, assigned_to, is_open FROM clocks WHERE clocks.case_id = later.case_id OFFSET 0
    ) AS its
    GROUP BY clause_id, GROUPING SETS ((), (product_id), (assigned_to))
    HAVING grouping(assigned_to) = 1 OR assigned_to IS NOT NULL
), sums AS (
    SELECT items.regulation_id AS regulation, clause_id, items.department, product_id, assigned_to,
        CASE
            WHEN grouping(items.department) = 0 THEN 'department' WHEN grouping(product_id) = 0 THEN 'product'
            WHEN is_of_person THEN 'person' ELSE 'clause'
        END AS grouped_by,
        sum(numerator)::bigint AS numerator, sum(denominator)::bigint AS denominator,
        sum(raw_numerator)::bigint AS raw_numerator, sum(raw_denominator)::bigint AS raw_denominator,
        sum(overdue)::bigint AS overdue, sum(pending)::bigint AS pending, sum(cancelled)::bigint AS cancelled,
        sum(excluded)::bigint AS excluded, sum(not_configured)::bigint AS not_configured,
        sum(cases)::bigint AS cases, sum(open_cases)::bigint AS open_cases, max(last_position) AS last_position
    FROM found JOIN {dim_regulation_clauses} AS items USING (clause_id)
    GROUP BY is_of_person, items.regulation_id,
        GROUPING SETS ((clause_id), (items.department), (clause_id, product_id), (clause_id, assigned_to))
    HAVING is_of_person = (grouping(assigned_to) = 0)
)
SELECT sums.grouped_by, coalesce(sums.department, sums.product_id, sums.assigned_to),
    coalesce(departments.label_zh, products.label_zh, sums.assigned_to),
    coalesce(departments.label_en, products.label_en, sums.assigned_to),
    sums.regulation, sums.clause_id, clauses.clause, clauses.label_zh, clauses.label_en,
    sums.numerator, sums.denominator, round(sums.numerator::numeric / nullif(sums.denominator, 0), 4),
    {wilson_low}(sums.numerator, sums.denominator), {wilson_high}(sums.numerator, sums.denominator),
    sums.denominator < {small}, sums.raw_numerator, sums.raw_denominator,
    round(sums.raw_numerator::numeric / nullif(sums.raw_denominator, 0), 4), sums.denominator - sums.numerator,
    sums.overdue, sums.pending, sums.cancelled, sums.excluded, sums.not_configured,
    coalesce(its.cases, sums.cases - coalesce(again.cases, 0)),
    coalesce(its.open_cases, sums.open_cases - coalesce(again.open_cases, 0)), sums.last_position
FROM sums
LEFT JOIN found AS its ON its.regulation = sums.regulation AND its.department = sums.department
LEFT JOIN again ON again.clause_id = sums.clause_id
    AND (again.product_id, again.assigned_to) IS NOT DISTINCT FROM (sums.product_id, sums.assigned_to)
LEFT JOIN {dim_regulation_clauses} AS clauses ON clauses.clause_id = sums.clause_id
LEFT JOIN {dim_departments} AS departments ON departments.code = sums.department
LEFT JOIN {dim_products} AS products ON products.product_id = sums.product_id
"""
SLA_RATES: Final = Function(
    "sla_rates", "某期间各时限的履行率", "How promises were kept whose clocks started in a period",
    reads=(
        "sla_clocks_at", "dim_regulation_clauses", "dim_departments", "dim_products", "wilson_low", "wilson_high",
    ),
    query=_SLA, values={"small": Literal(SMALL)},
    columns=(
        *PLACE, *ITEM, *RATE,
        Column("raw_numerator", "bigint", True, Says("分子（不计除外）", "Good had nobody been excluded")),
        Column("raw_denominator", "bigint", True, Says("分母（不计除外）", "Good and missed had nobody been excluded")),
        Column("raw_rate", "numeric", True, Says("比率（不计除外）", "The rate had nobody excluded anything")),
        Column("missed", "bigint", True, Says("未达数", "Missed: late or too early, and what is overdue")),
        Column("overdue", "bigint", True, Says("其中超时未结", "Of these, past due and not stopped yet")),
        Column("pending", "bigint", True, Says("未定", "Running or paused: neither good nor missed yet")),
        Column("cancelled", "bigint", True, Says("已取消", "No longer owed")),
        Column("excluded", "bigint", True, Says("已除外", "Left out with leave")),
        Column("not_configured", "bigint", True, Says("未配置", "Clocks without a time, for want of a setting")),
        Column("cases", "bigint", True, Says("案件数", "In how many cases")),
        Column("open_cases", "bigint", True, Says("其中未结案件", "Of these cases, those that are not closed")),
        LAST,
    ),
)  # fmt: skip
_BY_DAY: LiteralString = """
SELECT day::date AS day_date, found.*
FROM generate_series(
    (SELECT date_trunc('day', min(started_at) AT TIME ZONE {business_zone}) FROM {fct_sla_clocks}),
    (SELECT max(started_at) AT TIME ZONE {business_zone} FROM {fct_sla_clocks}), interval '1 day'
) AS day
CROSS JOIN LATERAL {sla_rates}(now(), {business_zone}, day::date, day::date + 1) AS found
"""
SLA_BY_DAY: Final = View(
    "rpt_sla_by_day", "时限履行率（按日）", "How promises are kept, by the day on which their clocks started",
    reads=("fct_sla_clocks", "sla_rates"), query=_BY_DAY,
    columns=(Column("day_date", "date", True, Says("日期（业务时区）", "The day")), *SLA_RATES.columns),
)  # fmt: skip
SLA_BY_MONTH: Final = by_month(
    ("rpt_sla_by_month", "时限履行率（按月）", "How promises are kept, by the month in which their clocks started"),
    SLA_RATES, "fct_sla_clocks", "started_at",
)  # fmt: skip

# Here it is who the case is assigned to, as in the figures of a ranking: a target counts facts of whole cases. Most of
# these were opened in the period and are read as they lie, the others by their ids. What stands alike is counted by
# product and person; it is in as many cases, less those that were counted before.
_TARGETS: LiteralString = """
WITH alike AS MATERIALIZED (
    SELECT row_number() OVER () AS line, target_id, department, standing, standing_unadjusted, case_ids
    FROM {counted_alike_at}(
        instant, since::timestamp AT TIME ZONE zone, until::timestamp AT TIME ZONE zone, NULL
    )
), cases AS MATERIALIZED (
    SELECT case_id, product_id, assigned_to, last_position, closed_at IS NULL OR closed_at > instant AS is_open
    FROM {fct_cases}
    WHERE opened_at >= since::timestamp AT TIME ZONE zone AND opened_at < until::timestamp AT TIME ZONE zone
    OR case_id = ANY (ARRAY(
        SELECT case_id FROM alike CROSS JOIN LATERAL unnest(case_ids) AS case_id
        EXCEPT
        SELECT case_id FROM {fct_cases}
        WHERE opened_at >= since::timestamp AT TIME ZONE zone AND opened_at < until::timestamp AT TIME ZONE zone
    ))
), told AS (
    SELECT line, product_id, assigned_to, count(*) AS counted, count(*) FILTER (WHERE is_open) AS of_open_cases,
        max(last_position) AS last_position
    FROM alike CROSS JOIN LATERAL unnest(case_ids) AS case_id JOIN cases USING (case_id)
    GROUP BY line, product_id, assigned_to
), sums AS (
    SELECT target_id, coalesce(department, product_id, assigned_to) AS code,
        CASE
            WHEN grouping(department) = 0 THEN 'department' WHEN grouping(product_id) = 0 THEN 'product'
            WHEN grouping(assigned_to) = 0 THEN 'person' ELSE 'target'
        END AS grouped_by,
        coalesce(sum(counted) FILTER (WHERE standing = 'good'), 0)::bigint AS numerator,
        coalesce(sum(counted) FILTER (WHERE standing IN ('good', 'missed')), 0)::bigint AS denominator,
        coalesce(sum(counted) FILTER (WHERE standing_unadjusted = 'good'), 0)::bigint AS raw_numerator,
        coalesce(sum(counted) FILTER (WHERE standing_unadjusted IN ('good', 'missed')), 0)::bigint AS raw_denominator,
        coalesce(sum(counted) FILTER (WHERE standing = 'pending'), 0)::bigint AS pending,
        coalesce(sum(counted) FILTER (WHERE standing = 'excluded'), 0)::bigint AS excluded,
        coalesce(sum(counted) FILTER (WHERE standing = 'not_configured'), 0)::bigint AS not_configured,
        sum(counted)::bigint AS counted, sum(of_open_cases)::bigint AS of_open_cases,
        max(last_position) AS last_position
    FROM told JOIN alike USING (line)
    GROUP BY GROUPING SETS ((target_id), (target_id, department), (target_id, product_id), (target_id, assigned_to))
    HAVING grouping(assigned_to) = 1 OR assigned_to IS NOT NULL
), again AS (
    SELECT target_id, coalesce(department, product_id, assigned_to) AS code,
        CASE
            WHEN department IS NOT NULL THEN 'department' WHEN grouping(product_id) = 0 THEN 'product'
            WHEN grouping(assigned_to) = 0 THEN 'person' ELSE 'target'
        END AS grouped_by,
        sum(counted)::bigint AS counted, sum(of_open_cases)::bigint AS of_open_cases
    FROM (
        SELECT lines.*, product_id, assigned_to, sum(before) AS counted,
            coalesce(sum(before) FILTER (WHERE is_open), 0) AS of_open_cases
        FROM (
            SELECT target_id, department FROM alike GROUP BY GROUPING SETS ((target_id), (target_id, department))
        ) AS lines
        CROSS JOIN LATERAL (
            SELECT case_id, count(*) - 1 AS before FROM alike CROSS JOIN LATERAL unnest(case_ids) AS case_id
            WHERE alike.target_id = lines.target_id AND alike.department = coalesce(lines.department, alike.department)
            GROUP BY case_id HAVING count(*) > 1
        ) AS several
        JOIN cases USING (case_id)
        GROUP BY lines.target_id, lines.department, product_id, assigned_to
    ) AS by_both
    GROUP BY target_id, department, GROUPING SETS ((), (product_id), (assigned_to))
    HAVING grouping(product_id, assigned_to) = 3
        OR department IS NULL AND (grouping(assigned_to) = 1 OR assigned_to IS NOT NULL)
)
SELECT sums.grouped_by, sums.code,
    coalesce(departments.label_zh, products.label_zh, sums.code),
    coalesce(departments.label_en, products.label_en, sums.code),
    clauses.regulation_id, targets.clause_id, clauses.clause, clauses.label_zh,
    clauses.label_en, numerator, denominator, round(numerator::numeric / nullif(denominator, 0), 4),
    {wilson_low}(numerator, denominator), {wilson_high}(numerator, denominator), denominator < {small},
    round(raw_numerator::numeric / nullif(raw_denominator, 0), 4), sums.target_id, targets.measure,
    targets.settings_version, targets.threshold, targets.threshold_from,
    numerator >= targets.threshold * nullif(denominator, 0),
    {wilson_low}(numerator, denominator) <= targets.threshold
        AND {wilson_high}(numerator, denominator) >= targets.threshold,
    denominator - numerator, pending, excluded, not_configured, sums.counted - coalesce(again.counted, 0),
    sums.of_open_cases - coalesce(again.of_open_cases, 0), last_position
FROM sums
LEFT JOIN again ON again.target_id = sums.target_id AND again.grouped_by = sums.grouped_by
    AND coalesce(again.code, '') = coalesce(sums.code, '')
JOIN {dim_targets} AS targets ON targets.target_id = sums.target_id
JOIN {dim_regulation_clauses} AS clauses USING (clause_id)
LEFT JOIN {dim_departments} AS departments ON sums.grouped_by = 'department' AND departments.code = sums.code
LEFT JOIN {dim_products} AS products ON sums.grouped_by = 'product' AND products.product_id = sums.code
"""
TARGET_RATES: Final = Function(
    "target_rates", "某期间各指标（按部门、产品、人员）", "Targets in a period by department, product and person",
    reads=(
        "counted_alike_at", "fct_cases", "dim_targets", "dim_regulation_clauses", "dim_departments", "dim_products",
        "wilson_low", "wilson_high",
    ),
    query=_TARGETS, values={"small": Literal(SMALL)},
    columns=(
        *PLACE, *ITEM, *RATE,
        Column("raw_rate", "numeric", True, Says("比率（不计除外）", "The rate had nobody excluded anything")),
        Column("target_id", "text", True, Says("指标标识", "Regulation@version/target/item/settings version")),
        Column("measure", "text", True, Says("口径", "What it counts; labels in dim_codes, vocabulary measure")),
        Column("settings_version", "text", True, Says("设定值版本", "Version of the firm's values; empty for none")),
        Column("threshold", "numeric", True, Says("应达到的比例", "Share to reach, 0 to 1; empty where left open")),
        Column("threshold_from", "text", True, Says("比例的出处", "Whence it comes: clause, setting, not_configured")),
        Column("is_reached", "boolean", True, Says("是否达标", "Whether it is reached; empty where nobody can tell")),
        Column("is_within_chance", "boolean", True, Says(
            "阈值在置信区间内", "The threshold lies in the interval: chance alone could have made the difference")),
        Column("missed", "bigint", True, Says("未达数", "How many are missed; counted_at lists them")),
        Column("pending", "bigint", True, Says("未定", "Not decided yet")),
        Column("excluded", "bigint", True, Says("已除外", "Left out with leave")),
        Column("not_configured", "bigint", True, Says("未配置", "Clocks without a time, for want of a setting")),
        Column("cases", "bigint", True, Says("案件数", "In how many cases it was counted")),
        Column("open_cases", "bigint", True, Says("其中未结案件", "Of these cases, those that are not closed")),
        LAST,
    ),
)  # fmt: skip
TARGETS_BY_MONTH: Final = by_month(
    ("rpt_target_rates", "指标按月（按部门、产品、人员）", "Targets by month: all, department, product, person"),
    TARGET_RATES, "fct_cases", "opened_at", last="now()",
)  # fmt: skip
FUNCTIONS: Final = (SLA_RATES, TARGET_RATES)
VIEWS: Final = (SLA_BY_DAY, SLA_BY_MONTH, TARGETS_BY_MONTH)
