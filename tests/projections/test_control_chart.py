"""The control chart is the one that numpy and scipy draw, and a signal is no accident of small numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from scipy import stats

from cases import codes, events
from cases.recorded import Recorded
from cases.store.database import Database
from projections.following.engine import Engine
from projections.questions.complaints import months_between, months_on
from projections.schema import Db
from projections.statistics.control import BASELINE, FEW, LEAST, RUN
from tests.fix_statistics import IS_FULL
from tests.projections.lamps import SHANGHAI, Lamps, connected, recorded, wall
from tests.projections.test_statistics import ZONE, Line, lines

FIRST, LAST = date(2024, 1, 1), date(2026, 6, 1)
END = wall("2026-12-31 12:00")
MODELS = {"steady": 4, "jumping": 5, "growing": 2}
CHART = "SELECT * FROM bi.control_chart(%(at)s, %(zone)s, %(month)s)"
Counts = dict[tuple[str, str], dict[date, int]]


class Firm:
    """Months of complaints and questions: one model steady, one by leaps, one that breaks out in the last month."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._number = 0

    def histories(self) -> Iterator[list[Recorded]]:
        for place in range(months_between(FIRST, LAST)):
            month = months_on(FIRST, place)
            if place == 7:
                continue
            for _ in range(5 + self._chance.randrange(4)):
                yield self._case(month, "steady", "consultation", "unknown")
            for model, usual in MODELS.items():
                count = self._chance.randrange(usual + 1)
                count = {"jumping": (place % 2) * 9, "growing": 14 if month == LAST else count}.get(
                    model, count
                )
                for _ in range(count):
                    yield self._case(month, model, "complaint", self._chance.choice(["driver", "wiring"]))

    def _case(self, month: date, model: str, kind: str, cause: str) -> list[Recorded]:
        self._number += 1
        minutes = self._chance.randrange(27 * 1_440)
        at = datetime(month.year, month.month, 1, tzinfo=SHANGHAI) + timedelta(minutes=minutes)
        stream = UUID(int=self._chance.getrandbits(128), version=4)
        facts = [
            events.Received(
                case_no=f"C-{self._number}", channel=codes.Channel.PHONE, product_model=model,
                batch="new" if model == "growing" and month == LAST else "old",
            ),
            events.Classified.model_validate({"kind": kind}),
        ]  # fmt: skip
        if cause != "unknown":
            facts.append(
                events.Inspected.model_validate({"stage": "arrival", "cause": cause, "disposition": "repair"})
            )
        return [recorded(stream, place, at, fact) for place, fact in enumerate(facts, 1)]


@pytest.fixture(scope="module")
def bi(lamps: Lamps, database: Database) -> Iterator[Db]:
    lamps.ledger.append([one for history in Firm(5).histories() for one in history])
    Engine(database).catch_up()
    with connected(database) as connection:
        connection.execute("SET TIME ZONE 'Asia/Shanghai'")
        yield connection


def counted(bi: Db) -> tuple[dict[date, int], Counts]:
    """Cases by month, and complaints by group and month."""
    cases: dict[date, int] = defaultdict(int)
    for case in lines(bi, "SELECT opened_month FROM bi.fct_cases"):
        cases[case["opened_month"]] += 1
    found: Counts = defaultdict(lambda: defaultdict(int))
    for one in lines(bi, "SELECT * FROM bi.fct_complaints"):
        told = {"all": "all", "product": one["product_id"], "batch": one["batch"], "cause": one["cause"]}
        for group in told.items():
            if group[1] not in {None, "unknown"}:
                found[group][one["received_month"]] += 1
    return cases, found


def drawn(cases: dict[date, int], found: dict[date, int], month: date) -> dict[str, Any]:
    """The chart of one group at a month, as a textbook draws it."""
    before = [one for place in range(BASELINE, 0, -1) if cases.get(one := months_on(month, -place))]
    n, c = (
        np.array([cases[one] for one in before], float),
        np.array([found.get(one, 0) for one in before], float),
    )
    told: dict[str, Any] = {
        "complaints": found.get(month, 0),
        "exposure": cases[month],
        "baseline_months": len(before),
    }
    if not before:
        return told | {"rule": "too_few_months"}
    told["centre"] = centre = c.sum() / n.sum()
    width = 1.0
    if centre > 0:
        z = (c - centre * n) / np.sqrt(centre * n)
        told["dispersion"] = float((z**2).sum())
        if len(before) > 1:
            told["sigma_z"] = float(np.abs(np.diff(z)).mean() / (2 / np.sqrt(np.pi)))
            told["chance"] = float(stats.chi2.sf(told["dispersion"], len(before) - 1))
            width = max(1.0, told["sigma_z"]) if told["chance"] < 0.05 else 1.0
    if len(before) < LEAST:
        return told | {"rule": "too_few_months"}
    half = 3 * width * np.sqrt(centre / cases[month])
    told |= {"upper": centre + half, "lower": max(0.0, centre - half)}
    return told | {"rule": rule(cases, found, month, centre, half, width)}


def rule(
    cases: dict[date, int], found: dict[date, int], month: date, centre: float, half: float, width: float
) -> str:
    count, n = found.get(month, 0), cases[month]
    last = [months_on(month, -place) for place in range(RUN)]
    if count > (centre + half) * n + 2.25 * width**2:
        return "above"
    if count < (centre - half) * n:
        return "below"
    return (
        "run_above"
        if all(cases.get(one) and found.get(one, 0) > centre * cases[one] for one in last)
        else "none"
    )


def held_against(rows: list[Line], cases: dict[date, int], found: Counts, month: date) -> int:
    for row in rows:
        for name, expected in drawn(cases, found[row["dimension"], row["code"]], month).items():
            told = row[name]
            is_same = (
                told == expected
                if isinstance(expected, str | int)
                else told == pytest.approx(expected, rel=1e-9, abs=1e-9)
            )
            assert is_same, (month, row["dimension"], row["code"], name, told, expected)
        assert (row["lower"] is None) == (row["upper"] is None) == (row["rule"] == "too_few_months")
        assert row["is_small"] is (None if row["centre"] is None else row["expected"] < FEW)
    return len(rows)


def test_every_month_of_every_group_is_charted_as_a_textbook_does(bi: Db) -> None:
    cases, found = counted(bi)
    charted, rules = 0, set()
    for place in range(months_between(FIRST, LAST)):
        month = months_on(FIRST, place)
        rows = lines(bi, CHART, at=END, zone=ZONE, month=month)
        charted += held_against(rows, cases, found, month)
        rules |= {row["rule"] for row in rows}
        assert bool(rows) == (month in cases), "a month without a case has no chart"
    assert charted > 150
    assert {"above", "none", "too_few_months"} <= rules


def test_a_new_batch_that_breaks_out_is_a_signal(bi: Db) -> None:
    rows = {row["code"]: row for row in lines(bi, CHART, at=END, zone=ZONE, month=LAST)}
    assert (rows["new"]["rule"], rows["new"]["baseline_complaints"], rows["new"]["is_small"]) == (
        "above",
        0,
        True,
    )
    assert rows["lamp/growing"]["rule"] == "above"
    assert rows["lamp/steady"]["rule"] == "none"


def test_who_leaps_every_month_gets_wider_limits_and_no_signal(bi: Db) -> None:
    rows = {row["code"]: row for row in lines(bi, CHART, at=END, zone=ZONE, month=LAST)}
    leaping = rows["lamp/jumping"]
    assert leaping["is_overdispersed"]
    assert leaping["width"] == leaping["sigma_z"] > 2
    assert leaping["rule"] == "none"
    steady = rows["lamp/steady"]
    assert (steady["is_overdispersed"], steady["width"]) == (False, 1)


def test_a_month_is_judged_by_the_months_before_it_alone(bi: Db) -> None:
    month = months_on(LAST, -4)
    assert lines(bi, CHART, at=END, zone=ZONE, month=month) == lines(
        bi, CHART, at=datetime(LAST.year, LAST.month, 1, tzinfo=SHANGHAI), zone=ZONE, month=month
    )


ALL_BUT_THREE = """
DELETE FROM bi.fct_complaints WHERE case_id NOT IN (
    SELECT case_id FROM bi.fct_complaints WHERE received_month = '2026-01-01' LIMIT 3
)
"""


def test_a_month_without_a_complaint_stands_in_the_chart_of_all_however_few_there_are(bi: Db) -> None:
    with bi.transaction(force_rollback=True):
        bi.execute(ALL_BUT_THREE)
        rows = lines(bi, CHART, at=END, zone=ZONE, month=LAST)
    assert [(row["dimension"], row["complaints"]) for row in rows if row["dimension"] == "all"] == [
        ("all", 0)
    ]
    assert 0 < rows[0]["baseline_complaints"] < BASELINE


def test_chance_alone_gives_hardly_a_signal_however_few_are_expected() -> None:
    for expected in (0.05, 0.2, 0.5, 1, 2, 5, 12, 40, 150):
        least = int(np.floor(expected + 3 * np.sqrt(expected) + 2.25)) + 1
        assert stats.poisson.sf(least - 1, expected) < 0.00135 * 1.15, expected


def test_the_view_tells_every_month_of_the_chart(bi: Db) -> None:
    rows = lines(bi, "SELECT * FROM bi.rpt_control_chart WHERE month = '2026-06-01'")
    asked = lines(bi, CHART, at=END, zone=ZONE, month=LAST)
    assert {(row["dimension"], row["code"], row["rule"]) for row in rows} == {
        (row["dimension"], row["code"], row["rule"]) for row in asked
    }


@pytest.mark.faults
@pytest.mark.skipif(not IS_FULL, reason="the whole imported log is charted in a full run")
def test_the_charts_of_the_imported_log_are_those_of_a_textbook_too(imported: Db) -> None:
    cases, found = counted(imported)
    first, last = min(cases), max(cases)
    charted = sum(
        held_against(lines(imported, CHART, at=END, zone=ZONE, month=month), cases, found, month)
        for month in (months_on(first, place) for place in range(months_between(first, last)))
    )
    assert charted > 50
