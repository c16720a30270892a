"""What an item says in vain or against itself, though each of its words is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cases.codes import Channel
from cases.commands import COMMANDS
from cases.events import Received
from cases.permissions import permits
from cases.regulation.checking import Draft
from cases.regulation.checking_lines import Place
from cases.regulation.checking_reach import is_within
from cases.regulation.checking_values import LONGEST
from cases.regulation.items import Constraint, Item, Programme, Promise
from cases.regulation.nearest import meant
from cases.regulation.offices import Office
from cases.regulation.patterns import Pattern, Patterns
from cases.regulation.problems import Problem


def in_vain(draft: Draft) -> Iterator[Problem]:
    """Yield every channel that is none, and every item that can never do what it is there for."""
    for name in draft.regulation.channels:
        if name not in set(Channel):
            what = f"there is no channel {name}; it is one of {', '.join(Channel)}{meant(name, Channel)}"
            yield draft.problem(("channels",), what)
    for kind in ("promise", "constraint", "programme", "office"):
        for index, item in draft.each(kind):
            for place, what in _of(item):
                yield draft.problem((kind, index, *place), what)
    yield from _outrun(draft)


def _of(item: Item) -> Iterator[tuple[Place, str]]:
    match item:
        case Promise():
            yield from _promise(item)
        case Constraint():
            yield from _constraint(item)
        case Programme(rate=str(), share=str()):
            yield ("share",), "the text names a rate, so the firm sets no share"
        case Programme(period="setting", setting=None):
            yield ("setting",), "is missing; it names the value of the firm that the period is taken from"
        case Office():
            yield from _office(item)
        case _:
            pass


def _promise(promise: Promise) -> Iterator[tuple[Place, str]]:
    before, within = promise.not_before, promise.within
    for unit in LONGEST if before is not None and before.calendar == within.calendar else ():
        least, most = getattr(before, unit), getattr(within, unit)
        if least is not None and most is not None and least > most:
            yield ("not_before", unit), f"kept after {least} {unit} only, it is never kept within {most}"
    late: tuple[tuple[Place, Patterns], ...] = (
        (("cancel",), promise.cancel),
        *((("pause", at, "to"), part.ends) for at, part in enumerate(promise.pause)),
        *((("lapse", at, "to"), part.ends) for at, part in enumerate(promise.lapse)),
    )
    for place, patterns in late:
        if any(one.fact == Received.name() for one in patterns):
            yield place, "Received opens a case and comes no second time"


def _constraint(guard: Constraint) -> Iterator[tuple[Place, str]]:
    if guard.kind == "precedence" and not guard.unless and _is_among(guard.first, guard.then):
        yield (
            ("then",),
            "what has to come first is one of these and needs one before it, so none can ever come",
        )
    if guard.kind == "separation":
        for at, one in enumerate(guard.then):
            if one in guard.then[:at]:
                yield ("then", at), f"{one} is named twice, and nothing is parted from itself"


def _is_among(some: Iterable[Pattern], others: Patterns) -> bool:
    """Tell whether each of some patterns wants nothing but what one of the others wants, too."""
    return all(any(_is_narrower(one, other) for other in others) for one in some)


def _is_narrower(one: Pattern, other: Pattern) -> bool:
    return (
        one.fact == other.fact
        and is_within(one.where, other.where)
        and {*one.has} >= {*other.has}
        and (not other.lacks or one.lacks == other.lacks)
        and (not other.by or (bool(one.by) and {*one.by} <= {*other.by}))
    )


def _office(office: Office) -> Iterator[tuple[Place, str]]:
    """Yield what an office may and may not, or otherwise than its role; permissions are one table for all texts."""
    for at, verb in enumerate(office.may):
        if verb in COMMANDS and not permits(office.role, verb, (verb,)):
            yield ("may", at), f"the role {office.role} is never let {verb}, whatever a regulation says"
    for at, verb in enumerate(office.may_not):
        if verb in office.may:
            yield ("may_not", at), f"{verb} stands in may, too"
        elif permits(office.role, verb):
            yield ("may_not", at), f"the role {office.role} is let {verb} all the same"


def _outrun(draft: Draft) -> Iterator[Problem]:
    """Yield every routing that never counts, because one before it takes all of its cases."""
    seen: list[tuple[str, Mapping[str, Any]]] = []
    for index, routing in draft.each("routing"):
        first = next((name for name, where in seen if is_within(routing.applies.where, where)), None)
        if first is not None:
            what = f"{first} stands before it and takes all of these cases; the first that applies counts"
            yield draft.problem(("routing", index, "applies"), what)
        seen.append((routing.id, routing.applies.where))
