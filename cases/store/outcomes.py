"""What can become of an append, in the library's own tree of errors.

    OperationalError (of the library)
    ├── LogIsBusy        nothing was stored: a lock or the statement's time ran out; try again
    └── CommitUnknown    the connection ended before the answer came; look the idempotency key up first

A version that is taken, or does not follow on the stored ones, is the library's IntegrityError.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

import psycopg
from eventsourcing.persistence import OperationalError
from psycopg import errors
from psycopg.pq import TransactionStatus
from psycopg_pool import PoolTimeout


class LogIsBusy(OperationalError):
    """Others hold what this append needs for longer than its deadline; nothing was stored."""


class CommitUnknown(OperationalError):
    """The append was sent, but whether it was stored is not known."""


SETTLED = frozenset({TransactionStatus.IDLE, TransactionStatus.UNKNOWN})
BUSY = (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected)


class told_apart:  # noqa: N801 - it is used as a function, and a generator would cost three times as much
    """Tell a refused append from one whose outcome is unknown, and never leave a transaction behind."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise LogIsBusy or CommitUnknown instead of what the driver said."""
        if self._connection.pgconn.transaction_status not in SETTLED:
            self._connection.rollback()
        if isinstance(error, BUSY):
            raise LogIsBusy(str(error)) from error
        if isinstance(error, psycopg.OperationalError) and self._connection.closed:
            raise CommitUnknown(str(error)) from error


def is_lost(error: BaseException) -> bool:
    """Tell whether a library error means that the connection ended, not an answer or a full pool."""
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error) or isinstance(cause, PoolTimeout):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith("57P")
