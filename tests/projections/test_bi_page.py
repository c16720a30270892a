"""The page for analysts: every query on it runs as the role that they have."""

from __future__ import annotations

import re

import psycopg
import pytest

from cases.store.database import Database
from projections.following.engine import Engine
from projections.questions.statistics import Report
from projections.registry import FACTS
from projections.statistics import listing
from projections.views.all_views import VIEWS
from projections.views.wide_views import WideView
from tests.house import ROOT
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import Lamps

PAGE = (ROOT / "docs" / "bi.md").read_text(encoding="utf-8")
NOT_IN_THIS_FACTORY = ("Refunded", "repairs_followed", "rpt_costs")
"""What its log does not have: late refunds, serial numbers and costs; test_bi_answers.py tells of those."""
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def analyst(lamps: Lamps, database: Database) -> str:
    """The address of an analyst's connection, over a small factory."""
    FactoryLog(3).append(lamps.ledger, 600)
    Engine(database).catch_up()
    return database.reader_dsn


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.split("\n")[0][:40])
def test_a_query_of_the_page_runs_for_an_analyst(analyst: str, query: str) -> None:
    with psycopg.connect(analyst) as connection:
        found = connection.execute(query.encode())
        assert found.description
        is_elsewhere = any(word in query for word in NOT_IN_THIS_FACTORY)
        assert found.rowcount > 0 or is_elsewhere


def test_the_page_names_every_fact_table() -> None:
    assert [table.name for table in FACTS if f"`{table.name}`" not in PAGE] == []


def test_the_page_names_every_report_that_is_no_wide_view() -> None:
    reports = [view.name for view in VIEWS if not isinstance(view, WideView)]
    assert [
        name
        for name in ("rpt_sla_now", *reports)
        if f"| `{name}`" not in PAGE and f", `{name}` |" not in PAGE
    ] == []


def test_the_page_says_what_is_loaded_whole_because_no_mark_tells_of_it() -> None:
    section = PAGE.partition("## Load only what changed")[2].partition("\n## ")[0]
    unmarked = [view.name for view in VIEWS if view.name.startswith("fct_")]
    assert unmarked == ["fct_audit_items"]
    assert [name for name in unmarked if f"`{name}`" not in section] == []


def test_the_page_of_the_statistics_leads_to_every_report_function_and_view() -> None:
    page = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    made = [*(one.name for one in listing.FUNCTIONS), *(one.name for one in listing.VIEWS)]
    assert [name for name in (*Report, *made) if f"`{name}`" not in page] == []
