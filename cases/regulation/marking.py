"""Facts marked with the patterns they meet, so that judging a history compares numbers instead of reading fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, Final, NamedTuple

from cases.codes import Link, Outcome
from cases.events import CASE_FACTS, Classified, Received
from cases.fact import Fact
from cases.kept import Kept
from cases.recorded import Recorded
from cases.regulation.items import Constraint, Promise
from cases.regulation.patterns import DERIVED, Condition, Pattern, is_missing

Marks = frozenset[int]
UNMARKED: Final[Marks] = frozenset()

CUSTOMER_ENDED: Final = frozenset({Outcome.WITHDRAWN, Outcome.QUOTE_DECLINED})
"""The customer's own ends: after them nothing more is owed. Any other closing leaves every clock as it is."""
_ALWAYS_ASKED: Final = (
    *(Pattern(fact=name) for name in ("Received", "Classified", "Paused", "Closed", "Reopened")),
    Pattern(fact="Closed", where={"outcome": tuple(sorted(CUSTOMER_ENDED))}),
    Pattern(fact="Linked", where={"link": (Link.MERGED_INTO,)}),
)
"""What clocks ask in every regulation: where cycles begin, what ends any wait or the demand itself."""
FROM_MORE_THAN_A_FIELD: Final = frozenset({*DERIVED, "is_human_damage"})
"""Traits that no single field of Received or Classified tells."""
SHAPES: Final = 4096
"""How many shapes are kept in mind for one regulation, and how many different facts of a name."""
_ALIKE: Final = frozenset({"precedence", "response", "absence", "exactly_one", "not_coexistence"})


@dataclass(frozen=True, slots=True)
class Marked:
    """A recorded fact and the numbers of the patterns it meets."""

    recorded: Recorded
    marks: Marks

    @property
    def version(self) -> int:
        """Give its place in the case."""
        return self.recorded.originator_version


@dataclass(frozen=True)
class Asked:
    """A constraint with its patterns as numbers."""

    constraint: Constraint
    first: Marks
    then: Marks
    void: Marks
    unless: Marks

    @cached_property
    def is_alike(self) -> bool:
        """Tell whether cases of one shape break it alike: it asks for no values, persons or amounts."""
        return self.constraint.kind in _ALIKE and not self.constraint.same

    @cached_property
    def is_told(self) -> bool:
        """Tell whether fields of Received and Classified alone say which cases it applies to."""
        return FROM_MORE_THAN_A_FIELD.isdisjoint(self.constraint.applies.where)

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """Say what would satisfy it."""
        one = self.constraint
        wanted = one.then if one.kind == "response" else one.first
        asked = wanted if one.kind in {"precedence", "response"} else ()
        paid = ("Received.paid",) if one.limit == "paid" else ()
        return (*paid, *(str(pattern) for pattern in (*asked, *one.unless)))


class Shape(NamedTuple):
    """What a case is to a regulation apart from times and values: cases of one shape have the same clocks running.

    The marks of its facts in the order of time, their order in the log where it is another one, and of each Received
    and Classified what the regulation asks for.
    """

    marks: tuple[Marks, ...]
    ranks: tuple[int, ...] | None
    traits: tuple[Any, ...]


class _Reader:
    """The patterns over the facts of one name, read once for all facts that tell the same of what they ask."""

    def __init__(self) -> None:
        self.patterns: list[tuple[int, Pattern]] = []
        self._known = Kept[tuple[object, ...], Marks](SHAPES)

    @cached_property
    def _told(self) -> Callable[[Fact], object]:
        names = {name for _, pattern in self.patterns for name in pattern.where}
        return attrgetter(*sorted(names)) if names else type

    @cached_property
    def _given(self) -> tuple[str, ...]:
        return tuple({name for _, pattern in self.patterns for name in (*pattern.has, *pattern.lacks)})

    @cached_property
    def _asks_who(self) -> bool:
        return any(pattern.by for _, pattern in self.patterns)

    def marks(self, recorded: Recorded) -> Marks:
        """Give the numbers of the patterns that a fact meets."""
        fact, who = recorded.fact, recorded.role if self._asks_who else None
        key = (self._told(fact), who, *(is_missing(fact, name) for name in self._given))
        found = self._known.get(key)
        if found is None:
            met = (number for number, pattern in self.patterns if pattern.meets(recorded))
            found = self._known.keep(key, frozenset(met))
        return found


class Marking:
    """The patterns of the constraints and promises of a regulation, each with a number."""

    def __init__(self, constraints: Iterable[Constraint], promises: Iterable[Promise] = ()) -> None:
        """Number every pattern that they name."""
        self.numbers: dict[str, int] = {}
        self._readers: dict[type[Fact], _Reader] = {}
        self._judging: dict[int, list[tuple[int, Asked]]] = {}
        self._asked: dict[Marks, tuple[Asked, ...]] = {}
        self.broken = Kept[Shape, tuple[Any, ...]](SHAPES)
        conditions: list[Condition] = []
        for place, constraint in enumerate(constraints):
            asked = self._read(constraint)
            conditions.append(constraint.applies)
            for number in self._all(constraint.judged_at):
                self._judging.setdefault(number, []).append((place, asked))
        self._all(_ALWAYS_ASKED)
        for promise in promises:
            conditions.append(promise.applies)
            self._all(tuple(_asked_by(promise)))
        self._traits: dict[type[Fact], Callable[[Fact], object]] = {
            fact: _telling(fact, conditions) for fact in (Received, Classified)
        }

    def marks(self, recorded: Recorded) -> Marks:
        """Give the numbers of the patterns that a fact meets."""
        reader = self._readers.get(type(recorded.fact))
        return UNMARKED if reader is None else reader.marks(recorded)

    def mark(self, recorded: Recorded) -> Marked:
        """Read a fact."""
        return Marked(recorded, self.marks(recorded))

    def shape(self, facts: Sequence[Recorded]) -> Shape:
        """Give the shape of a case from its effective facts in the order of time."""
        versions = [recorded.originator_version for recorded in facts]
        ranks = sorted(versions)
        traits = self._traits
        return Shape(
            tuple([self.marks(recorded) for recorded in facts]),
            None if ranks == versions else tuple(ranks.index(version) for version in versions),
            tuple([traits[type(one.fact)](one.fact) for one in facts if type(one.fact) in traits]),
        )

    def judging(self, marks: Marks) -> tuple[Asked, ...]:
        """Give the constraints that are judged at a fact, in the order of the regulation."""
        if marks not in self._asked:
            found = {place: asked for mark in marks for place, asked in self._judging.get(mark, ())}
            self._asked[marks] = tuple(found[place] for place in sorted(found))
        return self._asked[marks]

    def _read(self, constraint: Constraint) -> Asked:
        return Asked(
            constraint=constraint,
            first=frozenset(self._all(constraint.first)),
            then=frozenset(self._all(constraint.then)),
            void=frozenset(self._all(constraint.void)),
            unless=frozenset(self._all(constraint.unless)),
        )

    def _all(self, patterns: tuple[Pattern, ...]) -> list[int]:
        return [self._number(pattern) for pattern in patterns]

    def _number(self, pattern: Pattern) -> int:
        written = str(pattern)
        if written not in self.numbers:
            self.numbers[written] = len(self.numbers)
            reader = self._readers.setdefault(CASE_FACTS[pattern.fact], _Reader())
            reader.patterns.append((self.numbers[written], pattern))
        return self.numbers[written]


def _asked_by(promise: Promise) -> Iterator[Pattern]:
    """Give the patterns by which its clocks start, wait and end; a moment that the start tells must be told."""
    if promise.start is not None:
        yield promise.start
        moments = (limit.until for limit in (promise.within, promise.not_before) if limit and limit.until)
        known = CASE_FACTS[promise.start.fact].model_fields
        yield from (Pattern(fact=promise.start.fact, has=(name,)) for name in moments if name in known)
    yield from (*promise.stop, *promise.cancel, *(promise.agreed.told if promise.agreed else ()))
    for between in (*promise.lapse, *promise.pause):
        yield between.opens
        yield from between.ends


def _telling(fact: type[Fact], conditions: Iterable[Condition]) -> Callable[[Fact], object]:
    """Make ready to read off a fact what conditions ask for."""
    asked = {name for condition in conditions for name in condition.where if name in fact.model_fields}
    return attrgetter(*sorted(asked)) if asked else type
