"""When a fact happened, as its teller claims it, and whether it is told late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from cases.command import Asked
from cases.errors import Malformed
from cases.fact import countable
from cases.regulation.rules import Rules

SKEW = timedelta(seconds=5)
"""How far a caller's clock may run ahead of ours."""
TOLERANCE = timedelta(minutes=15)
"""How late a fact may be told without a document, where no regulation says otherwise (design.md 5)."""


EASTERNMOST = timedelta(hours=14)
"""How far the wall clocks of the earth run ahead of UTC."""
MINUTE = timedelta(minutes=1)
"""How exactly people tell a time: one within the minute before a case began is taken as its beginning."""


def claimed(
    command: Asked, rules: Rules, now: datetime, begun: datetime | None = None
) -> tuple[datetime, bool]:
    """Give when the fact happened (UTC, never after now), and whether it is told later than the tolerance.

    `begun` is when its case was received. Raises Malformed for a time in the future or before the case began, and
    for a late one without a document.
    """
    at = command.occurred_at
    if at is None:
        return now, False
    if at > now + SKEW:
        raise malformed("occurred_at", "must not lie in the future")
    at = not_before(begun, at, "occurred_at")
    is_backdated = at < now - tolerance(rules)
    if is_backdated and command.document is None:
        raise malformed("document", "a fact told this late needs the number of the document that shows it")
    return min(at, now).astimezone(UTC), is_backdated


def not_before(begun: datetime | None, at: datetime, field: str) -> datetime:
    """Give the time of a fact of a case that began; one within the minute before is its beginning. Raises Malformed."""
    if begun is None or at >= begun:
        return at
    if at <= begun - MINUTE:
        raise malformed(field, "must not lie before the case was received; correct that time first")
    return begun


def must_be_tellable(told: Mapping[str, object], now: datetime) -> None:
    """Raise Malformed, by field, for a moment that no calendar counts and a date that came nowhere on earth yet."""
    for field, value in told.items():
        if isinstance(value, datetime):
            try:
                countable(value)
            except ValueError as wrong:
                raise malformed(field, str(wrong)) from None
        elif isinstance(value, date) and value > (now + EASTERNMOST).date():
            raise malformed(field, "must not lie in the future")


def tolerance(rules: Rules) -> timedelta:
    """Give how late a fact may be told without a document: the shortest that a binding regulation allows."""
    told = (timedelta(minutes=bound.regulation.backdating_tolerance_minutes) for bound in rules)
    return min(told, default=TOLERANCE)


def malformed(field: str, cure: str) -> Malformed:
    """Say what is wrong with a field, and what to do about it."""
    return Malformed(f"{field}: {cure}", errors=[{"field": field, "cure": cure}])
