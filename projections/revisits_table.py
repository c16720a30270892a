"""`bi.fct_revisits`: one row per time that a customer was asked whether the problem is solved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, NamedTuple

from cases import events
from projections import columns
from projections.casefile import CaseFile
from projections.columns import Says
from projections.tables import Index, Row, Table


class RevisitRow(NamedTuple):
    """One revisit."""

    case_id: columns.Id
    version: columns.FactVersion
    occurred_at: columns.OccurredAt
    recorded_at: columns.RecordedAt
    month: columns.Month
    quarter: Annotated[
        date, Says("发生季度（首日，业务时区）", "First day of its quarter in the business time zone")
    ]
    method: Annotated[str, Says("回访方式", "How the customer was asked: phone, survey, visit, online")]
    is_solved: Annotated[bool, Says("确认已解决", "Solved, as the customer said")]
    satisfaction: Annotated[int | None, Says("满意度（1至5）", "Satisfaction, 1 to 5; empty where not told")]
    actor: columns.Actor
    role: columns.Role
    kind: columns.Kind
    product_id: columns.Product
    department: columns.Department
    is_live: columns.IsLive
    is_parked: columns.IsParked
    last_position: columns.LastPosition
    updated_at: columns.UpdatedAt


TABLE = Table(
    "fct_revisits", RevisitRow, ("case_id", "version"), "回访（每次一行）", "Revisits, one row each",
    indexes=(Index("month"),),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per revisit that stands."""
    for known, asked in file.all_of(events.Revisited):
        month = file.month_of(known.occurred_at)
        yield (
            file.case_id,
            known.originator_version,
            known.occurred_at,
            known.known_at,
            month,
            month.replace(month=month.month - (month.month - 1) % 3),
            asked.method.value,
            asked.is_solved,
            asked.satisfaction,
            known.actor,
            known.role.value,
            *file.ending,
        )
