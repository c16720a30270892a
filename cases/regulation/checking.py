"""Checking a regulation's text: everything that is wrong with it at once, each with its line and in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar, get_origin

from pydantic import BaseModel, ValidationError

from cases.regulation.checking_lines import Place, lines_of
from cases.regulation.checking_text import toml_of
from cases.regulation.checking_words import models, said_of
from cases.regulation.model import Regulation
from cases.regulation.nearest import nearest
from cases.regulation.problems import BrokenPack, Problem, problem

__all__ = ["KINDS", "BrokenPack", "Draft", "Problem", "draft_of", "problem", "toml_of", "validated"]

M = TypeVar("M", bound=BaseModel)
_NAMELESS: Final = {
    "id": "unnamed", "version": "unnamed", "label": {"zh": "?", "en": "?"}, "effective_from": date.min,
}  # fmt: skip
"""What stands for a heading that is wrong or missing, so that the items below it can be checked all the same."""
KINDS: Final = tuple(
    name
    for name, field in Regulation.model_fields.items()
    if get_origin(field.annotation) is tuple and any(models(field.annotation))
)
"""What a regulation is a list of: its promises, its constraints and so on."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A regulation as somebody wrote it: what could be read of it, and what could not.

    `regulation` lacks the items that are wrong in themselves; `indexes` tells which of the written ones are left.
    """

    file: str
    written: Mapping[str, Any]
    lines: Mapping[Place, int]
    regulation: Regulation
    indexes: Mapping[str, tuple[int, ...]]
    problems: tuple[Problem, ...]

    def each(self, kind: str) -> Iterator[tuple[int, Any]]:
        """Give the readable items of a kind, each with its index in the text."""
        return zip(self.indexes[kind], getattr(self.regulation, kind), strict=True)

    def told(self, kind: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Give the items of a kind as they are written, readable or not."""
        listed = self.written.get(kind)
        yield from (
            (at, item)
            for at, item in enumerate(listed if isinstance(listed, list) else ())
            if isinstance(item, dict)
        )

    def problem(self, place: Place, what: str) -> Problem:
        """Say what is wrong at a place of the text."""
        return problem(self.file, self.written, self.lines, place, what)


def validated(model: type[M], document: str, file: str) -> M:
    """Read a document of a model; raises BrokenPack with every line, item and field that is wrong."""
    written, lines = toml_of(document, file), lines_of(document)
    try:
        return model.model_validate(written)
    except ValidationError as error:
        found = list(said_of(error, model, lines))
    raise BrokenPack([problem(file, written, lines, place, what) for place, what in found])


def draft_of(document: str, file: str) -> Draft:
    """Read as much of a regulation as can be read; raises BrokenPack for a text that is not TOML."""
    written, lines = toml_of(document, file), lines_of(document)
    problems = tuple(_misspelt(written, lines, file))
    broken: set[Place] = set()
    try:
        Regulation.model_validate(written)
    except ValidationError as error:
        found = list(said_of(error, Regulation, lines))
        problems += tuple(problem(file, written, lines, place, what) for place, what in found)
        broken = {place[: 2 if place[0] in KINDS else 1] for place, _ in found}
    indexes = {kind: tuple(_sound(written.get(kind), kind, broken)) for kind in KINDS}
    whole = {
        name: [value[at] for at in indexes[name]] if name in KINDS and isinstance(value, list) else value
        for name, value in written.items()
        if name in Regulation.model_fields and (name,) not in broken
    }
    try:
        regulation = Regulation.model_validate({**_NAMELESS, **whole})
    except ValidationError:
        raise BrokenPack(problems) from None
    return Draft(file, written, lines, regulation, indexes, problems)


def _sound(listed: object, kind: str, broken: set[Place]) -> Iterator[int]:
    if isinstance(listed, list) and (kind,) not in broken:
        yield from (at for at in range(len(listed)) if (kind, at) not in broken)


def _misspelt(written: dict[str, Any], lines: dict[Place, int], file: str) -> Iterator[Problem]:
    """Put every item of a misspelt kind, as `[[promises]]`, where it belongs, so that only its name is told."""
    for name in [name for name in written if name not in Regulation.model_fields]:
        kind, listed = nearest(name, Regulation.model_fields), written[name]
        before = written.get(kind, []) if kind in KINDS else None
        if kind and isinstance(listed, list) and isinstance(before, list):
            what = f"there is no such field; did you mean {kind}?"
            yield problem(file, written, lines, (name,), what)
            for place in [place for place in lines if place[0] == name and len(place) > 1]:
                lines[kind, len(before) + int(place[1]), *place[2:]] = lines[place]
            written[kind] = [*before, *written.pop(name)]
