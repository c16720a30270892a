"""The five texts rule by rule, what carries each rule, and what of them a draft forgot."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from cases.codes import Code
from cases.fact import Part
from cases.regulation.checking import KINDS, Draft
from cases.regulation.items import Id, Item, Label, RuleId
from cases.regulation.model import Regulation
from cases.regulation.nearest import meant
from cases.regulation.problems import Problem

Carrier = Annotated[
    str, Field(pattern=r"^(fact|field|code|role|command|calendar|resolution|table|route|shell) \S.*$")
]
"""What carries a rule besides the items of a pack: its kind and its name, for example `field Received.channel`."""


class RuleState(Code):
    """How far the product serves a rule of a text."""

    CARRIED = "carried", "已落实", "Carried"
    PARTLY = "partly", "部分落实", "Partly"
    EXPLAINED = "explained", "另有说明", "Explained"
    OPEN = "open", "未落实", "Open"


class Rule(Part):
    """A rule of a text in our own words.

    `by` is what carries it besides the items of its pack; `reason` tells why nothing has to; `lacks` what of it is
    not carried yet.
    """

    id: RuleId
    clause: str
    says: str
    by: tuple[Carrier, ...] = ()
    reason: str | None = None
    lacks: str | None = None


class RegulationText(Part):
    """One of the five texts, and the pack that carries it."""

    id: Annotated[str, Field(pattern=r"^S\d$")]
    pack: Id
    label: Label
    rule: tuple[Rule, ...]


class Contradiction(Part):
    """Where texts contradict themselves, one another or the law; the packs of the texts `of` resolve it."""

    id: RuleId
    of: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule with what carries it (`promise consultation-reply`, `field Received.channel`) and what is to say of it."""

    rule: Rule
    state: RuleState
    carriers: tuple[str, ...] = ()
    remark: str = ""


@cache
def texts() -> tuple[RegulationText, ...]:
    """Give the five texts."""
    found = sorted(path.name for path in _FOLDER.iterdir() if path.name.startswith("S"))
    return tuple(RegulationText.model_validate(tomllib.loads(_read(name))) for name in found)


@cache
def contradictions() -> tuple[Contradiction, ...]:
    """Give the contradictions of the five texts."""
    rows = tomllib.loads(_read("contradictions.toml"))["contradiction"]
    return tuple(Contradiction.model_validate(row) for row in rows)


def coverage(text: RegulationText, regulation: Regulation | None) -> tuple[Standing, ...]:
    """Tell of every rule of a text what carries it; without its regulation just what the product does anyway."""
    reasons = {row.rule: row.reason.en for row in regulation.coverage} if regulation else {}
    carried: dict[str, list[str]] = {}
    for item in regulation.items if regulation else ():
        for rule in item.rules:
            carried.setdefault(rule, []).append(named(item))
    return tuple(
        _standing(rule, (*carried.get(rule.id, ()), *rule.by), reasons.get(rule.id)) for rule in text.rule
    )


def articles(regulation: Regulation) -> dict[str, tuple[Item, ...]]:
    """Tell of every clause that a regulation cites which items carry it, in the order of its text."""
    carried: dict[str, tuple[Item, ...]] = {}
    for item in regulation.items:
        carried[item.clause] = (*carried.get(item.clause, ()), item)
    return carried


def named(item: Item) -> str:
    """Name an item with its kind, for example `promise consultation-reply`; a line of a checklist is a check."""
    kind = type(item).__name__.lower() if type(item) is not Item else "check"
    return f"{kind} {item.id}"


def _standing(rule: Rule, carriers: tuple[str, ...], reason: str | None) -> Standing:
    remark = rule.lacks or reason or rule.reason or ""
    if carriers:
        return Standing(rule, RuleState.PARTLY if rule.lacks else RuleState.CARRIED, carriers, remark)
    return Standing(rule, RuleState.EXPLAINED if reason or rule.reason else RuleState.OPEN, (), remark)


def forgotten(draft: Draft) -> Iterator[Problem]:
    """Yield what a draft tells unlike the texts: rules that are none, and contradictions it leaves unresolved."""
    rules = {rule.id for text in texts() for rule in text.rule} | {row.id for row in contradictions()}
    for kind in KINDS:
        for index, item in draft.told(kind):
            cited = item.get("rules", [item["rule"]] if "rule" in item else ())
            for at, rule in enumerate(cited if isinstance(cited, list) else ()):
                if isinstance(rule, str) and _CITED.match(rule) and rule not in rules:
                    place = (kind, index, "rules", at) if "rules" in item else (kind, index, "rule")
                    yield draft.problem(place, f"no text has a rule {rule}{meant(rule, rules)}")
    own = next((text.id for text in texts() if text.pack == draft.written.get("id")), None)
    resolved = {str(row.get("id")) for _, row in draft.told("resolution")}
    for row in contradictions():
        if own in row.of and row.id not in resolved:
            yield draft.problem(("id",), f"the contradiction {row.id} is not resolved: {row.says}")


_CITED = re.compile(r"[SX](\d+$|\d+-)")
"""What is not even cited as a rule is told as such, and no second time."""
_FOLDER = files("cases") / "regulations" / "texts"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
