"""What alerts count: facts and missed clocks, by case or by what is the same of them; pure, it reads no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from cases.calendars.walls import OutsideCalendar
from cases.events import OF_ITS_CASE, Escalated
from cases.fact import Fact
from cases.kept import Kept
from cases.period import Period
from cases.personal import PersonalRef
from cases.promises.clock import Clock, Verdict
from cases.promises.limits import Limit, limit_of
from cases.promises.terms import Sought
from cases.promises.timeline import CLAIMED, Timeline
from cases.recorded import Recorded
from cases.regulation.alerting import Alert
from cases.regulation.bound import Bound
from cases.regulation.claim import Claim
from cases.regulation.entitlements import Rights
from cases.regulation.items import Within
from cases.regulation.rules import Rules

UNTOLD: Final = frozenset({None, "", "unknown"})
JUST_BEFORE: Final = timedelta(microseconds=1)


class Counted(NamedTuple):
    """A fact that an alert counts, or a clock that is missed or will be at that moment unless it is stopped."""

    alert: Alert
    bound: Bound
    alert_id: str
    """Case, regulation, alert and cycle, as clocks are named."""
    version: int
    """The fact, or the one that started the clock."""
    clock_id: str | None
    same: str | None
    """What has to be the same, as words and tokens; None where a case's own are counted together."""
    at: datetime
    until: datetime | None
    """Up to when later ones count together with it; None for ever."""
    is_excluded: bool = False
    """Shown, and not counted."""

    @property
    def subject(self) -> str:
        """Name what is counted together."""
        if self.same is None:
            return self.alert_id
        return f"{self.bound.pinned.regulation}:{self.alert.id}:{self.same}"


def counted(history: Sequence[Recorded], clocks: Sequence[Clock], rules: Rules) -> tuple[Counted, ...]:
    """Give all that the alerts of its regulations count in a case; `history` holds its effective facts."""
    return counted_along(Timeline(history, CLAIMED), clocks, rules)


def counted_along(timeline: Timeline, clocks: Sequence[Clock], rules: Rules) -> tuple[Counted, ...]:
    """Count along the timeline of the effective facts, by their claims."""
    found: list[Counted] = []
    for bound in rules:
        for alert in bound.regulation.alert:
            named = any(pattern.fact in timeline.by_name for pattern in alert.counts)
            missed = [clock for clock in clocks if clock.promise.id in alert.misses] if alert.misses else ()
            own = [
                *(_facts(timeline, bound, alert) if named else ()),
                *(_missed(timeline, bound, alert, missed) if missed else ()),
            ]
            if own and _is_meant(timeline, bound, alert, rules):
                found += own
    return tuple(found)


def _is_meant(timeline: Timeline, bound: Bound, alert: Alert, rules: Rules) -> bool:
    where = alert.applies
    return not where.where or where.holds(Rights(Claim.of(timeline.known), bound, rules.bound).trait)


def is_reached(mine: Iterable[Counted], among: Sequence[Counted], at: datetime) -> bool:
    """Tell whether one of `mine` makes up the number by an instant, with what came before it `among` all."""
    return any(
        one.at <= at and sum(_goes_with(each, one) for each in among) >= one.alert.at_least for one in mine
    )


def _goes_with(each: Counted, one: Counted) -> bool:
    return (
        each.subject == one.subject
        and each.at <= one.at
        and (each.until is None or one.at <= each.until)
        and not each.is_excluded
    )


def _facts(timeline: Timeline, bound: Bound, alert: Alert) -> Iterator[Counted]:
    for place in timeline.matching(_sought(alert)):
        recorded, name = timeline.facts[place], _name(timeline, bound, alert, timeline.cycle(place))
        same = _same(timeline, alert, recorded.occurred_at, recorded.fact) if alert.same else None
        until = _until(bound, alert, recorded.occurred_at, recorded.fact)
        if until is not None and (same is not None or not alert.same):
            yield Counted(
                alert, bound, name, recorded.originator_version, None, same, recorded.occurred_at, *until
            )


def _sought(alert: Alert) -> tuple[Sought, ...]:
    """Make ready to look for what an alert counts; the same for the very same alert."""
    known = _SOUGHT.get(id(alert))
    return known[1] if known else _SOUGHT.keep(id(alert), (alert, tuple(map(Sought.of, alert.counts))))[1]


_SOUGHT: Final = Kept[int, tuple[Alert, tuple[Sought, ...]]](256)


def _missed(timeline: Timeline, bound: Bound, alert: Alert, clocks: Iterable[Clock]) -> Iterator[Counted]:
    for clock in clocks:
        at = missed_at(clock) if clock.pinned == bound.pinned else None
        if at is None:
            continue
        started = next(one.fact for one in timeline.facts if one.originator_version == clock.started_by)
        same, until = _same(timeline, alert, at, started), _until(bound, alert, at, started)
        if same is not None and until is not None:
            name = _name(timeline, bound, alert, clock.cycle)
            is_excluded = clock.verdict is Verdict.EXCLUDED
            yield Counted(alert, bound, name, clock.started_by, clock.clock_id, same, at, *until, is_excluded)


def missed_at(clock: Clock) -> datetime | None:
    """Tell when a clock was missed, or will be; None for what was kept, is no longer owed, or stands still."""
    is_late = clock.ended_at is None or (clock.due_at is not None and clock.ended_at > clock.due_at)
    match clock.verdict_unadjusted:
        case Verdict.BREACHED:
            return clock.due_at if is_late else clock.ended_at
        case Verdict.OPEN if not any(_holds(stretch.since, stretch.until, clock) for stretch in clock.pauses):
            return clock.due_at
        case _:
            return None


def _holds(since: datetime, until: datetime | None, clock: Clock) -> bool:
    return until is None and (clock.due_at is None or since <= clock.due_at)


def _name(timeline: Timeline, bound: Bound, alert: Alert, cycle: int) -> str:
    return f"{timeline.facts[0].originator_id}:{bound.pinned.regulation}:{alert.id}:{cycle}"


def _until(bound: Bound, alert: Alert, at: datetime, fact: Fact) -> tuple[datetime | None] | None:
    """Give up to when it counts together with later ones; nothing where the time is not configured."""
    if alert.period is not None:
        zone = ZoneInfo(bound.calendars.text.timezone)
        return (Period.holding(at.astimezone(zone).date(), 1).ends(zone) - JUST_BEFORE,)
    if alert.within is None:
        return (None,)
    limit = _limit(bound, alert, alert.within)
    try:
        until = limit.moment(at, fact, limit.calendar)
    except OutsideCalendar:
        return None
    return None if until is None else (until,)


def _limit(bound: Bound, alert: Alert, within: Within) -> Limit:
    """Read within what time an alert counts; once for the same documents."""
    key = (id(alert), id(bound.settings), id(bound.calendars))
    known = _LIMITS.get(key)
    return known[2] if known else _LIMITS.keep(key, (alert, bound, limit_of(bound, within)))[2]


_LIMITS: Final = Kept[tuple[int, int, int], tuple[Alert, Bound, Limit]](256)
"""By the very documents, which are kept alive, and so their ids."""


def _same(timeline: Timeline, alert: Alert, at: datetime, fact: Fact) -> str | None:
    """Write what has to be the same, as it was then; None where one part of it is not told."""
    own = [_word(getattr(fact, name, None)) or _of_case(timeline, name, at) for name in alert.same]
    return None if UNTOLD.intersection(own) else "|".join(map(str, own))


def _of_case(timeline: Timeline, name: str, at: datetime) -> str | None:
    """Tell what the newest fact said that speaks of it: who had the case, or a field of what was received."""
    told = (
        getattr(one.fact, name)
        for one in reversed(timeline.facts)
        if one.occurred_at <= at and isinstance(one.fact, OF_ITS_CASE) and name in type(one.fact).model_fields
    )
    return _word(next(told, None))


def _word(value: Any) -> str | None:
    """Write a value so that equal ones are equal: of a personal one only the token, if it has one."""
    if isinstance(value, PersonalRef):
        return value.token
    return None if value in UNTOLD else str(value)


def told(facts: Iterable[Recorded], alert_id: str) -> Collection[str]:
    """Name the levels of an alert that were recorded, also those that were withdrawn since."""
    return {
        known.fact.level
        for known in facts
        if isinstance(known.fact, Escalated) and known.fact.alert == alert_id
    }
