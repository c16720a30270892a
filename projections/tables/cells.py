"""Rows written as binary COPY reads them; cells that stand alike in many rows are kept together and written once."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any, Final
from uuid import UUID

from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import CharacterNotInRepertoire, NumericValueOutOfRange
from psycopg.types.multirange import Multirange

from projections.tables.columns import Column
from projections.tables.table import Row, Table

BEGIN: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END: Final = b"\xff\xff"
NOTHING: Final = b"\xff\xff\xff\xff"
ID: Final = b"\0\0\0\x10"
TRUTH: Final = {True: b"\0\0\0\1\1", False: b"\0\0\0\1\0"}
DAY_ONE: Final = date(2000, 1, 1)
MOMENT_ONE: Final = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
OF: Final = {"bigint[]": 20, "text[]": 25}
"""What arrays are made of, by its number among the types of PostgreSQL."""
_short, _size = struct.Struct(">h").pack, struct.Struct(">i").pack
_long, _day, _array = struct.Struct(">iq").pack, struct.Struct(">ii").pack, struct.Struct(">iiiiii").pack


class Same(tuple[Any, ...]):  # noqa: SLOT001 - it has a place for what was written, which a tuple cannot slot
    """Cells side by side that stand alike in many rows; what COPY reads of them is kept with them."""

    written: bytes | None = None


def flat(row: Row) -> Row:
    """Lay the shared cells of a row out among its own: one cell a column, as the database gives them back."""
    if Same not in map(type, row):
        return row
    return tuple(chain.from_iterable(cell if type(cell) is Same else (cell,) for cell in row))


class Writing:
    """Writes rows as COPY reads them in the binary format of PostgreSQL; keeps what it wrote: have one for a batch.

    The types are those that tables are made of (columns.TYPES); what is rare is left to psycopg's dumpers.
    """

    def __init__(self) -> None:
        self._columns: Sequence[Column] = ()
        self._words: dict[str, bytes] = {}
        self._ids: dict[int, bytes] = {}
        self._others = Transformer()

    def written(self, table: Table, rows: Iterable[Row]) -> bytes:
        """Write rows of a table; any number of such parts, between BEGIN and END, is one COPY.

        Raises DataError, as the database would, for a number or a text that no column can hold.
        """
        self._columns = table.columns
        count = _short(len(self._columns))
        try:
            return b"".join([count + self._cells(row) for row in rows])
        except struct.error:
            raise NumericValueOutOfRange from None
        except UnicodeEncodeError:
            raise CharacterNotInRepertoire from None

    def _cells(self, row: Row) -> bytes:
        words, ids, written = self._words, self._ids, list[bytes]()
        for cell in row:
            kind = type(cell)
            if kind is str:
                written.append(words.get(cell) or self._word(cell))
            elif cell is None:
                written.append(NOTHING)
            elif kind is Same:
                written.append(cell.written or self._same(cell))
            elif kind is datetime:
                written.append(_long(8, (cell - MOMENT_ONE) // MICROSECOND))
            elif kind is int:
                written.append(_long(8, cell))
            elif kind is bool:
                written.append(TRUTH[cell])
            elif kind is UUID:
                written.append(ids.get(cell.int) or self._id(cell))
            elif kind is date:
                written.append(_day(4, (cell - DAY_ONE).days))
            else:
                written.append(self._other(cell) if cell else self._empty(row, len(written)))
        return b"".join(written)

    def _word(self, told: str) -> bytes:
        text = told.encode()
        written = self._words[told] = _size(len(text)) + text
        return written

    def _id(self, told: UUID) -> bytes:
        written = self._ids[told.int] = ID + told.bytes
        return written

    def _same(self, cells: Same) -> bytes:
        cells.written = written = self._cells(cells)
        return written

    def _other(self, cell: Any) -> bytes:
        if (
            type(cell) is list and type(cell[0]) is int
        ):  # psycopg would choose the smallest type that holds them
            numbers = b"".join([_long(8, number) for number in cell])
            return _array(20 + len(numbers), 1, 0, OF["bigint[]"], len(cell), 1) + numbers
        written = self._others.get_dumper(cell, PyFormat.BINARY).dump(cell)
        return NOTHING if written is None else _size(len(written)) + bytes(written)

    def _empty(self, row: Row, place: int) -> bytes:
        """Write an empty array or multirange, which has the type of its column."""
        column = sum(len(cell) if type(cell) is Same else 1 for cell in row[:place])
        element = OF.get(self._columns[column].type)
        if element is not None:
            return _array(12, 0, 0, element, 0, 0)[:16]
        return _size(4) + bytes(4) if isinstance(row[place], Multirange) else self._other(row[place])
