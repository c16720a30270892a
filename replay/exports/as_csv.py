"""CSV as Excel and programs both read it: UTF-8 with a mark, one heading, nothing that runs."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import Final

from replay.exports.export import AT_ONCE, HARMLESS, Cells, Chunks, Export

MARK: Final = "\ufeff"
"""Without it Excel takes Chinese for another encoding."""
CELLS: Final[Cells] = {
    "text": HARMLESS,
    "boolean": "{cell}::text",
    "text[]": "array_to_string({cell}, ', ')",
    "bigint[]": "array_to_string({cell}, ', ')",
}


def csv_of(export: Export) -> Chunks:
    """Write the rows; cells that are empty without quotes are null, instants carry their offset.

    Notes on what the rows stand on come first where they are asked for, as lines that begin with `#`.
    """
    notes = export.about().items() if export.has_notes else ()
    heading = io.StringIO(MARK, newline="")
    heading.seek(0, io.SEEK_END)
    heading.writelines(f"# {name}: {' '.join(told.split())}\n" for name, told in notes)
    csv.writer(heading, lineterminator="\n").writerow(map(export.heading, export.relation.fields))
    lines = export.lines(CELLS)
    block = heading.getvalue().encode()
    while block := block + b"".join(islice(lines, AT_ONCE)):
        yield block
        block = b""
