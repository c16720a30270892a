"""Recording facts of an aggregate beside the cases: all of them or none, and once where a reply was lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from cases.caller import Caller
from cases.errors import CaseIsBusy, Unavailable
from cases.fact import Fact
from cases.recorded import Recorded
from cases.store.ledger import Ledger
from cases.store.outcomes import CommitUnknown

ATTEMPTS: Final = 2
"""A lost reply is looked up; what was not stored is sent once more."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Where facts go: behind which version of which stream, under which regulation if one, and when they happened."""

    stream: UUID
    version: int
    decided_under: str | None
    occurred_at: datetime
    is_backdated: bool = False


@dataclass(frozen=True, slots=True)
class StreamReceipt:
    """What a request beside the cases came to; `facts` names what was recorded, nothing where nothing was new."""

    stream: UUID
    version: int
    position: int
    facts: tuple[str, ...]


def record(ledger: Ledger, batch: Batch, facts: Sequence[Fact], caller: Caller, busy: str) -> int:
    """Store facts; gives the position of the last. Raises CaseIsBusy, saying `busy`, and Unavailable."""
    request = uuid4()
    recorded = [
        Recorded(
            originator_id=batch.stream,
            originator_version=version,
            fact=fact,
            occurred_at=batch.occurred_at,
            actor=caller.actor,
            role=caller.role,
            source=caller.source,
            correlation_id=request,
            is_backdated=batch.is_backdated,
            decided_under=batch.decided_under,
        )
        for version, fact in enumerate(facts, start=batch.version + 1)
    ]
    for _ in range(ATTEMPTS):
        try:
            return ledger.append(recorded)[-1].position
        except (CommitUnknown, CaseIsBusy) as lost:
            failure = lost
        if (position := _position(ledger, batch.stream, request)) is not None:
            return position
        if isinstance(failure, CaseIsBusy):
            raise CaseIsBusy(busy) from failure
    raise Unavailable(retry_after=1)


def _position(ledger: Ledger, stream: UUID, request: UUID) -> int | None:
    """Look up whether a request whose reply was lost is in the log; gives the position of its last fact."""
    ours = [known.position for known in ledger.load(stream) if known.correlation_id == request]
    return ours[-1] if ours else None
