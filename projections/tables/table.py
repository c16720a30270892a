"""A table of schema `bi`: made from a row class, with its keys, comments and rights as SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, LiteralString

from psycopg.sql import SQL, Composed, Identifier, Literal

from projections.tables.columns import Column, columns_of

Row = tuple[Any, ...]
VACUUMED_OFTEN: Final[LiteralString] = (
    "ALTER TABLE {} SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01)"
)
"""After a hundredth of its rows changed, not a fifth: at a million cases every few days, not every other month."""


@dataclass(frozen=True)
class Index:
    """An index by its columns; `where` keeps it to the rows a question reads.

    After a load rows lie on disk as the one that `is_order` has them: what a period asks for lies together.
    With what it has `along`, a question is answered from it alone, as far as a vacuum has been over the rows.
    """

    columns: LiteralString
    where: LiteralString | None = None
    is_order: bool = False
    along: LiteralString | None = None


@dataclass(frozen=True)
class Table:
    """What BI people see as one table. `key` names its primary key; rows are tuples in column order.

    `row` is the class that says its columns, or the parts that say them one after another.
    `fixed` are rows that stand in it from the start: the values of a closed vocabulary, and `unknown`.
    """

    name: str
    row: type | tuple[type, ...]
    key: tuple[str, ...]
    zh: str
    en: str
    indexes: tuple[Index, ...] = ()
    fixed: tuple[Row, ...] = field(default=(), repr=False)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Its columns in order."""
        return columns_of(*self.row) if isinstance(self.row, tuple) else columns_of(self.row)

    @cached_property
    def key_places(self) -> tuple[int, ...]:
        """Where in a row the key's columns stand."""
        names = [column.name for column in self.columns]
        return tuple(names.index(name) for name in self.key)

    @cached_property
    def case_place(self) -> int:
        """Where in a row the case stands; raises ValueError for a table that has none."""
        return [column.name for column in self.columns].index("case_id")

    @property
    def names(self) -> Composed:
        """Its column names, quoted, with commas."""
        return SQL(", ").join(Identifier(column.name) for column in self.columns)

    @property
    def key_names(self) -> Composed:
        """The names of its key columns, quoted, with commas."""
        return SQL(", ").join(map(Identifier, self.key))

    @property
    def arrays(self) -> Composed:
        """Placeholders for rows that are given column by column, for unnest."""
        return SQL(", ").join(SQL("%s::{}[]").format(SQL(column.type)) for column in self.columns)

    def at(self, schema: str) -> Identifier:
        """Its qualified name in a schema."""
        return Identifier(schema, self.name)

    def create(self, schema: str) -> Iterator[Composed]:
        """Give the statements that make it, empty and without keys, and say what everything in it means."""
        lines = SQL(", ").join(_defined(column) for column in self.columns)
        yield SQL("CREATE TABLE {} ({})").format(self.at(schema), lines)
        yield SQL("COMMENT ON TABLE {} IS {}").format(self.at(schema), Literal(f"{self.zh} / {self.en}"))
        for column in self.columns:
            yield SQL("COMMENT ON COLUMN {} IS {}").format(
                Identifier(schema, self.name, column.name), Literal(f"{column.says.zh} / {column.says.en}")
            )

    def keys(self, schema: str) -> Iterator[Composed]:
        """Give the statements that add its primary key and indexes, for after a load."""
        for index in sorted(self.indexes, key=lambda index: not index.is_order):
            yield from self._index(schema, index)
        yield SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(self.at(schema), self.key_names)
        if self.is_read_by_index:
            yield SQL(VACUUMED_OFTEN).format(self.at(schema))

    def _index(self, schema: str, index: Index) -> Iterator[Composed]:
        """Make an index; rows are put into order while there is no other one yet, by its columns alone."""
        if index.is_order:
            order = Identifier(f"{self.name}_order")
            yield SQL("CREATE INDEX {} ON {} ({})").format(order, self.at(schema), SQL(index.columns))
            yield SQL("CLUSTER {} USING {}").format(self.at(schema), order)
            if index.along is None:
                return
            yield SQL("DROP INDEX {}").format(Identifier(schema, f"{self.name}_order"))
        where = SQL("") if index.where is None else SQL(" WHERE {}").format(SQL(index.where))
        along = SQL("") if index.along is None else SQL(" INCLUDE ({})").format(SQL(index.along))
        yield SQL("CREATE INDEX ON {} ({}){}{}").format(self.at(schema), SQL(index.columns), along, where)

    @property
    def is_read_by_index(self) -> bool:
        """Whether questions are answered from an index alone, which asks for a vacuum."""
        return any(index.along for index in self.indexes)

    def vacuum(self, schema: str) -> Composed:
        """Give the statement, outside a transaction, after which its indexes alone tell which rows stand."""
        return SQL("VACUUM {}").format(self.at(schema))

    def analyze(self, schema: str) -> Composed:
        """Give the statement that tells the planner what is in it."""
        return SQL("ANALYZE {}").format(self.at(schema))

    def references(self, schema: str) -> Iterator[Composed]:
        """Give the statements that tie it to its dims, for when all primary keys stand."""
        for column in self.columns:
            if column.says.to is not None:
                yield SQL("ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {}").format(
                    self.at(schema), Identifier(column.name), Identifier(schema, column.says.to)
                )


def _defined(column: Column) -> Composed:
    rule = SQL("") if column.is_optional else SQL(" NOT NULL")
    return SQL("{} {}{}").format(Identifier(column.name), SQL(column.type), rule)
