"""One table worked out anew: its differing rows are merged into the live one, some cases at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

import psycopg
from psycopg.sql import SQL

from cases.errors import NotFound
from cases.store.database import Database
from projections import reading
from projections.changes import mark
from projections.following.leader import REBUILDER, lead
from projections.following.reworking import Reworker
from projections.rebuilding.rebuild import Progress, RebuildRuns, Sofar, unseen
from projections.rebuilding.shards import CASES_A_SHARD
from projections.registry import FACTS
from projections.schema import BI, Db
from projections.tables.meta_tables import PARKED, ParkedRow
from projections.tables.table import Table

SOUND: Final = SQL(
    "SELECT originator_id FROM {log} WHERE originator_version = 1 AND notification_id >= %s AND notification_id < %s"
    " AND starts_with(topic, 'case.')"
    " AND originator_id NOT IN (SELECT case_id FROM {parked})"
).format(log=reading.LOG.name(), parked=PARKED.at(BI))


@dataclass
class Merged:
    """What came of it: the cases and facts worked out, the keys whose rows were put right, and who is parked now."""

    table: str
    cases: int = 0
    facts: int = 0
    differing: int = 0
    seconds: float = 0.0
    parked: list[ParkedRow] = field(default_factory=list)


def rebuild_table(database: Database, name: str, *, progress: Progress = unseen) -> Merged:
    """Work one fact table out for every case that is not parked, and put right what it has otherwise.

    Readers and whoever follows the log go on; a call that was cut off is made again. Raises RebuildRuns, NotFound.
    """
    merged, began = Merged(_named(name).name), time.monotonic()
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        if not lead(connection, REBUILDER):
            raise RebuildRuns
        until, worker = reading.settled(connection), Reworker(connection, (_named(name),))
        strangers = _strangers(connection, _named(name))
        for cut in reading.cuts(connection, CASES_A_SHARD, until):
            ids = connection.execute(SOUND, cut).fetchall()
            done = worker.again(case_id for (case_id,) in ids)
            merged.cases, merged.facts = merged.cases + done.cases, merged.facts + done.facts
            merged.parked += done.parked
            progress(Sofar(merged.facts, until, 0, len(merged.parked)))
        merged.differing = worker.changed[merged.table] + strangers
    merged.seconds = time.monotonic() - began
    return merged


def _strangers(connection: Db, table: Table) -> int:
    """Take away rows of cases that the log does not know; gives how many."""
    query = SQL("DELETE FROM {} WHERE case_id NOT IN (SELECT originator_id FROM {}) RETURNING case_id")
    with connection.transaction():
        gone = connection.execute(query.format(table.at(BI), reading.LOG.name())).fetchall()
        mark(connection, BI, {case_id for (case_id,) in gone})
    return len(gone)


def _named(name: str) -> Table:
    for table in FACTS:
        if table.name == name:
            return table
    raise NotFound(f"No fact table is called so; there are {', '.join(table.name for table in FACTS)}")
