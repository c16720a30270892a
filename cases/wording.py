"""What a word may say, by its field: codes, numbers and names of things; what is said of people is personal.

A reason is a closed code, a code word and a number have no letters but Latin ones, so that no Chinese name fits where
a code or a number belongs. What names goods or regions may be Chinese; the doors ask for words, and offer a personal
field for the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from cases.codes import (
    CorrectionReason,
    EscalationReason,
    LeaveReason,
    PauseReason,
    ProposalReason,
    Reason,
    ReopenReason,
    RevisionReason,
    Role,
)
from cases.straying import CURE, has_strayed

LONGEST: Final = 40
"""Characters of a code word or of a document's number."""
LONGEST_REGION: Final = 20

_SENTENCE: Final = re.compile(r"[,;!?。]")
_ROOM: Final = re.compile(r"\d\s*(?:室|栋|幢|单元|弄|楼)|[路街道巷村弄]\s*\d+\s*号")
_HOUSE: Final = re.compile(r"\d\s*号")
_ID: Final = re.compile(r"(?!.*[A-Z][a-z])[A-Za-z0-9][A-Za-z0-9._:/#@+-]*")
_NUMBER: Final = re.compile(r"(?=.*\d)[A-Za-z0-9/_-]+")
_STAFF: Final = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
_REASONS: Final = frozenset(
    {
        *LeaveReason, *ReopenReason, *Reason, *PauseReason, *EscalationReason, *CorrectionReason,
        *ProposalReason, *RevisionReason,
    }
)  # fmt: skip


def _is_id(word: str) -> bool:
    return _ID.fullmatch(word) is not None


def _is_code(word: str) -> bool:
    return len(word) <= LONGEST and _is_id(word)


def _is_number(word: str) -> bool:
    return len(word) <= LONGEST and _NUMBER.fullmatch(word) is not None


def _is_reason(word: str) -> bool:
    return word in _REASONS


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
_PLAIN: Final = "Latin letters and digits without spaces, no name; people go into a personal field"
_CODE: Final[Rule] = (_is_code, f"must be a code word of {LONGEST} characters at most: {_PLAIN}")
_NUMBERED: Final[Rule] = (
    _is_number,
    f"must be a number of {LONGEST} characters at most: Latin letters, digits and - _ / with a digit among them",
)
_GOODS: Final[Rule] = (_is_thing, "must name goods; an address belongs into a personal field")
_STAFFED: Final[Rule] = (
    _is_staff,
    "must be a staff id of 60 characters at most: letters, digits and - _ . : and never a name",
)
RULES: Final[Mapping[str, Rule]] = {
    "reason": (_is_reason, "must be one of the codes of this field; the rest goes into a personal field"),
    **dict.fromkeys(
        ("word", "product_line", "formula", "template", "budget", "place", "question", "consequence"), _CODE
    ),
    "item": (_is_id, f"must be the id of what it is about: {_PLAIN}"),
    "document": _NUMBERED,
    "batch": _NUMBERED,
    "product_model": _GOODS,
    "carrier": _GOODS,
    "region": (
        _is_region,
        f"must name a region, at most {LONGEST_REGION} characters without digits; an address is personal",
    ),
    **dict.fromkeys(("assigned_to", "chosen", "staff"), _STAFFED),
    "level": (_is_role, f"must be a role: {', '.join(Role)}"),
}
"""What the words of a command must be, by the name of their field; a correction keeps to it, too."""
NUMBER_OF: Final = "_no"
"""How the names of all other fields end that hold the number of a document."""


def fault(field: str, value: object) -> str | None:
    """Tell what is wrong with the words of a field, as a cure without the value; None where nothing is."""
    if has_strayed(value):
        return CURE
    rule = RULES.get(field, _NUMBERED if field.endswith(NUMBER_OF) else None)
    if rule is None or not isinstance(value, str):
        return None
    is_right, cure = rule
    return None if is_right(unicodedata.normalize("NFKC", value)) else cure
