"""Sums over fact tables, kept while rows are written: what the questions of a month need not count anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.sql import SQL, Composed, Literal

from projections.tables.sla_clocks_table import TABLE as CLOCKS
from projections.tables.sla_days_table import TABLE, sums
from projections.tables.table import Row
from projections.views.business_zone import called

Db = Connection[Any]


@contextmanager
def kept(connection: Db, schema: str, cases: list[UUID]) -> Iterator[None]:
    """Have the sums hold again what clocks there are, once the rows of these cases were written inside."""
    before = _sums(connection, schema, cases)
    yield
    change = _sums(connection, schema, cases)
    change.subtract(before)
    if moved := sorted((*row, clocks) for row, clocks in change.items() if clocks):
        columns = [list(column) for column in zip(*moved, strict=True)]
        connection.execute(_addition(schema), columns)
        if fewer := sorted({row[0] for row in moved if row[-1] < 0}):
            emptied = SQL("DELETE FROM {} WHERE clocks = 0 AND started_on = ANY(%s)").format(TABLE.at(schema))
            connection.execute(emptied, (fewer,))


def fill(connection: Db, schema: str, zone: ZoneInfo) -> None:
    """Sum up what stands in a schema, by the days of a zone, in place of the sums that it has."""
    connection.execute(SQL("DELETE FROM {}").format(TABLE.at(schema)))
    statement = SQL("INSERT INTO {} {} ORDER BY 1, 2, 3, 4")
    connection.execute(statement.format(TABLE.at(schema), sums(CLOCKS.at(schema), Literal(zone.key))))


def astray(connection: Db, schema: str) -> list[Row]:
    """Give the keys of sums that are not what the rows give, or ought to be there."""
    query = SQL("SELECT DISTINCT {key} FROM (({one} EXCEPT {other}) UNION ({other} EXCEPT {one})) AS sums")
    both = {"one": standing(schema), "other": wanted(schema)}
    return connection.execute(query.format(key=TABLE.key_names, **both)).fetchall()


def standing(schema: str) -> Composed:
    """Give the query for the sums as they stand."""
    return SQL("SELECT {} FROM {}").format(TABLE.names, TABLE.at(schema))


def wanted(schema: str) -> Composed:
    """Give the query for the sums as they ought to stand."""
    return sums(CLOCKS.at(schema), called(schema))


def _sums(connection: Db, schema: str, cases: list[UUID]) -> Counter[Row]:
    found = connection.execute(_of_cases(schema), (cases,))
    return Counter({tuple(row): clocks for *row, clocks in found})


@cache
def _of_cases(schema: str) -> Composed:
    return sums(CLOCKS.at(schema), called(schema), SQL("case_id = ANY(%s)"))


@cache
def _addition(schema: str) -> Composed:
    return SQL(
        "INSERT INTO {} AS standing ({}) SELECT * FROM unnest({}) ON CONFLICT ({}) DO UPDATE"
        " SET clocks = standing.clocks + excluded.clocks"
    ).format(TABLE.at(schema), TABLE.names, TABLE.arrays, TABLE.key_names)
