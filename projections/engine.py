"""The engine: one leader keeps schema `bi` in step with the log, other engines wait to take over."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

import psycopg

from cases.store.database import Database
from projections import reading
from projections.follower import Follower
from projections.leader import depose_the_silent, lead, leading
from projections.retrying import Retries
from projections.schema import BI, Db, ensure
from projections.writing import PositionMoved, Writer

SHORTEST_WAIT: Final = 0.005
LONGEST_WAIT: Final = 0.1
RETRY_WAIT: Final = 0.25
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
                with leading(self._database.app_dsn, stop) as connection:
                    if connection is not None:
                        ensure(connection)
                        self._lead(connection, stop)
            except TRANSIENT as lost:
                log.info("the connection or the lead was lost (%s); tried again", type(lost).__name__)
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

    def _lead(self, connection: Db, stop: threading.Event) -> None:
        """Follow the log as its leader, and try again what is parked whenever there is nothing new."""
        follower, retries, wait = Follower(connection), Retries(connection), SHORTEST_WAIT
        log.info("leads from position %s", follower.position)
        self.is_leader = True
        try:
            while not stop.is_set():
                if taken := follower.step():
                    self.taken_in, wait = self.taken_in + taken, SHORTEST_WAIT
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
