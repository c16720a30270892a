"""The room in which signals are told: the last months that are over, each chart and group once, by whoever looks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from cases.codes_signal import ChartRule
from cases.errors import CaseIsBusy, CaseledgerError, Unavailable
from cases.events_signal import SignalTold
from cases.period import Period
from cases.store.ledger import Ledger
from cases.streams import stream_id
from cases.watching import WATCHER
from projections.questions.complaints import months_on
from projections.questions.statistics import Report, Statistics, statistics
from projections.schema import Db
from replay.recording import Batch, record

LOOKED_BACK: Final = 3
"""Months that are over and still looked at: a late fact can make a signal of one of them."""
EVERY: Final = timedelta(hours=1)
"""A chart is drawn once an hour at most."""
log = logging.getLogger(__name__)


def signals_id(period: Period) -> UUID:
    """Give the id of the stream of a month's signals."""
    return stream_id("signals", period)


class SignalRoom:
    """Tells signals; any number may look at once, and each may end at any instant."""

    def __init__(
        self,
        ledger: Ledger,
        connect: Callable[[], AbstractContextManager[Db]],
        zone: ZoneInfo,
        clock: Callable[[], datetime],
    ) -> None:
        """Stand on the log and the tables; the months are those of the zone, `clock` tells which are over."""
        self._ledger, self._connect, self._zone, self._clock = ledger, connect, zone, clock
        self._looked_at: datetime | None = None

    def look(self) -> int:
        """Tell what is new in the last months, if the last look was an hour ago; gives how many signals that were.

        Raises Unavailable, and psycopg's errors.
        """
        now = self._clock()
        if self._looked_at is not None and now < self._looked_at + EVERY:
            return 0
        month = now.astimezone(self._zone).date().replace(day=1)
        told = sum(self.judge(months_on(month, -back), now) for back in range(LOOKED_BACK, 0, -1))
        self._looked_at = now
        return told

    def judge(self, month: date, now: datetime) -> int:
        """Tell the signals of one month that were not told yet; gives how many. One that lost a race tells nothing."""
        period = Period(month)
        stream = signals_id(period)
        known = self._ledger.load(stream)
        told = {(one.fact.chart.value, one.fact.code) for one in known if isinstance(one.fact, SignalTold)}
        with self._connect() as connection:
            chart = statistics(
                connection, Report.CONTROL_CHART, at=now, first=month, last=month, zone=self._zone.key
            )
        facts = [fact for fact in _signals(period, chart) if (fact.chart.value, fact.code) not in told]
        if not facts:
            return 0
        busy = "Somebody else told signals of this month just now"
        try:
            record(self._ledger, Batch(stream, len(known), None, now), facts, WATCHER, busy)
        except CaseIsBusy:
            return 0
        return len(facts)

    def run(self, stop: threading.Event, every: float) -> None:
        """Look every so many seconds until told to stop; what fails is tried again at the next look."""
        while not stop.wait(every):
            try:
                self.look()
            except (Unavailable, psycopg.Error, CaseledgerError) as failure:
                log.warning("no signals could be looked for: %s", type(failure).__name__)


def _signals(period: Period, chart: Statistics) -> Iterator[SignalTold]:
    """Give a fact for each group that is above its limit in a month that is over."""
    for row in chart.rows:
        if row["is_over"] and row["rule"] == ChartRule.ABOVE.value:
            yield SignalTold(
                period=str(period),
                chart=row["dimension"],
                code=row["code"],
                rule=row["rule"],
                complaints=row["complaints"],
                exposure=row["exposure"],
                centre=_written(row["centre"]),
                upper=_written(row["upper"]),
                baseline_months=row["baseline_months"],
                baseline_complaints=row["baseline_complaints"],
                position=chart.standing.position,
                counted_at=chart.at,
                code_version=chart.standing.code_version,
                regulations=chart.standing.regulations,
            )


def _written(figure: Any) -> str:
    """Write a figure with six decimals."""
    return f"{figure:.6f}"
