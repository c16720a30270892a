"""What there is to be told at an instant, and now: alerts of cases and people, years, values and the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, LiteralString

from psycopg.sql import SQL, Composed, Identifier, Literal

from projections.tables.columns import Column, Says
from projections.views.view import View

COLUMNS: Final = (
    Column("about", "text", False, Says("类别", "case, person, signal, calendar_year, not_configured, parked, behind")),
    Column("name", "text", False, Says("对象标识", "What it is about: alert, person and month, year, promise")),
    Column("what", "text", False, Says("内容", "Alert of the regulation; status of the year; what is lacking")),
    Column("clause_id", "text", True, Says("条款项", "Item of the regulation it comes from")),
    Column("case_id", "uuid", True, Says("案件标识", "The case that makes up the number")),
    Column("same", "text", True, Says("相同之处", "What is the same of what was counted: pseudonyms, codes, tokens")),
    Column("levels", "text[]", True, Says("应通知的角色", "Roles that it is for")),
    Column("told", "text[]", True, Says("已通知的角色", "Roles that were told in the case")),
    Column("times", "bigint", False, Says("次数", "How many")),
    Column("excluded", "bigint", False, Says("已除外（不计）", "How many were left out with leave")),
    Column("at_least", "bigint", True, Says("达到次数", "How many make the alert")),
    Column("since_at", "timestamptz", True, Says("最早一次", "When the first of them happened")),
    Column("reached_at", "timestamptz", True, Says("达到时间", "When there were so many")),
)  # fmt: skip

# What cases and people came to is told from `since` on, what stands is told whenever it began. Facts are told in the
# case that makes up the number, missed clocks by person and period, whichever case they lie in.
# Each way to an index is written out (OFFSET 0 keeps it): the planner takes it whatever it believes of the tables.
# A year that is not published is told from December before on; the firm's values as far as open cases wait for them.
ALERTS_AT: LiteralString = """
CREATE FUNCTION {function}(instant timestamptz, since timestamptz, zone text) RETURNS TABLE ({columns})
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'case', one.alert_id, min(one.alert), min(one.clause_id), one.case_id, min(one.same), one.levels,
        array(SELECT unnest(one.levels) EXCEPT SELECT unnest(one.next_levels)),
        max(beside.times), max(beside.excluded), min(one.at_least), min(beside.since_at), min(one.happened_at)
    FROM (SELECT DISTINCT alert_id FROM {alerts} WHERE happened_at >= since) AS newer
    CROSS JOIN LATERAL (SELECT * FROM {alerts} WHERE alert_id = newer.alert_id OFFSET 0) AS one
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE NOT each.is_excluded) AS times, min(each.happened_at) AS since_at,
            count(*) FILTER (WHERE each.is_excluded) AS excluded
        FROM {alerts} AS each
        WHERE each.subject = one.subject AND each.happened_at <= one.happened_at
        AND (each.counts_until IS NULL OR each.counts_until >= one.happened_at)
    ) AS beside
    WHERE one.is_live AND one.clock_id IS NULL AND one.happened_at <= instant AND beside.times >= one.at_least
    GROUP BY one.alert_id, one.case_id, one.levels, one.next_levels
    HAVING min(one.happened_at) >= since
    UNION ALL
    SELECT 'person', subject || ':' || to_char(min(happened_at) AT TIME ZONE zone, 'YYYY-MM'), min(alert),
        max(clause_id), NULL, min(same), levels, NULL, count(*) FILTER (WHERE NOT is_excluded),
        count(*) FILTER (WHERE is_excluded), at_least, min(happened_at),
        (array_agg(happened_at ORDER BY happened_at) FILTER (WHERE NOT is_excluded))[at_least]
    FROM {alerts}
    WHERE is_live AND clock_id IS NOT NULL AND happened_at < instant AND counts_until >= since
    GROUP BY subject, counts_until, at_least, levels
    HAVING (array_agg(happened_at ORDER BY happened_at) FILTER (WHERE NOT is_excluded))[at_least] >= since
    UNION ALL
    SELECT 'signal', chart || ':' || code || ':' || to_char(month, 'YYYY-MM'), rule, NULL, NULL, code, NULL, NULL,
        complaints, 0, NULL, month::timestamp AT TIME ZONE zone, told_at
    FROM {signals} WHERE told_at >= since AND told_at <= instant
    UNION ALL
    SELECT DISTINCT 'calendar_year', year::text, year_status, NULL, NULL::uuid, calendar_version, NULL::text[],
        NULL::text[], 1, 0, NULL::bigint, NULL::timestamptz,
        make_date(year::int - 1, 12, 1)::timestamp AT TIME ZONE zone
    FROM {days}
    WHERE year_status <> 'official' AND make_date(year::int - 1, 12, 1) <= instant AT TIME ZONE zone
    AND make_date(year::int + 1, 1, 1) > instant AT TIME ZONE zone
    UNION ALL
    SELECT 'not_configured', clause_id, lacking, clause_id, NULL, NULL, NULL, NULL, count(*), 0, NULL,
        min(started_at), min(started_at)
    FROM (
        SELECT clause_id, lacking, started_at FROM {clocks}
        WHERE is_live AND lacking IS NOT NULL AND started_at <= instant AND case_closed_at IS NULL
        UNION ALL
        SELECT clause_id, lacking, started_at FROM {clocks}
        WHERE is_live AND lacking IS NOT NULL AND started_at <= instant AND case_closed_at > instant
    ) AS waiting
    GROUP BY clause_id, lacking
    UNION ALL
    SELECT 'parked', 'tables', min(reason), NULL, NULL, NULL, NULL, NULL, count(*), 0, NULL, min(parked_at),
        min(parked_at)
    FROM {parked} HAVING count(*) > 0
    UNION ALL
    SELECT 'behind', 'tables', 'positions', NULL, NULL, NULL, NULL, NULL, positions_behind, 0, {far}, recorded_at,
        recorded_at
    FROM {freshness} WHERE positions_behind > {far};
END
"""
FAR: Final = 1000
"""Positions behind which the tables are late."""
ALERTS: Final = View(
    "rpt_alerts", "现在应当知悉的警报", "What there is to be told now, with labels",
    reads=("alerts_at", "fct_cases", "dim_regulation_clauses"),
    query="""
SELECT alerts.*, cases.case_no, clauses.clause, clauses.label_zh, clauses.label_en
FROM {alerts_at}(now(), '-infinity', {business_zone}) AS alerts
LEFT JOIN {fct_cases} AS cases USING (case_id)
LEFT JOIN {dim_regulation_clauses} AS clauses USING (clause_id)
""",
    columns=(
        *COLUMNS,
        Column("case_no", "text", True, Says("案件编号", "Case number")),
        Column("clause", "text", True, Says("条款", "Clause of the regulation")),
        Column("label_zh", "text", True, Says("条款项名称（中文）", "Label of the item in Chinese")),
        Column("label_en", "text", True, Says("条款项名称（英文）", "Label of the item in English")),
    ),
)  # fmt: skip


def create(schema: str) -> Iterator[Composed]:
    """Give the statements that make the function, once all tables and the view of freshness stand."""
    function = Identifier(schema, "alerts_at")
    named = {
        "alerts": "fct_alerts", "days": "dim_dates", "clocks": "fct_sla_clocks", "parked": "meta_parked",
        "freshness": "meta_freshness", "signals": "meta_signals",
    }  # fmt: skip
    columns = (SQL("{} {}").format(Identifier(column.name), SQL(column.type)) for column in COLUMNS)
    yield SQL(ALERTS_AT).format(
        function=function,
        columns=SQL(", ").join(columns),
        far=Literal(FAR),
        **{part: Identifier(schema, name) for part, name in named.items()},
    )
    yield SQL("COMMENT ON FUNCTION {}(timestamptz, timestamptz, text) IS {}").format(
        function,
        Literal(
            "某一时刻应当知悉的警报：起始时刻以来达到的、时区"
            " / What there was to be told at an instant: reached since, time zone; as known now"
        ),
    )
