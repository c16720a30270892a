"""Personal numbers that strayed into a word: a field of words goes into facts, which nobody can erase."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

CURE: Final = "looks like a phone, identity or mail address of a person; give it in a personal field"
_PERSONAL: Final = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"
    r"|(?<!\d)[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dXx])"
    r"|[^\s@]+@[^\s@]+\.[a-zA-Z]{2,}"
)
"""A Chinese mobile number, a resident identity number (GB 11643), a mail address."""


def has_strayed(value: object) -> bool:
    """Tell whether a word, or a word inside a list or mapping, looks like a number or address of a person."""
    match value:
        case str():
            return _PERSONAL.search(unicodedata.normalize("NFKC", value)) is not None
        case Mapping():
            return any(map(has_strayed, value.values()))
        case list() | tuple():
            return any(map(has_strayed, value))
        case _:
            return False
