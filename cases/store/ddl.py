"""Names and DDL of an event table: one text, event_table.sql, for the product's log and all others.

`schema/001_log.sql` is this text rendered for `log.case_events`, frozen as an applied step has to be;
tests/store/test_recorder_schema.py compares what PostgreSQL holds of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal, LiteralString, cast

from eventsourcing.persistence import ProgrammingError
from psycopg import Connection, Cursor
from psycopg.sql import SQL, Composed, Identifier
from psycopg.sql import Literal as Constant

LONGEST_NAME = 63
DDL_LOCK = 0x6361736573746F72
"""Transaction-level advisory lock (the letters "casestor") under which tables are made."""

BESIDE = ("gate", "positions", "fences", "clock", "origins")
"""What stands beside an event table: `<table>_<word>`."""

ID_BYTES: dict[str, LiteralString] = {
    "uuid": "uuid_send(e.id)",
    "text": "int4send(octet_length(convert_to(e.id, 'UTF8'))) || convert_to(e.id, 'UTF8')",
}


def lock_ddl(cursor: Cursor[Any]) -> None:
    """Let one process at a time make tables, until its transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DDL_LOCK])


def relation_exists(cursor: Cursor[Any], schema: str, name: str) -> bool:
    """Tell whether a table is there now; `to_regclass` would answer from a cache that is older than the lock."""
    query = (
        "SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE nspname = %s AND relname = %s"
    )
    return cursor.execute(query, [schema, name]).rowcount > 0


def shortened(name: str, suffix: str) -> str:
    """Join a name and a suffix; what PostgreSQL would cut is cut here, with a hash of the whole."""
    joined = name + suffix
    if len(joined.encode()) <= LONGEST_NAME:
        return joined
    mark = "_" + sha256(joined.encode()).hexdigest()[:8] + suffix
    return name.encode()[: LONGEST_NAME - len(mark)].decode(errors="ignore") + mark


@dataclass(frozen=True)
class EventTable:
    """Where one application keeps its events, and the names of what stands around the table."""

    schema: str
    table: str
    id_type: Literal["uuid", "text"] = "uuid"

    def name(self, suffix: str = "") -> Identifier:
        """Give the qualified, quoted name of the table or of the object beside it with this suffix."""
        return Identifier(self.schema, shortened(self.table, suffix))

    @cached_property
    def append(self) -> Identifier:
        """The append function."""
        return self.name("_append")

    def append_call(self) -> Composed:
        """Give the call of the append function; its parameters are `queries.columns_of(events)`."""
        return SQL(
            "SELECT first_position, stamped_at"
            " FROM {append}(%b::{ids}[], %b::bigint[], %b::text[], %b::bytea[])"
        ).format(append=self.append, ids=SQL(self.id_type))

    def append_one_call(self) -> Composed:
        """Give the same call for one event, as most commands make it; its parameters are the event's columns."""
        return SQL(
            "SELECT first_position, stamped_at"
            " FROM {append}(ARRAY[%b::{ids}], ARRAY[%b::bigint], ARRAY[%b::text], ARRAY[%b::bytea])"
        ).format(append=self.append, ids=SQL(self.id_type))

    def sequence(self, suffix: str) -> Composed:
        """Give the sequence beside it as a constant that sequence functions take."""
        return SQL("{}::regclass").format(Constant(self.name(suffix).as_string()))

    def script(self) -> Composed:
        """Render event_table.sql for this table."""
        text = cast("Any", files("cases.store").joinpath("event_table.sql").read_text("utf-8"))
        words = {suffix: self.name("_" + suffix) for suffix in BESIDE}
        constants = {f"{word}_id": self.sequence("_" + word) for word in ("positions", "fences", "clock")}
        return SQL(text).format(
            table=self.name(),
            index=Identifier(shortened(self.table, "_notification_id_idx")),
            append=self.append,
            refuse=self.name("_refuse"),
            id_type=SQL(self.id_type),
            id_bytes=SQL(ID_BYTES[self.id_type]),
            **words,
            **constants,
        )

    def stands(self, connection: Connection[Any]) -> bool:
        """Tell whether everything is there; raises ProgrammingError over another recorder's table."""
        cursor = connection.cursor()
        has_table = relation_exists(cursor, self.schema, self.table)
        if has_table and not self._can_append(cursor):
            msg = f"{self.schema}.{self.table} was made by another recorder; this one cannot append to it"
            raise ProgrammingError(msg)
        return has_table

    def _can_append(self, cursor: Cursor[Any]) -> bool:
        name = shortened(self.table, "_append")
        query = "SELECT FROM pg_proc WHERE pronamespace = to_regnamespace(%s) AND proname = %s"
        return cursor.execute(query, [Identifier(self.schema).as_string(), name]).rowcount > 0

    def create(self, connection: Connection[Any]) -> None:
        """Make what is missing, in one transaction; nothing at all is run where it stands already."""
        if self.stands(connection):
            return
        with connection.transaction():
            lock_ddl(connection.cursor())
            if not self.stands(connection):
                connection.execute(self.script())
