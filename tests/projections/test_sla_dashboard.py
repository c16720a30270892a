"""The SLA dashboard against a small log counted by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cases import codes, events
from cases.promises.clocks import clocks, standing
from cases.store.database import Database
from projections.following.engine import Engine
from projections.questions.sla import ClockFigures, Grain, Period, SlaDashboard, sla_dashboard
from projections.schema import Db
from tests.projections.lamps import (
    PINNED,
    Lamps,
    Step,
    case_id,
    classified,
    closed,
    connected,
    received,
    reference,
    replied,
    wall,
)

MARCH = Period(since=wall("2026-03-01 00:00"), until=wall("2026-04-01 00:00"))
AT = wall("2026-03-10 12:00")
CONSULTATION = classified("consultation", category="usage")


def tell_of_the_flood(lamps: Lamps) -> None:
    """A late answer that a supervisor excluded."""
    lamps.tell(
        "the flood of the warehouse",
        ("2026-03-03 09:00", received("AS-6")),
        ("2026-03-03 09:10", CONSULTATION),
        ("2026-03-06 09:00", replied(), {"is_backdated": True}),
        (
            "2026-03-07 09:00",
            events.Approved(
                subject=codes.Subject.EXCLUSION,
                item="consultation-reply",
                reason="the flood of the warehouse",
                requested_by="staff-wu",
            ),
            {"role": codes.Role.SUPERVISOR, "actor": "staff-zhao"},
        ),
    )


def excluded() -> events.Approved:
    return events.Approved(
        subject=codes.Subject.EXCLUSION,
        item="consultation-reply",
        reason="the flood of the warehouse",
        requested_by="staff-wu",
    )


def waiting() -> events.Paused:
    return events.Paused(reason=codes.PauseReason.WAITING_FOR_CUSTOMER)


STORIES: dict[str, list[Step]] = {
    "answered in six hours": [("2026-03-02 15:00", replied()), ("2026-03-03 10:00", closed())],
    "answered in two days": [("2026-03-04 09:00", replied())],
    "never answered": [],
    "came in this morning": [],
    "waits for the customer": [("2026-03-10 10:00", waiting())],
    "the flood of the warehouse": [
        ("2026-03-06 09:00", replied(), {"is_backdated": True}),
        ("2026-03-07 09:00", excluded(), {"role": codes.Role.SUPERVISOR, "actor": "staff-zhao"}),
    ],
}
CAME_BACK: list[Step] = [
    ("2026-04-06 09:10", classified("complaint", category="product")),
    ("2026-04-06 15:00", replied()),
    ("2026-04-08 10:00", closed()),
    ("2026-04-14 11:00", events.Reopened(reason="it hums again")),
    ("2026-04-15 09:00", events.Paused(reason=codes.PauseReason.WAITING_FOR_PARTS)),
]
CAME_IN = (
    "2026-03-02 09",
    "2026-03-02 09",
    "2026-03-05 09",
    "2026-03-10 09",
    "2026-03-10 08",
    "2026-03-03 09",
)


@pytest.fixture(scope="module")
def bi(lamps: Lamps, database: Database) -> Iterator[Db]:
    """Six consultations, due 24 hours after they came in."""
    for number, (hour, (name, steps)) in enumerate(zip(CAME_IN, STORIES.items(), strict=True), 1):
        lamps.tell(name, (f"{hour}:00", received(f"AS-{number}")), (f"{hour}:10", CONSULTATION), *steps)
    for number, name in enumerate(("came back in the week after", "came back as well"), 7):
        lamps.tell(name, ("2026-04-06 09:00", received(f"AS-{number}")), *CAME_BACK)
    Engine(database).catch_up()
    with connected(database) as connection:
        yield connection


@pytest.fixture(scope="module")
def board(bi: Db) -> SlaDashboard:
    return sla_dashboard(bi, at=AT, period=MARCH)


@pytest.fixture(scope="module")
def replies(board: SlaDashboard) -> ClockFigures:
    """The figures of the promise to reply within 24 hours."""
    return next(clock for clock in board.clocks if clock.promise == "consultation-reply")


def test_every_clock_of_the_period_is_counted_once(replies: ClockFigures) -> None:
    counts = replies.figures.counts
    assert (counts.started, counts.met, counts.breached, counts.overdue) == (6, 1, 1, 1)
    assert (counts.running, counts.paused, counts.excluded, counts.not_configured) == (1, 1, 1, 0)
    assert (counts.cases, counts.cases_never_closed) == (6, 5)


def test_a_clock_past_due_is_a_miss_although_it_is_still_open(replies: ClockFigures) -> None:
    rate = replies.figures.adjusted
    assert (rate.numerator, rate.denominator) == (1, 3)
    assert rate.rate == pytest.approx(1 / 3)


def test_the_raw_rate_counts_what_was_excluded(replies: ClockFigures) -> None:
    assert (replies.figures.raw.numerator, replies.figures.raw.denominator) == (1, 4)


def test_times_are_those_of_ended_clocks(replies: ClockFigures) -> None:
    assert replies.times.raw_p50 == (6 + 48) / 2 * 3600
    assert replies.times.raw_p90 == pytest.approx((6 + 0.9 * 42) * 3600)


def test_a_promise_is_shown_with_its_clause_and_both_labels(replies: ClockFigures) -> None:
    assert (replies.clause, replies.label_zh) == ("S0 三/2", "咨询 24 小时内回复")
    assert replies.department_zh
    assert replies.regulation == "lamp-factory@2026.3"


def test_the_worst_open_clocks_come_first(board: SlaDashboard) -> None:
    worst = [clock for clock in board.worst if clock.label_zh == "咨询 24 小时内回复"]
    assert [clock.case_no for clock in worst] == ["AS-3"]
    assert worst[0].overdue_seconds == (4 * 24 + 3) * 3600


def test_marked_facts_stand_beside_the_rates(board: SlaDashboard) -> None:
    marks = {(fact.mark, fact.case_no, fact.version) for fact in board.marked}
    assert ("backdated", "AS-6", 3) in marks
    assert ("excluded", "AS-6", 4) in marks
    assert board.marks["corrected"] == board.marks["overridden"] == 0


def test_the_board_names_what_it_stands_on(board: SlaDashboard, bi: Db) -> None:
    assert board.standing.regulations == ("lamp-factory@2026.3",)
    assert board.standing.position == bi.execute("SELECT max(position) FROM bi.fct_case_events").fetchone()[0]  # type: ignore[index]  # one row
    assert board.standing.code_version


def test_a_past_instant_is_answered_as_it_stood_then(bi: Db) -> None:
    earlier = sla_dashboard(bi, at=wall("2026-03-02 12:00"), period=MARCH)
    counts = next(clock for clock in earlier.clocks if clock.promise == "consultation-reply").figures.counts
    assert (counts.started, counts.running, counts.met) == (2, 2, 0)


def test_another_department_has_none_of_these_clocks(bi: Db) -> None:
    other = sla_dashboard(bi, at=AT, period=MARCH.model_copy(update={"department": "logistics"}))
    assert other.total.counts.started == 0
    assert other.total.adjusted.rate is None


def test_the_trend_adds_up_to_the_total(bi: Db) -> None:
    board = sla_dashboard(bi, at=AT, period=MARCH, grain="day")
    assert [period.begins_on for period in board.trend] == [
        "2026-03-02",
        "2026-03-03",
        "2026-03-05",
        "2026-03-10",
    ]
    assert sum(period.figures.counts.started for period in board.trend) == board.total.counts.started


APART = """
SELECT (date_trunc(%(grain)s, started_at AT TIME ZONE 'Asia/Shanghai'))::date::text, count(DISTINCT case_id)
FROM bi.fct_sla_clocks
WHERE started_at >= %(since)s AND started_at < %(until)s
AND (%(department)s::text IS NULL OR department = %(department)s)
GROUP BY GROUPING SETS ((), (1))
"""


OF_CLAUSES = """
SELECT clause_id, count(DISTINCT case_id), count(*)
FROM bi.fct_sla_clocks WHERE started_at >= %(since)s AND started_at < %(until)s GROUP BY clause_id
"""


@pytest.mark.parametrize("department", [None, "customer_service", "warehouse"])
@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("since", ["2026-04-01 00:00", "2026-04-07 12:00"])
def test_a_case_counts_once_in_a_stretch_and_once_in_the_period(
    bi: Db, department: str | None, grain: Grain, since: str
) -> None:
    april = Period(since=wall(since), until=wall("2026-05-01 00:00"), department=department)
    board = sla_dashboard(bi, at=wall("2026-05-10 12:00"), period=april, grain=grain)
    told = bi.execute(APART, {**april.model_dump(), "grain": grain}).fetchall()
    assert {(one.begins_on, one.figures.counts.cases) for one in board.trend} == {
        (begins_on, cases) for begins_on, cases in told if begins_on
    }
    assert [board.total.counts.cases] == [cases for begins_on, cases in told if begins_on is None]


def test_a_case_with_two_cycles_of_a_clause_counts_once_under_it(bi: Db) -> None:
    for since in ("2026-04-01 00:00", "2026-04-07 12:00"):
        april = Period(since=wall(since), until=wall("2026-05-01 00:00"))
        board = sla_dashboard(bi, at=wall("2026-05-10 12:00"), period=april)
        told = bi.execute(OF_CLAUSES, april.model_dump()).fetchall()
        assert any(clocks > cases for _, cases, clocks in told) == (since == "2026-04-01 00:00")
        assert {
            (one.clause_id, one.figures.counts.cases, one.figures.counts.started) for one in board.clocks
        } == {*told}


def test_more_clocks_than_cases_start_in_a_week(bi: Db) -> None:
    april = Period(since=wall("2026-04-01 00:00"), until=wall("2026-05-01 00:00"))
    board = sla_dashboard(bi, at=wall("2026-05-10 12:00"), period=april, grain="week")
    assert [one.figures.counts.cases for one in board.trend] == [2, 2]
    assert (board.total.counts.cases, board.total.counts.cases_never_closed) == (2, 2)
    assert board.total.counts.started > 4


def test_how_a_clock_stands_is_the_same_in_sql_and_in_the_rules(bi: Db, lamps: Lamps) -> None:
    rules = reference().rules_for(PINNED)
    names = [
        "answered in six hours",
        "never answered",
        "waits for the customer",
        "the flood of the warehouse",
    ]
    for at in (wall("2026-03-05 12:00"), AT, wall("2026-03-20 12:00")):
        stood = dict(bi.execute("SELECT clock_id, standing FROM bi.sla_clocks_at(%s)", (at,)).fetchall())
        for clock in (clock for name in names for clock in clocks(lamps.ledger.load(case_id(name)), rules)):
            assert stood.get(clock.clock_id, standing(clock, at)) == standing(clock, at)


def test_what_has_no_due_moment_runs_until_it_is_stopped(bi: Db) -> None:
    asked = (
        "SELECT standing, standing_unadjusted, overdue_seconds FROM bi.sla_clocks_at(%s) WHERE clock_id = %s"
    )
    (clock,) = bi.execute(
        "SELECT clock_id FROM bi.fct_sla_clocks WHERE promise = 'consultation-reply' AND verdict = 'met'"
    ).fetchall()
    with bi.transaction(force_rollback=True):
        bi.execute("UPDATE bi.fct_sla_clocks SET due_at = NULL WHERE clock_id = %s", clock)
        before = bi.execute(asked, (wall("2026-03-02 12:00"), *clock)).fetchone()
        after = bi.execute(asked, (AT, *clock)).fetchone()
    assert (before, after) == (("running", "running", None), ("met", "met", None))
