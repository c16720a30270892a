"""`bi.dim_budgets`: what may be spent by kind of cost and year, one row for each published version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, NamedTuple

from cases.regulation.rules import Reference
from projections.casefile import UNKNOWN
from projections.tables.columns import Says
from projections.tables.table import Table


class BudgetRow(NamedTuple):
    """One budget as one version of a year's budgets has it."""

    budget: Annotated[str, Says("预算编号", "Its id, as costs name it")]
    version: Annotated[str, Says("版本", "Version of the year's budgets")]
    year: Annotated[int, Says("年度", "Year")]
    cost: Annotated[str, Says("费用类别", "Kind of cost; labels in dim_codes, vocabulary cost")]
    amount_minor: Annotated[int, Says("预算金额（分）", "What may be spent in the year, in fen")]
    currency: Annotated[str, Says("币种", "Currency of the amount")]
    is_current: Annotated[bool, Says("现行", "Of the version of its year that was published last")]


BUDGETS: Final = Table(
    "dim_budgets", BudgetRow, ("budget", "version"), "年度预算", "Budgets of a year",
    fixed=(BudgetRow(UNKNOWN, UNKNOWN, 0, UNKNOWN, 0, UNKNOWN, False),),
)  # fmt: skip


def budget_rows(reference: Reference) -> Iterator[BudgetRow]:
    """Give every budget of every published version."""
    last = {document.year: document.version for document in reference.budgets}
    for document in reference.budgets:
        is_current = last[document.year] == document.version
        for one in document.budget:
            amount = one.amount
            yield BudgetRow(
                one.id, document.version, document.year, one.cost.value, amount.minor, amount.currency, is_current,
            )  # fmt: skip
