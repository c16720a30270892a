"""What a regulation waits for and can never come: facts nobody records, values no field holds, endless clocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from cases.commands import COMMANDS
from cases.events import CASE_FACTS, OF_ITS_CASE, Received
from cases.fact import Fact
from cases.permissions import permits
from cases.regulation.alerting import Alert
from cases.regulation.checking import KINDS, Draft
from cases.regulation.checking_lines import Place
from cases.regulation.checking_values import LONGEST, beyond
from cases.regulation.items import Constraint, Item, Promise, Within
from cases.regulation.nearest import meant
from cases.regulation.patterns import Condition, Pattern, Scalar, choices, leaves
from cases.regulation.problems import Problem


def unreachable(draft: Draft) -> Iterator[Problem]:
    """Yield every pattern that no fact can ever match, and every clock that can therefore not start or stop."""
    for kind in KINDS:
        for index, item in draft.each(kind):
            for place, what in _never_said(draft, item) if isinstance(item, Item) else ():
                yield draft.problem((kind, index, *place), what)
            for place, what in _beyond(item):
                yield draft.problem((kind, index, *place), what)
    for index, promise in draft.each("promise"):
        yield from _clock(draft, index, promise)
        if promise.start is not None:
            yield from _same(draft, ("promise", index), promise, (promise.start, *promise.stop))
    for index, constraint in draft.each("constraint"):
        yield from _same(draft, ("constraint", index), constraint, (*constraint.first, *constraint.then))
    for index, alert in draft.each("alert"):
        yield from _alert(draft, index, alert)


def _never_said(draft: Draft, item: Item) -> Iterator[tuple[Place, str]]:
    """Yield where an item waits in vain; of a clock that nothing stops, `_clock` says so."""
    is_told = isinstance(item, Promise) and all(_barred_stops(draft, item))
    for place, pattern in patterns_of(item):
        is_start = isinstance(item, Promise) and place[0] == "start"
        if not (is_told and place[0] == "stop"):
            for why in never(pattern, item.applies):
                ends = "; this clock can never start" if is_start else ""
                yield place, f"{pattern} never happens: {why}{ends}"


def _clock(draft: Draft, index: int, promise: Promise) -> Iterator[Problem]:
    barred = _barred_stops(draft, promise)
    if not barred:
        yield draft.problem(
            ("promise", index, "stop"), "this clock can never stop: no fact is named that stops it"
        )
    elif all(barred):
        reasons = dict.fromkeys(why for whys in barred for why in whys)
        what = f"this clock can never stop: {'; '.join(reasons)}"
        yield draft.problem(("promise", index, "stop"), what)
    for field, until, facts in _told_moments(promise):
        for fact in facts:
            moments = [name for name in fact.model_fields if _is_moment(fact, name)]
            if until not in moments:
                what = f"{fact.name()} has no field {until} that holds a moment{meant(until, moments)}"
                yield draft.problem(("promise", index, field, "until"), what)


def _beyond(item: BaseModel) -> Iterator[tuple[Place, str]]:
    """Yield every amount of time that is none, in whichever field of an item."""
    for field in type(item).model_fields:
        within = getattr(item, field)
        for unit in LONGEST if isinstance(within, Within) else ():
            amount = getattr(within, unit, None)
            if amount is not None and (what := beyond(unit, amount)):
                yield (field, unit), what


def _told_moments(promise: Promise) -> Iterator[tuple[str, str, list[type[Fact]]]]:
    """Yield the fields of a promise that ask a fact for a moment, with the field of the fact and the facts."""
    begun, agreed = [promise.start] if promise.start else [], promise.agreed
    for field, amount in (("within", promise.within), ("not_before", promise.not_before)):
        if amount is not None and amount.until is not None:
            yield field, amount.until, _facts_of(begun)
    if agreed is not None:
        yield "agreed", agreed.until, _facts_of(agreed.told)


def _facts_of(patterns: Iterable[Pattern]) -> list[type[Fact]]:
    return [CASE_FACTS[name] for name in dict.fromkeys(pattern.fact for pattern in patterns)]


def _same(
    draft: Draft, place: Place, item: Constraint | Promise | Alert, patterns: Iterable[Pattern]
) -> Iterator[Problem]:
    """Yield what is to be the same and some fact does not tell; for an alert its case may tell it."""
    told = {name for fact in OF_ITS_CASE for name in fact.model_fields} if isinstance(item, Alert) else set()
    facts = sorted({*_facts_of(patterns)}, key=lambda fact: fact.name()) or [Received]
    for at, name in enumerate(item.same):
        for fact in facts:
            if not {*name.split("/")} & {*told, *fact.model_fields}:
                what = f"{fact.name()} has no field {name}{meant(name, {*told, *fact.model_fields})}"
                yield draft.problem((*place, "same", at), what)


def _alert(draft: Draft, index: int, alert: Alert) -> Iterator[Problem]:
    yield from _same(draft, ("alert", index), alert, alert.counts)
    promises = [str(item.get("id")) for _, item in draft.told("promise")]
    for at, name in enumerate(alert.misses):
        if name not in promises:
            what = f"there is no promise {name}{meant(name, promises)}"
            yield draft.problem(("alert", index, "misses", at), what)


def patterns_of(item: BaseModel) -> Iterator[tuple[Place, Pattern]]:
    """Give every pattern of an item, with where it stands in it."""
    for name, field in type(item).model_fields.items():
        value = getattr(item, name)
        listed = value if isinstance(value, tuple) else (value,)
        for at, part in enumerate(listed):
            place: Place = (field.alias or name, at)
            if isinstance(part, Pattern):
                yield place, part
            elif isinstance(part, BaseModel):
                yield from (((*place, *below), pattern) for below, pattern in patterns_of(part))


def never(pattern: Pattern, applies: Condition) -> Iterator[str]:
    """Say why no fact of a case that the item applies to can match; nothing where one can."""
    fact = CASE_FACTS[pattern.fact]
    verbs = [verb for verb, command in COMMANDS.items() if command.fact is fact]
    if not verbs:
        yield f"no command records {fact.name()}"
    elif pattern.by and not any(permits(role, verb, verbs) for role in pattern.by for verb in verbs):
        yield f"{' and '.join(pattern.by)} may not record {fact.name()}"
    for name, wanted in pattern.where.items():
        yield from _unheld(fact, name, wanted)
        if name in pattern.has and not any(value not in {False, ""} for value in wanted):
            yield f"{name} cannot be given and be {' or '.join(map(str, wanted)).lower()}"
        asked = applies.where.get(name, wanted)
        if fact.name() in {"Classified", "Received"} and not set(asked) & set(wanted):
            yield f"by then this item no longer applies ({name} is {' or '.join(map(str, asked)).lower()})"
    if pattern.lacks and all(name in pattern.has or _is_always_given(fact, name) for name in pattern.lacks):
        yield f"{', '.join(pattern.lacks)} is always given"


def _unheld(fact: type[Fact], name: str, wanted: Iterable[Scalar]) -> Iterator[str]:
    """Say which of the wanted values a field can never hold."""
    values = tuple(wanted)
    if not values:
        yield f"{name} names no value"
    elif choices(fact, name) is None and not any(_holds(fact, name, value) for value in values):
        yield f"{name} is never {' or '.join(map(str, values))}"


@cache
def _adapter(fact: type[Fact], name: str) -> TypeAdapter[Any]:
    field = fact.model_fields[name]
    annotation: Any = Annotated[field.annotation, field]
    return TypeAdapter(annotation)


def _holds(fact: type[Fact], name: str, value: Scalar) -> bool:
    try:
        _adapter(fact, name).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


def _is_always_given(fact: type[Fact], name: str) -> bool:
    """Tell whether a field is there in every fact; yes or no and empty texts count as missing when they are so."""
    return fact.model_fields[name].is_required() and not any(
        _holds(fact, name, empty) for empty in (False, "")
    )


def _is_moment(fact: type[Fact], name: str) -> bool:
    return any(
        getattr(leaf, "__name__", "") == "datetime" for leaf in leaves(fact.model_fields[name].annotation)
    )


def _barred_stops(draft: Draft, promise: Promise) -> list[list[str]]:
    """Say of every stop of a clock why it never stops it."""
    guards = [guard for _, guard in draft.each("constraint")]
    return [_barred(pattern, promise, guards) for pattern in promise.stop]


def _barred(pattern: Pattern, promise: Promise, guards: Iterable[Constraint]) -> list[str]:
    """Say why a clock is never stopped by a pattern: it never comes, comes first, or is always refused."""
    barred = [f"{pattern} never happens: {why}" for why in never(pattern, promise.applies)]
    if pattern.fact == Received.name():
        barred.append("Received opens a case and comes no second time")
    barred += [
        f"{guard.id} refuses {pattern}" for guard in guards if _refuses(guard, pattern, promise.applies)
    ]
    return barred


def _refuses(guard: Constraint, pattern: Pattern, applies: Condition) -> bool:
    """Tell whether a constraint always refuses what a pattern wants, on every case of a condition."""
    is_always = guard.kind == "absence" and guard.mode == "refuse" and not (guard.first or guard.unless)
    return (
        is_always
        and is_within(applies.where, guard.applies.where)
        and any(
            one.fact == pattern.fact
            and not (one.has or one.lacks or one.by)
            and is_within(pattern.where, one.where)
            for one in guard.then
        )
    )


def is_within(narrow: Mapping[str, Any], wide: Mapping[str, Any]) -> bool:
    """Tell whether whatever holds what the narrow one wants holds what the wide one wants, too."""
    return all(name in narrow and set(narrow[name]) <= set(values) for name, values in wide.items())
