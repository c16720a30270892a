"""`bi.rpt_programmes`: every period of every programme that has begun, how it stands now, and what came of it."""

from __future__ import annotations

from typing import Final

from projections.tables.columns import Column, Says
from projections.views.view import View

PROGRAMMES_NOW: Final = View(
    "rpt_programmes", "例行任务执行情况", "Programmes by period: owed, overdue, held, and their measures",
    reads=("dim_programmes", "stream_id"),
    query="""
WITH begun AS (
    SELECT told.*, (now() AT TIME ZONE zone)::date AS today,
        CASE months WHEN 0 THEN interval '7 days' ELSE make_interval(months => months::int) END AS step
    FROM {dim_programmes} AS told WHERE first_day IS NOT NULL
), periods AS (
    SELECT begun.*, day::date AS begins_on, (day + step)::date AS after_on, (day + step + step)::date AS overdue_on,
        CASE months
            WHEN 0 THEN to_char(day, 'IYYY-"W"IW') WHEN 1 THEN to_char(day, 'YYYY-MM')
            WHEN 3 THEN to_char(day, 'YYYY-"Q"Q') WHEN 12 THEN to_char(day, 'YYYY')
            WHEN 6 THEN to_char(day, 'YYYY') || '-H' || extract(month FROM day)::int / 6 + 1
            ELSE to_char(day, 'YYYY-MM') || '-P' || months || 'M'
        END AS period
    FROM begun CROSS JOIN LATERAL generate_series(first_day::timestamp, today::timestamp, step) AS day
    WHERE last_day IS NULL OR day + step <= last_day + 1
), streams AS (
    SELECT periods.*, {stream_id}(concat_ws(':', 'programme', regulation, programme, period)) AS stream_id
    FROM periods
)
SELECT regulation, programme, clause, label_zh, label_en, kind, period, begins_on, after_on, overdue_on,
    CASE
        WHEN held IS NOT NULL THEN 'held' WHEN today < after_on THEN 'running'
        WHEN today >= overdue_on THEN 'overdue' ELSE 'owed'
    END AS standing,
    (held ->> 'occurred_at')::timestamptz AS held_at, held ->> 'actor' AS held_by, held ->> 'role' AS held_as,
    (held #>> ARRAY['fact', 'position'])::bigint AS position,
    held #>> ARRAY['fact', 'figures', 'sha256'] AS figures_sha256,
    measures, measures - followed AS measures_open, published_at, stream_id, last_position
FROM streams CROSS JOIN LATERAL (
    SELECT (array_agg(state ORDER BY version DESC) FILTER (WHERE topic = 'programme.held.v1'))[1] AS held,
        count(*) FILTER (WHERE topic = 'programme.measure_set.v1') AS measures,
        count(DISTINCT state #>> ARRAY['fact', 'measure'])
            FILTER (WHERE topic = 'programme.effect_seen.v1') AS followed,
        min(recorded_at) FILTER (WHERE topic = 'programme.published.v1' AND version > held_version) AS published_at,
        coalesce(max(notification_id), 0) AS last_position
    FROM (
        SELECT originator_version AS version, topic, recorded_at, notification_id,
            convert_from(state, 'UTF8')::jsonb AS state,
            max(originator_version) FILTER (WHERE topic = 'programme.held.v1') OVER () AS held_version
        FROM log.case_events WHERE originator_id = streams.stream_id
    ) AS facts
) AS found
""",
    columns=(
        Column("regulation", "text", True, Says("制度", "The regulation")),
        Column("programme", "text", True, Says("例行任务", "Name of the programme inside it")),
        Column("clause", "text", True, Says("条款", "Clause of the text")),
        Column("label_zh", "text", True, Says("名称（中文）", "Label in Chinese")),
        Column("label_en", "text", True, Says("名称（英文）", "Label in English")),
        Column("kind", "text", True, Says("类别", "audit, survey, ranking, digest or evaluation")),
        Column("period", "text", True, Says("周期", "The period, for example 2026-10 or 2026-Q4")),
        Column("begins_on", "date", True, Says("周期首日", "Its first day")),
        Column("after_on", "date", True, Says("周期结束次日", "The first day after it: from here on it is owed")),
        Column("overdue_on", "date", True, Says("逾期起始日", "From this day on it is overdue")),
        Column("standing", "text", True, Says("现在的状态", "How it stands now: running, owed, overdue, held")),
        Column("held_at", "timestamptz", True, Says("执行时间", "When it was held")),
        Column("held_by", "text", True, Says("执行人代号", "Pseudonym of who held it")),
        Column("held_as", "text", True, Says("执行角色", "In which role")),
        Column("position", "bigint", True, Says("数据依据的日志位置", "Log position that its figures stand on")),
        Column("figures_sha256", "text", True, Says("数据摘要", "sha256 of the figures that were frozen")),
        Column("measures", "bigint", True, Says("整改项数", "Measures that were set")),
        Column("measures_open", "bigint", True, Says("未跟踪的整改项数", "Of these, without an effect seen")),
        Column("published_at", "timestamptz", True, Says("结果公布时间", "When what stands was first told")),
        Column("stream_id", "uuid", True, Says("事实流标识", "Its stream in the log")),
        Column("last_position", "bigint", True, Says("依据的日志位置", "Log position of its newest fact, 0 for none")),
    ),
)  # fmt: skip
