"""One table worked out anew: its differing rows are merged into the live one, some cases at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

import psycopg
from psycopg.sql import SQL

from cases.errors import NotFound
from cases.store.database import Database
from projections import reading, sums
from projections.changes import mark
from projections.following.leader import REBUILDER, lead
from projections.following.reworking import Reworker
from projections.following.writing import Writer
from projections.rebuilding.rebuild import Progress, RebuildRuns, Sofar, unseen
from projections.rebuilding.shards import CASES_A_SHARD
from projections.registry import FACTS
from projections.schema import BI, Db
from projections.tables.meta_tables import PARKED, ParkedRow
from projections.tables.sla_clocks_table import TABLE as CLOCKS
from projections.tables.table import Table
from projections.views.business_zone import business_zone

SOUND: Final = SQL(
    "SELECT originator_id FROM {log} WHERE originator_version = 1 AND notification_id >= %s AND notification_id < %s"
    " AND starts_with(topic, 'case.')"
    " AND originator_id NOT IN (SELECT case_id FROM {parked})"
).format(log=reading.LOG.name(), parked=PARKED.at(BI))


@dataclass
class Merged:
    """What came of it: cases and facts worked out, keys whose rows and sums were put right, and who is parked now."""

    table: str
    cases: int = 0
    facts: int = 0
    differing: int = 0
    sums: int = 0
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
        merged.sums = _summed_up(connection) if merged.table == CLOCKS.name else 0
    merged.seconds = time.monotonic() - began
    return merged


def _strangers(connection: Db, table: Table) -> int:
    """Take away rows of cases that the log does not know; gives how many."""
    query = SQL("SELECT DISTINCT case_id FROM {} WHERE case_id NOT IN (SELECT originator_id FROM {})")
    with connection.transaction():
        found = connection.execute(query.format(table.at(BI), reading.LOG.name()))
        cases = [case_id for (case_id,) in found]
        with sums.kept(connection, BI, cases):
            away = SQL("DELETE FROM {} WHERE case_id = ANY(%s)").format(table.at(BI))
            gone = connection.execute(away, (cases,)).rowcount
        mark(connection, BI, cases)
    return gone


def _summed_up(connection: Db) -> int:
    """Make the sums anew where they are not what the rows give, as after a row was altered; gives how many were not."""
    if wrong := len(sums.astray(connection, BI)):
        with connection.transaction():
            Writer(connection, BI).stand()
            sums.fill(connection, BI, business_zone(connection))
    return wrong


def _named(name: str) -> Table:
    for table in FACTS:
        if table.name == name:
            return table
    raise NotFound(f"No fact table is called so; there are {', '.join(table.name for table in FACTS)}")
