"""The facts of goods and visits: what moved, and who went where."""

from __future__ import annotations

from cases import codes
from cases.fact import Fact, Instant, Word
from cases.personal import PersonalRef


class Delivered(Fact):
    """Goods arrived, at the firm (inbound) or at the customer (outbound)."""

    topic = "case.delivered.v1"

    direction: codes.Direction
    is_damaged: bool = False


class Replaced(Fact):
    """The goods were exchanged for others."""

    topic = "case.replaced.v1"

    old_serial: PersonalRef | None = None
    new_serial: PersonalRef | None = None
    product_model: Word | None = None


class Booked(Fact):
    """A visit or intervention was arranged."""

    topic = "case.booked.v1"

    begins_at: Instant | None = None
    ends_at: Instant | None = None
