"""The facts of a case in order of time, with the cycles, the traits and the waits that clocks ask for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from cases import events
from cases.codes import Link
from cases.fact import Fact
from cases.kept import once
from cases.promises.terms import Sought
from cases.recorded import Recorded
from cases.regulation.marking import CUSTOMER_ENDED, Marking, Shape
from cases.regulation.model import Between

CLAIMED: Final = attrgetter("occurred_at")
RECORDED: Final = attrgetter("known_at")
"""The two times of a fact that it may be ordered by."""

Wait = tuple[int, int | None]
"""The facts that opened and ended a wait; None while it lasts."""

_NONE: list[int] = []
_ENDS_ANY_WAIT = frozenset({"Paused", "Closed", "Reopened"})


class Timeline:
    """The facts of a case by time, those of one moment in the order of the log; places in it are plain numbers."""

    def __init__(self, known: Sequence[Recorded], time: Callable[[Recorded], datetime]) -> None:
        """Order facts, given in the order of the log, by a time of theirs."""
        self.known = known
        self.facts = sorted(known, key=time)
        self.times = [time(recorded) for recorded in self.facts]
        self._shapes: dict[int, Shape] = {}
        self._waits: dict[int, tuple[Wait, ...]] = {}

    @once
    def by_name(self) -> dict[str, list[int]]:
        """Give the places of the facts of each name, in order."""
        found: dict[str, list[int]] = {}
        for place, recorded in enumerate(self.facts):
            found.setdefault(type(recorded.fact).__name__, []).append(place)
        return found

    @once
    def case(self) -> str:
        """Name the case, as its clocks are named by it."""
        return str(self.facts[0].originator_id)

    @once
    def reopened(self) -> list[int]:
        """Give the places where the case was reopened."""
        return self.by_name.get("Reopened", _NONE)

    def shape(self, marking: Marking) -> Shape:
        """Give what the case is to a regulation apart from times and values."""
        found = self._shapes.get(id(marking))
        if found is None:
            found = self._shapes[id(marking)] = marking.shape(self.facts)
        return found

    def fact(self, place: int) -> Fact:
        """Give the fact at a place."""
        return self.facts[place].fact

    def version(self, place: int) -> int:
        """Give the version of the fact at a place."""
        return self.facts[place].originator_version

    def matching(self, sought: tuple[Sought, ...]) -> list[int]:
        """Find every fact that one of the patterns means, in order of time."""
        if len(sought) == 1:
            return self._found(sought[0])
        return sorted({place for one in sought for place in self._found(one)})

    def _found(self, sought: Sought) -> list[int]:
        found, pattern = self.by_name.get(sought.name, _NONE), sought.pattern
        return found if pattern is None else [place for place in found if pattern.meets(self.facts[place])]

    def cycle(self, place: int) -> int:
        """Tell in which cycle a fact happened; Reopened is the first of its own."""
        return bisect_right(self.reopened, place) + 1 if self.reopened else 1

    def cycle_begin(self, place: int) -> int:
        """Tell where the cycle of a fact begins."""
        cycle = self.cycle(place)
        return self.reopened[cycle - 2] if cycle > 1 else 0

    def cycle_end(self, cycle: int) -> int:
        """Tell where a cycle is over."""
        return self.reopened[cycle - 1] if cycle <= len(self.reopened) else len(self.facts)

    @once
    def traits(self) -> list[tuple[int, Mapping[str, Any]]]:
        """Give what the case was, from which fact on: as received, then after each classification."""
        received = self.by_name.get("Received")
        known: dict[str, Any] = dict(self.fact(received[-1]).__dict__) if received else {}
        after = ((at, self.fact(at)) for at in self.by_name.get("Classified", ()))
        return [(-1, known), *((at, {**known, **fact.__dict__}) for at, fact in after)]

    @property
    def withdrawn(self) -> list[int]:
        """Find the closings by which the customer gave the demand up, and where it went on in another case."""
        places = sorted((*self.by_name.get("Closed", ()), *self.by_name.get("Linked", ())))
        return [at for at in places if _ends_the_demand(self.fact(at))]

    def waits(self, pauses: tuple[Between, ...]) -> tuple[Wait, ...]:
        """Find when a clock with these pauses stands still: their union over the whole case, in order."""
        if not any(pause.opens.fact in self.by_name for pause in pauses):
            return ()
        known = self._waits.get(id(pauses))
        if known is None:
            found = sorted(wait for pause in pauses for wait in self._waits_of(pause))
            known = self._waits[id(pauses)] = tuple(_joined(found))
        return known

    def _waits_of(self, pause: Between) -> Iterator[Wait]:
        """Follow one pause. A second opening opens nothing, an end without an opening ends nothing.

        A wait ends as well when the case begins to wait for another reason, is closed, or is reopened.
        """
        opened: int | None = None
        names = {pause.opens.fact, *(pattern.fact for pattern in pause.ends), "Closed", "Reopened"}
        for place in sorted(at for name in names for at in self.by_name.get(name, _NONE)):
            recorded = self.facts[place]
            if pause.opens.meets(recorded):
                opened = place if opened is None else opened
            elif opened is not None and (
                type(recorded.fact).__name__ in _ENDS_ANY_WAIT
                or any(pattern.meets(recorded) for pattern in pause.ends)
            ):
                yield opened, place
                opened = None
        if opened is not None:
            yield opened, None


def _ends_the_demand(fact: Fact) -> bool:
    match fact:
        case events.Closed():
            return fact.outcome in CUSTOMER_ENDED
        case events.Linked():
            return fact.link is Link.MERGED_INTO
        case _:
            return False


def _joined(found: list[Wait]) -> Iterator[Wait]:
    """Lay overlapping waits together, so that nothing counts twice."""
    last: Wait | None = None
    for opened, ended in found:
        if last is None:
            last = opened, ended
        elif last[1] is None or opened <= last[1]:
            last = last[0], None if last[1] is None or ended is None else max(last[1], ended)
        else:
            yield last
            last = opened, ended
    if last is not None:
        yield last
