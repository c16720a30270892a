"""Why a clock says what it says, day by day: what counted, what was paused, and which facts moved it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.calendars.counting import Calendar
from cases.calendars.listing import listing
from cases.calendars.parts import DayKind, Label
from cases.codes import Code
from cases.promises.clock import Clock, Verdict
from cases.recorded import Recorded
from cases.regulation.bound import Bound
from cases.regulation.rules import Rules


class Turn(Code):
    """What happened to a clock at a moment."""

    STARTED = "started", "开始计时", "Started"
    PAUSED = "paused", "暂停", "Paused"
    RESUMED = "resumed", "恢复", "Resumed"
    WARNED = "warned", "预警", "Warned"
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
    """One day on the wall of the clock's calendar, with its own time counted, paused, and counted so far."""

    day: date
    kind: DayKind
    label: Label | None
    is_open: bool
    counted: timedelta
    paused: timedelta
    so_far: timedelta
    marks: tuple[Mark, ...]


def explain(clock: Clock, facts: Sequence[Recorded], rules: Rules) -> list[Step]:
    """Go through the days of a clock from its first to its last moment; while it is open, at least to its due moment.

    `facts` and `rules` are what the clock was made of. Empty where no calendar is known.
    """
    calendar = next((found for bound in rules for found in _calendar(bound, clock)), None)
    if calendar is None:
        return []
    marks, paused, so_far = _marks(clock, facts), _paused(clock, calendar), timedelta(0)
    last = marks[-1].at
    steps = []
    for day in listing(clock.started_at, last, calendar):
        waited = paused.get(day.day, timedelta(0))
        so_far += day.counted - waited
        here = tuple(mark for mark in marks if _shown_on(mark, last, calendar) == day.day)
        steps.append(
            Step(day.day, day.kind, day.label, day.is_open, day.counted - waited, waited, so_far, here)
        )
    return steps


def _calendar(bound: Bound, clock: Clock) -> Iterator[Calendar]:
    if bound.pinned == clock.pinned:
        try:
            yield bound.calendar(clock.promise.within)
        except KeyError:
            return


def _shown_on(mark: Mark, last: datetime, calendar: Calendar) -> date:
    """Give the day of a mark; the end of a day, 24:00, belongs to it and not to the next."""
    is_midnight_end = mark.at == last and mark.turn is Turn.DUE
    return calendar.local_day(mark.at - timedelta(microseconds=1) if is_midnight_end else mark.at)


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
    moments.append((clock.due_at, Turn.DUE, None))
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
