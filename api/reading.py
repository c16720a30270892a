"""A connection for one question: bounded in time, at a position that the caller may have named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from api.installation import Installation
from projections.schema import Db

STATEMENT: Final = "2500ms"
"""How long one statement of a question may run, so that a store that hangs is a 503 within three seconds."""


@contextmanager
def asked(here: Installation, at_least: int | None = None) -> Iterator[Db]:
    """Give a connection whose tables stand at a position or beyond; raises Unavailable."""
    here.await_position(at_least)
    with here.database.pool.connection() as connection:
        connection.execute("SELECT set_config('statement_timeout', %s, false)", [STATEMENT])
        try:
            yield connection
        finally:
            if not connection.closed:
                connection.execute("RESET statement_timeout")
