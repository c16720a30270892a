"""What is to be done about a field that its model does not take: what is expected, never what was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_EXPECTED: Final = {
    "missing": "is missing",
    "extra_forbidden": "there is no such field here; leave it out",
    "model": "must be an object of named fields",
    "dataclass": "must be an object of named fields",
    "dict": "must be an object of named fields",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "string_type": "must be a text",
    "int": "must be a whole number",
    "float": "must be a number",
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "bool": "must be true or false",
    "datetime": "must be an instant with its offset, for example 2026-10-31T18:00:00+08:00",
    "timezone": "must be an instant with its offset, for example 2026-10-31T18:00:00+08:00",
    "date": "must be a day, for example 2026-10-31",
    "uuid": "must be a UUID",
    "url": "is not of the form of this field",
    "union": "is not of the form of this field",
    "json": "is not of the form of this field",
}
"""How pydantic's name of an error begins → what to say; the first that fits counts, else its own sentence does.

Its own sentence is not taken where it names a class of ours, a type of Python, or what was sent.
"""
_GIVEN: Final = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list",
                 dict: "an object", type(None): "null"}  # fmt: skip
PATTERNS: Final = {
    "^[a-z][a-z0-9-]*$": "a name is small letters, digits and hyphens, for example refund-within",
    r"^[a-z][a-z0-9-]*-\d{4}$": "a name is small letters, digits and hyphens and ends with a year: parts-2026",
    "^[a-z0-9][a-z0-9-]{0,39}$": "must be small letters, digits and hyphens, 40 at most, for example erp",
    r"^[SX](\d+$|\d+-)": "a rule is cited as S0-3.2a, a contradiction as X17",
    r"^(0\.\d+|1)$": 'must be a share in quotes, for example "0.95" for 95 percent, or "1"',
    r"^[^\x00-\x1f\x7f]*$": "must be one line without control characters",
    "^[A-Z]{3}$": "must be a currency in three capital letters, for example CNY",
}
"""How a text has to look → what to say when it does not."""


def cure(error: Mapping[str, Any]) -> str:
    """Say what a field wants, of one of the errors that pydantic lists; where its kind is wrong, what kind it was."""
    kind = str(error["type"])
    expected = next((said for begins, said in _EXPECTED.items() if kind.startswith(begins)), None)
    if expected is None:
        own = re.sub(r"^\w+ should ", "must ", str(error["msg"])).removeprefix("Value error, ")
        return PATTERNS.get(error.get("ctx", {}).get("pattern"), own)
    given = _GIVEN.get(type(error.get("input"))) if kind.endswith("_type") and "input" in error else None
    return f"{expected}, not {given}" if given else expected
