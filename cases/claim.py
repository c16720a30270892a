"""What a customer's claim looks like at one point of a case: the traits that conditions ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.events import Classified, Inspected, Received
from cases.recorded import Recorded

_FOUND = ("is_human_damage", "is_packaging_intact", "are_accessories_complete")


@dataclass(frozen=True, slots=True)
class Claim:
    """A demand as far as the facts tell: what was asked for when, how it was classified, what was found on the goods.

    `found` holds the newest yes or no that an inspection (or for human damage, the classification) gave.
    """

    applied_at: datetime | None = None
    received: Received | None = None
    classified: Classified | None = None
    found: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, history: Sequence[Recorded], classified: Classified | None = None) -> Claim:
        """Read a claim off facts in order; `classified` stands for a classification not yet recorded."""
        intake = next((known for known in history if isinstance(known.fact, Received)), None)
        kinds = [known.fact for known in history if isinstance(known.fact, Classified)]
        newest = classified or (kinds[-1] if kinds else None)
        return cls(
            applied_at=intake.occurred_at if intake else None,
            received=intake.fact if intake and isinstance(intake.fact, Received) else None,
            classified=newest,
            found=_found(newest, history),
        )

    def traits(self) -> dict[str, Any]:
        """Give the fields of Received, over them those of Classified; damage not shown to be human is not."""
        traits: dict[str, Any] = {}
        for fact in (self.received, self.classified):
            if fact is not None:
                traits |= {name: getattr(fact, name) for name in type(fact).model_fields}
        return traits | {"is_human_damage": self.found.get("is_human_damage", False)}


def _found(classified: Classified | None, history: Sequence[Recorded]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for fact in (classified, *(known.fact for known in history if isinstance(known.fact, Inspected))):
        for name in _FOUND:
            value = getattr(fact, name, None)
            if value is not None:
                found[name] = value
    return found
