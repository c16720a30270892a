"""Patterns over facts and conditions over cases, as regulations write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BeforeValidator, model_validator

from cases.codes import Code, Role
from cases.events import CASE_FACTS
from cases.fact import Fact, Part
from cases.recorded import Recorded
from cases.regulation.nearest import meant

Scalar = str | bool | int
Wanted = tuple[Scalar, ...]

DERIVED: Mapping[str, tuple[str, ...]] = {
    "coverage": ("in_warranty", "out_of_warranty", "unknown"),
    "entitled": ("yes", "no", "unknown"),
}
"""Words of a condition that no fact holds: the warranty, and whether any right to return stands (S0 二/2, 二/3)."""


def _as_wanted(value: Any) -> Wanted:
    values = value if isinstance(value, list | tuple) else (value,)
    if not all(isinstance(item, str | bool | int) for item in values):
        raise ValueError("a condition holds words, yes/no or whole numbers")
    return tuple(values)


def _as_names(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def leaves(annotation: Any) -> Iterable[Any]:
    """Yield the plain types inside an annotation such as `Cause | None` or `Annotated[…]`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from leaves(get_args(annotation)[0])
    elif origin in {Union, UnionType}:
        for part in get_args(annotation):
            yield from leaves(part)
    else:
        yield annotation


@cache
def choices(fact: type[Fact], name: str) -> tuple[Scalar, ...] | None:
    """Give the closed list of values a field can hold, or None where any value fits."""
    for leaf in leaves(fact.model_fields[name].annotation):
        if isinstance(leaf, type) and issubclass(leaf, Code):
            return tuple(code.value for code in leaf)
        if leaf is bool:
            return (True, False)
    return None


def _strangers(names: Iterable[str], known: Iterable[str], says: str) -> Iterable[str]:
    """Say of every name that is not known that it is not, and which was probably meant."""
    known = set(known)
    yield from (f"{says} {name}{meant(name, known)}" for name in sorted({*names} - known))


def _not_among(name: str, wanted: Wanted, listed: tuple[Scalar, ...] | None) -> Iterable[str]:
    if listed is None:
        return
    known = {(type(choice), choice) for choice in listed}
    wrong = [value for value in wanted if (type(value), value) not in known]
    if wrong:
        words = [as_word(choice) for choice in listed]
        told = ", ".join(f'"{one}"' if str(one) in words else str(one) for one in wrong)
        yield f"{name} cannot be {told}; it is one of {', '.join(words)}{meant(str(wrong[0]), words)}"


def _must_be_none(wrong: Iterable[str]) -> None:
    """Raise ValueError with everything that is wrong."""
    if told := ". ".join(wrong):
        raise ValueError(told)


class Pattern(Part):
    """A fact by name, what its fields must hold, and who did it.

    `{ fact = "Responded", step = ["reply"] }`. Three words are not fields: `has` and `lacks` name fields that must be
    given or must be missing (a False counts as missing; with several, one missing is enough), `by` the roles.
    """

    fact: str
    where: dict[str, Wanted] = {}
    has: Annotated[tuple[str, ...], BeforeValidator(_as_names)] = ()
    lacks: Annotated[tuple[str, ...], BeforeValidator(_as_names)] = ()
    by: Annotated[tuple[Role, ...], BeforeValidator(_as_names)] = ()

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, written: Any) -> Any:
        if not isinstance(written, Mapping) or "where" in written:
            return written
        own = {name: written[name] for name in ("fact", "has", "lacks", "by") if name in written}
        return own | {
            "where": {name: _as_wanted(value) for name, value in written.items() if name not in own}
        }

    @model_validator(mode="after")
    def _known(self) -> Pattern:
        fact = CASE_FACTS.get(self.fact)
        if fact is None:
            raise ValueError(f"there is no fact named {self.fact!r}{meant(self.fact, CASE_FACTS)}")
        asked = {*self.where, *self.has, *self.lacks}
        wrong = [*_strangers(asked, fact.model_fields, f"{self.fact} has no field")]
        for name, wanted in self.where.items():
            if name in fact.model_fields:
                wrong += _not_among(name, wanted, choices(fact, name))
        _must_be_none(wrong)
        return self

    def matches(self, fact: Fact) -> bool:
        """Tell whether a fact is of this name and its fields hold what is wanted; who did it is not asked."""
        if type(fact).__name__ != self.fact:
            return False
        for name, wanted in self.where.items():
            if getattr(fact, name) not in wanted:
                return False
        if self.has and any(is_missing(fact, name) for name in self.has):
            return False
        return not self.lacks or any(is_missing(fact, name) for name in self.lacks)

    def meets(self, recorded: Recorded) -> bool:
        """Tell whether a recorded fact matches and was done by one of the roles."""
        return (not self.by or recorded.role in self.by) and self.matches(recorded.fact)

    def __str__(self) -> str:
        """Say it in one line, for example `Inspected(stage=return_check, is_passed=true) by quality`."""
        said = [
            f"{name}={'|'.join(as_word(value) for value in wanted)}" for name, wanted in self.where.items()
        ]
        said += [f"has {name}" for name in self.has] + [f"lacks {name}" for name in self.lacks]
        by = f" by {'|'.join(self.by)}" if self.by else ""
        return f"{self.fact}({', '.join(said)}){by}" if said else f"{self.fact}{by}"


def is_missing(fact: Fact, name: str) -> bool:
    """Tell whether a field is not given; a False counts as missing."""
    value = getattr(fact, name)
    return value is None or value is False or value in {"", ()}


def as_word(value: object) -> str:
    """Write a value as TOML does."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_patterns(written: Any) -> Any:
    return tuple(written) if isinstance(written, list | tuple) else (written,)


Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_as_patterns)]
"""One pattern or a list of them; any of them may match."""


class Condition(Part):
    """Which cases an item applies to: fields of Classified, else of Received, each with the wanted values.

    Two words are derived: `coverage` (in_warranty, out_of_warranty, unknown) and `entitled` (yes, no, unknown).
    """

    where: dict[str, Wanted] = {}

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, written: Any) -> Any:
        if not isinstance(written, Mapping) or "where" in written:
            return written
        return {"where": {name: _as_wanted(value) for name, value in written.items()}}

    @model_validator(mode="after")
    def _known(self) -> Condition:
        classified, received = CASE_FACTS["Classified"], CASE_FACTS["Received"]
        known = {*DERIVED, *classified.model_fields, *received.model_fields}
        wrong = [*_strangers(self.where, known, "neither Classified nor Received has a field")]
        for name, wanted in self.where.items():
            if name in known:
                fact = classified if name in classified.model_fields else received
                wrong += _not_among(name, wanted, DERIVED[name] if name in DERIVED else choices(fact, name))
        _must_be_none(wrong)
        return self

    def holds(self, trait: Callable[[str], Any]) -> bool:
        """Tell whether a case is meant, asking for its traits one by one."""
        return all(trait(name) in wanted for name, wanted in self.where.items())
