"""The report of a month: an aggregate of its own, published once and revised with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from cases.caller import is_same_person
from cases.codes import RevisionReason, Shortcoming
from cases.command import Asked
from cases.errors import Malformed, Refused
from cases.events_month import MonthFigure, MonthPublished
from cases.events_programme import Number
from cases.fact import Fact
from cases.period import Period
from cases.recorded import Recorded
from cases.streams import stream_id

MONTH = 1
"""How many months the period of a report has."""


def month_id(period: Period) -> UUID:
    """Give the id of the stream of a month."""
    return stream_id("month", period)


def month_of(written: str) -> Period:
    """Read a month; raises Malformed for any other period."""
    period = Period.parse(written)
    if period.months != MONTH:
        raise Malformed(
            "Only a month is reported", errors=[{"field": "period", "cure": "YYYY-MM, for example 2026-10"}]
        )
    return period


def reports_of(facts: Iterable[Recorded]) -> tuple[Recorded, ...]:
    """Give the reports of a month, oldest first; the last one stands."""
    return tuple(known for known in facts if isinstance(known.fact, MonthPublished))


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a month as the tables gave them, with what they stand on."""

    position: int
    log_position: int
    """Newest position of the log in the same snapshot."""
    parked: int
    code_version: str
    regulations: tuple[str, ...]
    figures: tuple[MonthFigure, ...]

    @property
    def shortcomings(self) -> tuple[Shortcoming, ...]:
        """Give what the tables lacked."""
        lacks = {
            Shortcoming.BEHIND: self.log_position > self.position,
            Shortcoming.PARKED: self.parked > 0,
        }
        return tuple(one for one, is_lacking in lacks.items() if is_lacking)


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """On what a request to publish a month is decided."""

    period: Period
    reports: tuple[Recorded, ...]
    counted: Figures
    first_case_at: datetime | None
    """When the first case of all began, as corrected; None where there is none."""
    actor: str
    now: datetime
    zone: ZoneInfo

    def refusal(self, message: str, rule: str, **more: Any) -> Refused:
        """Say no for this month."""
        return Refused(message, rule=rule, period=str(self.period), **more)


class PublishMonth(Asked):
    """Publish the figures of a month that is over, as the tables have them now.

    A month that was published is told anew with the version that this one `revises` and a `reason`. Tables that are
    behind the log or hold parked cases are published from only where `despite` says so.
    """

    revises: Number | None = None
    reason: RevisionReason | None = None
    despite: tuple[Shortcoming, ...] = ()

    def decide(self, at: MonthEnd) -> Iterator[Fact]:
        """Yield the report.

        Raises Refused before the month is over or where no case had begun yet, unrevised a second time, from tables
        that lack something.
        """
        if self._is_repeated(at):
            return
        self._must_be_due(at)
        self._must_be_whole(at)
        self._must_have_cases(at)
        yield self.as_fact(
            MonthPublished,
            period=str(at.period),
            position=at.counted.position,
            counted_at=at.now,
            code_version=at.counted.code_version,
            regulations=at.counted.regulations,
            behind=max(at.counted.log_position - at.counted.position, 0),
            parked=at.counted.parked,
            figures=at.counted.figures,
        )

    def _is_repeated(self, at: MonthEnd) -> bool:
        """Tell whether the same person asked for the report that stands with the same words."""
        if not at.reports or not is_same_person(at.reports[-1].actor, at.actor):
            return False
        return all(
            getattr(at.reports[-1].fact, name) == getattr(self, name)
            for name in ("revises", "reason", "despite")
        )

    def _must_be_due(self, at: MonthEnd) -> None:
        ends = at.period.ends(at.zone)
        if (self.occurred_at or at.now) < ends:
            raise at.refusal(f"{at.period} is not over yet", "period-over", opens=ends.isoformat())
        standing = at.reports[-1].originator_version if at.reports else None
        if self.revises != standing:
            raise at.refusal(
                "It was published already; name the version that this one revises"
                if standing
                else "It was not published yet: there is nothing to revise",
                "published-once",
                version=standing,
            )
        if (self.revises is None) is not (self.reason is None):
            raise at.refusal("A revision has a reason, and nothing else has one", "revision-reasoned")

    def _must_be_whole(self, at: MonthEnd) -> None:
        lacking = [one.value for one in at.counted.shortcomings if one not in self.despite]
        if lacking:
            raise at.refusal(
                "The tables do not show everything; name it in `despite` to publish all the same",
                "whole",
                lacking=lacking,
                behind=at.counted.log_position - at.counted.position,
                parked=at.counted.parked,
            )

    @staticmethod
    def _must_have_cases(at: MonthEnd) -> None:
        first = at.first_case_at
        if first is None or at.period.ends(at.zone) <= first:
            day = first.astimezone(at.zone).date().isoformat() if first else None
            since = f"the first one began on {day}" if day else "there is none yet"
            raise at.refusal(f"No case had begun in {at.period} or before: {since}", "has-cases", first=day)


ASKED: dict[str, type[PublishMonth]] = {PublishMonth.verb(): PublishMonth}
"""Verb → what is asked."""
