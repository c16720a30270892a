"""The engine: one leader keeps schema `bi` in step with the log, other engines wait to take over."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

import psycopg

from cases.store.database import Database
from projections import reading
from projections.following.follower import PAGE, Follower
from projections.following.leader import depose_the_silent, lead, leading
from projections.following.retrying import Retries
from projections.following.writing import PositionMoved, Writer
from projections.schema import BI, Db, contract, ensure, standing_contract
from projections.views.business_zone import business_zone

SHORTEST_WAIT: Final = 0.005
LONGEST_WAIT: Final = 0.1
RETRY_WAIT: Final = 0.25
FIRST_PAGE: Final = 64
"""Facts in the first page of a new leader; full pages grow twofold, so that what waited for it is seen early."""
REHEARSE_EVERY: Final = 60.0
"""Seconds after which a worker that stands by works out the newest cases, as it would have to when it leads."""
TRANSIENT: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    PositionMoved,
    psycopg.errors.FeatureNotSupported,  # a prepared statement met a schema of another make; `ensure` then says so
)
log = logging.getLogger(__name__)


class Engine:
    """Follows the log. Its state is the position in the database; an engine may be killed at any instant."""

    def __init__(self, database: Database) -> None:
        """Connects when it is run."""
        self._database = database
        self._woken = threading.Event()
        self._rehearse_at = 0.0
        self._is_cut_off = False
        self.is_leader = False
        self.taken_in = 0
        """Facts that it took in since it was made."""

    def wake(self) -> None:
        """Look at the log at once instead of at the next turn."""
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        """Follow the log until told to stop; a lost connection or leadership is tried for again.

        Raises BrokenHistory where a published document cannot be read: nothing could be judged rightly any more.
        """
        while not stop.is_set():
            try:
                with leading(self._database.app_dsn, stop, self._stand_by) as connection:
                    if connection is not None:
                        self._is_cut_off = False
                        ensure(connection)
                        self._lead(connection, stop)
            except TRANSIENT as lost:
                if not self._is_cut_off:
                    log.warning(
                        "the connection or the lead was lost (%s); tried until it is back",
                        type(lost).__name__,
                    )
                self._is_cut_off = True
                stop.wait(RETRY_WAIT)

    def catch_up(self, timeout: float = 60.0) -> int:
        """Take in everything settled by now, or wait until the leader has; gives the position. Raises TimeoutError."""
        with psycopg.connect(self._database.app_dsn, autocommit=True) as connection:
            ensure(connection)
            goal, deadline = reading.settled(connection), time.monotonic() + timeout
            while (position := Writer(connection, BI).position()) < goal:
                if lead(connection):
                    return _to_the_end(Follower(connection))
                depose_the_silent(connection)
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the tables stand at {position}, the log at {goal}")
                time.sleep(LONGEST_WAIT / 4)
            return position

    def wait_for(self, position: int, timeout: float = 5.0) -> bool:
        """Wait until the tables stand at a position or beyond; tells whether they do."""
        deadline, wait = time.monotonic() + timeout, SHORTEST_WAIT
        while True:
            with self._database.pool.connection() as connection:
                if Writer(connection, BI).position() >= position:
                    return True
            if time.monotonic() > deadline:
                return False
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT / 2)

    def _stand_by(self, connection: Db) -> None:
        """Rehearse from time to time: the first case under a calendar or a rule takes far longer than the next ones."""
        self._is_cut_off = False
        made = contract(business_zone(connection))
        if time.monotonic() >= self._rehearse_at and standing_contract(connection) == made:
            Follower(connection).rehearse()
            self._rehearse_at = time.monotonic() + REHEARSE_EVERY

    def _lead(self, connection: Db, stop: threading.Event) -> None:
        """Follow the log as its leader, and try again what is parked whenever there is nothing new.

        At the log's end it rests as long as it worked: a page of some cases costs little more than that of one.
        """
        follower, retries, wait, size = Follower(connection), Retries(connection), SHORTEST_WAIT, FIRST_PAGE
        log.info("leads from position %s", follower.position)
        self.is_leader = True
        try:
            while not stop.is_set():
                began = time.monotonic()
                if taken := follower.step(size):
                    self.taken_in, wait = self.taken_in + taken, SHORTEST_WAIT
                    if taken < size:
                        stop.wait(min(time.monotonic() - began, LONGEST_WAIT))
                    size = min(2 * size, PAGE) if taken == size else size
                else:
                    retries.turn(time.monotonic())
                    wait = min(wait * 2, LONGEST_WAIT)
                self._woken.wait(wait)
                self._woken.clear()
        finally:
            self.is_leader = False


def _to_the_end(follower: Follower) -> int:
    while follower.step():
        pass
    return follower.position
