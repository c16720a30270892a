"""The facts of a programme in one period: held, a measure set, its effect seen, the results published (A.14)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from cases.codes import CheckMethod, Department, Effect, Improvement, Role, Seen
from cases.events_audit import PeriodWord
from cases.events_reference import Digest
from cases.fact import Attachment, Fact, Part, Word

Number = Annotated[int, Field(ge=1, le=10**6)]


class Ticked(Part):
    """A question of the check-list with what was seen; `of` names the drawn case that it was asked of."""

    question: Word
    seen: Seen
    of: Word | None = None


class Figures(Part):
    """Figures as they were compiled at the position: canonical JSON, and its sha256."""

    document: str
    sha256: Digest


class ProgrammeHeld(Fact):
    """A programme was held for a period: what was looked at up to which position of the log, how, and what was seen.

    `departments` took part; `report` is a paper kept elsewhere; `chosen` is whom a person chose of a ranking;
    `corrects` the version of the holding that this one supersedes.
    """

    topic = "programme.held.v1"

    regulation: Word
    programme: Word
    clause: Word
    period: PeriodWord
    position: Annotated[int, Field(ge=0)]
    methods: tuple[CheckMethod, ...] = ()
    departments: tuple[Department, ...] = ()
    answers: tuple[Ticked, ...] = ()
    figures: Figures | None = None
    chosen: Word | None = None
    report_no: Word | None = None
    report: Attachment | None = None
    corrects: Number | None = None


class MeasureSet(Fact):
    """What is to be put right by a day, after what was seen (S1 六/5); a training is a measure too."""

    topic = "programme.measure_set.v1"

    measure: Number
    question: Word | None = None
    improvement: Improvement
    department: Department
    assigned_to: Word | None = None
    due_on: date


class EffectSeen(Fact):
    """A measure was looked at again: what came of it (S4 四(三)2)."""

    topic = "programme.effect_seen.v1"

    measure: Number
    effect: Effect


class ResultsPublished(Fact):
    """The results of a holding were told (S1 五/3, 七/4): to everybody, or to those of some roles."""

    topic = "programme.published.v1"

    held: Number
    told_to: tuple[Role, ...] = ()


PROGRAMME_FACTS: tuple[type[Fact], ...] = (ProgrammeHeld, MeasureSet, EffectSeen, ResultsPublished)
