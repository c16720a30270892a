"""Cases as rows: a list with filters, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier, Placeholder

from cases.errors import Malformed
from projections.questions.answers import Part, Standing, snapshot, standing_of
from projections.questions.cursors import cursor_after, place_of
from projections.schema import Db

FIRST_CASE, LAST_CASE = UUID(int=0), UUID(int=2**128 - 1)


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


# Cases that stand in a way of their own are read apart, each in order from an index, and no further than a page.
PAGE: LiteralString = """
SELECT * FROM ({standing}) AS found ORDER BY opened_at DESC, case_id DESC LIMIT %(rows)s
"""
NEWEST: LiteralString = """(
    SELECT {columns} FROM bi.fct_cases
    WHERE {wanted} AND (opened_at, case_id) < (%(before)s, %(before_case)s)
    ORDER BY opened_at DESC, case_id DESC LIMIT %(rows)s
)"""
STANDING: Final[Mapping[bool | None, tuple[SQL, ...]]] = {
    None: (SQL("true"),),
    True: (SQL("closed_at IS NULL"), SQL("closed_at > %(at)s")),
    False: (SQL("closed_at <= %(at)s"),),
}
"""Open or closed at the instant; None: either."""
SINCE: Final[Mapping[str, SQL]] = {"opened_since": SQL("opened_at >= %(opened_since)s")}
APART: Final = {"is_open", "opened_until"}
ANY: CaseFilter = CaseFilter()


def case_list(
    connection: Db, *, at: datetime, wanted: CaseFilter = ANY, limit: int = 50, cursor: str | None = None
) -> CaseList:
    """List cases opened by an instant, newest first; raises Malformed for a strange cursor."""
    before, before_case = _first(cursor, at, wanted.opened_until)
    asked = {**wanted.model_dump(), "at": at, "rows": limit + 1, "before": before, "before_case": before_case}
    with snapshot(connection) as found:
        cases = tuple(ListedCase.model_validate(row) for row in found.execute(_newest(wanted), asked))
        standing = standing_of(found)
    last = cases[limit - 1] if len(cases) > limit else None
    return CaseList(
        at=at,
        standing=standing,
        cases=cases[:limit],
        cursor=cursor_after(last.opened_at, str(last.case_id)) if last else None,
    )


def _newest(wanted: CaseFilter) -> Composed:
    """Ask for what is wanted and nothing else, so that the planner sees it."""
    given = [
        SINCE.get(name) or SQL("{} = {}").format(Identifier(name), Placeholder(name))
        for name in wanted.model_dump(exclude_none=True, exclude=APART)
    ]
    columns = SQL(", ").join(map(Identifier, ListedCase.model_fields))
    parts = (
        SQL(NEWEST).format(columns=columns, wanted=SQL(" AND ").join((standing, *given)))
        for standing in STANDING[wanted.is_open]
    )
    return SQL(PAGE).format(standing=SQL(" UNION ALL ").join(parts))


def _first(cursor: str | None, at: datetime, until: datetime | None) -> tuple[datetime, UUID]:
    """Give the one place before which a page lies: of several bounds an index is read from the wrong one."""
    ends = [(at, LAST_CASE)]
    if until is not None:
        ends.append((until, FIRST_CASE))
    return min(ends if cursor is None else [*ends, _place(cursor)])


def _place(cursor: str) -> tuple[datetime, UUID]:
    moment, name = place_of(cursor)
    try:
        return moment, UUID(name)
    except ValueError:
        wrong = {"field": "cursor", "cure": "give back the cursor of the page before, or none"}
        raise Malformed("The cursor is not one that was given out", errors=[wrong]) from None
