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


# What is newest is looked up for each constraint: sorting all findings by it takes longer than counting them.
BY_CLAUSE: LiteralString = """
WITH found AS (
    SELECT clause_id, constraint_id, regulation, mode, case_id, is_overridden, occurred_at, finding_id
    FROM bi.fct_findings
    WHERE occurred_at >= %(since)s AND occurred_at < %(until)s
    AND (%(is_live)s::boolean IS NULL OR is_live = %(is_live)s)
), by_case AS (
    SELECT clause_id, constraint_id, regulation, mode, case_id, count(*) AS findings,
        count(*) FILTER (WHERE is_overridden) AS overridden, max(occurred_at) AS newest_at
    FROM found GROUP BY clause_id, constraint_id, regulation, mode, case_id
), counted AS (
    SELECT clause_id, constraint_id, regulation, mode, sum(findings)::bigint AS findings, count(*) AS cases,
        sum(overridden)::bigint AS overridden, max(newest_at) AS newest_at
    FROM by_case GROUP BY clause_id, constraint_id, regulation, mode
), newest AS (
    SELECT clause_id, mode, min(finding_id) AS finding_id
    FROM found JOIN counted USING (clause_id, mode)
    WHERE found.occurred_at = counted.newest_at
    GROUP BY clause_id, mode
)
SELECT counted.*, clauses.clause, clauses.label_zh, clauses.label_en, cases.case_id AS newest_case_id,
    cases.case_no AS newest_case_no
FROM counted JOIN newest USING (clause_id, mode)
JOIN bi.fct_findings AS one ON one.finding_id = newest.finding_id
JOIN bi.fct_cases AS cases ON cases.case_id = one.case_id
JOIN bi.dim_regulation_clauses AS clauses ON clauses.clause_id = counted.clause_id
ORDER BY counted.findings DESC, counted.clause_id
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
