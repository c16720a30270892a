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
        return _instant(written), _word(name)
    except (ValueError, TypeError, OverflowError):
        wrong = {"field": "cursor", "cure": "give back the cursor of the page before, or none"}
        raise Malformed("The cursor is not one that was given out", errors=[wrong]) from None


def _instant(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    return moment.astimezone(moment.tzinfo or UTC)


def _word(name: object) -> str:
    """Give an id as PostgreSQL can hold it; raises ValueError for U+0000 and lone surrogates."""
    word = str(name)
    if b"\0" in word.encode():
        raise ValueError
    return word
