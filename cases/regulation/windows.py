"""Until when a right may be claimed: the window's length, its anchor, and whether a claim came in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cases.calendars.counting import Calendar, Duration, last_day
from cases.calendars.walls import OutsideCalendar
from cases.events import Received
from cases.regulation.bound import Bound
from cases.regulation.claim import Claim
from cases.regulation.items import Entitlement, Window


@dataclass(frozen=True, slots=True)
class Term:
    """How long a right lasts and where that length comes from: text, contract, manual or law."""

    length: Duration
    source: str

    def __str__(self) -> str:
        """Say it as the regulation would, for example `15 days`."""
        amounts = self.length.model_dump(exclude_none=True).items()
        return " ".join(f"{count} {unit.rstrip('s') if count == 1 else unit}" for unit, count in amounts)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a right reaches for one claim; `ends_on` is None where the anchor date is not known.

    `is_granted`: no when late or when the goods fail the checklist, unknown when something must still be shown.
    """

    anchor: str
    ends_on: date | None
    is_lapsed: bool
    missing: tuple[str, ...]
    fails: tuple[str, ...]

    @property
    def is_granted(self) -> bool | None:
        """Decide on what is known."""
        if self.is_lapsed or self.fails:
            return False
        return None if self.missing else True


def reach(item: Entitlement, window: Window, claim: Claim, bound: Bound) -> Reach:
    """Judge a claim by the reading in force; a demand not yet received is not late."""
    anchor, ends_on = _ends_on(window.anchor, window, claim.received, bound)
    is_lapsed = ends_on is not None and _day(claim, window, bound) > ends_on
    missing = [name for name in item.needs if not getattr(claim.received, name, None)]
    missing += [anchor] if ends_on is None else []
    found = claim.found
    fails = [name for name, wanted in item.checklist.items() if found.get(name, wanted) is not wanted]
    return Reach(anchor, ends_on, is_lapsed, tuple(missing), tuple(fails))


def told(item: Entitlement, window: Window, claim: Claim, bound: Bound) -> dict[str, str]:
    """Give the figures of a decision, and those of the literal reading beside them."""
    found = reach(item, window, claim, bound)
    _, literal = _ends_on(window.literal_anchor or window.anchor, window, claim.received, bound)
    is_open = None if literal is None else _day(claim, window, bound) <= literal
    term = term_of(window, claim.received, bound)
    figures = {
        "term": str(term),
        "term_source": term.source,
        "anchor": found.anchor,
        "window_end": str(found.ends_on or "unknown"),
        "literal_window_end": str(literal or "unknown"),
        "is_literally_open": "unknown" if is_open is None else str(is_open).lower(),
        "needs": ", ".join(found.missing),
        "fails": ", ".join(found.fails),
        "to_inspect": ", ".join(name for name in item.checklist if name not in claim.found),
    }
    return {name: value for name, value in figures.items() if value}


def term_of(window: Window, received: Received | None, bound: Bound) -> Term:
    """Choose the length: contract before manual before text, raised to what the law asks at least (X17).

    What this sale's own contract or manual says goes before what the firm set for all of them.
    """
    term = Term(Duration(days=window.days, months=window.months, years=window.years), "text")
    for source, placeholder in (("contract", window.contract), ("manual", window.manual)):
        months = _agreed(source, placeholder, received, bound)
        if months is not None:
            term = Term(Duration(months=months), source)
            break
    floor = bound.setting(window.minimum)
    if floor is not None and term.length.unit == "months" and term.length.amount < int(floor.value):
        return Term(Duration(months=int(floor.value)), "law")
    return term


def _agreed(source: str, placeholder: str | None, received: Received | None, bound: Bound) -> int | None:
    """Give the months that the sale's contract or manual grants, where the text lets them count."""
    if placeholder is None:
        return None
    own: int | None = getattr(received, f"{source}_warranty_months", None)
    value = bound.setting(placeholder)
    return own if own is not None or value is None else int(value.value)


def _day(claim: Claim, window: Window, bound: Bound) -> date:
    """Give the local day of the demand, in years no calendar knows that of UTC; the first of all without one."""
    if claim.applied_at is None:
        return date.min
    try:
        return bound.calendars.calendar(window.calendar).local_day(claim.applied_at)
    except OutsideCalendar:
        return claim.applied_at.date()


def _ends_on(anchor: str, window: Window, received: Received | None, bound: Bound) -> tuple[str, date | None]:
    """Give the field a window counts from and its last day; `later` takes the later date of those known (X5)."""
    dates = {name: getattr(received, name, None) for name in ("purchased_on", "goods_received_on")}
    if anchor == "later":
        known = [(day, name) for name, day in dates.items() if day is not None]
        anchor = max(known, default=(None, "purchased_on"))[1]
    starts = dates[anchor]
    if starts is None:
        return anchor, None
    calendar = bound.calendars.calendar(window.calendar)
    return anchor, _last_day(starts, term_of(window, received, bound).length, calendar)


def _last_day(starts: date, length: Duration, calendar: Calendar) -> date | None:
    try:
        return last_day(starts, length, calendar)
    except OutsideCalendar:
        return None
