"""The clocks of a case: a pure function of its facts and the rules that bind it (design.md 5).

A clock runs on the corrected times at which facts happened. Moments are compared, never shares or rounded times; a
stop at the due moment is in time, a later one stays a miss. Closing a case stops no clock, unless the customer gave
the demand up: what was not yet due is then cancelled, what had been due stays a miss. So does a reclassification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from cases import events
from cases.calendars.listing import touches
from cases.calendars.walls import OutsideCalendar
from cases.codes import Subject
from cases.fact import Fact
from cases.history import effective
from cases.promises.clock import Clock, Lacking, Standing, Stretch, Verdict, standing
from cases.promises.runs import Run, runs
from cases.promises.terms import Span, Terms, terms_of
from cases.promises.timeline import Timeline
from cases.recorded import Recorded
from cases.regulation.bound import Bound
from cases.regulation.rules import Rules

__all__ = ["Clock", "Standing", "Stretch", "Verdict", "clocks", "standing"]

_CLAIMED = attrgetter("occurred_at")
_RECORDED = attrgetter("known_at")
Exclusion = tuple[int, str]
"""The version of the approval, and its reason."""


@dataclass(frozen=True, slots=True)
class _Timed:
    """A run with its moments and its verdict."""

    clock_id: str
    bound: Bound
    terms: Terms
    run: Run
    started_at: datetime
    ended_at: datetime | None
    spans: list[Span]
    original_due_at: datetime | None
    unpaused_due_at: datetime | None
    due_at: datetime | None
    verdict: Verdict
    exclusion: Exclusion | None

    @property
    def adjusted(self) -> Verdict:
        """Give the verdict with what was excluded left out."""
        return self.verdict if self.exclusion is None else Verdict.EXCLUDED


def clocks(facts: Sequence[Recorded], rules: Rules) -> tuple[Clock, ...]:
    """Derive every clock of a case from all its stored facts; by regulation, promise, cycle."""
    known = effective(facts) if rules.bound else ()
    timeline = Timeline(known, _CLAIMED)
    found = _timed(timeline, rules)
    if not found:
        return ()
    recorded = _as_recorded(known, timeline, found, rules)
    before = found if len(known) == len(facts) else _before_corrections(facts, rules)
    late = {fact.originator_version for fact in known if fact.is_backdated}
    return tuple(
        _clock(
            timed, timeline, late, recorded.get(clock_id), is_corrected=_is_moved(timed, before.get(clock_id))
        )
        for clock_id, timed in found.items()
    )


def _as_recorded(
    known: Sequence[Recorded], timeline: Timeline, found: dict[str, _Timed], rules: Rules
) -> dict[str, Verdict]:
    """Judge by the times of the log; a history taken over from elsewhere has no record of its own to judge."""
    received = (timeline.fact(place) for place in timeline.by_name.get("Received", ()))
    if not all(fact.is_live for fact in received if isinstance(fact, events.Received)):
        return {}
    recorded = Timeline(known, _RECORDED)
    if recorded.facts == timeline.facts:
        again = (
            _time(timed.clock_id, timed.bound, timed.terms, timed.run, recorded) for timed in found.values()
        )
        return {timed.clock_id: timed.adjusted for timed in again}
    return {clock_id: timed.adjusted for clock_id, timed in _timed(recorded, rules).items()}


def _before_corrections(facts: Sequence[Recorded], rules: Rules) -> dict[str, _Timed]:
    plain = [recorded for recorded in facts if not isinstance(recorded.fact, events.Corrected)]
    return _timed(Timeline(plain, _CLAIMED), rules)


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
        for terms in terms_of(bound):
            for run in runs(timeline, terms):
                clock_id = _clock_id(timeline, bound, terms, run)
                found[clock_id] = _time(clock_id, bound, terms, run, timeline)
    return found


def _clock_id(timeline: Timeline, bound: Bound, terms: Terms, run: Run) -> str:
    case_id, number = timeline.facts[0].originator_id, f":{run.number}" if run.number > 1 else ""
    return f"{case_id}:{bound.pinned.regulation}:{terms.promise.id}:{run.cycle}{number}"


def _time(clock_id: str, bound: Bound, terms: Terms, run: Run, timeline: Timeline) -> _Timed:
    times = timeline.times
    started_at = times[run.start]
    ended_at = None if run.end is None else max(started_at, times[run.end])
    spans = _spans(run, times) if run.waits else []
    original, unpaused, due_at = _dues(terms, started_at, timeline.fact(run.start), spans)
    verdict = _verdict(run, due_at, ended_at)
    exclusion = _exclusion(timeline, run, terms, clock_id) if "Approved" in timeline.by_name else None
    return _Timed(
        clock_id,
        bound,
        terms,
        run,
        started_at,
        ended_at,
        spans,
        original,
        unpaused,
        due_at,
        verdict,
        exclusion,
    )


def _dues(
    terms: Terms, started_at: datetime, start: Fact, spans: list[Span]
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Give the due moment as first told, by the calendar of today, and with the pauses; none beyond the calendar."""
    try:
        unpaused = terms.due_at(started_at, start)
        is_settled = terms.first_calendar is not terms.calendar
        original = terms.first_due_at(started_at, start) if is_settled else unpaused
        return original, unpaused, None if unpaused is None else terms.extended(unpaused, spans)
    except OutsideCalendar:
        return None, None, None


def _spans(run: Run, times: list[datetime]) -> list[Span]:
    """Cut the waits to the life of the clock."""
    end = len(times) if run.end is None else run.end
    cut = ((max(opened, run.start), ended) for opened, ended in run.waits)
    return [
        (times[opened], None if ended is None and run.end is None else times[min(end, ended or end)])
        for opened, ended in cut
    ]


def _verdict(run: Run, due_at: datetime | None, ended_at: datetime | None) -> Verdict:
    if due_at is None:
        return Verdict.NOT_CONFIGURED
    if ended_at is None:
        return Verdict.OPEN
    if ended_at > due_at:
        return Verdict.BREACHED
    return Verdict.MET if run.stop is not None else Verdict.CANCELLED


def _exclusion(timeline: Timeline, run: Run, terms: Terms, clock_id: str) -> Exclusion | None:
    """Find who excluded the clock: by its own id at any time, or by its promise in the same cycle."""
    for place in timeline.by_name["Approved"]:
        fact = timeline.fact(place)
        if not isinstance(fact, events.Approved) or fact.subject is not Subject.EXCLUSION:
            continue
        if fact.item == clock_id or (fact.item == terms.promise.id and timeline.cycle(place) == run.cycle):
            return timeline.version(place), fact.reason
    return None


def _clock(
    timed: _Timed, timeline: Timeline, late: set[int], as_recorded: Verdict | None, *, is_corrected: bool
) -> Clock:
    run, terms = timed.run, timed.terms
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
        original_due_at=timed.original_due_at,
        due_at=timed.due_at,
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
        lacking=terms.lacking or (Lacking.CALENDAR if timed.due_at is None else None),
        calendar_version=None if terms.calendar is None else terms.calendar.version,
        calendar_years=_years(timed),
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
    moved = {timeline.version(place) for place in (run.start, run.end) if place is not None}
    for opened, ended in run.waits:
        moved.add(timeline.version(opened))
        if ended is not None and (run.end is None or ended <= run.end):
            moved.add(timeline.version(ended))
    return tuple(sorted(moved if timed.exclusion is None else {*moved, timed.exclusion[0]}))


def _measured(
    timed: _Timed, stopped_at: datetime | None
) -> tuple[timedelta, timedelta | None, tuple[datetime, ...]]:
    """Measure pause and work in the clock's own time; nothing where the calendar does not reach."""
    terms, paused = timed.terms, timedelta(0)
    try:
        for since, until in timed.spans:
            paused += (until and terms.worked(since, until)) or timedelta(0)
        worked = None if stopped_at is None else terms.worked(timed.started_at, stopped_at)
        due = timed.unpaused_due_at
        warned_at = () if due is None else terms.warned_at(timed.started_at, due, timed.spans)
    except OutsideCalendar:
        return timedelta(0), None, ()
    return paused, None if worked is None else worked - paused, warned_at


def _years(timed: _Timed) -> tuple[tuple[int, str], ...]:
    """Name the years whose schedule the clock rests on, with what each says."""
    calendar, due_at = timed.terms.calendar, timed.due_at
    if calendar is None or due_at is None or not calendar.definition.follows_years:
        return ()
    last = max(due_at, timed.started_at, timed.ended_at or due_at)
    return tuple(calendar.year_versions(touches(timed.started_at, last, calendar)).items())
