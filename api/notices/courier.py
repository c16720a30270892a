"""The courier: sends notices to webhooks in the order of the log, at least once, until they are taken or put aside."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from secrets import SystemRandom
from typing import Any, Final

import psycopg
from eventsourcing.persistence import PersistenceError

from api.notices.address import Endpoint, Resolve, Unreachable, lookup
from api.notices.book import Book, Errand
from api.notices.notice import PAGE, TOLD, Notice, page, topics_of
from api.notices.sending import Answer, Line
from cases.errors import CaseledgerError, Unavailable
from cases.store.ledger import Ledger
from projections.following.leader import lead

COURIER: Final = int.from_bytes(b"cl-calls")
BEAT: Final = 0.25
IDLE: Final = 2.0
"""Seconds between two looks, and between two while there are no webhooks."""
NEXT_TRY: Final = 1.0
REST: Final = 5.0
"""Seconds for which a webhook is left alone after something went wrong on our side."""
GONE: Final = 410
REFUSING: Final = frozenset({400, 413, 415, 422})
"""By these a receiver says that it does not want this very notice, now or later."""
EVEN: Final = 0.2
"""By how much of itself a wait is made longer or shorter, so that not all come back at once."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a notice is tried for: seconds before each further try, tries of a refused one, days until giving up."""

    waits: tuple[float, ...] = (5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000)
    refusals: int = 3
    days: float = 5


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a notice was not taken, and for how many seconds the receiver wants to be left alone."""

    reason: str
    retry_after: int = 0
    is_refusal: bool = False
    is_gone: bool = False


@dataclass
class Courier:
    """One of all servers sends; it goes by the tables alone and may be killed at any instant."""

    ledger: Ledger
    book: Book
    source: str
    is_anywhere: bool = False
    """For tests: also to plain http and to addresses that are not public."""
    patience: Patience = field(default_factory=Patience)
    resolve: Resolve = lookup
    _lines: dict[str, Line] = field(default_factory=dict)
    _turns: dict[str, threading.Thread] = field(default_factory=dict)
    _rests: dict[str, float] = field(default_factory=dict)
    """Webhook → until when it is left alone; one that was served without a failure of ours is not in it."""

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop; a database that went away is come back to."""
        while not stop.is_set():
            try:
                with psycopg.connect(self.ledger.database.app_dsn, autocommit=True) as connection:
                    self._lead(connection, stop)
            except (psycopg.Error, Unavailable):
                stop.wait(NEXT_TRY)

    def _lead(self, connection: psycopg.Connection[Any], stop: threading.Event) -> None:
        """Look for what is due as long as the connection lives, whose lock makes this the only courier."""
        while not lead(connection, COURIER):
            if stop.wait(NEXT_TRY):
                return
        try:
            wait = 0.0
            while not stop.wait(wait):
                wait = self._look(connection, stop)
        finally:
            for line in list(self._lines.values()):
                line.abort()
            for turn in self._turns.values():
                turn.join(timeout=2)

    def _look(self, connection: psycopg.Connection[Any], stop: threading.Event) -> float:
        """Begin a turn for every webhook that has something to be sent; gives the seconds until the next look."""
        query = "SELECT EXISTS (SELECT FROM desk.webhooks WHERE disabled_at IS NULL)"
        if connection.execute(query).fetchone() == (False,):
            return IDLE
        self._turns = {name: turn for name, turn in self._turns.items() if turn.is_alive()}
        for webhook_id in self.book.due(self.ledger.settled()):
            if webhook_id not in self._turns and self._rests.get(webhook_id, 0.0) <= time.monotonic():
                turn = threading.Thread(target=self._turn, args=(webhook_id, stop), daemon=True)
                self._turns[webhook_id] = turn
                turn.start()
        return BEAT

    def _turn(self, webhook_id: str, stop: threading.Event) -> None:
        """Serve a webhook; what goes wrong on our side is told once, by its kind only, and tried again later."""
        try:
            self.serve(webhook_id, stop)
        except Exception as failure:  # noqa: BLE001 - whatever it is, other webhooks are to be served
            if webhook_id not in self._rests:
                reason = failure.title if isinstance(failure, CaseledgerError) else type(failure).__name__
                log.error("webhook %s cannot be served: %s", webhook_id, reason)  # noqa: TRY400 - values stay out
            self._rests[webhook_id] = time.monotonic() + REST
            if not isinstance(failure, Unavailable | PersistenceError):
                with suppress(Unavailable, PersistenceError):
                    self.book.put_off(webhook_id, type(failure).__name__, self.patience.waits[-1])
        else:
            self._rests.pop(webhook_id, None)

    def serve(self, webhook_id: str, stop: threading.Event) -> None:
        """Send a webhook what it was asked to be sent again, and a page of what it has not had."""
        errand = self.book.errand(webhook_id, self.patience.days)
        if errand is None:
            return
        endpoint = Endpoint.parse(errand.url, is_anywhere=self.is_anywhere)
        line = Line(endpoint, partial(endpoint.addresses, is_anywhere=self.is_anywhere, resolve=self.resolve))
        self._lines[webhook_id] = line
        try:
            send = partial(self._sent, errand, line)
            if self._again(errand, send, stop):
                self._on(errand, send, stop)
        finally:
            self._lines.pop(webhook_id, None)
            line.close()

    def _again(self, errand: Errand, send: Callable[[Notice], Failure | None], stop: threading.Event) -> bool:
        """Send once more what was put aside and asked for; tells whether the receiver took it all."""
        for letter in self.book.dead(errand.webhook_id, asked_only=True):
            at = letter.position
            for notice in page(self.ledger, self.source, TOLD.values(), at - 1, at):
                failure = send(notice)
                if stop.is_set():
                    return False
                if failure:
                    self.book.put_aside(errand.webhook_id, at, failure.reason, 1)
                    return False
                self.book.settle(errand.webhook_id, at)
        return True

    def _on(self, errand: Errand, send: Callable[[Notice], Failure | None], stop: threading.Event) -> None:
        """Send what comes next, one notice after another, up to the first that is not taken."""
        until, reached, tries = self.ledger.settled(), errand.position, errand.tries
        notices = page(self.ledger, self.source, topics_of(errand.facts), reached, until)
        for notice in notices:
            failure = send(notice)
            if stop.is_set() and failure:
                return
            if failure:
                self._not_taken(errand, notice.data.position, reached, tries, failure)
                return
            if not self.book.reached(errand, reached, notice.data.position, is_delivered=True):
                return
            reached, tries = notice.data.position, 0
        if len(notices) < PAGE and reached < until:
            self.book.reached(errand, reached, until, is_delivered=False)

    def _not_taken(self, errand: Errand, position: int, reached: int, tries: int, failure: Failure) -> None:
        """Try again later, put the notice aside after the last try, give the webhook up after the last day."""
        if failure.is_gone or errand.is_spent:
            self.book.disable(errand.webhook_id, failure.reason)
            log.warning("webhook %s is disabled: %s", errand.webhook_id, failure.reason)
            return
        waits = (
            self.patience.waits[: self.patience.refusals - 1] if failure.is_refusal else self.patience.waits
        )
        wait = waits[tries] * SystemRandom().uniform(1 - EVEN, 1 + EVEN) if tries < len(waits) else 0
        self.book.put_off(errand.webhook_id, failure.reason, max(wait, failure.retry_after))
        if tries >= len(waits):
            self.book.put_aside(errand.webhook_id, position, failure.reason, tries + 1)
            self.book.reached(errand, reached, position, is_delivered=False)

    def _sent(self, errand: Errand, line: Line, notice: Notice) -> Failure | None:
        """Send one notice; gives why it was not taken."""
        try:
            answer = line.send(
                notice,
                message_id=f"{errand.webhook_id}_{notice.id}",
                secret=errand.secret,
                now=self.ledger.now(),
            )
        except Unreachable as failure:
            return Failure(str(failure))
        return None if answer.is_taken else _told(answer)


def _told(answer: Answer) -> Failure:
    is_moved = 300 <= answer.status < 400  # noqa: PLR2004 - HTTP's own
    reason = f"it answered {answer.status}" + ("; redirects are not followed" if is_moved else "")
    return Failure(reason, answer.retry_after, answer.status in REFUSING, answer.status == GONE)
