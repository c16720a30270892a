"""The two statements of every command, spoken to libpq itself: append one event, read one stream.

A cursor of the driver serves any statement with parameters and rows of any type. These two have fixed ones, and
what the cursor does around them costs a fifth of a writer's time (docs/decisions/009-two-statements-by-wire.md).
Everything goes over in PostgreSQL's binary format: integers and microseconds since 2000 as eight bytes, big-endian.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID
from weakref import WeakSet

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import Connection, errors
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGresult

from cases.store.ddl import EventTable
from cases.store.stored import Block, StoredFact

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""From which PostgreSQL counts its microseconds."""
INT8_TYPE, BYTES_TYPE, TEXT_TYPE, UUID_TYPE = 20, 17, 25, 2950


class WireStatement:
    """One statement with parameters ($1 …) of given types (OIDs), prepared on each connection that runs it."""

    def __init__(self, name: bytes, statement: bytes, types: Sequence[int]) -> None:
        self._name, self._statement, self._types = name, statement, types
        self._formats = [Format.BINARY] * len(types)
        self._prepared_on = WeakSet[Connection[Any]]()

    def run(self, connection: Connection[Any], params: Sequence[bytes]) -> PGresult:
        """Run it on a connection of the caller's own and give its rows; raises the driver's errors."""
        if connection not in self._prepared_on:
            self._prepare(connection)
        result = self._sent(connection, params)
        if result.status != ExecStatus.TUPLES_OK and _is_forgotten(result):
            self._prepare(connection)
            result = self._sent(connection, params)
        return _good(connection, result, ExecStatus.TUPLES_OK)

    def _sent(self, connection: Connection[Any], params: Sequence[bytes]) -> PGresult:
        return connection.pgconn.exec_prepared(self._name, params, self._formats, Format.BINARY)

    def _prepare(self, connection: Connection[Any]) -> None:
        result = connection.pgconn.prepare(self._name, self._statement, self._types)
        _good(connection, result, ExecStatus.COMMAND_OK)
        self._prepared_on.add(connection)


class WireLog:
    """Both statements for one event table."""

    def __init__(self, events: EventTable) -> None:
        id_type = TEXT_TYPE if events.id_type == "text" else UUID_TYPE
        append, table = (name.as_bytes() for name in (events.append, events.name()))
        self._append = WireStatement(
            b"append " + append,
            b"SELECT first_position, stamped_at FROM "
            + append
            + b"(ARRAY[$1], ARRAY[$2], ARRAY[$3], ARRAY[$4])",
            [id_type, INT8_TYPE, TEXT_TYPE, BYTES_TYPE],
        )
        self._stream = WireStatement(
            b"stream " + table,
            b"SELECT originator_version, topic, state, notification_id, recorded_at, leaf FROM "
            + table
            + b" WHERE originator_id = $1 ORDER BY originator_version",
            [id_type],
        )

    def append(self, connection: Connection[Any], event: StoredEvent) -> Block:
        """Store one event in a transaction of its own, and tell the position that it was given."""
        version = event.originator_version.to_bytes(8, signed=True)
        params = (_sent_id(event.originator_id), version, event.topic.encode(), event.state)
        cell = _cells(self._append.run(connection, params))
        return Block(int.from_bytes(cell(0, 0)), 1, _instant(cell(0, 1)))

    def stream(self, connection: Connection[Any], originator_id: UUID | str) -> list[StoredFact]:
        """Read one whole stream by version, settled or not."""
        result = self._stream.run(connection, [_sent_id(originator_id)])
        cell = _cells(result)
        return [
            StoredFact(
                originator_id,
                int.from_bytes(cell(row, 0)),
                cell(row, 1).decode(),
                cell(row, 2),
                int.from_bytes(cell(row, 3)),
                _instant(cell(row, 4)),
                cell(row, 5),
            )
            for row in range(result.ntuples)
        ]


def _good(connection: Connection[Any], result: PGresult, wanted: ExecStatus) -> PGresult:
    """Give the result, or raise what the driver would have raised for it."""
    if result.status == wanted:
        return result
    if connection.pgconn.status == ConnStatus.BAD:
        raise psycopg.OperationalError(result.get_error_message())
    raise errors.error_from_result(result)


def _is_forgotten(result: PGresult) -> bool:
    """Tell whether the server dropped the prepared statement, as DISCARD and DEALLOCATE do; nothing ran then."""
    return result.error_field(DiagnosticField.SQLSTATE) == b"26000"


def _cells(result: PGresult) -> Callable[[int, int], bytes]:
    """Give the reader of one cell by row and column; no column of ours is ever null."""
    return cast("Callable[[int, int], bytes]", result.get_value)


def _sent_id(originator_id: UUID | str) -> bytes:
    return originator_id.bytes if isinstance(originator_id, UUID) else originator_id.encode()


def _instant(cell: bytes) -> datetime:
    return EPOCH + timedelta(0, 0, int.from_bytes(cell, signed=True))
