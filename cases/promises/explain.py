"""Why a clock says what it says, day by day: what counted, what was paused, and which facts moved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.calendars.amounts import Unit
from cases.calendars.counting import Calendar, starting_day
from cases.calendars.listing import CalendarDay, listing
from cases.calendars.parts import DayKind, Label
from cases.calendars.walls import OutsideCalendar
from cases.codes import Code
from cases.promises.clock import Clock, Verdict
from cases.promises.limits import limit_of
from cases.recorded import Recorded
from cases.regulation.bound import Bound
from cases.regulation.rules import Rules


class Turn(Code):
    """What happened to a clock at a moment."""

    STARTED = "started", "开始计时", "Started"
    PAUSED = "paused", "暂停", "Paused"
    RESUMED = "resumed", "恢复", "Resumed"
    AGREED = "agreed", "约定新时间", "Another time agreed"
    WARNED = "warned", "预警", "Warned"
    EARLIEST = "earliest", "最早可办", "Not too early from here on"
    DUE = "due", "到期", "Due"
    STOPPED = "stopped", "停止", "Stopped"
    CANCELLED = "cancelled", "取消", "Cancelled"


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of a clock; `version` and `fact` name what moved it, None for what time alone brought."""

    at: datetime
    turn: Turn
    version: int | None = None
    fact: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One day on the wall of the clock's calendar, with its own time counted, paused, and counted so far.

    `number` tells which day of the promised days it is; None where hours are counted, for the starting day, for days
    that do not count, and after the last.
    """

    day: date
    number: int | None
    kind: DayKind
    label: Label | None
    is_open: bool
    counted: timedelta
    paused: timedelta
    so_far: timedelta
    marks: tuple[Mark, ...]


def explain(clock: Clock, facts: Sequence[Recorded], rules: Rules) -> list[Step]:
    """Go through the days of a clock from its first to its last moment; while it is open, at least to its due moment.

    `facts` and `rules` are what the clock was made of. Empty where no calendar is known, or none reaches that far.
    """
    try:
        return _steps(clock, facts, rules)
    except OutsideCalendar:
        return []


def _steps(clock: Clock, facts: Sequence[Recorded], rules: Rules) -> list[Step]:
    bound = bound_of(clock, rules)
    calendar = None if bound is None else calendar_of(clock, bound)
    if bound is None or calendar is None:
        return []
    marks, paused, so_far = _marks(clock, facts), _paused(clock, calendar), timedelta(0)
    days = list(listing(clock.started_at, marks[-1].at, calendar))
    numbers = _numbers(clock, days, bound, calendar)
    steps = []
    for day in days:
        waited = paused.get(day.day, timedelta(0))
        so_far += day.counted - waited
        here = tuple(mark for mark in marks if min(_day_of(mark, clock, calendar), days[-1].day) == day.day)
        steps.append(
            Step(
                day.day, numbers.get(day.day), day.kind, day.label, day.is_open, day.counted - waited, waited, so_far,
                here,
            )
        )  # fmt: skip
    return steps


def bound_of(clock: Clock, rules: Rules) -> Bound | None:
    """Find the regulation that a clock is of, in the version it is pinned to."""
    return next((bound for bound in rules if bound.pinned == clock.pinned), None)


def calendar_of(clock: Clock, bound: Bound) -> Calendar | None:
    """Give the calendar that a clock is counted on, if there is one of that name."""
    return limit_of(bound, clock.promise.base).calendar_at(clock.ended_at)


def _numbers(clock: Clock, days: Sequence[CalendarDay], bound: Bound, calendar: Calendar) -> dict[date, int]:
    """Number the days of a promise in days: the starting day is not counted, of working days only those count."""
    amount = limit_of(bound, clock.promise.base).amount
    if amount is None or clock.lacking or amount.unit not in {Unit.DAYS, Unit.WORKING_DAYS}:
        return {}
    starting = starting_day(clock.started_at, amount, calendar)
    counted = (day.day for day in days if day.day > starting and (day.is_open or amount.unit is Unit.DAYS))
    return dict(zip(counted, range(1, amount.amount + 1), strict=False))


def _day_of(mark: Mark, clock: Clock, calendar: Calendar) -> date:
    """Give the day of a mark; the end of a day, 24:00, belongs to it and not to the next."""
    is_end = mark.turn is Turn.DUE and mark.at > clock.started_at
    return calendar.local_day(mark.at - timedelta(microseconds=1) if is_end else mark.at)


def _paused(clock: Clock, calendar: Calendar) -> dict[date, timedelta]:
    found: dict[date, timedelta] = {}
    for stretch in clock.pauses:
        if stretch.until is not None:
            for day in listing(stretch.since, stretch.until, calendar):
                found[day.day] = found.get(day.day, timedelta(0)) + day.counted
    return found


def _marks(clock: Clock, facts: Sequence[Recorded]) -> list[Mark]:
    names = {recorded.originator_version: recorded.fact.name() for recorded in facts}
    moments: list[tuple[datetime | None, Turn, int | None]] = [
        (clock.started_at, Turn.STARTED, clock.started_by)
    ]
    for stretch in clock.pauses:
        moments.append((stretch.since, Turn.PAUSED, stretch.opened_by))
        if stretch.ended_by is not None:
            moments.append((stretch.until, Turn.RESUMED, stretch.ended_by))
    moments += [
        (warned_at, Turn.WARNED, None) for warned_at in clock.warned_at if _was_reached(clock, warned_at)
    ]
    moments += [(one.at, Turn.AGREED, one.version) for one in clock.agreements]
    moments += [(clock.earliest_at, Turn.EARLIEST, None), (clock.due_at, Turn.DUE, None)]
    ended = Turn.CANCELLED if clock.stopped_at is None else Turn.STOPPED
    moments.append((clock.ended_at, ended, clock.ended_by))
    marks = [
        Mark(at, turn, version, None if version is None else names.get(version))
        for at, turn, version in moments
        if at is not None
    ]
    return sorted(marks, key=lambda mark: mark.at)


def _was_reached(clock: Clock, warned_at: datetime) -> bool:
    is_open = clock.verdict_unadjusted is Verdict.OPEN
    return is_open or (clock.ended_at is not None and warned_at < clock.ended_at)
