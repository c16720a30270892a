"""Registration forms 《售后问题登记表》 as XLSX or CSV: each row a demand, each bad cell one error."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from cases.commands.intake import Receive
from cases.cure import cure
from cases.wording import fault
from replay.imports.cells import Cell, as_text, folded, headers, read_cell
from replay.imports.source import BadFile
from replay.imports.table import encoding_of, separator_of

LOOKED_AT = 15
"""How many rows from the top may stand above the header row."""
NEEDED = ("customer_phone", "product_model", "description")
"""What every form must say (S0 三/1, S2 三/1)."""


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong with one cell; `column` is its letter, `header` its title as written."""

    row: int
    column: str
    header: str
    message: str


@dataclass(slots=True)
class FormRow:
    """One row: the demand it makes, or what is wrong with it. `cells` are its texts, `same_as` an equal row above."""

    row: int
    cells: tuple[str, ...]
    command: Receive | None = None
    errors: list[CellError] = field(default_factory=list)
    same_as: int | None = None


@dataclass(slots=True)
class Sheet:
    """A read form: titles as written, and the rows below."""

    titles: tuple[str, ...]
    rows: list[FormRow]


def read_form(path: Path, zone: ZoneInfo) -> Sheet:
    """Read a form; raises BadFile when it is not a table or has no header row of a registration form."""
    lines = list(_xlsx(path) if path.suffix.lower() in {".xlsx", ".xls", ".ods"} else _csv(path))
    number, titles = _header(path, lines)
    fields = [headers().get(folded(title)) for title in titles]
    missing = [name for name in NEEDED if name not in fields]
    if missing:
        raise BadFile(path, number, f"has no column for {', '.join(missing)}")
    rows: list[FormRow] = []
    first_of: dict[tuple[str, ...], int] = {}
    for line, cells in lines:
        texts = tuple(as_text(cell) for cell in cells)
        if line > number and any(texts):
            row = _row(line, cells, texts, titles, fields, zone)
            first = first_of.setdefault(texts, line)
            row.same_as = None if first == line else first
            rows.append(row)
    return Sheet(titles, rows)


def _xlsx(path: Path) -> Iterator[tuple[int, Sequence[Cell]]]:
    try:
        with CalamineWorkbook.from_path(path) as book:
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError):
        raise BadFile(path, None, "is not a workbook that can be read; save it as .xlsx or CSV") from None
    yield from enumerate(rows, start=1)


def _csv(path: Path) -> Iterator[tuple[int, Sequence[Cell]]]:
    with path.open(encoding=encoding_of(path), newline="") as stream:
        sample = stream.read()
        stream.seek(0)
        lines = sample.splitlines()[:LOOKED_AT]
        likely = max(lines, key=lambda line: sum(line.count(c) for c in ",;\t"), default="")
        try:
            reader = csv.reader(stream, delimiter=separator_of(likely), strict=True)
            yield from ((reader.line_num, list(cells)) for cells in reader)
        except csv.Error as broken:
            raise BadFile(path, None, f"is not CSV ({broken})") from None


def _header(path: Path, lines: Sequence[tuple[int, Sequence[Cell]]]) -> tuple[int, tuple[str, ...]]:
    known = headers()
    for number, cells in lines[:LOOKED_AT]:
        titles = tuple(as_text(cell) for cell in cells)
        fields = [known[folded(title)] for title in titles if folded(title) in known]
        if len(fields) >= len(NEEDED):
            twice = sorted({name for name in fields if fields.count(name) > 1})
            if twice:
                raise BadFile(path, number, f"has two columns for {', '.join(twice)}")
            return number, titles
    raise BadFile(path, None, f"has no header row of a registration form in its first {LOOKED_AT} rows")


def _row(
    line: int,
    cells: Sequence[Cell],
    texts: tuple[str, ...],
    titles: Sequence[str],
    fields: Sequence[str | None],
    zone: ZoneInfo,
) -> FormRow:
    row = FormRow(line, texts)
    said: dict[str, object] = {}
    places = {name: index for index, name in enumerate(fields) if name}
    for name, index in places.items():
        cell = cells[index] if index < len(cells) else None
        if not as_text(cell):
            if name in NEEDED:
                row.errors.append(_error(line, index, titles, "不能为空 / must not be empty"))
            continue
        try:
            said[name] = read_cell(name, cell, zone)
        except ValueError as wrong:
            row.errors.append(_error(line, index, titles, str(wrong)))
    if not row.errors:
        _command(row, said, places, titles)
    return row


def _command(row: FormRow, said: dict[str, object], places: dict[str, int], titles: Sequence[str]) -> None:
    number = str(said.get("form_no", ""))
    document = number if number and fault("document", number) is None else f"ROW-{row.row}"
    defaults = {"channel": "store", "has_fault_description": True, "document": document}
    try:
        row.command = Receive.model_validate({**defaults, **said})
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False):
            name = str(error["loc"][0]) if error["loc"] else ""
            row.errors.append(_error(row.row, places.get(name, 0), titles, cure(error)))


def _error(line: int, index: int, titles: Sequence[str], message: str) -> CellError:
    return CellError(line, xl_col_to_name(index), titles[index] if index < len(titles) else "", message)
