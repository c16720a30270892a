"""The formats that rows are written in: CSV and Parquet without end, XLSX for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from cases.errors import Malformed
from replay.exports.as_csv import csv_of
from replay.exports.as_xlsx import xlsx_of
from replay.exports.export import Chunks, Export, Headings

LAKE: Final = "pip install 'caseledger[lake]' (in a checkout: .venv/bin/pip install -e '.[lake]')"


def parquet_of(export: Export) -> Chunks:
    """Write Parquet where the extra is installed; raises Malformed with the cure where it is not."""
    try:
        room = import_module("replay.exports.as_parquet")
    except ModuleNotFoundError:
        wrong = [{"field": "format", "cure": f"csv, or install the extra: {LAKE}"}]
        raise Malformed("Parquet needs an extra that is not installed here", errors=wrong) from None
    return room.parquet_of(export)  # type: ignore[no-any-return]  # imported by name: the extra may be missing


@dataclass(frozen=True, slots=True)
class Format:
    """How a file of one ending is made, in chunks, and what it is called on the web."""

    media_type: str
    write: Callable[[Export], Chunks]
    is_text: bool = False
    is_worded: bool = False
    """Whether people read it, so that columns are headed by words."""

    def headings(self, language: str) -> Headings:
        """Say how columns are headed where nobody chose."""
        return Headings(language) if self.is_worded else Headings.NAME


FORMATS: Final[Mapping[str, Format]] = {
    "csv": Format("text/csv; charset=utf-8", csv_of, is_text=True),
    "xlsx": Format(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_of, is_worded=True
    ),
    "parquet": Format("application/vnd.apache.parquet", parquet_of),
}


def format_of(name: str) -> Format:
    """Find a format by its ending; raises Malformed."""
    if name not in FORMATS:
        wrong = [{"field": "format", "cure": f"one of {', '.join(FORMATS)}"}]
        raise Malformed("There is no such format", errors=wrong)
    return FORMATS[name]
