"""Parquet for analysts: typed, compressed, and in its metadata what it stands on. Needs the extra `[lake]`.

PostgreSQL's own CSV is read by Arrow's reader, some ten thousand rows at once: no cell passes through Python.
"""

from __future__ import annotations

import io
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv
from pyarrow import parquet as pq

from replay.exports.export import Cells, Chunks, Export
from replay.exports.relations import Field

ROW_GROUP: Final = 50_000
"""Rows that are held in memory."""
BETWEEN: Final = "\x1f"
"""What stands between the parts of a list on its way; no text of ours holds it."""
CELLS: Final[Cells] = {
    "numeric": "round({cell}, 9)",
    "text[]": "array_to_string({cell}, E'\\x1f')",
    "bigint[]": "array_to_string({cell}, E'\\x1f')",
}
TYPES: Final[dict[str, Any]] = {
    "bigint": pa.int64(),
    "integer": pa.int64(),
    "smallint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "double precision": pa.float64(),
    "numeric": pa.decimal128(38, 9),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
    "text[]": pa.list_(pa.string()),
    "bigint[]": pa.list_(pa.int64()),
}
"""Type of PostgreSQL → type of Arrow; what is not listed is text."""
PREFIX: Final = "caseledger."


class Sink(io.RawIOBase):
    """What a writer has written since it was last emptied."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, chunk: Any) -> int:
        """Keep a chunk."""
        self._waiting.append(bytes(chunk))
        return len(chunk)

    def emptied(self) -> bytes:
        """Give what is waiting."""
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)


def parquet_of(export: Export) -> Chunks:
    """Write the rows; lists are lists, instants are UTC, numbers with decimals are exact to nine places."""
    fields = export.relation.fields
    about = {f"{PREFIX}{name}": told for name, told in export.about().items()}
    schema = pa.schema([_column(field) for field in fields], metadata=about)
    sink, lines = Sink(), export.lines(CELLS)
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        while group := b"".join(islice(lines, ROW_GROUP)):
            writer.write_table(_table(group, schema))
            yield sink.emptied()
    yield sink.emptied()


def _column(field: Field) -> Any:
    metadata = {"zh": field.zh, "en": field.en, "type": field.type}
    return pa.field(field.name, TYPES.get(field.type, pa.string()), metadata=metadata)


def _table(group: bytes, schema: Any) -> Any:
    read = csv.read_csv(
        pa.BufferReader(group),
        csv.ReadOptions(column_names=schema.names, block_size=len(group) + 1),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types={column.name: _plain(column.type) for column in schema},
            null_values=[""], true_values=["t"], false_values=["f"],
            strings_can_be_null=True, quoted_strings_can_be_null=False,
        ),
    )  # fmt: skip
    return pa.table([_listed(read[column.name], column.type) for column in schema], schema=schema)


def _plain(kind: Any) -> Any:
    return pa.string() if pa.types.is_list(kind) else kind


def _listed(column: Any, kind: Any) -> Any:
    """Take the text of a list apart."""
    if not pa.types.is_list(kind):
        return column
    empty = pa.scalar([], pa.list_(pa.string()))
    return pc.if_else(pc.equal(column, ""), empty, pc.split_pattern(column, BETWEEN)).cast(kind)
