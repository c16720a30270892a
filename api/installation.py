"""One installation, opened: database, log, vault, desk, and the threads that keep it going."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from functools import cached_property, partial
from typing import Final
from uuid import uuid5
from zoneinfo import ZoneInfo

import psycopg

from api import skew
from api.notices.book import Book
from api.notices.courier import Courier
from api.notices.pulse import Pulse
from cases.caller import Caller
from cases.codes import Role
from cases.desk import Desk
from cases.errors import CaseledgerError, Unavailable
from cases.reading_ahead import read_ahead
from cases.recorded import Source
from cases.reference import REFERENCE_ID, Shelf, shipped
from cases.settings import Settings
from cases.store.adopt import check_log
from cases.store.database import Database
from cases.store.errors import StoreError
from cases.store.ledger import Ledger
from cases.store.remote import RemoteServer
from cases.vault import Vault
from projections.following.engine import Engine
from projections.following.watchdog import Watchdog
from projections.following.watcher import Watcher
from projections.rebuilding import rebuild
from replay.signals import SignalRoom

KEY_FILE: Final = "vault-keys.json"
READ_WAIT: Final = 2.0
"""Seconds for which a reader waits for a position."""
LOOK_EVERY: Final = 1.0
"""Seconds between two looks at whether the embedded server still lives."""
SYSTEM: Final = Caller("caseledger", Role.SERVICE, Source(system="cli"), "system")
log = logging.getLogger(__name__)


@dataclass
class Installation:
    """Everything a request needs; open it with `opened`, let it keep its tables with `keeping`."""

    settings: Settings
    database: Database
    ledger: Ledger
    vault: Vault
    desk: Desk
    engine: Engine
    failures: dict[str, str] = field(default_factory=dict)
    """Thread → why it ended."""
    pulse: Pulse = field(default_factory=Pulse)
    _settled: int = 0
    """The last position that was seen to be settled: none before it moves any more."""

    @property
    def zone(self) -> ZoneInfo:
        """Where the business counts its days."""
        return ZoneInfo(self.settings.business_timezone)

    def day_before(self, now: datetime, days: int) -> datetime:
        """Give when the day began that was so many days ago: of whole days there are sums."""
        begun = datetime.combine(now.astimezone(self.zone).date() - timedelta(days=days), hour(), self.zone)
        return begun.astimezone(UTC)

    @property
    def source(self) -> str:
        """What notices name this log by: the same for as long as the key file is."""
        return uuid5(REFERENCE_ID, self.vault.keys.mac("notices")).urn

    @property
    def watcher(self) -> Watcher:
        """What warns and escalates."""
        return Watcher(self.database, self.desk, self.ledger.now)

    @cached_property
    def courier(self) -> Courier:
        """What sends notices to webhooks."""
        is_anywhere = self.settings.webhooks_anywhere_for_tests
        return Courier(self.ledger, Book(self.ledger, self.vault.keys), self.source, is_anywhere)

    @cached_property
    def signals(self) -> SignalRoom:
        """What tells when complaints are more than their chart lets expect."""
        return SignalRoom(self.ledger, self.database.pool.connection, self.zone, self.ledger.now)

    def published(self) -> Shelf:
        """Give the published documents, read anew only when there are more of them."""
        return self.desk.shelf.newest()

    def await_position(self, position: int | None) -> None:
        """Wait until the tables stand at a position; raises Unavailable after two seconds."""
        if position and not self.engine.wait_for(position, READ_WAIT):
            raise Unavailable("The tables have not reached this position yet; ask again", retry_after=1)

    def must_be_settled(self, position: int | None) -> None:
        """Wait until the log is settled up to a position; raises Unavailable after two seconds."""
        if position and self.await_settled(position) < position:
            raise Unavailable("The log has not reached this position yet; ask again", retry_after=1)

    def await_settled(self, position: int) -> int:
        """Wait until the log is settled up to a position, two seconds at most; gives how far it is settled."""
        deadline = time.monotonic() + READ_WAIT
        while self._settled < position and time.monotonic() < deadline:
            self._settled = max(self._settled, self.ledger.settled())
            if self._settled < position:
                time.sleep(0.02)
        return self._settled

    def read_ahead(self) -> None:
        """Read what is published, and all that the first case under each regulation would have to wait for."""
        try:
            read_ahead(self.published().reference)
        except Exception as failure:  # noqa: BLE001 - the tables and the answers that need it tell what is wrong
            log.warning("the regulations were not read ahead: %s", type(failure).__name__)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep the tables in step with the log, what is due and this machine's clock watched, the server alive.

        Nothing is answered, readiness neither, before the regulations are read.
        """
        stop, every = threading.Event(), self.settings.watch_every
        work = {
            "projections": partial(self.engine.run, stop),
            "courier": partial(self.courier.run, stop),
            "pulse": partial(self.pulse.run, self.ledger, stop),
        }
        if every:
            work["watcher"] = partial(self.watcher.run, stop, every)
            work["signals"] = partial(self.signals.run, stop, every)
        with self._beside(stop, work):
            self.pulse.begin()
            try:
                yield
            finally:
                self.pulse.end()

    def work(self, stop: threading.Event) -> None:
        """Keep the tables in step with the log and the server alive, and answer nobody; raises BrokenHistory."""
        with self._beside(stop, {}):
            self.engine.run(stop)

    @contextmanager
    def _beside(self, stop: threading.Event, more: Mapping[str, Callable[[], None]]) -> Iterator[None]:
        """Read the regulations ahead; then run what every process does that keeps the tables, and more, in threads."""
        self.read_ahead()
        work = {
            "server": partial(self._revive, stop),
            "clock": partial(skew.watch, self.ledger, stop),
            "watchdog": partial(Watchdog(self.database).run, stop),
            **more,
        }
        threads = [
            threading.Thread(target=self._guarded, args=(name, run), name=name, daemon=True)
            for name, run in work.items()
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            self.engine.wake()
            for thread in threads:
                thread.join(timeout=10)

    def _guarded(self, name: str, run: Callable[[], None]) -> None:
        """Run a thread's work; what ends it is kept for readiness and told once, by its kind and place only."""
        try:
            run()
        except Exception as failure:  # noqa: BLE001 - a thread's end must be seen, whatever it was
            reason = str(failure) if isinstance(failure, CaseledgerError) else type(failure).__name__
            self.failures[name] = reason
            log.critical("%s stopped: %s", name, reason)

    def _revive(self, stop: threading.Event) -> None:
        """Bring an embedded server back that was killed."""
        server = self.database.server
        if isinstance(server, RemoteServer):
            return
        while not stop.wait(LOOK_EVERY):
            if getattr(server, "pid", 0) is None:
                try:
                    server.start()
                    log.warning("the database server had ended and was started again")
                except StoreError as failure:
                    log.warning("the database server does not start: %s", failure)


@contextmanager
def opened(settings: Settings, *, prepares: bool = True) -> Iterator[Installation]:
    """Start or reach the database, set up what is missing, and publish what ships; closes everything at the end.

    Raises a StoreError or VaultLocked with the cure.
    """
    with ExitStack() as stack:
        database = stack.enter_context(Database.from_settings(settings))
        if prepares:
            database.prepare()
            with psycopg.connect(database.app_dsn, autocommit=True) as connection:
                check_log(connection)
            rebuild.prepare(database)
        ledger = stack.enter_context(Ledger(database))
        vault = Vault.open(ledger, settings.data_dir.expanduser() / KEY_FILE)
        desk = Desk(ledger, vault, zone=ZoneInfo(settings.business_timezone))
        desk.publish(shipped(), SYSTEM)
        yield Installation(settings, database, ledger, vault, desk, Engine(database))
