"""How the clocks of one promise run over a timeline: where each starts, waits and ends."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cases.promises.terms import Terms
from cases.promises.timeline import Timeline, Wait
from cases.regulation.bound import Bound
from cases.regulation.entitlements import traits

FINDING = "Classified"
"""What is found, not what happened: a clock that starts at it is met by a stop that came earlier in the cycle."""


class Run(NamedTuple):
    """One clock on a timeline, all of it in places: where it starts, waits and ends."""

    start: int
    cycle: int
    number: int
    """1, or the rank by version among the starts of its cycle."""
    stop: int | None
    lapse: int | None
    """What cancelled it: a fact by which it is no longer owed, or a classification by which it does not apply."""
    waits: tuple[Wait, ...]
    since: int
    """After this place a stop counts, also one that came before the start: of a finding, or of a chain."""

    @property
    def end(self) -> int | None:
        """Give the fact that ended it."""
        return self.stop if self.stop is not None else self.lapse


def runs(timeline: Timeline, terms: Terms) -> list[Run]:
    """Find every run of a promise: one a cycle, and one more where it starts again after it ended."""
    if terms.start.name not in timeline.by_name:
        return []
    held = [(place, terms.applies(traits)) for place, traits in _traits(timeline, terms.derived)]
    starts = _starts(timeline, terms) if any(holds for _, holds in held) else None
    if not starts:
        return []
    waits = timeline.waits(terms.pauses)
    marks = _Marks(starts, timeline.matching(terms.stops), _cancels(timeline, terms, starts))
    alike = _apart(timeline, terms.same, marks) if terms.same else (marks,)
    found = [run for each in alike for run in _runs(timeline, terms, held, each, waits)]
    return found if len(found) < 2 else _numbered(timeline, found)  # noqa: PLR2004 - one needs no number


class _Marks(NamedTuple):
    """What starts, stops and cancels clocks that may be one: each start with the place after which a stop counts."""

    starts: dict[int, int]
    stops: list[int]
    cancels: list[int]


def _apart(timeline: Timeline, same: tuple[str, ...], marks: _Marks) -> Iterator[_Marks]:
    """Part them by what has to be the same; what cancels and does not tell it, cancels all."""
    told = {place: [getattr(timeline.fact(place), name) for name in same] for place in marks.starts}

    def fits(place: int, values: list[object]) -> bool:
        fact = timeline.fact(place)
        return all(getattr(fact, name, value) == value for name, value in zip(same, values, strict=True))

    seen: list[list[object]] = []
    for values in told.values():
        if values not in seen:
            seen.append(values)
            yield _Marks(
                {place: since for place, since in marks.starts.items() if told[place] == values},
                [place for place in marks.stops if fits(place, values)],
                [place for place in marks.cancels if fits(place, values)],
            )


def _runs(
    timeline: Timeline, terms: Terms, held: list[tuple[int, bool]], marks: _Marks, waits: tuple[Wait, ...]
) -> list[Run]:
    starts, stops, cancels = marks
    agreed = timeline.matching(terms.agreed) if terms.told else ()
    found: list[Run] = []
    for start, since in starts.items():
        cycle = timeline.cycle(start)
        if _opens_nothing(found, cycle, start, terms, is_agreed=start in agreed):
            continue
        applies, lapse = lapse_of(held, start, timeline.cycle_end(cycle))
        if applies:
            early = None if since == start else _first_after(stops, since)
            if early is not None and early < start + (terms.before is not None):
                found.append(Run(start, cycle, 1, early, None, (), since))
                continue
            stop, lapse = _ends(start, lapse, stops, cancels)
            waited = _within(waits, start, stop if stop is not None else lapse)
            found.append(Run(start, cycle, 1, stop, lapse, waited, since))
    return found


def _traits(timeline: Timeline, derived: Bound | None) -> list[tuple[int, Mapping[str, Any]]]:
    """Give the traits that each classification left; what items apply is decided then, not by later findings."""
    if derived is None:
        return timeline.traits
    return [
        (place, known if place < 0 else traits(timeline.facts[: place + 1], derived))
        for place, known in timeline.traits
    ]


def _starts(timeline: Timeline, terms: Terms) -> dict[int, int]:
    """Find what starts it, in order, each with the place after which a stop counts.

    A reopened case is received again, for promises that start at Received. What a fact must tell, it must tell.
    """
    if terms.before is not None:
        starts = _handed_on(timeline, terms.before)
    else:
        found = timeline.matching((terms.start,))
        if terms.start.name == "Received" and found and timeline.reopened:
            found = [*found, *(place for place in timeline.reopened if place > found[0])]
        is_finding = terms.start.name == FINDING
        starts = {place: timeline.cycle_begin(place) - 1 if is_finding else place for place in found}
    if not terms.told:
        return starts
    return {place: since for place, since in starts.items() if terms.is_made_by(timeline.fact(place))}


def _handed_on(timeline: Timeline, before: Terms) -> dict[int, int]:
    """Find where the promise before it was stopped; who did the next step already need not do it again."""
    starts: dict[int, int] = {}
    for run in runs(timeline, before):
        if run.stop is not None:
            place = max(run.start, run.stop)
            starts[place] = min(run.since, starts.get(place, place))
    return dict(sorted(starts.items()))


def _cancels(timeline: Timeline, terms: Terms, starts: Iterable[int]) -> list[int]:
    """Find what ends a promise without a stop: its own cancel facts and lapses, and the customer's giving up."""
    if not (terms.cancels or terms.lapses):
        return timeline.withdrawn
    lapsed = _lapsed(timeline, terms, starts)
    return sorted({*timeline.matching(terms.cancels), *lapsed, *timeline.withdrawn})


def _lapsed(timeline: Timeline, terms: Terms, starts: Iterable[int]) -> Iterator[int]:
    """Find what was refused and not granted after all; what starts anew before that leaves the refusal standing."""
    for opens, ends in terms.lapses:
        for place in timeline.matching((opens,)):
            granted, anew = _first_after(timeline.matching(ends), place), _first_after(list(starts), place)
            if granted is None or (anew is not None and anew < granted):
                yield place


def _opens_nothing(found: list[Run], cycle: int, start: int, terms: Terms, *, is_agreed: bool) -> bool:
    """Tell whether the oldest demand still waits, or was met and is only found again.

    A moment told is always new, unless the customer agreed that it takes the place of the one that still runs.
    """
    if not found or found[-1].cycle != cycle or (terms.told and not is_agreed):
        return False
    end = found[-1].end
    is_running = end is None or end > start
    return is_running or (terms.start.name == FINDING and found[-1].stop is not None)


def lapse_of(held: list[tuple[int, bool]], start: int, cycle_end: int) -> tuple[bool, int | None]:
    """Tell whether a clock came to apply within its cycle, and by which fact it ceased to.

    Within the cycle the last classification decides; a later cycle may only end what still applied.
    """
    applied, lapsed = False, None
    for place, holds in held:
        if place > start and place >= cycle_end and (not applied or lapsed is not None):
            break
        if holds:
            applied, lapsed = True, None
        elif place <= start:
            applied = False
        elif lapsed is None:
            lapsed = place
    return applied, lapsed


def _first_after(found: list[int], place: int) -> int | None:
    at = bisect_right(found, place)
    return found[at] if at < len(found) else None


def _ends(
    start: int, lapse: int | None, stops: list[int], cancels: list[int]
) -> tuple[int | None, int | None]:
    """Choose what ends it, the stop or what cancelled it: the earlier one; a fact that is both stops it."""
    stop, cancel = _first_after(stops, start), _first_after(cancels, start)
    if lapse is not None and (cancel is None or lapse < cancel):
        cancel = lapse
    if stop is not None and cancel is not None:
        return (stop, None) if stop <= cancel else (None, cancel)
    return stop, cancel


def _within(waits: tuple[Wait, ...], start: int, end: int | None) -> tuple[Wait, ...]:
    """Keep the waits that touch the life of a clock."""
    if not waits:
        return ()
    return tuple(
        wait for wait in waits if (end is None or wait[0] < end) and (wait[1] is None or wait[1] > start)
    )


def _numbered(timeline: Timeline, found: list[Run]) -> list[Run]:
    """Number the runs of a cycle in the order of the log, so that a late fact renames no earlier clock."""
    ranks: dict[int, list[int]] = {}
    for version, cycle in sorted((timeline.version(run.start), run.cycle) for run in found):
        ranks.setdefault(cycle, []).append(version)
    return [
        run._replace(number=bisect_left(ranks[run.cycle], timeline.version(run.start)) + 1) for run in found
    ]
