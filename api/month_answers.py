"""What is told of months: their reports, figures as published beside today's, and what moved them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cases.codes import Department, MonthMeasure, RevisionReason, Role, Shortcoming
from cases.events_month import MonthFigure, MonthPublished
from cases.recorded import Recorded
from projections.questions.answers import Part, Standing
from projections.questions.month_end import Moved
from projections.views.target_views import SMALL


class ReportLine(Part):
    """A report of the month: by whom, on which position, what the tables lacked, and why it revises the one before."""

    report: int
    published_at: datetime
    published_by: str
    published_as: Role
    position: int
    counted_at: datetime
    code_version: str
    regulations: tuple[str, ...]
    behind: int
    parked: int
    despite: tuple[Shortcoming, ...]
    reason: RevisionReason | None


class MonthLine(ReportLine):
    """The report of a month that stands, as it was published."""

    month: str


class MonthList(Part):
    """A page of the months that were published, newest first; `cursor` asks for the next one, None on the last."""

    months: tuple[MonthLine, ...]
    cursor: str | None


class Amount(Part):
    """A figure: how many of how many, or how much; all zero where there was nothing to count."""

    numerator: int
    denominator: int | None
    amount_minor: int | None


class FigureLine(Part):
    """A figure as published and as it is today; `department` null is all of them together."""

    measure: MonthMeasure
    measure_zh: str
    measure_en: str
    item: str | None
    clause: str | None
    department: Department | None
    currency: str | None
    published: Amount | None
    today: Amount
    is_small: bool
    """Fewer than 30 to divide by."""
    is_revised: bool
    """Today's figure is another one; the report stands."""


class MonthAnswer(Part):
    """A month: its reports, oldest first, and its figures as one of them has them beside today's.

    `at` is the instant of today's figures, `standing` what they stand on. Without a report nothing is published yet.
    """

    month: str
    at: datetime
    is_over: bool
    standing: Standing
    reports: tuple[ReportLine, ...]
    report: int | None
    figures: tuple[FigureLine, ...]


class MonthChanges(Part):
    """What moved the figures of a month since a report, case by case, each with the facts that came since."""

    month: str
    report: int
    at: datetime
    moved: tuple[Moved, ...]


class MonthReceipt(Part):
    """What a request came to; `facts` is empty where the same was published before."""

    stream_id: UUID
    report: int
    position: int
    facts: tuple[str, ...]


class MonthCheck(Part):
    """Whether the log gives the figures of a report again, at its position and instant."""

    month: str
    report: int
    is_found_again: bool


def report_line(known: Recorded, fact: MonthPublished) -> ReportLine:
    """Tell a report."""
    return ReportLine(
        report=known.originator_version,
        published_at=known.occurred_at,
        published_by=known.actor,
        published_as=known.role,
        **{
            name: getattr(fact, name)
            for name in ReportLine.model_fields
            if name in MonthPublished.model_fields
        },
    )


def beside(
    published: tuple[MonthFigure, ...] | None, today: tuple[MonthFigure, ...], *, with_amounts: bool
) -> tuple[FigureLine, ...]:
    """Put figures of the same name side by side, in the order of the measures; amounts only where they may be seen."""
    before, after = ({_key(one): one for one in told} for told in (published or (), today))
    named = {**after, **before}
    keys = sorted(named, key=_place)
    is_published = published is not None
    lines = (_line(named[key], before.get(key), after.get(key), is_published=is_published) for key in keys)
    return tuple(line for line in lines if with_amounts or line.currency is None)


def _key(one: MonthFigure) -> tuple[MonthMeasure, str | None, str | None, Department | None]:
    return one.measure, one.item, one.currency, one.department


def _place(key: tuple[MonthMeasure, str | None, str | None, Department | None]) -> tuple[int, str, str, str]:
    measure, item, currency, department = key
    return list(MonthMeasure).index(measure), item or "", currency or "", department or ""


def _line(
    one: MonthFigure, before: MonthFigure | None, after: MonthFigure | None, *, is_published: bool
) -> FigureLine:
    was, now = (_amount(told, one) for told in (before, after))
    shown = was if is_published else now
    return FigureLine(
        **{name: getattr(one, name) for name in ("measure", "item", "clause", "department", "currency")},
        measure_zh=one.measure.zh,
        measure_en=one.measure.en,
        published=was if is_published else None,
        today=now,
        is_small=shown.denominator is not None and shown.denominator < SMALL,
        is_revised=is_published and was != now,
    )


def _amount(told: MonthFigure | None, like: MonthFigure) -> Amount:
    """Give a figure; one that counted nothing is nought of its kind."""
    if told is not None:
        return Amount(**{name: getattr(told, name) for name in Amount.model_fields})
    return Amount(
        numerator=0,
        denominator=None if like.denominator is None else 0,
        amount_minor=None if like.amount_minor is None else 0,
    )
