"""What every answer says of itself, and how a question reads all its tables at one position."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from psycopg import Cursor
from psycopg.rows import DictRow, dict_row
from pydantic import BaseModel, ConfigDict

from projections.schema import Db


class Part(BaseModel):
    """A frozen part of an answer."""

    model_config = ConfigDict(frozen=True)


class Standing(Part):
    """What an answer stands on: the log's position, the regulations published by then, the program."""

    position: int
    recorded_at: datetime | None
    """When the log recorded that position."""
    parked_cases: int
    """Cases whose rows are old because they could not be computed."""
    incomplete_from: int | None
    """The position from which on the answer lacks something, for the first of the parked cases; None where none is."""
    regulations: tuple[str, ...]
    code_version: str


class Rate(Part):
    """A share with what it is made of; `rate` is None where nothing was due."""

    numerator: int
    denominator: int
    rate: float | None

    @classmethod
    def of(cls, numerator: int, denominator: int) -> Rate:
        """Divide, or say that there is nothing to divide by."""
        return cls(
            numerator=numerator,
            denominator=denominator,
            rate=numerator / denominator if denominator else None,
        )


@contextmanager
def snapshot(connection: Db) -> Iterator[Cursor[DictRow]]:
    """Read everything as of one instant; the connection must be outside a transaction.

    Each question is planned for what it asks, not for what is asked on an average.
    """
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
            " SET LOCAL plan_cache_mode = force_custom_plan",
            prepare=False,
        )
        yield cursor


STANDING = """
SELECT position, recorded_at, code_version,
    (SELECT count(*) FROM bi.meta_parked) AS parked_cases,
    (SELECT min(position) FROM bi.meta_parked) AS incomplete_from,
    ARRAY(SELECT DISTINCT regulation_id FROM bi.dim_regulation_clauses
          WHERE clause_id <> 'unknown' ORDER BY 1) AS regulations
FROM bi.meta_position
"""


def standing_of(cursor: Cursor[DictRow]) -> Standing:
    """Tell what the present snapshot stands on."""
    return Standing.model_validate(cursor.execute(STANDING).fetchone())
