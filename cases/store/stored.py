"""What comes out of the log: a stored fact with its seal, and the block that an append was given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eventsourcing.persistence import Notification


@dataclass(frozen=True)
class StoredFact(Notification):
    """A stored event with its position (`id`), the database's clock (UTC) and its leaf (32 bytes)."""

    recorded_at: datetime
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """The contiguous positions of one append and the one instant (UTC) that they were recorded at."""

    first: int
    count: int
    recorded_at: datetime

    @property
    def positions(self) -> list[int]:
        """Every position, in the order of the events."""
        return list(range(self.first, self.first + self.count))
