"""What the first case under each regulation would have to wait for, worked out before anybody asks."""

from __future__ import annotations

from collections.abc import Iterator

from cases.calendars.counting import Calendar
from cases.promises.terms import terms_of
from cases.regulation.bound import Bound
from cases.regulation.rules import Reference


def read_ahead(reference: Reference) -> None:
    """Read the terms of every regulation as cases are bound by it, and lay out the calendars that they count on."""
    counted_on = {id(calendar): calendar for bound in reference.at_hand() for calendar in _calendars(bound)}
    for calendar in counted_on.values():
        calendar.lay_out()


def _calendars(bound: Bound) -> Iterator[Calendar]:
    for terms in terms_of(bound):
        for limit in (terms.due, terms.earliest):
            if limit is not None:
                found = (limit.calendar, limit.first_calendar, *(earlier for _, earlier in limit.earlier))
                yield from (calendar for calendar in found if calendar is not None)
