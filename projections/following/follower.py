"""One step after the log: a page becomes rows of the cases it touches, with the position, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from psycopg.sql import SQL

from cases.events_reference import CalendarPublished
from cases.regulation.rules import Reference
from projections import reading
from projections.following.leader import alive
from projections.following.writing import Writer
from projections.parking import Computed, compute, parked_ids
from projections.published import read_reference
from projections.registry import FACTS, LISTED, PUBLISHED
from projections.schema import BI, Db
from projections.tables.meta_tables import ParkedRow

PAGE = 1000
BATCH = 500
NEWEST: Final = 50
"""Positions that a rehearsal goes back."""
log = logging.getLogger(__name__)


class Follower:
    """Brings one schema up to the log over one connection; whoever moves the position is the only writer."""

    def __init__(self, connection: Db, schema: str = BI) -> None:
        """Read where the tables stand and which documents were published by then."""
        self._connection = connection
        self._schema = schema
        self._writer = Writer(connection, schema)
        self.position = self._writer.position()
        self.reference = read_reference(connection, self.position)

    def step(self, limit: int = PAGE, until: int = reading.LAST_POSITION) -> int:
        """Take in one page; gives how many facts it held, 0 when there was nothing.

        Raises PositionMoved where another writer was faster, BrokenHistory where a published document cannot be read.
        """
        page = reading.page(self._connection, self.position, limit, until)
        if page:
            self._take_in(page)
        return len(page)

    def rehearse(self) -> None:
        """Work the newest cases out and keep nothing, so that whoever leads next has met calendars and rules before."""
        newest = reading.touched(self._connection, max(self.position - NEWEST, 0), self.position)
        self._computed(_of_cases(newest), self.position, self.reference)

    def _take_in(self, page: list[reading.Touch]) -> None:
        last, reference = page[-1].position, self.reference
        published = {touch.topic for touch in page if touch.is_reference}
        if published:
            reference = read_reference(self._connection, last)
            self._derive_again(reference, is_calendar=CalendarPublished.topic in published)
        cases = self._computed(_of_cases(page), last, reference)
        with self._connection.transaction():
            self._writer.move(self.position, last, page[-1].recorded_at)
            parked = self._writer.write(cases)
        _tell(parked)
        self.position, self.reference = last, reference

    def _derive_again(self, reference: Reference, *, is_calendar: bool) -> None:
        """Rework cases under new documents: all when a calendar may have moved clocks, else those that are parked.

        The position has not moved yet, so that a crash here is made good by the same page.
        """
        with self._connection.transaction():
            self._writer.hold(self.position)
            for table, rows_of in PUBLISHED:
                self._writer.refresh(table, rows_of(reference))
            for table, rows_again in LISTED:
                self._writer.refresh(table, rows_again(reference, self._writer.grown(table)))
        self._recompute(self._known(everything=is_calendar), reference)

    def _recompute(self, ids: list[UUID], reference: Reference) -> None:
        for some in _batched(ids):
            cases = self._computed(some, self.position, reference)
            with self._connection.transaction():
                self._writer.hold(self.position)
                parked = self._writer.write(cases)
            _tell(parked)

    def _computed(self, ids: list[UUID], until: int, reference: Reference) -> list[Computed]:
        """Work cases out, and say meanwhile that we live, however long one of them takes."""
        histories = reading.histories(self._connection, ids, until) if ids else []
        with alive(self._connection):
            return [compute(history, reference) for history in histories]

    def _known(self, *, everything: bool) -> list[UUID]:
        ids = parked_ids(self._connection, self._schema)
        if everything:
            query = SQL("SELECT case_id FROM {}").format(FACTS[0].at(self._schema))
            ids += [row[0] for row in self._connection.execute(query)]
        return list(dict.fromkeys(ids))


def _tell(parked: list[ParkedRow]) -> None:
    """Say in the log which case was set aside first, why, and how many were."""
    if parked:
        case_id, position, _, reason = parked[0]
        log.warning("parked: %s at position %s (%s), %s in all", case_id, position, reason, len(parked))


def _of_cases(page: Iterable[reading.Touch]) -> list[UUID]:
    return list(dict.fromkeys(touch.case_id for touch in page if reading.is_of_a_case(touch.topic)))


def _batched(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    known = list(ids)
    return (known[at : at + BATCH] for at in range(0, len(known), BATCH))
