"""Object-centric logs as a relational database in one file (OCEL 2.0, SQLite)."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Final, NamedTuple

from psycopg.sql import SQL, Composed, Identifier

from cases.recorded import Recorded
from cases.reference import reference_of
from cases.regulation.rules import Reference
from projections.casefile import CaseFacts, CaseFile, open_file
from replay.exports.ocel import EVENTS, OBJECTS, Event, Object, Told, Type, Typed, Value
from replay.exports.ocel_cases import tell
from replay.exports.snapshot import Snapshot
from replay.exports.xes import Written

COLUMNS: Final[Mapping[Type, str]] = {
    "string": "TEXT", "time": "TIMESTAMP", "integer": "INTEGER", "float": "REAL", "boolean": "BOOLEAN",
}  # fmt: skip
CASES_AT_ONCE: Final = 500
_TABLES: Final = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT, FOREIGN KEY (ocel_type) REFERENCES event_map_type (ocel_type)
);
CREATE TABLE object (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT, FOREIGN KEY (ocel_type) REFERENCES object_map_type (ocel_type)
);
CREATE TABLE event_object (
    ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT,
    PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier),
    FOREIGN KEY (ocel_event_id) REFERENCES event (ocel_id),
    FOREIGN KEY (ocel_object_id) REFERENCES object (ocel_id)
) WITHOUT ROWID;
CREATE TABLE object_object (
    ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT,
    PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier),
    FOREIGN KEY (ocel_source_id) REFERENCES object (ocel_id),
    FOREIGN KEY (ocel_target_id) REFERENCES object (ocel_id)
) WITHOUT ROWID;
CREATE TEMP TABLE link (source TEXT, case_no TEXT, qualifier TEXT);
"""
_OF_EVENTS: Final = SQL(
    "CREATE TABLE {} (ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP, {}"
    " FOREIGN KEY (ocel_id) REFERENCES event (ocel_id))"
)
_OF_OBJECTS: Final = SQL(
    "CREATE TABLE {} (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, {}"
    " FOREIGN KEY (ocel_id) REFERENCES object (ocel_id))"
)
_LINKED: Final = """
INSERT OR IGNORE INTO object_object
SELECT link.source, other.ocel_id, link.qualifier FROM link
JOIN object_case AS other ON other.case_no = link.case_no AND other.ocel_changed_field IS NULL
"""


class Kind(NamedTuple):
    """A type of events or objects: its own table, and the statement that fills it."""

    table: str
    typed: Typed
    fill: str


def _kinds(of: str, types: Mapping[str, Typed], fixed: Sequence[str]) -> dict[str, Kind]:
    return {name: _kind(f"{of}_{name}", typed, fixed) for name, typed in types.items()}


def _kind(table: str, typed: Typed, fixed: Sequence[str]) -> Kind:
    columns = SQL(", ").join(map(Identifier, (*fixed, *typed)))
    places = SQL(", ").join([SQL("?")] * (len(fixed) + len(typed)))
    fill = SQL("INSERT INTO {} ({}) VALUES ({})").format(Identifier(table), columns, places)
    return Kind(table, typed, fill.as_string())


EVENT_KINDS: Final = _kinds("event", EVENTS, ("ocel_id", "ocel_time"))
OBJECT_KINDS: Final = _kinds("object", OBJECTS, ("ocel_id", "ocel_time", "ocel_changed_field"))


def write_ocel_sqlite(
    out: IO[bytes], snapshot: Snapshot, progress: Callable[[int], None] = lambda _: None
) -> Written:
    """Write the database; `progress` is told the facts so far."""
    with database(snapshot, progress) as (path, written), path.open("rb") as whole:
        copyfileobj(whole, out)
    return written


@contextmanager
def database(snapshot: Snapshot, progress: Callable[[int], None]) -> Iterator[tuple[Path, Written]]:
    """Give a finished database in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="caseledger-") as folder:
        path = Path(folder) / "log.sqlite"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            _create(connection)
            written = _fill(connection, snapshot, progress)
        yield path, written


def _create(connection: sqlite3.Connection) -> None:
    connection.executescript(_TABLES)
    for kinds, shape, names in (
        (EVENT_KINDS, _OF_EVENTS, "INSERT INTO event_map_type VALUES (?, ?)"),
        (OBJECT_KINDS, _OF_OBJECTS, "INSERT INTO object_map_type VALUES (?, ?)"),
    ):
        for name, kind in kinds.items():
            statement = shape.format(Identifier(kind.table), _columns(kind.typed)).as_string()
            connection.execute(statement)
            connection.execute(names, (name, name))


def _columns(typed: Typed) -> Composed:
    """Give the columns of a type's own attributes, each with a comma behind it."""
    return SQL("").join(
        SQL("{} {}, ").format(Identifier(name), SQL(COLUMNS[kind])) for name, kind in typed.items()
    )


def _fill(connection: sqlite3.Connection, snapshot: Snapshot, progress: Callable[[int], None]) -> Written:
    reference = reference_of(snapshot.beside(), snapshot.zone)
    cases = facts = 0
    connection.execute("BEGIN")
    for case, history in snapshot.cases():
        known = tuple(history)
        _store(connection, tell(str(case.case_id), known, _opened(known, reference)))
        cases, facts = cases + 1, facts + len(known)
        progress(facts)
        if cases % CASES_AT_ONCE == 0:
            connection.execute("COMMIT")
            connection.execute("BEGIN")
    connection.execute(_LINKED)
    connection.execute("COMMIT")
    return Written(cases, facts)


def _opened(facts: tuple[Recorded, ...], reference: Reference) -> CaseFile | None:
    """Work a case out; None where the tables would set it aside."""
    try:
        return open_file(CaseFacts(facts[0].originator_id, facts), reference)
    except Exception:  # noqa: BLE001 - whatever one case raises, its facts are told all the same
        return None


def _store(connection: sqlite3.Connection, told: Told) -> None:
    for event in told.events:
        _store_event(connection, event)
    for one in told.objects.values():
        _store_object(connection, one)
    for change in told.changes:
        said = {change.field: change.value}
        _row(connection, OBJECT_KINDS[change.kind], (change.name, moment(change.at), change.field), said)
    connection.executemany("INSERT OR IGNORE INTO event_object VALUES (?, ?, ?)", sorted(told.touches))
    connection.executemany("INSERT OR IGNORE INTO object_object VALUES (?, ?, ?)", sorted(told.relations))
    connection.executemany("INSERT INTO link VALUES (?, ?, ?)", sorted(told.links))


def _store_event(connection: sqlite3.Connection, event: Event) -> None:
    connection.execute("INSERT INTO event VALUES (?, ?)", (event.name, event.kind))
    _row(connection, EVENT_KINDS[event.kind], (event.name, moment(event.at)), event.said)


def _store_object(connection: sqlite3.Connection, one: Object) -> None:
    """Store an object, unless a case before has told of it."""
    found = connection.execute("INSERT OR IGNORE INTO object VALUES (?, ?)", (one.name, one.kind))
    if found.rowcount:
        _row(connection, OBJECT_KINDS[one.kind], (one.name, moment(one.since), None), one.said)


def _row(
    connection: sqlite3.Connection, kind: Kind, fixed: tuple[Value, ...], said: Mapping[str, Value]
) -> None:
    connection.execute(kind.fill, (*fixed, *(said.get(name) for name in kind.typed)))


def moment(at: datetime) -> str:
    """Write a moment in UTC, all of one width: a reader guesses the form from the first."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
