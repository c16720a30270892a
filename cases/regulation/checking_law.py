"""Where a regulation falls short of the law (X1, X5, X17): the reading in force warns, and so does the literal one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cases.codes import Payer
from cases.regulation.checking import Draft
from cases.regulation.checking_lines import line_of
from cases.regulation.items import Entitlement, Window

GOODS: Final = "消费者权益保护法 24"
"""Quality: return, exchange or repair from receipt, and who sells bears the transport (X1, X5)."""
DISTANCE: Final = "消费者权益保护法 25"
"""Distance sale: seven days from receipt without a reason (X5, X23)."""
WARRANTY: Final = "民法典 622"
"""A shorter term than that of the law is raised to it (X17)."""
VALIDITY: Final = "三包规定 8"
"""Listed goods are repaired for nothing as long as their catalogue says: a year for most whole machines."""
PROOF: Final = "消费者权益保护法 23"
"""For six months the trader has to prove of durable goods and decoration that a defect was none."""
LEAST_DAYS: Final = {GOODS: 7, DISTANCE: 7, "三包规定 9": 7, "三包规定 10": 15}
"""The shortest window that an article of law allows, in days."""
LEAST_MONTHS: Final = {VALIDITY: 12}
"""The shortest warranty that an article of law allows, in months."""
PROVED_MONTHS: Final = 6
LATEST: Final = (
    ("after_repairs", 2, "三包规定 11", "repairs in vain"),
    ("after_repair_days", 30, "三包规定 12", "days in repair"),
    ("after_parts_days", 90, "三包规定 12", "days without parts"),
)
"""After how much at the latest listed goods are exchanged or taken back: field, number, article, what is counted."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A reading of the text that falls short of the law: which item, by which article, in which line, and how."""

    item: str
    clause: str
    law: str
    what: str
    line: int = 0


def shortfalls(draft: Draft) -> Iterator[Warned]:
    """Yield every reading that the law overrules, naming the article."""
    for index, item in draft.each("entitlement"):
        line = line_of(draft.lines, ("entitlement", index, "id"))
        law = item.law or _governing(item)
        if law:
            yield from (Warned(item.id, item.clause, law, what, line) for what in _short(item, law))
        yield from (Warned(item.id, item.clause, article, what, line) for article, what in _late(item))
    for index, row in draft.each("resolution"):
        if row.warning:
            line = line_of(draft.lines, ("resolution", index, "id"))
            what = f"the text: {row.literal.en}; in force: {row.reading.en}"
            yield Warned(row.id, row.clause, row.warning, what, line)


def _governing(item: Entitlement) -> str | None:
    """Name the article that an entitlement has to reach although it does not say so itself."""
    where = item.applies.where

    def may_be(name: str, value: str) -> bool:
        return value in where.get(name, (value,))

    is_return = may_be("kind", "return") or may_be("kind", "exchange")
    match item.kind:
        case "window" if "sales_channel" in where and may_be("sales_channel", "online"):
            return DISTANCE
        case "window" | "freight" if is_return and may_be("reason", "quality") and not _is_own_fault(item):
            return GOODS
        case "freight" if (
            may_be("kind", "repair") and may_be("coverage", "in_warranty") and not _is_own_fault(item)
        ):
            return GOODS
        case "warranty":
            return WARRANTY
        case _:
            return None


def _is_own_fault(item: Entitlement) -> bool:
    return item.applies.where.get("is_human_damage") == (True,)


def _short(item: Entitlement, law: str) -> Iterator[str]:
    if item.payer is Payer.CUSTOMER:
        yield "in force: the customer pays; by the article the company does"
    elif item.literal_payer not in {None, item.payer}:
        yield f"the text lets the {item.literal_payer} pay; in force: the {item.payer}"
    window = item.window
    if window is None:
        return
    if window.anchor == "purchased_on":
        yield "in force from purchase; the law counts from receipt"
    elif window.literal_anchor not in {None, window.anchor}:
        yield f"the text counts from {window.literal_anchor}; in force: {window.anchor}"
    if window.days is not None and window.days < LEAST_DAYS.get(law, 0):
        yield f"in force: {window.days} days; the law gives {LEAST_DAYS[law]}"
    if item.kind == "warranty" and law == WARRANTY and window.minimum is None:
        yield "no minimum is named, so nothing raises a shorter term of contract or manual to that of the law"
    months, least = _months(window), LEAST_MONTHS.get(law, 0)
    if item.kind == "warranty" and months < least:
        yield f"in force: {months} months; the law gives {least} to most listed goods"


def _late(item: Entitlement) -> Iterator[tuple[str, str]]:
    """Yield what binds only some goods: a warranty shorter than the proof lies with the trader, a right too late."""
    months = _months(item.window) if item.window and item.kind == "warranty" else PROVED_MONTHS
    if months < PROVED_MONTHS and item.law not in LEAST_MONTHS:
        what = (
            f"in force: {months} months; for {PROVED_MONTHS} months the trader has to prove of durable goods that a"
            f" defect was none, and by {VALIDITY} listed goods have {LEAST_MONTHS[VALIDITY]}"
        )
        yield PROOF, what
    for field, most, article, counted in LATEST:
        told = getattr(item, field)
        if told is not None and told > most:
            yield article, f"in force: after {told} {counted}; listed goods need no more than {most}"


def _months(window: Window) -> int:
    """Give the length of a window in whole months."""
    return window.months or (window.years or 0) * 12 or (window.days or 0) // 30
