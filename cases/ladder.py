"""The ladder of a clock: the warnings it gives, and the roles that it goes up to while nobody stops it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.alerts import Counted, counted
from cases.calendars.counting import Calendar, add, elapsed
from cases.calendars.walls import OutsideCalendar
from cases.codes import EscalationReason
from cases.events import Escalated
from cases.promises.clock import Clock, Standing, standing
from cases.recorded import Recorded
from cases.regulation.rules import Rules


@dataclass(frozen=True, slots=True)
class Rung:
    """A level of a clock: a warning such as `warn-75`, reached at its moment; or a role, reached after it."""

    level: str
    at: datetime
    is_warning: bool


@dataclass(frozen=True, slots=True)
class Escalation:
    """An Escalated fact that rests on a clock or an alert. `is_revised` says that by what is known now it would not be.

    Of an alert that counts across cases only what its own case tells is looked at.
    """

    version: int
    rests_on: str
    """Clock id or alert id."""
    level: str
    at: datetime
    is_warning: bool
    is_revised: bool


def ladder(clock: Clock, rules: Rules) -> Iterator[Rung]:
    """Give the rungs of a clock from the lowest; none of one that is not configured.

    A warning is reached when its share of the time has passed. The first role is reached when the clock is overdue,
    each further one when the time first promised has passed once more, in the clock's own time base; as far as the
    calendar reaches.
    """
    if clock.due_at is None:
        return
    for share, at in zip(clock.promise.warn, clock.warned_at, strict=False):
        yield Rung(f"warn-{share * 100:g}", at, is_warning=True)
    for role, at in zip(clock.promise.escalate, _overdue(clock, clock.due_at, rules), strict=False):
        yield Rung(role, at, is_warning=False)


def _overdue(clock: Clock, due_at: datetime, rules: Rules) -> Iterator[datetime]:
    """Give the due moment, then the moments by which the time first promised has passed again and again."""
    yield due_at
    calendar = next(_calendars(clock, rules), None)
    if calendar is None or clock.original_due_at is None:
        return
    at = due_at
    try:
        again = max(elapsed(clock.started_at, clock.original_due_at, calendar), timedelta(0))
        while True:
            at = add(at, again, calendar)
            yield at
    except OutsideCalendar:
        return


def _calendars(clock: Clock, rules: Rules) -> Iterator[Calendar]:
    for bound in rules:
        if bound.pinned == clock.pinned:
            try:
                yield bound.calendar(clock.promise.within)
            except KeyError:
                return


def reached(clock: Clock, level: str, at: datetime, rules: Rules) -> Rung | None:
    """Give the rung of a level if a clock stands on it at an instant; a warning comes too late when it is overdue."""
    stands = standing(clock, at)
    for rung in ladder(clock, rules):
        if rung.level == level and rung.is_warning:
            return rung if stands is Standing.RUNNING and at >= rung.at else None
        if rung.level == level:
            return rung if stands is Standing.OVERDUE and at > rung.at else None
    return None


def ahead(clock: Clock, told: Collection[str], rules: Rules) -> tuple[Rung, ...]:
    """Give the rungs above the highest that was told; what was passed over stays passed over."""
    rungs = tuple(ladder(clock, rules))
    last = max((place for place, rung in enumerate(rungs, 1) if rung.level in told), default=0)
    return rungs[last:]


def is_warning(fact: Escalated) -> bool:
    """Tell whether an Escalated is only a warning of the watcher: the case did not go up with it."""
    return fact.is_automatic and fact.reason is EscalationReason.DUE_SOON


def escalations(history: Sequence[Recorded], clocks: Iterable[Clock], rules: Rules) -> tuple[Escalation, ...]:
    """Give what rests on clocks and alerts among the effective facts of a case, in log order."""
    known = {clock.clock_id: clock for clock in clocks}
    alerts: tuple[Counted, ...] | None = None
    found: list[Escalation] = []
    for recorded in history:
        fact, at = recorded.fact, recorded.occurred_at
        if not isinstance(fact, Escalated) or (fact.clock or fact.alert) is None:
            continue
        if fact.clock is not None:
            clock = known.get(fact.clock)
            is_revised = clock is None or reached(clock, fact.level, at, rules) is None
        else:
            alerts = counted(history, tuple(known.values()), rules) if alerts is None else alerts
            is_revised = not any(one.alert_id == fact.alert and one.at <= at for one in alerts)
        found.append(_escalation(recorded, fact, is_revised=is_revised))
    return tuple(found)


def _escalation(recorded: Recorded, fact: Escalated, *, is_revised: bool) -> Escalation:
    return Escalation(
        version=recorded.originator_version,
        rests_on=fact.clock or fact.alert or "",
        level=fact.level,
        at=recorded.occurred_at,
        is_warning=is_warning(fact),
        is_revised=is_revised,
    )
