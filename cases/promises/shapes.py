"""The runs of all promises of a regulation, found once for all cases of one shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from cases.kept import Kept
from cases.promises.runs import Run, runs
from cases.promises.terms import Terms, terms_of
from cases.promises.timeline import Timeline
from cases.regulation.bound import Bound
from cases.regulation.marking import SHAPES, Shape

Named = tuple[Terms, Run, str]
"""A run, and how its clock is named after the case."""


class Found(NamedTuple):
    """What is known of the terms of a regulation: those that each case is asked for, and the runs by shape."""

    terms: tuple[Terms, ...]
    unlike: tuple[tuple[int, Terms], ...]
    by_shape: Kept[Shape, tuple[Named, ...]]


FOUND: Final = Kept[int, Found](256)
"""By the very terms, which are kept alive, and so their id."""


def all_runs(timeline: Timeline, bound: Bound) -> Sequence[Named]:
    """Find every run of every promise of a regulation, in its order."""
    terms = terms_of(bound)
    found = FOUND.get(id(terms)) or FOUND.keep(id(terms), _parted(terms))
    shape = timeline.shape(bound.regulation.marking)
    alike = found.by_shape.get(shape)
    if alike is None:
        named = [one for each in terms if each.is_alike for one in _named(timeline, bound, each)]
        alike = found.by_shape.keep(shape, tuple(named))
    own = [one for _, each in found.unlike for one in _named(timeline, bound, each)]
    return _in_order(terms, (*alike, *own)) if own else alike


def _parted(terms: tuple[Terms, ...]) -> Found:
    unlike = ((place, one) for place, one in enumerate(terms) if not one.is_alike)
    return Found(terms, tuple(unlike), Kept(SHAPES))


def _named(timeline: Timeline, bound: Bound, terms: Terms) -> Iterator[Named]:
    for run in runs(timeline, terms):
        number = f":{run.number}" if run.number > 1 else ""
        yield terms, run, f":{bound.pinned.regulation}:{terms.promise.id}:{run.cycle}{number}"


def _in_order(terms: tuple[Terms, ...], found: Iterable[Named]) -> Sequence[Named]:
    places = {id(one): place for place, one in enumerate(terms)}
    return sorted(found, key=lambda named: places[id(named[0])])
