"""Findings: which constraints the facts of a period do not satisfy, by clause, with the newest cases."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from projections.questions.answers import Part, Standing, snapshot, standing_of
from projections.schema import Db


class FindingFigures(Part):
    """One constraint of one regulation version: how often it was not satisfied, and in how many cases."""

    clause_id: str
    constraint_id: str
    clause: str
    regulation: str
    mode: str
    label_zh: str
    label_en: str
    findings: int
    cases: int
    overridden: int
    """Of these findings, allowed by an approved override."""
    newest_at: datetime | None
    newest_case_id: UUID
    newest_case_no: str | None


class FindingCounts(Part):
    """Findings whose last fact happened from `since` on and before `until`."""

    since: datetime
    until: datetime
    standing: Standing
    findings: int
    clauses: tuple[FindingFigures, ...]


BY_CLAUSE: LiteralString = """
WITH found AS (
    SELECT findings.*, cases.case_no,
        row_number() OVER (PARTITION BY findings.clause_id ORDER BY findings.occurred_at DESC, finding_id) AS newness
    FROM bi.fct_findings AS findings JOIN bi.fct_cases AS cases USING (case_id)
    WHERE findings.occurred_at >= %(since)s AND findings.occurred_at < %(until)s
    AND (%(is_live)s::boolean IS NULL OR findings.is_live = %(is_live)s)
)
SELECT found.clause_id, found.constraint_id, clauses.clause, found.regulation, found.mode, clauses.label_zh,
    clauses.label_en, count(*) AS findings, count(DISTINCT found.case_id) AS cases,
    count(*) FILTER (WHERE found.is_overridden) AS overridden, max(found.occurred_at) AS newest_at,
    (array_agg(found.case_id ORDER BY newness))[1] AS newest_case_id,
    (array_agg(found.case_no ORDER BY newness))[1] AS newest_case_no
FROM found JOIN bi.dim_regulation_clauses AS clauses USING (clause_id)
GROUP BY found.clause_id, found.constraint_id, clauses.clause, found.regulation, found.mode, clauses.label_zh,
    clauses.label_en
ORDER BY count(*) DESC, found.clause_id
"""


def finding_counts(
    connection: Db, *, since: datetime, until: datetime, is_live: bool | None = None
) -> FindingCounts:
    """Count findings by the constraint that was not satisfied, the most frequent first."""
    asked = {"since": since, "until": until, "is_live": is_live}
    with snapshot(connection) as cursor:
        clauses = tuple(FindingFigures.model_validate(row) for row in cursor.execute(BY_CLAUSE, asked))
        standing = standing_of(cursor)
    return FindingCounts(
        since=since,
        until=until,
        standing=standing,
        findings=sum(clause.findings for clause in clauses),
        clauses=clauses,
    )
