"""What must come before, after or never with what: one judgement for the live guard and for any history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple

from cases.caller import is_same_person
from cases.codes import Subject
from cases.events import Approved, Rejected, Requested
from cases.fact import Fact
from cases.history import effective
from cases.recorded import Recorded
from cases.regulation.bound import Bound
from cases.regulation.claim import Claim
from cases.regulation.entitlements import Rights
from cases.regulation.items import Label
from cases.regulation.judging import JUDGES, Act, may_break
from cases.regulation.marking import Asked, Marked, Marking, Shape

_LEAVES: Final = (Requested, Approved, Rejected)
_VERSION: Final = attrgetter("originator_version")


class Finding(NamedTuple):
    """A clause that the facts of a case do not satisfy.

    `versions` names the facts it rests on, the judged one last; `needs` what would have satisfied it.
    """

    constraint: str
    regulation: str
    clause: str
    label: Label
    mode: str
    versions: tuple[int, ...]
    is_overridden: bool
    needs: tuple[str, ...]


class _Broken(NamedTuple):
    """A constraint that a fact breaks in every case of one shape, or may break; all in places of the history."""

    place: int
    asked: Asked
    rests_on: tuple[int, ...] | None
    """None: it asks for values, persons or amounts, and is judged in each case."""


def findings(facts: Sequence[Recorded], rules: Sequence[Bound]) -> tuple[Finding, ...]:
    """Judge a whole history, as corrected and in the order of its claims; `rules` are the regulations that bind it."""
    history = in_order(effective(facts))
    return findings_along(history, rules, lambda marking: marking.shape(history))


def findings_along(
    history: Sequence[Recorded], rules: Sequence[Bound], shape: Callable[[Marking], Shape]
) -> tuple[Finding, ...]:
    """Judge the effective facts of a case in the order of their claims; `shape` gives their shape."""
    found = [
        (place, finding)
        for bound in rules
        for place, finding in _judge_all(history, bound, rules, shape(bound.regulation.marking))
    ]
    return tuple([finding for _, finding in sorted(found, key=itemgetter(0))])


def _judge_all(
    history: Sequence[Recorded], bound: Bound, rules: Sequence[Bound], shape: Shape
) -> Iterator[tuple[int, Finding]]:
    rights: dict[int, Rights] = {}
    leaves = [known for known in history if isinstance(known.fact, _LEAVES)]
    marked: list[Marked] = []
    for place, asked, rests_on in _broken(history, bound, shape):
        if rests_on is not None:
            versions = tuple([history[one].originator_version for one in rests_on])
        else:
            marked = marked or _marked(history, shape)
            versions = _judged(asked, _act(marked, place), bound)
        if not versions:
            continue
        if not asked.is_told:
            if place not in rights:
                rights[place] = Rights(Claim.of(history[: place + 1]), bound, rules)
            if not asked.constraint.applies.holds(rights[place].trait):
                continue
        yield place, _finding(asked, history[place], leaves, bound, versions)


def _broken(history: Sequence[Recorded], bound: Bound, shape: Shape) -> tuple[_Broken, ...]:
    """Give what cases of this shape break, or may break; found once for each shape."""
    marking = bound.regulation.marking
    found = marking.broken.get(shape)
    if found is None:
        found = marking.broken.keep(shape, tuple(_search(history, bound, shape)))
    return found


def _search(history: Sequence[Recorded], bound: Bound, shape: Shape) -> Iterator[_Broken]:
    places = {known.originator_version: place for place, known in enumerate(history)}
    marked = _marked(history, shape)
    for place, marks in enumerate(shape.marks):
        act, claim = _act(marked, place), Claim.of(history[: place + 1])
        for asked in bound.regulation.marking.judging(marks):
            if asked.is_told and not asked.constraint.applies.holds(claim.trait):
                continue
            if not asked.is_alike:
                if may_break(asked, act):
                    yield _Broken(place, asked, None)
            elif broken := _judged(asked, act, bound):
                yield _Broken(place, asked, tuple(places[version] for version in broken))


def _marked(history: Sequence[Recorded], shape: Shape) -> list[Marked]:
    return [Marked(*one) for one in zip(history, shape.marks, strict=True)]


def _act(marked: list[Marked], place: int) -> Act:
    before = marked[:place]
    return Act(marked[place], before, before)


def judge_next(candidate: Recorded, history: Sequence[Recorded], rules: Sequence[Bound]) -> Iterator[Finding]:
    """Judge a fact about to be recorded against the effective facts of its case."""
    before = in_order(known for known in history if _when(known) < _when(candidate))
    for bound in rules:
        mark = bound.regulation.marking.mark
        known = [mark(known) for known in history]
        act = Act(mark(candidate), [mark(earlier) for earlier in before], known)
        rights = Rights(Claim.of((*before, candidate)), bound, rules)
        for asked in bound.regulation.marking.judging(act.done.marks):
            broken = _judged(asked, act, bound)
            if broken and asked.constraint.applies.holds(rights.trait):
                yield _finding(asked, candidate, history, bound, broken)


def in_order(facts: Iterable[Recorded]) -> tuple[Recorded, ...]:
    """Sort facts by when they happened; those of one instant stay in log order."""
    return tuple(sorted(facts, key=_when))


def _when(recorded: Recorded) -> tuple[datetime, int]:
    return recorded.occurred_at, recorded.originator_version


def _judged(asked: Asked, act: Act, bound: Bound) -> tuple[int, ...]:
    """Give the versions that a breach rests on; none where nothing is broken, or an `unless` came before."""
    broken = JUDGES[asked.constraint.kind](asked, act, bound)
    return broken if broken and not _is_excepted(asked, act) else ()


def _finding(
    asked: Asked, done: Recorded, case: Sequence[Recorded], bound: Bound, broken: tuple[int, ...]
) -> Finding:
    constraint = asked.constraint
    return Finding(
        constraint=constraint.id,
        regulation=bound.name,
        clause=constraint.clause,
        label=constraint.label,
        mode=constraint.mode,
        versions=broken,
        is_overridden=bool(case) and constraint.is_overridable and is_lifted(constraint.id, done, case),
        needs=asked.needs,
    )


def _is_excepted(asked: Asked, act: Act) -> bool:
    return any(known.marks & asked.unless for known in act.before)


def is_lifted(constraint: str, done: Recorded, case: Iterable[Recorded]) -> bool:
    """Tell whether leave to override was on record before the act: with a reason, by somebody who had not asked.

    Where nobody is known to have asked, whoever does the act counts as having asked. A later Rejected takes it back.
    """
    about = [known for known in case if _is_about(known.fact, constraint)]
    on_record = sorted(
        (known for known in about if known.originator_version < done.originator_version), key=_VERSION
    )
    answers = [known for known in on_record if isinstance(known.fact, Approved | Rejected)]
    if not answers or not isinstance(answers[-1].fact, Approved):
        return False
    asked = {known.actor for known in on_record if isinstance(known.fact, Requested)}
    asked |= {answers[-1].fact.requested_by} if answers[-1].fact.requested_by else set()
    return not any(is_same_person(answers[-1].actor, one) for one in asked or {done.actor})


def _is_about(fact: Fact, constraint: str) -> bool:
    return isinstance(fact, _LEAVES) and (fact.subject, fact.item) == (
        Subject.OVERRIDE,
        constraint,
    )
