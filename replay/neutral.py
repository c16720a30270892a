"""Cells that a spreadsheet would run as a formula, made harmless."""

from __future__ import annotations

from typing import Final

DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell may begin with to be run or to shift into another: signs, their full-width forms, and breaks."""


def neutral(text: str) -> str:
    """Keep a cell from being run as a formula by whoever opens it."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
