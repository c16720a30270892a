"""The SQL of the SLA dashboard. Every statement reads only the clocks that started in the period."""

from __future__ import annotations

from typing import Final

from psycopg.sql import SQL

PERIOD: Final = SQL("""
    FROM bi.sla_clocks_at(%(at)s)
    WHERE started_at >= %(since)s AND started_at < %(until)s
    AND (%(department)s::text IS NULL OR department = %(department)s)
    AND (%(kind)s::text IS NULL OR kind = %(kind)s)
    AND (%(is_live)s::boolean IS NULL OR is_live = %(is_live)s)
""")
CLOCKS: Final = SQL("clocks AS (SELECT * {period})").format(period=PERIOD)
# Materialized, so that how a clock stands is worked out once and not again in every count.
COUNTABLE: Final = SQL("""
clocks AS MATERIALIZED (
    SELECT case_id, clause_id, promise, regulation, department, standing, standing_unadjusted, verdict_as_recorded,
        working_seconds, raw_seconds, case_closed_at IS NULL OR case_closed_at > %(at)s AS is_never_closed,
        date_trunc(%(grain)s, started_at AT TIME ZONE %(zone)s)::date AS begins_on
    {period}
)
""").format(period=PERIOD)
COUNTED: Final = SQL("""
    count(*) AS started,
    count(*) FILTER (WHERE standing = 'met') AS met,
    count(*) FILTER (WHERE standing = 'breached') AS breached,
    count(*) FILTER (WHERE standing = 'overdue') AS overdue,
    count(*) FILTER (WHERE standing = 'running') AS running,
    count(*) FILTER (WHERE standing = 'paused') AS paused,
    count(*) FILTER (WHERE standing = 'cancelled') AS cancelled,
    count(*) FILTER (WHERE standing = 'excluded') AS excluded,
    count(*) FILTER (WHERE standing = 'not_configured') AS not_configured,
    count(DISTINCT case_id) AS cases,
    count(DISTINCT case_id) FILTER (WHERE is_never_closed) AS cases_never_closed,
    count(*) FILTER (WHERE standing_unadjusted = 'met') AS raw_met,
    count(*) FILTER (WHERE standing_unadjusted IN ('met', 'breached', 'overdue')) AS raw_due,
    count(*) FILTER (WHERE standing IN ('met', 'breached') AND verdict_as_recorded = 'met') AS recorded_met,
    count(*) FILTER (
        WHERE standing IN ('met', 'breached', 'overdue') AND verdict_as_recorded IS NOT NULL
    ) AS recorded_due
""")
TIMES: Final = SQL("""
    percentile_cont(0.5) WITHIN GROUP (ORDER BY working_seconds) FILTER (WHERE {ended}) AS working_p50,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY working_seconds) FILTER (WHERE {ended}) AS working_p90,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY raw_seconds) FILTER (WHERE {ended}) AS raw_p50,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY raw_seconds) FILTER (WHERE {ended}) AS raw_p90
""").format(ended=SQL("standing IN ('met', 'breached')"))
FIGURES: Final = SQL("""
WITH {clocks}, figures AS (
    SELECT grouping(begins_on) = 0 AS is_trend, begins_on, clause_id, promise, regulation, department,
        {times}, {counted}
    FROM clocks
    GROUP BY GROUPING SETS ((), (begins_on), (clause_id, promise, regulation, department))
)
SELECT figures.*, clauses.clause, clauses.label_zh, clauses.label_en,
    departments.label_zh AS department_zh, departments.label_en AS department_en
FROM figures
LEFT JOIN bi.dim_regulation_clauses AS clauses USING (clause_id)
LEFT JOIN bi.dim_departments AS departments ON departments.code = figures.department
ORDER BY figures.begins_on, figures.breached + figures.overdue DESC, figures.clause_id, figures.department
""").format(clocks=COUNTABLE, times=TIMES, counted=COUNTED)
WORST: Final = SQL("""
WITH {clocks}
SELECT clocks.clock_id, clocks.case_id, cases.case_no, clauses.clause, clauses.label_zh, clauses.label_en,
    clocks.department, clocks.due_at, clocks.overdue_seconds, clocks.escalated_level, clocks.escalated_at
FROM clocks
JOIN bi.dim_regulation_clauses AS clauses USING (clause_id)
JOIN bi.fct_cases AS cases USING (case_id)
WHERE clocks.standing = 'overdue'
ORDER BY clocks.due_at, clocks.clock_id
LIMIT %(longest)s
""").format(clocks=CLOCKS)
MARKED_FACTS: Final = SQL("""
moved AS (
    SELECT DISTINCT case_id, unnest(moved_by) AS version FROM clocks
    WHERE is_backdated OR is_corrected OR excluded_because IS NOT NULL
), found AS (
    SELECT facts.*, mark
    FROM moved
    JOIN bi.fct_case_events AS facts USING (case_id, version)
    CROSS JOIN LATERAL (VALUES
        (CASE WHEN facts.is_backdated THEN 'backdated' END),
        (CASE WHEN facts.is_corrected THEN 'corrected' END),
        (CASE WHEN facts.event_type = 'Approved' AND facts.subject = 'exclusion' THEN 'excluded' END)
    ) AS marks (mark)
    WHERE mark IS NOT NULL
    UNION ALL
    SELECT facts.*, 'overridden'
    FROM bi.fct_case_events AS facts
    WHERE facts.subject = 'override' AND facts.event_type = 'Approved'
    AND facts.occurred_at >= %(since)s AND facts.occurred_at < %(until)s AND facts.occurred_at <= %(at)s
)
""")
MARKED: Final = SQL("""
WITH {clocks}, {marked}, ranked AS (
    SELECT found.*, count(*) OVER (PARTITION BY mark) AS facts FROM found
    ORDER BY position DESC, mark LIMIT %(longest)s
)
SELECT ranked.mark, ranked.facts, ranked.case_id, cases.case_no, ranked.version, ranked.event_type,
    ranked.occurred_at, ranked.corrected_at, ranked.recorded_at, ranked.item, ranked.position
FROM ranked
JOIN bi.fct_cases AS cases USING (case_id)
ORDER BY ranked.position DESC, ranked.mark
""").format(clocks=CLOCKS, marked=MARKED_FACTS)
MARKS: Final = SQL("WITH {clocks}, {marked} SELECT mark, count(*) AS facts FROM found GROUP BY mark").format(
    clocks=CLOCKS, marked=MARKED_FACTS
)
