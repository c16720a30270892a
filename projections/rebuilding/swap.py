"""Taking over: the leader held still by its own position row, two schema renames, the old schema dropped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import psycopg
from psycopg.sql import SQL, Identifier

from projections import reading
from projections.following.follower import Follower
from projections.following.writing import Writer
from projections.registry import FACTS, GROWING
from projections.schema import BI, Db, drop
from projections.sums import kept
from projections.tables.grown_dims import CLAUSES
from projections.tables.meta_tables import PARKED, POSITION
from projections.tables.targets_dim import TARGETS

TAIL: Final = 200
"""Facts that may be taken in while the leader is held; it does so in about a quarter of a second."""
TRIES: Final = 20
OLD: Final = "bi_old"
OLD_SCHEMAS: Final = "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)"


class Hold(NamedTuple):
    """The position that the leader is held at, and since when, by a monotonic clock."""

    position: int
    since: float


@contextmanager
def level(connection: Db, follower: Follower) -> Iterator[Hold]:
    """Hold the live position where it is, with a follower brought to it. The leader waits at its next page.

    Only a short tail is taken in meanwhile. Where more is missing, or a publication, for which cases are worked out
    again, the leader is let go, that is taken in, and it is tried again; the last time whatever it is.
    """
    for tries_left in reversed(range(TRIES)):
        _follow(follower, Writer(connection, BI).position())
        with connection.transaction():
            began = time.monotonic()
            row = connection.execute(
                SQL("SELECT position FROM {} WHERE NOT is_retired FOR UPDATE").format(POSITION.at(BI))
            ).fetchone()
            live = row[0] if row else 0
            if not tries_left or _is_short(reading.page(connection, follower.position, TAIL + 1, live)):
                _follow(follower, live)
                yield Hold(live, began)
                return


def _is_short(tail: list[reading.Touch]) -> bool:
    return len(tail) <= TAIL and not any(touch.is_reference for touch in tail)


def _follow(follower: Follower, until: int) -> None:
    while follower.position < until and follower.step(until=until):
        pass


def take_over(connection: Db, schema: str, *, is_first: bool, is_same_make: bool) -> None:
    """Put a schema in the place of `bi`, inside the caller's transaction and pause."""
    if is_same_make:
        _keep_parked(connection, schema)
    if not is_first:
        free = Identifier(_free(connection))
        connection.execute(SQL("UPDATE {} SET is_retired = true").format(POSITION.at(BI)))
        connection.execute(SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(BI), free))
    connection.execute(SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(schema), Identifier(BI)))


def drop_old(connection: Db) -> list[str]:
    """Drop what was replaced and has no readers any more; gives the schemas that still have some."""
    kept = []
    for (name,) in connection.execute(OLD_SCHEMAS, (OLD,)).fetchall():
        try:
            with connection.transaction():
                connection.execute("SET LOCAL lock_timeout = '500ms'")
                drop(connection, name)
        except psycopg.OperationalError:
            kept.append(name)
    return kept


def _keep_parked(connection: Db, schema: str) -> None:
    """Carry over the last state of cases that are parked in the new schema too, with the dims it needs."""
    for table in (*(table for table, _ in GROWING), CLAUSES, TARGETS):
        connection.execute(
            SQL("INSERT INTO {} SELECT * FROM {} ON CONFLICT DO NOTHING").format(
                table.at(schema), table.at(BI)
            )
        )
    bare = SQL("SELECT case_id FROM {} EXCEPT SELECT case_id FROM {}")
    found = connection.execute(bare.format(PARKED.at(schema), FACTS[0].at(schema)))
    cases = [case_id for (case_id,) in found]
    with kept(connection, schema, cases):
        for table in FACTS:
            add = SQL("INSERT INTO {} SELECT * FROM {} WHERE case_id = ANY(%s)")
            connection.execute(add.format(table.at(schema), table.at(BI)), (cases,))
            stay = SQL("UPDATE {} SET is_parked = true WHERE case_id = ANY(%s)")
            connection.execute(stay.format(table.at(schema)), (cases,))


def _free(connection: Db) -> str:
    taken = {row[0] for row in connection.execute(OLD_SCHEMAS, (OLD,))}
    return next(name for number in range(len(taken) + 1) if (name := f"{OLD}_{number}") not in taken)
