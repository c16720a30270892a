"""Parameters and clauses that the recorders share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from psycopg.sql import SQL, Composed, Identifier
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


def columns_of_one(event: StoredEvent) -> tuple[UUID | str, Int8, str, bytes]:
    """Give the columns of one event as they are: arrays cost the driver a third of the call."""
    return event.originator_id, Int8(event.originator_version), event.topic, event.state


class StreamQuery:
    """Asks for one stream by version; each shape of the question is rendered once."""

    def __init__(self, columns: SQL, table: Identifier) -> None:
        self._head = SQL("SELECT {} FROM {} WHERE originator_id = %b").format(columns, table)
        self._rendered: dict[tuple[bool, ...], bytes] = {}

    def asked(
        self, originator_id: UUID | str, *, gt: int | None, lte: int | None, desc: bool, limit: int | None
    ) -> tuple[bytes, list[Any]]:
        """Give query and parameters for the library's bounds: `gt` is exclusive, `lte` inclusive."""
        shape = (gt is not None, lte is not None, desc, limit is not None)
        if shape not in self._rendered:
            self._rendered[shape] = self._query(*shape).as_bytes()
        bounds = [Int8(bound) for bound in (gt, lte, limit) if bound is not None]
        return self._rendered[shape], [originator_id, *bounds]

    def _query(self, has_gt: bool, has_lte: bool, is_falling: bool, has_limit: bool) -> Composed:  # noqa: FBT001 - a shape
        query = self._head
        if has_gt:
            query += SQL(" AND originator_version > %b")
        if has_lte:
            query += SQL(" AND originator_version <= %b")
        query += SQL(" ORDER BY originator_version") + SQL(" DESC" if is_falling else "")
        return query + SQL(" LIMIT %b") if has_limit else query
