"""CSV as people send it: encodings, separators, ragged rows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from replay.imports.source import BadFile
from replay.imports.table import read_csv, rows

HUMS = "案件;动作;时间\r\n灯七;登记;2026/09/30 08:15:00\r\n灯七;回复;2026-09-30T09:00:00+08:00\r\n"


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "calls.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_tables_read_in_every_common_encoding(tmp_path: Path, encoding: str) -> None:
    path = saved(tmp_path, HUMS.encode(encoding))
    ((line, first), _) = rows(path)
    assert (line, first) == (2, {"案件": "灯七", "动作": "登记", "时间": "2026/09/30 08:15:00"})


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    assert len(list(rows(saved(tmp_path, HUMS.replace(";", separator).encode())))) == 2


def test_a_time_without_offset_is_read_in_the_zone_of_the_mapping(tmp_path: Path) -> None:
    path = saved(tmp_path, HUMS.encode())
    ((first, second),) = read_csv(
        path, case_key="案件", activity_key="动作", at_key="时间", timezone="Asia/Shanghai"
    )
    assert (first.at, second.at) == (
        datetime(2026, 9, 30, 0, 15, tzinfo=UTC),
        datetime(2026, 9, 30, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (HUMS.encode(), 2, "name the `timezone`"),
        (HUMS.replace("灯七;登记", ";登记").encode(), 2, "has no 案件"),
        (HUMS.replace("登记;", "登记;x;").encode(), 2, "more cells than the header"),
        (b'a;b\r\n"x', 2, "is not CSV"),
        (b"", 1, "no header row"),
        (HUMS.replace("动作", "时间").encode(), 1, "two columns of one name"),
        (HUMS.replace("2026/09/30 08:15:00", "9999-12-31 23:00-08:00").encode(), 2, "beyond the years"),
        (HUMS.encode("utf-16") + b"x", None, "neither UTF-8 nor GB18030"),
        (b"\xff\x00\x80", None, "neither UTF-8 nor GB18030"),
    ],
)
def test_a_bad_table_is_refused_by_line_and_cure(
    tmp_path: Path, content: bytes, line: int | None, says: str
) -> None:
    with pytest.raises(BadFile) as refused:
        list(read_csv(saved(tmp_path, content), case_key="案件", activity_key="动作", at_key="时间"))
    assert says in refused.value.message
    assert refused.value.details["line"] == line


def test_a_table_written_by_excel_reads_with_short_dates_and_cases_mixed(tmp_path: Path) -> None:
    lines = [
        "案件,动作,时间",
        "灯七,登记,2026/9/30 8:15",
        "灯八,登记,2026/9/30 8:20",
        "灯七,派工,2026/9/29 7:05",
    ]
    path = saved(tmp_path, "\r\n".join(lines).encode())
    seven, eight = read_csv(
        path, case_key="案件", activity_key="动作", at_key="时间", timezone="Asia/Shanghai"
    )
    assert [(event.activity, event.line) for event in seven] == [("派工", 4), ("登记", 2)]
    assert [event.at for event in eight] == [datetime(2026, 9, 30, 0, 20, tzinfo=UTC)]
