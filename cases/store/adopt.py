"""May this log be trusted in this cluster? And how a log that was moved here is taken over.

Fences are transaction ids of the cluster that the log was written in. Moved to another one (dump and restore, COPY,
a major upgrade) they mean nothing there: a reader would wait for years, or miss facts. So every start asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import psycopg
from eventsourcing.persistence import OperationalError
from psycopg import Connection
from psycopg.rows import args_row
from psycopg.sql import SQL

from cases.store.ddl import EventTable
from cases.store.errors import StoreError

LOG: Final = EventTable("log", "case_events")
"""The product's own log."""
CURE: Final = "Make sure that nothing writes, then run: caseledger db adopt"

SIGHT: Final = SQL("""
    SELECT (SELECT system_identifier FROM pg_control_system()),
           (SELECT system_identifier FROM {origins} ORDER BY adopted_at DESC LIMIT 1),
           coalesce((SELECT max(notification_id) FROM {table}), 0),
           coalesce(pg_sequence_last_value({positions}), 0),
           greatest(pg_sequence_last_value({fences}), (
               SELECT fence FROM {table}
               WHERE notification_id > (SELECT max(settled_floor) FROM {origins})
               ORDER BY notification_id DESC LIMIT 1
           ), 0),
           CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_xact_id()::text::bigint END
""")
ADOPTION: Final = SQL("""
    WITH top AS (
        SELECT coalesce(max(notification_id), 0) AS position,
               coalesce((extract(epoch FROM max(recorded_at)) * 1000000)::bigint, 0) AS micros
        FROM {table}
    ), moved AS (
        SELECT setval({positions}, greatest(position, 1), position > 0),
               setval({fences}, 0),
               setval({clock}, greatest(micros, pg_sequence_last_value({clock})))
        FROM top
    )
    INSERT INTO {origins} (system_identifier, settled_floor)
    SELECT system_identifier, position FROM pg_control_system(), top, moved
    RETURNING system_identifier, settled_floor
""")


class LogNotAdopted(StoreError, OperationalError):
    """The log was written in another cluster, or loaded into this one, and nobody has taken it over."""

    title = "This log was moved here and has not been taken over"


@dataclass(frozen=True, slots=True)
class Adoption:
    """What a take-over recorded: the cluster, and the position up to which everything is settled."""

    system_identifier: int
    settled_floor: int


@dataclass(frozen=True, slots=True)
class _Sight:
    here: int
    origin: int
    last_position: int
    drawn_position: int
    last_fence: int
    fresh_transaction: int | None


def check_log(connection: Connection[Any], table: EventTable = LOG) -> None:
    """Prove that readers here can rest on the fences; raises LogNotAdopted. Draws one transaction id.

    A fence is compared with a transaction id drawn now, never with a snapshot's xmax: a healthy log is above that
    whenever its last writers rolled back. A standby cannot draw one, but shares its primary's identifier.
    """
    with connection.cursor(row_factory=args_row(_Sight)) as cursor:
        seen = cursor.execute(_filled(SIGHT, table)).fetchall()[0]
    if seen.here != seen.origin:
        raise LogNotAdopted(f"{table.schema}.{table.table} was written in another cluster", cure=CURE)
    if seen.last_position > seen.drawn_position:
        raise LogNotAdopted(f"{table.schema}.{table.table} was loaded behind the recorder's back", cure=CURE)
    if seen.fresh_transaction is not None and seen.last_fence >= seen.fresh_transaction:
        raise LogNotAdopted(f"{table.schema}.{table.table} holds fences of another cluster", cure=CURE)


def adopt_log(connection: Connection[Any], table: EventTable = LOG) -> Adoption:
    """Take a log over that was moved here: everything in it is settled, and fences begin anew.

    Run it as the owner while nothing writes; it waits for no writer longer than the connection's lock_timeout.
    Raises psycopg.errors.LockNotAvailable then. No fact is touched.
    """
    with connection.transaction(), connection.cursor(row_factory=args_row(Adoption)) as cursor:
        lock = SQL("LOCK TABLE {gate}, {table} IN EXCLUSIVE MODE")
        cursor.execute(lock.format(gate=table.name("_gate"), table=table.name()))
        return cursor.execute(_filled(ADOPTION, table)).fetchall()[0]


def stands_and_is_ours(connection: Connection[Any], table: EventTable) -> bool:
    """Tell whether the table is there; raises LogNotAdopted when it is, but not of this cluster."""
    if not table.stands(connection):
        return False
    check_log(connection, table)
    return True


def _filled(text: SQL, table: EventTable) -> psycopg.sql.Composed:
    return text.format(
        table=table.name(),
        origins=table.name("_origins"),
        positions=table.sequence("_positions"),
        fences=table.sequence("_fences"),
        clock=table.sequence("_clock"),
    )
