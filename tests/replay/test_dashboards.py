"""The dashboards of docs/grafana: every panel's query runs as an analyst and tells what its title says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid5

import psycopg
import pytest
import yaml

from cases import codes
from cases.codes import Shortcoming
from cases.fact import Pinned
from cases.month_end import PublishMonth
from cases.reference import reference_of
from cases.store.database import Database
from projections.following.engine import Engine
from projections.schema import Db
from replay.month_end import MonthRoom
from tests.fix_desk import caller
from tests.house import ROOT
from tests.projections.lamps import HOUSE, OPENING, Lamps, connected, received, recorded, wall
from tests.projections.measured import MeasuredFirm, documents

FOLDER = ROOT / "docs" / "grafana"
BOARDS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((FOLDER / "dashboards").glob("*.json"))
}
PANELS = {f"{name}: {panel['title']}": panel for name, board in BOARDS.items() for panel in board["panels"]}
QUIET = {"tables: 应当知悉 / What there is to be told"}
"""Panels with rows only where something is wrong that is not wrong here."""
FROM, TO = "2025-12-01T00:00:00Z", "2027-01-01T00:00:00Z"
BILINGUAL = re.compile(r"[\u4e00-\u9fff].*[A-Za-z]")


def queries(panel: dict[str, Any]) -> list[str]:
    return [target["rawSql"] for target in panel["targets"]]


def listed(bi: Db, variable: dict[str, Any]) -> str:
    """The values of a variable when all are chosen, as Grafana writes them into SQL."""
    cursor = bi.execute(variable["query"].encode())
    names = [column.name for column in cursor.description or ()]
    return ", ".join(
        "'{}'".format(row[names.index("__value")].replace("'", "''")) for row in cursor.fetchall()
    )


def expanded(query: str, variables: dict[str, str]) -> str:
    """The query with macros and variables filled in, as Grafana does."""
    query = re.sub(r"\$__timeFilter\(([^)]+)\)", rf"\1 BETWEEN '{FROM}' AND '{TO}'", query)
    return re.sub(r"\$\{(\w+):sqlstring\}", lambda found: variables[found[1]], query)


@pytest.fixture(scope="module")
def analyst(lamps: Lamps, database: Database) -> Iterator[Db]:
    """A filled database as `bi_reader` has it: a firm, a published month, a fact that came late and a parked case."""
    for number, document in enumerate(documents()):
        lamps.ledger.append([recorded(uuid5(HOUSE, f"measured-{number}"), 1, OPENING, document)])
    told = [one for history in MeasuredFirm(7).histories(60) for one in history]
    lamps.ledger.append(told)
    strange = (Pinned(regulation="never-published", version="1", calendar="china@2026.1"),)
    lamps.tell("under rules nobody knows", ("2026-03-02 09:00", received("AS-2", judged_under=strange)))
    Engine(database).catch_up()
    reference = reference_of(recorded(HOUSE, n, OPENING, fact) for n, fact in enumerate(documents(), 1))
    room = MonthRoom(lamps.ledger, reference, lambda: connected(database))
    asked = PublishMonth(despite=(Shortcoming.PARKED,))
    room.publish("2026-03", asked, caller(codes.Role.QUALITY, "staff-hu"), wall("2026-11-01 09:00"))
    lamps.tell("came late", ("2026-03-03 09:00", received("AS-3")))
    Engine(database).catch_up()
    with psycopg.connect(database.reader_dsn, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_finds_rows_and_names_its_columns_in_both_languages(analyst: Db, name: str) -> None:
    board = BOARDS[name.partition(":")[0]]
    variables = {one["name"]: listed(analyst, one) for one in board["templating"]["list"]}
    for target in PANELS[name]["targets"]:
        query = expanded(target["rawSql"], variables)
        assert "$" not in query, "a macro or variable that nobody fills in"
        cursor = analyst.execute(query.encode())
        rows, columns = cursor.fetchall(), [column.name for column in cursor.description or ()]
        assert rows or name in QUIET
        if target["format"] == "time_series":
            assert columns == ["time", "metric", "value"]
            assert all(row[0].tzinfo is not None and row[2] is not None for row in rows)
        else:
            assert [column for column in columns if not BILINGUAL.search(column)] == []


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_says_what_it_stands_on_and_every_title_in_both_languages(name: str) -> None:
    board = BOARDS[name]
    assert board["uid"] == f"caseledger-{name}"
    assert not board["editable"]
    stands_on = queries(board["panels"][0])[0]
    assert "meta_freshness" in stands_on
    for part in ("日志位置", "程序版本", "制度 Regulations"):
        assert part in stands_on
    said = [board["title"], *(panel["title"] for panel in board["panels"])]
    assert [title for title in said if not re.search(r"[\u4e00-\u9fff].* / [A-Z]", title)] == []
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_every_rate_in_a_table_stands_beside_what_it_is_made_of() -> None:
    for name, panel in PANELS.items():
        for target in panel["targets"]:
            if target["format"] == "table" and re.search(r"\b(rate|share) AS", target["rawSql"]):
                for part in ("分子", "分母", "过小", "日志位置"):
                    assert part in target["rawSql"], f"{name} lacks {part}"


def test_what_leaves_imported_histories_out_says_so_where_it_is_empty() -> None:
    live = {name: panel for name, panel in PANELS.items() if "is_live" in "".join(queries(panel))}
    assert len(live) == 2
    for name, panel in live.items():
        config = panel["fieldConfig"]
        for said in (panel["description"], config["defaults"]["noValue"]):
            assert re.search(r"导入的历史.* / .*imported", said), name
        empty_cells = {
            "matcher": {"id": "byRegexp", "options": "/.*/"},
            "properties": [{"id": "noValue", "value": ""}],
        }
        assert config["overrides"][0] == empty_cells, (
            "the sentence is for the panel, not for a cell without a value"
        )


def test_dashboards_ask_reports_and_short_questions_only() -> None:
    for name, panel in PANELS.items():
        for query in queries(panel):
            assert len(query.splitlines()) <= 14, name
            assert re.search(r"FROM (rpt_|meta_|fct_case_events)", query), name


def test_every_panel_asks_the_one_data_source_which_reads_as_an_analyst() -> None:
    text = (FOLDER / "provisioning" / "datasources" / "caseledger.yml").read_text(encoding="utf-8")
    (source,) = yaml.safe_load(text)["datasources"]
    assert (source["user"], source["jsonData"]["database"]) == ("bi_reader", "caseledger")
    assert source["secureJsonData"]["password"].startswith("$"), "no password is written down"
    named = {"type": source["type"], "uid": source["uid"]}
    for panel in PANELS.values():
        assert [one["datasource"] for one in (panel, *panel["targets"])] == [named] * (
            1 + len(panel["targets"])
        )


def test_the_state_of_the_tables_shows_what_is_parked(analyst: Db) -> None:
    (row,) = analyst.execute(
        PANELS["tables: 搁置案件 / Parked cases"]["targets"][0]["rawSql"].encode()
    ).fetchall()
    assert row == (1,)


def test_the_month_board_shows_what_came_late(analyst: Db) -> None:
    panel = next(panel for name, panel in PANELS.items() if "As published" in name)
    cursor = analyst.execute(expanded(queries(panel)[0], {}).encode())
    names = [column.name for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    opened = next(row for row in rows if row["口径（英） Measure (en)"] == "Cases opened")
    assert opened["现在分子 Today"] == opened["分子 Published"] + 1
    assert (opened["依据已变 Revised"], opened["月份 Month"]) == (True, date(2026, 3, 1).strftime("%Y-%m"))
