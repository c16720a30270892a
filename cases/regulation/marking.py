"""Facts marked with the patterns they meet, so that judging a history compares numbers instead of reading fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cases.events import CASE_FACTS
from cases.fact import Fact
from cases.recorded import Recorded
from cases.regulation.items import Constraint
from cases.regulation.patterns import Pattern

Marks = frozenset[int]


@dataclass(frozen=True, slots=True)
class Marked:
    """A recorded fact and the numbers of the patterns it meets."""

    recorded: Recorded
    marks: Marks

    @property
    def version(self) -> int:
        """Give its place in the case."""
        return self.recorded.originator_version


@dataclass(frozen=True, slots=True)
class Asked:
    """A constraint with its patterns as numbers; `duties` are those of `then`, one by one."""

    constraint: Constraint
    first: Marks
    then: Marks
    void: Marks
    unless: Marks
    duties: tuple[int, ...]


class Marking:
    """The patterns of all constraints of a regulation, each read once for a fact."""

    def __init__(self, constraints: Iterable[Constraint]) -> None:
        """Number every pattern that the constraints name."""
        self._numbers: dict[str, int] = {}
        self._by_name: dict[type[Fact], list[tuple[int, Pattern]]] = {}
        self._judging: dict[int, list[tuple[int, Asked]]] = {}
        self._asked: dict[Marks, tuple[Asked, ...]] = {}
        for place, constraint in enumerate(constraints):
            asked = self._read(constraint)
            for number in self._all(constraint.judged_at):
                self._judging.setdefault(number, []).append((place, asked))

    def mark(self, recorded: Recorded) -> Marked:
        """Read a fact."""
        known = self._by_name.get(type(recorded.fact), ())
        return Marked(recorded, frozenset([number for number, pattern in known if pattern.meets(recorded)]))

    def judging(self, act: Marked) -> tuple[Asked, ...]:
        """Give the constraints that are judged at a fact, in the order of the regulation."""
        if act.marks not in self._asked:
            found = {place: asked for mark in act.marks for place, asked in self._judging.get(mark, ())}
            self._asked[act.marks] = tuple(found[place] for place in sorted(found))
        return self._asked[act.marks]

    def _read(self, constraint: Constraint) -> Asked:
        return Asked(
            constraint=constraint,
            first=frozenset(self._all(constraint.first)),
            then=frozenset(self._all(constraint.then)),
            void=frozenset(self._all(constraint.void)),
            unless=frozenset(self._all(constraint.unless)),
            duties=tuple(self._all(constraint.then)),
        )

    def _all(self, patterns: tuple[Pattern, ...]) -> list[int]:
        return [self._number(pattern) for pattern in patterns]

    def _number(self, pattern: Pattern) -> int:
        written = str(pattern)
        if written not in self._numbers:
            self._numbers[written] = len(self._numbers)
            self._by_name.setdefault(CASE_FACTS[pattern.fact], []).append((self._numbers[written], pattern))
        return self._numbers[written]
