"""What a customer's claim looks like at one point of a case: the traits that conditions ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.events import Classified, Inspected, Received, Reopened
from cases.recorded import Recorded
from cases.regulation.stays import TELLING

_CLASSIFIED = frozenset(Classified.model_fields)
_FOUND = ("is_human_damage", "is_packaging_intact", "are_accessories_complete")


@dataclass(frozen=True, slots=True)
class Claim:
    """A demand as far as the facts tell: what was asked for when, how it was classified, what was found on the goods.

    `inspected` holds the newest yes or no that an inspection gave; a classification may speak of human damage too.
    `goods` are the facts that tell of repairs, and of nothing else; `told_at` is when it is asked for, where known.
    """

    applied_at: datetime | None = None
    received: Received | None = None
    classified: Classified | None = None
    inspected: dict[str, bool] = field(default_factory=dict)
    goods: tuple[Recorded, ...] = ()
    told_at: datetime | None = None

    @classmethod
    def of(cls, history: Iterable[Recorded]) -> Claim:
        """Read a claim off facts in order; the first Received counts, and the newest Classified."""
        applied_at: datetime | None = None
        received: Received | None = None
        classified: Classified | None = None
        inspected: dict[str, bool] = {}
        goods: list[Recorded] = []
        for recorded in history:
            fact = recorded.fact
            if type(fact).__name__ in TELLING:
                goods.append(recorded)
            if isinstance(fact, Received):
                if received is None:
                    applied_at, received = recorded.occurred_at, fact
            elif isinstance(fact, Classified):
                classified = fact
            elif isinstance(fact, Inspected):
                seen = ((name, getattr(fact, name)) for name in _FOUND)
                inspected |= {name: value for name, value in seen if value is not None}
        return cls(applied_at, received, classified, inspected, tuple(goods))

    @property
    def demanded_at(self) -> datetime | None:
        """Give when the customer last came: the newest reopening, else when the case was received."""
        again = [known.occurred_at for known in self.goods if isinstance(known.fact, Reopened)]
        return max(again, default=self.applied_at)

    @property
    def found(self) -> dict[str, bool]:
        """Give what is known of the goods; an inspection goes before the classification."""
        told = None if self.classified is None else self.classified.is_human_damage
        return self.inspected if told is None else {"is_human_damage": told} | self.inspected

    def trait(self, name: str) -> Any:
        """Give a field of Classified, else of Received; damage not shown to be human is not; None when not known."""
        if name == "is_human_damage":
            return self.found.get(name, False)
        fact = self.classified if name in _CLASSIFIED else self.received
        return getattr(fact, name, None)
