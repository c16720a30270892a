"""What facts say, as named values of a type: the words that every format of event logs has for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

from cases.recorded import Recorded, encode

Sort = Literal["string", "date", "int", "float", "boolean", "id", "json"]
"""A type of XES, or `json`: what has parts, written as JSON."""
_SORTS: Final[tuple[tuple[type, Sort], ...]] = (
    (bool, "boolean"), (int, "int"), (float, "float"), (datetime, "date"), (date, "string"), (UUID, "id"),
    (str, "string"),
)  # fmt: skip
"""In this order: a bool is an int, a moment is a date."""
NOT_OF_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file holds, whichever way they are written."""


class Said(NamedTuple):
    """One value: its name, its sort, and its text."""

    name: str
    sort: Sort
    text: str


@cache
def sorts_of(part: type[BaseModel]) -> Mapping[str, Sort]:
    """Give the sort of every field of a fact or of what stands around it."""
    return {name: _sort(field.annotation) for name, field in part.model_fields.items()}


def _sort(annotation: Any) -> Sort:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _sort(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        found = {_sort(one) for one in get_args(annotation) if one is not NoneType}
        return found.pop() if len(found) == 1 else "json"
    if isinstance(annotation, type):
        return next((sort for kind, sort in _SORTS if issubclass(annotation, kind)), "json")
    return "json"


def told(recorded: Recorded) -> dict[str, Any]:
    """Give a recorded fact as the log stores it: plain JSON values by name, absent ones left out."""
    stored: dict[str, Any] = json.loads(encode(recorded)[1])
    return stored


def said(part: type[BaseModel], values: Mapping[str, Any]) -> Iterator[Said]:
    """Give the values of a part in its own order; a word that XML cannot carry is told as JSON."""
    for name, sort in sorts_of(part).items():
        value = values.get(name)
        if value is not None:
            is_plain = sort != "json" and not (sort == "string" and NOT_OF_XML.search(value))
            yield Said(name, sort, text_of(value)) if is_plain else Said(name, "json", json_text(value))


def text_of(value: str | float | bool) -> str:  # noqa: FBT001 - a value of a fact, not a switch
    """Write a plain value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def value_of(sort: Sort, text: str) -> Any:
    """Read a value back as JSON has it; raises ValueError for a text that is not of its sort."""
    match sort:
        case "json":
            return json.loads(text)
        case "int":
            return int(text)
        case "float":
            return float(text)
        case "boolean":
            return _truth(text)
        case _:
            return text


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("must be true or false")
    return text == "true"


def json_text(value: Any) -> str:
    """Write a value as compact JSON that any XML file can carry."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return NOT_OF_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", written)
