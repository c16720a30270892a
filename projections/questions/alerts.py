"""Alerts: what there is to be told at an instant, the newest first."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from projections.questions.answers import Part, Standing, snapshot, standing_of
from projections.schema import Db


class Alert(Part):
    """One thing to know. A case's own is recorded in it; of people, years, values and tables there is only this."""

    about: str
    """case, person, signal (of a control chart), calendar_year, not_configured, parked or behind."""
    name: str
    what: str
    clause: str | None
    label_zh: str | None
    label_en: str | None
    case_id: UUID | None
    case_no: str | None
    same: str | None
    """What is the same of what was counted: pseudonyms, codes and tokens; the version of a calendar."""
    levels: tuple[str, ...]
    """The roles that it is for; none where the regulation names none."""
    told: tuple[str, ...]
    times: int
    excluded: int
    at_least: int | None
    since_at: datetime | None
    reached_at: datetime | None


class Alerts(Part):
    """What was reached from `since` on, and what stands whenever it began; `total` counts also what is not listed."""

    at: datetime
    since: datetime
    standing: Standing
    total: int
    items: tuple[Alert, ...]


NEWEST: LiteralString = """
SELECT alerts.about, alerts.name, alerts.what, clauses.clause, clauses.label_zh, clauses.label_en, alerts.case_id,
    cases.case_no, alerts.same, coalesce(alerts.levels, ARRAY[]::text[]) AS levels,
    coalesce(alerts.told, ARRAY[]::text[]) AS told, alerts.times, alerts.excluded, alerts.at_least, alerts.since_at,
    alerts.reached_at, count(*) OVER () AS total
FROM bi.alerts_at(%(at)s, %(since)s, %(zone)s) AS alerts
LEFT JOIN bi.fct_cases AS cases USING (case_id)
LEFT JOIN bi.dim_regulation_clauses AS clauses USING (clause_id)
WHERE (%(level)s::text IS NULL OR %(level)s = ANY(alerts.levels))
ORDER BY alerts.reached_at DESC NULLS LAST, alerts.about, alerts.name
LIMIT %(rows)s
"""


def alerts(
    connection: Db, *, at: datetime, since: datetime, zone: str, level: str | None = None, limit: int = 50
) -> Alerts:
    """List alerts; `level` keeps to those for one role, `zone` tells months and years apart."""
    asked = {"at": at, "since": since, "zone": zone, "level": level, "rows": limit}
    with snapshot(connection) as found:
        rows = found.execute(NEWEST, asked).fetchall()
        standing = standing_of(found)
    items = tuple(Alert.model_validate(row) for row in rows)
    return Alerts(at=at, since=since, standing=standing, total=rows[0]["total"] if rows else 0, items=items)
