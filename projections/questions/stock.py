"""The store: every item with what came in, went out and is left, and what is to be refilled."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString

from projections.questions.answers import Part, Standing, snapshot, standing_of
from projections.schema import Db


class StockLine(Part):
    """One item; `minimum` is the least of it by the stock list, None where it is not listed."""

    stock: str
    item: str
    label_zh: str | None
    label_en: str | None
    movements: int
    moved_in: int
    moved_out: int
    balance: int
    on_order: int
    minimum: int | None
    is_negative: bool
    is_low: bool
    without_certificate: int
    last_moved_at: datetime | None


class Stock(Part):
    """The store and what the figures stand on; what needs somebody comes first."""

    standing: Standing
    low: int
    negative: int
    items: tuple[StockLine, ...]


ITEMS: LiteralString = """
SELECT * FROM bi.rpt_stock
WHERE %(is_low)s::boolean IS NULL OR is_low = %(is_low)s
ORDER BY is_negative DESC, is_low DESC, stock, item
"""


def stock(connection: Db, *, is_low: bool | None = None) -> Stock:
    """Tell every item of the store, or those that are low, or those that are not."""
    with snapshot(connection) as cursor:
        items = tuple(StockLine.model_validate(row) for row in cursor.execute(ITEMS, {"is_low": is_low}))
        standing = standing_of(cursor)
    return Stock(
        standing=standing,
        low=sum(item.is_low for item in items),
        negative=sum(item.is_negative for item in items),
        items=items,
    )
