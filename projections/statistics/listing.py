"""The one list of the statistics in schema `bi`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from psycopg.sql import Composed

from projections.statistics import chance, control, pareto, rates, repeats, satisfaction, signals, stars
from projections.statistics.function import Function
from projections.views.view import View

REPORTS: Final = (rates, pareto, repeats, satisfaction, stars, control, signals)
FUNCTIONS: Final[tuple[Function, ...]] = tuple(one for report in REPORTS for one in report.FUNCTIONS)
VIEWS: Final[tuple[View, ...]] = tuple(one for report in REPORTS for one in report.VIEWS)


def create(schema: str) -> Iterator[Composed]:
    """Give the statements that make the functions, once clocks and targets can be asked."""
    yield from chance.create(schema)
    for function in FUNCTIONS:
        yield from function.create(schema)
    yield from signals.TOLD.create(schema)
