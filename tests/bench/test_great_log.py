"""The generated log is one that the product would have written: proven, in order, and years of a firm's life."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import LiteralString

import pytest

from cases.store.database import Database
from projections.rebuilding.rebuild import rebuild
from projections.schema import Db
from replay.verify import Verdict, verify
from tests.bench.great_log import GreatLog
from tests.projections.lamps import all_rows, connected

CASES = 2000


@pytest.fixture(scope="module")
def firm(database: Database) -> Iterator[Db]:
    """The tables of a small log."""
    log = GreatLog(CASES, templates=400)
    assert log.append(database) == log.facts
    assert rebuild(database).parked == []
    with connected(database) as connection:
        yield connection


def test_everything_in_it_is_proven(firm: Db, database: Database) -> None:
    report = verify(database)
    assert (report.verdict, report.findings, report.unreadable) == (Verdict.PROVEN, [], [])


MONTHS: LiteralString = """
SELECT min(opened_at)::date, max(opened_at)::date > '2026-11-14', count(DISTINCT date_trunc('month', opened_at))
FROM bi.fct_cases
"""
SHARES: LiteralString = """
SELECT avg(is_backdated::int) BETWEEN 0.1 AND 0.6, avg(is_corrected::int) BETWEEN 0.01 AND 0.2,
    avg((closed_at IS NULL)::int) BETWEEN 0.02 AND 0.15
FROM bi.fct_cases
"""
ASKED = (
    "fct_sla_clocks", "fct_complaints", "fct_counted", "fct_findings", "fct_refunds", "fct_costs", "fct_alerts",
    "fct_part_movements", "fct_part_requests", "fct_revisits", "fct_shipments",
)  # fmt: skip


def test_it_goes_on_for_years_with_everything_that_questions_ask_for(firm: Db) -> None:
    assert firm.execute(MONTHS).fetchone() == (date(2021, 11, 29), True, 61)
    assert [table for table in ASKED if not all_rows(firm, table)] == []


def test_some_facts_came_late_some_were_corrected_and_some_cases_are_open(firm: Db) -> None:
    assert firm.execute(SHARES).fetchone() == (True, True, True)


def test_one_seed_gives_the_same_bytes() -> None:
    first, second = (list(GreatLog(100, templates=20).by_day()) for _ in range(2))
    assert first == second
