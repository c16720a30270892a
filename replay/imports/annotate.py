"""The annotated workbook that goes back to whoever sent a form: what was taken, and what is wrong in which cell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from replay.imports.forms import FormRow, Sheet
from replay.neutral import neutral

STATUS = "处理结果 / result"


def write_annotated(sheet: Sheet, results: Mapping[int, str], path: Path) -> None:
    """Write the form back as XLSX with a result column, bad cells marked and explained in a comment.

    `results` tells by row number what became of it, for example `AS-00000012`.
    """
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet("售后问题登记表")
        bold, bad = book.add_format({"bold": True}), book.add_format({"bg_color": "#FFC7CE"})
        for column, title in enumerate((*sheet.titles, STATUS)):
            page.write_string(0, column, neutral(title), bold)
        page.freeze_panes(1, 0)
        page.set_column(0, len(sheet.titles), 18)
        for line, row in enumerate(sheet.rows, start=1):
            _write_row(page, line, row, sheet, results.get(row.row, ""), bad)


def _write_row(page: Worksheet, line: int, row: FormRow, sheet: Sheet, result: str, bad: object) -> None:
    wrong = {error.header: error for error in row.errors}
    for column, text in enumerate(row.cells[: len(sheet.titles)]):
        error = wrong.get(sheet.titles[column])
        if error is None:
            page.write_string(line, column, neutral(text))
        else:
            page.write_string(line, column, neutral(text), bad)
            page.write_comment(line, column, error.message)
    said = "; ".join(f"{error.column}{error.row} {error.header}: {error.message}" for error in row.errors)
    same = f"与第 {row.same_as} 行相同 / equals row {row.same_as}" if row.same_as else ""
    page.write_string(line, len(sheet.titles), " · ".join(part for part in (result, same, said) if part))
