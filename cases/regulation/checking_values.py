"""Values that can be read and nobody can have meant: an end before its beginning, roles that are none, quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from pydantic import BaseModel

from cases.codes import Role
from cases.commands import COMMANDS
from cases.fact import FIRST, LAST
from cases.regulation.checking import KINDS, Draft, Problem
from cases.regulation.checking_lines import Place
from cases.regulation.items import Between, Constraint
from cases.regulation.model import Regulation, Settings
from cases.regulation.nearest import meant, nearest

LONGEST: Final = {"minutes": 5_256_000, "hours": 87_600, "days": 3_650, "working_days": 2_500, "months": 120}
"""Ten years of each unit: what is longer is a slip of the pen, and no calendar counts it."""
LEAST: Final = {"minutes": 1, "hours": 1, "days": 0, "working_days": 0, "months": 1}
"""No days are the same day, until the office closes; of anything else nothing is no time at all."""
MOST: Final = {**LONGEST, "percent": 100, "fen": 10**12}
"""The most that a firm can set, by unit."""


LONGEST_RIGHT: Final = {"days": 36_500, "months": 1_200, "years": 100}
"""A right that is claimed for a hundred years is no right that a calendar can count."""
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


def unlikely(draft: Draft) -> Iterator[Problem]:
    """Yield every value that can be read and cannot have been meant."""
    told = Told(draft.regulation)
    for place, what in (*_heading(draft), *_written_otherwise(draft)):
        yield draft.problem(place, what)
    for kind in KINDS:
        for index, item in draft.each(kind):
            for field, what in (*told.strangers(item), *_empty(item)):
                yield draft.problem((kind, index, *field), what)
    for index, right in draft.each("entitlement"):
        for unit, longest in LONGEST_RIGHT.items() if right.window else ():
            if (getattr(right.window, unit) or 0) > longest:
                yield draft.problem(("entitlement", index, "window", unit), f"must be no more than {longest}")
    for index, programme in draft.each("programme"):
        if not _is_share(programme.rate):
            what = 'must be a share in quotes, more than "0" and up to "1": "0.10" for a tenth'
            yield draft.problem(("programme", index, "rate"), what)
        if programme.floor < 0:
            yield draft.problem(("programme", index, "floor"), "must be 0 or more")


def beyond(unit: str, amount: int) -> str | None:
    """Say that an amount of time is none that anything can take; None where it is one."""
    if LEAST[unit] <= amount <= LONGEST[unit]:
        return None
    return f"{amount} {unit} are no time that anything may take: {LEAST[unit]} to {LONGEST[unit]}"


def _heading(draft: Draft) -> Iterator[tuple[Place, str]]:
    told, written = draft.regulation, draft.written
    for name, day in (("effective_from", told.effective_from), ("effective_until", told.effective_until)):
        if name in written and day not in {None, date.min} and not FIRST.date() <= day < LAST.date():
            yield (name,), f"must lie between the years {FIRST.year} and {LAST.year - 1}"
    if told.effective_until is not None and told.effective_until < told.effective_from:
        yield (
            ("effective_until",),
            f"the last day lies before the first one, {told.effective_from}; no case would be bound",
        )
    if not 0 <= told.backdating_tolerance_minutes <= LONGEST["minutes"]:
        yield ("backdating_tolerance_minutes",), f"must be 0 to {LONGEST['minutes']} minutes"


class Told:
    """The roles and commands that there are, and what a regulation calls its offices."""

    def __init__(self, regulation: Regulation) -> None:
        """Keep what each role is called, by the program and by the text, in either language."""
        self._read = {name: role.value for role in Role for name in (role.value, role.zh, role.en.lower())}
        self._read |= {
            name: office.role.value
            for office in regulation.office
            for name in (office.id, office.label.zh, office.label.en.lower())
        }

    def strangers(self, item: BaseModel) -> Iterator[tuple[Place, str]]:
        """Yield every role that an item names and there is not, and every command."""
        roles = getattr(item, "escalate", ())
        for at, name in enumerate(roles):
            if name not in set(Role):
                yield ("escalate", at), f"there is no role {name}{self._meant(name)}"
            elif name in roles[:at]:
                yield ("escalate", at), f"{name} is named twice, and is told once"
        for field in ("may", "may_not"):
            for at, name in enumerate(getattr(item, field, ())):
                if name not in COMMANDS:
                    yield (field, at), f"there is no command {name}{meant(name, COMMANDS)}"

    def _meant(self, name: str) -> str:
        if near := nearest(name.lower(), self._read):
            role = next(one for one in Role if one.value == self._read[near])
            return f"; did you mean {role} ({role.zh} / {role.en})?"
        return f"; it is one of {', '.join(f'{role} {role.zh}' for role in Role)}"


def _empty(item: BaseModel) -> Iterator[tuple[Place, str]]:
    """Yield where a fact has to be named and the list is empty."""
    if isinstance(item, Constraint) and not item.then:
        yield ("then",), "names no fact, so nothing is ever judged"
    for field in ("pause", "lapse"):
        for at, part in enumerate(getattr(item, field, ())):
            if isinstance(part, Between) and not part.ends:
                yield (field, at, "to"), "names no fact, so what begins here never ends"


def _is_share(written: str | None) -> bool:
    try:
        return written is None or 0 < Decimal(written) <= 1
    except InvalidOperation:
        return False


def _written_otherwise(draft: Draft) -> Iterator[tuple[Place, str]]:
    """Yield every number, day or yes that stands in quotes or is written like something else."""
    wrong = {one.field for one in draft.problems if not one.item}
    heading = {name: told for name, told in draft.written.items() if name not in {*KINDS, *wrong}}
    yield from (*otherwise(draft.regulation, heading), *_hollow(heading))
    for kind in KINDS:
        listed = dict(draft.told(kind))
        for index, item in draft.each(kind):
            for place, what in (*otherwise(item, listed.get(index)), *_hollow(listed.get(index))):
                yield (kind, index, *place), what


def _hollow(written: object, field: object = None) -> Iterator[tuple[Place, str]]:
    """Yield every text that shows nothing, and every list of roles or wanted values that names none."""
    match written:
        case str() if written and not written.strip():
            yield (), "is blank; something must stand here"
        case str() if _CONTROL.search(written):
            yield (), "holds a control character; delete it"
        case dict():
            for name, part in written.items():
                if part == [] and (name == "by" or field == "applies"):
                    yield (name,), "names none; name one, or leave it out"
                yield from (((name, *place), what) for place, what in _hollow(part, name))
        case list():
            for at, part in enumerate(written):
                yield from (((at, *place), what) for place, what in _hollow(part, field))
        case _:
            pass


def otherwise(value: object, written: object) -> Iterator[tuple[Place, str]]:
    """Yield the places where what was read has another type than what is written, and how to write it."""
    match value:
        case BaseModel() if isinstance(written, Mapping):
            for name, field in type(value).model_fields.items():
                told = field.alias or name
                if written.get(told) is not None:
                    yield from _below(told, getattr(value, name), written[told])
        case dict() if isinstance(written, Mapping):
            for name in value:
                yield from _below(name, value[name], written.get(name))
        case tuple():
            listed: Iterable[object] = written if isinstance(written, list) else [written]
            for at, (part, told_part) in enumerate(zip(value, listed, strict=False)):
                yield from _below(at, part, told_part)
        case bool() | int() | float() | date() if isinstance(written, str):
            yield (), f"must be written without quotes: {str(value).lower()}"
        case bool() if not isinstance(written, bool):
            yield (), f"must be true or false, not {written}"
        case int() | float() if isinstance(written, bool) != isinstance(value, bool):
            yield (), f"must be a number, not {str(written).lower()}"
        case date() if isinstance(written, datetime):
            yield (), f"must be a day without a time: {value}"
        case _:
            pass


def _below(at: str | int, value: object, written: object) -> Iterator[tuple[Place, str]]:
    yield from (((at, *place), what) for place, what in otherwise(value, written))


def immoderate(settings: Settings, regulation: Regulation) -> Iterator[tuple[Place, str]]:
    """Yield every value of a firm that is no whole number, or more or less than there can be of its unit."""
    windows = [right.window for right in regulation.entitlement if right.window]
    rights = {name for window in windows for name in (window.contract, window.manual, window.minimum)}
    for name, value in settings.values.items():
        if value.unit == "word":
            if not isinstance(value.value, str):
                yield ("values", name, "value"), "must be a word in quotes"
            continue
        least = LEAST.get(value.unit, 0)
        most = (LONGEST_RIGHT if name in rights else MOST).get(value.unit, MOST[value.unit])
        if not isinstance(value.value, int) or isinstance(value.value, bool):
            yield ("values", name, "value"), "must be a whole number without quotes"
        elif not least <= value.value <= most:
            yield ("values", name, "value"), f"must be a whole number of {value.unit}, {least} to {most}"
