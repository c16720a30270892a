"""`caseledger export` as people type it: the lines of the page, what comes out, and what is in the way."""

from __future__ import annotations

import csv
import io
import os
import re
import shlex
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet as pq
from typer.main import get_command
from typer.testing import CliRunner

from api.cli import app
from cases.store.cluster import ADMIN
from cases.store.database import Database
from replay.exports.as_xlsx import MOST_ROWS
from tests.house import ROOT
from tests.projections.lamps import connected

PAGE = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
TYPED = [line.partition("  #")[0] for line in re.findall(r"^\$ (caseledger export .*)$", PAGE, re.MULTILINE)]
EVERY = 1 if os.environ.get("CASELEDGER_FAULTS") == "full" else 10
"""Each line is run, or the first."""
Shell = Callable[[str], Any]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which somebody sits."""
    return tmp_path_factory.mktemp("desk")


@pytest.fixture
def shell(database: Database, place: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Runs a line in an installation with what is shipped and no case."""
    monkeypatch.chdir(place)
    monkeypatch.setenv("CASELEDGER_DATA_DIR", str(place / "installation"))
    monkeypatch.setenv("DATABASE_URL", database.server.dsn(ADMIN, database.name))
    return lambda line: CliRunner().invoke(app, shlex.split(line)[1:])


def test_every_line_of_the_page_is_understood() -> None:
    assert len(TYPED) == 5
    for line in TYPED:
        words = shlex.split(line.partition(" | ")[0])[1:]
        group: Any = get_command(app).commands["export"]  # type: ignore[attr-defined]  # typer's own click is untyped
        with group.make_context("export", words[1:], resilient_parsing=True) as context:
            _, command, rest = group.resolve_command(context, words[1:])
        assert command.make_context(command.name, rest).params["out"]


@pytest.mark.faults
def test_the_lines_of_the_page_do_what_it_says(shell: Shell, place: Path) -> None:
    for line in TYPED[::EVERY]:
        done = shell(line.partition(" | ")[0])
        assert done.exit_code == 0, (line, done.output)
    assert (
        pq.read_table(place / "facts.parquet").num_columns > 20
        if EVERY == 1
        else (place / "cases.csv").exists()
    )


def test_the_list_names_tables_with_what_a_period_is_about(shell: Shell) -> None:
    assert re.search(r"fct_cases +│ opened_at +│ 案件", shell("caseledger export list").stdout)


def test_rows_go_to_standard_output_and_what_they_stand_on_beside_it(shell: Shell) -> None:
    done = shell("caseledger export dim_departments --where code=quality --headings zh --out -")
    heads, row = csv.reader(io.StringIO(done.stdout_bytes.decode("utf-8-sig")))
    assert row[0] == "quality"
    assert re.search(r"1 rows of dim_departments at position \d+", done.stderr)
    assert re.search(r"[\u4e00-\u9fff]", heads[0])


def test_what_is_in_the_way_is_said_in_one_sentence_and_left_alone(shell: Shell, place: Path) -> None:
    mine = place / "mine.csv"
    mine.write_text("mine")
    refused = {
        "fct_cases --out mine.csv": "--force",
        "fct_cases --out new.docx": "one of csv, xlsx, parquet",
        "fct_case --out new.csv": "no such table or report; did you mean fct_cases?",
        "fct_cases --out new.csv --kind repiar": "bi.dim_case_kinds",
        "fct_cases --out new.csv --where severity=majro": "did you mean major?",
        "log --out new.xes.gz --product nothere": "product_id",
        "log --out new.xes": "xes (.xes.gz)",
        "all --out mine.csv": "is a file",
    }
    for line, cure in refused.items():
        done = shell(f"caseledger export {line}")
        assert (done.exit_code, cure in done.stderr) == (2, True), done.stderr
    assert mine.read_text() == "mine"
    assert not [path for path in place.iterdir() if "new" in path.name or path.name.startswith(".")]


def test_more_rows_than_a_spreadsheet_should_have_are_refused_and_nothing_is_left_of_it(
    shell: Shell, place: Path, database: Database
) -> None:
    kept = place / "kept.xlsx"
    assert shell("caseledger export dim_regions --out kept.xlsx").exit_code == 0
    before = kept.read_bytes()
    with connected(database) as connection:
        connection.execute(
            "INSERT INTO bi.dim_regions SELECT 'r' || n FROM generate_series(1, %s) AS n", [MOST_ROWS]
        )
    try:
        refused = [
            shell(f"caseledger export {line}")
            for line in ("dim_regions --out kept.xlsx --force", "all --out nowhere/vast --format xlsx")
        ]
    finally:
        with connected(database) as connection:
            connection.execute("DELETE FROM bi.dim_regions WHERE region_id LIKE 'r%'")
    assert [done.exit_code for done in refused] == [2, 2]
    assert all("✗ dim_regions has more than 100,000 rows" in done.stderr for done in refused)
    assert "or fewer rows, by a period or another filter" in refused[0].stderr
    assert "or table by table" in refused[1].stderr, "said before there is any folder to write to"
    assert kept.read_bytes() == before
    assert not [path for path in place.iterdir() if path.name == "nowhere" or path.name.startswith(".")]


@pytest.mark.parametrize("line", ["dim_codes --out ended.csv", "all --out ended"])
def test_an_export_that_somebody_ends_leaves_nothing_behind(
    shell: Shell, place: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    heard = []

    def ended(*_: Any, **__: Any) -> None:
        if any(path.name.endswith(".part") for path in place.iterdir()):
            heard.append(signal.getsignal(signal.SIGTERM))
            if callable(heard[-1]):
                signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("rich.progress.Progress.update", ended)
    assert shell(f"caseledger export {line}").exit_code != 0, heard
    assert heard
    assert not [path.name for path in place.iterdir() if "ended" in path.name]
