"""A subscription that polls: nothing is ever missed, and an early wake only makes it quicker.

It outlives a restart of the database: while nothing answers it goes on asking, ever more slowly.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from eventsourcing.persistence import InterfaceError, ListenNotifySubscription, OperationalError, ShutDown
from psycopg_pool import PoolClosed

if TYPE_CHECKING:
    from cases.store.recorder import LogRecorder

SHORTEST, LONGEST = 0.005, 0.2
"""Seconds between two looks: the first after something came, the second when nothing does."""


class LogSubscription(ListenNotifySubscription["LogRecorder"]):
    """Iterate over settled events in order, waiting for more until `stop()`."""

    def __init__(self, recorder: LogRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder, gt, topics)
        recorder.subscriptions.append(self)

    def stop(self) -> None:
        """End the iteration."""
        super().stop()
        with suppress(ValueError):
            self._recorder.subscriptions.remove(self)

    def wake(self) -> None:
        """Look now: something was appended."""
        self._has_been_notified.set()

    def _loop_on_pull(self) -> None:
        try:
            self._poll()
        except BaseException as error:  # noqa: BLE001 - the reader's thread is told, whatever it was
            self._thread_error = error
            self.stop()

    def _poll(self) -> None:
        pause = SHORTEST
        while not self._has_been_stopped:
            reached = self._last_notification_id
            try:
                self._pull()
            except (InterfaceError, OperationalError) as error:
                if isinstance(error.__cause__, PoolClosed):
                    raise
            pause = min(pause * 2, LONGEST) if self._last_notification_id == reached else SHORTEST
            self._has_been_notified.wait(pause)

    def _pull(self) -> None:
        while not self._has_been_stopped:
            self._has_been_notified.clear()
            # With topics, the position moves over what was not asked for, so that no look begins far behind.
            upto = self._recorder.max_notification_id() if self._topics else None
            start = self._last_notification_id or 0
            page = self._recorder.select_notifications(
                start, self._select_limit, upto, self._topics, inclusive_of_start=False
            )
            try:
                if page:
                    self._notifications_queue.put(page)
            except ShutDown:
                return
            full = len(page) == self._select_limit
            self._last_notification_id = max(start, page[-1].id if page else 0, 0 if full else upto or 0)
            if not full:
                return
