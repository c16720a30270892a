"""Satisfaction, its runs and the star ranking equal what the facts, and the figures that are frozen, come to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from cases import codes, events, events_reference
from cases.fact import Fact
from cases.programmes.owed import duty_of
from cases.recorded import Recorded
from cases.regulation.packs import digest
from cases.store.database import Database
from projections.following.engine import Engine
from projections.published import read_reference
from projections.questions.answers import snapshot
from projections.questions.complaints import months_on
from projections.questions.digest import Scope, people, read
from projections.ranking import ranked, shares, weights
from projections.reading import LAST_POSITION
from projections.schema import Db
from tests.projections.lamps import HOUSE, OPENING, PINNED, SHANGHAI, Lamps, connected, recorded, wall
from tests.projections.measured import MeasuredFirm, documents, month_of
from tests.projections.test_statistics import ZONE, close, lines

END = wall("2026-12-31 12:00")
PEOPLE = ("staff-li", "staff-wang", "staff-zhao", "staff-An")
SCORES = {"answers": (4, 0.6, None), "streak": (3, 0.75, 2)}
"""Target → the lowest score that satisfies, the share to reach, the months in a row (tests/projections/measured.py)."""


def weighed() -> events_reference.SettingsPublished:
    """A firm's values for the ranking of its lamp factory, which the demo's leave open."""
    value = '{{ value = {}, unit = "percent", source = "configured, not from the regulation" }}'
    told = zip(("star-response", "star-resolution", "star-praise"), (30, 45, 25), strict=True)
    text = 'regulation = "lamp-factory"\nversion = "stars.1"\n[values]\n' + "".join(
        f"{name} = {value.format(weight)}\n" for name, weight in told
    )
    return events_reference.SettingsPublished(
        regulation="lamp-factory", version="stars.1", document=text, sha256=digest(text)
    )


class Staff:
    """Lamp cases from one seed that are somebody's, answered in time or late, and asked about."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)

    def histories(self, cases: int) -> Iterator[list[Recorded]]:
        for number in range(cases):
            stream = UUID(int=self._chance.getrandbits(128), version=4)
            moment = wall("2026-01-02 08:00") + timedelta(minutes=self._chance.randrange(80 * 1_440))
            told: list[Recorded] = []
            for fact in self._facts(number):
                told.append(recorded(stream, len(told) + 1, moment, fact))
                moment += timedelta(minutes=int(self._chance.expovariate(1 / 1_000)) + 1)
            yield told

    def _facts(self, number: int) -> Iterator[Fact]:
        chance = self._chance
        yield events.Received(case_no=f"P-{number}", channel=codes.Channel.PHONE, judged_under=PINNED)
        yield events.Classified.model_validate(
            {"kind": "consultation", "assigned_to": chance.choice((*PEOPLE, None))}
        )
        if chance.random() < 0.9:
            yield events.Responded(step=codes.Step.REPLY)
        if chance.random() < 0.2:
            yield events.Transferred.model_validate(
                {"department": "customer_service", "assigned_to": chance.choice(PEOPLE)}
            )
        for _ in range(chance.randrange(3)):
            score: Any = chance.choice([None, 2, 4, 5])
            yield events.Revisited(
                method=codes.RevisitMethod.PHONE, is_solved=chance.random() < 0.7, satisfaction=score
            )


@pytest.fixture(scope="module")
def histories(lamps: Lamps, database: Database) -> list[list[Recorded]]:
    """A firm under a regulation with marks to reach, and a lamp factory whose people are ranked."""
    for number, document in enumerate((*documents(), weighed())):
        lamps.ledger.append([recorded(uuid5(HOUSE, f"measured-{number}"), 1, OPENING, document)])
    told = list(MeasuredFirm(31).histories(70))
    staff = list(Staff(3).histories(90))
    lamps.ledger.append([one for history in (*told, *staff) for one in history])
    Engine(database).catch_up()
    return [*told, *staff]


@pytest.fixture(scope="module")
def bi(histories: list[list[Recorded]], database: Database) -> Iterator[Db]:
    with connected(database) as connection:
        connection.execute("SET TIME ZONE 'Asia/Shanghai'")
        yield connection


Answers = list[tuple[datetime, int | None, bool]]


def answers(histories: list[list[Recorded]], at: datetime) -> Answers:
    """When somebody was asked, the mark, and whether a target counts it."""
    return [
        (one.occurred_at, one.fact.satisfaction, told[0].fact.case_no.startswith("M-"))
        for told in histories
        for one in told
        if isinstance(one.fact, events.Revisited)
        and one.occurred_at <= at
        and isinstance(told[0].fact, events.Received)
    ]


def period_of(at: datetime, grain: str) -> date:
    month = month_of(at)
    return month if grain == "month" else month.replace(month=month.month - (month.month - 1) % 3)


def slowly(found: Answers, at: datetime, grain: str) -> dict[tuple[date, str], tuple[int, int, int, int]]:
    """Period and target → asked, answered, satisfied, in a row; a run goes back period by period."""
    asked: dict[date, list[int | None]] = defaultdict(list)
    for moment, mark, is_counted in found:
        if is_counted:
            asked[period_of(moment, grain)].append(mark)
    step, expected = (1 if grain == "month" else 3), {}
    for target, (lowest, share, _) in SCORES.items():

        def is_reached(period: date, lowest: int = lowest, share: float = share) -> bool:
            marks = [mark for mark in asked.get(period, []) if mark is not None]
            after = months_on(period, step)
            is_over = datetime(after.year, after.month, 1, tzinfo=SHANGHAI) <= at
            return is_over and bool(marks) and sum(mark >= lowest for mark in marks) >= share * len(marks)

        for period, marks in asked.items():
            run, back = 0, period
            while is_reached(back):
                run, back = run + 1, months_on(back, -step)
            told = [mark for mark in marks if mark is not None]
            expected[period, target] = len(marks), len(told), sum(mark >= lowest for mark in told), run
    return expected


@given(
    at=st.datetimes(datetime(2026, 1, 20), datetime(2026, 12, 1)),  # noqa: DTZ001 - made aware below
    grain=st.sampled_from(["month", "quarter"]),
)
@settings(max_examples=20, deadline=None)
def test_satisfaction_and_its_runs_are_what_going_back_period_by_period_comes_to(
    bi: Db, histories: list[list[Recorded]], at: datetime, grain: str
) -> None:
    at = at.replace(tzinfo=ZoneInfo(ZONE))
    call = "SELECT * FROM bi.satisfaction_runs(%(at)s, %(zone)s, %(grain)s, '2025-11-01', '2026-12-31')"
    rows = [row for row in lines(bi, call, at=at, zone=ZONE, grain=grain) if row["target_id"]]
    told = {
        (row["period"], row["target"]): (row["asked"], row["answered"], row["satisfied"], row["in_a_row"])
        for row in (dict(row, satisfied=row["numerator"]) for row in rows)
    }
    assert told == slowly(answers(histories, at), at, grain)


def test_an_answer_stands_beside_how_many_were_asked(bi: Db, histories: list[list[Recorded]]) -> None:
    rows = [row for row in lines(bi, "SELECT * FROM bi.rpt_satisfaction") if row["grain"] == "month"]
    everybody = {row["period"]: row for row in rows if row["target_id"] is None}
    found = answers(histories, END)
    asked = Counter(month_of(at) for at, _, _ in found)
    assert {period: row["asked"] for period, row in everybody.items()} == asked
    for period, row in everybody.items():
        marks = [mark for at, mark, _ in found if month_of(at) == period and mark is not None]
        assert row["marks"] == [marks.count(mark) for mark in range(1, 6)]
        low, high = proportion_confint(len(marks), row["asked"], method="wilson")
        assert close(row["response_low"], low)
        assert close(row["response_high"], high)
        unsaid = {row[name] for name in ("numerator", "rate", "rate_low", "rate_high", "is_reached")}
        assert unsaid == {None}, "no text names a pass mark for all"
    assert any(row["is_run_reached"] for row in rows)


def test_a_run_is_the_one_that_the_targets_tell(bi: Db) -> None:
    targets = lines(
        bi, "SELECT * FROM bi.targets_at(%(at)s, %(zone)s, '2026-01-01', '2026-12-01')", at=END, zone=ZONE
    )
    runs = {
        (one["month"], one["target_id"]): one["months_in_row"]
        for one in targets
        if one["measure"] == "satisfaction" and one["department"] is None and one["months_needed"]
    }
    rows = lines(
        bi, "SELECT * FROM bi.satisfaction_runs(%(at)s, %(zone)s, 'month', '2026-01-01', '2026-12-01')",
        at=END, zone=ZONE,
    )  # fmt: skip
    told = {(row["period"], row["target_id"]): row["in_a_row"] for row in rows if row["months_needed"]}
    assert {key: run for key, run in told.items() if key in runs} == runs
    assert runs


@pytest.mark.parametrize("month", [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)])
def test_the_ranking_is_the_one_that_a_holding_freezes(bi: Db, month: date) -> None:
    duty = duty_of(read_reference(bi, LAST_POSITION), "lamp-factory", "service-star")
    begins, ends = (datetime(day.year, day.month, 1, tzinfo=SHANGHAI) for day in (month, months_on(month, 1)))
    with snapshot(bi) as cursor:
        counted = people(read(cursor, Scope("lamp-factory", begins, ends)))
    call = "SELECT * FROM bi.star_ranking(%(at)s, %(zone)s, %(since)s, %(until)s) ORDER BY place"
    rows = lines(bi, call, at=END, zone=ZONE, since=month, until=months_on(month, 1))
    told = [
        {"person": row["person"], "score": row["score"]}
        for row in rows
        if row["regulation"] == "lamp-factory"
    ]
    assert told == ranked(counted, weights(duty))
    assert len(told) == len(PEOPLE)
    for row in rows:
        expected = shares(counted[row["person"]])
        assert close(row["response_rate"] or 0, float(expected["response"]))
        assert close(row["resolution_rate"] or 0, float(expected["resolution"]))
        assert close(row["praise_rate"] or 0, float(expected["praise"]))


def test_nobody_has_a_place_while_a_weight_is_not_set(bi: Db) -> None:
    with bi.transaction(force_rollback=True):
        bi.execute("UPDATE bi.dim_programmes SET weight_praise = NULL")
        rows = lines(bi, "SELECT * FROM bi.rpt_star_ranking")
    assert rows
    assert {(row["place"], row["score"]) for row in rows} == {(None, None)}


def test_a_miss_is_of_who_had_the_case_when_it_fell_due(bi: Db, histories: list[list[Recorded]]) -> None:
    clocks = lines(bi, "SELECT * FROM bi.fct_sla_clocks WHERE promise = 'consultation-reply'")
    told = {history[0].originator_id: history for history in histories}
    handed_on = 0
    for clock in clocks:
        given = [
            (one.occurred_at, one.fact.assigned_to)
            for one in told[clock["case_id"]]
            if isinstance(one.fact, events.Classified | events.Transferred)
        ]
        until = min(at for at in (clock["due_at"], clock["ended_at"]) if at)
        had = [person for at, person in given if at <= until]
        assert clock["assigned_to"] == (had[-1] if had else None)
        handed_on += len(had) < len(given)
    assert handed_on > 3
    call = (
        "SELECT * FROM bi.sla_rates(%(at)s, %(zone)s, '2026-01-01', '2027-01-01') WHERE grouped_by = 'person'"
    )
    rows = lines(bi, call, at=END, zone=ZONE)
    assert {row["code"] for row in rows} == set(PEOPLE)
    assert sum(row["missed"] for row in rows) > 0


TWO_BY_TWO = """
UPDATE bi.fct_sla_clocks
SET assigned_to = CASE WHEN cycle = 1 OR case_id::text < '8' THEN 'staff-li' ELSE 'staff-An' END
WHERE regulation = 'measured@1'
"""
"""Cases that are opened again change hands, some of them."""
LINES_OF_CLOCKS = """
SELECT grouped_by, code, regulation, item AS clause_id, count(DISTINCT case_id) AS cases,
    count(DISTINCT case_id) FILTER (WHERE case_closed_at IS NULL OR case_closed_at > %(at)s) AS open_cases,
    count(*) > count(DISTINCT case_id) AS is_told_twice
FROM bi.sla_clocks_at(%(at)s)
CROSS JOIN LATERAL (VALUES
    ('clause', NULL, clause_id), ('department', department, NULL), ('product', product_id, clause_id),
    ('person', assigned_to, clause_id)
) AS lines (grouped_by, code, item)
WHERE started_at >= %(since)s::timestamp AT TIME ZONE %(zone)s
AND started_at < %(until)s::timestamp AT TIME ZONE %(zone)s AND (grouped_by <> 'person' OR code IS NOT NULL)
GROUP BY 1, 2, 3, 4
"""


@pytest.mark.parametrize("at", [wall("2026-03-17 12:00"), END], ids=["in the middle", "at the end"])
def test_a_case_that_is_opened_again_is_one_case_of_its_item_department_product_and_person(
    bi: Db, at: datetime
) -> None:
    call = "SELECT * FROM bi.sla_rates(%(at)s, %(zone)s, %(since)s, %(until)s)"
    named, counts = ("grouped_by", "code", "regulation", "clause_id"), ("cases", "open_cases")
    twice: set[str] = set()
    with bi.transaction(force_rollback=True):
        bi.execute(TWO_BY_TWO)
        for months in (1, 2, 12):
            for since in (date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)):
                asked = {"at": at, "zone": ZONE, "since": since, "until": months_on(since, months)}
                expected = lines(bi, LINES_OF_CLOCKS, **asked)
                found = lines(bi, call, **asked)
                assert {tuple(row[name] for name in (*named, *counts)) for row in found} == {
                    tuple(row[name] for name in (*named, *counts)) for row in expected
                }
                assert len(found) == len(expected)
                twice |= {row["grouped_by"] for row in expected if row["is_told_twice"]}
    assert twice == {"clause", "department", "product", "person"}
