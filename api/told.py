"""Parts of what is told of a case: a word, a clock with what rests on it, a finding, a correction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from api.case_answers import Breach, Change, Climbed, Item, Label
from cases.codes import Code
from cases.events import Corrected
from cases.ladder import Escalation
from cases.promises.clock import Clock, standing
from cases.recorded import Recorded
from cases.regulation.constraints import Finding


def label(code: Code) -> Label:
    """Give a code's labels."""
    return Label(zh=code.zh, en=code.en)


def change(by: Recorded) -> Change:
    """Tell a correction."""
    fact = by.fact
    assert isinstance(fact, Corrected), "corrections are made by Corrected"  # noqa: S101 - for the type checker
    return Change(
        version=by.originator_version,
        recorded_at=by.known_at,
        actor=by.actor,
        reason=fact.reason.value,
        is_withdrawn=fact.is_withdrawn,
    )


def item(clock: Clock, at: datetime, made: Iterable[Escalation]) -> Item:
    """Tell a clock as it stands at an instant, with what was made of it."""
    promise = clock.promise
    return Item(
        clock_id=clock.clock_id,
        promise=promise.id,
        clause=promise.clause,
        label=Label(zh=promise.label.zh, en=promise.label.en),
        regulation=f"{clock.pinned.regulation}@{clock.pinned.version}",
        cycle=clock.cycle,
        started_at=clock.started_at,
        original_due_at=clock.original_due_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        paused_seconds=round(clock.paused.total_seconds()),
        standing=standing(clock, at).value,
        verdict=clock.verdict.value,
        verdict_unadjusted=clock.verdict_unadjusted.value,
        verdict_as_recorded=clock.verdict_as_recorded.value if clock.verdict_as_recorded else None,
        moved_by=clock.moved_by,
        is_backdated=clock.is_backdated,
        is_corrected=clock.is_corrected,
        escalations=tuple(
            Climbed(
                version=one.version,
                level=one.level,
                at=one.at,
                is_warning=one.is_warning,
                is_revised=one.is_revised,
            )
            for one in made
            if one.rests_on == clock.clock_id
        ),
    )


def breach(found: Finding) -> Breach:
    """Tell a finding."""
    return Breach(
        constraint=found.constraint,
        clause=found.clause,
        label=Label(zh=found.label.zh, en=found.label.en),
        regulation=found.regulation,
        mode=found.mode,
        versions=found.versions,
        is_overridden=found.is_overridden,
    )
