"""What a shape leaves out changes no judgement: cases of any facts, under every text that ships, changed within it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError

from cases import events
from cases.calendars.book import shipped_book
from cases.codes import CorrectionReason, Role
from cases.events import CASE_FACTS
from cases.fact import Fact, Money, Pinned
from cases.history import effective
from cases.personal import PersonalRef
from cases.promises import shapes
from cases.promises.clocks import Clock, clocks
from cases.recorded import Recorded, Source
from cases.regulation.bound import Bound
from cases.regulation.constraints import Finding, findings, in_order
from cases.regulation.model import Regulation
from cases.regulation.packs import (
    law_names,
    shipped_names,
    shipped_regulation,
    shipped_settings,
    shipped_text,
)
from cases.regulation.patterns import Condition, Pattern, choices, leaves
from cases.regulation.rules import Rules

IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
SEED = os.environ.get("CASELEDGER_SEED", "20261122")
CASES, CHANGES = (60, 60) if IS_FULL else (4, 24)
CASE, BEGIN = UUID(int=0x5A), datetime(2026, 2, 13, 1, tzinfo=UTC)
"""Before the days off of the Spring Festival."""
PEOPLE, NUMBERS = ("mei", "bo", "qi"), ("P-1", "C-1")
Case = tuple[Recorded, ...]
Judged = tuple[tuple[Clock, ...], tuple[Finding, ...]]


@cache
def bound(name: str, *, is_configured: bool = False) -> Bound:
    """Bind a text; with the values of the demo and with none it is one text, and so one memory of what is broken."""
    regulation = read(name)
    values = shipped_settings(name).settings if is_configured else None
    pinned = Pinned(
        regulation=name,
        version=regulation.version,
        settings=values.version if values else None,
        calendar="china@1",
    )
    return Bound(pinned, regulation, values, shipped_book())


@cache
def read(name: str) -> Regulation:
    return shipped_regulation(name).regulation


@cache
def wanted(name: str) -> dict[tuple[str, str], list[Any]]:
    """What a text asks of which field of which fact."""
    found: dict[tuple[str, str], list[Any]] = {}
    for part in parts(read(name)):
        facts = (part.fact,) if isinstance(part, Pattern) else ("Received", "Classified")
        for field, values in part.where.items():
            for fact in facts:
                found.setdefault((fact, field), []).extend(values)
    items = [item.id for item in read(name).items]
    for fact in ("Requested", "Approved", "Rejected"):
        found[fact, "item"] = [*items, *NUMBERS * len(items)]
    return found


def parts(model: object) -> Iterator[Pattern | Condition]:
    """Every pattern and condition inside a text."""
    if isinstance(model, Pattern | Condition):
        yield model
    elif isinstance(model, BaseModel):
        yield from (part for field in type(model).model_fields for part in parts(getattr(model, field)))
    elif isinstance(model, tuple):
        yield from (part for one in model for part in parts(one))


@cache
def words(name: str) -> frozenset[str]:
    """The words of a text, among them every field that it asks for."""
    return frozenset(re.findall(r"\w+", shipped_text(name)))


class Anything:
    """Cases of facts of every kind with any values, mostly such as a text asks for."""

    def __init__(self, name: str, seed: object) -> None:
        self.text, self.dice, self.wanted = name, Random(f"{SEED} {name} {seed}"), wanted(name)
        asked = {part.fact for part in parts(read(name)) if isinstance(part, Pattern)} - {"Corrected"}
        self.facts = [*sorted(CASE_FACTS.keys() - {"Corrected"}), *sorted(asked) * 4]

    def case(self) -> Case:
        """Draw a case; one in three has its first Received corrected, or something withdrawn."""
        names = ("Received", "Classified", *self.dice.choices(self.facts, k=self.dice.randrange(4, 14)))
        told = tuple(self.recorded(place, self.fact(name)) for place, name in enumerate(names, 1))
        return told if self.dice.randrange(3) else (*told, self.correction(told))

    def recorded(self, version: int, fact: Fact) -> Recorded:
        late = self.dice.choice((0, 0, 1, 60, 60, 24 * 60, -90 * version))
        at = BEGIN + timedelta(minutes=version * 100 + late)
        role = self.dice.choice(list(Role))
        return Recorded(
            CASE, version, fact, at, self.dice.choice(PEOPLE), role, Source(system="api"), CASE,
            position=version, recorded_at=BEGIN + timedelta(minutes=version * 100 + 90),
        )  # fmt: skip

    def correction(self, told: Case) -> Recorded:
        place = self.dice.randrange(len(told))
        what: dict[str, Any] = {"is_withdrawn": True} if place else {"happened_at": BEGIN}
        fact = events.Corrected(corrects=place + 1, reason=CorrectionReason.TYPING_ERROR, **what)
        return self.recorded(len(told) + 1, fact)

    def fact(self, name: str) -> Fact:
        fields = CASE_FACTS[name].model_fields
        while True:
            told = {field: self.value(name, field) for field in fields}
            try:
                return CASE_FACTS[name](
                    **{field: value for field, value in told.items() if value is not None}
                )
            except ValidationError:
                continue

    def value(self, fact: str, field: str) -> Any:
        """Draw what a field says, now and then nothing."""
        kind = CASE_FACTS[fact]
        kinds = [leaf for leaf in leaves(kind.model_fields[field].annotation) if leaf is not type(None)]
        listed, asked = choices(kind, field), self.wanted.get((fact, field))
        if not kind.model_fields[field].is_required() and not self.dice.randrange(3):
            return None
        if asked and self.dice.randrange(4):
            return self.dice.choice(asked)
        return self.dice.choice(listed) if listed else self.of(kinds[0])

    def of(self, kind: object) -> Any:
        """Draw a value of a plain type."""
        dice = self.dice
        if kind is str:
            return dice.choice(NUMBERS)
        if kind is datetime:
            return BEGIN + timedelta(hours=dice.randrange(200))
        if kind is date:
            return BEGIN.date() - timedelta(days=dice.choice((3, 20, 400, 1_500)))
        if kind is Money:
            return Money(
                minor=dice.choice((100, 5_000, 200_000)), currency=dice.choice(("CNY", "CNY", "EUR"))
            )
        if kind is PersonalRef:
            return PersonalRef(ref=f"{CASE}/description/1", commit="0" * 64)
        return dice.choice((1, 3)) if kind is int else None

    def changed(self, case: Case) -> Case:
        """Tell one thing otherwise: a field, who did it, or when."""
        place = self.dice.randrange(len(case))
        one = case[place]
        match self.dice.randrange(5):
            case 0:
                told = replace(one, actor=self.dice.choice(PEOPLE), role=self.dice.choice(list(Role)))
            case 1:
                told = replace(one, occurred_at=self.between(case, one.occurred_at))
            case _ if isinstance(one.fact, events.Corrected):
                told = one
            case _:
                told = replace(one, fact=self.altered(one.fact))
        return (*case[:place], told, *case[place + 1 :])

    def between(self, case: Case, at: datetime) -> datetime:
        """Draw a moment of one of the facts around a moment, or between them."""
        times = [known.occurred_at for known in case]
        since = max((one for one in times if one < at), default=at - timedelta(days=3))
        until = min((one for one in times if one > at), default=at + timedelta(days=30))
        return since + (until - since) * self.dice.randrange(9) / 8

    def altered(self, fact: Fact) -> Fact:
        fields = sorted(words(self.text) & type(fact).model_fields.keys())
        if not fields:
            return fact
        field = self.dice.choice(fields)
        value = self.value(fact.name(), field)
        try:
            return type(fact)(**{**fact.__dict__, field: value})
        except ValidationError:
            return fact


def forget(rules: Rules) -> None:
    """Keep nothing of earlier cases in mind."""
    shapes.FOUND.clear()
    for one in rules:
        marking = one.regulation.marking
        marking.broken.clear()
        for reader in marking._readers.values():
            reader._known.clear()


def judged(case: Case, rules: Rules) -> Judged:
    return clocks(case, rules), findings(case, rules.bound)


def shape(case: Case, rules: Rules) -> Sequence[object]:
    facts = in_order(effective(case))
    return [one.regulation.marking.shape(facts) for one in rules]


def alike(draw: Anything, rules: Rules) -> list[Case]:
    """Draw a case, and tell one thing after another otherwise, as long as its shape stays."""
    found = [draw.case()]
    for _ in range(CHANGES):
        other = draw.changed(found[-1])
        if other != found[-1] and shape(other, rules) == shape(found[-1], rules):
            found.append(other)
    return found


@pytest.mark.faults
@pytest.mark.parametrize("name", [*shipped_names(), *law_names()])
def test_a_case_is_judged_by_what_it_says_and_by_nothing_kept_of_a_case_of_its_shape(name: str) -> None:
    beside_the_laws = Rules((bound(name), *(bound(law) for law in law_names() if law != name)))
    by_itself = Rules((bound(name, is_configured=name in shipped_names()),))
    forget(beside_the_laws)
    told = [
        (case, rules, judged(case, rules))
        for seed in range(CASES)
        for rules in (beside_the_laws, by_itself)
        for case in alike(Anything(name, seed), rules)
    ]
    for case, rules, kept in told:
        forget(rules)
        assert judged(case, rules) == kept, case
    assert len(told) > CASES * CHANGES / 2, "hardly any change keeps the shape"
