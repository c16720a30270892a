"""The clocks of a case: a pure function of its facts and the rules that bind it (design.md 5).

A clock runs on the corrected times at which facts happened. Moments are compared, never shares or rounded times; a
stop at the due moment is in time, a later one stays a miss. Closing a case stops no clock, unless the customer gave
the demand up: what was not yet due is then cancelled, what had been due stays a miss. So does a reclassification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases import events
from cases.bound import Bound
from cases.calendar_listing import touches
from cases.clock import Clock, Lacking, Standing, Stretch, Verdict, standing
from cases.codes import Subject
from cases.history import effective
from cases.promise_runs import Run, Timeline, runs
from cases.promise_terms import Terms, terms_of
from cases.recorded import Recorded
from cases.rules import Rules
from cases.walls import OutsideCalendar

__all__ = ["Clock", "Standing", "Stretch", "Verdict", "clocks", "standing"]


@dataclass(frozen=True, slots=True)
class _Timed:
    """A run with its due moments and its verdict."""

    clock_id: str
    bound: Bound
    terms: Terms
    run: Run
    started_at: datetime
    ended_at: datetime | None
    original_due_at: datetime | None
    due_at: datetime | None
    verdict: Verdict
    exclusion: tuple[int, str] | None
    lacking: Lacking | None
    movers: tuple[int, ...]

    @property
    def adjusted(self) -> Verdict:
        """Give the verdict with what was excluded left out."""
        return self.verdict if self.exclusion is None else Verdict.EXCLUDED


def clocks(facts: Sequence[Recorded], rules: Rules) -> tuple[Clock, ...]:
    """Derive every clock of a case from all its stored facts; by regulation, promise, cycle."""
    known = effective(facts) if rules.bound else ()
    timeline = _as_claimed(known)
    found = _timed(timeline, rules)
    if not found:
        return ()
    recorded = _timed(_as_recorded(known), rules) if _is_live(known) else None
    before = found if known == tuple(facts) else _before_corrections(facts, rules)
    late = {fact.originator_version for fact in known if fact.is_backdated}
    return tuple(
        _clock(
            timed,
            None if recorded is None else recorded.get(clock_id),
            is_backdated=not late.isdisjoint(timed.movers),
            is_corrected=_moved(timed, before.get(clock_id)),
        )
        for clock_id, timed in found.items()
    )


def _as_claimed(known: Sequence[Recorded]) -> Timeline:
    entries = [(recorded.occurred_at, recorded.originator_version, recorded) for recorded in known]
    entries.sort(key=lambda entry: entry[:2])
    return Timeline(tuple(entries))


def _as_recorded(known: Sequence[Recorded]) -> Timeline:
    """Order the facts by when the log learned of them."""
    entries = [(recorded.known_at, recorded.originator_version, recorded) for recorded in known]
    entries.sort(key=lambda entry: entry[:2])
    return Timeline(tuple(entries))


def _is_live(known: Sequence[Recorded]) -> bool:
    """Tell whether the firm recorded the case as it went; a history taken over has no times of its own record."""
    return all(recorded.fact.is_live for recorded in known if isinstance(recorded.fact, events.Received))


def _before_corrections(facts: Sequence[Recorded], rules: Rules) -> dict[str, _Timed]:
    plain = tuple(recorded for recorded in facts if not isinstance(recorded.fact, events.Corrected))
    return _timed(_as_claimed(plain), rules)


def _moved(timed: _Timed, before: _Timed | None) -> bool:
    """Tell whether a correction moved the clock or brought it about."""
    if before is None:
        return True
    return (timed.started_at, timed.ended_at, timed.due_at, timed.verdict, timed.run.stretches) != (
        before.started_at, before.ended_at, before.due_at, before.verdict, before.run.stretches,
    )  # fmt: skip


def _timed(timeline: Timeline, rules: Rules) -> dict[str, _Timed]:
    """Time every run of every promise that binds, by clock id."""
    return {
        timed.clock_id: timed
        for bound in rules.bound
        for terms in terms_of(bound)
        for run in runs(timeline, terms)
        for timed in (_time(_clock_id(timeline, bound, terms, run), bound, terms, run, timeline),)
    }


def _clock_id(timeline: Timeline, bound: Bound, terms: Terms, run: Run) -> str:
    case_id, number = timeline.entries[0][2].originator_id, f":{run.number}" if run.number > 1 else ""
    return f"{case_id}:{bound.pinned.regulation}:{terms.promise.id}:{run.cycle}{number}"


def _time(clock_id: str, bound: Bound, terms: Terms, run: Run, timeline: Timeline) -> _Timed:
    started_at = timeline.entries[run.start][0]
    ended_at = None if run.end is None else timeline.entries[run.end][0]
    exclusion = _exclusion(timeline, run, terms, clock_id)
    lacking, original, due_at = terms.lacking, None, None
    try:
        original = terms.due_at(started_at, timeline.fact(run.start))
        due_at = None if original is None else terms.extended(original, run.stretches)
    except OutsideCalendar:
        lacking, original = Lacking.CALENDAR, None
    return _Timed(
        clock_id, bound, terms, run, started_at, ended_at, original, due_at, _verdict(run, due_at, ended_at),
        exclusion, lacking, _movers(run, exclusion, timeline),
    )  # fmt: skip


def _verdict(run: Run, due_at: datetime | None, ended_at: datetime | None) -> Verdict:
    if due_at is None:
        return Verdict.NOT_CONFIGURED
    if ended_at is None:
        return Verdict.OPEN
    if ended_at > due_at:
        return Verdict.BREACHED
    return Verdict.MET if run.stop is not None else Verdict.CANCELLED


def _exclusion(timeline: Timeline, run: Run, terms: Terms, clock_id: str) -> tuple[int, str] | None:
    """Find who excluded the clock: by its own id at any time, or by its promise in the same cycle."""
    for at in timeline.by_name.get("Approved", ()):
        version, fact = timeline.entries[at][1], timeline.fact(at)
        if not isinstance(fact, events.Approved) or fact.subject is not Subject.EXCLUSION:
            continue
        if fact.item == clock_id or (fact.item == terms.promise.id and timeline.cycle(at) == run.cycle):
            return version, fact.reason
    return None


def _clock(timed: _Timed, as_recorded: _Timed | None, *, is_backdated: bool, is_corrected: bool) -> Clock:
    run, terms = timed.run, timed.terms
    stopped_at = timed.ended_at if run.stop is not None else None
    paused, worked, warned_at = _measured(timed, stopped_at)
    return Clock(
        clock_id=timed.clock_id,
        promise=terms.promise,
        pinned=timed.bound.pinned,
        cycle=run.cycle,
        started_at=timed.started_at,
        original_due_at=timed.original_due_at,
        due_at=timed.due_at,
        warned_at=warned_at,
        pauses=run.stretches,
        paused=paused,
        stopped_at=stopped_at,
        ended_at=timed.ended_at,
        raw_elapsed=None if stopped_at is None else stopped_at - timed.started_at,
        working_elapsed=worked,
        verdict=timed.adjusted,
        verdict_unadjusted=timed.verdict,
        verdict_as_recorded=None if as_recorded is None else as_recorded.adjusted,
        excluded_because=None if timed.exclusion is None else timed.exclusion[1],
        lacking=timed.lacking,
        calendar_version=None if terms.calendar is None else terms.calendar.version,
        calendar_years=_years(timed),
        moved_by=timed.movers,
        is_backdated=is_backdated,
        is_corrected=is_corrected,
    )


def _movers(run: Run, exclusion: tuple[int, str] | None, timeline: Timeline) -> tuple[int, ...]:
    movers = {timeline.entries[at][1] for at in (run.start, run.end) if at is not None}
    for stretch in run.stretches:
        movers |= {stretch.opened_by} if stretch.ended_by is None else {stretch.opened_by, stretch.ended_by}
    return tuple(sorted(movers if exclusion is None else {*movers, exclusion[0]}))


def _measured(
    timed: _Timed, stopped_at: datetime | None
) -> tuple[timedelta, timedelta | None, tuple[datetime, ...]]:
    """Measure pause and work in the clock's own time; nothing where the calendar does not reach."""
    terms, stretches, paused = timed.terms, timed.run.stretches, timedelta(0)
    try:
        for stretch in stretches:
            if stretch.until is not None:
                paused += terms.worked(stretch.since, stretch.until) or timedelta(0)
        worked = None if stopped_at is None else terms.worked(timed.started_at, stopped_at)
        due = timed.original_due_at
        warned_at = () if due is None else terms.warned_at(timed.started_at, due, stretches)
    except OutsideCalendar:
        return timedelta(0), None, ()
    return paused, None if worked is None else worked - paused, warned_at


def _years(timed: _Timed) -> tuple[tuple[int, str], ...]:
    """Name the years whose schedule the clock rests on, with what each says."""
    calendar, due = timed.terms.calendar, timed.due_at
    if calendar is None or due is None or not calendar.definition.follows_years:
        return ()
    ends = [moment for moment in (due, timed.ended_at) if moment is not None]
    years = touches(timed.started_at, max(*ends, timed.started_at), calendar)
    return tuple(calendar.year_versions(years).items())
