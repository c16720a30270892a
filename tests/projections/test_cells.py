"""What COPY takes in is what a row says: every type that columns have, with its edges, read back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from cases.store.database import Database
from projections.schema import insert
from projections.tables.cells import Same, flat
from projections.tables.columns import TYPES, Says
from projections.tables.table import Row, Table

SAID = Says("样", "Sample")


class AnyRow(NamedTuple):
    """One column of every type, all of which may be empty."""

    id: Annotated[UUID | None, SAID]
    word: Annotated[str | None, SAID]
    number: Annotated[int | None, SAID]
    is_so: Annotated[bool | None, SAID]
    at: Annotated[datetime | None, SAID]
    day: Annotated[date | None, SAID]
    rate: Annotated[Decimal | None, SAID]
    numbers: Annotated[list[int] | None, SAID]
    words: Annotated[list[str] | None, SAID]
    during: Annotated[Multirange[datetime] | None, SAID]


TABLE = Table("any_cells", AnyRow, ("id",), "样", "Samples")
EARLY, MIDST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
LATE = datetime(2099, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
ROWS: tuple[Row, ...] = (
    (UUID(int=0), "", 0, False, EARLY, date(1970, 1, 1), Decimal(0), [], [], Multirange()),
    (
        UUID(int=2**128 - 1), "制\\N表\t符\n行\r尾 '; DROP", -(2**63), True, LATE, date(2099, 12, 31),
        Decimal("-0.0001"), [1, 2**40], ["一", "", "{x}"],
        Multirange([Range(EARLY, MIDST, "[)"), Range(LATE, None, "[)")]),
    ),
    (UUID(int=1), None, None, None, None, None, None, None, None, None),
    (UUID(int=3), r"\N", 2**63 - 1, True, EARLY, date(2000, 1, 1), Decimal("1234567890123.25"), [3], ["None"], None),
)  # fmt: skip


@pytest.fixture
def connection(database: Database) -> Iterator[Connection[Any]]:
    """A connection with an empty table of every type, gone afterwards."""
    with psycopg.connect(database.app_dsn) as connection:
        connection.execute("CREATE SCHEMA cells")
        for statement in TABLE.create("cells"):
            connection.execute(statement)
        yield connection
        connection.rollback()


def test_every_type_of_a_column_is_tried_here() -> None:
    assert {column.type for column in TABLE.columns} == set(TYPES.values())


def test_what_is_written_is_read_back(connection: Connection[Any]) -> None:
    insert(connection, TABLE, "cells", ROWS)
    assert connection.execute("SELECT * FROM cells.any_cells").fetchall() == list(ROWS)


def test_cells_that_many_rows_share_are_written_as_their_own(connection: Connection[Any]) -> None:
    shared = Same(("shared", 7, True, EARLY)), Same((Decimal(1), [1], ["x"], None))
    packed = [(UUID(int=number), shared[0], date(2000, 1, number), shared[1]) for number in (1, 2)]
    insert(connection, TABLE, "cells", tuple(packed))
    assert connection.execute("SELECT * FROM cells.any_cells").fetchall() == [flat(row) for row in packed]
    assert flat(packed[0]) == (
        UUID(int=1), "shared", 7, True, EARLY, date(2000, 1, 1), Decimal(1), [1], ["x"], None,
    )  # fmt: skip


@pytest.mark.parametrize("cell", ["\0", "\ud800"])
def test_a_text_that_the_database_cannot_hold_is_refused(connection: Connection[Any], cell: str) -> None:
    with pytest.raises(psycopg.errors.DataError):
        insert(connection, TABLE, "cells", ((UUID(int=1), cell, *[None] * 8),))


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_a_number_that_no_column_holds_is_refused_as_by_the_database(
    connection: Connection[Any], number: int
) -> None:
    with pytest.raises(psycopg.errors.DataError):
        insert(connection, TABLE, "cells", ((UUID(int=1), None, number, *[None] * 7),))
