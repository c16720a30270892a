"""Filling a fresh schema: ranges of cases over processes, rows by COPY, every range a transaction of its own."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Final, NamedTuple

import psycopg

from cases.errors import CaseledgerError
from cases.regulation.rules import Reference
from projections import reading
from projections.following.writing import REFUSALS
from projections.parking import Computed, compute, reason_of
from projections.reading import History
from projections.rebuilding import plan
from projections.rebuilding.plan import Plan, Span
from projections.registry import FACTS, GROWING
from projections.schema import Db, copy_in, insert
from projections.tables.cells import Writing
from projections.tables.meta_tables import PARKED, ParkedRow
from projections.tables.table import Row

CASES_A_SHARD: Final = 1000
SHARDS_WORTH_A_PROCESS: Final = 4
"""Starting a process takes as long as filling a few shards."""
OBJECTS_UNTIL_COLLECTED: Final = 500_000


@dataclass(frozen=True)
class Job:
    """What every process is told once: where to read and write, by which plan, and with which documents."""

    dsn: str
    schema: str
    plan: Plan
    reference: Reference


@dataclass
class Loaded:
    """What one range held; `grown` are rows of the growing dims, which wait until all ranges are done."""

    facts: int = 0
    cases: int = 0
    parked: list[ParkedRow] = field(default_factory=list)
    grown: dict[str, set[Row]] = field(default_factory=dict)


class Written(NamedTuple):
    """A case whose rows are written for COPY: the bytes for each table, and its rows of each growing dim."""

    case: Computed
    tables: list[bytes]
    grown: list[list[Row]]


class LoaderKilled(CaseledgerError):
    """A process of the rebuild was ended, as by want of memory; the ranges that are done are kept."""

    title = "A process of the rebuild was killed; run it again, it goes on where it was"


class Loader:
    """Fills ranges of one job over one connection."""

    def __init__(self, job: Job, connection: Db) -> None:
        """Write without waiting for the disk: what is lost with the server is not marked as done either."""
        self._job = job
        self._connection = connection
        connection.execute("SET synchronous_commit = off")

    def load(self, span: Span) -> Loaded:
        """Compute and store the cases of a range, and mark it as done, all at once; nothing where it was done."""
        loaded = Loaded(grown={table.name: set() for table, _ in GROWING})
        writing = Writing()
        found = [self._computed(history, loaded, writing) for history in self._histories(span)]
        schema, done = self._job.schema, (loaded.facts, loaded.cases)
        with self._connection.transaction():
            if not plan.tick(self._connection, schema, self._job.plan.plan_id, span, *done):
                return Loaded()
            self._store([case for case in found if case is not None], loaded)
            for table, _ in GROWING:
                insert(self._connection, plan.staged(table), schema, tuple(loaded.grown[table.name]))
            insert(self._connection, PARKED, schema, tuple(loaded.parked))
        loaded.grown.clear()
        return loaded

    def _histories(self, span: Span) -> list[History]:
        return reading.shard(self._connection, span.first, span.after_last, self._job.plan.until)

    def _computed(self, history: History, loaded: Loaded, writing: Writing) -> Written | None:
        """Compute a case and write its rows at once, as long as they are at hand; None for one that is parked."""
        loaded.facts += len(history)
        loaded.cases += 1
        case = compute(history, self._job.reference, is_packed=True)
        if case.rows is None:
            loaded.parked.append(case.parked())
            return None
        rows, write = case.rows, writing.written
        try:
            tables = [write(table, rows[table.name]) if rows[table.name] else b"" for table in FACTS]
        except REFUSALS as refusal:
            loaded.parked.append(case.parked(reason_of(refusal)))
            return None
        return Written(Computed(history, None), tables, [rows[table.name] for table, _ in GROWING])

    def _store(self, cases: list[Written], loaded: Loaded) -> None:
        """Store cases together, or when the database refuses, by halves until the culprit stands alone."""
        try:
            with self._connection.transaction():
                for place, table in enumerate(FACTS):
                    written = [case.tables[place] for case in cases]
                    if any(written):
                        copy_in(self._connection, table, self._job.schema, written)
        except REFUSALS as refusal:
            if len(cases) == 1:
                loaded.parked.append(cases[0].case.parked(reason_of(refusal)))
                return
            half = len(cases) // 2
            self._store(cases[:half], loaded)
            self._store(cases[half:], loaded)
            return
        for case in cases:
            for (table, _), rows in zip(GROWING, case.grown, strict=True):
                loaded.grown[table.name].update(rows)


_LOADER: list[Loader] = []
"""The loader of this process."""


def _begin(job: Job) -> None:
    """Begin a process: rows are made by the million and hold no cycles, so that looking for some can wait."""
    gc.freeze()
    gc.set_threshold(OBJECTS_UNTIL_COLLECTED)
    if (parent := parent_process()) is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _LOADER.append(Loader(job, psycopg.connect(job.dsn, autocommit=True)))


def _end_with(parent: int) -> None:
    """End this process when the one that began it was killed; nobody would ever tell it to stop."""
    wait([parent])
    os._exit(1)


def _load(span: Span) -> Loaded:
    return _LOADER[-1].load(span)


def fill(job: Job, spans: list[Span], workers: int, told: Callable[[Loaded], None]) -> None:
    """Fill all ranges with so many processes, in this one where one is enough; tells of each as it is done."""
    hands = min(workers, len(spans) // SHARDS_WORTH_A_PROCESS)
    for loaded in _alone(job, spans) if hands <= 1 else _together(job, spans, hands):
        told(loaded)


def _alone(job: Job, spans: list[Span]) -> Iterator[Loaded]:
    with psycopg.connect(job.dsn, autocommit=True) as connection:
        loader = Loader(job, connection)
        yield from map(loader.load, spans)


def _together(job: Job, spans: list[Span], workers: int) -> Iterator[Loaded]:
    """Spread ranges over processes; raises LoaderKilled."""
    try:
        with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (job,)) as pool:
            for done in as_completed([pool.submit(_load, span) for span in spans]):
                yield done.result()
    except BrokenProcessPool:
        raise LoaderKilled from None
