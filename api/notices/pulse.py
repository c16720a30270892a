"""How far the log is settled, looked up once for all who wait for more; and how many may wait."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from api.errors import TooMany
from cases.errors import Unavailable
from cases.store.ledger import Ledger

BEAT: Final = 0.1
"""Seconds between two looks."""
STREAMS, STREAMS_OF_A_KEY = 200, 10
"""How many streams one server holds open."""
COME_BACK: Final = 30
"""Seconds after which somebody for whom there is no room is to ask again."""


class Pulse:
    """Knows the last settled position while somebody waits for it."""

    def __init__(self) -> None:
        """Stand at nothing; `run` looks."""
        self.position = 0
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def run(self, ledger: Ledger, stop: threading.Event) -> None:
        """Look until told to stop; a database that does not answer is asked again."""
        while not stop.wait(BEAT):
            if self._open:
                try:
                    self.position = ledger.settled()
                except Unavailable:
                    continue

    def begin(self) -> None:
        """Let those wait who come from now on."""
        self._ended.clear()

    @property
    def has_ended(self) -> bool:
        """Whether whoever waits is to go."""
        return self._ended.is_set()

    def end(self) -> None:
        """Send everybody who waits away, now and from now on."""
        self._ended.set()

    @property
    def open(self) -> int:
        """How many wait."""
        return self._open.total()

    @contextmanager
    def waiting(self, key_id: str) -> Iterator[None]:
        """Count somebody who waits; raises TooMany for a key that has its share, Unavailable where all are taken."""
        with self._lock:
            if self._open[key_id] >= STREAMS_OF_A_KEY:
                raise TooMany(f"A key holds {STREAMS_OF_A_KEY} streams open; end one", retry_after=COME_BACK)
            if self.open >= STREAMS:
                raise Unavailable(f"This server holds {STREAMS} streams open", retry_after=COME_BACK)
            self._open[key_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= Counter([key_id])
