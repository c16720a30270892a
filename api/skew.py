"""How far the clock of this machine is from the database's, whose time alone is recorded and counted by."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from typing import Final

from cases.desk import wall_clock
from cases.errors import Unavailable
from cases.store.ledger import Ledger

TOLERATED: Final = 2.0
"""Seconds of skew that nobody is told of."""
LOOK_EVERY: Final = 2.0
"""Seconds between two looks."""
log = logging.getLogger(__name__)


def skew(ledger: Ledger) -> float:
    """Give by how many seconds this clock is at least ahead of the database's, negative behind; raises Unavailable.

    The database answered somewhere between the two readings of this clock: a slow answer is no skew.
    """
    before = wall_clock()
    there: datetime = ledger.rows("SELECT clock_timestamp()")[0][0]
    after = wall_clock()
    return max((before - there).total_seconds(), 0.0) + min((after - there).total_seconds(), 0.0)


def warning(seconds: float) -> str | None:
    """Say what is wrong with this clock, if anything."""
    if abs(seconds) <= TOLERATED:
        return None
    side = "ahead of" if seconds > 0 else "behind"
    return f"the clock of this machine is {abs(seconds):.1f} s {side} the database's, which is gone by; set it right"


def watch(ledger: Ledger, stop: threading.Event, every: float = LOOK_EVERY) -> None:
    """Tell once when the clocks part, and once when they agree again; looks at once, then every so many seconds."""
    was_apart, wait = False, 0.0
    while not stop.wait(wait):
        wait = every
        try:
            told = warning(skew(ledger))
        except Unavailable:
            continue
        if told and not was_apart:
            log.warning(told)
        elif was_apart and not told:
            log.warning("the clock of this machine agrees with the database's again")
        was_apart = told is not None
