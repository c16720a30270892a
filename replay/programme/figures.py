"""The figures of a programme in a period: compiled from the tables, and again from the log at the same position."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from cases.events_programme import Figures
from cases.period import Period
from cases.programmes.owed import Duty
from cases.recorded import Recorded
from projections import reading
from projections.casefile import CaseFacts
from projections.published import read_reference
from projections.questions.digest import Document, Scope, Seen, digest, people, read
from projections.questions.ranking import MEASURES, ranked
from projections.registry import rows
from projections.schema import Db
from projections.shards import CASES_A_SHARD
from replay.programme.verifying import counted, customers_of

WEIGHT: Final = "star-"
"""How the settings begin that weigh the measures of a ranking, in percent: star-response and so on."""


def scope_of(duty: Duty, period: Period, zone: ZoneInfo) -> Scope:
    """Say which cases a programme looks at, and when."""
    kinds = frozenset(str(kind) for kind in duty.programme.applies.where.get("kind", ()))
    return Scope(duty.regulation, period.begins(zone), period.ends(zone), kinds)


def compiled(connection: Db, duty: Duty, period: Period, zone: ZoneInfo) -> tuple[Document, int]:
    """Compile the figures from the tables; gives them with the position of the log that they stand on."""
    seen, standing = read(connection, scope_of(duty, period, zone))
    return _document(duty, seen), standing.position


def compiled_again(connection: Db, duty: Duty, period: Period, position: int) -> Figures:
    """Compile the same figures from the facts of the log up to a position, whatever the tables say by now."""
    reference = read_reference(connection, position)
    seen = Seen(scope_of(duty, period, reference.zone))
    for facts in _histories(connection, position):
        seen.add(rows(CaseFacts(facts[0].originator_id, facts), reference))
    document = _document(duty, seen)
    if duty.programme.verifies is not None:
        found = customers_of(_histories(connection, position), seen.scope, duty.programme.verifies)
        document["verified"] = counted(found)
    return figures_of(document)


def _histories(connection: Db, position: int) -> Iterator[tuple[Recorded, ...]]:
    """Read the cases of the log up to a position, never more of them at once than a shard holds."""
    for first, after_last in reading.bounds(connection, CASES_A_SHARD):
        for history in reading.shard(connection, first, after_last, position):
            yield tuple(stored.decoded() for stored in history)


def _document(duty: Duty, seen: Seen) -> Document:
    """Tell the figures of a programme; people are counted for a ranking only."""
    document = digest(seen)
    if duty.programme.kind == "ranking":
        document["people"] = people(seen)
        document["weights"] = weights(duty)
        document["ranking"] = ranked(document["people"], document["weights"])
    return document


def weights(duty: Duty) -> dict[str, int]:
    """Give the weights that the firm has set, in percent."""
    set_ = {name: duty.setting(f"{WEIGHT}{name}") for name in MEASURES}
    return {
        name: int(value.value)
        for name, value in set_.items()
        if value is not None and value.unit == "percent"
    }


def figures_of(document: Document) -> Figures:
    """Write a document as canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Figures(document=text, sha256=sha256(text.encode()).hexdigest())


def document_of(figures: Figures) -> dict[str, Any]:
    """Read the document of figures back."""
    found: dict[str, Any] = json.loads(figures.document)
    return found
