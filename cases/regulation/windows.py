"""Until when a right may be claimed: the window's length, its anchor, and whether a claim came in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from cases.calendars.amounts import Duration
from cases.calendars.counting import last_day
from cases.calendars.walls import OutsideCalendar
from cases.events import Received
from cases.regulation.bound import Bound
from cases.regulation.claim import Claim
from cases.regulation.items import Entitlement, Window
from cases.regulation.stays import Stays


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

    `added` is by how many days repairs put off its end.

    `is_granted`: no when late or when the goods fail the checklist, unknown when something must still be shown.
    """

    anchor: str
    ends_on: date | None
    is_lapsed: bool
    missing: tuple[str, ...]
    fails: tuple[str, ...]
    added: int = 0

    @property
    def is_granted(self) -> bool | None:
        """Decide on what is known."""
        if self.is_lapsed or self.fails:
            return False
        return None if self.missing else True


def reach(item: Entitlement, window: Window, claim: Claim, bound: Bound) -> Reach:
    """Judge a claim by the reading in force; a demand not yet received is not late."""
    stays = stays_of(window, claim, bound)
    anchor, ends_on, added = _ends_on(window.anchor, window, claim, bound, stays)
    is_lapsed = ends_on is not None and _day(claim, window, bound) > ends_on
    missing = [name for name in item.needs if not getattr(claim.received, name, None)]
    missing += [anchor] if ends_on is None else []
    found = claim.found
    fails = [name for name, wanted in item.checklist.items() if found.get(name, wanted) is not wanted]
    fails += [name for name, is_there in _grounds(item, stays) if is_there is False]
    missing += [name for name, is_there in _grounds(item, stays) if is_there is None]
    return Reach(anchor, ends_on, is_lapsed, tuple(missing), tuple(fails), added)


def stays_of(window: Window, claim: Claim, bound: Bound) -> Stays:
    """Give the counters of repairs, in days of the window's calendar."""
    return Stays(claim.goods, claim.told_at, lambda moment: _local_day(moment, window, bound))


def _grounds(item: Entitlement, stays: Stays) -> Iterator[tuple[str, bool | None]]:
    """Yield what a right rests on besides its window: yes, no, or not known as long as a fault is not told."""
    if item.after_repairs is not None:
        best, perhaps = stays.repairs
        yield (
            "repairs",
            True if best >= item.after_repairs else None if perhaps >= item.after_repairs else False,
        )
    if item.after_repair_days is not None:
        yield "repair_days", stays.repair_days > item.after_repair_days
    if item.after_parts_days is not None:
        yield "parts_days", stays.parts_days > item.after_parts_days


def told(item: Entitlement, window: Window, claim: Claim, bound: Bound) -> dict[str, str]:
    """Give the figures of a decision, and those of the literal reading beside them."""
    found, stays = reach(item, window, claim, bound), stays_of(window, claim, bound)
    _, literal, _ = _ends_on(window.literal_anchor or window.anchor, window, claim, bound, stays)
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
    } | (_counted(found, stays) if window.is_moved else {})
    return {name: value for name, value in figures.items() if value}


def _counted(found: Reach, stays: Stays) -> dict[str, str]:
    """Give the counters that moved the end of a window or that a right rests on."""
    return {
        "repairs": str(stays.repairs[0]),
        "repair_days": str(stays.repair_days),
        "parts_days": str(stays.parts_days),
        "days_added": str(found.added),
        "extended_until": str(found.ends_on) if found.ends_on and found.added else "",
        "restarted_on": str(stays.restarted_on or ""),
    }


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
    """Give the local day of the demand; the first of all without one."""
    moment = claim.demanded_at if window.is_moved else claim.applied_at
    return date.min if moment is None else _local_day(moment, window, bound)


def _local_day(moment: datetime, window: Window, bound: Bound) -> date:
    """Give the local day of a moment, in years no calendar knows that of UTC."""
    try:
        return bound.calendars.calendar(window.calendar).local_day(moment)
    except OutsideCalendar:
        return moment.date()


def _ends_on(
    anchor: str, window: Window, claim: Claim, bound: Bound, stays: Stays
) -> tuple[str, date | None, int]:
    """Give the field a window counts from, its last day, and how many days repairs added to it.

    `later` takes the later date of those known (X5), an exchange goes before both where it begins anew.
    """
    dates = {name: getattr(claim.received, name, None) for name in ("purchased_on", "goods_received_on")}
    if anchor == "later":
        known = [(day, name) for name, day in dates.items() if day is not None]
        anchor = max(known, default=(None, "purchased_on"))[1]
    if window.restarts_on is not None and stays.restarted_on is not None:
        anchor, dates = "replaced_on", {"replaced_on": stays.restarted_on}
    starts = dates[anchor]
    if starts is None:
        return anchor, None, 0
    length = term_of(window, claim.received, bound).length
    calendar, added = bound.calendars.calendar(window.calendar), 0
    try:
        if window.extended_by is not None:
            ends = last_day(starts, length, calendar, moves=False)
            added = stays.lost(starts, ends)
            length = Duration(days=(ends - starts).days + added)
        return anchor, last_day(starts, length, calendar), added
    except OutsideCalendar:
        return anchor, None, 0
