"""Cases as rows: a list with filters, page by page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID

from cases.errors import Malformed
from projections.questions.answers import Part, Standing, snapshot, standing_of
from projections.questions.cursors import cursor_after, place_of
from projections.schema import Db

LATEST = datetime(9999, 1, 1, tzinfo=UTC)
LAST_CASE = UUID(int=2**128 - 1)


class CaseFilter(Part):
    """Which cases; what is None does not matter."""

    kind: str | None = None
    category: str | None = None
    stage: str | None = None
    department: str | None = None
    channel: str | None = None
    product_id: str | None = None
    region: str | None = None
    assigned_to: str | None = None
    case_no: str | None = None
    serial_token: str | None = None
    is_live: bool | None = None
    is_open: bool | None = None
    is_parked: bool | None = None
    opened_since: datetime | None = None
    opened_until: datetime | None = None


class ListedCase(Part):
    """A case in a list."""

    case_id: UUID
    case_no: str | None
    kind: str
    category: str
    severity: str
    stage: str
    outcome: str
    department: str
    assigned_to: str | None
    channel: str
    product_id: str
    region: str
    opened_at: datetime
    closed_at: datetime | None
    is_safety: bool
    is_backdated: bool
    is_corrected: bool
    has_override: bool
    is_live: bool
    is_parked: bool
    version: int
    last_position: int


class CaseList(Part):
    """A page, newest first; `cursor` asks for the next one, None on the last."""

    at: datetime
    standing: Standing
    cases: tuple[ListedCase, ...]
    cursor: str | None


NEWEST: LiteralString = """
SELECT * FROM bi.fct_cases
WHERE opened_at <= %(at)s AND (opened_at, case_id) < (%(before)s, %(before_case)s)
AND (%(kind)s::text IS NULL OR kind = %(kind)s)
AND (%(category)s::text IS NULL OR category = %(category)s)
AND (%(stage)s::text IS NULL OR stage = %(stage)s)
AND (%(department)s::text IS NULL OR department = %(department)s)
AND (%(channel)s::text IS NULL OR channel = %(channel)s)
AND (%(product_id)s::text IS NULL OR product_id = %(product_id)s)
AND (%(region)s::text IS NULL OR region = %(region)s)
AND (%(assigned_to)s::text IS NULL OR assigned_to = %(assigned_to)s)
AND (%(case_no)s::text IS NULL OR case_no = %(case_no)s)
AND (%(serial_token)s::text IS NULL OR serial_token = %(serial_token)s)
AND (%(is_live)s::boolean IS NULL OR is_live = %(is_live)s)
AND (%(is_open)s::boolean IS NULL OR (closed_at IS NULL OR closed_at > %(at)s) = %(is_open)s)
AND (%(is_parked)s::boolean IS NULL OR is_parked = %(is_parked)s)
AND (%(opened_since)s::timestamptz IS NULL OR opened_at >= %(opened_since)s)
AND (%(opened_until)s::timestamptz IS NULL OR opened_at < %(opened_until)s)
ORDER BY opened_at DESC, case_id DESC
LIMIT %(rows)s
"""
ANY: CaseFilter = CaseFilter()


def case_list(
    connection: Db, *, at: datetime, wanted: CaseFilter = ANY, limit: int = 50, cursor: str | None = None
) -> CaseList:
    """List cases opened by an instant, newest first; raises Malformed for a strange cursor."""
    before, before_case = _place(cursor) if cursor else (LATEST, LAST_CASE)
    asked = {**wanted.model_dump(), "at": at, "rows": limit + 1, "before": before, "before_case": before_case}
    with snapshot(connection) as found:
        cases = tuple(ListedCase.model_validate(row) for row in found.execute(NEWEST, asked))
        standing = standing_of(found)
    last = cases[limit - 1] if len(cases) > limit else None
    return CaseList(
        at=at,
        standing=standing,
        cases=cases[:limit],
        cursor=cursor_after(last.opened_at, str(last.case_id)) if last else None,
    )


def _place(cursor: str) -> tuple[datetime, UUID]:
    moment, name = place_of(cursor)
    try:
        return moment, UUID(name)
    except ValueError:
        wrong = {"field": "cursor", "cure": "give back the cursor of the page before, or none"}
        raise Malformed("The cursor is not one that was given out", errors=[wrong]) from None
