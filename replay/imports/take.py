"""Take a foreign log in: read, prepare, append by batches; the same run dry, without the appending."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

from cases import taking as taking_over
from cases.recorded import Recorded
from cases.store.ledger import Ledger
from replay.imports.mapping import Mapping
from replay.imports.prepare import Taking, Trouble
from replay.imports.source import SourceEvent
from replay.imports.table import read_csv
from replay.imports.xes import read_xes

BATCH = 250
"""Cases a transaction; some thousand facts, so that the log's readers never wait long."""


@dataclass(slots=True)
class Taken:
    """What an import did: how much the file held, how much of it was new, and what could not be taken."""

    cases: int = 0
    events: int = 0
    new_cases: int = 0
    new_facts: int = 0
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Tell whether every case could be taken."""
        return not self.troubles


def sha256_of(path: Path) -> str:
    """Hash a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def histories(
    path: Path, mapping: Mapping, progress: Callable[[int], None] = lambda _: None
) -> Iterator[list[SourceEvent]]:
    """Read a file by its mapping, one case after another; `progress` is told the bytes read so far."""
    columns = mapping.columns
    read = read_csv if mapping.format == "csv" else read_xes
    return read(
        path,
        case_key=columns.case,
        activity_key=columns.activity,
        at_key=columns.at,
        timezone=mapping.timezone,
        progress=progress,
    )


def take(
    source: Iterator[list[SourceEvent]], taking: Taking, ledger: Ledger, *, is_dry: bool = False
) -> Iterator[Taken]:
    """Take all cases of a source; yields the running count after every batch, the last one is the result.

    Raises BadFile for a file that cannot be read on; what was appended before it stays and is known next time.
    """
    taken = Taken()
    read = (events for events in source if events)
    while batch := list(islice(read, BATCH)):
        _take_batch(batch, taking, ledger, taken, is_dry=is_dry)
        yield taken
    if not taken.cases:
        yield taken


def _take_batch(
    batch: list[list[SourceEvent]], taking: Taking, ledger: Ledger, taken: Taken, *, is_dry: bool
) -> None:
    stored = ledger.load_many(taking.case_id(events[0].case) for events in batch)
    new: dict[UUID, list[Recorded]] = {}
    for events in batch:
        case_id = taking.case_id(events[0].case)
        known = stored.get(case_id, [])
        found = _told_twice(events) if case_id in new else taking.prepare(events, known)
        taken.cases += 1
        taken.events += len(events)
        if isinstance(found, Trouble):
            taken.troubles.append(found)
        elif found:
            new[case_id] = found
            taken.new_cases += not known
            taken.new_facts += len(found)
    if new and not is_dry:
        taking_over.take(ledger, list(new.values()))


def _told_twice(events: list[SourceEvent]) -> Trouble:
    return Trouble(
        events[0].line, "told twice", "the case stands a second time in the file; put its events together"
    )
