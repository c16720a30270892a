"""CSV as Excel and programs both read it: UTF-8 with a mark, one heading, nothing that runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from replay.exports.export import HARMLESS, Cells, Export

MARK: Final = "\ufeff"
"""Without it Excel takes Chinese for another encoding."""
CELLS: Final[Cells] = {
    "text": HARMLESS,
    "boolean": "{cell}::text",
    "text[]": "array_to_string({cell}, ', ')",
    "bigint[]": "array_to_string({cell}, ', ')",
}


def csv_of(export: Export) -> Iterator[bytes]:
    """Write the rows; cells that are empty without quotes are null, instants carry their offset."""
    yield f"{MARK}{','.join(field.name for field in export.relation.fields)}\n".encode()
    yield from export.lines(CELLS)
