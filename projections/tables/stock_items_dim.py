"""`bi.dim_stock_items`: what is kept in store and the least of each, one row for each published version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, NamedTuple

from cases.regulation.rules import Reference
from projections.casefile import UNKNOWN
from projections.tables.columns import Says
from projections.tables.dims import NOT_KNOWN, LabelEn, LabelZh
from projections.tables.table import Table


class StockItemRow(NamedTuple):
    """One item as one version of the stock list has it."""

    item: Annotated[str, Says("物料编号", "Its number, as movements name it")]
    stock: Annotated[str, Says("物料种类", "What kind of thing; labels in dim_codes, vocabulary stock")]
    version: Annotated[str, Says("目录版本", "Version of the stock list")]
    minimum: Annotated[int, Says("最低库存", "Below so many pieces it is to be refilled")]
    is_current: Annotated[bool, Says("现行", "Of the version that was published last")]
    label_zh: LabelZh
    label_en: LabelEn


STOCK_ITEMS: Final = Table(
    "dim_stock_items", StockItemRow, ("item", "stock", "version"), "库存目录", "The stock list",
    fixed=(StockItemRow(UNKNOWN, UNKNOWN, UNKNOWN, 0, False, *NOT_KNOWN),),
)  # fmt: skip


def stock_item_rows(reference: Reference) -> Iterator[StockItemRow]:
    """Give every item of every published version."""
    for document in reference.stock_lists:
        is_current = document is reference.stock_lists[-1]
        for one in document.item:
            yield StockItemRow(
                one.id, one.stock.value, document.version, one.minimum, is_current, one.label.zh, one.label.en,
            )  # fmt: skip
