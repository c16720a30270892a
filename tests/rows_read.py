"""How many rows the database reads for an answer: the statements of a question, explained while they run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NamedTuple

import psycopg
from psycopg.sql import SQL, Composed

from cases.store.database import Database
from projections.schema import Db

Plan = dict[str, Any]
Question = Callable[[Db], object]
READS = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")


class Remembering(psycopg.Cursor[Any]):
    """Keeps every statement that reads tables, with what it was asked for."""

    asked: ClassVar[list[tuple[Any, Any]]] = []

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        """Run it, and remember it."""
        text = query.as_string(self) if isinstance(query, (SQL, Composed)) else str(query)
        if text.lstrip().upper().startswith(("SELECT", "WITH")):
            self.asked.append((query, params))
        return super().execute(query, params, **more)


class Scan(NamedTuple):
    """One reading of a table inside a plan, with the rows that it read, those filtered out included."""

    table: str
    rows: int


def rows_read(database: Database, question: Question) -> Counter[str]:
    """Ask once, and give the rows read of every table, all readings together."""
    found = Counter[str]()
    for scan in scans(database, question):
        found[scan.table] += scan.rows
    return found


def scans(database: Database, question: Question, *, only_by_index: bool = False) -> list[Scan]:
    """Ask once, and give every reading of a table; `only_by_index` shows a small table as a large one is read."""
    return [
        Scan(node["Relation Name"], round(sum(node.get(name, 0) for name in READS) * node["Actual Loops"]))
        for plan in plans(database, question, only_by_index=only_by_index)
        for node in _nodes(plan)
        if "Relation Name" in node
    ]


def plans(database: Database, question: Question, *, only_by_index: bool = False) -> list[Plan]:
    """Ask once, then run every statement of it again to see its plan."""
    Remembering.asked.clear()
    with psycopg.connect(database.app_dsn, autocommit=True, cursor_factory=Remembering) as connection:
        question(connection)
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        if only_by_index:
            connection.execute("SET enable_seqscan = off")
        return [_explained(connection, *asked) for asked in Remembering.asked]


def _explained(connection: Db, query: Any, params: Any) -> Plan:
    text = query.as_string(connection) if isinstance(query, (SQL, Composed)) else query
    explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {text}"
    row = connection.execute(explain.encode(), params).fetchone()
    assert row
    plan: Plan = row[0][0]
    return plan


def _nodes(plan: Plan) -> Iterator[Plan]:
    node = plan.get("Plan", plan)
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)
