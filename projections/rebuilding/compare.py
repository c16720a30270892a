"""Two schemas row for row: the same counts, the same sha256 over ordered rows, or how many rows differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import LiteralString

from psycopg.sql import SQL, Composed

from projections import sums
from projections.registry import FACTS, SUMS
from projections.schema import Db
from projections.tables.meta_tables import PARKED
from projections.tables.table import Table

SOUND: LiteralString = (
    "SELECT {columns} FROM {table} WHERE case_id NOT IN"
    " (SELECT case_id FROM {before} UNION SELECT case_id FROM {after})"
)


@dataclass(frozen=True, slots=True)
class TableCompared:
    """One table in two schemas: rows of the new one, sha256 in hex of each, and keys whose rows differ."""

    table: str
    rows: int
    before: str
    after: str
    differing: int


def compare(
    connection: Db, before: str, after: str, tables: Sequence[Table] = FACTS
) -> tuple[TableCompared, ...]:
    """Compare what two schemas hold of all cases that are parked in neither; both have to stand at one position.

    Sums are kept over parked cases, too: those of the old schema are held against its own rows.
    """
    pairs = [
        (table, _sound(table, before, before, after), _sound(table, after, before, after)) for table in tables
    ]
    pairs += [(table, sums.standing(before), sums.wanted(before)) for table in SUMS]
    return tuple(_compared(connection, *pair) for pair in pairs)


def _compared(connection: Db, table: Table, one: Composed, other: Composed) -> TableCompared:
    digest_before, _ = _digest(connection, table, one)
    digest_after, rows = _digest(connection, table, other)
    differing = 0 if digest_before == digest_after else _differing(connection, table, one, other)
    return TableCompared(table.name, rows, digest_before, digest_after, differing)


def _sound(table: Table, schema: str, before: str, after: str) -> Composed:
    return SQL(SOUND).format(
        columns=table.names, table=table.at(schema), before=PARKED.at(before), after=PARKED.at(after)
    )


def _digest(connection: Db, table: Table, sound: Composed) -> tuple[str, int]:
    """Hash the rows as COPY writes them, in the order of the key."""
    digest, rows = sha256(), 0
    query = SQL("COPY ({} ORDER BY {}) TO STDOUT").format(sound, table.key_names)
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for line in copy:
            digest.update(line)
            rows += 1
    return digest.hexdigest(), rows


def _differing(connection: Db, table: Table, one: Composed, other: Composed) -> int:
    query = SQL(
        "SELECT count(*) FROM (SELECT {key} FROM (({one} EXCEPT {other}) UNION ({other} EXCEPT {one})) AS rows"
        " GROUP BY {key}) AS keys"
    ).format(key=table.key_names, one=one, other=other)
    row = connection.execute(query).fetchone()
    return row[0] if row else 0
