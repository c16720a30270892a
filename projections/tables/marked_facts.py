"""Facts that a reader of the rates should know of, each by its log position, told with every clock that they moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from cases import events
from cases.codes import Subject
from cases.recorded import Recorded
from projections.casefile import CaseFile
from projections.tables.cells import Same


class MarkedFact(NamedTuple):
    """One such fact: where it stands, and why a reader should know of it."""

    position: int
    is_backdated: bool
    is_corrected: bool
    is_excluding: bool


def marked_facts(file: CaseFile) -> Mapping[int, MarkedFact]:
    """Version → marked fact; most cases have none."""
    found = (
        (
            one.originator_version,
            MarkedFact(
                one.position, one.is_backdated, one.originator_version in file.corrected, _excludes(one)
            ),
        )
        for one in file.facts
    )
    return {version: fact for version, fact in found if any(fact[1:])}


def among(marked: Mapping[int, MarkedFact], moved_by: Sequence[int]) -> Same:
    """Give the positions of back-dated, corrected and excluding facts that moved a clock, None for none of a kind."""
    if not marked or marked.keys().isdisjoint(moved_by):
        return _NONE
    facts = [marked[version] for version in moved_by if version in marked]
    return Same((
        [fact.position for fact in facts if fact.is_backdated] or None,
        [fact.position for fact in facts if fact.is_corrected] or None,
        [fact.position for fact in facts if fact.is_excluding] or None,
    ))  # fmt: skip


def _excludes(recorded: Recorded) -> bool:
    return isinstance(recorded.fact, events.Approved) and recorded.fact.subject is Subject.EXCLUSION


_NONE: Final = Same((None, None, None))
