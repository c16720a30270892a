"""A writer cut off at any statement leaves the tables as they were, and the next one carries on from there."""

from __future__ import annotations

import os
from typing import Any

import psycopg
import pytest

from cases.store.database import Database
from projections.following.engine import Engine
from projections.following.follower import Follower
from projections.rebuilding.compare import compare
from projections.registry import FACTS, SUMS
from projections.schema import BI, create, drop
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import Lamps, all_rows, connected

PAGE = 30
EVERY = 1 if os.environ.get("CASELEDGER_FAULTS") == "full" else 12
"""How many more statements pass at the next attempt."""


class Scissors:
    """Cuts a connection before its nth statement."""

    def __init__(self, after: int) -> None:
        """Let so many statements pass."""
        self.left = after

    def pass_one(self, connection: psycopg.Connection[Any]) -> None:
        if self.left == 0:
            connection.close()
            raise psycopg.OperationalError("cut")
        self.left -= 1


def cut_cursor(scissors: Scissors) -> type[psycopg.Cursor[Any]]:
    """Cursors that ask the scissors before each statement."""

    class Cut(psycopg.Cursor[Any]):
        def execute(self, *args: Any, **kwargs: Any) -> Any:
            scissors.pass_one(self.connection)
            return super().execute(*args, **kwargs)

        def copy(self, *args: Any, **kwargs: Any) -> Any:
            scissors.pass_one(self.connection)
            return super().copy(*args, **kwargs)

    return Cut


def position_and_rows(database: Database) -> list[Any]:
    """All that a reader can see."""
    with connected(database) as connection:
        return [
            all_rows(connection, name, "bi_cut")
            for name in ("meta_position", *(table.name for table in (*FACTS, *SUMS)))
        ]


@pytest.mark.faults
def test_no_cut_leaves_half_a_page(lamps: Lamps, database: Database) -> None:
    FactoryLog(5, rate_of_late=0.2).append(lamps.ledger, 60)
    Engine(database).catch_up()
    with connected(database) as connection:
        create(connection, "bi_cut")
    cuts, passing, before, is_done = 0, 0, position_and_rows(database), False
    while not is_done:
        with psycopg.connect(database.app_dsn, autocommit=True) as connection:
            follower = Follower(connection, "bi_cut")
            connection.cursor_factory = cut_cursor(Scissors(passing))
            try:
                is_done = follower.step(limit=PAGE) == 0
                passing, before = 0, position_and_rows(database)
            except psycopg.OperationalError:
                cuts, passing = cuts + 1, passing + EVERY
                assert position_and_rows(database) == before
    with connected(database) as connection:
        found = compare(connection, BI, "bi_cut")
        drop(connection, "bi_cut")
    assert cuts * EVERY > 60
    assert [(table.table, table.differing) for table in found] == [
        (table.name, 0) for table in (*FACTS, *SUMS)
    ]
