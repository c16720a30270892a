"""Marks of what changed: set while rows are written, carried over when a rebuilt schema takes the place of another.

Whoever copied the tables as of position P asks for the cases with `position >= P`, drops what it has of them and reads
them again: what went is gone then, too. Cases of P itself come again: rows may be written at P after the copy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from psycopg.sql import SQL

from projections.registry import FACTS
from projections.schema import BI, Db
from projections.tables.meta_tables import CHANGES, PARKED, POSITION
from projections.tables.table import Table

LATER: Final = SQL(
    "ON CONFLICT (case_id) DO UPDATE SET position = excluded.position WHERE meta_changes.position < excluded.position"
)
"""A mark only rises."""


def mark(connection: Db, schema: str, cases: Collection[UUID]) -> None:
    """Mark cases whose rows were just written with the position that the tables stand on."""
    if cases:
        query = SQL("INSERT INTO {} SELECT unnest(%s::uuid[]), position FROM {} {}").format(
            CHANGES.at(schema), POSITION.at(schema), LATER
        )
        connection.execute(query, (list(cases),))


def mark_all(connection: Db, schema: str) -> None:
    """Mark every case, parked ones too: nobody can tell what is otherwise than before."""
    query = SQL(
        "INSERT INTO {} SELECT case_id, stands.position"
        " FROM (SELECT case_id FROM {} UNION SELECT case_id FROM {}) AS cases, {} AS stands {}"
    ).format(CHANGES.at(schema), FACTS[0].at(schema), PARKED.at(schema), POSITION.at(schema), LATER)
    connection.execute(query)


def lift(connection: Db, schema: str, marked: int) -> None:
    """Lift the marks of one position to where the schema stands now: the live tables were copied in between."""
    query = SQL(
        "UPDATE {} AS changes SET position = stands.position FROM {} AS stands"
        " WHERE changes.position = %s AND stands.position > %s"
    ).format(CHANGES.at(schema), POSITION.at(schema))
    connection.execute(query, (marked, marked))


def carry_over(connection: Db, schema: str, since: int = 0) -> None:
    """Take the marks of the live schema over into another one, from a position on."""
    query = SQL("INSERT INTO {} SELECT case_id, position FROM {} WHERE position >= %s {}").format(
        CHANGES.at(schema), CHANGES.at(BI), LATER
    )
    connection.execute(query, (since,))


def mark_differing(connection: Db, schema: str, tables: Iterable[Table]) -> None:
    """Mark the cases whose rows in these tables are not those of the live schema, and those that are parked."""
    for table in tables:
        query = SQL(
            "INSERT INTO {changes} SELECT DISTINCT differing.case_id, stands.position FROM"
            " (({one} EXCEPT {other}) UNION ({other} EXCEPT {one})) AS differing, {position} AS stands {later}"
        ).format(
            changes=CHANGES.at(schema),
            one=SQL("SELECT {} FROM {}").format(table.names, table.at(BI)),
            other=SQL("SELECT {} FROM {}").format(table.names, table.at(schema)),
            position=POSITION.at(schema),
            later=LATER,
        )
        connection.execute(query)
    connection.execute(
        SQL(
            "INSERT INTO {} SELECT parked.case_id, stands.position FROM {} AS parked, {} AS stands {}"
        ).format(CHANGES.at(schema), PARKED.at(schema), POSITION.at(schema), LATER)
    )
