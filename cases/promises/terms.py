"""The terms of a promise: what starts and ends it and when it is due, read from regulation, settings and calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from cases.calendars.counting import Calendar, add, elapsed
from cases.errors import BrokenHistory
from cases.fact import Fact
from cases.kept import Kept
from cases.promises.clock import Lacking
from cases.promises.limits import Limit, Span, extended, limit_of, told_in
from cases.regulation.bound import Bound
from cases.regulation.items import Between, Promise
from cases.regulation.marking import FROM_MORE_THAN_A_FIELD
from cases.regulation.patterns import Pattern, Wanted


@dataclass(frozen=True, slots=True)
class Sought:
    """A pattern to look for among the facts of one name; None where every one of them fits."""

    name: str
    pattern: Pattern | None

    @classmethod
    def of(cls, pattern: Pattern) -> Sought:
        """Make ready to look for a pattern."""
        is_plain = not (pattern.where or pattern.has or pattern.lacks or pattern.by)
        return cls(pattern.fact, None if is_plain else pattern)


@dataclass(frozen=True)
class Terms:
    """A promise ready to be counted. What is lacking is said, never guessed."""

    promise: Promise
    due: Limit | None
    """The latest moment that is in time; None for what is never too late."""
    earliest: Limit | None
    """The earliest moment that is not too early."""
    base: Limit
    """The one of both whose calendar is the clock's own time base."""
    lacking: Lacking | None
    told: tuple[str, ...]
    """The fields in which the start fact must tell a moment."""
    agreed: tuple[Sought, ...]
    """The facts that may tell a moment agreed later."""
    start: Sought
    """What begins it; in a chain, what begins the first of the chain."""
    before: Terms | None
    """The promise whose stop starts this one."""
    same: tuple[str, ...]
    """The fields by whose values its clocks stand apart."""
    stops: tuple[Sought, ...]
    cancels: tuple[Sought, ...]
    lapses: tuple[tuple[Sought, tuple[Sought, ...]], ...]
    """What ends it, and what takes that back."""
    asked: tuple[tuple[str, Wanted], ...]
    pauses: tuple[Between, ...]
    """Equal pauses of one regulation are one object."""
    derived: Bound | None
    """What to derive traits with, where the promise asks for one that no fact holds, such as the warranty."""

    @cached_property
    def is_alike(self) -> bool:
        """Tell whether it runs alike in all cases of one shape: it asks for no dates, and no values to be the same."""
        if self.derived is not None or self.same:
            return False
        return self.before is None or (not self.told and self.before.is_alike)

    @cached_property
    def is_simple(self) -> bool:
        """Tell whether all it asks for is a due moment, on one calendar, never agreed anew and never too early."""
        return not (self.lacking or self.earliest or self.agreed or self.base.earlier)

    def applies(self, traits: Mapping[str, Any]) -> bool:
        """Tell whether a case with these traits is meant, as Condition does."""
        for name, wanted in self.asked:  # noqa: SIM110 - a generator costs twice as much, for every case of a rebuild
            if traits.get(name) not in wanted:
                return False
        return True

    def is_made_by(self, fact: Fact) -> bool:
        """Tell whether a start fact makes the promise: one with a moment needs the moment."""
        return all(told_in(fact, field) is not None for field in self.told)

    def warned_at(
        self, start: datetime, unpaused_due: datetime, spans: list[Span], calendar: Calendar
    ) -> tuple[datetime, ...]:
        """Give when each warning share of the time had passed; none where there was no time at all."""
        if not self.promise.warn:
            return ()
        whole = elapsed(start, unpaused_due, calendar)
        if whole <= timedelta(0):
            return ()
        moments = [add(start, whole * share, calendar) for share in self.promise.warn]
        return tuple([extended(at, spans, calendar) for at in moments] if spans else moments)


def _start(promise: Promise, before: Terms | None) -> Sought:
    if promise.start is not None:
        return Sought.of(promise.start)
    if before is None:
        raise BrokenHistory("A promise comes after one that is not told before it", promise=promise.id)
    return before.start


def _terms(bound: Bound, promise: Promise, before: Terms | None, pauses: list[tuple[Between, ...]]) -> Terms:
    due = None if promise.within.is_endless else limit_of(bound, promise.within)
    earliest = None if promise.not_before is None else limit_of(bound, promise.not_before)
    limits = [limit for limit in (due, earliest) if limit is not None]
    if promise.pause not in pauses:
        pauses.append(promise.pause)
    return Terms(
        promise=promise,
        due=due,
        earliest=earliest,
        base=limits[0],
        lacking=next((limit.lacking for limit in limits if limit.lacking), None),
        told=tuple(limit.until for limit in limits if limit.until is not None),
        agreed=tuple(map(Sought.of, promise.agreed.told)) if promise.agreed else (),
        start=_start(promise, before),
        before=before,
        same=promise.same,
        stops=tuple(map(Sought.of, promise.stop)),
        cancels=tuple(map(Sought.of, promise.cancel)),
        lapses=tuple((Sought.of(one.opens), tuple(map(Sought.of, one.ends))) for one in promise.lapse),
        asked=tuple(promise.applies.where.items()),
        pauses=pauses[pauses.index(promise.pause)],
        derived=None if FROM_MORE_THAN_A_FIELD.isdisjoint(promise.applies.where) else bound,
    )


_READ: Final = Kept[tuple[int, int, int], tuple[Bound, tuple[Terms, ...]]](256)
"""Terms by the very documents they were read from; the kept Bound keeps those, and so their ids, alive."""


def terms_of(bound: Bound) -> tuple[Terms, ...]:
    """Read the terms of every promise of a regulation as bound; read once for the same documents."""
    key = (id(bound.regulation), id(bound.settings), id(bound.calendars))
    found = _READ.get(key)
    if found is None:
        pauses: list[tuple[Between, ...]] = []
        known: dict[str | None, Terms] = {}
        for promise in bound.regulation.promise:
            known[promise.id] = _terms(bound, promise, known.get(promise.after), pauses)
        found = _READ.keep(key, (bound, tuple(known.values())))
    return found[1]
