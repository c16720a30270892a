"""A signal is told once, by figures that the log gives again, and says so when a later fact changes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid5

import pytest

from cases import events
from cases.events_signal import SignalTold
from cases.period import Period
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.following.engine import Engine
from projections.questions.alerts import alerts
from projections.questions.complaints import months_on
from replay.signals import LOOKED_BACK, SignalRoom, signals_id
from tests.projections.lamps import HOUSE, SHANGHAI, connected, recorded
from tests.projections.test_control_chart import CHART, LAST, Firm
from tests.projections.test_statistics import ZONE, Line, lines

AFTER = datetime(LAST.year, LAST.month + 1, 9, 10, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def told(database: Database) -> tuple[SignalTold, ...]:
    """What a first look tells of a firm whose newest batch breaks out."""
    with Ledger(database) as ledger:
        ledger.append([one for history in Firm(5).histories() for one in history])
        Engine(database).catch_up()
        assert room(database, ledger).look() > 0
        return of_month(ledger)


def room(database: Database, ledger: Ledger, at: datetime = AFTER) -> SignalRoom:
    return SignalRoom(ledger, lambda: connected(database), SHANGHAI, lambda: at)


def of_month(ledger: Ledger) -> tuple[SignalTold, ...]:
    return tuple(
        one.fact for one in ledger.load(signals_id(Period(LAST))) if isinstance(one.fact, SignalTold)
    )


def signals(database: Database) -> list[Line]:
    with connected(database) as bi:
        bi.execute("SET TIME ZONE 'Asia/Shanghai'")
        return lines(bi, "SELECT * FROM bi.rpt_signals ORDER BY month, chart, code")


def test_a_signal_cites_the_figures_of_its_chart_and_what_they_stand_on(
    told: tuple[SignalTold, ...], database: Database
) -> None:
    (batch,) = [one for one in told if one.chart == "batch"]
    with connected(database) as bi:
        rows = lines(bi, CHART, at=batch.counted_at, zone=ZONE, month=LAST)
        (position,) = bi.execute("SELECT position FROM bi.meta_position").fetchone() or (0,)
    (row,) = [row for row in rows if row["code"] == batch.code]
    assert (batch.code, batch.rule, batch.period) == ("new", "above", "2026-06")
    assert (batch.complaints, batch.exposure) == (row["complaints"], row["exposure"])
    assert (batch.centre, batch.upper) == (f"{row['centre']:.6f}", f"{row['upper']:.6f}")
    assert batch.position == position
    assert batch.code_version
    assert {(one.chart.value, one.code) for one in told} == {
        (row["dimension"], row["code"]) for row in rows if row["rule"] == "above"
    }


def test_a_signal_stands_among_the_alerts(told: tuple[SignalTold, ...], database: Database) -> None:
    with Ledger(database) as ledger, connected(database) as bi:
        now = ledger.now()
        found = alerts(bi, at=now, since=now - timedelta(hours=1), zone=ZONE).items
        later = alerts(bi, at=now, since=now, zone=ZONE).items
    shown = {(one.name, one.what, one.times) for one in found if one.about == "signal"}
    assert shown == {(f"{one.chart.value}:{one.code}:2026-06", "above", one.complaints) for one in told}
    assert not [one for one in later if one.about == "signal"]


def test_each_is_told_once_however_often_and_by_however_many_it_is_looked_for(
    told: tuple[SignalTold, ...], database: Database
) -> None:
    with Ledger(database) as ledger:
        first, second = room(database, ledger), room(database, ledger)
        assert [first.look(), second.look(), first.look()] == [0, 0, 0]
        assert of_month(ledger) == told


def test_a_month_that_is_not_over_tells_nothing_and_an_old_one_is_left_alone(
    told: tuple[SignalTold, ...], database: Database
) -> None:
    with Ledger(database) as ledger:
        assert room(database, ledger).judge(months_on(LAST, 1), AFTER) == 0
        assert room(database, ledger, AFTER + timedelta(days=31 * LOOKED_BACK)).look() == 0


def test_a_later_fact_marks_it_as_revised_and_it_stands(
    told: tuple[SignalTold, ...], database: Database
) -> None:
    assert told
    assert not any(row["is_revised"] for row in signals(database) if row["chart"] == "batch")
    with Ledger(database) as ledger:
        at = datetime(LAST.year, LAST.month, 20, 9, tzinfo=SHANGHAI)
        late = [
            events.Received.model_validate({"case_no": "C-late", "channel": "phone", "batch": "new"}),
            events.Classified.model_validate({"kind": "complaint"}),
        ]
        stream = uuid5(HOUSE, "late")
        ledger.append([recorded(stream, place, at, fact) for place, fact in enumerate(late, 1)])
        Engine(database).catch_up()
        assert room(database, ledger).look() == 0
    (row,) = [row for row in signals(database) if row["chart"] == "batch"]
    assert (row["is_revised"], row["rule"], row["rule_now"]) == (True, "above", "above")
    assert row["complaints_now"] == row["complaints"] + 1
