"""Control charts of complaints: by product, batch and cause, is a month out of what the months before it let expect."""

from __future__ import annotations

from typing import Final, LiteralString

from psycopg.sql import Literal

from projections.statistics.function import Function
from projections.statistics.parts import IS_OVER, LAST, MONTH
from projections.tables.columns import Column, Says
from projections.views.view import View

BASELINE: Final = 24
"""Months before the judged one that say what is to be expected."""
LEAST: Final = 12
"""With fewer of them that had cases, nothing is expected and nothing is out of it."""
RUN: Final = 8
"""So many months in a row above the centre line, the judged one among them, are no chance either."""
FEW: Final = 5
"""With fewer complaints to be expected, the limits of the chart are rough."""
# What is not known (yet) is no group: its complaints stand in the chart of all.
# A u-chart: complaints by case opened (Montgomery, Introduction to Statistical Quality Control, 7.3.2), with the
# correction of Laney (2002, Quality Engineering 14:531-537) where the baseline scatters more than chance lets it. A
# month counts as above the limit only by 2.25 complaints more: the upper limit of their square roots (Anscombe 1948,
# Biometrika 35:246-254), which holds for small numbers too.
_CHART: LiteralString = """
WITH months AS (
    SELECT place, place <= {baseline} AS is_before, begins AT TIME ZONE zone AS begins_at,
        (begins + interval '1 month') AT TIME ZONE zone AS ends_at
    FROM generate_series(
        date_trunc('month', judged::timestamp) - make_interval(months => {baseline}),
        date_trunc('month', judged::timestamp), interval '1 month'
    ) WITH ORDINALITY AS begun (begins, place)
), volumes AS MATERIALIZED (
    SELECT place, is_before, ends_at, (
        SELECT count(*) FROM {fct_cases} WHERE opened_at >= begins_at AND opened_at < ends_at AND opened_at <= instant
    ) AS exposure
    FROM months
), complaints AS (
    SELECT months.place, told.dimension, told.code, count(*) AS complaints,
        count(*) FILTER (WHERE closed_at IS NULL OR closed_at > instant) AS open_complaints,
        max(last_position) AS last_position
    FROM months
    JOIN {fct_complaints} ON received_at >= begins_at AND received_at < ends_at AND received_at <= instant
    CROSS JOIN LATERAL (VALUES
        ('all', 'all'), ('product', product_id), ('batch', batch), ('cause', cause)
    ) AS told (dimension, code)
    WHERE told.code <> 'unknown'
    GROUP BY months.place, told.dimension, told.code
), charted AS (
    SELECT groups.dimension, groups.code, volumes.*, coalesce(found.complaints, 0) AS complaints,
        coalesce(found.open_complaints, 0) AS open_complaints, found.last_position
    FROM (
        SELECT dimension, code FROM complaints GROUP BY dimension, code
        HAVING sum(complaints) >= {baseline} OR max(place) > {baseline} OR dimension = 'all'
    ) AS groups
    CROSS JOIN volumes LEFT JOIN complaints AS found USING (dimension, code, place)
    WHERE exposure > 0
), centred AS (
    SELECT charted.*, (sum(complaints) FILTER (WHERE is_before) OVER one
        / sum(exposure) FILTER (WHERE is_before) OVER one)::double precision AS centre
    FROM charted WINDOW one AS (PARTITION BY dimension, code)
), scored AS (
    SELECT centred.*, CASE WHEN is_before AND centre > 0
        THEN (complaints - centre * exposure) / sqrt(centre * exposure) END AS z
    FROM centred
), moved AS (
    SELECT scored.*, abs(z - lag(z) OVER (PARTITION BY dimension, code ORDER BY place)) AS moved FROM scored
), sums AS (
    SELECT dimension, code, max(centre) AS centre, count(*) FILTER (WHERE is_before) AS baseline_months,
        coalesce(sum(complaints) FILTER (WHERE is_before), 0)::bigint AS baseline_complaints,
        sum(z * z) AS dispersion, avg(moved) * sqrt(pi()) / 2 AS sigma_z, bool_or(NOT is_before) AS is_charted,
        count(*) FILTER (WHERE complaints > centre * exposure AND place > {baseline} + 1 - {run}) = {run} AS is_run,
        max(complaints) FILTER (WHERE NOT is_before) AS complaints,
        max(exposure) FILTER (WHERE NOT is_before) AS exposure,
        max(open_complaints) FILTER (WHERE NOT is_before) AS open_complaints,
        max(ends_at) <= instant AS is_over, max(last_position) AS last_position
    FROM moved GROUP BY dimension, code
), widths AS MATERIALIZED (
    SELECT sums.*, {chi_square_tail}(dispersion, baseline_months - 1) AS chance FROM sums WHERE is_charted
), limits AS MATERIALIZED (
    SELECT widths.*, CASE WHEN chance < 0.05 THEN greatest(1, sigma_z) ELSE 1 END AS width,
        CASE WHEN baseline_months >= {least} THEN sqrt(centre / exposure) END AS sigma
    FROM widths
), labels AS (
    SELECT 'cause' AS dimension, code, label_zh, label_en FROM {dim_causes}
    UNION ALL SELECT 'product', product_id, label_zh, label_en FROM {dim_products}
    UNION ALL SELECT 'all', 'all', '全部投诉', 'All complaints'
)
SELECT dimension, code, coalesce(labels.label_zh, code), coalesce(labels.label_en, code), complaints, exposure,
    complaints::double precision / exposure, centre,
    CASE WHEN sigma IS NOT NULL THEN greatest(0, centre - 3 * width * sigma) END,
    centre + 3 * width * sigma, sigma_z, dispersion, chance, chance < 0.05, width, baseline_months, baseline_complaints,
    centre * exposure, centre * exposure < {few},
    CASE
        WHEN sigma IS NULL THEN 'too_few_months'
        WHEN complaints > (centre + 3 * width * sigma) * exposure + 2.25 * width * width THEN 'above'
        WHEN complaints < (centre - 3 * width * sigma) * exposure THEN 'below'
        WHEN is_run THEN 'run_above' ELSE 'none'
    END,
    is_over, open_complaints, last_position
FROM limits LEFT JOIN labels USING (dimension, code)
"""
CHART: Final = Function(
    "control_chart", "某月投诉控制图（u图，必要时Laney修正）", "The control chart of complaints at a month",
    reads=("fct_cases", "fct_complaints", "dim_causes", "dim_products", "chi_square_tail"), query=_CHART,
    parameters="instant timestamptz, zone text, judged date",
    values={
        "baseline": Literal(BASELINE), "least": Literal(LEAST), "run": Literal(RUN), "few": Literal(FEW),
    },
    columns=(
        Column("dimension", "text", True, Says("维度", "all, product, batch or cause")),
        Column("code", "text", True, Says("代码", "Which one")),
        Column("label_zh", "text", True, Says("名称（中文）", "Its label in Chinese")),
        Column("label_en", "text", True, Says("名称（英文）", "Its label in English")),
        Column("complaints", "bigint", True, Says("投诉数", "Complaints received in the month")),
        Column("exposure", "bigint", True, Says("受理案件数", "Cases opened in the month, of all kinds and products")),
        Column("u", "double precision", True, Says("每案投诉数", "Complaints by case opened")),
        Column("centre", "double precision", True, Says("中心线", "The same over the 24 months before it together")),
        Column("lower", "double precision", True, Says("下控制限", "Lower limit; empty with too few months")),
        Column("upper", "double precision", True, Says("上控制限", "Upper limit; empty with too few months")),
        Column("sigma_z", "double precision", True, Says("Laney修正系数", "Laney's sigma z of the months before it")),
        Column("dispersion", "double precision", True, Says("离散度（卡方）", "Chi-square of the months before it")),
        Column("chance", "double precision", True, Says("离散度的概率", "Chance of as much scatter without a cause")),
        Column("is_overdispersed", "boolean", True, Says("过离散", "That chance is below 5 %: limits are widened")),
        Column("width", "double precision", True, Says("所用宽度系数", "By how much limits are widened, 1 for not")),
        Column("baseline_months", "bigint", True, Says("基准月数", "Months before it that had cases, 24 at most")),
        Column("baseline_complaints", "bigint", True, Says("基准投诉数", "Complaints in them")),
        Column("expected", "double precision", True, Says("期望投诉数", "Complaints to be expected in the month")),
        Column("is_small", "boolean", True, Says("期望数过小", "Fewer than 5 are expected: the limits are rough")),
        Column("rule", "text", True, Says("信号", "above, below, run_above (8 months), none, too_few_months")),
        IS_OVER,
        Column("open_complaints", "bigint", True, Says("其中未结", "Of its complaints, not closed")),
        LAST,
    ),
)  # fmt: skip
_BY_MONTH: LiteralString = """
SELECT month::date AS month, found.*
FROM generate_series(
    (SELECT min(received_month) FROM {fct_complaints})::timestamp,
    (SELECT max(received_month) FROM {fct_complaints})::timestamp, interval '1 month'
) AS month
CROSS JOIN LATERAL {control_chart}(now(), {business_zone}, month::date) AS found
"""
BY_MONTH: Final = View(
    "rpt_control_chart", "投诉控制图（按月）", "Control chart of complaints by month: product, batch, cause",
    reads=("fct_complaints", "control_chart"), query=_BY_MONTH, columns=(MONTH, *CHART.columns),
)  # fmt: skip
FUNCTIONS: Final = (CHART,)
VIEWS: Final = (BY_MONTH,)
