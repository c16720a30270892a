"""What a sample can see, against counting every possible sample."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest

from cases.sampling.bounds import detects_share, worst_count, worst_share


@pytest.mark.parametrize(
    ("size", "drawn", "percent"),
    [
        (30, 3, "63"), (100, 10, "25"), (300, 30, "9.3"), (800, 80, "3.5"), (3000, 300, "1.0"),
        (10000, 1000, "0.3"), (30, 8, "30"), (100, 20, "13"), (300, 50, "5.3"), (3000, 125, "2.3"),
        (10000, 200, "1.5"),
    ],
)  # fmt: skip
def test_the_smallest_share_that_a_sample_finds(size: int, drawn: int, percent: str) -> None:
    share = detects_share(size, drawn)
    assert share is not None
    places = len(percent.partition(".")[2])
    assert f"{float(share * 100):.{places}f}" == percent


def slow_worst(size: int, drawn: int, found: int) -> int:
    """Try every number of bad cases and look at every possible sample of each."""
    for bad in range(size, -1, -1):
        samples = [sum(case < bad for case in sample) for sample in combinations(range(size), drawn)]
        if sum(seen <= found for seen in samples) * 100 > 5 * len(samples) and found in samples:
            return bad
    raise AssertionError


@pytest.mark.parametrize("size", range(11))
def test_the_bound_equals_a_count_of_all_possible_samples(size: int) -> None:
    for drawn in range(size + 1):
        for found in range(drawn + 1):
            assert worst_count(size, drawn, found) == slow_worst(size, drawn, found), (drawn, found)


def test_without_a_sample_nothing_is_known() -> None:
    assert worst_share(40, 0, 0) == 1
    assert worst_share(0, 0, 0) is None
    assert detects_share(40, 0) is None
    assert worst_share(40, 40, 7) == Fraction(7, 40)


def test_more_cannot_be_found_than_was_drawn() -> None:
    with pytest.raises(ValueError, match="in this order"):
        worst_count(30, 3, 4)


def test_the_bound_of_a_large_month_is_quick_and_exact() -> None:
    assert worst_count(10_000, 1_000, 0) + 1 == 29  # 0.9 to the 28th is above 5 %, to the 29th below
    assert 100 < worst_count(10_000, 1_000, 12) < 250
