"""What a closed vocabulary is made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """A stable word stored in facts and tables; people see its label, never the word itself."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str, en: str) -> Self:
        """Make a member from its stored word and its two labels."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.en = en
        return member
