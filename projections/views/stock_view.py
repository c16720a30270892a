"""`bi.rpt_stock`: what is in store by the movements of all cases, and what of it is low."""

from __future__ import annotations

from typing import Final

from projections.tables.columns import Column, Says
from projections.views.view import View

STOCK: Final = View(
    "rpt_stock", "库存台账", "The store by item: in, out, balance, what is low",
    reads=("fct_part_movements", "dim_stock_items"),
    query="""
WITH moved AS (
    SELECT stock, item, count(*) AS movements,
        coalesce(sum(store_change) FILTER (WHERE store_change > 0), 0)::bigint AS moved_in,
        coalesce(-sum(store_change) FILTER (WHERE store_change < 0), 0)::bigint AS moved_out,
        sum(store_change)::bigint AS balance,
        greatest(0, coalesce(sum(quantity) FILTER (WHERE movement = 'ordered'), 0)
            - coalesce(sum(quantity) FILTER (WHERE movement = 'received'), 0))::bigint AS on_order,
        count(*) FILTER (WHERE movement = 'received' AND certificate_no IS NULL) AS without_certificate,
        max(occurred_at) AS last_moved_at, max(last_position) AS last_position
    FROM {fct_part_movements} GROUP BY stock, item
), listed AS (
    SELECT stock, item, minimum, label_zh, label_en FROM {dim_stock_items} WHERE is_current
)
SELECT stock, item, label_zh, label_en, coalesce(movements, 0) AS movements,
    coalesce(moved_in, 0) AS moved_in, coalesce(moved_out, 0) AS moved_out, coalesce(balance, 0) AS balance,
    coalesce(on_order, 0) AS on_order, minimum,
    coalesce(balance, 0) < 0 AS is_negative, coalesce(coalesce(balance, 0) < minimum, false) AS is_low,
    coalesce(without_certificate, 0) AS without_certificate, last_moved_at, coalesce(last_position, 0) AS last_position
FROM moved FULL JOIN listed USING (stock, item)
""",
    columns=(
        Column("stock", "text", True, Says("物料种类", "What kind of thing; labels in dim_codes, vocabulary stock")),
        Column("item", "text", True, Says("物料编号", "Its number")),
        Column("label_zh", "text", True, Says("物料名称（中文）", "Its name in Chinese; empty if it is not listed")),
        Column("label_en", "text", True, Says("物料名称（英文）", "Its name in English; empty if it is not listed")),
        Column("movements", "bigint", True, Says("出入库次数", "How many movements were told of it")),
        Column("moved_in", "bigint", True, Says("入库数量", "How many came into store, returns included")),
        Column("moved_out", "bigint", True, Says("出库数量", "How many left the store")),
        Column("balance", "bigint", True, Says("库存结余", "What is in store: in less out")),
        Column("on_order", "bigint", True, Says("在途订购数量", "Ordered and not come into store yet")),
        Column("minimum", "bigint", True, Says("最低库存", "The least of it, by the stock list; empty if not listed")),
        Column("is_negative", "boolean", True, Says("结余为负", "More left the store than ever came in")),
        Column("is_low", "boolean", True, Says("低于最低库存", "Below the least: it is to be refilled")),
        Column("without_certificate", "bigint", True, Says("无合格证入库次数", "Came in without a certificate")),
        Column("last_moved_at", "timestamptz", True, Says("最近出入库时间", "When it was last moved")),
        Column("last_position", "bigint", True, Says("依据的日志位置", "Log position of the newest fact under it")),
    ),
)  # fmt: skip
