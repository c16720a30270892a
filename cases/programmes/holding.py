"""A programme in one period, after its facts: held, measures with their effect, published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import reduce
from uuid import UUID
from zoneinfo import ZoneInfo

from cases.code import Code
from cases.codes import Effect
from cases.events_programme import EffectSeen, MeasureSet, ProgrammeHeld, ResultsPublished
from cases.period import Period
from cases.recorded import Recorded
from cases.streams import stream_id


def holding_id(regulation: str, programme: str, period: Period) -> UUID:
    """Give the id of the stream of a programme in a period."""
    return stream_id("programme", regulation, programme, period)


class Standing(Code):
    """How a programme stands in a period at an instant."""

    RUNNING = "running", "进行中", "The period is not over"
    OWED = "owed", "待执行", "Owed"
    OVERDUE = "overdue", "逾期未执行", "Overdue"
    HELD = "held", "已执行", "Held"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure with what came of it, as it was seen last."""

    fact: MeasureSet
    effect: Effect | None = None

    def is_overdue(self, today: date) -> bool:
        """Tell whether its day has passed and nobody has seen an effect."""
        return self.effect is None and today > self.fact.due_on


@dataclass(frozen=True, slots=True)
class Holding:
    """A programme in one period; `held` is the holding that stands, `held_at` its version.

    What was ordered after a holding stays ordered when it is corrected; what was told of it is told of that one only.
    """

    version: int = 0
    held_at: int = 0
    held: ProgrammeHeld | None = None
    told: Recorded | None = None
    """Who held it, in which role and when."""
    measures: dict[int, Measure] = field(default_factory=dict)
    published: tuple[ResultsPublished, ...] = ()
    """To whom the holding that stands was told."""

    def standing(self, period: Period, now: datetime, zone: ZoneInfo) -> Standing:
        """Tell how it stands: what is owed falls due at the end of the following period."""
        if self.held is not None:
            return Standing.HELD
        if now < period.ends(zone):
            return Standing.RUNNING
        return Standing.OVERDUE if now >= period.following.ends(zone) else Standing.OWED


def evolve(holding: Holding, recorded: Recorded) -> Holding:
    """Assign what a fact says; never raises on history."""
    known = replace(holding, version=recorded.originator_version)
    match recorded.fact:
        case ProgrammeHeld() as fact:
            at = recorded.originator_version
            return replace(known, held=fact, held_at=at, told=recorded, published=())
        case MeasureSet(measure=number) as fact:
            return replace(known, measures={**known.measures, number: Measure(fact)})
        case EffectSeen(measure=number, effect=effect) if number in known.measures:
            seen = replace(known.measures[number], effect=effect)
            return replace(known, measures={**known.measures, number: seen})
        case ResultsPublished() as fact:
            return replace(known, published=(*known.published, fact))
        case _:
            return known


def fold(facts: Iterable[Recorded]) -> Holding:
    """Fold the facts of one programme in one period."""
    return reduce(evolve, facts, Holding())
