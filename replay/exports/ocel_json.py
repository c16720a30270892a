"""Object-centric logs as one JSON document (OCEL 2.0), written out of the relational form row by row."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import IO, Any, Final

from psycopg.sql import SQL, Identifier

from replay.exports.ocel import EVENTS, OBJECTS, Typed
from replay.exports.ocel_sqlite import EVENT_KINDS, OBJECT_KINDS, Kind, database
from replay.exports.snapshot import Snapshot
from replay.exports.xes import Written

_ALL: Final = SQL("SELECT * FROM {} ORDER BY ocel_id, rowid")
_TOUCHED: Final = (
    "SELECT ocel_object_id, ocel_qualifier FROM event_object WHERE ocel_event_id = ? ORDER BY 1, 2"
)
_RELATED: Final = (
    "SELECT ocel_target_id, ocel_qualifier FROM object_object WHERE ocel_source_id = ? ORDER BY 1, 2"
)


def write_ocel_json(
    out: IO[bytes], snapshot: Snapshot, progress: Callable[[int], None] = lambda _: None
) -> Written:
    """Write the document, the same bytes for the same snapshot; `progress` is told the facts so far."""
    with database(snapshot, progress) as (path, written), closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        for chunk in _document(connection):
            out.write(chunk.encode())
    return written


def _document(connection: sqlite3.Connection) -> Iterator[str]:
    yield '{"objectTypes":' + _text(list(_types(OBJECTS)))
    yield ',\n"eventTypes":' + _text(list(_types(EVENTS)))
    for name, found in (("objects", _objects(connection)), ("events", _events(connection))):
        yield f',\n"{name}":['
        for number, one in enumerate(found):
            yield (",\n" if number else "\n") + _text(one)
        yield "]"
    yield "}\n"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _types(types: Mapping[str, Typed]) -> Iterator[dict[str, Any]]:
    for name, typed in types.items():
        yield {"name": name, "attributes": [{"name": one, "type": kind} for one, kind in typed.items()]}


def _objects(connection: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    for kind_name, kind in OBJECT_KINDS.items():
        for name, rows in groupby(_rows(connection, kind), key=itemgetter("ocel_id")):
            yield {
                "id": name,
                "type": kind_name,
                "attributes": [one for row in rows for one in _said(row, kind.typed, time=row["ocel_time"])],
                "relationships": _relationships(connection, _RELATED, name),
            }


def _events(connection: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    for kind_name, kind in EVENT_KINDS.items():
        for row in _rows(connection, kind):
            yield {
                "id": row["ocel_id"],
                "type": kind_name,
                "time": row["ocel_time"],
                "attributes": list(_said(row, kind.typed)),
                "relationships": _relationships(connection, _TOUCHED, row["ocel_id"]),
            }


def _rows(connection: sqlite3.Connection, kind: Kind) -> Iterator[sqlite3.Row]:
    yield from connection.execute(_ALL.format(Identifier(kind.table)).as_string())


def _said(row: sqlite3.Row, typed: Typed, **more: str) -> Iterator[dict[str, Any]]:
    """Give the attributes that a row has a value for; SQLite keeps truth as 0 and 1."""
    for name, kind in typed.items():
        value = row[name]
        if value is not None:
            yield {"name": name, **more, "value": bool(value) if kind == "boolean" else value}


def _relationships(connection: sqlite3.Connection, query: str, name: str) -> list[dict[str, str]]:
    return [{"objectId": one, "qualifier": as_what} for one, as_what in connection.execute(query, (name,))]
