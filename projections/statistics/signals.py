"""`bi.rpt_signals`: every signal that was told, with the figures it rested on and those of today."""

from __future__ import annotations

from typing import Final, LiteralString

from projections.statistics.function import Function
from projections.statistics.parts import LAST, MONTH
from projections.tables.columns import Column, Says
from projections.views.view import View

# A stream for each month, named as replay/signals.py names it.
_TOLD: LiteralString = """
WITH told AS (
    SELECT months.month, convert_from(facts.state, 'UTF8')::jsonb AS told, facts.recorded_at, facts.notification_id
    FROM (
        SELECT day::date AS month, {stream_id}('signals:' || to_char(day, 'YYYY-MM')) AS stream_id
        FROM generate_series(timestamp '2000-01-01', localtimestamp, interval '1 month') AS day
    ) AS months
    JOIN log.case_events AS facts ON facts.originator_id = months.stream_id AND facts.topic = 'signal.told.v1'
)
SELECT month, told #>> ARRAY['fact', 'chart'] AS chart, told #>> ARRAY['fact', 'code'] AS code,
    told #>> ARRAY['fact', 'rule'] AS rule, (told #>> ARRAY['fact', 'complaints'])::bigint AS complaints,
    (told #>> ARRAY['fact', 'exposure'])::bigint AS exposure, (told #>> ARRAY['fact', 'centre'])::numeric AS centre,
    (told #>> ARRAY['fact', 'upper'])::numeric AS upper,
    (told #>> ARRAY['fact', 'baseline_complaints'])::bigint AS baseline_complaints,
    (told #>> ARRAY['fact', 'position'])::bigint AS position, recorded_at AS told_at,
    told #>> ARRAY['fact', 'code_version'] AS code_version,
    ARRAY(SELECT jsonb_array_elements_text(told #> ARRAY['fact', 'regulations'])) AS regulations,
    notification_id AS last_position
FROM told
"""
_SAID: Final = (
    MONTH,
    Column("chart", "text", True, Says("控制图", "all, product, batch or cause; vocabulary chart in dim_codes")),
    Column("code", "text", True, Says("代码", "Which product, batch or cause")),
    Column("rule", "text", True, Says("信号", "Rule that was broken; vocabulary chart_rule in dim_codes")),
    Column("complaints", "bigint", True, Says("当时投诉数", "Complaints of the month, as it was told")),
    Column("exposure", "bigint", True, Says("当时受理案件数", "Cases opened in the month, as it was told")),
    Column("centre", "numeric", True, Says("当时中心线", "Centre line by case opened, as it was told")),
    Column("upper", "numeric", True, Says("当时上控制限", "Upper limit by case opened, as it was told")),
    Column("baseline_complaints", "bigint", True, Says("当时基准投诉数", "Complaints of the months before")),
    Column("position", "bigint", True, Says("当时依据的日志位置", "Log position that it rested on")),
    Column("told_at", "timestamptz", True, Says("记录时间", "When the log recorded it")),
    Column("code_version", "text", True, Says("程序版本", "Version of the program that told it")),
    Column("regulations", "text[]", True, Says("制度及版本", "Regulations that were published by then")),
    LAST,
)  # fmt: skip
TOLD: Final = View(
    "meta_signals",
    "已记录的信号",
    "Signals as they were told",
    reads=("stream_id",),
    query=_TOLD,
    columns=_SAID,
)
"""A view, because it may read the log where its readers may not."""
# The chart is drawn once for each month that has signals.
_SIGNALS: LiteralString = """
WITH signals AS (
    SELECT * FROM {meta_signals}
), charts AS (
    SELECT months.month, chart.*
    FROM (SELECT DISTINCT month FROM signals) AS months
    CROSS JOIN LATERAL {control_chart}(now(), {business_zone}, months.month) AS chart
)
SELECT signals.*, coalesce(now.label_zh, signals.code) AS label_zh, coalesce(now.label_en, signals.code) AS label_en,
    coalesce(now.rule, 'none') AS rule_now, coalesce(now.complaints, 0) AS complaints_now,
    (signals.rule, signals.complaints, signals.exposure, signals.baseline_complaints)
        IS DISTINCT FROM (now.rule, now.complaints, now.exposure, now.baseline_complaints) AS is_revised,
    coalesce(now.open_complaints, 0) AS open_complaints
FROM signals LEFT JOIN charts AS now
    ON (now.month, now.dimension, now.code) = (signals.month, signals.chart, signals.code)
"""
SIGNALS: Final = View(
    "rpt_signals", "控制图信号（已记录）", "Signals of the control charts that were told, beside today's figures",
    reads=("meta_signals", "control_chart"), query=_SIGNALS,
    columns=(
        *_SAID,
        Column("label_zh", "text", True, Says("名称（中文）", "Its label in Chinese")),
        Column("label_en", "text", True, Says("名称（英文）", "Its label in English")),
        Column("rule_now", "text", True, Says("现在的信号", "How the month stands by what is known now")),
        Column("complaints_now", "bigint", True, Says("现在的投诉数", "Complaints of the month by what is known now")),
        Column("is_revised", "boolean", True, Says("依据已变", "A later fact changed what it rested on; it stands")),
        Column("open_complaints", "bigint", True, Says("其中未结", "Of its complaints, not closed now")),
    ),
)  # fmt: skip
FUNCTIONS: Final[tuple[Function, ...]] = ()
VIEWS: Final = (SIGNALS,)
