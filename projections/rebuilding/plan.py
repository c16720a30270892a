"""The plan of a rebuild, kept in the schema it fills: which ranges of cases are done, so that a cut-off one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, LiteralString, NamedTuple
from uuid import UUID, uuid4

from psycopg.rows import args_row
from psycopg.sql import SQL, Identifier

from projections.registry import GROWING
from projections.schema import Db, contract
from projections.tables.table import Table
from projections.views.business_zone import business_zone

PACKAGES: Final = ("cases", "projections")
PLAN: Final = "work_plan"
RANGES: Final = "work_ranges"
TABLES: Final[LiteralString] = """
CREATE TABLE {plan} (
    plan_id uuid PRIMARY KEY, made_from text NOT NULL, until bigint NOT NULL, is_loaded boolean NOT NULL
);
CREATE TABLE {ranges} (
    number integer PRIMARY KEY, first bigint NOT NULL, after_last bigint NOT NULL, facts bigint, cases bigint
)
"""


class Span(NamedTuple):
    """The cases that begin from one position up to another (exclusive)."""

    number: int
    first: int
    after_last: int


class Plan(NamedTuple):
    """A rebuild: its name, what it was made from, its position, and whether all rows are in."""

    plan_id: UUID
    made_from: str
    until: int
    is_loaded: bool


class Done(NamedTuple):
    """How far a rebuild has come."""

    ranges: int
    of_ranges: int
    facts: int
    cases: int


@cache
def code_digest() -> str:
    """Give the sha256 of all that rows are computed by."""
    found = sha256()
    for package in PACKAGES:
        for text in _texts(files(package)):
            found.update(text)
    return found.hexdigest()


def made_from(connection: Db) -> str:
    """Name what rows of one position depend on: the shape of the tables, the code, the zone of days and months."""
    return f"{contract(business_zone(connection))} {code_digest()}"


def staged(table: Table) -> Table:
    """Give the table in which the rows of a growing dim wait until all ranges are done."""
    return replace(table, name=f"work_{table.name}", fixed=())


def draw(connection: Db, schema: str, until: int, cuts: list[tuple[int, int]]) -> Plan:
    """Write a new plan down in a schema that was just laid out."""
    plan = Plan(uuid4(), made_from(connection), until, is_loaded=False)
    connection.execute(SQL(TABLES).format(plan=_at(schema, PLAN), ranges=_at(schema, RANGES)))
    for table, _ in GROWING:
        for statement in staged(table).create(schema):
            connection.execute(statement)
    connection.execute(SQL("INSERT INTO {} VALUES (%s, %s, %s, %s)").format(_at(schema, PLAN)), plan)
    with connection.cursor() as cursor:
        cursor.executemany(
            SQL("INSERT INTO {} VALUES (%s, %s, %s)").format(_at(schema, RANGES)),
            [(number, *cut) for number, cut in enumerate(cuts)],
        )
    return plan


def standing(connection: Db, schema: str) -> Plan | None:
    """Give the plan that was left in a schema; None where there is none, or one made from something else."""
    if not _has_plan(connection, schema):
        return None
    query = SQL("SELECT plan_id, made_from, until, is_loaded FROM {}").format(_at(schema, PLAN))
    plan = connection.cursor(row_factory=args_row(Plan)).execute(query).fetchone()
    return plan if plan and plan.made_from == made_from(connection) else None


def open_spans(connection: Db, schema: str) -> list[Span]:
    """Give the ranges that are not done yet."""
    query = SQL("SELECT number, first, after_last FROM {} WHERE facts IS NULL ORDER BY number")
    cursor = connection.cursor(row_factory=args_row(Span))
    return cursor.execute(query.format(_at(schema, RANGES))).fetchall()


def tick(connection: Db, schema: str, plan_id: UUID, span: Span, facts: int, cases: int) -> bool:
    """Mark a range as done, first in the transaction that stores it; False where it is done, or of another plan."""
    query = SQL(
        "UPDATE {ranges} SET facts = %s, cases = %s WHERE number = %s AND facts IS NULL"
        " AND EXISTS (SELECT FROM {plan} WHERE plan_id = %s)"
    ).format(ranges=_at(schema, RANGES), plan=_at(schema, PLAN))
    return connection.execute(query, (facts, cases, span.number, plan_id)).rowcount == 1


def loaded(connection: Db, schema: str) -> None:
    """Note that all rows are in."""
    connection.execute(SQL("UPDATE {} SET is_loaded = true").format(_at(schema, PLAN)))


def done(connection: Db, schema: str) -> Done | None:
    """Tell how far the rebuild in a schema has come; None where none is under way."""
    if not _has_plan(connection, schema):
        return None
    query = SQL("SELECT count(facts), count(*), coalesce(sum(facts), 0), coalesce(sum(cases), 0) FROM {}")
    row = connection.execute(query.format(_at(schema, RANGES))).fetchone()
    return Done(*map(int, row or (0, 0, 0, 0)))


def clear(connection: Db, schema: str) -> None:
    """Take the plan out of a schema that is complete."""
    for name in (PLAN, RANGES, *(staged(table).name for table, _ in GROWING)):
        connection.execute(SQL("DROP TABLE IF EXISTS {}").format(_at(schema, name)))


def _has_plan(connection: Db, schema: str) -> bool:
    return connection.execute("SELECT to_regclass(%s)", [f"{schema}.{PLAN}"]).fetchone() != (None,)


def _at(schema: str, name: str) -> Identifier:
    return Identifier(schema, name)


def _texts(folder: Traversable) -> Iterator[bytes]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _texts(entry)
        elif entry.name.endswith(".py"):
            yield entry.read_bytes()
