"""The watcher: reads which clocks and alerts have come to a level and asks the desk to tell it; it believes the log."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import args_row
from pydantic import ValidationError

from cases.desk import Desk, wall_clock
from cases.errors import CaseledgerError, Conflict, Unavailable
from cases.recorded import Recorded
from cases.store.database import Database
from cases.watching import alarm, escalate
from projections import reading
from projections.schema import Db

LONGEST: Final = 10_000
"""Clocks, and alerts, that one look takes up; the next look goes on with the rest."""
DUE: Final[LiteralString] = """
SELECT case_id, clock_id, next_levels, false FROM bi.fct_sla_clocks
WHERE next_level_at <= %(at)s AND (paused_during IS NULL OR NOT %(at)s::timestamptz <@ paused_during)
ORDER BY next_level_at, clock_id
LIMIT %(longest)s
"""
REACHED: Final[LiteralString] = """
SELECT DISTINCT ON (one.alert_id) one.case_id, one.alert_id, one.next_levels, true, beside.cases
FROM bi.fct_alerts AS one CROSS JOIN LATERAL (
    SELECT count(*) AS times, array_agg(DISTINCT each.case_id) FILTER (WHERE each.case_id <> one.case_id) AS cases
    FROM bi.fct_alerts AS each
    WHERE each.subject = one.subject AND each.happened_at <= one.happened_at AND NOT each.is_excluded
    AND (each.counts_until IS NULL OR each.counts_until >= one.happened_at)
) AS beside
WHERE one.next_levels IS NOT NULL AND one.happened_at <= %(at)s AND beside.times >= one.at_least
AND (one.counts_until IS NULL OR one.counts_until >= %(at)s)
ORDER BY one.alert_id, one.happened_at
LIMIT %(longest)s
"""
log = logging.getLogger(__name__)


class Proposal(NamedTuple):
    """What by the tables has come to a level: a clock, or an alert with the cases that count with it.

    `levels` were not told by then, the lowest first.
    """

    case_id: UUID
    name: str
    levels: list[str]
    is_alert: bool
    beside: list[UUID] | None = None


def proposals(connection: Db, at: datetime, longest: int = LONGEST) -> list[Proposal]:
    """Read the clocks that are due at an instant as far as the tables know, the longest due first."""
    return _read(connection, DUE, at, longest)


def alerts(connection: Db, at: datetime, longest: int = LONGEST) -> list[Proposal]:
    """Read the alerts that are reached as far as the tables know; one whose time of counting is over is none."""
    return _read(connection, REACHED, at, longest)


def _read(connection: Db, query: LiteralString, at: datetime, longest: int) -> list[Proposal]:
    found = connection.cursor(row_factory=args_row(Proposal))
    return found.execute(query, {"at": at, "longest": longest}).fetchall()


def _histories(connection: Db, cases: list[UUID]) -> list[list[Recorded]]:
    """Read all facts of some cases; one that cannot be read counts for nothing."""
    found = []
    for history in reading.histories(connection, cases, reading.LAST_POSITION):
        with suppress(CaseledgerError, ValidationError):
            found.append([stored.decoded() for stored in history])
    return found


class Watcher:
    """Looks again and again; any number may do so at once, and each may be killed at any instant."""

    def __init__(self, database: Database, desk: Desk, clock: Callable[[], datetime] = wall_clock) -> None:
        """Connects when it looks; `clock` tells what to look for, the desk judges by its own."""
        self._database = database
        self._desk = desk
        self._clock = clock
        self._failing: set[UUID] = set()

    def look(self) -> int:
        """Propose what is due now; gives how many escalations were recorded. Raises Unavailable, psycopg's errors."""
        with self._database.pool.connection() as connection:
            at = self._clock()
            due = [*proposals(connection, at), *alerts(connection, at)]
        before, self._failing = self._failing, set()
        return sum(self._taken_up(proposal, before) for proposal in due)

    def run(self, stop: threading.Event, every: float) -> None:
        """Look every so many seconds until told to stop; what fails is tried again at the next look."""
        while not stop.wait(every):
            try:
                self.look()
            except (Unavailable, psycopg.Error) as failure:
                log.warning("the watcher could not look: %s", type(failure).__name__)

    def _asks(self, proposal: Proposal) -> Callable[[str], bool]:
        """Give how the desk is asked for a level; the cases beside an alert are read only now, when it is its turn."""
        if not proposal.is_alert:
            return partial(escalate, self._desk, proposal.case_id, proposal.name)
        others: list[list[Recorded]] = []
        if proposal.beside:
            with self._database.pool.connection() as connection:
                others = _histories(connection, proposal.beside)
        return partial(alarm, self._desk, proposal.case_id, proposal.name, others=others)

    def _taken_up(self, proposal: Proposal, before: set[UUID]) -> int:
        """Ask for every level; a case that cannot be judged holds up no other one, and is named once."""
        case_id, recorded = proposal.case_id, 0
        try:
            ask = self._asks(proposal)
            for level in proposal.levels:
                recorded += ask(level)
        except Unavailable:
            raise
        except Conflict:
            pass  # somebody is at work on the case; the next look comes soon
        except (CaseledgerError, ValidationError) as failure:
            if case_id not in before | self._failing:
                log.warning("case %s is not escalated: %s", case_id, type(failure).__name__)
            self._failing.add(case_id)
        return recorded
