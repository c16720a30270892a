"""XLSX for people: a sheet of rows that is ready to be sorted, and one that says what they stand on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from typing import IO, Any, Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from cases.errors import Malformed
from replay.exports.export import HARMLESS, Cells, Chunks, Export
from replay.neutral import neutral

MOST_ROWS: Final = 100_000
"""A sheet ends at a million; long before, nobody can work with it."""
FEWER: Final = "csv or parquet; or fewer rows, by a period or another filter"
LONGEST: Final = 32_767
"""Characters of a cell."""
CHUNK: Final = 1 << 16
DAY, INSTANT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
CELLS: Final[Cells] = {
    "text": f"left({HARMLESS}, {LONGEST})",
    "text[]": "array_to_string({cell}, ', ')",
    "bigint[]": "array_to_string({cell}, ', ')",
    "uuid": "{cell}::text",
    "jsonb": "{cell}::text",
    "tstzmultirange": "{cell}::text",
    "timestamp with time zone": "{cell} AT TIME ZONE {zone}",
}
Put = Callable[[int, int, Any, Any], int]
ABOUT: Final = {
    "table": ("表", "Table"),
    "zh": ("名称", "Name in Chinese"),
    "en": ("英文名称", "Name in English"),
    "position": ("日志位置", "Position of the log"),
    "recorded_at": ("该位置的记录时间", "When the log recorded it"),
    "at": ("导出时间", "When this was read"),
    "time_zone": ("时区（本表所有时间）", "Time zone of every time in here"),
    "filters": ("筛选条件", "Filters"),
    "regulations": ("制度及版本", "Regulations and versions"),
    "parked_cases": ("被搁置的案件数", "Parked cases, with old rows"),
    "code_version": ("程序版本", "Version of the program"),
    "contract": ("表结构摘要", "sha256 of the tables' definition"),
}


def must_fit(exports: Iterable[Export], cure: str, most: int = MOST_ROWS) -> None:
    """Raise Malformed where some have more rows than a sheet should, naming them all."""
    vast = [one.relation.name for one in exports if one.count() > most]
    if vast:
        has = "has" if len(vast) == 1 else "have"
        raise Malformed(
            f"{', '.join(vast)} {has} more than {most:,} rows of this kind, too many for a spreadsheet",
            errors=[{"field": "format", "cure": cure}],
        )


def xlsx_of(export: Export, most: int = MOST_ROWS) -> Chunks:
    """Write the rows; raises Malformed where there are more than a sheet should have."""
    must_fit([export], FEWER, most)
    with tempfile.TemporaryFile() as kept:
        _write(export, kept)
        kept.seek(0)
        while chunk := kept.read(CHUNK):
            yield chunk


def _write(export: Export, out: IO[bytes]) -> None:
    habits = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, habits) as book:
        book.set_properties({"title": export.relation.zh, "created": export.look.at})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        days, instants = (book.add_format({"num_format": kind}) for kind in (DAY, INSTANT))
        page = book.add_worksheet(export.relation.name[:31])
        about = book.add_worksheet("说明 about")
        for place, field in enumerate(export.relation.fields):
            page.set_column(place, place, 20 if field.type in {"text", "timestamp with time zone"} else 12)
            page.write_string(0, place, export.heading(field), bold)
        page.freeze_panes(1, 0)
        puts = [_put(page, field.type, days, instants) for field in export.relation.fields]
        for line, row in enumerate(export.values(CELLS), start=1):
            for place, (value, (put, form)) in enumerate(zip(row, puts, strict=True)):
                if value is not None:
                    put(line, place, value, form)
        page.autofilter(0, 0, export.rows, len(puts) - 1)
        _tell(about, export, bold)


def _put(page: Worksheet, kind: str, days: Any, instants: Any) -> tuple[Put, Any]:
    """Choose how the cells of a column are written."""
    match kind:
        case "date":
            return page.write_datetime, days
        case "timestamp with time zone":
            return page.write_datetime, instants
        case "boolean":
            return page.write_boolean, None
        case "bigint" | "integer" | "smallint" | "numeric" | "double precision":
            return page.write_number, None
        case _:
            return page.write_string, None


def _tell(page: Worksheet, export: Export, bold: Any) -> None:
    """Say what the rows stand on, and what each column means."""
    page.set_column(0, 2, 34)
    told = {**export.about(), "rows": str(export.rows)}
    words = {**ABOUT, "rows": ("行数", "Rows")}
    for line, (name, value) in enumerate(told.items()):
        for place, text in enumerate((*words[name], value)):
            page.write_string(line, place, neutral(text), bold if place == 0 else None)
    start = len(told) + 1
    heads = (
        ("列", "column"),
        ("含义", "meaning in Chinese"),
        ("英文含义", "meaning in English"),
        ("类型", "type"),
    )
    for place, (zh, en) in enumerate(heads):
        page.write_string(start, place, f"{zh} {en}", bold)
    for line, field in enumerate(export.relation.fields, start=start + 1):
        for place, text in enumerate((field.name, field.zh, field.en, field.type)):
            page.write_string(line, place, text)
