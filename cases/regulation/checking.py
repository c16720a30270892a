"""Checking a regulation's text: everything that is wrong with it at once, each with its line and in plain words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from cases.errors import Malformed
from cases.regulation.checking_lines import Place, line_of, lines_of
from cases.regulation.model import Regulation
from cases.regulation.nearest import meant

M = TypeVar("M", bound=BaseModel)
_NAMELESS: Final = {
    "id": "unnamed", "version": "unnamed", "label": {"zh": "?", "en": "?"}, "effective_from": date.min,
}  # fmt: skip
"""What stands for a heading that is wrong or missing, so that the items below it can be checked all the same."""


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


KINDS: Final = tuple(
    name
    for name, field in Regulation.model_fields.items()
    if get_origin(field.annotation) is tuple and any(_models(field.annotation))
)
"""What a regulation is a list of: its promises, its constraints and so on."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the file, the line where it can be told (else 0), the item, the field, and what."""

    file: str
    line: int
    item: str
    field: str
    what: str
    label: str = ""
    """What people read of the item, zh and en, as far as it has labels."""

    def __str__(self) -> str:
        """Say it in one line."""
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.item, self.field, self.what) if part)


class BrokenPack(Malformed):
    """A pack cannot be used; `problems` lists everything that is wrong with it."""

    title = "The regulation pack cannot be used"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep every problem."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(found) for found in problems))


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


def problem(
    file: str, written: Mapping[str, Any], lines: Mapping[Place, int], place: Place, what: str
) -> Problem:
    """Say what is wrong at a place of a text, naming item, field and line."""
    item, label, fields = "", "", place
    if len(place) > 1 and isinstance(place[1], int):
        kind, index = str(place[0]), place[1]
        told = written[kind][index] if isinstance(written.get(kind), list) else None
        told = told if isinstance(told, dict) else {}
        item, fields = f"{kind} {told.get('id') or told.get('rule') or index + 1}", place[2:]
        words = told.get("label")
        label = " / ".join(str(word) for word in words.values()) if isinstance(words, dict) else ""
    field = ".".join(part for part in fields if isinstance(part, str))
    return Problem(file, line_of(lines, place), item, field, what, label)


def toml_of(document: str, file: str) -> dict[str, Any]:
    """Read TOML; raises BrokenPack with the line for a text that is none."""
    try:
        return tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        line = int(at.group(1)) if at else document.count("\n") + 1
        raise BrokenPack([Problem(file, line, "", "", f"not TOML: {error}")]) from None


def validated(model: type[M], document: str, file: str) -> M:
    """Read a document of a model; raises BrokenPack with every line, item and field that is wrong."""
    written, lines = toml_of(document, file), lines_of(document)
    try:
        return model.model_validate(written)
    except ValidationError as error:
        found = error.errors(include_url=False)
    raise BrokenPack([problem(file, written, lines, one["loc"], in_words(one, model)) for one in found])


def draft_of(document: str, file: str) -> Draft:
    """Read as much of a regulation as can be read; raises BrokenPack for a text that is not TOML."""
    written, lines = toml_of(document, file), lines_of(document)
    problems: tuple[Problem, ...] = ()
    broken: set[Place] = set()
    try:
        Regulation.model_validate(written)
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems = tuple(
            problem(file, written, lines, tuple(one["loc"]), in_words(one, Regulation)) for one in found
        )
        broken = {
            one["loc"][:2] if one["loc"][:1] in {(kind,) for kind in KINDS} else one["loc"][:1]
            for one in found
        }
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


def in_words(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    """Say a validation error as a policy author would."""
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return f"there is no such field{meant(str(error['loc'][-1]), _fields(model, error['loc'][:-1]))}"
        case "literal_error" | "enum":
            words = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            return f"is one of {', '.join(words)}{meant(str(error['input']), words)}"
        case "string_pattern_mismatch" if error["ctx"]["pattern"].startswith("^[a-z]"):
            return "a name is small letters, digits and hyphens, for example refund-within"
        case "string_pattern_mismatch" if error["ctx"]["pattern"].startswith("^[SX]"):
            return "a rule is cited as S0-3.2a, a contradiction as X17"
        case _:
            return str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "should be")


def _fields(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """Name the fields there are at a place of a model."""
    at = model
    for part in place:
        known = {field.alias or name: field for name, field in at.model_fields.items()}
        if isinstance(part, str):
            at = next(_models(known[part].annotation), at) if part in known else at
    return [field.alias or name for name, field in at.model_fields.items()]
