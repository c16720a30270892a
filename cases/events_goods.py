"""The facts of goods and visits: what moved, and who went where."""

from __future__ import annotations

from cases import codes
from cases.fact import Fact, Instant, Quantity, Word
from cases.personal import PersonalRef


class Delivered(Fact):
    """Goods arrived, at the firm (inbound) or at the customer (outbound)."""

    topic = "case.delivered.v1"

    direction: codes.Direction
    is_damaged: bool = False
    quantity: Quantity | None = None


class Replaced(Fact):
    """The goods were exchanged for others."""

    topic = "case.replaced.v1"

    old_serial: PersonalRef | None = None
    new_serial: PersonalRef | None = None
    product_model: Word | None = None
    is_original_recovered: bool | None = None


class Booked(Fact):
    """A visit or intervention was arranged."""

    topic = "case.booked.v1"

    begins_at: Instant | None = None
    ends_at: Instant | None = None
    purpose: codes.Purpose | None = None
    is_agreed: bool | None = None


class Arrived(Fact):
    """People came to the customer; late, and why (S2 三·二/4-8, S4 四(一)1)."""

    topic = "case.arrived.v1"

    purpose: codes.Purpose = codes.Purpose.VISIT
    late_because: codes.Lateness | None = None
    is_id_shown: bool = False


class Installed(Fact):
    """Goods were put in place and set going (S2 二/11, S4 三(三))."""

    topic = "case.installed.v1"

    is_function_tested: bool = False
    is_use_explained: bool = False
    product_model: Word | None = None


class Tracked(Fact):
    """The carrier told how goods fare on their way (S0 四/3)."""

    topic = "case.tracked.v1"

    direction: codes.Direction
    transit: codes.Transit


class CustodyTaken(Fact):
    """Goods of the customer were taken along, by agreement and against a receipt (S2 三/8, 三·二/19)."""

    topic = "case.custody_taken.v1"

    receipt_no: Word
    product_model: Word | None = None
    serial: PersonalRef | None = None
    is_agreed: bool = True


class CustodyReturned(Fact):
    """They came back to the customer; the receipt should come back, too (S2 三/8)."""

    topic = "case.custody_returned.v1"

    receipt_no: Word
    is_receipt_recovered: bool


class StockMoved(Fact):
    """A part, sample or other goods were ordered, moved or fitted for this case (S2 七, 八; S3 七; S4 二(三)2).

    `item` is its number, as leave names it; `is_covered` tells whether the warranty pays.
    """

    topic = "case.stock_moved.v1"

    movement: codes.Movement
    stock: codes.Stock
    item: Word
    quantity: Quantity = 1
    order_no: Word | None = None
    certificate_no: Word | None = None
    is_same_quality: bool | None = None
    is_covered: bool | None = None
