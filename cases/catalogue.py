"""The product catalogue: what a firm sells, how cases name it, and which laws bind it beside the firm (X22)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from cases.fact import Months, Part, Word
from cases.regulation.items import Id, Label


class Product(Part):
    """One product. Cases name it by line and model, and by batch where it tells any.

    In `models` and `batches` a * stands for anything; without models all of its line fit.
    """

    id: Word
    label: Label
    product_line: Word
    models: tuple[Word, ...] = ()
    batches: tuple[Word, ...] = ()
    sold_since: date | None = None
    manual_warranty_months: Months | None = None
    laws: tuple[Id, ...] = ()

    def is_called(self, product_line: str, model: str | None) -> bool:
        """Tell whether line and model name it."""
        return product_line == self.product_line and _fits(self.models, model)

    def is_of(self, batch: str | None) -> bool:
        """Tell whether a batch is one of its own."""
        return _fits(self.batches, batch)


class Catalogue(Part):
    """Every product from a day on; of two that fit a case the first one is meant."""

    version: Word
    effective_from: date
    product: Annotated[tuple[Product, ...], Field(min_length=1)]

    def called(self, product_line: str, model: str | None) -> Iterator[Product]:
        """Give the products that line and model name, in order."""
        return (one for one in self.product if one.is_called(product_line, model))

    @model_validator(mode="after")
    def _products_are_told_once(self) -> Self:
        if len({product.id for product in self.product}) < len(self.product):
            raise ValueError("two products have one id")
        return self


def _fits(written: tuple[str, ...], name: str | None) -> bool:
    if not written or name is None:
        return not written
    return any(re.fullmatch(".*".join(map(re.escape, one.split("*"))), name) for one in written)
