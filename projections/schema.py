"""Schema `bi` as a whole: made empty, given its keys, opened to its readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import Any, Final
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier, Literal

from cases.errors import CaseledgerError
from projections.registry import DIMS, FACTS, SUMS, TABLES
from projections.tables.cells import BEGIN, END, Writing
from projections.tables.meta_tables import POSITION, PositionRow
from projections.tables.table import Row, Table
from projections.views import all_views as views
from projections.views.business_zone import business_zone

BI: Final = "bi"
MAKING: Final = int.from_bytes(b"cl-makes")
Db = Connection[Any]
SAYS: Final = "案件数据（只读）：维度 dim_*、事实 fct_*、报表 rpt_* / cases as tables, nothing personal"


class ContractChanged(CaseledgerError):
    """Schema `bi` was made by another version of the program or for days of another zone; a rebuild makes it anew."""

    title = "The tables were made by another version or for another time zone; run: caseledger replay rebuild"


@cache
def contract(zone: ZoneInfo) -> str:
    """Give the sha256 of everything that is made for days of a zone: a schema with another one has to be rebuilt."""
    statements = (*_tables(BI), *_keys(BI), *views.create(BI, zone))
    return sha256("\n".join(statement.as_string() for statement in statements).encode()).hexdigest()


@cache
def code_version() -> str:
    """Give the version of the program."""
    return version("caseledger")


def standing_contract(connection: Db, schema: str = BI) -> str | None:
    """Give the contract of a schema as it stands; None where there is no such schema."""
    if connection.execute("SELECT to_regclass(%s)", [f"{schema}.meta_position"]).fetchone() == (None,):
        return None
    query = SQL("SELECT contract FROM {}").format(POSITION.at(schema))
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def ensure(connection: Db) -> None:
    """Make `bi` where there is none; raises ContractChanged for one of another make, or of another zone."""
    with connection.transaction():
        connection.execute(
            "SET LOCAL lock_timeout = 0"
        )  # whoever makes it may take longer than a question waits
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MAKING,))
        standing = standing_contract(connection)
        if standing is None:
            create(connection)
        elif standing != contract(business_zone(connection)):
            raise ContractChanged


def create(connection: Db, schema: str = BI) -> None:
    """Make a complete, empty schema with keys, views and rights, in one transaction."""
    with connection.transaction():
        lay_out(connection, schema)
        finish(connection, schema)


def lay_out(connection: Db, schema: str) -> None:
    """Make the empty tables without keys, the fixed rows of the dims, and position 0."""
    connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
    connection.execute(SQL("COMMENT ON SCHEMA {} IS {}").format(Identifier(schema), Literal(SAYS)))
    for statement in _tables(schema):
        connection.execute(statement)
    for dim in DIMS:
        insert(connection, dim, schema, dim.fixed)
    start = PositionRow(
        is_only=True,
        position=0,
        recorded_at=None,
        code_version=code_version(),
        contract=contract(business_zone(connection)),
        is_retired=False,
    )
    insert(connection, POSITION, schema, (start,))


def finish(connection: Db, schema: str) -> None:
    """Add keys, views and rights to tables that are filled."""
    for statement in _keys(schema):
        connection.execute(statement)
    open_up(connection, schema)


def open_up(connection: Db, schema: str) -> None:
    """Add views and rights to tables that have their keys."""
    for statement in (*views.create(schema, business_zone(connection)), *_rights(schema)):
        connection.execute(statement)


def insert(connection: Db, table: Table, schema: str, rows: tuple[Row, ...]) -> None:
    """Put rows into a table by COPY."""
    if rows:
        copy_in(connection, table, schema, [Writing().written(table, rows)])


def copy_in(connection: Db, table: Table, schema: str, written: Iterable[bytes]) -> None:
    """Put rows into a table that are written for COPY already."""
    copy = SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table.at(schema), table.names)
    with connection.cursor() as cursor, cursor.copy(copy) as load:
        load.write(b"".join([BEGIN, *written, END]))


def drop(connection: Db, schema: str) -> None:
    """Remove a schema and everything in it."""
    connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))


def _tables(schema: str) -> Iterator[Composed]:
    for table in TABLES:
        yield from table.create(schema)


def _keys(schema: str) -> Iterator[Composed]:
    for table in TABLES:
        yield from table.keys(schema)
    for table in (*DIMS, *FACTS, *SUMS):
        yield from table.references(schema)


def _rights(schema: str) -> Iterator[Composed]:
    name = Identifier(schema)
    yield SQL("GRANT USAGE ON SCHEMA {} TO bi_reader").format(name)
    yield SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO bi_reader").format(name)
    yield SQL("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {} FROM PUBLIC").format(name)
    yield SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {} TO bi_reader").format(name)
