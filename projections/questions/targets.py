"""Targets: the figures of a month, each with what it is made of, held against its threshold; every miss by its case."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from projections.questions.answers import Part, Standing, snapshot, standing_of
from projections.schema import Db


class Miss(Part):
    """A case in which something that a target counts is not good."""

    case_id: UUID
    case_no: str | None
    happened_at: datetime
    """When it happened, or when the clock started; of several the newest."""
    times: int
    """How often it is counted as missed in this case."""
    last_position: int


class TargetFigures(Part):
    """One target in one month: under one version of the regulation and of the firm's values, in one department or all.

    Shares are exact decimals between 0 and 1. `months_in_row` counts whole months up to this one, all departments
    together and 36 at most; None where nothing says how many it has to be.
    """

    target_id: str
    regulation: str
    target: str
    clause_id: str
    clause: str
    label_zh: str
    label_en: str
    measure: str
    settings_version: str | None
    department: str | None
    numerator: int
    denominator: int
    rate: Decimal | None
    rate_unadjusted: Decimal | None
    """As if nothing had been excluded."""
    threshold: Decimal | None
    threshold_from: str
    """clause, setting or not_configured."""
    is_reached: bool | None
    is_small: bool
    """Fewer than 30 to divide by."""
    pending: int
    excluded: int
    not_configured: int
    cases: int
    open_cases: int
    months_in_row: int | None
    months_needed: int | None
    is_run_reached: bool | None
    last_position: int
    missed: int
    missed_cases: int
    """In how many cases."""
    misses: tuple[Miss, ...]
    """All of a target that asks for everything, else the newest (target_views.SHOWN)."""


class TargetStandings(Part):
    """The targets of one month of the business time zone, and what they stand on."""

    at: datetime
    month: date
    is_over: bool
    standing: Standing
    targets: tuple[TargetFigures, ...]


FIGURES: LiteralString = """
SELECT found.*, denominator - numerator AS missed
FROM bi.targets_at(%(at)s, %(zone)s, %(month)s, %(month)s) AS found
WHERE (%(regulation)s::text IS NULL OR %(regulation)s IN (regulation, split_part(regulation, '@', 1)))
AND (department IS NULL) <> %(by_department)s
ORDER BY regulation, clause, target_id, department
"""
OVER: LiteralString = """
SELECT (%(month)s::date::timestamp + interval '1 month') AT TIME ZONE %(zone)s <= %(at)s AS is_over
"""


def target_standings(
    connection: Db,
    *,
    at: datetime,
    month: date,
    regulation: str | None = None,
    by_department: bool = False,
    zone: str = "Asia/Shanghai",
) -> TargetStandings:
    """Hold a month (any day of it) against the targets, as known at an instant.

    `regulation` is an id, or one version as id@version. A target that counted nothing in the month has no line.
    """
    month = month.replace(day=1)
    asked: dict[str, Any] = {
        "at": at, "zone": zone, "month": month, "regulation": regulation, "by_department": by_department,
    }  # fmt: skip
    with snapshot(connection) as cursor:
        rows = cursor.execute(FIGURES, asked).fetchall()
        return TargetStandings(
            at=at,
            month=month,
            is_over=bool((cursor.execute(OVER, asked).fetchone() or {})["is_over"]),
            standing=standing_of(cursor),
            targets=tuple(TargetFigures.model_validate(row | row["misses"]) for row in rows),
        )
