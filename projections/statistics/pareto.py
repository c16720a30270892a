"""What customers complain of most: Pareto by category, cause, product, batch and department."""

from __future__ import annotations

from typing import Final, LiteralString

from psycopg.sql import Literal

from projections.statistics.function import Function
from projections.statistics.parts import LAST, by_month
from projections.tables.columns import Column, Says
from projections.views.target_views import SMALL

_PARETO: LiteralString = """
WITH complaints AS (
    SELECT category, cause, product_id, coalesce(batch, 'unknown') AS batch, department, is_solved, last_position,
        closed_at IS NULL OR closed_at > instant AS is_open
    FROM {fct_complaints}
    WHERE received_at >= since::timestamp AT TIME ZONE zone AND received_at < until::timestamp AT TIME ZONE zone
    AND received_at <= instant
), sums AS (
    SELECT told.dimension, told.code, count(*) AS complaints, count(*) FILTER (WHERE is_open) AS open_complaints,
        count(is_solved) AS asked, count(*) FILTER (WHERE is_solved) AS solved, max(last_position) AS last_position
    FROM complaints CROSS JOIN LATERAL (VALUES
        ('category', category), ('cause', cause), ('product', product_id), ('batch', batch),
        ('department', department)
    ) AS told (dimension, code)
    GROUP BY told.dimension, told.code
), ranked AS (
    SELECT sums.*, (sum(complaints) OVER whole)::bigint AS total, row_number() OVER descending AS place,
        (sum(complaints) OVER (descending ROWS UNBOUNDED PRECEDING))::bigint AS so_far
    FROM sums
    WINDOW whole AS (PARTITION BY dimension), descending AS (whole ORDER BY complaints DESC, code COLLATE "C")
), labels AS (
    SELECT 'category' AS dimension, code, label_zh, label_en FROM {dim_categories}
    UNION ALL SELECT 'cause', code, label_zh, label_en FROM {dim_causes}
    UNION ALL SELECT 'department', code, label_zh, label_en FROM {dim_departments}
    UNION ALL SELECT 'product', product_id, label_zh, label_en FROM {dim_products}
)
SELECT dimension, place, code, coalesce(labels.label_zh, code), coalesce(labels.label_en, code), complaints, total,
    round(complaints::numeric / total, 4), {wilson_low}(complaints, total), {wilson_high}(complaints, total),
    round(so_far::numeric / total, 4), (so_far - complaints) * 5 < total * 4, total < {small}, open_complaints,
    asked, solved, last_position
FROM ranked LEFT JOIN labels USING (dimension, code)
"""
PARETO: Final = Function(
    "complaint_pareto", "某期间投诉的帕累托分析", "What the complaints of a period were of, the most frequent first",
    reads=(
        "fct_complaints", "dim_categories", "dim_causes", "dim_departments", "dim_products", "wilson_low",
        "wilson_high",
    ),
    query=_PARETO, values={"small": Literal(SMALL)},
    columns=(
        Column("dimension", "text", True, Says("维度", "category, cause, product, batch or department")),
        Column("place", "bigint", True, Says("名次", "1 is the most frequent; equals by their code")),
        Column("code", "text", True, Says("代码", "Which one")),
        Column("label_zh", "text", True, Says("名称（中文）", "Its label in Chinese")),
        Column("label_en", "text", True, Says("名称（英文）", "Its label in English")),
        Column("complaints", "bigint", True, Says("投诉数", "How many complaints, open ones among them")),
        Column("total", "bigint", True, Says("投诉总数", "All complaints of the period")),
        Column("share", "numeric", True, Says("占比", "Its share of all, 0 to 1")),
        Column("share_low", "numeric", True, Says("占比95%置信下限", "Lower end of the 95 % Wilson interval")),
        Column("share_high", "numeric", True, Says("占比95%置信上限", "Upper end of the 95 % Wilson interval")),
        Column("cumulated", "numeric", True, Says("累计占比", "Its share together with all more frequent ones")),
        Column("is_vital", "boolean", True, Says("属于前80%", "One of those that together make the first 80 %")),
        Column("is_small", "boolean", True, Says("总数过小", "Fewer than 30 complaints in the period")),
        Column("open_complaints", "bigint", True, Says("其中未结", "Of these, not closed")),
        Column("asked", "bigint", True, Says("已回访", "Of these, asked whether it is solved")),
        Column("solved", "bigint", True, Says("确认已解决", "Of these, confirmed as solved")),
        LAST,
    ),
)  # fmt: skip
PARETO_BY_MONTH: Final = by_month(
    ("rpt_complaint_pareto", "投诉帕累托（按月）", "What complaints are of by month, the most frequent first"),
    PARETO, "fct_complaints", "received_at",
)  # fmt: skip
FUNCTIONS: Final = (PARETO,)
VIEWS: Final = (PARETO_BY_MONTH,)
