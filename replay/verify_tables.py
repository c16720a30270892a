"""What the tables say, read for comparison with the rows that the log gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg.sql import SQL

from cases.regulation.rules import Reference
from projections import sums
from projections.registry import FACTS, GROWING, LISTED, PUBLISHED, SUMS, Rows
from projections.schema import BI, Db
from projections.tables.dims import CODE_DIMS
from projections.tables.meta_tables import PARKED, POSITION
from projections.tables.table import Row, Table

RANGE = SQL("SELECT {columns} FROM {table} WHERE case_id >= %s AND (%s::uuid IS NULL OR case_id < %s)")


@dataclass(slots=True)
class Standing:
    """The rows that stand in the tables for a range of cases, by case and table."""

    rows: dict[UUID, dict[str, set[Row]]] = field(default_factory=dict)

    @property
    def cases(self) -> set[UUID]:
        """Name the cases that any table tells of."""
        return set(self.rows)


@dataclass(slots=True)
class TablesRead:
    """The position of the tables, the parked cases, and the rows that the cases need in the growing dims."""

    connection: Db
    position: int
    parked: frozenset[UUID]
    grown: dict[str, set[Row]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def open(cls, connection: Db) -> TablesRead:
        """Read where the tables stand."""
        row = connection.execute(SQL("SELECT position FROM {}").format(POSITION.at(BI))).fetchone()
        parked = connection.execute(SQL("SELECT case_id FROM {}").format(PARKED.at(BI)))
        return cls(connection, row[0] if row else 0, frozenset(case_id for (case_id,) in parked))

    def rows_between(self, connection: Db, first: UUID, after_last: UUID | None) -> Standing:
        """Read all rows of the cases from one id up to another (exclusive)."""
        standing: dict[UUID, dict[str, set[Row]]] = {}
        for table in FACTS:
            place = [column.name for column in table.columns].index("case_id")
            query = RANGE.format(columns=table.names, table=table.at(BI))
            for row in connection.execute(query, (first, after_last, after_last)):
                of_case = standing.setdefault(row[place], {})
                of_case.setdefault(table.name, set()).add(hashable(row))
        return Standing(standing)

    def remember(self, rows: Rows) -> None:
        """Keep what a case needs in the growing dims."""
        for table, _ in GROWING:
            self.grown[table.name].update(map(hashable, rows[table.name]))


def hashable(row: Row) -> Row:
    """Make a row comparable: arrays as tuples, ranges as their text."""
    return tuple(_plain(value) for value in row)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return value if value.__hash__ is not None else str(value)


def rows_against(wanted: Rows, standing: Standing, case_id: UUID) -> Iterator[tuple[str, str]]:
    """Compare the rows of one case; yields table and what differs, never a value."""
    found = standing.rows.get(case_id, {})
    for table in FACTS:
        yield from _differing(table, set(map(hashable, wanted[table.name])), found.get(table.name, set()))


def _differing(table: Table, wanted: set[Row], found: set[Row]) -> Iterator[tuple[str, str]]:
    def keyed(rows: set[Row]) -> dict[Row, Row]:
        return {tuple(row[place] for place in table.key_places): row for row in rows}

    should, does = keyed(wanted), keyed(found)
    for key in should.keys() - does.keys():
        yield table.name, f"a row is missing (key {_told(key)})"
    for key in does.keys() - should.keys():
        yield table.name, f"a row is there that the log does not give (key {_told(key)})"
    for key in should.keys() & does.keys():
        columns = [
            column.name
            for column, one, other in zip(table.columns, should[key], does[key], strict=True)
            if one != other
        ]
        if columns:
            yield table.name, f"a row was altered in {', '.join(columns)} (key {_told(key)})"


def _told(key: Row) -> str:
    return ", ".join(str(part) for part in key)


def dims_against(tables: TablesRead, reference: Reference) -> Iterator[tuple[str, str]]:
    """Compare every dim with what the vocabularies, the published documents and the cases give."""
    for table, rows in _wanted(tables, reference):
        query = SQL("SELECT {} FROM {}").format(table.names, table.at(BI))
        wanted = set(map(hashable, rows))
        found = {hashable(row) for row in tables.connection.execute(query)}
        if table.name in tables.grown and tables.parked:
            found &= wanted  # what a case that is set aside once named cannot be told
        for name, message in _differing(table, wanted, found):
            yield "dim", f"{name}: {message}"


def sums_against(connection: Db) -> Iterator[tuple[str, str]]:
    """Compare the sums with the rows that they are sums of."""
    for table in SUMS:
        for row in sums.astray(connection, BI):
            yield "sum", f"{table.name}: not what the clocks give (key {_told(row)})"


def _wanted(tables: TablesRead, reference: Reference) -> Iterator[tuple[Table, Iterable[Row]]]:
    """Give every dim with the rows that it ought to hold."""
    for table in CODE_DIMS:
        yield table, table.fixed
    for table, rows_of in PUBLISHED:
        yield table, (*table.fixed, *rows_of(reference))
    published = {table.name: tuple(rows_again(reference, ())) for table, rows_again in LISTED}
    for table, _ in GROWING:
        yield table, (*table.fixed, *tables.grown[table.name], *published.get(table.name, ()))
