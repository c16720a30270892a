"""The pages of what the service uses up: the store, and costs against the budgets."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.access import Question
from api.asking import MONTH
from api.auth import Here
from api.console.rendering import page
from api.console.visiting import Visits
from api.reading import asked
from api.spending import this_month
from cases.codes import Cost, Stock
from cases.period import Period
from projections.questions.complaints import months_on
from projections.questions.costs import cost_figures
from projections.questions.stock import stock

router: Final = APIRouter(include_in_schema=False)


def money(minor: int) -> str:
    """Write an amount of minor units, for example -1,234.05."""
    whole, rest = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole:,}.{rest:02d}"


@router.get("/stock")
def store(*, request: Request, here: Here, visitor: Visits) -> HTMLResponse:
    """Show what is in store, what is low first."""
    visitor.must(Question.STOCK)
    with asked(here) as connection:
        found = stock(connection)
    return page(
        "stock",
        request,
        here,
        visitor.language,
        visitor,
        found=found,
        kinds={one.value: one for one in Stock},
    )


@router.get("/costs")
def costs(
    *,
    request: Request,
    here: Here,
    visitor: Visits,
    month: Annotated[str | None, Query(pattern=MONTH)] = None,
) -> HTMLResponse:
    """Show a month held against the budgets of its year, and the months before."""
    visitor.must(Question.COSTS)
    this = this_month(here.ledger.now(), here)
    period = Period.parse(month) if month else this
    with asked(here) as connection:
        found = cost_figures(connection, period)
    return page(
        "costs", request, here, visitor.language, visitor, found=found, before=months_on(period.first, -1),
        after=months_on(period.first, 1) if period < this else None, money=money,
        kinds={one.value: one for one in Cost},
    )  # fmt: skip
