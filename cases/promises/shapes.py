"""The runs of all promises of a regulation, found once for all cases of one shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cases.promises.runs import Run, runs
from cases.promises.terms import Terms, terms_of
from cases.promises.timeline import Timeline
from cases.regulation.bound import Bound
from cases.regulation.marking import SHAPES, Shape

Found = tuple[tuple[int, Terms, tuple[Run, ...]], ...]
"""The promises that run, each with its place in the regulation."""

REGULATIONS: Final = 256
FOUND: dict[int, tuple[tuple[Terms, ...], dict[Shape, Found]]] = {}
"""By the very terms, which are kept alive, and so their id."""


def all_runs(timeline: Timeline, bound: Bound) -> Iterator[tuple[Terms, Run]]:
    """Find every run of every promise of a regulation, in its order."""
    terms = terms_of(bound)
    found = (*_by_shape(timeline, bound, terms), *_found(timeline, terms, is_alike=False))
    for _, one, running in sorted(found, key=_place):
        for run in running:
            yield one, run


def _by_shape(timeline: Timeline, bound: Bound, terms: tuple[Terms, ...]) -> Found:
    shape, known = timeline.shape(bound.regulation.marking), _known(terms)
    found = known.get(shape)
    if found is None:
        if len(known) >= SHAPES:
            known.clear()
        found = known[shape] = tuple(_found(timeline, terms, is_alike=True))
    return found


def _known(terms: tuple[Terms, ...]) -> dict[Shape, Found]:
    kept = FOUND.get(id(terms))
    if kept is None:
        if len(FOUND) >= REGULATIONS:
            FOUND.clear()
        kept = FOUND[id(terms)] = terms, {}
    return kept[1]


def _found(
    timeline: Timeline, terms: tuple[Terms, ...], *, is_alike: bool
) -> Iterator[tuple[int, Terms, tuple[Run, ...]]]:
    for place, one in enumerate(terms):
        if one.is_alike is is_alike and (running := runs(timeline, one)):
            yield place, one, tuple(running)


def _place(found: tuple[int, Terms, tuple[Run, ...]]) -> int:
    return found[0]
