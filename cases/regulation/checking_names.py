"""What no single field of a regulation shows: names told twice, and names that stand for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, get_args

from pydantic import BaseModel

from cases.calendars.book import CalendarBook
from cases.regulation.alerting import Alert
from cases.regulation.checking import KINDS, Draft
from cases.regulation.checking_lines import Place, line_of
from cases.regulation.consequences import Appeal, Consequence
from cases.regulation.items import Constraint, Entitlement, Programme, Promise, Unit, Within
from cases.regulation.nearest import meant
from cases.regulation.problems import Problem
from cases.regulation.targets import Target
from cases.regulation.texts import contradictions

TIMES: Final = frozenset({"minutes", "hours", "days", "working_days", "months"})
_OWN: Final = ("placeholder", "resolution", "coverage")
_UNITS: Final = frozenset(get_args(Unit))
_SHARED: Final = tuple(kind for kind in KINDS if kind not in _OWN)
"""The kinds that share one set of names; the others have their own."""


def misnamed(draft: Draft, books: Mapping[str, CalendarBook]) -> Iterator[Problem]:
    """Yield every name that is taken already, and every one that nothing is called."""
    for kinds in (_SHARED, *((kind,) for kind in _OWN)):
        yield from _taken(draft, kinds)
    yield from _unset(draft)
    yield from _uncounted(draft, books)
    yield from _unchained(draft)
    yield from _unfounded(draft)
    yield from _contradicted(draft)
    carried = draft.regulation.carriers()
    for index, row in draft.each("coverage"):
        if row.rule in carried:
            what = f"is carried by {', '.join(carried[row.rule])}; it needs no reason here"
            yield draft.problem(("coverage", index, "rule"), what)


def _taken(draft: Draft, kinds: tuple[str, ...]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for kind in kinds:
        for place, name in _named(draft, kind):
            if name in seen:
                yield draft.problem(place, f"this name is taken, in line {seen[name]}")
            seen.setdefault(name, line_of(draft.lines, place))


def _named(draft: Draft, kind: str) -> Iterator[tuple[Place, str]]:
    """Give the names of a kind with their places, those of checklists after their programme."""
    for index, item in draft.told(kind):
        for field in ("id", "rule"):
            if isinstance(item.get(field), str):
                yield (kind, index, field), item[field]
        checklist = item.get("checklist")
        for at, check in enumerate(checklist if kind == "programme" and isinstance(checklist, list) else ()):
            if isinstance(check, dict) and isinstance(check.get("id"), str):
                yield (kind, index, "checklist", at, "id"), check["id"]


def _unset(draft: Draft) -> Iterator[Problem]:
    """Yield every value of the firm that is asked for and has no placeholder, or one of another unit."""
    units = {str(item.get("id")): str(item.get("unit")) for _, item in draft.told("placeholder")}
    for kind in _SHARED:
        for index, item in draft.each(kind):
            for field, placeholder, fitting in _settings_of(item):
                place = (kind, index, *field)
                if placeholder not in units:
                    what = f"there is no placeholder {placeholder}{meant(placeholder, units)}"
                    yield draft.problem(place, what)
                elif fitting and units[placeholder] not in fitting and units[placeholder] in _UNITS:
                    yield draft.problem(
                        place, f"the placeholder {placeholder} is counted in {units[placeholder]}"
                    )
    for index, promise in draft.each("promise"):
        if promise.is_configured != any(setting for _, setting in _times_of(promise)):
            what = (
                "says that its number comes from the firm, so within names a setting, and the other way round"
            )
            yield draft.problem(("promise", index, "is_configured"), what)


def _settings_of(item: object) -> Iterator[tuple[Place, str, frozenset[str]]]:
    """Yield field, placeholder and the units that fit, for every value of the firm that an item asks for."""
    match item:
        case Promise():
            yield from (((field, "setting"), setting, TIMES) for field, setting in _times_of(item))
        case Alert(within=Within(setting=str(setting))):
            yield ("within", "setting"), setting, TIMES
        case Constraint(setting=str(setting)):
            yield ("setting",), setting, frozenset({"fen"})
        case Entitlement(window=window) if window is not None:
            for field in ("contract", "manual", "minimum"):
                if (setting := getattr(window, field)) is not None:
                    yield ("window", field), setting, frozenset({"months"})
        case Programme():
            if item.setting is not None:
                yield ("setting",), item.setting, frozenset({"months"} if item.period == "setting" else ())
            if item.share is not None:
                yield ("share",), item.share, frozenset({"percent"})
        case Target():
            for field, unit in (("setting", "percent"), ("months", "months")):
                if (setting := getattr(item, field)) is not None:
                    yield (field,), setting, frozenset({unit})
        case Consequence(setting=str(setting)):
            yield ("setting",), setting, frozenset({"fen", "percent"})
        case Appeal():
            for field, amount in (("within", item.within), ("answer", item.answer)):
                if amount.setting is not None:
                    yield (field, "setting"), amount.setting, TIMES
        case _:
            pass


def _times_of(promise: Promise) -> Iterator[tuple[str, str]]:
    """Yield the values of the firm that a promise is counted in, with their fields."""
    for field, amount in (("within", promise.within), ("not_before", promise.not_before)):
        if amount is not None and amount.setting is not None:
            yield field, amount.setting


def _uncounted(draft: Draft, books: Mapping[str, CalendarBook]) -> Iterator[Problem]:
    """Yield every calendar that is asked for and not in the calendar document."""
    document = draft.regulation.calendar
    if document not in books:
        what = f"there is no calendar document {document}{meant(document, books)}"
        yield draft.problem(("calendar",), what)
        return
    known = books[document].calendars
    for kind in _SHARED:
        for index, item in draft.each(kind):
            for place, name in _calendars_of(item):
                if name not in known:
                    what = f"{document} has no calendar {name}{meant(name, known)}"
                    yield draft.problem((kind, index, *place), what)


def _calendars_of(item: BaseModel) -> Iterator[tuple[Place, str]]:
    for name in type(item).model_fields:
        value = getattr(item, name)
        if name == "calendar" and isinstance(value, str):
            yield (name,), value
        elif isinstance(value, BaseModel):
            yield from (((name, *below), calendar) for below, calendar in _calendars_of(value))


def _unchained(draft: Draft) -> Iterator[Problem]:
    """Yield every clock that comes after one which is not told before it."""
    names = [str(item.get("id")) for _, item in draft.told("promise")]
    for index, item in draft.told("promise"):
        before = item.get("after")
        if isinstance(before, str) and before not in names[:index]:
            what = f"there is no promise {before}{meant(before, names[:index])}"
            if before in names:
                what = f"the promise {before} has to be told before the one that comes after it"
            yield draft.problem(("promise", index, "after"), what)


def _unfounded(draft: Draft) -> Iterator[Problem]:
    """Yield every reward or penalty that rests on an alert of missed clocks or a programme that there is not."""
    known = {
        "alert": [str(item.get("id")) for _, item in draft.told("alert") if item.get("misses")],
        "programme": [str(item.get("id")) for _, item in draft.told("programme")],
    }
    for index, item in draft.each("consequence"):
        for field, names in known.items():
            wanted = getattr(item, field)
            if wanted is not None and wanted not in names:
                kind = "alert of missed clocks" if field == "alert" else field
                what = f"there is no {kind} {wanted}{meant(wanted, names)}"
                yield draft.problem(("consequence", index, field), what)


def _contradicted(draft: Draft) -> Iterator[Problem]:
    """Yield every contradiction that an item rests on and nothing resolves, or whose two readings are one.

    That there is no such contradiction is told with the rules that no text has.
    """
    resolved = {str(row.get("id")) for _, row in draft.told("resolution")}
    unresolved = {row.id for row in contradictions()} - resolved
    for kind in _SHARED:
        for index, item in draft.each(kind):
            for at, rule in enumerate(item.rules):
                if rule in unresolved:
                    what = f"the contradiction {rule} is resolved nowhere; it needs a [[resolution]]"
                    yield draft.problem((kind, index, "rules", at), what)
    for index, row in draft.each("resolution"):
        if row.reading == row.literal:
            what = "the reading in force is the literal one, so nothing is resolved"
            yield draft.problem(("resolution", index, "reading"), what)
