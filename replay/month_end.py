"""The room in which months are reported: figures of one snapshot, published once, and why they differ by now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from psycopg import Cursor
from psycopg.rows import DictRow

from cases.caller import Caller
from cases.errors import NotFound
from cases.events_month import MonthFigure, MonthPublished
from cases.month_end import Figures, MonthEnd, PublishMonth, month_id, month_of, reports_of
from cases.period import Period
from cases.recorded import Recorded
from cases.regulation.rules import Reference, Rules
from cases.store.ledger import Ledger
from cases.telling import claimed
from projections import reading
from projections.parking import compute
from projections.published import read_reference
from projections.questions import month_end
from projections.questions.answers import Standing, snapshot, standing_of
from projections.questions.month_end import Before, Moved, Reported
from projections.schema import Db
from replay.recording import Batch, StreamReceipt, record

T = TypeVar("T")
Compare = Callable[[Cursor[DictRow], Reported, Before], T]


@dataclass(frozen=True, slots=True)
class Today:
    """The figures of a month as known at an instant, and what they stand on."""

    standing: Standing
    figures: tuple[MonthFigure, ...]
    first_case_at: datetime | None
    """When the first case of all began; None where there is none."""


class MonthRoom:
    """Publishes months, and tells how a published one stands by now."""

    def __init__(
        self, ledger: Ledger, reference: Reference, connect: Callable[[], AbstractContextManager[Db]]
    ) -> None:
        """Stand on the log and the documents published in it; `connect` gives a connection to the tables."""
        self._ledger, self._zone, self._connect = ledger, reference.zone, connect

    def reports(self, written: str) -> tuple[Recorded, ...]:
        """Tell every report of a month, oldest first; raises Malformed."""
        return reports_of(self._ledger.load(month_id(month_of(written))))

    def report(self, written: str, number: int | None = None) -> tuple[Recorded, MonthPublished]:
        """Give one report of a month, the newest where none is named; raises Malformed, NotFound."""
        for known in reversed(self.reports(written)):
            if number in {None, known.originator_version} and isinstance(known.fact, MonthPublished):
                return known, known.fact
        raise NotFound("This month was not published", period=written, report=number)

    def published(self, before: date, most: int) -> tuple[Period, ...]:
        """Name the months before a day that were published, the newest first; nothing is counted."""
        with self._snapshot() as (_, cursor):
            return tuple(map(Period, month_end.published(cursor, before, most)))

    def today(self, written: str, now: datetime) -> Today:
        """Count the figures of a month as known at an instant; raises Malformed."""
        with self._snapshot() as (_, cursor):
            counted = month_end.figures(cursor, month_of(written).first, now, self._zone.key)
            return Today(standing_of(cursor), counted, month_end.first_case_at(cursor))

    def publish(self, written: str, asked: PublishMonth, caller: Caller, now: datetime) -> StreamReceipt:
        """Record a report; raises Malformed, Refused, CaseIsBusy, Unavailable.

        What was in the log when it was asked for must be in the tables, or `despite` says that it need not.
        """
        period, log_position = month_of(written), self._ledger.settled()
        reports, counted = self.reports(written), self.today(written, now)
        standing = counted.standing
        at = MonthEnd(
            period=period,
            reports=reports,
            counted=Figures(
                position=standing.position,
                log_position=max(log_position, standing.position),
                parked=standing.parked_cases,
                code_version=standing.code_version,
                regulations=standing.regulations,
                figures=counted.figures,
            ),
            first_case_at=counted.first_case_at,
            actor=caller.actor,
            now=now,
            zone=self._zone,
        )
        facts, stream = tuple(asked.decide(at)), month_id(period)
        if not facts:
            return StreamReceipt(stream, reports[-1].originator_version, reports[-1].position, ())
        moment, is_backdated = claimed(asked, Rules(), now)
        batch = Batch(stream, len(reports), None, moment, is_backdated)
        source = caller.source.model_copy(update={"document": asked.document})
        busy = "Somebody else published this month just now; nothing was recorded here"
        position = record(self._ledger, batch, facts, replace(caller, source=source), busy)
        return StreamReceipt(stream, len(reports) + 1, position, tuple(fact.name() for fact in facts))

    def moved(self, written: str, now: datetime, number: int | None = None) -> tuple[Moved, ...]:
        """Tell what moved the figures since a report, case by case; raises Malformed, NotFound."""
        return self._beside(
            written, number, lambda cursor, told, before: month_end.moved(cursor, told, before, now)
        )

    def is_found_again(self, written: str, number: int | None = None) -> bool:
        """Tell whether the log gives the figures of a report again, at its position and instant."""
        _, fact = self.report(written, number)
        published = {
            (
                one.measure,
                one.item,
                one.department,
                one.currency,
                one.numerator,
                one.denominator,
                one.amount_minor,
            )
            for one in fact.figures
        }
        return published == self._beside(written, number, month_end.sums_then)

    def _beside(self, written: str, number: int | None, compare: Compare[T]) -> T:
        """Compare today's tables with what they were at the position of a report."""
        known, fact = self.report(written, number)
        period = Period.parse(fact.period)
        told = Reported(
            month=period.first,
            report=known.originator_version,
            position=fact.position,
            counted_at=fact.counted_at,
            begins=period.begins(self._zone),
            ends=period.ends(self._zone),
        )
        with self._snapshot() as (connection, cursor):
            cases = month_end.touched(cursor, told)
            reference = read_reference(connection, fact.position)
            histories = reading.histories(connection, cases, fact.position)
            found = (compute(history, reference).rows for history in histories)
            return compare(cursor, told, Before(cases, (rows for rows in found if rows is not None)))

    @contextmanager
    def _snapshot(self) -> Iterator[tuple[Db, Cursor[DictRow]]]:
        """Read at one position, with days counted where the business is."""
        with self._connect() as connection, snapshot(connection) as cursor:
            cursor.execute(month_end.ZONE, {"zone": self._zone.key})
            yield connection, cursor
