"""The stock list: the items that a firm keeps in store and the least of each, as it publishes them (S2 七/4)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from cases.codes import Stock
from cases.fact import Part, Word
from cases.regulation.items import Label


class StockItem(Part):
    """One item; below `minimum` pieces it is to be refilled."""

    id: Word
    stock: Stock
    label: Label
    minimum: Annotated[int, Field(ge=0, le=10**6)] = 0


class StockList(Part):
    """Every item that is kept; the version that was published last is the one that holds."""

    version: Word
    item: Annotated[tuple[StockItem, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _items_are_told_once(self) -> Self:
        if len({(item.id, item.stock) for item in self.item}) < len(self.item):
            raise ValueError("two entries have one id and kind of stock")
        return self
