"""`bi.fct_revisits`: one row per time that a customer was asked whether the problem is solved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, NamedTuple

from cases import events
from cases.regulation.targets import Measure
from projections.casefile import CaseFile
from projections.counting import targets_of
from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.table import Index, Row, Table


class RevisitRow(NamedTuple):
    """One revisit."""

    quarter: Annotated[
        date, Says("发生季度（首日，业务时区）", "First day of its quarter in the business time zone")
    ]
    method: Annotated[str, Says("回访方式", "How the customer was asked: phone, survey, visit, online")]
    is_solved: Annotated[bool, Says("确认已解决", "Solved, as the customer said")]
    satisfaction: Annotated[int | None, Says("满意度（1至5）", "Satisfaction, 1 to 5; empty where not told")]
    targets: Annotated[
        list[str], Says("所计满意度指标", "Targets of satisfaction that count it, see dim_targets")
    ]


TABLE = Table(
    "fct_revisits", columns.of_one_fact(RevisitRow), ("case_id", "version"),
    "回访（每次一行）", "Revisits, one row each",
    indexes=(Index("occurred_at", is_order=True), Index("month")),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per revisit that stands."""
    targets: list[str] | None = None
    for known, asked in file.all_of(events.Revisited):
        if targets is None:
            targets = targets_of(file, Measure.SATISFACTION)
        month = file.month_of(known.occurred_at)
        yield file.row_of(
            known,
            month.replace(month=month.month - (month.month - 1) % 3),
            asked.method.value,
            asked.is_solved,
            asked.satisfaction,
            targets,
        )
