"""The moments of one clock: when it is due, as first told and now, and before when it is too early."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cases.calendars.counting import Calendar
from cases.calendars.walls import OutsideCalendar
from cases.fact import Fact
from cases.promises.clock import Agreement
from cases.promises.limits import Span, extended, is_past, told_in
from cases.promises.runs import Run
from cases.promises.terms import Terms
from cases.promises.timeline import Timeline


class Moments(NamedTuple):
    """When a clock was due as first told, before the pauses, and with them; and the first moment not too early."""

    original: datetime | None
    unpaused: datetime | None
    due: datetime | None
    earliest: datetime | None
    spans: list[Span]
    """The pauses that move it: after an agreement only those that began later."""
    agreements: tuple[Agreement, ...]


def moments_of(
    timeline: Timeline,
    terms: Terms,
    run: Run,
    times: tuple[datetime, datetime | None],
    spans: list[Span],
    base: Calendar | None,
) -> Moments | None:
    """Find the moments of a clock that started and ended at these times; None where it is not configured.

    `base` is the calendar that the clock is counted on.
    """
    if terms.lacking is not None or base is None:
        return None
    start, started_at = timeline.fact(run.start), times[0]
    try:
        earliest = None if terms.earliest is None else _earliest(terms, start, times, spans, base)
        if terms.due is None:
            return Moments(None, None, None, earliest, spans, ())
        due = original = terms.due.moment(started_at, start, base)
        if terms.due.first_calendar is not base and terms.due.plain is None:
            original = terms.due.moment(started_at, start, terms.due.first_calendar)
        if terms.agreed and due is not None:
            return _agreed(original, due, earliest, spans, _agreements(timeline, terms, run), base)
        moved = extended(due, spans, base) if due and spans else due
        return Moments(original, due, moved, earliest, spans, ())
    except OutsideCalendar:
        return None


def _earliest(
    terms: Terms, start: Fact, times: tuple[datetime, datetime | None], spans: list[Span], base: Calendar
) -> datetime | None:
    if terms.earliest is None:
        return None
    moment = terms.earliest.moment(times[0], start, terms.earliest.calendar_at(times[1]))
    return moment and extended(moment, spans, base)


def _agreed(
    original: datetime | None,
    due: datetime,
    earliest: datetime | None,
    spans: list[Span],
    agreements: Sequence[Agreement],
    base: Calendar,
) -> Moments:
    """Let each moment agreed in time take the place of the one before; what was past by then stays a miss."""
    held = 0
    for one in agreements:
        if is_past(due, one.at, spans, base):
            break
        held, due, spans = held + 1, one.due_at, [span for span in spans if span[0] >= one.at]
    return Moments(original, due, extended(due, spans, base), earliest, spans, tuple(agreements[:held]))


def _agreements(timeline: Timeline, terms: Terms, run: Run) -> list[Agreement]:
    """Find what the customer agreed to while the clock ran."""
    if terms.promise.agreed is None:
        return []
    end, field = len(timeline.facts) if run.end is None else run.end, terms.promise.agreed.until
    told = {
        place: told_in(timeline.fact(place), field)
        for place in timeline.matching(terms.agreed)
        if run.start < place < end
    }
    return [
        Agreement(timeline.times[place], moment, timeline.version(place))
        for place, moment in told.items()
        if moment
    ]
