"""The clocks of a case: a pure function of its facts and the rules that bind it (design.md 5).

A clock runs on the corrected times at which facts happened. Moments are compared, never shares or rounded times; a
stop at the due moment is in time, a later one stays a miss. Closing a case stops no clock, unless the customer gave
the demand up: what was not yet due is then cancelled, what had been due stays a miss. So does a reclassification.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from cases import events
from cases.calendars.counting import Calendar, elapsed
from cases.calendars.walls import OutsideCalendar
from cases.codes import Subject
from cases.history import effective
from cases.promises.clock import Clock, Lacking, Standing, Stretch, Verdict, standing
from cases.promises.limits import Span
from cases.promises.moments import Moments, moments_of
from cases.promises.runs import Run
from cases.promises.shapes import all_runs
from cases.promises.terms import Terms
from cases.promises.timeline import CLAIMED, RECORDED, Timeline
from cases.recorded import Recorded
from cases.regulation.bound import Bound
from cases.regulation.rules import Rules

__all__ = ["Clock", "Standing", "Stretch", "Verdict", "clocks", "standing"]

Exclusion = tuple[int, str, str]
"""The version of the approval, its reason and who gave it."""


class _Timed(NamedTuple):
    """A run with its moments and its verdict."""

    clock_id: str
    bound: Bound
    terms: Terms
    run: Run
    started_at: datetime
    ended_at: datetime | None
    calendar: Calendar | None
    spans: list[Span]
    moments: Moments | None
    """None when not configured."""
    verdict: Verdict
    exclusion: Exclusion | None

    @property
    def due_at(self) -> datetime | None:
        """Give the due moment, if it has one."""
        return None if self.moments is None else self.moments.due

    @property
    def adjusted(self) -> Verdict:
        """Give the verdict with what was excluded left out."""
        return self.verdict if self.exclusion is None else Verdict.EXCLUDED


def clocks(facts: Sequence[Recorded], rules: Rules) -> tuple[Clock, ...]:
    """Derive every clock of a case from all its stored facts; by regulation, promise, cycle."""
    known = effective(facts) if rules.bound else ()
    return clocks_along(Timeline(known, CLAIMED), facts, rules)


def clocks_along(timeline: Timeline, facts: Sequence[Recorded], rules: Rules) -> tuple[Clock, ...]:
    """Derive them along the timeline of the effective facts, by their claims; `facts` are all that are stored."""
    found = _timed(timeline, rules)
    if not found:
        return ()
    recorded = _as_recorded(timeline, found, rules)
    before = found if len(timeline.facts) == len(facts) else _before_corrections(facts, rules)
    late = {one.originator_version for one in timeline.facts if one.is_backdated}
    return tuple([
        _clock(
            timed, timeline, late, recorded.get(clock_id), is_corrected=_is_moved(timed, before.get(clock_id))
        )
        for clock_id, timed in found.items()
    ])  # fmt: skip


def _as_recorded(timeline: Timeline, found: dict[str, _Timed], rules: Rules) -> dict[str, Verdict]:
    """Judge by the times of the log; a history taken over from elsewhere has no record of its own to judge."""
    received = (one.fact for one in timeline.facts if isinstance(one.fact, events.Received))
    if not all(fact.is_live for fact in received):
        return {}
    recorded = Timeline(timeline.known, RECORDED)
    if recorded.facts != timeline.facts:
        return {clock_id: timed.adjusted for clock_id, timed in _timed(recorded, rules).items()}
    return {timed.clock_id: _again(timed, recorded) for timed in found.values()}


def _again(timed: _Timed, recorded: Timeline) -> Verdict:
    """Judge a run anew by other times of the same facts."""
    if timed.exclusion is not None:
        return Verdict.EXCLUDED
    run, terms = timed.run, timed.terms
    if run.waits or timed.moments is None or not terms.is_simple or terms.due is None:
        return _measure(terms, run, recorded)[-1]
    if run.end is None:
        return timed.verdict
    start, ended_at = recorded.times[run.start], recorded.times[run.end]
    due_at = terms.due.moment(start, recorded.fact(run.start), timed.calendar)
    if due_at is not None and ended_at > due_at:
        return Verdict.BREACHED
    return Verdict.CANCELLED if run.stop is None else Verdict.MET


def _before_corrections(facts: Sequence[Recorded], rules: Rules) -> dict[str, _Timed]:
    plain = [recorded for recorded in facts if not isinstance(recorded.fact, events.Corrected)]
    return _timed(Timeline(plain, CLAIMED), rules)


def _is_moved(timed: _Timed, before: _Timed | None) -> bool:
    """Tell whether a correction moved the clock or brought it about."""
    if before is None or before is timed:
        return before is None
    return (timed.started_at, timed.ended_at, timed.due_at, timed.adjusted, timed.spans) != (
        before.started_at, before.ended_at, before.due_at, before.adjusted, before.spans,
    )  # fmt: skip


def _timed(timeline: Timeline, rules: Rules) -> dict[str, _Timed]:
    """Time every run of every promise that binds, by clock id."""
    found: dict[str, _Timed] = {}
    for bound in rules.bound:
        for terms, run, name in all_runs(timeline, bound):
            clock_id = timeline.case + name
            exclusion = _exclusion(timeline, run, terms, clock_id) if "Approved" in timeline.by_name else None
            found[clock_id] = _Timed(clock_id, bound, terms, run, *_measure(terms, run, timeline), exclusion)
    return found


def _measure(
    terms: Terms, run: Run, timeline: Timeline
) -> tuple[datetime, datetime | None, Calendar | None, list[Span], Moments | None, Verdict]:
    times = timeline.times
    started_at = times[run.start]
    ended_at = None if (end := run.end) is None else max(started_at, times[end])
    spans = _spans(run, times) if run.waits else []
    calendar = terms.base.calendar_at(ended_at) if terms.base.earlier else terms.base.calendar
    moments = moments_of(timeline, terms, run, (started_at, ended_at), spans, calendar)
    return started_at, ended_at, calendar, spans, moments, _verdict(run, moments, ended_at)


def _spans(run: Run, times: list[datetime]) -> list[Span]:
    """Cut the waits to the life of the clock."""
    end = len(times) if run.end is None else run.end
    cut = ((max(opened, run.start), ended) for opened, ended in run.waits)
    return [
        (times[opened], None if ended is None and run.end is None else times[min(end, ended or end)])
        for opened, ended in cut
    ]


def _verdict(run: Run, moments: Moments | None, ended_at: datetime | None) -> Verdict:
    if moments is None:
        return Verdict.NOT_CONFIGURED
    if ended_at is None:
        return Verdict.OPEN
    if moments.due is not None and ended_at > moments.due:
        return Verdict.BREACHED
    if run.stop is None:
        return Verdict.CANCELLED
    is_early = moments.earliest is not None and ended_at < moments.earliest
    return Verdict.BREACHED if is_early else Verdict.MET


def _exclusion(timeline: Timeline, run: Run, terms: Terms, clock_id: str) -> Exclusion | None:
    """Find who excluded the clock: by its own id at any time, or by its promise in the same cycle."""
    for place in timeline.by_name["Approved"]:
        fact = timeline.fact(place)
        if not isinstance(fact, events.Approved) or fact.subject is not Subject.EXCLUSION:
            continue
        if fact.item == clock_id or (fact.item == terms.promise.id and timeline.cycle(place) == run.cycle):
            return timeline.version(place), fact.reason, timeline.facts[place].actor
    return None


def _clock(
    timed: _Timed, timeline: Timeline, late: set[int], as_recorded: Verdict | None, *, is_corrected: bool
) -> Clock:
    run, terms, moments = timed.run, timed.terms, timed.moments
    stopped_at = timed.ended_at if run.stop is not None else None
    paused, worked, warned_at = _measured(timed, stopped_at)
    moved_by = _movers(timed, timeline)
    return Clock(
        clock_id=timed.clock_id,
        promise=terms.promise,
        pinned=timed.bound.pinned,
        cycle=run.cycle,
        started_at=timed.started_at,
        started_by=timeline.version(run.start),
        original_due_at=None if moments is None else moments.original,
        due_at=timed.due_at,
        earliest_at=None if moments is None else moments.earliest,
        agreements=() if moments is None else moments.agreements,
        warned_at=warned_at,
        pauses=_stretches(timed, timeline) if run.waits else (),
        paused=paused,
        stopped_at=stopped_at,
        ended_at=timed.ended_at,
        ended_by=None if run.end is None else timeline.version(run.end),
        raw_elapsed=None if stopped_at is None else stopped_at - timed.started_at,
        working_elapsed=worked,
        verdict=timed.adjusted,
        verdict_unadjusted=timed.verdict,
        verdict_as_recorded=as_recorded,
        excluded_because=None if timed.exclusion is None else timed.exclusion[1],
        excluded_by=None if timed.exclusion is None else timed.exclusion[2],
        lacking=terms.lacking or (Lacking.CALENDAR if moments is None else None),
        calendar=timed.calendar,
        moved_by=moved_by,
        is_backdated=bool(late) and not late.isdisjoint(moved_by),
        is_corrected=is_corrected,
    )


def _stretches(timed: _Timed, timeline: Timeline) -> tuple[Stretch, ...]:
    end, version = timed.run.end, timeline.version
    return tuple(
        Stretch(
            since, until, version(opened), None if ended is None or (end or ended) < ended else version(ended)
        )
        for (opened, ended), (since, until) in zip(timed.run.waits, timed.spans, strict=True)
    )


def _movers(timed: _Timed, timeline: Timeline) -> tuple[int, ...]:
    """Name the facts that moved a clock, in the order of the log."""
    run = timed.run
    if run.end is None and not (run.waits or timed.exclusion or (timed.moments and timed.moments.agreements)):
        return (timeline.version(run.start),)
    moved = {timeline.version(place) for place in (run.start, run.end) if place is not None}
    if not (run.waits or timed.exclusion or (timed.moments and timed.moments.agreements)):
        return tuple(sorted(moved))
    for opened, ended in run.waits:
        moved.add(timeline.version(opened))
        if ended is not None and (run.end is None or ended <= run.end):
            moved.add(timeline.version(ended))
    if timed.moments is not None:
        moved.update(one.version for one in timed.moments.agreements)
    return tuple(sorted(moved if timed.exclusion is None else {*moved, timed.exclusion[0]}))


def _measured(
    timed: _Timed, stopped_at: datetime | None
) -> tuple[timedelta, timedelta | None, tuple[datetime, ...]]:
    """Measure pause and work in the clock's own time; nothing where the calendar does not reach."""
    calendar, moments, paused = timed.calendar, timed.moments, timedelta(0)
    if calendar is None:
        return paused, None, ()
    try:
        for since, until in timed.spans:
            paused += timedelta(0) if until is None else elapsed(since, until, calendar)
        worked = None if stopped_at is None else elapsed(timed.started_at, stopped_at, calendar) - paused
        if moments is None or moments.unpaused is None:
            return paused, worked, ()
        warned_at = timed.terms.warned_at(timed.started_at, moments.unpaused, moments.spans, calendar)
    except OutsideCalendar:
        return timedelta(0), None, ()
    return paused, worked, warned_at
