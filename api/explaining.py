"""`GET …/clocks/{clock}/explain`: how a due time came about, day by day, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query

from api.access import Question
from api.auth import Here, asks
from api.case_answers import Bounds, Item, Label
from api.commands import CaseId
from api.described import ASKED, refusals
from api.keys import Credential
from api.parameters import HappenedBy, KnownAt, Seen
from api.past import Telling
from api.queries import told
from cases.calendars.parts import Label as Named
from cases.codes import Code
from cases.errors import NotFound
from cases.promises.clock import Clock
from cases.promises.clocks import clocks
from cases.promises.explain import Step, bound_of, calendar_of, explain
from cases.regulation.bound import Bound
from projections.questions.answers import Part
from projections.tables.dims import FACT_LABELS

router: Final = APIRouter()
SECOND: Final = timedelta(seconds=1)
ClockName = Annotated[
    str,
    Path(
        max_length=300,
        description="the clock's id, or what stands in it behind the case: regulation:promise:cycle",
    ),
]


class Counted(Part):
    """How the time is counted: the amount, where it comes from, and the calendar with its years.

    `source` is the clause, or says that the number is the firm's own. `years` tell whether each year was published.
    """

    amount: int | None
    unit: str | None
    until: str | None
    source: str
    calendar: str
    calendar_label: Label | None
    calendar_basis: str | None
    calendar_version: str | None
    timezone: str | None
    years: dict[int, str]


class Turn(Part):
    """A moment of the clock, and the fact that brought it; None for what time alone brought."""

    at: datetime
    turn: str
    label: Label
    version: int | None
    fact: str | None


class Day(Part):
    """One day: what it is, which of the promised days, and the clock's own seconds counted and paused on it."""

    day: date
    number: int | None
    kind: str
    kind_label: Label
    name: Label | None
    is_open: bool
    counted_seconds: int
    paused_seconds: int
    so_far_seconds: int
    turns: tuple[Turn, ...]


class Pause(Part):
    """A time in which it stood still, with the facts that began and ended it."""

    since: datetime
    until: datetime | None
    opened_by: int
    ended_by: int | None


class Mover(Part):
    """A fact that moved the clock."""

    version: int
    position: int
    fact: str
    label: Label
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    is_backdated: bool


class Exclusion(Part):
    """Why it counts in no adjusted rate, and who approved that."""

    reason: str
    approved_by: str


class ClockExplained(Part):
    """A clock with everything that made its due moment; `cursor` asks for more days, None on the last page."""

    clock: Item
    earliest_at: datetime | None
    ended_at: datetime | None
    lacking: Label | None
    counted: Counted
    days: tuple[Day, ...]
    cursor: date | None
    pauses: tuple[Pause, ...]
    facts: tuple[Mover, ...]
    exclusion: Exclusion | None
    as_of: Bounds


@router.get(
    "/cases/{case_id}/clocks/{clock}/explain",
    tags=["cases"],
    operation_id="explain_clock",
    summary="Explain a due time day by day: holidays, pauses, facts, clause",
    responses=refusals(ASKED),
)
def explain_clock(
    *,
    case_id: CaseId,
    clock: ClockName,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.HISTORY))],
    happened_by: HappenedBy = None,
    known_at: KnownAt = None,
    cursor: Annotated[date | None, Query(description="the cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="how many days at most")] = 100,
    at_least: Seen = None,
) -> ClockExplained:
    """Tell how a clock's due moment came about, always from the facts of its case and the texts it is judged under."""
    telling = told(here, known, case_id, happened_by, known_at, at_least)
    seen = telling.known if telling.bounds.happened_by is None else telling.facts
    name = clock.removeprefix(f"{telling.case_id}:")
    found = next(
        (one for one in clocks(seen, telling.rules) if one.clock_id == f"{telling.case_id}:{name}"), None
    )
    bound = None if found is None else bound_of(found, telling.rules)
    if found is None or bound is None:
        raise NotFound("This case has no such clock", case_id=str(telling.case_id))
    days = [step for step in explain(found, seen, telling.rules) if cursor is None or step.day > cursor]
    return ClockExplained(
        clock=next(item for item in telling.file().clocks if item.clock_id == found.clock_id),
        earliest_at=found.earliest_at,
        ended_at=found.ended_at,
        lacking=_label(found.lacking) if found.lacking else None,
        counted=_counted(found, bound),
        days=tuple(_day(step) for step in days[:limit]),
        cursor=days[limit - 1].day if len(days) > limit else None,
        pauses=tuple(
            Pause(since=one.since, until=one.until, opened_by=one.opened_by, ended_by=one.ended_by)
            for one in found.pauses
        ),
        facts=tuple(_movers(found, telling)),
        exclusion=_exclusion(found),
        as_of=telling.bounds,
    )


def _counted(clock: Clock, bound: Bound) -> Counted:
    within, calendar = clock.promise.base, calendar_of(clock, bound)
    value = bound.setting(within.setting)
    amount = bound.duration(within) if clock.lacking is None else None
    written = {} if amount is None else amount.model_dump(exclude_none=True)
    unit, number = next(iter(written.items()), (None, None))
    return Counted(
        amount=number,
        unit=unit,
        until=within.until,
        source=value.source if value else clock.promise.clause,
        calendar=(value.calendar if value else None) or within.calendar,
        calendar_label=_label(calendar.definition.label) if calendar else None,
        calendar_basis=calendar.definition.basis if calendar else None,
        calendar_version=clock.calendar_version,
        timezone=calendar.timezone if calendar else None,
        years={year: told_as.split("-")[0] for year, told_as in clock.calendar_years},
    )


def _label(named: Named | Code) -> Label:
    return Label(zh=named.zh, en=named.en)


def _day(step: Step) -> Day:
    return Day(
        day=step.day,
        number=step.number,
        kind=step.kind.value,
        kind_label=_label(step.kind),
        name=_label(step.label) if step.label else None,
        is_open=step.is_open,
        counted_seconds=step.counted // SECOND,
        paused_seconds=step.paused // SECOND,
        so_far_seconds=step.so_far // SECOND,
        turns=tuple(
            Turn(
                at=mark.at,
                turn=mark.turn.value,
                label=_label(mark.turn),
                version=mark.version,
                fact=mark.fact,
            )
            for mark in step.marks
        ),
    )


def _movers(clock: Clock, telling: Telling) -> Iterator[Mover]:
    """Give the facts that moved it, as corrected."""
    moved = frozenset(clock.moved_by)
    for one in telling.facts:
        if one.originator_version in moved:
            zh, en = FACT_LABELS.get(one.fact.name(), (one.fact.name(), one.fact.name()))
            yield Mover(
                version=one.originator_version,
                position=one.position,
                fact=one.fact.name(),
                label=Label(zh=zh, en=en),
                occurred_at=one.occurred_at,
                recorded_at=one.known_at,
                actor=one.actor,
                is_backdated=one.is_backdated,
            )


def _exclusion(clock: Clock) -> Exclusion | None:
    if clock.excluded_because is None or clock.excluded_by is None:
        return None
    return Exclusion(reason=clock.excluded_because, approved_by=clock.excluded_by)
