"""Complaint statistics: by month, category, cause, product and department, with Pareto shares and the change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import accumulate
from typing import Final, Literal, LiteralString, get_args

from psycopg import Cursor
from psycopg.rows import DictRow
from pydantic import BaseModel

from projections.questions.answers import Part, Rate, Standing, snapshot, standing_of
from projections.schema import Db

Dimension = Literal["category", "cause", "product", "department"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)


class Month(Part):
    """Complaints received in one month of the business time zone."""

    month: date
    complaints: int
    open: int
    """Of these, not closed by the instant."""
    solved: Rate
    """Confirmed as solved, of those that were asked."""
    previous: int
    change: float | None
    """Against the month before, 0.5 is half as many again; None where that month had none."""


class Share(Part):
    """One value of a dimension, largest first; `cumulated` is its share with all larger ones."""

    code: str
    label_zh: str
    label_en: str
    complaints: int
    share: float
    cumulated: float
    previous: int
    """In as many months just before."""
    change: float | None


class Cell(Part):
    """One value of one dimension in one month."""

    month: date
    dimension: Dimension
    code: str
    complaints: int


class ComplaintStatistics(Part):
    """The statistics and what they stand on; months run from `first` up to `last`, both included."""

    at: datetime
    first: date
    last: date
    standing: Standing
    complaints: int
    months: tuple[Month, ...]
    pareto: dict[Dimension, tuple[Share, ...]]
    cells: tuple[Cell, ...]


class _Group(BaseModel):
    """A row of the question: what it is grouped by, each None where it is of all, and what it counts."""

    month: date | None
    dimension: Dimension | None
    code: str | None
    in_period: bool
    complaints: int
    open: int
    asked: int
    solved: int


GROUPS: LiteralString = """
WITH complaints AS (
    SELECT received_month AS month, category, cause, product_id AS product, department,
        received_month >= %(first)s AS in_period,
        closed_at IS NULL OR closed_at > %(at)s AS is_open, is_solved
    FROM bi.fct_complaints
    WHERE received_month >= %(before)s AND received_month <= %(last)s AND received_at <= %(at)s
    AND (%(is_live)s::boolean IS NULL OR is_live = %(is_live)s)
)
SELECT month, in_period, coalesce(category, cause, product, department) AS code,
    CASE
        WHEN grouping(category) = 0 THEN 'category' WHEN grouping(cause) = 0 THEN 'cause'
        WHEN grouping(product) = 0 THEN 'product' WHEN grouping(department) = 0 THEN 'department'
    END AS dimension,
    count(*) AS complaints,
    count(*) FILTER (WHERE is_open) AS open, count(is_solved) AS asked, count(*) FILTER (WHERE is_solved) AS solved
FROM complaints
GROUP BY GROUPING SETS (
    (in_period, month), (in_period, category), (in_period, cause), (in_period, product), (in_period, department),
    (in_period, month, category), (in_period, month, cause), (in_period, month, product), (in_period, month, department)
)
HAVING in_period OR grouping(month) = 1 OR grouping(category, cause, product, department) = 15
"""
LABELS: LiteralString = """
SELECT 'category' AS dimension, code, label_zh, label_en FROM bi.dim_categories
UNION ALL SELECT 'cause', code, label_zh, label_en FROM bi.dim_causes
UNION ALL SELECT 'department', code, label_zh, label_en FROM bi.dim_departments
"""


def complaint_statistics(
    connection: Db, *, at: datetime, first: date, last: date, is_live: bool | None = None
) -> ComplaintStatistics:
    """Count the complaints received in the months from `first` to `last` (any day of each), as known at an instant."""
    first, last = first.replace(day=1), last.replace(day=1)
    before = months_on(first, -months_between(first, last))
    asked = {"at": at, "first": first, "last": last, "before": before, "is_live": is_live}
    with snapshot(connection) as cursor:
        groups = [_Group.model_validate(row) for row in cursor.execute(GROUPS, asked)]
        labels = _labels(cursor)
        standing = standing_of(cursor)
    months = _months(groups, first, last)
    return ComplaintStatistics(
        at=at,
        first=first,
        last=last,
        standing=standing,
        complaints=sum(month.complaints for month in months),
        months=months,
        pareto={dimension: _pareto(groups, dimension, labels) for dimension in DIMENSIONS},
        cells=tuple(_cells(groups)),
    )


def months_on(month: date, count: int) -> date:
    """Go so many months on from a first day, or back."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def months_between(first: date, last: date) -> int:
    """Count the months from one to another, both included."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _labels(cursor: Cursor[DictRow]) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (row["dimension"], row["code"]): (row["label_zh"], row["label_en"]) for row in cursor.execute(LABELS)
    }


def _months(groups: Iterable[_Group], first: date, last: date) -> tuple[Month, ...]:
    by_month = {group.month: group for group in groups if group.month and group.dimension is None}
    months = [months_on(first, count) for count in range(months_between(first, last))]
    return tuple(_month(month, by_month.get(month), by_month.get(months_on(month, -1))) for month in months)


def _month(month: date, group: _Group | None, before: _Group | None) -> Month:
    complaints, previous = group.complaints if group else 0, before.complaints if before else 0
    return Month(
        month=month,
        complaints=complaints,
        open=group.open if group else 0,
        solved=Rate.of(group.solved, group.asked) if group else Rate.of(0, 0),
        previous=previous,
        change=_change(complaints, previous),
    )


def _pareto(
    groups: Iterable[_Group], dimension: Dimension, labels: dict[tuple[str, str], tuple[str, str]]
) -> tuple[Share, ...]:
    by_code = [group for group in groups if group.month is None and group.dimension == dimension]
    previous = {group.code: group.complaints for group in by_code if not group.in_period}
    counted = sorted(
        ((group.complaints, group.code or "") for group in by_code if group.in_period),
        key=lambda found: (-found[0], found[1]),
    )
    total = sum(complaints for complaints, _ in counted)
    sums = accumulate(complaints for complaints, _ in counted)
    return tuple(
        Share(
            code=code,
            label_zh=labels.get((dimension, code), (code, code))[0],
            label_en=labels.get((dimension, code), (code, code))[1],
            complaints=complaints,
            share=complaints / total,
            cumulated=cumulated / total,
            previous=previous.get(code, 0),
            change=_change(complaints, previous.get(code, 0)),
        )
        for (complaints, code), cumulated in zip(counted, sums, strict=True)
    )


def _cells(groups: Iterable[_Group]) -> Iterable[Cell]:
    cells = [
        Cell(
            month=group.month,
            dimension=group.dimension,
            code=group.code or "",
            complaints=group.complaints,
        )
        for group in groups
        if group.month and group.in_period and group.dimension
    ]
    return sorted(cells, key=lambda cell: (cell.month, cell.dimension, -cell.complaints, cell.code))


def _change(now: int, before: int) -> float | None:
    return (now - before) / before if before else None
