"""How the clocks of one promise run over the facts of a case in order of time: start, pauses, end."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from cases import events
from cases.clock import Stretch
from cases.codes import Outcome
from cases.fact import Fact
from cases.patterns import Condition, Pattern
from cases.promise_terms import Terms
from cases.recorded import Recorded
from cases.regulation import Pause, Promise

Entry = tuple[datetime, int, Recorded]
"""When, version, what; the moment is the claim or the log's own, as the timeline was made."""

CUSTOMER_ENDED = frozenset({Outcome.WITHDRAWN, Outcome.QUOTE_DECLINED})
"""The customer's own ends: after them nothing more is owed. Any other closing leaves every clock as it is."""


@dataclass(frozen=True)
class Timeline:
    """The facts of a case in order of time, facts of one instant in the order of the log."""

    entries: tuple[Entry, ...]
    by_name: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, entry in enumerate(self.entries):
            self.by_name.setdefault(type(entry[2].fact).__name__, []).append(index)

    def fact(self, index: int) -> Fact:
        """Give the fact at a place."""
        return self.entries[index][2].fact

    def matching(self, patterns: Iterable[Pattern]) -> list[int]:
        """Find every fact that one of the patterns means, in order of time."""
        named = [
            (pattern, self.by_name[pattern.fact]) for pattern in patterns if pattern.fact in self.by_name
        ]
        return sorted({at for pattern, found in named for at in found if pattern.meets(self.entries[at][2])})

    @cached_property
    def reopened(self) -> list[int]:
        """Find where each cycle after the first begins."""
        return self.by_name.get("Reopened", [])

    def cycle(self, index: int) -> int:
        """Tell in which cycle a fact happened; Reopened is the first of its own."""
        return bisect_right(self.reopened, index) + 1

    def cycle_end(self, cycle: int) -> int:
        """Tell where a cycle is over."""
        return self.reopened[cycle - 1] if cycle <= len(self.reopened) else len(self.entries)

    @cached_property
    def traits(self) -> list[tuple[int, Mapping[str, Any]]]:
        """Give what the case was, from which fact on: as received, then after each classification."""
        received = self.by_name.get("Received")
        known: dict[str, Any] = dict(self.fact(received[-1]).__dict__) if received else {}
        after = ((at, self.fact(at)) for at in self.by_name.get("Classified", ()))
        return [
            (-1, known),
            *((at, {**known, **fact.__dict__, "coverage": _coverage(fact)}) for at, fact in after),
        ]

    @cached_property
    def withdrawn(self) -> list[int]:
        """Find the closings by which the customer gave the demand up."""
        found = ((at, self.fact(at)) for at in self.by_name.get("Closed", ()))
        return [
            at for at, fact in found if isinstance(fact, events.Closed) and fact.outcome in CUSTOMER_ENDED
        ]

    def cancels(self, promise: Promise) -> list[int]:
        """Find what ends a promise without a stop: its own cancel facts, and the customer's giving up."""
        return sorted([*self.matching(promise.cancel), *self.withdrawn]) if promise.cancel else self.withdrawn


def _coverage(fact: Fact) -> str:
    verdicts = fact.verdicts if isinstance(fact, events.Classified) else ()
    for verdict in verdicts:
        if "warranty" in verdict.entitlement and verdict.is_granted is not None:
            return "in_warranty" if verdict.is_granted else "out_of_warranty"
    return "unknown"


@dataclass(frozen=True, slots=True)
class Run:
    """One clock on a timeline: where it starts and ends, and the pauses between."""

    start: int
    cycle: int
    number: int
    """1, or the rank by version among the starts of its cycle."""
    stop: int | None
    lapse: int | None
    """The fact that cancelled it: the customer gave up, or a classification by which it no longer applies."""
    stretches: tuple[Stretch, ...]

    @property
    def end(self) -> int | None:
        """Give the fact that ended it."""
        return self.stop if self.stop is not None else self.lapse


def first_after(found: list[int], index: int) -> int | None:
    """Give the first of some sorted places that comes after one."""
    at = bisect_right(found, index)
    return found[at] if at < len(found) else None


def lapse_of(held: list[tuple[int, bool]], start: int, cycle_end: int) -> tuple[bool, int | None]:
    """Tell whether a clock came to apply within its cycle, and by which fact it ceased to.

    Within the cycle the last classification decides; a later cycle may only end what still applied.
    """
    applied, lapsed = False, None
    for at, holds in held:
        if at > start and at >= cycle_end and (not applied or lapsed is not None):
            break
        if holds:
            applied, lapsed = True, None
        elif at <= start:
            applied = False
        elif lapsed is None:
            lapsed = at
    return applied, lapsed


def runs(timeline: Timeline, terms: Terms) -> list[Run]:
    """Find every run of a promise: one a cycle, and one more where it starts again after it ended."""
    starts = _starts(timeline, terms)
    if not starts:
        return []
    held = _held(timeline, terms.promise.applies)
    if not any(holds for _, holds in held):
        return []
    stops, cancels = timeline.matching(terms.stops), timeline.cancels(terms.promise)
    stretches = standstills(timeline, terms.promise.pause)
    found: list[Run] = []
    for start in starts:
        cycle = timeline.cycle(start)
        if _still_runs(found, cycle, start, terms):
            continue
        applies, lapse = lapse_of(held, start, timeline.cycle_end(cycle))
        if applies:
            found.append(_run(timeline, start, cycle, _ends(start, lapse, stops, cancels), stretches))
    return _numbered(timeline, found)


def _starts(timeline: Timeline, terms: Terms) -> list[int]:
    """Find the start facts; a reopened case is received again, for promises that start at Received."""
    begin = terms.promise.start
    starts = [at for at in timeline.matching((begin,)) if terms.is_made_by(timeline.fact(at))]
    if begin.fact == "Received" and starts and timeline.reopened:
        return [*starts, *(at for at in timeline.reopened if at > starts[0])]
    return starts


def _held(timeline: Timeline, condition: Condition) -> list[tuple[int, bool]]:
    return [(at, condition.holds(traits)) for at, traits in timeline.traits]


def _still_runs(found: list[Run], cycle: int, start: int, terms: Terms) -> bool:
    """Tell whether a start opens nothing: the oldest demand still waits. A promised instant is always new."""
    if not found or found[-1].cycle != cycle or terms.promise.within.until is not None:
        return False
    ends = [end for end in (found[-1].stop, found[-1].lapse) if end is not None]
    return not ends or min(ends) > start


def _ends(
    start: int, lapse: int | None, stops: list[int], cancels: list[int]
) -> tuple[int | None, int | None]:
    """Choose what ends it, the stop or what cancelled it: the earlier one."""
    lapses = [at for at in (lapse, first_after(cancels, start)) if at is not None]
    stop, cancel = first_after(stops, start), min(lapses, default=None)
    if stop is not None and cancel is not None:
        return (stop, None) if stop < cancel else (None, cancel)
    return stop, cancel


def _run(
    timeline: Timeline,
    start: int,
    cycle: int,
    ends: tuple[int | None, int | None],
    stretches: tuple[Stretch, ...],
) -> Run:
    stop, cancel = ends
    end = stop if stop is not None else cancel
    over = None if end is None else timeline.entries[end][0]
    return Run(start, cycle, 1, stop, cancel, within(stretches, timeline.entries[start][0], over))


def _numbered(timeline: Timeline, found: list[Run]) -> list[Run]:
    """Number the runs of a cycle in the order of the log, so that a late fact renames no earlier clock."""
    if len({run.cycle for run in found}) == len(found):
        return found
    seen: dict[int, list[int]] = {}
    for run in found:
        seen.setdefault(run.cycle, []).append(timeline.entries[run.start][1])
    ranks = {cycle: sorted(versions) for cycle, versions in seen.items()}
    return [
        Run(
            run.start, run.cycle, bisect_left(ranks[run.cycle], timeline.entries[run.start][1]) + 1,
            run.stop, run.lapse, run.stretches,
        )
        for run in found
    ]  # fmt: skip


def standstills(timeline: Timeline, pauses: tuple[Pause, ...]) -> tuple[Stretch, ...]:
    """Find when the clock stands still over the whole case: the union of its pauses, in order of time."""
    found = [stretch for pause in pauses for stretch in _standstills(timeline, pause)]
    return tuple(_joined(sorted(found, key=lambda stretch: stretch.since)) if len(pauses) > 1 else found)


def _standstills(timeline: Timeline, pause: Pause) -> Iterator[Stretch]:
    """Follow one pause. A second opening opens nothing, an end without an opening ends nothing.

    A wait ends as well when the case begins to wait for another reason, is closed, or is reopened.
    """
    if pause.opens.fact not in timeline.by_name:
        return
    opened: int | None = None
    for at in _turning_points(timeline, pause):
        recorded = timeline.entries[at][2]
        if pause.opens.meets(recorded):
            opened = at if opened is None else opened
        elif opened is not None and (pause.ends.meets(recorded) or type(recorded.fact) in _ENDS_ANY_WAIT):
            yield _stretch(timeline, opened, at)
            opened = None
    if opened is not None:
        yield _stretch(timeline, opened, None)


_ENDS_ANY_WAIT = frozenset({events.Paused, events.Closed, events.Reopened})


def _turning_points(timeline: Timeline, pause: Pause) -> list[int]:
    names = {pause.opens.fact, pause.ends.fact, "Closed", "Reopened"}
    return sorted(at for name in names for at in timeline.by_name.get(name, ()))


def _stretch(timeline: Timeline, opened: int, ended: int | None) -> Stretch:
    since, opened_by, _ = timeline.entries[opened]
    if ended is None:
        return Stretch(since, None, opened_by, None)
    return Stretch(since, timeline.entries[ended][0], opened_by, timeline.entries[ended][1])


def _joined(found: list[Stretch]) -> Iterator[Stretch]:
    """Lay overlapping stretches together, so that nothing counts twice."""
    last: Stretch | None = None
    for stretch in found:
        if last is None or (last.until is not None and stretch.since > last.until):
            if last is not None:
                yield last
            last = stretch
        elif last.until is not None and (stretch.until is None or stretch.until > last.until):
            last = Stretch(last.since, stretch.until, last.opened_by, stretch.ended_by)
    if last is not None:
        yield last


def within(stretches: tuple[Stretch, ...], start: datetime, end: datetime | None) -> tuple[Stretch, ...]:
    """Cut the stretches to the life of a clock."""
    return tuple(_cut(stretches, start, end)) if stretches else ()


def _cut(stretches: tuple[Stretch, ...], start: datetime, end: datetime | None) -> Iterator[Stretch]:
    for stretch in stretches:
        since, until, ended_by = max(stretch.since, start), stretch.until, stretch.ended_by
        if end is not None and (until is None or until > end):
            until, ended_by = end, None
        if until is None or since < until:
            yield Stretch(since, until, stretch.opened_by, ended_by)
