"""The SQL of the SLA dashboard. Every statement reads only the clocks that started in the period."""

from __future__ import annotations

from typing import Final, LiteralString

from psycopg.sql import SQL, Composed, Identifier

from projections.tables.sla_clocks_table import SUMMED
from projections.tables.sla_days_table import TABLE, sums

HASHED: Final = """
SET LOCAL enable_sort = off;
SET LOCAL work_mem = '32MB';
SET LOCAL min_parallel_index_scan_size = '1TB';
SET LOCAL parallel_tuple_cost = 0
"""
"""Clocks come in some hundred groups, which the planner cannot know: it would sort all of them, and share every reading
of them between processes instead of giving each process one of its own."""
PLANNED: Final = """
SET LOCAL enable_sort TO DEFAULT;
SET LOCAL work_mem TO DEFAULT;
SET LOCAL min_parallel_index_scan_size TO DEFAULT;
SET LOCAL parallel_tuple_cost TO DEFAULT
"""
"""For everything else it is to choose."""
ASKED: Final = SQL("""
    (%(department)s::text IS NULL OR department = %(department)s)
    AND (%(kind)s::text IS NULL OR kind = %(kind)s)
    AND (%(is_live)s::boolean IS NULL OR is_live = %(is_live)s)
""")
PERIOD: Final = SQL("""
    FROM bi.sla_clocks_at(%(at)s) AS clocks
    WHERE started_at >= %(since)s AND started_at < %(until)s AND {asked}
""").format(asked=ASKED)
# There are sums of whole days, which tell how clocks stand now. Clocks that ended since the instant, or whose case was
# closed, are taken out of them; where these are many, and from `summed_until` on, all are counted one by one.
EDGES: Final = SQL("""
WITH walls AS (
    SELECT date_trunc('day', %(since)s::timestamptz AT TIME ZONE %(zone)s) AS first,
        date_trunc('day', least(%(until)s, %(at)s)::timestamptz AT TIME ZONE %(zone)s) AS last
), summed AS (
    SELECT max(last) AS until FROM walls
    WHERE first < last AND %(zone)s = bi.business_zone()
    AND (%(since)s::timestamptz - interval '1 microsecond') AT TIME ZONE %(zone)s < first
    AND (last AT TIME ZONE %(zone)s - interval '1 microsecond') AT TIME ZONE %(zone)s < last
    AND NOT EXISTS (SELECT FROM bi.fct_sla_clocks WHERE ended_at > %(at)s OFFSET %(many)s)
    AND NOT EXISTS (SELECT FROM bi.fct_cases WHERE closed_at > %(at)s OFFSET %(many)s)
)
SELECT coalesce(summed.until AT TIME ZONE %(zone)s, %(since)s) AS summed_until, array(
    SELECT begins AT TIME ZONE %(zone)s
    FROM generate_series(
        date_trunc(%(grain)s, %(since)s::timestamptz AT TIME ZONE %(zone)s),
        greatest(%(since)s, %(until)s::timestamptz - interval '1 microsecond') AT TIME ZONE %(zone)s,
        ('1 ' || %(grain)s)::interval
    ) AS begins ORDER BY begins
) AS begins
FROM summed
""")
"""When the days, weeks or months begin that the period touches, and until when there are sums of its days."""
IS_ONE: Final = SQL("cardinality(%(begins)s::timestamptz[]) = 1")
STRETCH: Final = SQL("CASE WHEN {} THEN 1 ELSE greatest(1, width_bucket({}, %(begins)s::timestamptz[])) END")
# Where a day begins twice, the first stretch begins with its second midnight, and yet has all of it.
STARTED: Final = STRETCH.format(IS_ONE, Identifier("started_at"))
# Clocks that are counted alike, and which of them are overdue.
ALIKE: LiteralString = """
    SELECT clause_id, department, stretch, standing, standing_unadjusted, verdict_as_recorded, is_never_closed,
        count(*) AS clocks,
        array_agg(ROW(case_id, cycle)) FILTER (WHERE cycle > 1) AS of_later_cycles,
        count(*) FILTER (WHERE previous_started_at IS NULL OR previous_started_at < %(since)s) AS first_in_period,
        count(*) FILTER (
            WHERE previous_started_at IS NULL OR previous_started_at < CASE
                WHEN {is_one} THEN %(since)s ELSE greatest(%(since)s, (%(begins)s::timestamptz[])[stretch])
            END
        ) AS first_in_stretch,
        array_agg(ROW(due_at, case_id, cycle)) FILTER (WHERE standing = 'overdue') AS overdue,
        NULL::float8[] AS working, NULL::float8[] AS raw
    FROM (
        SELECT *, {started} AS stretch, case_closed_at IS NULL OR case_closed_at > %(at)s AS is_never_closed
        {clocks}
    ) AS clocks
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def _alike(clocks: Composed | SQL) -> Composed:
    return SQL(ALIKE).format(is_one=IS_ONE, started=STARTED, clocks=clocks)


AFTER: Final = _alike(PERIOD + SQL("AND started_at >= %(summed_until)s"))
SINGLE: Final = _alike(PERIOD + SQL("AND started_at < %(summed_until)s AND NOT {}").format(SQL(SUMMED)))
"""Of the days that are summed up, the clocks that are not."""
SINCE: Final = SQL("""
since AS MATERIALIZED (
    SELECT clocks.* FROM (
        SELECT case_id FROM bi.fct_sla_clocks WHERE ended_at > %(at)s AND %(summed_until)s > %(since)s
        UNION SELECT case_id FROM bi.fct_cases WHERE closed_at > %(at)s AND %(summed_until)s > %(since)s
    ) AS cases
    CROSS JOIN LATERAL (
        SELECT found.* FROM bi.sla_clocks_at(%(at)s) AS found WHERE found.case_id = cases.case_id OFFSET 0
    ) AS clocks
    WHERE started_at >= %(since)s AND started_at < %(summed_until)s AND {asked} AND {summed}
    AND (ended_at > %(at)s OR case_closed_at > %(at)s)
)
""").format(asked=ASKED, summed=SQL(SUMMED))
"""Of the clocks that are summed up, those of which something else was true at the instant."""
CHANGED: Final = _alike(SQL("FROM since"))
DAYS: Final = SQL("""
    SELECT clause_id, department, stretch, verdict, verdict_unadjusted, nullif(verdict_as_recorded, 'unknown'),
        NOT is_closed, sum(clocks)::bigint, NULL::record[],
        sum(clocks) FILTER (WHERE is_first OR previous_at < %(since)s)::bigint,
        sum(clocks) FILTER (
            WHERE is_first OR previous_at < greatest(%(since)s, (%(begins)s::timestamptz[])[stretch])
        )::bigint,
        NULL::record[], NULL::float8[], NULL::float8[]
    FROM (
        SELECT *, previous_on::timestamp AT TIME ZONE %(zone)s AS previous_at, {stretch} AS stretch
        FROM (SELECT * FROM bi.fct_sla_days UNION ALL SELECT {names}, -clocks FROM ({changed}) AS changed) AS kept
        WHERE started_on >= (%(since)s::timestamptz AT TIME ZONE %(zone)s)::date
        AND started_on < (%(summed_until)s::timestamptz AT TIME ZONE %(zone)s)::date AND {asked}
    ) AS days
    GROUP BY 1, 2, 3, 4, 5, 6, 7
""").format(
    stretch=STRETCH.format(IS_ONE, SQL("started_on::timestamp AT TIME ZONE %(zone)s")), asked=ASKED,
    names=TABLE.key_names, changed=sums(SQL("since"), SQL("%(zone)s")),
)  # fmt: skip
# How long ended clocks took, by clause: a clause has one department. Durations of a line are sorted by themselves, and
# so in one piece of memory each; what runs around the clock and was never paused took the same both ways.
TOOK: Final = SQL("""
    SELECT clause_id, NULL::text, NULL::integer, NULL::text, NULL::text, NULL::text, NULL::boolean, NULL::bigint,
        NULL::record[], NULL::bigint, NULL::bigint, NULL::record[],
        took.working, CASE WHEN ended.raw = ended.working THEN took.working ELSE (
            SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds) FROM unnest(ended.raw) AS seconds
        ) END
    FROM (
        SELECT clause_id, array_agg(working_seconds) AS working, array_agg(raw_seconds) AS raw
        FROM bi.fct_sla_clocks
        WHERE started_at >= %(since)s AND started_at < %(until)s AND started_at <= %(at)s
        AND verdict IN ('met', 'breached') AND ended_at <= %(at)s AND {asked}
        GROUP BY clause_id
    ) AS ended
    CROSS JOIN LATERAL (
        SELECT percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds) FROM unnest(ended.working) AS seconds
    ) AS took (working)
""").format(asked=ASKED)
# Each in a reading of its own, so that two processes share the work where there are two. A clock is the first of its
# kind in its case unless one of an earlier cycle is in the period, too, and the first of its case unless the one before
# it is: so cases count along with their clocks. OFFSET 0 has each looked up by its case.
PARTS: Final = SQL("""
{since}, found AS MATERIALIZED (
    {after} UNION ALL {single} UNION ALL {changed} UNION ALL {days} UNION ALL {took}
), times AS (
    SELECT clause_id, working[1] AS working_p50, working[2] AS working_p90, raw[1] AS raw_p50,
        raw[2] AS raw_p90
    FROM found WHERE clocks IS NULL
), parts AS MATERIALIZED (
    SELECT found.*, clocks - (
        SELECT count(*) FROM unnest(of_later_cycles) AS later (case_id uuid, cycle bigint)
        WHERE EXISTS (
            SELECT FROM bi.fct_sla_clocks AS earlier
            WHERE earlier.case_id = later.case_id AND earlier.clause_id = found.clause_id
            AND earlier.department = found.department AND earlier.cycle < later.cycle
            AND earlier.started_at >= %(since)s AND earlier.started_at < %(until)s AND earlier.started_at <= %(at)s
            OFFSET 0
        )
    ) AS cases
    FROM found WHERE clocks IS NOT NULL
)
""").format(since=SINCE, after=AFTER, single=SINGLE, changed=CHANGED, days=DAYS, took=TOOK)
# One department sees a case in which another one had the clock before its own: these are told apart by their ids.
SEEN: Final = SQL("""
seen AS MATERIALIZED (
    SELECT {started} AS stretch, case_id,
        case_closed_at IS NULL OR case_closed_at > %(at)s AS is_never_closed
    {period} AND %(department)s::text IS NOT NULL GROUP BY 1, 2, 3
), seen_cases AS (
    SELECT stretch, count(DISTINCT case_id) AS cases,
        count(DISTINCT case_id) FILTER (WHERE is_never_closed) AS cases_never_closed
    FROM seen GROUP BY GROUPING SETS ((), (stretch)) HAVING count(*) > 0
)
""").format(started=STARTED, period=PERIOD)
COUNTED: Final = SQL("""
    coalesce(sum(clocks), 0)::bigint AS started,
    coalesce(sum(clocks) FILTER (WHERE standing = 'met'), 0)::bigint AS met,
    coalesce(sum(clocks) FILTER (WHERE standing = 'breached'), 0)::bigint AS breached,
    coalesce(sum(clocks) FILTER (WHERE standing = 'overdue'), 0)::bigint AS overdue,
    coalesce(sum(clocks) FILTER (WHERE standing = 'running'), 0)::bigint AS running,
    coalesce(sum(clocks) FILTER (WHERE standing = 'paused'), 0)::bigint AS paused,
    coalesce(sum(clocks) FILTER (WHERE standing = 'cancelled'), 0)::bigint AS cancelled,
    coalesce(sum(clocks) FILTER (WHERE standing = 'excluded'), 0)::bigint AS excluded,
    coalesce(sum(clocks) FILTER (WHERE standing = 'not_configured'), 0)::bigint AS not_configured,
    coalesce(sum(clocks) FILTER (WHERE standing_unadjusted = 'met'), 0)::bigint AS raw_met,
    coalesce(sum(clocks) FILTER (WHERE standing_unadjusted IN ('met', 'breached', 'overdue')), 0)::bigint AS raw_due,
    coalesce(sum(clocks) FILTER (
        WHERE standing IN ('met', 'breached') AND verdict_as_recorded = 'met'
    ), 0)::bigint AS recorded_met,
    coalesce(sum(clocks) FILTER (
        WHERE standing IN ('met', 'breached', 'overdue') AND verdict_as_recorded IS NOT NULL
    ), 0)::bigint AS recorded_due,
    CASE WHEN grouping(clause_id) = 0 THEN sum(cases) WHEN grouping(stretch) = 0 THEN sum(first_in_stretch)
        ELSE sum(first_in_period) END::bigint AS counted_cases,
    CASE WHEN grouping(clause_id) = 0 THEN sum(cases) FILTER (WHERE is_never_closed)
        WHEN grouping(stretch) = 0 THEN sum(first_in_stretch) FILTER (WHERE is_never_closed)
        ELSE sum(first_in_period) FILTER (WHERE is_never_closed) END::bigint AS counted_never_closed
""")
WORST: Final = SQL("""
worst AS (
    SELECT array_agg(case_id) AS case_ids, array_agg(clause_id) AS clause_ids, array_agg(cycle) AS cycles
    FROM (
        SELECT late.case_id, parts.clause_id, late.cycle
        FROM parts CROSS JOIN LATERAL unnest(overdue) AS late (due_at timestamptz, case_id uuid, cycle bigint)
        ORDER BY late.due_at FETCH FIRST (%(longest)s) ROWS WITH TIES
    ) AS longest_overdue
)
""")
"""Which clocks are overdue the longest, in no order."""
FIGURES: Final = SQL("""
WITH {parts}, {seen}, {worst}, sums AS (
    SELECT grouping(stretch) = 0 AS is_trend, stretch, clause_id, department, {counted}
    FROM parts GROUP BY GROUPING SETS ((), (stretch), (clause_id, department))
)
SELECT sums.*, ((%(begins)s::timestamptz[])[sums.stretch] AT TIME ZONE %(zone)s)::date AS begins_on,
    coalesce(seen_cases.cases, sums.counted_cases, 0) AS cases,
    coalesce(seen_cases.cases_never_closed, sums.counted_never_closed, 0) AS cases_never_closed,
    times.working_p50, times.working_p90, times.raw_p50, times.raw_p90,
    clauses.item AS promise, clauses.regulation_id AS regulation,
    clauses.clause, clauses.label_zh, clauses.label_en,
    departments.label_zh AS department_zh, departments.label_en AS department_en,
    worst.case_ids, worst.clause_ids, worst.cycles
FROM sums
LEFT JOIN worst ON NOT sums.is_trend AND sums.clause_id IS NULL
LEFT JOIN seen_cases ON sums.clause_id IS NULL AND seen_cases.stretch IS NOT DISTINCT FROM sums.stretch
LEFT JOIN times USING (clause_id)
LEFT JOIN bi.dim_regulation_clauses AS clauses USING (clause_id)
LEFT JOIN bi.dim_departments AS departments ON departments.code = sums.department
ORDER BY sums.stretch, sums.breached + sums.overdue DESC, sums.clause_id, sums.department
""").format(parts=PARTS, seen=SEEN, worst=WORST, counted=COUNTED)
"""The total names the clocks that are overdue the longest; OVERDUE tells of them."""
# OFFSET 0 has each clock looked up by its case, however many clocks there are.
OVERDUE: Final = SQL("""
SELECT clocks.clock_id, clocks.case_id, cases.case_no, clauses.clause, clauses.label_zh, clauses.label_en,
    clocks.department, clocks.due_at, clocks.overdue_seconds, clocks.escalated_level, clocks.escalated_at
FROM unnest(%(case_ids)s::uuid[], %(clause_ids)s::text[], %(cycles)s::bigint[]) AS worst (case_id, clause_id, cycle)
CROSS JOIN LATERAL (
    SELECT * FROM bi.sla_clocks_at(%(at)s) AS found
    WHERE found.case_id = worst.case_id AND found.clause_id = worst.clause_id AND found.cycle = worst.cycle OFFSET 0
) AS clocks
JOIN bi.dim_regulation_clauses AS clauses ON clauses.clause_id = clocks.clause_id
JOIN bi.fct_cases AS cases ON cases.case_id = clocks.case_id
ORDER BY clocks.due_at, clocks.clock_id
LIMIT %(longest)s
""")
# Facts are looked up by their case: they stand in the log under it.
MARKED: Final = SQL("""
WITH found AS MATERIALIZED (
    SELECT 'backdated' AS mark, case_id, unnest(backdated_facts) AS position {period} AND backdated_facts IS NOT NULL
    UNION
    SELECT 'corrected', case_id, unnest(corrected_facts) {period} AND corrected_facts IS NOT NULL
    UNION
    SELECT 'excluded', case_id, unnest(excluding_facts) {period} AND excluding_facts IS NOT NULL
    UNION ALL
    SELECT 'overridden', facts.case_id, facts.position
    FROM bi.fct_case_events AS facts
    WHERE facts.subject = 'override' AND facts.event_type = 'Approved'
    AND facts.occurred_at >= %(since)s AND facts.occurred_at < %(until)s AND facts.occurred_at <= %(at)s
), newest AS (
    SELECT * FROM found ORDER BY position DESC, mark LIMIT %(longest)s
), counted AS (
    SELECT mark, count(*) AS facts FROM found GROUP BY mark
)
SELECT counted.mark, counted.facts, newest.case_id, cases.case_no, facts.version, facts.event_type,
    facts.occurred_at, facts.corrected_at, facts.recorded_at, facts.item, newest.position
FROM counted LEFT JOIN newest USING (mark)
LEFT JOIN bi.fct_case_events AS facts ON facts.case_id = newest.case_id AND facts.position = newest.position
LEFT JOIN bi.fct_cases AS cases ON cases.case_id = newest.case_id
ORDER BY newest.position DESC, counted.mark
""").format(period=PERIOD)
"""Every mark with how many facts have it, and the newest of all of them; a mark without any of these stands alone."""
