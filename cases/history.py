"""The facts of a case as they stand after corrections, at any instant and as known at any instant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cases.events import Corrected
from cases.fact import Fact
from cases.recorded import Recorded


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction that stands: the fact as recorded, as corrected (None: withdrawn), and by which fact."""

    recorded: Recorded
    corrected: Recorded | None
    by: Recorded


def corrected_fact(fact: Fact, changes: dict[str, object]) -> Fact:
    """Give the fact with changed fields; raises pydantic's ValidationError for a field it has not."""
    return type(fact).model_validate_json(_merged_json(fact, changes))


def _merged_json(fact: Fact, changes: dict[str, object]) -> str:
    return json.dumps({**json.loads(fact.model_dump_json(exclude_none=True)), **changes})


def corrections(facts: Iterable[Recorded]) -> tuple[Correction, ...]:
    """List the corrections that stand, in log order; a withdrawn correction corrects nothing."""
    known = {recorded.originator_version: recorded for recorded in facts}
    standing = _standing(known)
    current: dict[int, Recorded | None] = {}
    found = []
    for by, fact in standing:
        before = known.get(fact.corrects)
        standing_now = current.get(fact.corrects, before)
        if before is None or standing_now is None or isinstance(before.fact, Corrected):
            continue
        after = _apply(standing_now, fact)
        current[fact.corrects] = after
        found.append(Correction(recorded=before, corrected=after, by=by))
    return tuple(found)


def standing_corrections(facts: Iterable[Recorded]) -> frozenset[int]:
    """Name the corrections that are not withdrawn themselves, by version; withdrawals of corrections among them."""
    found = _standing({recorded.originator_version: recorded for recorded in facts})
    return frozenset(by.originator_version for by, _ in found)


def _standing(known: dict[int, Recorded]) -> list[tuple[Recorded, Corrected]]:
    void: set[int] = set()
    standing: list[tuple[Recorded, Corrected]] = []
    for version in sorted(known, reverse=True):
        recorded = known[version]
        if version not in void and isinstance(recorded.fact, Corrected):
            if recorded.fact.is_withdrawn:
                void.add(recorded.fact.corrects)
            standing.append((recorded, recorded.fact))
    standing.reverse()
    return standing


def _apply(recorded: Recorded, correction: Corrected) -> Recorded | None:
    if correction.is_withdrawn:
        return None
    fact = corrected_fact(recorded.fact, dict(correction.changes)) if correction.changes else recorded.fact
    return replace(recorded, fact=fact, occurred_at=correction.happened_at or recorded.occurred_at)


def effective(facts: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """Give the facts in log order, every standing correction applied, the corrections left out."""
    if not any(isinstance(recorded.fact, Corrected) for recorded in facts):
        return tuple(facts)
    latest = {found.recorded.originator_version: found.corrected for found in corrections(facts)}
    return tuple(
        standing
        for recorded in facts
        if not isinstance(recorded.fact, Corrected)
        and (standing := latest.get(recorded.originator_version, recorded)) is not None
    )


def known_by(facts: Sequence[Recorded], known_at: datetime) -> tuple[Recorded, ...]:
    """Keep what the log had recorded by an instant."""
    return tuple(recorded for recorded in facts if recorded.known_at <= known_at)


def as_of(
    facts: Sequence[Recorded], *, happened_by: datetime | None = None, known_at: datetime | None = None
) -> tuple[Recorded, ...]:
    """Give the facts that had happened by H, as known at K (design.md 7).

    Takes the facts recorded by K, applies the corrections among them, keeps those whose effective occurred_at
    is not after H; in log order. None means no bound.
    """
    known = effective(facts if known_at is None else known_by(facts, known_at))
    if happened_by is None:
        return known
    return tuple(recorded for recorded in known if recorded.occurred_at <= happened_by)
