"""What a word may say, by its field: codes, numbers and names of things; what is said of people is personal.

A pattern cannot tell a name from a code. It keeps sentences, addresses and names in Chinese letters out of where a
code, a number or a staff id belongs; the doors ask for words, and offer a personal field for the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from cases.codes import Role
from cases.straying import CURE, has_strayed

LONGEST: Final = 40
"""Characters of a reason or of a document's number."""
LONGEST_REGION: Final = 20

_SENTENCE: Final = re.compile(r"[,;!?。]")
_ROOM: Final = re.compile(r"\d\s*(?:室|栋|幢|单元|弄|楼)|[路街道巷村弄]\s*\d+\s*号")
_HOUSE: Final = re.compile(r"\d\s*号")
_NUMBER: Final = re.compile(r"(?=.*\d)[^\s,;!?。、]+")
_STAFF: Final = re.compile(r"[A-Za-z0-9_.:-]+")


def _is_code(word: str) -> bool:
    return len(word) <= LONGEST and not _SENTENCE.search(word) and not _is_address(word)


def _is_number(word: str) -> bool:
    return len(word) <= LONGEST and _NUMBER.fullmatch(word) is not None and not _ROOM.search(word)


def _is_region(word: str) -> bool:
    return len(word) <= LONGEST_REGION and not any(map(str.isdigit, word)) and not _SENTENCE.search(word)


def _is_thing(word: str) -> bool:
    return not _is_address(word)


def _is_address(word: str) -> bool:
    return bool(_ROOM.search(word) or _HOUSE.search(word))


def _is_staff(word: str) -> bool:
    return _STAFF.fullmatch(word) is not None


def _is_role(word: str) -> bool:
    return word in set(Role)


Rule = tuple[Callable[[str], bool], str]
_CODE: Final[Rule] = (
    _is_code,
    f"must be a code word, {LONGEST} characters at most, no sentence, no address; people go into a personal field",
)
_DOCUMENT: Final[Rule] = (
    _is_number,
    f"must be the number of a document: at most {LONGEST} characters, a digit among them, no space, no address",
)
_GOODS: Final[Rule] = (_is_thing, "must name goods; an address belongs into a personal field")
RULES: Final[Mapping[str, Rule]] = {
    "reason": _CODE,
    "word": _CODE,
    "document": _DOCUMENT,
    **dict.fromkeys(("contract_no", "receipt_no", "voucher_no", "certificate_no"), _DOCUMENT),
    **dict.fromkeys(("formula", "template", "budget", "place"), _CODE),
    "product_model": _GOODS,
    "batch": _GOODS,
    "region": (
        _is_region,
        f"must name a region, at most {LONGEST_REGION} characters without digits; an address is personal",
    ),
    "assigned_to": (_is_staff, "must be a staff id of letters, digits and - _ . : and never a name"),
    "level": (_is_role, f"must be a role: {', '.join(Role)}"),
}
"""What the words of a command must be, by the name of their field; a correction keeps to it, too."""


def fault(field: str, value: object) -> str | None:
    """Tell what is wrong with the words of a field, as a cure without the value; None where nothing is."""
    if has_strayed(value):
        return CURE
    is_right, cure = RULES.get(field, (None, ""))
    if is_right is None or not isinstance(value, str):
        return None
    return None if is_right(unicodedata.normalize("NFKC", value)) else cure
