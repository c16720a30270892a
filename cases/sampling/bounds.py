"""What a sample can and cannot see: exact hypergeometric bounds in whole numbers, printed beside every rate."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from math import comb

CONFIDENCE = Fraction(95, 100)


def _chance_below(size: int, drawn: int, bad: int, found: int) -> Fraction:
    """Give the chance to find at most so many when so many of the size are bad."""
    ways = sum(comb(bad, seen) * comb(size - bad, drawn - seen) for seen in range(min(found, drawn) + 1))
    return Fraction(ways, comb(size, drawn))


def worst_count(size: int, drawn: int, found: int, confidence: Fraction = CONFIDENCE) -> int:
    """Give the most bad cases among `size` that finding `found` in `drawn` still allows (one-sided, exact)."""
    if not 0 <= found <= drawn <= size:
        raise ValueError("found, drawn and size are in this order, from 0")
    possible = range(found, size - (drawn - found) + 1)
    excluded = bisect_left(
        possible, True, key=lambda bad: _chance_below(size, drawn, bad, found) <= 1 - confidence
    )
    return possible[excluded - 1]


def worst_share(size: int, drawn: int, found: int, confidence: Fraction = CONFIDENCE) -> Fraction | None:
    """Give the same as a share of the size; none for an empty frame."""
    return Fraction(worst_count(size, drawn, found, confidence), size) if size else None


def detects_share(size: int, drawn: int, confidence: Fraction = CONFIDENCE) -> Fraction | None:
    """Give the smallest share of bad cases of which a sample finds at least one with 95 %; none without a sample."""
    return Fraction(worst_count(size, drawn, 0, confidence) + 1, size) if drawn else None
