"""From what a caller names a case by, its id or its number, to its id."""

from __future__ import annotations

from uuid import UUID

from api.installation import READ_WAIT, Installation
from cases.errors import NotFound


def case_id_of(here: Installation, named: str) -> UUID:
    """Find a case; a number that the tables do not show yet is waited for. Raises NotFound."""
    try:
        return UUID(named)
    except ValueError:
        pass
    found = _by_number(here, named)
    if found is None:
        newest = here.ledger.rows("SELECT coalesce(max(notification_id), 0) FROM log.case_events")[0][0]
        here.engine.wait_for(newest, READ_WAIT)
        found = _by_number(here, named)
    if found is None:
        raise NotFound("There is no case of this number")
    return found


def _by_number(here: Installation, case_no: str) -> UUID | None:
    rows = here.ledger.rows("SELECT case_id FROM bi.fct_cases WHERE case_no = %s LIMIT 1", [case_no])
    return rows[0][0] if rows else None
