"""What a customer is entitled to: windows, warranty, freight and quotes, each with its rule, inputs and result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cases.bound import Bound
from cases.calendars import Calendar, Duration, last_day
from cases.case import Case
from cases.claim import Claim
from cases.codes import Payer
from cases.events import Classified, Received
from cases.fact import Verdict
from cases.recorded import Recorded
from cases.regulation import Entitlement, Window
from cases.walls import OutsideCalendar

_INPUTS = (
    "kind", "reason", "mode", "sales_channel",
    "purchased_on", "goods_received_on", "has_proof", "has_fault_description",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """How long a right lasts and where that length comes from: text, contract, manual or law."""

    length: Duration
    source: str

    def __str__(self) -> str:
        """Say it as the regulation would, for example `15 days`."""
        amounts = self.length.model_dump(exclude_none=True).items()
        return " ".join(f"{count} {unit.rstrip('s') if count == 1 else unit}" for unit, count in amounts)


def decide(case: Case, classified: Classified, rules: Iterable[Bound]) -> tuple[Verdict, ...]:
    """Decide every entitlement that applies to a case classified like this; dates by Civil Code 201-203."""
    claim = Claim.of(case.history, classified)
    return tuple(verdict for bound in rules for verdict in _verdicts(claim, bound))


def traits(history: Sequence[Recorded], bound: Bound) -> dict[str, Any]:
    """Give what conditions ask for: fields of Classified and Received, `coverage` and `entitled`."""
    return traits_of(Claim.of(history), bound)


def traits_of(claim: Claim, bound: Bound) -> dict[str, Any]:
    """Give the traits of a claim under one regulation."""
    plain = claim.traits()
    return plain | {"coverage": _coverage(claim, bound), "entitled": _entitled(claim, plain, bound)}


def freight(case: Case, rules: Iterable[Bound]) -> tuple[Payer, str | None]:
    """Tell who bears the freight and by which clause; what is best for the customer where several bind (X22)."""
    claim = Claim.of(case.history)
    found = [
        (item.payer, item.clause)
        for bound in rules
        for item in _applying(claim, traits_of(claim, bound), bound)
        if item.payer is not None
    ]
    return next(
        (row for row in found if row[0] is Payer.COMPANY), found[0] if found else (Payer.UNKNOWN, None)
    )


def _applying(claim: Claim, known: dict[str, Any], bound: Bound) -> Iterator[Entitlement]:
    return (item for item in bound.regulation.entitlement if claim.classified and item.applies.holds(known))


def _verdicts(claim: Claim, bound: Bound) -> Iterator[Verdict]:
    known = traits_of(claim, bound)
    for item in _applying(claim, known, bound):
        granted, result = _judge(item, claim, bound)
        yield Verdict(
            entitlement=item.id,
            clause=item.clause,
            is_granted=granted,
            inputs={"regulation": bound.name, **_inputs(claim, known)},
            result=result,
        )


def _inputs(claim: Claim, known: dict[str, Any]) -> dict[str, str]:
    told = {name: known.get(name) for name in (*_INPUTS, "coverage")} | claim.found
    applied = {} if claim.applied_at is None else {"applied_at": claim.applied_at.isoformat()}
    return applied | {name: _word(value) for name, value in told.items() if value is not None}


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _judge(item: Entitlement, claim: Claim, bound: Bound) -> tuple[bool | None, dict[str, str]]:
    """Give yes, no or not yet known, and the figures of the decision."""
    law = {"law": item.law} if item.law else {}
    match item.kind:
        case "freight":
            payers = {"payer": str(item.payer), "literal_payer": str(item.literal_payer or item.payer)}
            return item.payer is Payer.COMPANY, payers | law
        case "quote":
            return True, {"quote": "required"} | law
        case "window" | "warranty":
            granted, result = _judge_window(item, claim, bound)
            return granted, result | law


def _judge_window(item: Entitlement, claim: Claim, bound: Bound) -> tuple[bool | None, dict[str, str]]:
    window = item.window
    if window is None or claim.received is None or claim.applied_at is None:
        return None, {"needs": "Received"}
    anchor, starts = _start(window.anchor, claim.received)
    _, literal_starts = _start(window.literal_anchor or window.anchor, claim.received)
    calendar, term = bound.calendars.calendar(window.calendar), _term(window, bound)
    ends, literal_ends = _ends(starts, term, calendar), _ends(literal_starts, term, calendar)
    missing = [name for name in item.needs if not getattr(claim.received, name)]
    missing += [anchor] if ends is None else []
    is_lapsed = ends is not None and calendar.local_day(claim.applied_at) > ends
    fails = [name for name, wanted in item.checklist.items() if claim.found.get(name, wanted) is not wanted]
    told = {
        "term": str(term),
        "term_source": term.source,
        "anchor": anchor,
        "window_end": _word(ends or "unknown"),
        "literal_window_end": _word(literal_ends or "unknown"),
        "is_literally_open": _is_open(claim.applied_at, literal_ends, calendar),
        "needs": ", ".join(missing),
        "fails": ", ".join(fails),
        "to_inspect": ", ".join(name for name in item.checklist if name not in claim.found),
    }
    granted = False if is_lapsed or fails else None if missing else True
    return granted, {name: value for name, value in told.items() if value}


def _start(anchor: str, received: Received) -> tuple[str, date | None]:
    """Give the field and the date from which a window counts; `later` takes the later of those known (X5)."""
    dates = {"purchased_on": received.purchased_on, "goods_received_on": received.goods_received_on}
    if anchor != "later":
        return anchor, dates[anchor]
    known = [(day, name) for name, day in dates.items() if day is not None]
    day, name = max(known, default=(None, "purchased_on"))
    return name, day


def _ends(starts: date | None, term: Term, calendar: Calendar) -> date | None:
    if starts is None:
        return None
    try:
        return last_day(starts, term.length, calendar)
    except OutsideCalendar:
        return None


def _is_open(applied_at: datetime, ends: date | None, calendar: Calendar) -> str:
    return "unknown" if ends is None else _word(calendar.local_day(applied_at) <= ends)


def _term(window: Window, bound: Bound) -> Term:
    """Choose the length: contract before manual before text, raised to what the law asks at least (X17)."""
    term = Term(Duration(days=window.days, years=window.years), "text")
    for source, placeholder in (("contract", window.contract), ("manual", window.manual)):
        value = bound.setting(placeholder)
        if value is not None:
            term = Term(Duration(months=int(value.value)), source)
            break
    floor = bound.setting(window.minimum)
    if floor is not None and term.length.unit == "months" and term.length.amount < int(floor.value):
        return Term(Duration(months=int(floor.value)), "law")
    return term


def _coverage(claim: Claim, bound: Bound) -> str:
    warranty = next((item for item in bound.regulation.entitlement if item.kind == "warranty"), None)
    if warranty is None:
        return "unknown"
    granted, _ = _judge_window(warranty, claim, bound)
    return {True: "in_warranty", False: "out_of_warranty", None: "unknown"}[granted]


def _entitled(claim: Claim, plain: dict[str, Any], bound: Bound) -> str:
    """Tell whether any window that applies stands; the most favourable one decides (X23)."""
    granted = [
        _judge_window(item, claim, bound)[0]
        for item in _applying(claim, plain, bound)
        if item.kind == "window"
    ]
    if not granted or (True not in granted and None in granted):
        return "unknown"
    return "yes" if True in granted else "no"
