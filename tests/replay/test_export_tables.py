"""Tables and reports as files: what is read back is what SQL tells, and nothing in it runs or is half there."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from psycopg.sql import SQL, Identifier
from pyarrow import BufferReader
from pyarrow import parquet as pq
from python_calamine import CalamineWorkbook

from cases.errors import Malformed, NotFound
from cases.store.database import Database
from projections.following.engine import Engine
from projections.rebuilding.rebuild import rebuild
from projections.registry import TABLES
from projections.tables.table import Table
from projections.views.all_views import VIEWS
from projections.views.view import View
from projections.views.wide_views import WideView
from replay.exports.as_xlsx import must_fit, xlsx_of
from replay.exports.everything import MANIFEST, SUMS, export_all
from replay.exports.export import Export, Headings
from replay.exports.formats import ROWS
from replay.exports.look import Look, looking
from replay.exports.relations import Relation
from replay.exports.saving import saving
from replay.exports.wanted import Wanted, wanted_of
from replay.neutral import neutral
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import SHANGHAI, Lamps, classified, received

pytestmark = pytest.mark.faults
EVERY = 1 if os.environ.get("CASELEDGER_FAULTS") == "full" else 3
AS_TEXT = {"tstzmultirange", "jsonb"}
FORMULA = '=HYPERLINK("//x")'


@pytest.fixture(scope="module")
def filled(lamps: Lamps, database: Database) -> Database:
    """A small factory, and a case of which a program or a person wrote something that wants to be a formula."""
    FactoryLog(3).append(lamps.ledger, 120)
    lamps.tell("strange", ("2026-03-31 23:59", received("AS-X", batch=FORMULA)))
    lamps.tell("later", ("2026-04-01 00:00", received("AS-Y")), ("2026-04-01 00:01", classified("repair")))
    Engine(database).catch_up()
    return database


@pytest.fixture(scope="module")
def look(filled: Database) -> Iterator[Look]:
    with looking(filled.reader_dsn, SHANGHAI) as look:
        yield look


def written(look: Look, name: str, form: str, wanted: Wanted | None = None, **more: Any) -> bytes:
    """A file as it is written."""
    return b"".join(ROWS[form].write(Export.of(look, name, wanted or Wanted(), **more)))


def rows_of(look: Look, relation: Relation) -> list[tuple[Any, ...]]:
    """The same rows as SQL tells them; ranges as text, whole numbers as such."""
    told = (
        SQL("{}::text" if field.type in AS_TEXT else "{}").format(Identifier(field.name))
        for field in relation.fields
    )
    query = SQL("SELECT {} FROM {} AS told ORDER BY {}").format(
        SQL(", ").join(told), Identifier("bi", relation.name), relation.ordering("told")
    )
    return look.connection.execute(query).fetchall()


def test_what_stands_in_bi_can_be_exported_with_what_it_means(look: Look) -> None:
    for made in (*TABLES, *VIEWS):
        assert isinstance(made, Table | View | WideView)
        found = look.relations[made.name]
        assert (found.zh, found.en) == (made.zh, made.en)
        told = [(field.name, field.zh, field.en) for field in found.fields]
        assert told == [(one.name, one.says.zh, one.says.en) for one in made.columns]
        assert found.key == getattr(made, "key", ())
    assert {"rpt_sla_now", "rpt_targets", "meta_freshness"} <= look.relations.keys()


def small(look: Look) -> list[Relation]:
    """Every third one, in a long run every one, but the days of twenty years."""
    return [relation for name, relation in look.relations.items() if name != "dim_dates"][::EVERY]


def as_cell(value: Any) -> str:
    """A value as a cell of CSV."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            return neutral(value)
        case float():
            return repr(value).removesuffix(".0")
        case list():
            return ", ".join(map(str, value))
        case datetime():
            local = value.astimezone(SHANGHAI)
            fraction = f"{local:.%f}".rstrip("0").rstrip(".") if local.microsecond else ""
            return f"{local:%Y-%m-%d %H:%M:%S}{fraction}+08"
        case _:
            return str(value)


def test_csv_says_what_sql_says(look: Look) -> None:
    rows = 0
    for relation in look.relations.values():
        text = written(look, relation.name, "csv").decode("utf-8-sig")
        told = list(csv.reader(io.StringIO(text, newline="")))
        assert told[0] == [field.name for field in relation.fields]
        assert told[1:] == [[as_cell(value) for value in row] for row in rows_of(look, relation)], (
            relation.name
        )
        rows += len(told) - 1
    assert rows > 500


def as_typed(value: Any) -> Any:
    """A value as Arrow gives it back."""
    match value:
        case Decimal():
            return round(value, 9)
        case None | bool() | str() | int() | float() | date() | list():
            return value
        case _:
            return str(value)


def test_parquet_says_what_sql_says_and_of_which_type(look: Look) -> None:
    for relation in small(look):
        told = pq.read_table(BufferReader(written(look, relation.name, "parquet")))
        mine = [tuple(row.values()) for row in told.to_pylist()]
        assert mine == [tuple(map(as_typed, row)) for row in rows_of(look, relation)], relation.name
    schema = pq.read_schema(BufferReader(written(look, "rpt_targets", "parquet")))
    kinds = {name: str(schema.field(name).type) for name in ("month", "rate", "numerator", "is_over")}
    assert kinds == {
        "month": "date32[day]",
        "rate": "decimal128(38, 9)",
        "numerator": "int64",
        "is_over": "bool",
    }
    assert schema.field("rate").metadata[b"zh"].decode() == "比率"
    assert schema.metadata[b"caseledger.position"].decode() == str(look.standing.position)


def in_a_sheet(value: Any) -> Any:
    """A value as a spreadsheet holds it: a clock on the wall, to the millisecond."""
    match value:
        case None:
            return ""
        case bool():
            return value
        case int() | float() | Decimal():
            return float(value)
        case datetime():
            return value.astimezone(SHANGHAI).replace(tzinfo=None)
        case date():
            return value
        case list():
            return ", ".join(map(str, value))
        case _:
            return neutral(str(value))


def is_same(mine: Any, told: Any) -> bool:
    """Tell whether a cell holds a value; Excel's clock is good for milliseconds, its numbers for 15 digits."""
    if isinstance(told, datetime):
        midnight = mine if isinstance(mine, datetime) else datetime.combine(mine, time())
        return abs((midnight - told).total_seconds()) < 0.002
    return bool(mine == told) or (isinstance(mine, float) and mine == pytest.approx(told, rel=1e-15))


def test_a_spreadsheet_says_what_sql_says(look: Look) -> None:
    for relation in small(look):
        book = CalamineWorkbook.from_filelike(io.BytesIO(written(look, relation.name, "xlsx")))
        assert book.sheet_names == [relation.name, "说明 about"]
        told = book.get_sheet_by_index(0).to_python()[1:]
        wanted = rows_of(look, relation)
        assert len(told) == len(wanted)
        for mine, row in zip(told, wanted, strict=True):
            assert all(map(is_same, mine, map(in_a_sheet, row))), (relation.name, mine, row)


def test_a_spreadsheet_says_what_its_rows_stand_on(look: Look) -> None:
    wanted = wanted_of(SHANGHAI, period="2026-Q1", equal={"kind": "repair"})
    file = written(look, "fct_cases", "xlsx", wanted, headings=Headings.ZH)
    book = CalamineWorkbook.from_filelike(io.BytesIO(file))
    about = {str(row[0]): str(row[2]) for row in book.get_sheet_by_index(1).to_python()}
    assert about["日志位置"] == str(look.standing.position)
    assert about["时区（本表所有时间）"] == "Asia/Shanghai"
    assert "opened_at < 2026-04-01T00:00:00+08:00, kind = repair" in about["筛选条件"]
    assert "lamp-factory@2026.3" in about["制度及版本"]
    assert about["case_id"] == "The case"
    assert book.get_sheet_by_index(0).to_python()[0][:2] == ["案件标识", "案件编号"]


@pytest.mark.parametrize(
    ("form", "told"), [("csv", f"'{FORMULA}"), ("xlsx", f"'{FORMULA}"), ("parquet", FORMULA)]
)
def test_a_cell_that_would_run_is_made_harmless_where_people_open_it(
    look: Look, form: str, told: str
) -> None:
    file = written(look, "fct_cases", form, Wanted(equal={"case_no": "AS-X"}))
    match form:
        case "csv":
            (row,) = csv.DictReader(io.StringIO(file.decode("utf-8-sig")))
        case "xlsx":
            heads, values = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
            row = dict(zip(heads, values, strict=True))
        case _:
            (row,) = pq.read_table(BufferReader(file)).to_pylist()
    assert row["batch"] == told


def test_a_period_begins_and_ends_at_midnight_of_the_business(look: Look) -> None:
    def cases(period: str, name: str = "fct_cases") -> set[str]:
        text = written(look, name, "csv", wanted_of(SHANGHAI, period=period)).decode("utf-8-sig")
        return {row["case_no"] for row in csv.DictReader(io.StringIO(text))}

    assert "AS-X" in cases("2026-03") - cases("2026-04")
    assert "AS-Y" in cases("2026-04") - cases("2026-03")
    days = written(look, "dim_dates", "csv", wanted_of(SHANGHAI, period="2026-W10")).decode().splitlines()
    assert [line[:10] for line in days[1:]] == [f"2026-03-0{day}" for day in range(2, 9)]
    noon = datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert len(written(look, "dim_dates", "csv", Wanted(noon, noon.replace(hour=5))).splitlines()) == 2


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nothing",
        "fct_cases; DROP SCHEMA bi",
        'fct_cases" --',
        "log.case_events",
        "pg_authid",
        "FCT_CASES",
        "*",
    ],
)
def test_what_is_no_table_is_refused_by_whatever_name(look: Look, name: str) -> None:
    with pytest.raises(NotFound):
        Export.of(look, name, Wanted())


@pytest.mark.parametrize(
    ("name", "asked", "field"),
    [
        ("fct_cases", {"where": ["1=1"]}, "where"),
        ("fct_cases", {"where": ['kind" = \'x\' OR "kind=repair']}, "where"),
        ("fct_cases", {"where": ["kind"]}, "where"),
        ("fct_cases", {"where": ["kind=repair"], "equal": {"kind": "return"}}, "where"),
        ("fct_cases", {"equal": {"kind": "repair' OR true --"}}, "kind"),
        ("fct_cases", {"equal": {"department": "nobody"}}, "department"),
        ("fct_cases", {"equal": {"department": "\0"}}, "department"),
        ("fct_cases", {"where": ["is_live=perhaps"]}, "where"),
        ("fct_cases", {"where": ["opened_month=2026-03"]}, "where"),
        ("dim_causes", {"equal": {"product_id": "lamp/K7"}}, "product_id"),
        ("dim_causes", {"period": "2026"}, "since"),
        ("fct_cases", {"period": "2026", "since": datetime(2026, 1, 1, tzinfo=UTC)}, "period"),
        ("fct_cases", {"since": datetime(2026, 1, 2, tzinfo=UTC), "until": datetime(2026, 1, 1, tzinfo=UTC)}, "until"),
        ("fct_cases", {"period": "last month"}, "period"),
    ],
)  # fmt: skip
def test_what_a_table_cannot_be_asked_for_is_refused_with_the_cure(
    look: Look, name: str, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(Malformed) as refused:
        Export.of(look, name, wanted_of(SHANGHAI, **asked))
    (error,) = refused.value.details["errors"]
    assert error["field"] == field
    assert error["cure"]


def test_a_value_is_read_as_what_the_column_holds_and_never_run(look: Look) -> None:
    injected = Wanted(equal={"case_no": "x' OR 'a' = 'a"})
    otherwise = Wanted(equal={"case_no": "AS-X", "is_live": "yes", "opened_at": "2026-03-31T15:59Z"})
    lines = [len(written(look, "fct_cases", "csv", wanted).splitlines()) for wanted in (injected, otherwise)]
    assert lines == [1, 2]


def test_a_spreadsheet_that_nobody_could_work_with_is_refused(look: Look) -> None:
    with pytest.raises(Malformed, match="more than 10 rows") as refused:
        next(xlsx_of(Export.of(look, "fct_cases", Wanted()), most=10))
    assert "csv or parquet" in refused.value.details["errors"][0]["cure"]
    several = [Export.of(look, name, Wanted()) for name in ("fct_cases", "dim_codes", "meta_position")]
    with pytest.raises(Malformed, match=r"^fct_cases, dim_codes have more than 10 rows"):
        must_fit(several, "csv", most=10)


def test_parquet_without_its_extra_says_how_to_get_it(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "replay.exports.as_parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Malformed, match="extra") as refused:
        written(look, "fct_cases", "parquet")
    assert "caseledger[lake]" in refused.value.details["errors"][0]["cure"]


def test_the_same_look_writes_the_same_bytes(look: Look) -> None:
    for form in ROWS:
        assert written(look, "rpt_sla_now", form) == written(look, "rpt_sla_now", form)


def test_a_rebuild_meanwhile_neither_stops_nor_mixes_what_is_read(filled: Database) -> None:
    with looking(filled.reader_dsn, SHANGHAI) as look:
        before = written(look, "fct_cases", "csv")
        rest = ROWS["csv"].write(Export.of(look, "fct_case_events", Wanted()))
        begun = next(rest)
        assert rebuild(filled, workers=1).is_swapped
        assert written(look, "fct_cases", "csv") == before
        assert begun + b"".join(rest) == written(look, "fct_case_events", "csv")
        assert len(written(look, "rpt_sla_now", "csv").splitlines()) > 10


def test_notes_come_before_the_heading_one_line_each(look: Look) -> None:
    wanted = Wanted(equal={"case_no": "a\n=1+1"})
    lines = written(look, "fct_cases", "csv", wanted, has_notes=True).decode("utf-8-sig").splitlines()
    assert [line for line in lines if not line.startswith("# ")] == [lines[-1]]
    assert "# filters: case_no = a =1+1" in lines


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    with pytest.raises(ZeroDivisionError), saving(path) as out:
        out.write(bytes(1 // 0))
    assert list(tmp_path.iterdir()) == []
    with saving(path) as out:
        out.write(b"whole")
    with pytest.raises(Malformed, match="--force"), saving(path):
        pass
    with pytest.raises(ZeroDivisionError), saving(path, is_forced=True) as out:
        out.write(bytes(1 // 0))
    assert path.read_bytes() == b"whole"
    with saving(path, is_forced=True) as out:
        out.write(b"new")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"new"]
    with pytest.raises(Malformed, match="no folder"), saving(tmp_path / "nowhere" / "x.csv"):
        pass


def test_everything_at_once_is_one_folder_that_can_be_checked(look: Look, tmp_path: Path) -> None:
    folder, steps = tmp_path / "lake", list[str]()
    made = export_all(look, "csv", folder, "zh", lambda name, done, of: steps.append(f"{name} {done}/{of}"))
    assert len(steps) == len(look.relations)
    assert {path.name for path in folder.iterdir()} == {
        MANIFEST,
        SUMS,
        *(f"{name}.csv" for name in look.relations),
    }
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS], cwd=folder, check=True)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert manifest == made
    assert manifest["position"] == look.standing.position
    for one in manifest["files"]:
        with (folder / one["file"]).open(encoding="utf-8-sig", newline="") as file:
            heads, *rows = csv.reader(file)
        assert (len(rows), heads) == (one["rows"], [column["name"] for column in one["columns"]])


def test_a_folder_of_somebody_else_is_never_put_aside(look: Look, tmp_path: Path) -> None:
    def export(folder: Path, *, is_forced: bool) -> None:
        export_all(look, "csv", folder, "zh", lambda *_: None, is_forced=is_forced)

    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(Malformed, match="holds other files"):
        export(mine, is_forced=True)
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "thesis.txt"]
    made = tmp_path / "made"
    export(made, is_forced=False)
    before = (made / MANIFEST).read_bytes()
    with pytest.raises(Malformed, match="--force"):
        export(made, is_forced=False)
    export(made, is_forced=True)
    assert (made / MANIFEST).read_bytes() == before
    (made / "thesis.txt").write_text("years of work")
    with pytest.raises(Malformed, match="holds other files"):
        export(made, is_forced=True)
    with pytest.raises(Malformed, match="is a file"):
        export(made / "thesis.txt", is_forced=True)
    with pytest.raises(Malformed):
        export_all(look, "docx", tmp_path / "new", "zh", lambda *_: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "mine"]
