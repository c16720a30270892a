"""The complaints page: what was not found out is said so, and a month that still runs is not compared."""

from __future__ import annotations

from datetime import UTC, date, datetime

from api.console.complaining import shown
from projections.questions.answers import Standing
from projections.questions.complaints import Cell, ComplaintStatistics, Dimension, Share

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NOVEMBER = date(2026, 11, 1)


def share(code: str, complaints: int) -> Share:
    """One value, all of its dimension."""
    return Share(
        code=code, label_zh=code, label_en=code, complaints=complaints, share=1.0, cumulated=1.0, previous=0,
        change=None,
    )  # fmt: skip


def cell(month: int, dimension: Dimension, code: str, complaints: int) -> Cell:
    """One value in one month."""
    return Cell(month=date(2026, month, 1), dimension=dimension, code=code, complaints=complaints)


def counted() -> ComplaintStatistics:
    """Lamps that hum: nine in September, twelve in October, one so far in November; nobody knows why."""
    months = ((9, 9), (10, 12), (11, 1))
    return ComplaintStatistics(
        at=NOW,
        first=date(2026, 6, 1),
        last=NOVEMBER,
        standing=Standing(
            position=41,
            recorded_at=NOW,
            parked_cases=0,
            incomplete_from=None,
            regulations=(),
            code_version="0",
        ),
        complaints=22,
        months=(),
        pareto={"product": (share("LD-12", 22),), "cause": (share("unknown", 22),)},
        cells=tuple(cell(month, "product", "LD-12", number) for month, number in months),
    )


def test_a_dimension_of_which_nothing_is_known_has_no_picture_of_its_own() -> None:
    said = shown(counted(), NOVEMBER)
    assert list(said.pareto) == ["product"]
    assert said.unknown == {"cause": 22}


def test_the_last_whole_month_is_compared_with_the_one_before() -> None:
    said = shown(counted(), NOVEMBER)
    assert said.is_part
    assert said.whole == date(2026, 10, 1)
    assert said.changes["product", "LD-12"] == (12 - 9) / 9


def test_a_month_that_is_over_is_compared_itself() -> None:
    said = shown(counted(), date(2026, 12, 1))
    assert not said.is_part
    assert said.changes["product", "LD-12"] == (1 - 12) / 12
