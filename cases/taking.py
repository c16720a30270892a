"""Taking histories over from elsewhere, whole and as they are."""

from __future__ import annotations

from collections.abc import Sequence

from cases.errors import Unavailable
from cases.recorded import Recorded
from cases.request import Row
from cases.store.ledger import Ledger
from cases.store.outcomes import CommitUnknown


def take(ledger: Ledger, histories: Sequence[Sequence[Recorded]], beside: Sequence[Row] = ()) -> int:
    """Store histories in one transaction; gives how many facts. What is known already is left out by the importer.

    Raises CaseIsBusy for a history that is known, Unavailable when it is not certain that it was stored.
    """
    first = next((fact for history in histories for fact in history), None)
    if first is None:
        return 0
    try:
        ledger.append_many(histories, beside)
    except CommitUnknown:
        if not _is_stored(ledger, first):
            raise Unavailable(retry_after=1) from None
    return sum(len(history) for history in histories)


def _is_stored(ledger: Ledger, fact: Recorded) -> bool:
    """Tell whether the log has just this fact: one transaction holds all of them or none."""
    known = ledger.load(fact.originator_id)
    return any((k.originator_version, k.source) == (fact.originator_version, fact.source) for k in known)
