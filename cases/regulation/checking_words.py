"""What the model says of a wrong value, in the words of who wrote the text: one problem for each mistake."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from cases import codes
from cases.code import Code
from cases.cure import PATTERNS
from cases.regulation.checking_lines import Place
from cases.regulation.nearest import nearest
from cases.regulation.problems import Amiss

_PLAIN: Final = {
    "bool": "must be true or false, without quotes",
    "int": "must be a whole number without quotes, for example 24",
    "float": "must be a number without quotes, for example 0.75",
    "finite": "must be a number that ends, for example 0.75",
    "date": "must be a day without quotes, for example 2026-01-31",
    "string_type": "must be a text in quotes",
    "string_too_short": "is empty; something must stand here",
    "string_too_long": "must have no more than {max_length} characters",
    "too_short": "is an empty list; it must name at least one",
    "tuple_type": "must be a list in square brackets",
    "dict_type": "must be a table in braces: {{ name = value }}",
    "model": "must be a table in braces: {{ name = value }}",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt:g}",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be less than {lt:g}",
}
"""How the name of an error of the model begins → what to say; the first that fits counts."""


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def said_of(
    refusal: ValidationError, model: type[BaseModel], lines: Mapping[Place, int]
) -> Iterator[tuple[Place, str]]:
    """Yield each mistake that a model found, once: where it stands, and what is wrong."""
    errors = refusal.errors(include_url=False)
    strange = [one["loc"] for one in errors if one["type"] == "extra_forbidden"]
    missing = [one["loc"] for one in errors if one["type"] == "missing"]
    misspelt = {place: _misspelt(place, model, missing) for place in strange}
    said: dict[Place, str] = {}
    for one in errors:
        place = one["loc"]
        if one["type"] == "missing":
            if place not in {(*wrong[:-1], word) for wrong, word in misspelt.items() if word}:
                said[place] = _missing(str(place[-1]), one["input"])
        elif one["type"] == "extra_forbidden":
            near = misspelt[place]
            said[place] = f"there is no such field{f'; did you mean {near}?' if near else ''}"
        else:
            cause = one.get("ctx", {}).get("error")
            at = cause.at if isinstance(cause, Amiss) else ()
            if one["type"] == "too_short" and one["input"]:
                continue  # its parts are told, each with what is wrong with it
            said[(*_written(place, lines), *at)] = in_words(one)
    yield from said.items()


def _misspelt(place: Place, model: type[BaseModel], missing: Iterable[Place]) -> str | None:
    """Name the field that a strange one was meant to be: a near one, or the only one that is missing beside it."""
    lacking = [str(one[-1]) for one in missing if one[:-1] == place[:-1]]
    near = nearest(str(place[-1]), lacking) or nearest(str(place[-1]), _fields(model, place[:-1]))
    return near or (lacking[0] if len(lacking) == 1 else None)


def _missing(name: str, written: object) -> str:
    told = dict(written) if isinstance(written, Mapping) else {}
    where = told.get("where")
    near = nearest(name, map(str, {**told, **where} if isinstance(where, Mapping) else told))
    return f"is missing; is {near} meant to be it?" if near else "is missing"


def _written(place: Place, lines: Mapping[Place, int]) -> Place:
    """Give as much of a place as stands in the text; a lone value stands for its list."""
    at: Place = ()
    for part in place:
        if (*at, part) in lines:
            at = (*at, part)
        elif isinstance(part, str):
            break
    return at


def in_words(error: Mapping[str, Any]) -> str:
    """Say a single error of a model as its author would."""
    kind, ctx, told = error["type"], error.get("ctx", {}), error["input"]
    if kind in {"literal_error", "enum"}:
        return _among(str(told), re.findall(r"'([^']*)'", ctx["expected"]))
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(ctx["pattern"], f"does not look like {ctx['pattern']}")
    plain = next((said for begins, said in _PLAIN.items() if kind.startswith(begins)), None)
    if plain is None:
        return str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "should be")
    return plain.format(**ctx) + _as_written(kind, told)


def _as_written(kind: str, told: object) -> str:
    """Show how the very value has to be written, where only its signs are wrong."""
    if kind == "string_type" and isinstance(told, int | float) and not isinstance(told, bool):
        return f': write "{told}"'
    if kind == "tuple_type" and isinstance(told, str):
        return f': write ["{told}"]'
    if kind == "tuple_type" and isinstance(told, int | float):
        return f": write [{told}]"
    if kind == "less_than" and isinstance(told, int | float):
        return "; three quarters are 0.75"
    return ""


def _among(told: str, words: Sequence[str]) -> str:
    """List the words there are, with what people read of them, and the one that was meant in either language."""
    if len(words) == 1:
        return f'must be "{words[0]}"'
    code = _code(tuple(words))
    labels = {str(one): one.zh for one in code} if code else {}
    read = {label: one.value for one in code or () for label in (one.zh, one.en, one.en.lower())}
    listed = ", ".join(f"{word} {labels[word]}" if word in labels else word for word in words)
    near = nearest(told, [*words, *read])
    return f"must be one of {listed}{f'; did you mean {read.get(near, near)}?' if near else ''}"


@cache
def _code(words: tuple[str, ...]) -> type[Code] | None:
    """Give the vocabulary of just these words."""
    known = (getattr(codes, name) for name in codes.__all__)
    listed = (one for one in known if isinstance(one, type) and issubclass(one, Code) and one is not Code)
    return next((one for one in listed if tuple(code.value for code in one) == words), None)


def _fields(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """Name the fields there are at a place of a model."""
    at = model
    for part in place:
        known = {field.alias or name: field for name, field in at.model_fields.items()}
        if isinstance(part, str):
            at = next(models(known[part].annotation), at) if part in known else at
    return [field.alias or name for name, field in at.model_fields.items()]
