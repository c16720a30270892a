"""Parked cases are tried again by themselves: three times, each after a longer wait, before they wait for somebody."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from projections.following.reworking import Reworker
from projections.parking import parked_ids
from projections.schema import Db

WAITS: Final = (1.0, 5.0, 25.0)
"""Seconds before the first, second and third try; a new leader, as after an update, begins anew."""
LOOK_EVERY: Final = 1.0
MOST: Final = 100
"""Cases tried in one turn, so that following the log does not wait for them."""
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Tried:
    """How often a case was tried, and when it is to be tried next."""

    times: int
    next_at: float


class Retries:
    """What one leader has tried; moments are those of a monotonic clock."""

    def __init__(self, connection: Db) -> None:
        """Begin with nothing tried."""
        self._connection = connection
        self._tried: dict[UUID, _Tried] = {}
        self._next_look = 0.0

    def turn(self, now: float) -> None:
        """Try the parked cases whose time has come."""
        if now < self._next_look:
            return
        self._next_look = now + LOOK_EVERY
        parked = parked_ids(self._connection)
        self._tried = {one: self._tried.get(one) or _Tried(0, now + WAITS[0]) for one in parked}
        due = [one for one, tried in self._tried.items() if tried.next_at <= now][:MOST]
        if due:
            done = Reworker(self._connection).again(due)
            log.info("%s of %s parked cases that were tried again are released", done.released, done.cases)
        for one in due:
            times = self._tried[one].times + 1
            wait = WAITS[times] if times < len(WAITS) else float("inf")
            self._tried[one] = _Tried(times, now + wait)
