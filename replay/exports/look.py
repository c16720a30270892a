"""One look at schema `bi`: everything that is read through it stands on one position of the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg
from psycopg import Connection
from psycopg.sql import Identifier

from cases.errors import NotFound, Unavailable
from cases.regulation.nearest import meant
from projections.questions.answers import Standing, snapshot, standing_of
from replay.exports.relations import Relation, relations

HABITS: Final = {
    "statement_timeout": "1h",
    "idle_in_transaction_session_timeout": "20min",
    "lock_timeout": "5s",
}
"""How long an export may take; whoever fetches it is cut off by the door long before it is idle for so long."""


class MadeAnew(Unavailable):
    """A rebuild put other tables in the place of those that were being read; ask again."""

    title = "The tables were made anew meanwhile; ask again"

    def __init__(self) -> None:
        super().__init__(retry_after=1)


@dataclass(frozen=True, slots=True)
class Look:
    """What one reader sees, from `looking`; `at` is when, by the clock of the database."""

    connection: Connection[Any]
    zone: ZoneInfo
    at: datetime
    standing: Standing
    contract: str
    relations: dict[str, Relation]

    def relation(self, name: str) -> Relation:
        """Find a table or report; raises NotFound."""
        if name not in self.relations:
            near = meant(name, self.relations)
            raise NotFound(
                f"There is no such table or report{near}; docs/reference/tables.md has all of them"
            )
        return self.relations[name]

    def place(self, relation: Relation) -> Identifier:
        """Tell where a table stands by now; raises MadeAnew where it is gone.

        A rebuild renames the schema and puts another in its place. Rows of that one would not be seen by this look.
        """
        found = self.connection.execute(
            "SELECT schema FROM pg_identify_object('pg_class'::regclass, %s::oid, 0)", [relation.oid]
        ).fetchone()
        if found is None or found[0] is None:
            raise MadeAnew
        return Identifier(found[0], relation.name)


@contextmanager
def looking(reader_dsn: str, zone: ZoneInfo) -> Iterator[Look]:
    """Look at `bi` with an analyst's rights, through a connection of its own; raises MadeAnew."""
    with psycopg.connect(reader_dsn, autocommit=True) as connection:
        for name, value in {**HABITS, "TimeZone": zone.key}.items():
            connection.execute("SELECT set_config(%s, %s, false)", [name, value])
        with snapshot(connection) as cursor:
            found = cursor.execute("SELECT now() AS at, contract FROM bi.meta_position").fetchone()
            if found is None:
                raise MadeAnew
            standing = standing_of(cursor)
            yield Look(connection, zone, found["at"], standing, found["contract"], relations(cursor))
