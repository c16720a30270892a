"""Patterns over facts and conditions over cases, as regulations write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from cases.events import CASE_FACTS
from cases.fact import Fact, Part

Scalar = str | bool | int
Wanted = tuple[Scalar, ...]


def _as_wanted(value: Any) -> Wanted:  # noqa: ANN401 - whatever the policy author wrote
    values = value if isinstance(value, list | tuple) else (value,)
    if not all(isinstance(item, str | bool | int) for item in values):
        message = "a condition holds words, yes/no or whole numbers"
        raise ValueError(message)
    return tuple(values)


class Pattern(Part):
    """A fact by name, and what its fields must hold: `{ fact = "Responded", step = ["reply"] }`."""

    fact: str
    where: dict[str, Wanted] = {}

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, written: Any) -> Any:  # noqa: ANN401 - the raw TOML table
        if not isinstance(written, Mapping) or "where" in written:
            return written
        return {
            "fact": written.get("fact"),
            "where": {name: _as_wanted(value) for name, value in written.items() if name != "fact"},
        }

    @model_validator(mode="after")
    def _known(self) -> Pattern:
        fact = CASE_FACTS.get(self.fact)
        if fact is None:
            message = f"there is no fact named {self.fact!r}"
            raise ValueError(message)
        unknown = sorted(set(self.where) - set(fact.model_fields))
        if unknown:
            message = f"{self.fact} has no field {', '.join(unknown)}"
            raise ValueError(message)
        return self

    def matches(self, fact: Fact) -> bool:
        """Tell whether a fact is of this name and its fields hold one of the wanted values."""
        return type(fact).__name__ == self.fact and all(
            getattr(fact, name) in wanted for name, wanted in self.where.items()
        )


class Condition(Part):
    """Which cases an item applies to: fields of Classified, else of Received, each with the wanted values.

    The word `coverage` stands for the warranty verdict: in_warranty, out_of_warranty or unknown.
    """

    where: dict[str, Wanted] = {}

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, written: Any) -> Any:  # noqa: ANN401 - the raw TOML table
        if not isinstance(written, Mapping) or "where" in written:
            return written
        return {"where": {name: _as_wanted(value) for name, value in written.items()}}

    @model_validator(mode="after")
    def _known(self) -> Condition:
        known = {"coverage"} | set(CASE_FACTS["Classified"].model_fields) | set(CASE_FACTS["Received"].model_fields)
        unknown = sorted(set(self.where) - known)
        if unknown:
            message = f"neither Classified nor Received has a field {', '.join(unknown)}"
            raise ValueError(message)
        return self

    def holds(self, traits: Mapping[str, Any]) -> bool:
        """Tell whether a case with these traits is meant."""
        return all(traits.get(name) in wanted for name, wanted in self.where.items())
