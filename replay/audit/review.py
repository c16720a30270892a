"""The drawn cases with their check-lists, filled from facts as they stood at the freeze."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.events import Received
from cases.events_audit import Pick
from cases.regulation.items import Item
from cases.regulation.rules import Reference
from cases.store.ledger import Ledger
from replay.audit.checklist import Filled, filled


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A drawn case and what its facts answer; who judges it and how is recorded elsewhere."""

    pick: Pick
    answers: tuple[Filled, ...]


def questions_of(reference: Reference, programme: str) -> tuple[Item, ...]:
    """Find the check-list of an audit programme in the newest regulation that has it; empty where none has."""
    versions = sorted(reference.regulations.items())
    lists = [duty.checklist for _, found in versions for duty in found.programme if duty.id == programme]
    return lists[-1] if lists else ()


def review(
    ledger: Ledger, reference: Reference, programme: str, picks: Sequence[Pick]
) -> tuple[Reviewed, ...]:
    """Fill the check-list of every pick for the version that was drawn, under the rules the case is judged by."""
    questions = questions_of(reference, programme)
    histories = ledger.load_many(pick.case_id for pick in picks)
    found = []
    for pick in picks:
        history = histories.get(pick.case_id, [])
        received = next((known.fact for known in history if isinstance(known.fact, Received)), None)
        rules = reference.rules_for(received.judged_under if received else ())
        found.append(Reviewed(pick, filled(questions, history, rules, pick.version)))
    return tuple(found)
