"""Registration forms as shops send them: titles above, both scripts, phones as floats, GB18030."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from pydantic import SecretStr
from python_calamine import CalamineWorkbook

from cases import codes
from cases.fact import Money
from replay.imports.annotate import write_annotated
from replay.imports.forms import Sheet, read_form
from replay.imports.source import BadFile

SHANGHAI = ZoneInfo("Asia/Shanghai")
TITLES = [
    "登記日期",
    "客戶姓名",
    "聯繫電話",
    "產品型號",
    "問題描述(必填)",
    "购买日期",
    "金额",
    "诉求",
    "购买凭证",
]
CALLED = datetime(2026, 9, 30, 8, 15)  # noqa: DTZ001 - Excel knows no zone
HUMS = "开灯嗡嗡响,像水壶"
GOOD: list[object] = [CALLED, "林小满", 13800138000.0, "HL-20", HUMS, "2026年9月1日", "199.00", "退貨", "有"]


def workbook(folder: Path, *rows: list[object], titles: list[str] = TITLES) -> Path:
    path = folder / "登记表.xlsx"
    with xlsxwriter.Workbook(
        path, {"default_date_format": "yyyy-mm-dd hh:mm", "strings_to_formulas": False}
    ) as book:
        page = book.add_worksheet()
        page.write_string(0, 0, "XX灯具 售后问题登记表")
        page.write_row(2, 0, titles)
        for line, row in enumerate(rows, start=3):
            page.write_row(line, 0, row)
    return path


def read(path: Path) -> Sheet:
    return read_form(path, SHANGHAI)


def test_a_row_becomes_a_demand_whatever_script_and_format(tmp_path: Path) -> None:
    (row,) = read(workbook(tmp_path, GOOD)).rows
    command = row.command
    assert command is not None, row.errors
    assert isinstance(command.customer_phone, SecretStr)
    assert command.customer_phone.get_secret_value() == "13800138000"
    assert command.occurred_at == datetime(2026, 9, 30, 0, 15, tzinfo=UTC)
    assert command.purchased_on == date(2026, 9, 1)
    assert command.paid == Money(minor=19900)
    assert command.remedy_sought is codes.Kind.RETURN
    assert command.has_proof
    assert command.document == "ROW-4"


def test_dates_and_times_that_lost_their_format_are_read_as_excel_counts(tmp_path: Path) -> None:
    (row,) = read(workbook(tmp_path, [46_295.34375, *GOOD[1:5], 46_266, *GOOD[6:]])).rows
    assert row.command is not None, row.errors
    assert row.command.occurred_at == datetime(2026, 9, 30, 0, 15, tzinfo=UTC)
    assert row.command.purchased_on == date(2026, 9, 1)


@pytest.mark.parametrize("written", ["0001-01-01", "2026-02-30", "9" * 40])
def test_a_date_or_amount_that_cannot_be_is_one_error_of_its_cell(tmp_path: Path, written: str) -> None:
    (row,) = read(workbook(tmp_path, [written, *GOOD[1:6], "1e999999", *GOOD[7:]])).rows
    assert [error.column for error in row.errors] == ["A", "G"]


def test_the_same_form_as_gb18030_csv_reads_alike(tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    cells = [CALLED.isoformat(sep=" "), *map(str, GOOD[1:])]
    quoted = ",".join(f'"{cell}"' for cell in cells)
    path.write_bytes(f"售后问题登记表\n{','.join(TITLES)}\n{quoted}\n".encode("gb18030"))
    (row,) = read(path).rows
    assert row.command is not None, row.errors
    assert row.command.paid == Money(minor=19900)


def test_each_bad_cell_gives_one_error_and_good_rows_stay(tmp_path: Path) -> None:
    bad: list[object] = ["gestern", "林", "call me", "", "响", "30.9.2026", "many", "唱歌", "也许"]
    first, second = read(workbook(tmp_path, bad, GOOD)).rows
    assert [error.column for error in sorted(first.errors, key=lambda e: e.column)] == list("ACDFGHI")
    assert all("gestern" not in error.message and "call me" not in error.message for error in first.errors)
    assert second.command is not None


def test_equal_rows_are_reported_and_not_dropped(tmp_path: Path) -> None:
    first, second = read(workbook(tmp_path, GOOD, GOOD)).rows
    assert (first.same_as, second.same_as) == (None, 4)
    assert second.command is not None


@pytest.mark.parametrize(
    ("titles", "says"),
    [
        (["甲", "乙", "丙"], "no header row"),
        (["电话", "型号", "姓名"], "no column for description"),
        (["电话", "手机", "型号", "描述"], "two columns for customer_phone"),
    ],
)
def test_a_file_that_is_no_form_is_refused(tmp_path: Path, titles: list[str], says: str) -> None:
    with pytest.raises(BadFile, match=says):
        read(workbook(tmp_path, GOOD, titles=titles))


def test_a_picture_named_xlsx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.xlsx"
    path.write_bytes(b"\x89PNG not a workbook")
    with pytest.raises(BadFile, match="not a workbook"):
        read(path)


def test_the_annotated_form_says_what_became_of_each_row(tmp_path: Path) -> None:
    dangerous = [*GOOD[:4], "=cmd|' /C calc'!A0", *GOOD[5:]]
    sheet = read(workbook(tmp_path, [*GOOD[:2], "call me", *GOOD[3:]], dangerous))
    back = tmp_path / "back.xlsx"
    write_annotated(sheet, {5: "AS-00000012"}, back)
    with CalamineWorkbook.from_path(back) as book:
        titles, bad, good = book.get_sheet_by_index(0).to_python()
    assert titles[-1] == "处理结果 / result"
    assert "C4 聯繫電話" in str(bad[-1])
    assert good[-1] == "AS-00000012"
    assert str(good[4]).startswith("'=cmd")
