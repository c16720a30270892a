"""A clock names the facts that moved it and that a reader of the rates should know of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice
from typing import Any, Final

from cases import codes, events
from cases.recorded import Recorded
from projections.casefile import CaseFacts
from projections.registry import FACTS, rows
from projections.tables.table import Row
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import recorded, reference

REFERENCE = reference()
MARKS: Final[Mapping[str, Callable[[dict[str, Any]], bool]]] = {
    "backdated_facts": lambda fact: fact["is_backdated"],
    "corrected_facts": lambda fact: fact["is_corrected"],
    "excluding_facts": lambda fact: fact["subject"] == "exclusion" and fact["event_type"] == "Approved",
}


def told(name: str, found: list[Row]) -> list[dict[str, Any]]:
    columns = [column.name for known in FACTS if known.name == name for column in known.columns]
    return [dict(zip(columns, row, strict=True)) for row in found]


def corrected(history: list[Recorded]) -> Recorded:
    """The answer was given a minute later than somebody wrote."""
    answer = next(one for one in history if isinstance(one.fact, events.Responded))
    fix = events.Corrected(
        corrects=answer.originator_version,
        reason=codes.CorrectionReason.TYPING_ERROR,
        happened_at=answer.occurred_at + timedelta(minutes=1),
    )
    return recorded(answer.originator_id, len(history) + 1, history[-1].occurred_at, fix)


def positioned(history: list[Recorded], positions: count[int]) -> CaseFacts:
    return CaseFacts(
        history[0].originator_id, tuple(replace(one, position=next(positions)) for one in history)
    )


def test_every_clock_names_the_marked_facts_that_moved_it_and_no_other() -> None:
    positions, seen = count(100), dict.fromkeys(MARKS, 0)
    for number, history in enumerate(islice(FactoryLog(seed=11, rate_of_late=0.3).histories(), 150)):
        if number % 5 == 0:
            history.append(corrected(history))
        found = rows(positioned(history, positions), REFERENCE)
        facts = {fact["version"]: fact for fact in told("fct_case_events", list(found["fct_case_events"]))}
        for clock in told("fct_sla_clocks", list(found["fct_sla_clocks"])):
            for column, is_marked in MARKS.items():
                expected = [facts[by]["position"] for by in clock["moved_by"] if is_marked(facts[by])]
                assert (clock[column] or []) == expected
                assert clock[column] != []
                seen[column] += len(expected)
            assert clock["is_backdated"] == (clock["backdated_facts"] is not None)
    assert seen["backdated_facts"] > 100
    assert seen["corrected_facts"] > 10
