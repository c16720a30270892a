"""What repairs did to the goods of a case: how often in vain, for how many days, and since when others are in hand.

Counted within one case: what was repaired under another one does not show here. Days are counted by Civil Code 201,
without the day on which the goods came in, until the customer has them again; a wait for parts counts like a stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final

from cases.codes import Cause
from cases.events import Inspected, Reopened, Repaired, Replaced, Revisited
from cases.fact import Fact
from cases.recorded import Recorded
from cases.regulation.items import Between
from cases.regulation.patterns import Pattern

_BACK: Final = (Pattern(fact="Delivered", where={"direction": ("outbound",)}), Pattern(fact="Replaced"))
IN_REPAIR: Final = (
    Between.model_validate(
        {"from": Pattern(fact="Delivered", where={"direction": ("inbound",)}), "to": _BACK}
    ),
    Between.model_validate(
        {"from": Pattern(fact="CustodyTaken"), "to": (Pattern(fact="CustodyReturned"), *_BACK)}
    ),
)
"""From when to when the customer is without the goods."""
FOR_PARTS: Final = Between.model_validate(
    {
        "from": Pattern(fact="Paused", where={"reason": ("waiting_for_parts",)}),
        "to": (Pattern(fact="Resumed"), Pattern(fact="Replaced")),
    }
)
"""From when to when parts were waited for."""
TELLING: Final = frozenset(
    {"Classified", "Inspected", "Rejected", "Reopened", "Repaired", "Revisited"}
    | {pattern.fact for span in (*IN_REPAIR, FOR_PARTS) for pattern in (span.opens, *span.ends)}
)
"""The facts that the counters rest on, and those at which they are asked for: an open stay has lasted until then."""

Days = frozenset[date]


@dataclass(frozen=True)
class Stays:
    """The counters of one case; `until` is the moment up to which an open stay has lasted."""

    facts: Sequence[Recorded]
    until: datetime | None
    local_day: Callable[[datetime], date]

    @cached_property
    def restarted_on(self) -> date | None:
        """Give the day of the newest exchange; None where the first goods are still in hand."""
        exchanged = [known.occurred_at for known in self._in_order if isinstance(known.fact, Replaced)]
        return self.local_day(exchanged[-1]) if exchanged else None

    @cached_property
    def repairs(self) -> tuple[int, int]:
        """Count the repairs in vain of one fault, and what they come to with those whose fault is not told."""
        best = perhaps = 0
        done: list[Cause] = []
        for fact in (known.fact for known in self._since_exchange):
            fault = fact.cause if isinstance(fact, Repaired) else done[-1] if done else Cause.UNKNOWN
            if _is_there_again(fact):
                named = max(map(done.count, done), default=0) if fault is Cause.UNKNOWN else done.count(fault)
                perhaps = max(perhaps, min(len(done), named + done.count(Cause.UNKNOWN)))
                best = max(best, 0 if fault is Cause.UNKNOWN else named)
            if isinstance(fact, Repaired) and fact.cause is not Cause.NO_FAULT:
                done.append(fact.cause)
        return best, perhaps

    @cached_property
    def repair_days(self) -> int:
        """Give the longest stay since the newest exchange, in days without those on which parts were waited for."""
        return max((len(stay - self._waiting) for stay in self._stays), default=0)

    @cached_property
    def parts_days(self) -> int:
        """Give the longest stay in which parts were waited for, in days from when the goods came in."""
        return max((len(stay) for stay in (*self._stays, *self._waits) if stay & self._waiting), default=0)

    def lost(self, starts: date, ends: date) -> int:
        """Count the days between two dates on which the goods were in repair or parts were missing.

        Each puts off the end by one, so that a day in what was won that way counts, too.
        """
        lost = 0
        for day in sorted(frozenset().union(*self._stays, *self._waits)):
            lost += starts < day <= ends + timedelta(days=lost)
        return lost

    @cached_property
    def _in_order(self) -> tuple[Recorded, ...]:
        return tuple(sorted(self.facts, key=lambda known: (known.occurred_at, known.originator_version)))

    @cached_property
    def _since_exchange(self) -> tuple[Recorded, ...]:
        exchanged = [at for at, known in enumerate(self._in_order) if isinstance(known.fact, Replaced)]
        return self._in_order[exchanged[-1] + 1 :] if exchanged else self._in_order

    @cached_property
    def _stays(self) -> tuple[Days, ...]:
        return tuple(stay for between in IN_REPAIR for stay in self._spans(between))

    @cached_property
    def _waits(self) -> tuple[Days, ...]:
        return tuple(self._spans(FOR_PARTS))

    @cached_property
    def _waiting(self) -> Days:
        return frozenset().union(*self._waits)

    def _spans(self, between: Between) -> Iterator[Days]:
        facts = self._since_exchange
        for at, known in enumerate(facts):
            if between.opens.meets(known):
                ended = next((late for late in facts[at + 1 :] if _ends(between, known, late)), None)
                until = (
                    ended.occurred_at
                    if ended
                    else max(self.until or facts[-1].occurred_at, known.occurred_at)
                )
                yield _days(self.local_day(known.occurred_at), self.local_day(until))


def _ends(between: Between, opened: Recorded, late: Recorded) -> bool:
    """Tell whether a fact ends what another one began; goods against a receipt come back against the same."""
    receipt = getattr(opened.fact, "receipt_no", None)
    same = getattr(late.fact, "receipt_no", receipt) == receipt
    return same and any(pattern.meets(late) for pattern in between.ends)


def _days(first: date, last: date) -> Days:
    return frozenset(first + timedelta(days=count) for count in range(1, (last - first).days + 1))


def _is_there_again(fact: Fact) -> bool:
    """Tell whether a fact shows that the repair before it was in vain."""
    match fact:
        case Repaired() | Reopened():
            return True
        case Revisited(is_solved=solved):
            return not solved
        case Inspected(is_passed=passed):
            return passed is False
        case _:
            return False
