"""What the service uses up: parts out of the store, and money against the budgets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from api.access import Question, must_see_money
from api.asking import MONTH
from api.auth import Here, asks
from api.described import FIGURES, refusals
from api.keys import Credential
from api.parameters import AtLeast, MonthWord
from api.reading import asked
from cases.errors import Malformed
from cases.period import Period
from projections.questions.costs import CostFigures, cost_figures
from projections.questions.stock import Stock, stock

router: Final = APIRouter(tags=["figures"])
YEAR: Final = MONTH.partition("-(")[0]
"""The year of a month, as a pattern."""
QuarterWord = Annotated[str | None, Query(pattern=f"{YEAR}-Q[1-4]$", examples=["2026-Q4"])]
YearWord = Annotated[str | None, Query(pattern=f"{YEAR}$", examples=["2026"])]


@router.get(
    "/stock",
    operation_id="stock",
    summary="See what is in store, item by item, and what is low",
    responses=refusals(FIGURES),
)
def read_stock(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.STOCK))],
    is_low: Annotated[bool | None, Query(description="true: only what is to be refilled")] = None,
    at_least: AtLeast = None,
) -> Stock:
    """Tell in, out, balance and what is on order, by the movements of all cases; the least is the stock list's."""
    with asked(here, at_least) as connection:
        return stock(connection, is_low=is_low)


@router.get(
    "/costs",
    operation_id="costs",
    summary="Hold the costs of a month, quarter or year against the budgets",
    responses=refusals(FIGURES),
)
def read_costs(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.COSTS))],
    month: MonthWord = None,
    quarter: QuarterWord = None,
    year: YearWord = None,
    at_least: AtLeast = None,
) -> CostFigures:
    """Tell costs by kind and budget (this month's when no period is named), the year's budgets, and the trend."""
    must_see_money(known.role)
    period = named(month, quarter, year) or this_month(here.ledger.now(), here)
    with asked(here, at_least) as connection:
        return cost_figures(connection, period)


def named(month: str | None, quarter: str | None, year: str | None) -> Period | None:
    """Read the one period that is named, if any; raises Malformed for several."""
    words = [word for word in (month, quarter, year) if word]
    if len(words) > 1:
        wrong = {"field": "month", "cure": "name one of month, quarter and year"}
        raise Malformed("Two periods are named", errors=[wrong])
    return Period.parse(words[0]) if words else None


def this_month(now: datetime, here: Here) -> Period:
    """Give the business month of an instant."""
    return Period.holding(now.astimezone(here.zone).date(), 1)
