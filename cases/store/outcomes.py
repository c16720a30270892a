"""What can become of an append, in the library's own tree of errors.

    OperationalError (of the library)
    ├── LogIsBusy        nothing was stored: a lock or the statement's time ran out; try again
    └── CommitUnknown    the connection ended before the answer came; look the idempotency key up first

A version that is taken, or does not follow on the stored ones, is the library's IntegrityError.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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


BUSY = (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected)


@contextmanager
def told_apart(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Tell a refused append from one whose outcome is unknown, and never leave a transaction behind."""
    try:
        yield
    except BUSY as error:
        raise LogIsBusy(str(error)) from error
    except psycopg.OperationalError as error:
        if connection.closed:
            raise CommitUnknown(str(error)) from error
        raise
    finally:
        if connection.info.transaction_status not in {TransactionStatus.IDLE, TransactionStatus.UNKNOWN}:
            connection.rollback()


def is_lost(error: BaseException) -> bool:
    """Tell whether a library error means that the connection ended, not an answer or a full pool."""
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error) or isinstance(cause, PoolTimeout):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith("57P")
