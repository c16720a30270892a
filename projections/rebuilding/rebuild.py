"""A rebuild: a complete schema from the log alone, compared with the live one, then in its place by two renames."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import psycopg
from psycopg.sql import SQL

from cases.errors import Conflict
from cases.regulation.rules import Reference
from cases.store.database import Database
from projections import changes, reading
from projections.following.engine import Engine
from projections.following.follower import Follower
from projections.following.leader import REBUILDER, lead
from projections.following.writing import Writer
from projections.published import read_reference
from projections.rebuilding import plan as plans
from projections.rebuilding.compare import TableCompared, compare
from projections.rebuilding.finishing import finish_filled
from projections.rebuilding.plan import Plan
from projections.rebuilding.shards import CASES_A_SHARD, Job, Loaded, fill
from projections.rebuilding.swap import drop_old, level, take_over
from projections.registry import FACTS, GROWING, LISTED, PUBLISHED
from projections.schema import (
    BI,
    ContractChanged,
    Db,
    contract,
    drop,
    ensure,
    insert,
    lay_out,
    standing_contract,
)
from projections.tables.meta_tables import PARKED, ParkedRow
from projections.views.business_zone import business_zone

NEXT: Final = "bi_next"
NEAR: Final = 20_000
"""How far behind the live tables may be and still be brought up for the comparison."""
LOCK_WAIT: Final = "10s"
LOOK_AGAIN: Final = 0.5
CORES: Final = os.cpu_count() or 1


class Sofar(NamedTuple):
    """How far a rebuild has come: facts that are done, the position to reach, facts kept from before, parked cases."""

    facts: int
    until: int
    kept: int
    parked: int


Progress = Callable[[Sofar], None]


@dataclass(frozen=True, slots=True)
class Division:
    """How the work is divided: over so many processes, in shards of about so many cases."""

    workers: int
    cases_a_shard: int


def unseen(_sofar: Sofar) -> None:
    """Show no progress."""


class RebuildRuns(Conflict):
    """Another process is rebuilding."""

    title = "Another rebuild is running"


@dataclass
class Report:
    """What a rebuild did; times in seconds, `paused` is how long the leader had to wait at most."""

    position: int = 0
    facts: int = 0
    kept: int = 0
    """Facts of ranges that an earlier rebuild had done before it was cut off."""
    cases: int = 0
    seconds: float = 0.0
    load_seconds: float = 0.0
    paused: float = 0.0
    parked: list[ParkedRow] = field(default_factory=list)
    compared: tuple[TableCompared, ...] = ()
    is_swapped: bool = False

    @property
    def facts_per_second(self) -> float:
        """How fast rows were computed and loaded."""
        return (self.facts - self.kept) / self.load_seconds if self.load_seconds else 0.0

    @property
    def differing(self) -> int:
        """How many rows the live tables had otherwise."""
        return sum(table.differing for table in self.compared)


def rebuild(
    database: Database,
    *,
    workers: int = CORES,
    cases_a_shard: int = CASES_A_SHARD,
    progress: Progress = unseen,
    is_swapped: bool = True,
) -> Report:
    """Rebuild every table beside the live ones, compare at one position, and take their place.

    Without `is_swapped` the new schema is compared and dropped. The comparison is left out where there is nothing to
    compare with: no live schema, one of another make, or one that is far behind the log. Raises RebuildRuns.
    """
    began = time.monotonic()
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (LOCK_WAIT,))
        if not lead(connection, REBUILDER):
            raise RebuildRuns
        work = Rebuild(database, connection, Division(workers, cases_a_shard), progress)
        work.build()
        work.settle(is_swapped=is_swapped)
    work.report.seconds = time.monotonic() - began
    return work.report


def prepare(database: Database) -> Report | None:
    """Make `bi` ready for this version of the program: made where missing, rebuilt where of another make.

    Any number of programs may start at once: one of them makes or rebuilds it, the others wait for that.
    """
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        while True:
            try:
                ensure(connection)
            except ContractChanged:
                with suppress(RebuildRuns):
                    return rebuild(database)
                time.sleep(LOOK_AGAIN)
            else:
                drop_old(connection)
                return None


class Rebuild:
    """One rebuild under way, over one connection that holds its lock."""

    def __init__(self, database: Database, connection: Db, division: Division, progress: Progress) -> None:
        """Look at what stands."""
        self.report = Report()
        self._database = database
        self._connection = connection
        self._division = division
        self._progress = progress
        standing = standing_contract(connection)
        self._is_live = standing is not None
        self._is_same_make = standing == contract(business_zone(connection))

    def build(self) -> None:
        """Fill a complete schema `bi_next` as of one position, or go on where an earlier rebuild was cut off."""
        plan = self._plan()
        if not plan.is_loaded:
            self._load(plan)
        finish_filled(self._connection, self._database.app_dsn, NEXT, self._division.workers)
        parked = SQL("SELECT {} FROM {}").format(PARKED.names, PARKED.at(NEXT))
        self.report.parked = [ParkedRow(*row) for row in self._connection.execute(parked)]

    def _plan(self) -> Plan:
        """Take up the plan that was left, unless more has been recorded since than it has done; else draw one."""
        goal, left = self._goal(), plans.standing(self._connection, NEXT)
        done = plans.done(self._connection, NEXT)
        if left and done and goal - left.until <= done.facts:
            self.report.facts = self.report.kept = done.facts
            self.report.cases = done.cases
            return left
        cuts = reading.cuts(self._connection, self._division.cases_a_shard, goal)
        drop(self._connection, NEXT)
        with self._connection.transaction():
            lay_out(self._connection, NEXT)
            return plans.draw(self._connection, NEXT, goal, cuts)

    def _goal(self) -> int:
        """Choose the position: the log's end, to which live tables that are near are brought first."""
        goal = reading.settled(self._connection)
        if self._is_same_make and goal - Writer(self._connection, BI).position() <= NEAR:
            return max(goal, Engine(self._database).catch_up())
        return goal

    def _load(self, plan: Plan) -> None:
        began, parked = time.monotonic(), 0

        def tell(loaded: Loaded) -> None:
            nonlocal parked
            self.report.facts += loaded.facts
            self.report.cases += loaded.cases
            parked += len(loaded.parked)
            self._progress(Sofar(self.report.facts, plan.until, self.report.kept, parked))

        reference = read_reference(self._connection, plan.until)
        job = Job(self._database.app_dsn, NEXT, plan, reference)
        fill(job, plans.open_spans(self._connection, NEXT), self._division.workers, tell)
        with self._connection.transaction():
            self._fill_dims(reference)
            at = reading.recorded_at(self._connection, plan.until)
            Writer(self._connection, NEXT).move(0, plan.until, at)
            plans.loaded(self._connection, NEXT)
        self.report.load_seconds = time.monotonic() - began

    def _fill_dims(self, reference: Reference) -> None:
        """Write the dims that grew with the cases, sorted, and those that the published documents give."""
        for table, _ in GROWING:
            waiting = SQL("SELECT DISTINCT {} FROM {}").format(table.names, plans.staged(table).at(NEXT))
            grown = set(self._connection.execute(waiting))
            for listed, rows_again in LISTED:
                grown.update(rows_again(reference, ()) if listed is table else ())
            rows = sorted(grown - set(table.fixed), key=lambda row: str(row[0]))
            insert(self._connection, table, NEXT, tuple(rows))
        for table, rows_of in PUBLISHED:
            insert(self._connection, table, NEXT, tuple(rows_of(reference)))

    def settle(self, *, is_swapped: bool) -> None:
        """Compare at one position, take over (or drop what was built), and clear away what is no longer read."""
        with psycopg.connect(self._database.app_dsn, autocommit=True) as other:
            follower = Follower(other, NEXT)
            if self._is_same_make:
                self.report.compared = self._compare(follower)
            if is_swapped:
                self._take_over(follower, self._marked())
                drop_old(self._connection)
            else:
                drop(self._connection, NEXT)
        self.report.position, self.report.is_swapped = follower.position, is_swapped

    def _compare(self, follower: Follower) -> tuple[TableCompared, ...]:
        """Bring both to one position, keep a snapshot of that instant, and read it while the leader goes on."""
        with psycopg.connect(self._database.app_dsn, autocommit=True) as reader, reader.transaction():
            with self._pause(follower) as live:
                reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                is_level = Writer(reader, BI).position() == live == follower.position
            return compare(reader, BI, NEXT) if is_level else ()

    def _marked(self) -> int:
        """Mark what readers have to load again; gives the position from which on marks of the live tables lack."""
        if not self.report.compared:
            changes.mark_all(self._connection, NEXT)
            return reading.LAST_POSITION
        stood = Writer(self._connection, BI).position()
        changes.carry_over(self._connection, NEXT)
        differing = {table.table for table in self.report.compared if table.differing}
        tables = [table for table in FACTS if table.name in differing]
        changes.mark_differing(self._connection, NEXT, tables)
        return stood

    def _take_over(self, follower: Follower, unmarked: int) -> None:
        if not self._is_live:
            with self._connection.transaction():
                plans.clear(self._connection, NEXT)
                take_over(self._connection, NEXT, is_first=True, is_same_make=False)
            return
        marked = follower.position
        with self._pause(follower):
            plans.clear(self._connection, NEXT)
            if self._is_same_make:
                changes.carry_over(self._connection, NEXT, unmarked)
            changes.lift(self._connection, NEXT, marked)
            take_over(self._connection, NEXT, is_first=False, is_same_make=self._is_same_make)

    @contextmanager
    def _pause(self, follower: Follower) -> Iterator[int]:
        """Hold the leader still while the new schema takes in a short tail; gives the position of both."""
        with level(self._connection, follower) as held:
            yield held.position
        self.report.paused = max(self.report.paused, time.monotonic() - held.since)
