"""Questions read what they ask for and no more, however much there is: by their plans, on a log of ten months."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import LiteralString

import psycopg
import pytest
from psycopg.rows import dict_row

from cases.codes import Department
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.questions.cases import CaseFilter, case_list
from projections.questions.complaints import complaint_statistics
from projections.questions.findings import finding_counts
from projections.questions.month_end import figures
from projections.questions.sla import Period as Span
from projections.questions.sla import sla_dashboard
from projections.questions.statistics import Report, statistics
from projections.questions.targets import target_standings
from projections.questions.worklist import worklist
from projections.rebuilding.rebuild import rebuild
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import Lamps, wall
from tests.projections.store_log import histories
from tests.rows_read import Question, scans

NOW = wall("2026-11-01 12:00")
SINCE, UNTIL = wall("2026-05-01 00:00"), wall("2026-06-01 00:00")
MONTH = date(2026, 5, 1)
ZONE = "Asia/Shanghai"
PAGE = 5
QUESTIONS: dict[str, Question] = {
    "dashboard": lambda db: sla_dashboard(db, at=NOW, period=Span(since=SINCE, until=UNTIL), zone=ZONE),
    "complaints": lambda db: complaint_statistics(db, at=NOW, first=MONTH, last=MONTH),
    "findings": lambda db: finding_counts(db, since=SINCE, until=UNTIL),
    "targets": lambda db: target_standings(db, at=NOW, month=MONTH, zone=ZONE),
    "month end": lambda db: figures(db.cursor(row_factory=dict_row), MONTH, NOW, ZONE),
    **{
        report.value: partial(statistics, report=report, at=NOW, first=MONTH, last=MONTH, zone=ZONE)
        for report in Report
    },
    "cases": lambda db: case_list(db, at=NOW, limit=PAGE),
    "open cases": lambda db: case_list(db, at=NOW, limit=PAGE, wanted=CaseFilter(is_open=True)),
    "worklist": lambda db: worklist(db, at=NOW, limit=PAGE),
    "worklist of a department": lambda db: worklist(
        db, at=NOW, limit=PAGE, department=Department.CUSTOMER_SERVICE
    ),
}
MAY: LiteralString = """
SELECT (SELECT count(*) FROM bi.fct_sla_clocks WHERE started_at >= %(since)s AND started_at < %(until)s),
    (SELECT count(*) FROM bi.fct_complaints WHERE received_month >= date '2026-04-01' AND received_month < %(until)s),
    (SELECT count(*) FROM bi.fct_findings WHERE occurred_at >= %(since)s AND occurred_at < %(until)s),
    (SELECT count(*) FROM bi.fct_counted WHERE happened_at >= %(since)s AND happened_at < %(until)s),
    (SELECT greatest(count(*) FILTER (WHERE opened_at >= %(since)s AND opened_at < %(until)s),
        count(*) FILTER (WHERE closed_at >= %(since)s AND closed_at < %(until)s)) FROM bi.fct_cases),
    (SELECT count(*) FROM bi.fct_costs WHERE occurred_at >= %(since)s AND occurred_at < %(until)s),
    (SELECT count(*) FROM bi.fct_refunds WHERE occurred_at >= %(since)s AND occurred_at < %(until)s),
    (SELECT count(*) FROM bi.fct_repairs WHERE occurred_at >= %(since)s AND occurred_at < %(until)s),
    (SELECT count(*) FROM bi.fct_revisits WHERE occurred_at >= %(since)s AND occurred_at < %(until)s),
    (SELECT greatest(count(*) FILTER (WHERE ended_at >= %(since)s AND ended_at < %(until)s),
        count(*) FILTER (WHERE due_at >= %(since)s AND due_at < %(until)s)) FROM bi.fct_sla_clocks),
    (SELECT count(DISTINCT case_id) FROM (
        SELECT case_id FROM bi.fct_sla_clocks WHERE started_at >= %(since)s AND started_at < %(until)s
        UNION ALL SELECT case_id FROM bi.fct_counted WHERE happened_at >= %(since)s AND happened_at < %(until)s
    ) AS told)
"""


@pytest.fixture(scope="module")
def firm(lamps: Lamps, database: Database, ledger: Ledger) -> dict[str, int]:
    """How many rows of a kind there are in May."""
    FactoryLog().append(ledger, 1500)
    ledger.append_many(histories(seed=5, cases=30))
    rebuild(database, workers=1)
    names = (
        "clocks", "complaints", "findings", "counted", "cases", "costs", "refunds", "repairs", "revisits",
        "clocks that ended or fell due", "cases told of",
    )  # fmt: skip
    with psycopg.connect(database.app_dsn) as connection:
        may = connection.execute(MAY, {"since": SINCE, "until": UNTIL}).fetchall()[0]
    return dict(zip(names, may, strict=True))


@pytest.mark.parametrize(
    ("question", "table", "of"),
    [
        ("dashboard", "fct_sla_clocks", "clocks"),
        ("complaints", "fct_complaints", "complaints"),
        ("findings", "fct_findings", "findings"),
        ("targets", "fct_sla_clocks", "clocks"),
        ("targets", "fct_counted", "counted"),
        ("month end", "fct_sla_clocks", "clocks"),
        ("month end", "fct_counted", "counted"),
        ("month end", "fct_cases", "cases"),
        ("month end", "fct_complaints", "complaints"),
        ("month end", "fct_costs", "costs"),
        ("month end", "fct_refunds", "refunds"),
        ("sla-rates", "fct_sla_clocks", "clocks"),
        ("target-rates", "fct_sla_clocks", "clocks"),
        ("target-rates", "fct_counted", "counted"),
        ("target-rates", "fct_cases", "cases told of"),
        ("complaint-pareto", "fct_complaints", "complaints"),
        ("repeat-repairs", "fct_repairs", "repairs"),
        ("repeat-complaints", "fct_complaints", "complaints"),
        ("star-ranking", "fct_sla_clocks", "clocks that ended or fell due"),
        ("star-ranking", "fct_revisits", "revisits"),
    ],
)
def test_a_question_of_a_month_reads_that_month(
    question: str, table: str, of: str, firm: dict[str, int], database: Database
) -> None:
    read = [
        one.rows for one in scans(database, QUESTIONS[question], only_by_index=True) if one.table == table
    ]
    assert read
    assert max(read) <= firm[of], f"{firm[of]} {of} there, read {read}"


@pytest.mark.parametrize(
    ("question", "table"),
    [
        ("cases", "fct_cases"),
        ("worklist", "fct_sla_clocks"),
        ("worklist", "fct_cases"),
        ("worklist of a department", "fct_sla_clocks"),
    ],
)
def test_a_page_reads_a_page(question: str, table: str, firm: dict[str, int], database: Database) -> None:
    (read,) = (
        one.rows for one in scans(database, QUESTIONS[question], only_by_index=True) if one.table == table
    )
    assert 0 < read <= PAGE + 1, "a case of two clocks is looked up once"


def test_a_page_of_open_cases_reads_no_closed_one(firm: dict[str, int], database: Database) -> None:
    read = scans(database, QUESTIONS["open cases"], only_by_index=True)
    assert sum(scan.rows for scan in read if scan.table == "fct_cases") <= PAGE + 1


def test_how_long_a_share_was_reached_asks_for_no_cases_of_the_months_before(
    firm: dict[str, int], database: Database
) -> None:
    read = scans(database, QUESTIONS["satisfaction"], only_by_index=True)
    targets = 3
    assert sum(scan.rows for scan in read if scan.table == "fct_revisits") > firm["revisits"]
    assert sum(scan.rows for scan in read if scan.table == "fct_cases") <= firm["revisits"] * targets


def test_after_a_rebuild_indexes_alone_tell_which_rows_stand(
    firm: dict[str, int], database: Database
) -> None:
    asked = "SELECT relpages, relallvisible FROM pg_class WHERE oid = 'bi.fct_sla_clocks'::regclass"
    with psycopg.connect(database.app_dsn) as connection:
        [(pages, visible)] = connection.execute(asked).fetchall()
    assert firm["clocks"]
    assert pages == visible > 0
