"""Cases of one shape are judged alike: what is kept in mind of earlier cases changes nothing of a later one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from cases import events
from cases.codes import Disposition, InspectionStage, Kind, Step
from cases.fact import Fact, Part
from cases.promises import shapes
from cases.promises.clocks import clocks
from cases.promises.timeline import CLAIMED, Timeline
from cases.regulation.marking import Shape
from cases.regulation.packs import shipped_names, shipped_regulation
from cases.regulation.patterns import Pattern
from projections.casefile import CaseFacts, CaseFile, open_file
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import PINNED, received, recorded, reference, wall

REFERENCE = reference()
(LAMPS,) = REFERENCE.rules_for(PINNED)
CASE = next(FactoryLog(seed=5).histories())[0].originator_id


def forget() -> None:
    """Keep nothing of earlier cases in mind."""
    shapes.FOUND.clear()
    LAMPS.regulation.marking.broken.clear()


def opened(facts: CaseFacts) -> CaseFile:
    return open_file(facts, REFERENCE)


def test_a_case_is_judged_as_if_none_had_come_before_it() -> None:
    forget()
    cases = [CaseFacts(h[0].originator_id, tuple(h)) for h in islice(FactoryLog(seed=5).histories(), 400)]
    kept = [opened(case) for case in cases]
    assert len(LAMPS.regulation.marking.broken) < len(cases) / 2, "hardly any case is like another"
    for case, file in zip(cases, kept, strict=True):
        forget()
        alone = opened(case)
        assert (alone.clocks, alone.findings) == (file.clocks, file.findings)


def shape(*facts: Fact) -> Shape:
    told = [
        recorded(CASE, version, wall(f"2026-03-02 09:{version:02}"), fact)
        for version, fact in enumerate(facts, 1)
    ]
    return Timeline(told, CLAIMED).shape(LAMPS.regulation.marking)


def test_what_a_regulation_asks_for_tells_shapes_apart_and_nothing_else_does() -> None:
    asked, reply = events.Classified(kind=Kind.CONSULTATION), events.Responded(step=Step.REPLY)
    begun = received("AS-1")
    assert shape(begun, asked, reply) == shape(received("AS-2", batch="B9", region="R1"), asked, reply)
    assert shape(begun, asked, reply) != shape(begun, reply, asked)
    assert shape(begun, asked, reply) != shape(begun, events.Classified(kind=Kind.REPAIR), reply)
    assert shape(begun, asked, reply) != shape(begun, asked, events.Responded(step=Step.FIRST_TOUCH))


def test_facts_told_late_have_another_shape_than_the_same_told_in_time() -> None:
    begun = recorded(CASE, 1, wall("2026-03-02 09:00"), received("AS-1"))
    arrival = events.Inspected(stage=InspectionStage.ARRIVAL, disposition=Disposition.REPAIR)
    second, third = (recorded(CASE, version, wall("2026-03-02 10:00"), arrival) for version in (2, 3))
    marking = LAMPS.regulation.marking
    assert Timeline((begun, second, third), CLAIMED).shape(marking).ranks is None
    early = recorded(CASE, 3, wall("2026-03-02 09:30"), arrival)
    assert Timeline((begun, second, early), CLAIMED).shape(marking).ranks == (0, 2, 1)
    assert clocks((begun, second, early), REFERENCE.rules_for(PINNED))


def patterns_of(part: object) -> Iterator[Pattern]:
    """Every pattern that stands anywhere in a part of a regulation."""
    if isinstance(part, Pattern):
        yield part
    elif isinstance(part, Part):
        yield from (one for name in type(part).model_fields for one in patterns_of(getattr(part, name)))
    elif isinstance(part, tuple):
        yield from (one for each in part for one in patterns_of(each))


@pytest.mark.parametrize("name", shipped_names())
def test_whatever_a_promise_or_constraint_asks_of_a_fact_makes_its_shape(name: str) -> None:
    pack = shipped_regulation(name).regulation
    asked = {str(one) for one in patterns_of((*pack.promise, *pack.constraint))}
    assert len(asked) > 10
    assert asked <= set(pack.marking.numbers)
