"""The watcher: reads which clocks have come to a level and asks the desk to take them up. Only the log is believed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import args_row
from pydantic import ValidationError

from cases.desk import Desk, wall_clock
from cases.errors import CaseledgerError, Conflict, Unavailable
from cases.store.database import Database
from cases.watching import escalate
from projections.schema import Db

LONGEST: Final = 10_000
"""Clocks that one look takes up; the next look goes on with the rest."""
DUE: Final[LiteralString] = """
SELECT case_id, clock_id, next_levels FROM bi.fct_sla_clocks
WHERE next_level_at <= %(at)s AND (paused_during IS NULL OR NOT %(at)s::timestamptz <@ paused_during)
ORDER BY next_level_at, clock_id
LIMIT %(longest)s
"""
log = logging.getLogger(__name__)


class Proposal(NamedTuple):
    """A clock that by the tables has come to a level, and the levels that were not told by then, the lowest first."""

    case_id: UUID
    clock_id: str
    levels: list[str]


def proposals(connection: Db, at: datetime, longest: int = LONGEST) -> list[Proposal]:
    """Read what is due at an instant as far as the tables know, the longest due first."""
    found = connection.cursor(row_factory=args_row(Proposal))
    return found.execute(DUE, {"at": at, "longest": longest}).fetchall()


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
            due = proposals(connection, self._clock())
        before, self._failing = self._failing, set()
        return sum(self._taken_up(proposal, before) for proposal in due)

    def run(self, stop: threading.Event, every: float) -> None:
        """Look every so many seconds until told to stop; what fails is tried again at the next look."""
        while not stop.wait(every):
            try:
                self.look()
            except (Unavailable, psycopg.Error) as failure:
                log.warning("the watcher could not look: %s", type(failure).__name__)

    def _taken_up(self, proposal: Proposal, before: set[UUID]) -> int:
        """Ask for every level; a case that cannot be judged holds up no other one, and is named once."""
        case_id, recorded = proposal.case_id, 0
        try:
            for level in proposal.levels:
                recorded += escalate(self._desk, case_id, proposal.clock_id, level)
        except Unavailable:
            raise
        except Conflict:
            pass  # somebody is at work on the case; the next look comes soon
        except (CaseledgerError, ValidationError) as failure:
            if case_id not in before | self._failing:
                log.warning("case %s is not escalated: %s", case_id, type(failure).__name__)
            self._failing.add(case_id)
        return recorded
