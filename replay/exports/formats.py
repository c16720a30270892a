"""The formats that files are written in: rows of a table or report, and the log of whole cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Final, TypeVar

from cases.errors import Malformed
from replay.exports.as_csv import csv_of
from replay.exports.as_xlsx import must_fit, xlsx_of
from replay.exports.export import Chunks, Export, Headings
from replay.exports.ocel_json import write_ocel_json
from replay.exports.ocel_sqlite import write_ocel_sqlite
from replay.exports.snapshot import Snapshot
from replay.exports.xes import Written, write_xes

LAKE: Final = "pip install 'caseledger[lake]' (in a checkout: .venv/bin/pip install -e '.[lake]')"
STDOUT: Final = Path("-")


def parquet_of(export: Export) -> Chunks:
    """Write Parquet where the extra is installed; raises Malformed with the cure where it is not."""
    try:
        room = import_module("replay.exports.as_parquet")
    except ModuleNotFoundError:
        wrong = [{"field": "format", "cure": f"csv, or install the extra: {LAKE}"}]
        raise Malformed("Parquet needs an extra that is not installed here", errors=wrong) from None
    return room.parquet_of(export)  # type: ignore[no-any-return]  # imported by name: the extra may be missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What a format is called, how its files end, and what the web calls it."""

    name: str
    ending: str
    media_type: str
    is_text: bool = False

    @property
    def told(self) -> str:
        """Name it, with its ending where that is another word."""
        return self.name if self.name == self.ending else f"{self.name} (.{self.ending})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFormat(Format):
    """How rows are written, in chunks."""

    write: Callable[[Export], Chunks]
    must_fit: Callable[[Iterable[Export], str], None] | None = None
    """Where a file has an end: raises Malformed, with the cure, for what has more rows."""
    is_worded: bool = False
    """Whether people read it, so that columns are headed by words."""

    def headings(self, language: str) -> Headings:
        """Say how columns are headed where nobody chose."""
        return Headings(language) if self.is_worded else Headings.NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFormat(Format):
    """How whole cases are written, one after another; the callback is told the facts so far."""

    write: Callable[[IO[bytes], Snapshot, Callable[[int], None]], Written]
    is_shared: bool
    """Whether it says nothing that schema bi does not, and so leaves by HTTP, too."""


F = TypeVar("F", bound=Format)
ROWS: Final[Mapping[str, RowFormat]] = {
    one.name: one
    for one in (
        RowFormat(
            name="csv", ending="csv", media_type="text/csv; charset=utf-8", write=csv_of, is_text=True
        ),
        RowFormat(
            name="xlsx", ending="xlsx", write=xlsx_of, must_fit=must_fit, is_worded=True,
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        RowFormat(
            name="parquet", ending="parquet", media_type="application/vnd.apache.parquet", write=parquet_of
        ),
    )
}  # fmt: skip
LOGS: Final[Mapping[str, LogFormat]] = {
    one.name: one
    for one in (
        LogFormat(
            name="xes", ending="xes.gz", media_type="application/gzip", write=write_xes, is_shared=False
        ),
        LogFormat(
            name="ocel-sqlite", ending="sqlite", media_type="application/vnd.sqlite3", write=write_ocel_sqlite,
            is_shared=True,
        ),
        LogFormat(
            name="ocel-json", ending="json", media_type="application/json", write=write_ocel_json, is_shared=True
        ),
    )
}  # fmt: skip
SHARED: Final = {name: one for name, one in LOGS.items() if one.is_shared}
SENT: Final[Mapping[str, Format]] = {**ROWS, **SHARED}
"""The formats that leave by HTTP."""
FORMATS: Final[Mapping[str, Format]] = {**ROWS, **LOGS}
"""All of them; those of rows, and those of the log, begin with the one that is taken where nobody chose."""


def format_of(formats: Mapping[str, F], name: str) -> F:
    """Find a format by its name; raises Malformed, naming those there are."""
    return _found((one for one in formats.values() if one.name == name), formats)


def chosen_format(formats: Mapping[str, F], name: str | None, out: Path) -> F:
    """Find a format by its name or by the end of the file's; raises Malformed, naming those there are."""
    if name is not None:
        return format_of(formats, name)
    if out == STDOUT:
        return next(iter(formats.values()))
    ends = (one for one in formats.values() if out.name.lower().endswith(f".{one.ending}"))
    return _found(ends, formats)


def _found(fitting: Iterable[F], formats: Mapping[str, F]) -> F:
    found = next(iter(fitting), None)
    if found is None:
        wrong = [{"field": "format", "cure": f"one of {', '.join(one.told for one in formats.values())}"}]
        raise Malformed("There is no such format", errors=wrong)
    return found
