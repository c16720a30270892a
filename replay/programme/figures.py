"""The figures of a programme in a period: compiled from the tables, and again from the log at the same position."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from cases.events_programme import Figures
from cases.period import Period
from cases.programmes.owed import Duty
from projections import reading
from projections.parking import compute
from projections.published import read_reference
from projections.questions.answers import snapshot, standing_of
from projections.questions.digest import Document, Scope, Seen, digest, people, read
from projections.ranking import ranked, weights
from projections.rebuilding.shards import CASES_A_SHARD
from projections.schema import Db
from replay.programme.verifying import counted, customers, customers_of


def scope_of(duty: Duty, period: Period, zone: ZoneInfo) -> Scope:
    """Say which cases a programme looks at, and when."""
    kinds = frozenset(str(kind) for kind in duty.programme.applies.where.get("kind", ()))
    return Scope(duty.regulation, period.begins(zone), period.ends(zone), kinds)


def compiled(connection: Db, duty: Duty, period: Period, zone: ZoneInfo) -> tuple[Document, int]:
    """Compile the figures from the tables; gives them with the position of the log that they stand on."""
    scope = scope_of(duty, period, zone)
    with snapshot(connection) as cursor:
        document, position = _document(duty, read(cursor, scope)), standing_of(cursor).position
        if (checked := duty.programme.verifies) is not None:
            document["verified"] = counted(customers(connection, scope, checked, position))
    return document, position


def compiled_again(connection: Db, duty: Duty, period: Period, position: int) -> Figures:
    """Compile the same figures from the facts of the log up to a position, whatever the tables say by now.

    A case that has no rows was parked at that position, and is left out as the tables' own figures leave it out.
    """
    reference = read_reference(connection, position)
    seen, parked = Seen(scope_of(duty, period, reference.zone)), set[UUID]()
    for history in _histories(connection, position):
        if (found := compute(history, reference).rows) is None:
            parked.add(history[0].case_id)
        else:
            seen.add(found)
    document = _document(duty, seen)
    if (checked := duty.programme.verifies) is not None:
        sound = (one for one in _histories(connection, position) if one[0].case_id not in parked)
        document["verified"] = counted(customers_of(map(reading.decoded, sound), seen.scope, checked))
    return figures_of(document)


def _histories(connection: Db, position: int) -> Iterator[reading.History]:
    """Read the cases of the log up to a position, never more of them at once than a shard holds."""
    for first, after_last in reading.cuts(connection, CASES_A_SHARD, position):
        yield from reading.shard(connection, first, after_last, position)


def _document(duty: Duty, seen: Seen) -> Document:
    """Tell the figures of a programme; people are counted for a ranking only."""
    document = digest(seen)
    if duty.programme.kind == "ranking":
        document["people"] = people(seen)
        document["weights"] = weights(duty)
        document["ranking"] = ranked(document["people"], document["weights"])
    return document


def figures_of(document: Document) -> Figures:
    """Write a document as canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Figures(document=text, sha256=sha256(text.encode()).hexdigest())


def document_of(figures: Figures) -> dict[str, Any]:
    """Read the document of figures back."""
    found: dict[str, Any] = json.loads(figures.document)
    return found
