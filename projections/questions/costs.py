"""Costs of one month, quarter or year: by kind and budget, against the year's budgets, and how they went before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Final, Literal, LiteralString

from psycopg.rows import DictRow

from cases.period import Period
from projections.questions.answers import Part, Standing, snapshot, standing_of
from projections.schema import Db

Grain = Literal["month", "quarter", "year"]
GRAINS: Final[dict[int, Grain]] = {1: "month", 3: "quarter", 12: "year"}
"""How many months a grain has."""
TREND: Final = 12
"""Periods before the one asked for."""


class CostLine(Part):
    """What the firm bears of one kind of cost on one budget (None: on none), in minor units of the currency.

    Of a budget: what it allows for its year, what was booked on it by the end of the period, what is left, and what of
    this line lies beyond it without leave.
    """

    currency: str
    budget: str | None
    cost: str
    cost_zh: str | None
    cost_en: str | None
    amount_minor: int
    charges: int
    share: float | None
    """Of all costs of the period in this currency; None where they come to nothing."""
    previous_minor: int
    per_case_minor: int | None
    budget_minor: int | None
    spent_minor: int | None
    left_minor: int | None
    is_over: bool | None
    without_leave_minor: int


class BudgetLine(Part):
    """One budget of the year, also where nothing was booked on it, as it stands at the end of the period."""

    budget: str
    version: str
    cost: str
    currency: str
    budget_minor: int
    spent_minor: int
    left_minor: int
    is_over: bool


class CostPeriod(Part):
    """All costs of one period in one currency, beside the cases opened in it; a period without costs is left out."""

    period: date
    currency: str
    amount_minor: int
    charges: int
    cases_opened: int
    per_case_minor: int | None


class CostFigures(Part):
    """Costs of the period that begins on `first`; the trend runs up to it, the oldest period first."""

    grain: Grain
    first: date
    last: date
    standing: Standing
    lines: tuple[CostLine, ...]
    budgets: tuple[BudgetLine, ...]
    trend: tuple[CostPeriod, ...]


LINES: LiteralString = """
SELECT *, (sum(amount_minor) OVER whole)::bigint AS period_minor, (sum(charges) OVER whole)::bigint AS period_charges,
    round(sum(amount_minor) OVER whole / nullif(cases_opened, 0))::bigint AS period_per_case_minor
FROM bi.rpt_costs WHERE grain = %(grain)s AND period >= %(oldest)s AND period <= %(first)s
WINDOW whole AS (PARTITION BY period, currency)
ORDER BY currency, period, amount_minor DESC, cost, budget
"""
BUDGETS: LiteralString = """
SELECT budgets.budget, budgets.version, budgets.cost, budgets.currency, budgets.amount_minor AS budget_minor,
    coalesce(sum(costs.amount_minor), 0)::bigint AS spent_minor,
    (budgets.amount_minor - coalesce(sum(costs.amount_minor), 0))::bigint AS left_minor,
    coalesce(sum(costs.amount_minor), 0) > budgets.amount_minor AS is_over
FROM bi.dim_budgets AS budgets
LEFT JOIN bi.fct_costs AS costs ON costs.budget = budgets.budget AND costs.currency = budgets.currency
    AND costs.payer <> 'customer' AND costs.month < %(after)s
WHERE budgets.is_current AND budgets.year = %(year)s
GROUP BY budgets.budget, budgets.version, budgets.cost, budgets.currency, budgets.amount_minor
ORDER BY budgets.budget
"""


def cost_figures(connection: Db, period: Period) -> CostFigures:
    """Tell the costs of a month, a quarter or a year."""
    grain, last = GRAINS[period.months], Period.holding(period.after, 1)
    asked = {
        "grain": grain,
        "first": period.first,
        "after": period.after,
        "year": period.first.year,
        "oldest": _back(period, TREND).first,
    }
    with snapshot(connection) as cursor:
        rows = cursor.execute(LINES, asked).fetchall()
        return CostFigures(
            grain=grain,
            first=period.first,
            last=_back(last, 1).first,
            lines=tuple(CostLine.model_validate(row) for row in rows if row["period"] == period.first),
            budgets=tuple(
                BudgetLine.model_validate(row) for row in cursor.execute(BUDGETS, asked).fetchall()
            ),
            trend=tuple(_wholes(rows)),
            standing=standing_of(cursor),
        )


def _wholes(rows: Iterable[DictRow]) -> Iterator[CostPeriod]:
    """Give each period in each currency once; every line of it tells the whole of it."""
    for (currency, period), lines in groupby(rows, key=lambda row: (row["currency"], row["period"])):
        line = next(lines)
        yield CostPeriod(
            period=period,
            currency=currency,
            amount_minor=line["period_minor"],
            charges=line["period_charges"],
            cases_opened=line["cases_opened"],
            per_case_minor=line["period_per_case_minor"],
        )


def _back(period: Period, count: int) -> Period:
    """Go so many periods back."""
    number = period.first.year * 12 + period.first.month - 1 - count * period.months
    return Period(date(number // 12, number % 12 + 1, 1), period.months)
