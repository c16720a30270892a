"""Moments as programs, people and Excel write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_BY_HAND = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$")


def moment_of(written: str, zone: ZoneInfo | None) -> datetime:
    """Read ISO 8601, `2026/9/30 8:15` or `2026年9月30日`, in UTC; one without an offset is of the zone.

    Raises ValueError with a sentence that never holds what was written.
    """
    text = unicodedata.normalize("NFKC", written).strip()
    by_hand = _BY_HAND.match(text)
    try:
        moment = (
            datetime(*(int(part or 0) for part in by_hand.groups()))  # type: ignore[arg-type] # noqa: DTZ001
            if by_hand
            else datetime.fromisoformat(text)
        )
    except ValueError:
        raise ValueError("has a time that is not like 2026-09-30 08:15:00 (ISO 8601)") from None
    return in_utc(moment, zone)


def in_utc(moment: datetime, zone: ZoneInfo | None) -> datetime:
    """Give a moment in UTC; one without an offset is of the zone. Raises ValueError where that cannot be."""
    if moment.tzinfo is None:
        if zone is None:
            raise ValueError("has a time without an offset from UTC; name the `timezone` in the mapping")
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("has a time beyond the years 1 to 9999") from None
