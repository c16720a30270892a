"""What must hold of the tables after every fault: they are the rows of the facts, at one position."""

from __future__ import annotations

from psycopg.sql import SQL

from projections.following.follower import Follower
from projections.rebuilding.compare import compare
from projections.registry import FACTS, SUMS
from projections.schema import BI, Db, create, drop
from projections.tables.meta_tables import PARKED

AGAIN = "bi_again"


def tables_hold(connection: Db) -> None:
    """I5: follow the log from its beginning beside the live tables; the same rows, the same cases parked."""
    create(connection, AGAIN)
    again = Follower(connection, AGAIN)
    while again.step():
        pass
    found = compare(connection, BI, AGAIN)
    assert [(one.table, one.differing) for one in found] == [(table.name, 0) for table in (*FACTS, *SUMS)]
    ids = SQL("SELECT case_id FROM {} ORDER BY 1")
    live, told = (connection.execute(ids.format(PARKED.at(name))).fetchall() for name in (BI, AGAIN))
    assert live == told, "I5: other cases are parked"
    drop(connection, AGAIN)
