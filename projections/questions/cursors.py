"""Where a page of a list ended, as an opaque word that a caller hands back."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime

from cases.errors import Malformed


def cursor_after(moment: datetime, name: str) -> str:
    """Write down the last row of a page by its moment and its id."""
    return urlsafe_b64encode(json.dumps([moment.isoformat(), name]).encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[datetime, str]:
    """Read a cursor; raises Malformed for anything that `cursor_after` did not write."""
    try:
        written, name = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(written)
        return moment.astimezone(moment.tzinfo or UTC), str(name)
    except (ValueError, TypeError):
        wrong = {"field": "cursor", "cure": "give back the cursor of the page before, or none"}
        raise Malformed("The cursor is not one that was given out", errors=[wrong]) from None
