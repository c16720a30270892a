"""What stands in schema `bi` as one snapshot sees it: its tables and reports, their columns and what these mean."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from psycopg import Cursor
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed, Identifier

# Read from the catalogue as the transaction's snapshot shows it: its ids are those of the tables whose rows it sees.
# An ordinary name would be looked up as things stand by then, in a schema that a rebuild may have put there since.
STANDING_RELATIONS = """
SELECT relation.oid::bigint AS oid, relation.relname AS relation, obj_description(relation.oid, 'pg_class') AS about,
    attribute.attname AS name, format_type(attribute.atttypid, NULL) AS type,
    col_description(relation.oid, attribute.attnum) AS says,
    array_position(key.conkey, attribute.attnum) AS key_place,
    (SELECT dim.relname FROM pg_constraint AS reference JOIN pg_class AS dim ON dim.oid = reference.confrelid
     WHERE reference.contype = 'f' AND reference.conrelid = relation.oid
     AND reference.conkey = ARRAY[attribute.attnum]) AS dim
FROM pg_class AS relation
JOIN pg_namespace AS namespace ON namespace.oid = relation.relnamespace AND namespace.nspname = 'bi'
JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
LEFT JOIN pg_constraint AS key ON key.conrelid = relation.oid AND key.contype = 'p'
WHERE relation.relkind IN ('r', 'v') AND attribute.attnum > 0 AND NOT attribute.attisdropped
ORDER BY relation.relname, attribute.attnum
"""
MOMENTS = {"timestamp with time zone", "date"}


class Field(NamedTuple):
    """A column: its type as PostgreSQL calls it, what it means, and the dim that its values stand in."""

    name: str
    type: str
    zh: str
    en: str
    dim: str | None


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or report; `key` names the columns by which its rows are told apart, none for a report."""

    oid: int
    name: str
    zh: str
    en: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]

    @property
    def period(self) -> Field | None:
        """The column that a period is about: the first instant or day."""
        return next((field for field in self.fields if field.type in MOMENTS), None)

    def ordering(self, alias: str) -> Composed:
        """Say what puts the rows into one order and no other: the key, or every column."""
        names = self.key or tuple(field.name for field in self.fields)
        return SQL(", ").join(Identifier(alias, name) for name in names)

    def field(self, name: str) -> Field | None:
        """Find a column."""
        return next((field for field in self.fields if field.name == name), None)


def relations(cursor: Cursor[DictRow]) -> dict[str, Relation]:
    """Give every table and report by its name."""
    rows = cursor.execute(STANDING_RELATIONS).fetchall()
    return {name: _relation(name, list(found)) for name, found in groupby(rows, lambda row: row["relation"])}


def _relation(name: str, rows: list[dict[str, Any]]) -> Relation:
    zh, en = _said(rows[0]["about"])
    keyed = sorted((row for row in rows if row["key_place"]), key=lambda row: int(row["key_place"]))
    fields = tuple(Field(row["name"], row["type"], *_said(row["says"]), row["dim"]) for row in rows)
    return Relation(rows[0]["oid"], name, zh, en, fields, tuple(row["name"] for row in keyed))


def _said(comment: str | None) -> tuple[str, str]:
    """Read the two languages of a comment."""
    zh, _, en = (comment or "").partition(" / ")
    return zh, en
