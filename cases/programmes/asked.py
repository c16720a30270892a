"""What can be asked of a programme in a period, and the facts that follow: hold, rectify, follow, publish."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from cases.caller import is_same_person
from cases.codes import CheckMethod, Department, Effect, Improvement, Role, Seen
from cases.command import Asked
from cases.errors import NotFound, Refused
from cases.events_programme import (
    EffectSeen,
    Figures,
    MeasureSet,
    Number,
    ProgrammeHeld,
    ResultsPublished,
    Ticked,
)
from cases.fact import Attachment, Day, Fact, Word
from cases.period import Period
from cases.programmes.holding import Holding
from cases.programmes.owed import Duty

LONGEST = 10_000
"""Answers of one holding."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """On what a request for a programme is decided; `items` are the drawn cases that its questions are asked of."""

    duty: Duty
    period: Period
    holding: Holding
    actor: str
    now: datetime
    zone: ZoneInfo
    position: int = 0
    figures: Figures | None = None
    items: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    """Of a ranking, the pseudonyms that it counts."""

    def refusal(self, message: str, rule: str, **more: Any) -> Refused:
        """Say no with the clause that the programme comes from."""
        clause, regulation = self.duty.programme.clause, self.duty.regulation
        return Refused(
            message, rule=rule, clause=clause, regulation=regulation, period=str(self.period), **more
        )

    def must_be_held(self) -> ProgrammeHeld:
        """Give the holding that stands; raises Refused where there is none."""
        if self.holding.held is None:
            raise self.refusal("The programme has not been held for this period", "hold-first")
        return self.holding.held


class ProgrammeAsked(Asked):
    """Something asked of a programme in a period; asking the same again is quiet."""

    def decide(self, occasion: Occasion) -> Iterator[Fact]:
        """Yield the facts that follow; nothing when there is nothing new; raise Refused when forbidden."""
        raise NotImplementedError


class Hold(ProgrammeAsked):
    """Hold a programme for a period: how one looked, who took part, and what was seen.

    The figures of the period are added as they stand, with the position of the log. `chosen` is whom a person chose of
    a ranking; `corrects` the version of a holding that this one supersedes.
    """

    methods: tuple[CheckMethod, ...] = ()
    departments: tuple[Department, ...] = ()
    answers: Annotated[tuple[Ticked, ...], Field(max_length=LONGEST)] = ()
    chosen: Word | None = None
    report_no: Word | None = None
    report: Attachment | None = None
    corrects: Number | None = None

    def decide(self, occasion: Occasion) -> Iterator[Fact]:
        """Yield the holding; raises Refused before its time, a second time, or with questions left out."""
        programme = occasion.duty.programme
        fact = self.as_fact(
            ProgrammeHeld,
            regulation=occasion.duty.regulation,
            programme=programme.id,
            clause=programme.clause,
            period=str(occasion.period),
            position=occasion.position,
            figures=occasion.figures,
        )
        if not _is_repeated(fact, occasion):
            self._must_be_due(occasion)
            self._must_be_whole(occasion)
            yield fact

    def _must_be_due(self, occasion: Occasion) -> None:
        """An evaluation may be held within its period; what is compiled or drawn waits for the end of it."""
        period, is_early = occasion.period, occasion.duty.programme.kind == "evaluation"
        opens = (period.begins if is_early else period.ends)(occasion.zone)
        if (self.occurred_at or occasion.now) < opens:
            raise occasion.refusal(f"{period} is not over yet", "period-over", opens=opens.isoformat())
        if occasion.holding.held is not None and self.corrects != occasion.holding.held_at:
            raise occasion.refusal(
                "It was held already; name the version that this one corrects",
                "held-once",
                version=occasion.holding.held_at,
            )
        if self.chosen is not None and self.chosen not in occasion.people:
            raise occasion.refusal("Somebody whom the ranking counts is chosen", "ranked")

    def _must_be_whole(self, occasion: Occasion) -> None:
        """An evaluation says how one looked; every question of the check-list has one answer, of every drawn case."""
        programme = occasion.duty.programme
        if programme.kind == "evaluation" and not self.methods:
            raise occasion.refusal("Name how you looked: methods", "method-named")
        wanted = [(one.id, of) for one in programme.checklist for of in (occasion.items or (None,))]
        given = [(one.question, one.of) for one in self.answers]
        lacking = [question for question, of in wanted if (question, of) not in given]
        if lacking or len(set(given)) < len(given) or set(given) - set(wanted):
            raise occasion.refusal(
                "Answer every question of the check-list once, and no other",
                "checklist-whole",
                needs=sorted(set(lacking)),
                questions=[one.id for one in programme.checklist],
                items=list(occasion.items),
            )


def _is_repeated(fact: ProgrammeHeld, occasion: Occasion) -> bool:
    """Tell whether the same person said the same before, whatever the log has grown to since."""
    holding = occasion.holding
    if holding.held is None or holding.told is None or not is_same_person(holding.told.actor, occasion.actor):
        return False
    same = fact.model_copy(update={"position": holding.held.position, "figures": holding.held.figures})
    return same in {holding.held, holding.held.model_copy(update={"corrects": None})}


class Rectify(ProgrammeAsked):
    """Set what is to be put right by a day, after what was seen; who fails is trained again (S1 六/5)."""

    question: Word | None = None
    improvement: Improvement
    department: Department
    assigned_to: Word | None = None
    due_on: Day

    def decide(self, occasion: Occasion) -> Iterator[Fact]:
        """Yield the measure under the next number; raises Refused where nothing was held, or seen as it should be."""
        held = occasion.must_be_held()
        fact = self.as_fact(MeasureSet, measure=len(occasion.holding.measures) + 1)
        known = [
            one.fact.model_copy(update={"measure": fact.measure})
            for one in occasion.holding.measures.values()
        ]
        if fact in known:
            return
        if self.due_on < occasion.now.astimezone(occasion.zone).date():
            raise occasion.refusal("The day by which it is put right lies behind", "due-ahead")
        failed = {one.question for one in held.answers if one.seen is not Seen.YES}
        if self.question is not None and self.question not in failed:
            raise occasion.refusal(
                "Only what was not seen as it should be is put right", "seen-wrong", questions=sorted(failed)
            )
        yield fact


class Follow(ProgrammeAsked):
    """Look at a measure again and say what came of it (S4 四(三)2); whose measure it is does not judge it."""

    measure: Number
    effect: Effect

    def decide(self, occasion: Occasion) -> Iterator[Fact]:
        """Yield what was seen; raises NotFound for a measure that was never set, Refused for whose it is."""
        measure = occasion.holding.measures.get(self.measure)
        if measure is None:
            raise NotFound("There is no such measure", measure=self.measure)
        if is_same_person(measure.fact.assigned_to, occasion.actor):
            raise occasion.refusal("Whose measure it is does not judge its effect", "four-eyes")
        if measure.effect is not self.effect:
            yield self.as_fact(EffectSeen)


class Publish(ProgrammeAsked):
    """Tell the results: to everybody, or to those of some roles (S1 五/3, 七/4)."""

    told_to: tuple[Role, ...] = ()

    def decide(self, occasion: Occasion) -> Iterator[Fact]:
        """Yield that they were told; raises Refused where nothing was held."""
        occasion.must_be_held()
        fact = self.as_fact(ResultsPublished, held=occasion.holding.held_at)
        if fact not in occasion.holding.published:
            yield fact


ASKED: dict[str, type[ProgrammeAsked]] = {one.verb(): one for one in (Hold, Rectify, Follow, Publish)}
"""Verb → what is asked."""
