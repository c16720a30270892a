"""The worklist: open clocks by what falls due next, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg.sql import SQL

from projections.questions.answers import Part, Standing, snapshot, standing_of
from projections.questions.cursors import cursor_after, place_of
from projections.schema import Db

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


class WorkItem(Part):
    """One open clock of one case."""

    clock_id: str
    case_id: UUID
    case_no: str | None
    kind: str
    stage: str
    severity: str
    assigned_to: str | None
    clause: str
    label_zh: str
    label_en: str
    department: str
    standing: str
    """running, paused or overdue."""
    started_at: datetime
    due_at: datetime
    warned_at: datetime | None
    overdue_seconds: int | None
    escalated_level: str | None
    """The role that it last went up to."""
    escalated_at: datetime | None


class Worklist(Part):
    """A page; `cursor` asks for the next one, None on the last."""

    at: datetime
    standing: Standing
    items: tuple[WorkItem, ...]
    cursor: str | None


DUE_NEXT: LiteralString = """
SELECT clocks.clock_id, clocks.case_id, cases.case_no, cases.kind, cases.stage, cases.severity, cases.assigned_to,
    clauses.clause, clauses.label_zh, clauses.label_en, clocks.department, clocks.standing, clocks.started_at,
    clocks.due_at, clocks.warned_at, clocks.overdue_seconds, clocks.escalated_level, clocks.escalated_at
FROM bi.sla_clocks_at(%(at)s) AS clocks
JOIN bi.fct_cases AS cases USING (case_id)
JOIN bi.dim_regulation_clauses AS clauses USING (clause_id)
WHERE clocks.verdict = 'open' AND {wanted} AND (clocks.due_at, clocks.clock_id) > (%(due_at)s, %(clock_id)s)
ORDER BY clocks.due_at, clocks.clock_id
LIMIT %(rows)s
"""
WANTED: Final[Mapping[str, SQL]] = {
    "department": SQL("clocks.department = %(department)s"),
    "assigned_to": SQL("cases.assigned_to = %(assigned_to)s"),
    "due_before": SQL("clocks.due_at < %(due_before)s"),
}


def worklist(
    connection: Db,
    *,
    at: datetime,
    limit: int = 50,
    cursor: str | None = None,
    department: str | None = None,
    assigned_to: str | None = None,
    due_before: datetime | None = None,
    is_live: bool = True,
) -> Worklist:
    """List the open clocks of live cases (or of imported history), the most overdue first.

    Raises Malformed for a strange cursor.
    """
    due_at, clock_id = place_of(cursor) if cursor else (EARLIEST, "")
    asked = {
        "at": at, "rows": limit + 1, "due_at": due_at, "clock_id": clock_id, "department": department,
        "assigned_to": assigned_to, "due_before": due_before,
    }  # fmt: skip
    whose = SQL("clocks.is_live" if is_live else "NOT clocks.is_live")
    told = (condition for name, condition in WANTED.items() if asked[name] is not None)
    statement = SQL(DUE_NEXT).format(wanted=SQL(" AND ").join((whose, *told)))
    with snapshot(connection) as found:
        items = tuple(WorkItem.model_validate(row) for row in found.execute(statement, asked))
        standing = standing_of(found)
    last = items[limit - 1] if len(items) > limit else None
    return Worklist(
        at=at,
        standing=standing,
        items=items[:limit],
        cursor=cursor_after(last.due_at, last.clock_id) if last else None,
    )
