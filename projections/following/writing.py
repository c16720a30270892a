"""Writing the rows of some cases: only what differs, and all tables or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from psycopg.errors import DataError, IntegrityError
from psycopg.sql import SQL, Composed, Identifier

from projections.changes import mark
from projections.parking import Computed, reason_of
from projections.registry import FACTS, GROWING
from projections.schema import Db, code_version, insert
from projections.sums import kept
from projections.tables.meta_tables import PARKED, POSITION, ParkedRow
from projections.tables.table import Row, Table

REFUSALS: Final = (DataError, IntegrityError)


class PositionMoved(Exception):
    """Another writer moved the position, or a rebuilt schema took over: read it again."""


class Writer:
    """Writes into one schema over one connection, inside the caller's transaction."""

    def __init__(self, connection: Db, schema: str, tables: Sequence[Table] = FACTS) -> None:
        """Write into all fact tables, or only some; `changed` counts by table the keys whose rows it altered."""
        self._connection = connection
        self._schema = schema
        self._tables = tables
        self.changed: Counter[str] = Counter()

    def position(self) -> int:
        """Give the position that the tables stand on."""
        query = SQL("SELECT position FROM {}").format(POSITION.at(self._schema))
        row = self._connection.execute(query).fetchone()
        return row[0] if row else 0

    def stand(self) -> int:
        """Keep the position where it is for this transaction, and give it; raises PositionMoved after a swap."""
        query = SQL("SELECT position FROM {} WHERE NOT is_retired FOR UPDATE").format(
            POSITION.at(self._schema)
        )
        row = self._connection.execute(query).fetchone()
        if row is None:
            raise PositionMoved
        return int(row[0])

    def hold(self, position: int) -> None:
        """Keep the position where it is for this transaction; raises PositionMoved where it is not there any more."""
        query = SQL("SELECT FROM {} WHERE position = %s AND NOT is_retired FOR UPDATE").format(
            POSITION.at(self._schema)
        )
        if self._connection.execute(query, (position,)).rowcount != 1:
            raise PositionMoved

    def move(self, before: int, after: int, recorded_at: datetime | None) -> None:
        """Move the position, first in the transaction; raises PositionMoved for a stale writer."""
        query = SQL(
            "UPDATE {} SET position = %s, recorded_at = %s, code_version = %s WHERE position = %s AND NOT is_retired"
        ).format(POSITION.at(self._schema))
        if self._connection.execute(query, (after, recorded_at, code_version(), before)).rowcount != 1:
            raise PositionMoved

    def write(self, cases: Sequence[Computed]) -> list[ParkedRow]:
        """Bring the rows of these cases up to date and park those that fail; returns the parked ones."""
        parked = [case.parked() for case in cases if case.rows is None]
        parked += self._written([case for case in cases if case.rows is not None])
        self._park(parked)
        return parked

    def _written(self, cases: list[Computed]) -> list[ParkedRow]:
        """Write them together, or when the database refuses, by halves until the culprit stands alone."""
        if not cases:
            return []
        try:
            with self._connection.transaction():
                self._replace(cases)
        except REFUSALS as refusal:
            if len(cases) == 1:
                return [cases[0].parked(reason_of(refusal))]
            half = len(cases) // 2
            return self._written(cases[:half]) + self._written(cases[half:])
        return []

    def _replace(self, cases: list[Computed]) -> None:
        ids = [case.history[0].case_id for case in cases]
        for table, _ in GROWING:
            self.grow(table, {row for case in cases for row in _rows(case, table)})
        changed, altered = Counter[str](), set[UUID]()
        with kept(self._connection, self._schema, ids):
            for table, standing in zip(self._tables, self._standing(ids), strict=True):
                wanted = [row for case in cases for row in _rows(case, table)]
                keys, whose = self._differences(table, standing, wanted)
                changed[table.name] = keys
                altered |= whose
        mark(self._connection, self._schema, altered)
        if self._tables is FACTS:
            release = SQL("DELETE FROM {} WHERE case_id = ANY(%s)").format(PARKED.at(self._schema))
            self._connection.execute(release, (ids,))
        self.changed.update(changed)

    def grow(self, table: Table, rows: Iterable[Row]) -> None:
        """Add the rows of a dim that it does not have, in the order of its key."""
        if found := sorted(rows, key=lambda row: row[0]):
            columns = [list(column) for column in zip(*found, strict=True)]
            self._connection.execute(_addition(table, self._schema), columns)

    def grown(self, table: Table) -> list[Row]:
        """Read the rows of a dim but those that stand in it from the start."""
        rows = self._connection.execute(SQL("SELECT {} FROM {}").format(table.names, table.at(self._schema)))
        return [row for row in rows if row not in table.fixed]

    def refresh(self, table: Table, rows: Iterable[Row]) -> None:
        """Put the rows of a dim in place of those it has."""
        assignments = SQL(", ").join(
            SQL("{} = excluded.{}").format(Identifier(column.name), Identifier(column.name))
            for column in table.columns
        )
        statement = SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}").format(
            table.at(self._schema), table.names, SQL(", ").join(SQL("%s") for _ in table.columns),
            table.key_names, assignments,
        )  # fmt: skip
        with self._connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def _standing(self, ids: list[UUID]) -> list[dict[Row, Row]]:
        """Read what stands of these cases in every table, by key; asked all at once, to wait for one answer only."""
        with self._connection.pipeline():
            asked = [
                self._connection.execute(_of_cases(table, self._schema), (ids,)) for table in self._tables
            ]
        return [
            {_key(table, row): row for row in found} for table, found in zip(self._tables, asked, strict=True)
        ]

    def _differences(
        self, table: Table, standing: dict[Row, Row], wanted: list[Row]
    ) -> tuple[int, set[UUID]]:
        """Put in and take away what differs; gives how many keys that were, and of which cases."""
        new = {_key(table, row): row for row in wanted}
        gone = [key for key, row in standing.items() if new.get(key) != row]
        come = {key: row for key, row in new.items() if standing.get(key) != row}
        self._delete(table, gone)
        insert(self._connection, table, self._schema, tuple(come.values()))
        altered = (*(standing[key] for key in gone), *come.values())
        return len({*gone, *come}), {row[table.case_place] for row in altered}

    def _delete(self, table: Table, keys: list[Row]) -> None:
        if keys:
            self._connection.execute(
                _deletion(table, self._schema), [list(part) for part in zip(*keys, strict=True)]
            )

    def _park(self, parked: list[ParkedRow]) -> None:
        note = SQL(
            "INSERT INTO {} ({}) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (case_id) DO UPDATE SET reason = excluded.reason"
        ).format(PARKED.at(self._schema), PARKED.names)
        with self._connection.cursor() as cursor:
            cursor.executemany(note, parked)
        ids = [row.case_id for row in parked]
        for table in FACTS if parked else ():
            stays = SQL("UPDATE {} SET is_parked = true WHERE case_id = ANY(%s) AND NOT is_parked")
            self._connection.execute(stays.format(table.at(self._schema)), (ids,))
        mark(self._connection, self._schema, ids)


def _rows(case: Computed, table: Table) -> list[Row]:
    return case.rows[table.name] if case.rows else []


def _key(table: Table, row: Row) -> Row:
    return tuple(row[place] for place in table.key_places)


@cache
def _of_cases(table: Table, schema: str) -> Composed:
    return SQL("SELECT {} FROM {} WHERE case_id = ANY(%s)").format(table.names, table.at(schema))


@cache
def _addition(table: Table, schema: str) -> Composed:
    return SQL("INSERT INTO {} ({}) SELECT * FROM unnest({}) ON CONFLICT DO NOTHING").format(
        table.at(schema), table.names, table.arrays
    )


@cache
def _deletion(table: Table, schema: str) -> Composed:
    types = {column.name: column.type for column in table.columns}
    arrays = SQL(", ").join(SQL("%s::{}[]").format(SQL(types[name])) for name in table.key)
    return SQL("DELETE FROM {} WHERE ({}) IN (SELECT * FROM unnest({}))").format(
        table.at(schema), table.key_names, arrays
    )
