"""Every figure that a month is held against equals what the facts themselves come to, and names what it rests on."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid5

import pytest

from cases.recorded import Recorded
from cases.store.database import Database
from projections.following.engine import Engine
from projections.questions.targets import TargetFigures, TargetStandings, target_standings
from projections.schema import Db
from projections.views.target_views import SMALL
from tests.projections.lamps import HOUSE, OPENING, Lamps, connected, recorded, wall
from tests.projections.measured import MeasuredFirm, Thing, documents, month_of, things
from tests.rows_read import scans

pytestmark = pytest.mark.faults
CASES = 400 if os.environ.get("CASELEDGER_FAULTS") == "full" else 90
MIDDLE, END = wall("2026-03-17 12:00"), wall("2026-12-31 12:00")
Sums = dict[tuple[date, str], list[Thing]]


@pytest.fixture(scope="module")
def histories(lamps: Lamps, database: Database) -> list[list[Recorded]]:
    """A firm's cases, stored and taken in by the tables."""
    for number, document in enumerate(documents()):
        lamps.ledger.append([recorded(uuid5(HOUSE, f"measured-{number}"), 1, OPENING, document)])
    told = list(MeasuredFirm(11).histories(CASES))
    lamps.ledger.append([one for history in told for one in history])
    Engine(database).catch_up()
    return told


@pytest.fixture(scope="module")
def bi(histories: list[list[Recorded]], database: Database) -> Iterator[Db]:
    """The tables over them."""
    with connected(database) as connection:
        yield connection


def sums(histories: list[list[Recorded]], at: datetime) -> Sums:
    """Month and target → what it counts."""
    found: Sums = defaultdict(list)
    for thing in things(histories, at):
        found[month_of(thing.at), thing.target].append(thing)
    return found


def months(histories: list[list[Recorded]]) -> list[date]:
    return sorted({month_of(one.occurred_at) for told in histories for one in told})


def figures(bi: Db, month: date, at: datetime = END) -> dict[str, TargetFigures]:
    return {one.target: one for one in target_standings(bi, at=at, month=month).targets}


@pytest.mark.parametrize("at", [MIDDLE, END], ids=["in the middle", "at the end"])
def test_every_figure_is_what_the_facts_come_to(
    bi: Db, histories: list[list[Recorded]], at: datetime
) -> None:
    expected, compared = sums(histories, at), 0
    for month in months(histories):
        found = figures(bi, month, at)
        assert set(found) == {target for known, target in expected if known == month}
        for name, one in found.items():
            counted = expected[month, name]
            stood = [thing.standing for thing in counted]
            assert one.numerator == stood.count("good"), (month, name)
            assert one.denominator == stood.count("good") + stood.count("missed"), (month, name)
            assert (one.pending, one.excluded) == (stood.count("pending"), stood.count("excluded"))
            assert one.cases == len({thing.case_id for thing in counted})
            compared += 1
    assert compared > 20


def test_a_rate_is_exact_and_small_numbers_are_marked(bi: Db, histories: list[list[Recorded]]) -> None:
    for month in months(histories):
        for one in figures(bi, month).values():
            share = Decimal(one.numerator) / one.denominator if one.denominator else None
            assert one.rate == (None if share is None else round(share, 4))
            assert one.is_small == (one.denominator < SMALL)
            reached = None if share is None or one.threshold is None else share >= one.threshold
            assert one.is_reached == reached


def test_the_threshold_comes_from_the_clause_the_firm_or_nowhere(bi: Db) -> None:
    found = figures(bi, date(2026, 3, 1))
    assert (found["responses"].threshold, found["responses"].threshold_from) == (Decimal(1), "clause")
    assert (found["answers"].threshold, found["answers"].threshold_from) == (Decimal("0.6"), "setting")
    assert (found["refunds"].threshold, found["refunds"].threshold_from) == (None, "not_configured")
    assert found["refunds"].is_reached is None
    assert found["responses"].clause == "M responses"


def test_of_a_target_of_all_every_case_that_misses_it_is_listed_once(
    bi: Db, histories: list[list[Recorded]]
) -> None:
    expected = sums(histories, END)
    for month in months(histories):
        one = figures(bi, month).get("responses")
        if one is None:
            continue
        missed = [thing.case_id for thing in expected[month, "responses"] if thing.standing == "missed"]
        assert {miss.case_id: miss.times for miss in one.misses} == Counter(missed)
        assert (one.missed, one.missed_cases) == (len(missed), len(one.misses))
        assert all(miss.case_no and miss.last_position <= one.last_position for miss in one.misses)


def test_departments_add_up_to_the_whole(bi: Db) -> None:
    march = date(2026, 3, 1)
    whole = figures(bi, march)
    apart = target_standings(bi, at=END, month=march, by_department=True).targets
    for name, one in whole.items():
        parts = [each for each in apart if each.target == name]
        assert sum(each.numerator for each in parts) == one.numerator
        assert sum(each.denominator for each in parts) == one.denominator
        if one.threshold == 1:
            assert sum(miss.times for each in parts for miss in each.misses) == one.missed
    assert {one.department for one in apart if one.target == "refunds"} == {"finance"}


def test_months_in_a_row_are_counted_and_one_that_fails_begins_anew(
    bi: Db, histories: list[list[Recorded]]
) -> None:
    expected, run, runs = sums(histories, END), 0, set()
    for month in months(histories):
        stood = [thing.standing for thing in expected[month, "streak"]]
        run = run + 1 if stood and stood.count("good") * 4 >= len(stood) * 3 else 0
        runs.add(run)
        one = figures(bi, month).get("streak")
        if one is not None:
            assert (one.months_in_row, one.months_needed) == (run, 2)
            assert one.is_run_reached == (run >= 2)
    assert runs >= {0, 1, 2}


OF_THE_MONTH = """
SELECT (SELECT count(*) FROM bi.fct_counted WHERE happened_at >= %(b)s AND happened_at < %(e)s),
    (SELECT count(*) FROM bi.fct_sla_clocks WHERE started_at >= %(b)s AND started_at < %(e)s)
"""


def test_months_before_are_read_only_behind_one_that_was_reached(bi: Db, database: Database) -> None:
    ask = {"b": wall("2026-03-01 00:00"), "e": wall("2026-04-01 00:00")}
    (there,) = bi.execute(OF_THE_MONTH, ask).fetchall()
    most = dict(zip(("fct_counted", "fct_sla_clocks"), there, strict=True))
    running = scans(
        database, lambda db: target_standings(db, at=MIDDLE, month=MIDDLE.date()), only_by_index=True
    )
    for table, rows in most.items():
        read = [scan.rows for scan in running if scan.table == table]
        assert rows
        assert read
        assert max(read) <= rows


def test_a_month_that_still_runs_adds_nothing_to_a_run(bi: Db) -> None:
    found: TargetStandings = target_standings(bi, at=MIDDLE, month=MIDDLE.date())
    assert not found.is_over
    assert {one.months_in_row for one in found.targets if one.months_needed} == {0}
    assert {one.months_in_row for one in found.targets if one.months_needed is None} == {None}
    assert found.month == date(2026, 3, 1)


def test_cases_still_open_stand_beside_the_rate_of_closed_ones(bi: Db) -> None:
    march = figures(bi, date(2026, 3, 1))["solved"]
    (open_cases,) = bi.execute(
        "SELECT count(*) FROM bi.fct_cases WHERE closed_at IS NULL"
        " AND date_trunc('month', opened_at AT TIME ZONE 'Asia/Shanghai') = '2026-03-01'"
    ).fetchone() or (None,)
    assert open_cases
    assert march.open_cases == open_cases


def test_another_regulation_has_no_line(bi: Db) -> None:
    march = date(2026, 3, 1)
    for name in ("measured", "measured@1"):
        assert len(target_standings(bi, at=END, month=march, regulation=name).targets) > 5
    assert target_standings(bi, at=END, month=march, regulation="measured@2").targets == ()
    (asked,) = [
        one
        for one in target_standings(bi, at=END, month=march, regulation="measured").targets
        if one.target == "responses"
    ]
    assert asked == figures(bi, march)["responses"], "with the same misses"


def test_analysts_see_the_same_by_month_as_the_question_tells(bi: Db, database: Database) -> None:
    bi.execute("SET TimeZone = 'Asia/Shanghai'")
    seen = bi.execute(
        "SELECT target, numerator, denominator, rate, is_reached FROM bi.rpt_targets"
        " WHERE month = '2026-02-01' AND department IS NULL"
    ).fetchall()
    now = bi.execute("SELECT now()").fetchone()
    assert now is not None
    told = figures(bi, date(2026, 2, 1), now[0])
    assert {row[0]: row[1:] for row in seen} == {
        name: (one.numerator, one.denominator, one.rate, one.is_reached) for name, one in told.items()
    }


COPIES = """
INSERT INTO bi.fct_counted
SELECT counted_id || number, case_id, target_id, version, timestamptz '2025-06-15 12:00+08', NULL, NULL, NULL,
    department, is_live, is_parked, last_position, updated_at
FROM (SELECT * FROM bi.fct_counted WHERE target_id LIKE '%%/solved/%%' LIMIT 1) AS one, generate_series(1, %s) AS number
"""
LINE = (
    "SELECT denominator, is_small, is_reached FROM bi.targets_at(%s, 'Asia/Shanghai', '2025-06-01', '2025-06-01')"
    " WHERE department IS NULL"
)


@pytest.mark.parametrize(("missed", "is_small"), [(29, True), (30, False)])
def test_thirty_to_divide_by_are_enough_not_to_be_marked(bi: Db, missed: int, *, is_small: bool) -> None:
    with bi.transaction(force_rollback=True):
        bi.execute(COPIES, (missed,))
        assert bi.execute(LINE, (END,)).fetchall() == [(missed, is_small, False)]
