"""How the tables stand to the log: position, lag, what holds them back, what is parked."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from projections.following.leader import Leader, leader
from projections.following.watchdog import held
from projections.questions.answers import Part, snapshot
from projections.schema import Db


class ParkedCase(Part):
    """A case whose rows are old, and the position of the fact that it could not pass; `reason` names no value."""

    case_id: UUID
    position: int
    parked_at: datetime
    reason: str


class Freshness(Part):
    """How the tables stand; all of it as of one instant, and who leads a moment later."""

    leader: Leader | None
    """The worker that writes; None where none does."""
    position: int
    """Where they stand. It is what fences a leader of yesterday: a write that starts from another one fails."""
    recorded_at: datetime | None
    """When the log recorded that position."""
    log_position: int
    positions_behind: int
    behind_seconds: float
    """For how long the oldest fact that is not in the tables has been stored; 0 where there is none."""
    held_back_facts: int
    """Facts that are stored but not settled: a writing transaction that began earlier is still open."""
    held_back_seconds: float
    parked_cases: int
    incomplete_from: int | None
    parked: tuple[ParkedCase, ...]
    """The first of them, the lowest position first."""
    code_version: str


FRESHNESS: LiteralString = """
SELECT position, recorded_at, log_position, positions_behind, parked_cases, incomplete_from, code_version,
    greatest(0, coalesce(extract(epoch FROM clock_timestamp() - (
        SELECT recorded_at FROM log.case_events WHERE notification_id > position
        ORDER BY notification_id LIMIT 1
    )), 0))::float8 AS behind_seconds
FROM bi.meta_freshness
"""
FIRST_PARKED: LiteralString = (
    "SELECT case_id, position, parked_at, reason FROM bi.meta_parked ORDER BY position, case_id LIMIT %s"
)


def freshness(connection: Db, limit: int = 50) -> Freshness:
    """Tell how the tables stand, with so many of the parked cases; the connection must be outside a transaction."""
    with snapshot(connection) as found:
        row = found.execute(FRESHNESS).fetchone()
        parked = found.execute(FIRST_PARKED, (limit,)).fetchall()
        back = held(connection)
    told = {"parked": parked, "held_back_facts": back.facts, "held_back_seconds": max(back.seconds, 0.0)}
    return Freshness.model_validate({**(row or {}), **told, "leader": leader(connection)})
