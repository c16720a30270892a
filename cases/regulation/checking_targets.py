"""What a target lacks to be counted, and what it says in vain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cases.regulation.checking import Draft
from cases.regulation.model import Regulation, Settings
from cases.regulation.nearest import meant
from cases.regulation.problems import Problem
from cases.regulation.targets import LONGEST_RUN, Target, counted_promises

_NEEDED: Final = ("constraints", "score", "days")


def uncounted(draft: Draft) -> Iterator[Problem]:
    """Yield every target that its measure cannot be counted for, with what is missing, superfluous or misspelt."""
    promises = [str(item.get("id")) for _, item in draft.told("promise")]
    constraints = [str(item.get("id")) for _, item in draft.told("constraint")]
    for index, target in draft.each("target"):
        for field, what in (*_needed(target), *_thresholds(target)):
            yield draft.problem(("target", index, field), what)
        for field, names, known in (
            ("promises", target.promises, promises),
            ("constraints", target.constraints, constraints),
        ):
            for at, what in _strangers(names, known, field.removesuffix("s")):
                yield draft.problem(("target", index, field, at), what)
        if target.definition.stop is not None:
            if not target.promises and not [*counted_promises(target, draft.regulation)]:
                what = f"no promise ends with {target.definition.stop}; name those that are meant in promises"
                yield draft.problem(("target", index, "measure"), what)
            if target.applies.where:
                what = "clocks are counted, and their promises say what they apply to"
                yield draft.problem(("target", index, "applies"), what)


def overlong(settings: Settings, regulation: Regulation) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every value, by its place, that asks for more months in a row than are ever looked back on."""
    for name in dict.fromkeys(target.months for target in regulation.target if target.months):
        value = settings.values.get(name)
        if value and value.unit == "months" and isinstance(value.value, int) and value.value > LONGEST_RUN:
            yield ("values", name, "value"), f"no more than {LONGEST_RUN} months in a row are counted"


def _needed(target: Target) -> Iterator[tuple[str, str]]:
    """Yield the fields that the measure needs and are missing, and those that it has no use for."""
    for name in _NEEDED:
        is_told, is_needed = bool(getattr(target, name)), target.definition.needs == name
        if is_needed and not is_told:
            yield name, f"is missing; {target.measure} needs it"
        elif is_told and not is_needed:
            yield name, f"{target.measure} has no use for it"
    if target.promises and target.definition.stop is None:
        yield "promises", f"{target.measure} counts no clocks"


def _thresholds(target: Target) -> Iterator[tuple[str, str]]:
    if target.at_least is not None and target.setting is not None:
        yield "setting", "the text names a threshold, so the firm sets none"


def _strangers(names: Iterable[str], known: list[str], kind: str) -> Iterator[tuple[int, str]]:
    for at, name in enumerate(names):
        if name not in known:
            yield at, f"there is no {kind} {name}{meant(name, known)}"
