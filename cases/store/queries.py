"""Parameters and clauses that the recorders share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from psycopg.sql import SQL, Composed
from psycopg.types.numeric import Int8

Columns = tuple[list[UUID | str], list[Int8], list[str], list[bytes]]


def columns_of(stored_events: Sequence[StoredEvent]) -> Columns:
    """Turn events into one array a column: ids, versions, topics, states."""
    return (
        [event.originator_id for event in stored_events],
        [Int8(event.originator_version) for event in stored_events],
        [event.topic for event in stored_events],
        [event.state for event in stored_events],
    )


def of_stream(
    query: Composed,
    originator_id: UUID | str,
    *,
    gt: int | None,
    lte: int | None,
    desc: bool,
    limit: int | None,
) -> tuple[Composed, list[Any]]:
    """Add to `… WHERE originator_id = %b` the bounds (exclusive, inclusive), the order and the limit."""
    params: list[Any] = [originator_id]
    if gt is not None:
        query += SQL(" AND originator_version > %b")
        params.append(Int8(gt))
    if lte is not None:
        query += SQL(" AND originator_version <= %b")
        params.append(Int8(lte))
    query += SQL(" ORDER BY originator_version DESC") if desc else SQL(" ORDER BY originator_version")
    if limit is not None:
        query += SQL(" LIMIT %b")
        params.append(Int8(limit))
    return query, params
