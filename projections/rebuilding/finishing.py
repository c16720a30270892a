"""Keys for tables that are filled: several tables at once, and only those that are missing yet."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import psycopg
from psycopg.sql import Composed

from projections import sums
from projections.registry import DIMS, FACTS, SUMS, TABLES
from projections.schema import Db, open_up
from projections.tables.table import Table
from projections.views.business_zone import business_zone

SORTING: Final = "128MB"
"""Memory that one index may take while it is made."""
KEYED: Final = """
SELECT relname, contype::text FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE connamespace = %s::regnamespace AND contype IN ('p', 'f')
"""
OPENED: Final = "SELECT to_regclass(%s) IS NOT NULL"


def finish_filled(connection: Db, dsn: str, schema: str, hands: int) -> None:
    """Add what is missing of keys, indexes and figures for the planner over so many connections, then views and rights.

    Each table gets all of its own or nothing, so that a call that was cut off can be made again.
    """
    known = {(name, kind) for name, kind in connection.execute(KEYED, (schema,))}
    unkeyed = [table for table in TABLES if (table.name, "p") not in known]
    tied = (*FACTS, *SUMS, *DIMS)
    links = [[*table.references(schema)] for table in tied if (table.name, "f") not in known]
    facts, kept = ([table for table in unkeyed if (table in SUMS) is is_kept] for is_kept in (False, True))
    with ThreadPoolExecutor(hands) as threads:
        for each in (facts, kept):  # rows are summed up when nobody puts them into order any more
            for done in threads.map(partial(_key, dsn, schema), each):
                assert done is None  # noqa: S101 - what failed is raised here
    for statements in links:
        _all(connection, statements)
    with connection.transaction():
        if connection.execute(OPENED, (f"{schema}.meta_freshness",)).fetchone() == (False,):
            open_up(connection, schema)


def _key(dsn: str, schema: str, table: Table) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SELECT set_config('maintenance_work_mem', %s, false)", (SORTING,))
        with connection.transaction():
            if table in SUMS:
                sums.fill(connection, schema, business_zone(connection))
            _all(connection, [*table.keys(schema), table.analyze(schema)])
        if table.is_read_by_index:
            connection.execute(table.vacuum(schema))


def _all(connection: Db, statements: Iterable[Composed]) -> None:
    with connection.transaction():
        for statement in statements:
            connection.execute(statement)
