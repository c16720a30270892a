"""Goods on their way, in custody, in and out of store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from cases import codes
from cases.case import Case
from cases.command import Command
from cases.commands.once import Once, named
from cases.errors import Refused
from cases.events import CustodyReturned, CustodyTaken, Shipped, StockMoved, Tracked
from cases.fact import Fact, Quantity, Word
from cases.personal import Personal
from cases.regulation.rules import Rules


class Track(Command):
    """Note how goods fare on their way (S0 四/3)."""

    fact: ClassVar[type[Fact]] = Tracked
    apart: ClassVar[tuple[str, ...]] = ("direction",)

    direction: codes.Direction
    transit: codes.Transit

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        if named(case, Shipped, direction=self.direction) is None:
            raise Refused(
                "Nothing was shipped this way; record Shipped first", rule="shipped-first", clause="S0 四/3"
            )
        yield from super().decide(case, rules, now)


class TakeCustody(Once):
    """Take goods of the customer along, by agreement and against a receipt (S2 三/8, 三·二/19)."""

    fact: ClassVar[type[Fact]] = CustodyTaken
    apart: ClassVar[tuple[str, ...]] = ("receipt_no",)

    receipt_no: Annotated[Word, Field(description="number of the receipt given to the customer")]
    product_model: Word | None = None
    serial: Personal | None = None
    is_agreed: bool = True


class ReturnCustody(Once):
    """Bring goods back that were taken along, and take the receipt back (S2 三/8)."""

    fact: ClassVar[type[Fact]] = CustodyReturned
    apart: ClassVar[tuple[str, ...]] = ("receipt_no",)

    receipt_no: Word
    is_receipt_recovered: Annotated[bool, Field(description="whether the customer gave the receipt back")]

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        if named(case, CustodyTaken, receipt_no=self.receipt_no) is None:
            raise Refused(
                "Nothing was taken along against this receipt; record CustodyTaken first",
                rule="custody-first",
                clause="S2 三/8",
            )
        yield from super().decide(case, rules, now)


class MoveStock(Command):
    """Record a part, sample or goods ordered, moved or fitted for this case (S2 七, S3 七, S4 二(三)2)."""

    fact: ClassVar[type[Fact]] = StockMoved
    apart: ClassVar[tuple[str, ...]] = ("item", "stock")

    movement: codes.Movement
    stock: codes.Stock
    item: Annotated[Word, Field(description="its number, as the leave to order or fit it names it")]
    quantity: Quantity = 1
    order_no: Word | None = None
    certificate_no: Annotated[Word | None, Field(description="certificate of the part (S3 七)")] = None
    is_same_quality: Annotated[
        bool | None, Field(description="of the same quality as the original part (S4 一(三)3)")
    ] = None
    is_covered: Annotated[bool | None, Field(description="whether the warranty pays for it (S3 七)")] = None
