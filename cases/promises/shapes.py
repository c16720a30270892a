"""The runs of all promises of a regulation, found once for all cases of one shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cases.kept import Kept
from cases.promises.runs import Run, runs
from cases.promises.terms import Terms, terms_of
from cases.promises.timeline import Timeline
from cases.regulation.bound import Bound
from cases.regulation.marking import SHAPES, Shape

Found = tuple[tuple[int, Terms, tuple[Run, ...]], ...]
"""The promises that run, each with its place in the regulation."""

FOUND: Final = Kept[int, tuple[tuple[Terms, ...], Kept[Shape, Found]]](256)
"""By the very terms, which are kept alive, and so their id."""


def all_runs(timeline: Timeline, bound: Bound) -> Iterator[tuple[Terms, Run]]:
    """Find every run of every promise of a regulation, in its order."""
    terms = terms_of(bound)
    found = (*_by_shape(timeline, bound, terms), *_found(timeline, terms, is_alike=False))
    for _, one, running in sorted(found, key=_place):
        for run in running:
            yield one, run


def _by_shape(timeline: Timeline, bound: Bound, terms: tuple[Terms, ...]) -> Found:
    _, known = FOUND.get(id(terms)) or FOUND.keep(id(terms), (terms, Kept(SHAPES)))
    shape = timeline.shape(bound.regulation.marking)
    found = known.get(shape)
    return known.keep(shape, tuple(_found(timeline, terms, is_alike=True))) if found is None else found


def _found(
    timeline: Timeline, terms: tuple[Terms, ...], *, is_alike: bool
) -> Iterator[tuple[int, Terms, tuple[Run, ...]]]:
    for place, one in enumerate(terms):
        if one.is_alike is is_alike and (running := runs(timeline, one)):
            yield place, one, tuple(running)


def _place(found: tuple[int, Terms, tuple[Run, ...]]) -> int:
    return found[0]
