"""Rates and what they are made of equal what scipy, statsmodels and plain counting come to on the same log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row
from scipy.stats import chi2
from statsmodels.stats.proportion import proportion_confint

from cases.recorded import Recorded
from cases.store.database import Database
from projections.following.engine import Engine
from projections.questions.statistics import Report, statistics
from projections.schema import Db
from projections.views.target_views import SMALL
from tests.fix_statistics import IS_FULL
from tests.projections.lamps import HOUSE, OPENING, Lamps, connected, recorded, wall
from tests.projections.measured import MeasuredFirm, Thing, documents, month_of, things
from tests.rows_read import scans

pytestmark = pytest.mark.faults
END = wall("2026-12-31 12:00")
ZONE = "Asia/Shanghai"
LOGS = ["firm", "imported"] if IS_FULL else ["firm"]
"""The imported log has no measure that the firm lacks, and takes three times as long to take in."""
Line = dict[str, Any]


def lines(bi: Db, query: str, **asked: object) -> list[Line]:
    """The rows of a question, by the names of their columns."""
    return bi.cursor(row_factory=dict_row).execute(query.encode(), asked).fetchall()


@pytest.fixture(scope="module")
def histories(lamps: Lamps, database: Database) -> list[list[Recorded]]:
    """A firm's cases under a regulation with every measure, taken in by the tables."""
    for number, document in enumerate(documents()):
        lamps.ledger.append([recorded(uuid5(HOUSE, f"measured-{number}"), 1, OPENING, document)])
    told = list(MeasuredFirm(23).histories(300 if IS_FULL else 100))
    lamps.ledger.append([one for history in told for one in history])
    Engine(database).catch_up()
    return told


@pytest.fixture(scope="module")
def firm(histories: list[list[Recorded]], database: Database) -> Iterator[Db]:
    """The tables over them."""
    with connected(database) as connection:
        yield connection


def close(told: object, expected: float | None) -> bool:
    """Whether a figure of four places is the expected one."""
    return told is None if expected is None else abs(float(str(told)) - expected) <= 0.000051


def test_an_interval_is_what_statsmodels_says(firm: Db) -> None:
    pairs = [(k, n) for n in (*range(1, 41), 1_000, 123_456) for k in sorted({0, 1, n // 3, n - 1, n})]
    rows = lines(
        firm,
        "SELECT *, bi.wilson_low(k, n) AS low, bi.wilson_high(k, n) AS high"
        " FROM unnest(%(k)s::bigint[], %(n)s::bigint[]) AS pairs (k, n)",
        k=[k for k, _ in pairs], n=[n for _, n in pairs],
    )  # fmt: skip
    assert len(rows) == len(pairs)
    for row in rows:
        low, high = proportion_confint(row["k"], row["n"], alpha=0.05, method="wilson")
        assert close(row["low"], low), row
        assert close(row["high"], high), row


def test_of_nothing_there_is_no_interval_and_of_all_or_none_it_ends_there(firm: Db) -> None:
    (row,) = lines(
        firm,
        "SELECT bi.wilson_low(0, 0) AS of_nothing, bi.wilson_high(NULL, 7) AS unsaid, bi.wilson_low(0, 7) AS none,"
        " bi.wilson_high(7, 7) AS all",
    )
    assert (row["of_nothing"], row["unsaid"], row["none"], row["all"]) == (None, None, 0, 1)


def test_what_is_no_share_of_anything_has_no_interval(firm: Db) -> None:
    rows = lines(
        firm,
        "SELECT k, n, bi.wilson_low(k, n) AS low, bi.wilson_high(k, n) AS high,"
        " obj_description('bi.wilson_low(bigint, bigint)'::regprocedure) AS told"
        " FROM (VALUES (7, 5), (-1, 5), (1, -5), (-1, -5), (-7, -5), (5, NULL), (NULL, NULL)) AS pairs (k, n)",
    )
    assert {(row["low"], row["high"]) for row in rows} == {(None, None)}
    assert "null unless 0 <= numerator <= denominator" in rows[0]["told"]


def test_the_tail_of_chi_square_is_what_scipy_says(firm: Db) -> None:
    rows = lines(
        firm,
        "SELECT x, df, bi.chi_square_tail(x, df) AS tail FROM unnest(ARRAY[0, 0.01, 0.7, 3.84, 17.2, 40, 96.5, 400])"
        " AS x, unnest(ARRAY[1, 2, 3, 7, 11, 23, 24]::bigint[]) AS df",
    )
    assert [
        (row["x"], row["df"]) for row in rows if abs(row["tail"] - chi2.sf(float(row["x"]), row["df"])) > 1e-9
    ] == []


def kept(bi: Db) -> dict[tuple[Any, ...], Counter[str]]:
    """Month and group → how its clocks stand, one clock after another."""
    found: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for clock in lines(bi, "SELECT * FROM bi.sla_clocks_at(%(at)s)", at=END):
        month, of = month_of(clock["started_at"]), clock["regulation"]
        groups = [
            ("clause", None, clock["clause_id"]), ("department", clock["department"], None),
            ("product", clock["product_id"], clock["clause_id"]),
        ]  # fmt: skip
        if clock["assigned_to"]:
            groups.append(("person", clock["assigned_to"], clock["clause_id"]))
        for group in groups:
            found[month, of, *group][clock["standing"]] += 1
    return found


MONTHLY = """
SELECT month::date AS month, found.* FROM generate_series(timestamp '2008-01-01', '2026-12-01', interval '1 month')
AS month CROSS JOIN LATERAL {} AS found
"""


def monthly(bi: Db, call: str) -> list[Line]:
    """A function of a period, asked for every month there is."""
    asked = call.format("%(at)s, %(zone)s, month::date, (month + interval '1 month')::date")
    return lines(bi, MONTHLY.format(asked), at=END, zone=ZONE)


@pytest.mark.parametrize("log", LOGS)
def test_every_rate_of_the_promises_is_what_its_clocks_come_to(
    log: str, request: pytest.FixtureRequest
) -> None:
    bi = request.getfixturevalue(log)
    expected = kept(bi)
    rows = monthly(bi, "bi.sla_rates({})")
    named = {
        (row["month"], row["regulation"], row["grouped_by"], row["code"], row["clause_id"]): row
        for row in rows
    }
    assert set(named) == set(expected)
    for group, row in named.items():
        stood = expected[group]
        due = stood["met"] + stood["breached"] + stood["overdue"]
        assert (row["numerator"], row["denominator"]) == (stood["met"], due), group
        assert (row["pending"], row["overdue"]) == (stood["running"] + stood["paused"], stood["overdue"])
        assert (row["excluded"], row["not_configured"]) == (stood["excluded"], stood["not_configured"])
        low, high = proportion_confint(stood["met"], due, method="wilson") if due else (None, None)
        assert close(row["rate_low"], low)
        assert close(row["rate_high"], high)
        assert row["is_small"] == (due < SMALL)
    assert len(rows) > 20


def test_the_days_of_a_month_add_up_to_it(firm: Db) -> None:
    days = lines(firm, "SELECT date_trunc('month', day_date)::date AS month, * FROM bi.rpt_sla_by_day")
    months = lines(firm, "SELECT * FROM bi.rpt_sla_by_month")
    sums: Counter[tuple[Any, ...]] = Counter()
    for day in days:
        sums[day["month"], day["clause_id"], day["grouped_by"], day["code"], day["regulation"]] += day[
            "denominator"
        ]
    assert sums == {
        (one["month"], one["clause_id"], one["grouped_by"], one["code"], one["regulation"]): one[
            "denominator"
        ]
        for one in months
    }


def test_targets_by_department_product_and_person_add_up_to_the_target(firm: Db) -> None:
    parts: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for row in monthly(firm, "bi.target_rates({})"):
        parts[row["month"], row["target_id"]][row["grouped_by"]] += row["denominator"]
    whole = {
        (row["month"], row["target_id"]): row["denominator"]
        for row in lines(
            firm,
            "SELECT * FROM bi.targets_at(%(at)s, %(zone)s, '2008-01-01', '2026-12-01')",
            at=END,
            zone=ZONE,
        )
        if row["department"] is None
    }
    assert {key: sums["target"] for key, sums in parts.items()} == whole
    assert all(sums["target"] == sums["department"] == sums["product"] for sums in parts.values())


@pytest.mark.parametrize("log", LOGS)
def test_the_pareto_is_what_counting_the_complaints_comes_to(
    log: str, request: pytest.FixtureRequest
) -> None:
    bi = request.getfixturevalue(log)
    counted: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for one in lines(bi, "SELECT *, coalesce(batch, 'unknown') AS lot FROM bi.fct_complaints"):
        for dimension, column in (
            ("category",) * 2,
            ("cause",) * 2,
            ("product", "product_id"),
            ("batch", "lot"),
        ):
            counted[one["received_month"], dimension][one[column]] += 1
    told: dict[tuple[Any, ...], list[Line]] = defaultdict(list)
    for row in monthly(bi, "bi.complaint_pareto({})"):
        if row["dimension"] != "department":
            told[row["month"], row["dimension"]].append(row)
    assert set(told) == set(counted)
    for key, rows in told.items():
        ordered = sorted(counted[key].items(), key=lambda pair: (-pair[1], pair[0]))
        rows.sort(key=lambda row: int(row["place"]))
        assert [(row["code"], row["complaints"]) for row in rows] == ordered
        total, so_far = sum(counted[key].values()), 0
        for row in rows:
            low, high = proportion_confint(row["complaints"], total, method="wilson")
            assert row["is_vital"] == (so_far < 0.8 * total)
            so_far += row["complaints"]
            assert close(row["cumulated"], so_far / total)
            assert close(row["share"], row["complaints"] / total)
            assert close(row["share_low"], low)
            assert close(row["share_high"], high)
    assert told


def expected_repeats(told: list[list[Recorded]], target: str, at: datetime) -> Counter[tuple[date, str]]:
    word = {"missed": "repeated", "good": "lasted", "pending": "pending"}
    found: list[Thing] = [one for one in things(told, at) if one.target == target]
    return Counter((month_of(one.at), word[one.standing]) for one in found)


@pytest.mark.parametrize(("report", "target"), [("repairs", "repairs"), ("complaints", "complaints")])
@pytest.mark.parametrize("at", [wall("2026-03-17 12:00"), END], ids=["in the middle", "at the end"])
def test_what_came_again_is_what_the_facts_come_to(
    firm: Db, histories: list[list[Recorded]], report: str, target: str, at: datetime
) -> None:
    query = f"SELECT * FROM bi.{report}_followed(%(at)s, %(zone)s, '2025-01-01', '2027-01-01', NULL)"
    rows = lines(firm, query, at=at, zone=ZONE)
    told = Counter((month_of(row["happened_at"]), row["standing"]) for row in rows)
    assert told == expected_repeats(histories, target, at)
    assert all(row["days_after"] < row["window_days"] + 1 for row in rows if row["standing"] == "repeated")


@given(days=st.integers(0, 200), at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)))  # noqa: DTZ001 - made aware below
@settings(max_examples=25, deadline=None)
def test_any_window_of_repeat_repairs_is_what_comparing_all_pairs_comes_to(
    firm: Db, days: int, at: datetime
) -> None:
    at = at.replace(tzinfo=ZoneInfo(ZONE))
    all_repairs = lines(
        firm, "SELECT same, occurred_at FROM bi.fct_repairs WHERE occurred_at <= %(at)s", at=at
    )
    slow: Counter[str] = Counter()
    for one in all_repairs:
        until = one["occurred_at"] + timedelta(days=days)
        is_again = any(
            other["same"] == one["same"] and one["occurred_at"] < other["occurred_at"] <= until
            for other in all_repairs
        )
        slow["repeated" if is_again else "lasted" if until <= at else "pending"] += 1
    query = "SELECT standing, count(*) FROM bi.repairs_followed(%(at)s, %(zone)s, '2025-01-01', '2027-01-01', %(days)s)"
    rows = lines(firm, query + " GROUP BY standing", at=at, zone=ZONE, days=days)
    assert {row["standing"]: row["count"] for row in rows} == {
        name: count for name, count in slow.items() if count
    }


def test_a_repeat_rate_names_its_window_and_what_is_not_decided(firm: Db) -> None:
    rows = [row for row in lines(firm, "SELECT * FROM bi.rpt_repeat_repairs") if row["grouped_by"] == "all"]
    assert {row["window_days"] for row in rows} == {40}
    assert {row["clause"] for row in rows} == {"M repairs"}
    for row in rows:
        assert row["counted"] == row["denominator"] + row["pending"] + row["not_configured"]
        low, _ = (
            proportion_confint(row["numerator"], row["denominator"], method="wilson")
            if row["denominator"]
            else (None, 0)
        )
        assert close(row["rate_low"], low)
    again = lines(firm, "SELECT * FROM bi.rpt_repaired_again")
    assert len(again) == sum(row["numerator"] for row in rows)
    assert all(row["again_case_no"] and row["days_after"] <= 40 for row in again)


def test_a_month_ends_where_the_zone_says(firm: Db) -> None:
    call = (
        "SELECT coalesce(sum(denominator + pending), 0) AS clocks"
        " FROM bi.sla_rates(%(at)s, %(zone)s, %(since)s, %(until)s)"
    )
    for zone in (ZONE, "UTC", "America/New_York"):
        since, until = date(2026, 3, 1), date(2026, 4, 1)
        (row,) = lines(
            firm, call + " WHERE grouped_by = 'clause'", at=END, zone=zone, since=since, until=until
        )
        begins, ends = (
            datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) for day in (since, until)
        )
        clocks = lines(
            firm,
            "SELECT FROM bi.sla_clocks_at(%(at)s) WHERE started_at >= %(b)s AND started_at < %(e)s"
            " AND standing NOT IN ('cancelled', 'excluded', 'not_configured')",
            at=END, b=begins, e=ends,
        )  # fmt: skip
        assert row["clocks"] == len(clocks)


@pytest.mark.parametrize(
    ("report", "table", "moment"),
    [
        ("rpt_sla_by_month", "fct_sla_clocks", "started_at"),
        ("rpt_target_rates", "fct_counted", "happened_at"),
        ("rpt_complaint_pareto", "fct_complaints", "received_at"),
        ("rpt_repeat_repairs", "fct_repairs", "occurred_at"),
        ("rpt_repeat_complaints", "fct_complaints", "received_at"),
    ],
)
def test_a_month_that_still_runs_says_that_it_is_not_over(
    firm: Db, report: str, table: str, moment: str
) -> None:
    with firm.transaction(force_rollback=True):
        firm.execute(f"UPDATE bi.{table} SET {moment} = now() WHERE case_id::text < '8'".encode())
        told = lines(
            firm,
            f"SELECT DISTINCT is_over, month < date_trunc('month', now() AT TIME ZONE '{ZONE}') AS is_past"
            f" FROM bi.{report} ORDER BY is_over",
        )
    # Rows that never were would change how those of other tests are read.
    firm.execute(f"VACUUM (FULL, ANALYZE) bi.{table}".encode())
    assert told == [{"is_over": False, "is_past": False}, {"is_over": True, "is_past": True}]


@pytest.mark.parametrize(
    ("report", "table", "column"),
    [
        (Report.SLA_RATES, "fct_sla_clocks", "started_at"),
        (Report.TARGET_RATES, "fct_counted", "happened_at"),
        (Report.COMPLAINT_PARETO, "fct_complaints", "received_at"),
        (Report.REPEAT_REPAIRS, "fct_repairs", "occurred_at"),
        (Report.REPEAT_COMPLAINTS, "fct_complaints", "received_at"),
    ],
)
def test_a_report_of_a_month_reads_no_rows_of_other_months(
    firm: Db, database: Database, report: Report, table: str, column: str
) -> None:
    month = date(2026, 3, 1)
    (row,) = lines(
        firm,
        f"SELECT count(*) AS rows FROM bi.{table} WHERE {column} >= '2026-03-01 00:00+08'"
        f" AND {column} < '2026-04-01 00:00+08'",
    )

    def ask(bi: Db) -> object:
        return statistics(bi, report, at=END, first=month, last=month, zone=ZONE)

    read = [scan.rows for scan in scans(database, ask, only_by_index=True) if scan.table == table]
    assert row["rows"] in read, "the month is read by its index"
    assert sum(read) <= 3 * row["rows"], "beside it only what came again is looked up"
