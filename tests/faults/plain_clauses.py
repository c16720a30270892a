"""The regulations read plainly: TOML tables and lists of facts, each kind of constraint as its sentence says."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

PACKS = Path(__file__).parents[2] / "cases" / "regulations"
LONG_AGO = timedelta(days=730)
"""What was bought longer before is out of every window and warranty; what was bought later is within all of them."""
SEEN = ("is_human_damage", "is_packaging_intact", "are_accessories_complete")
CLASSIFIED = {
    "kind", "reason", "category", "severity", "mode", "is_safety", "is_human_damage", "complexity", "assigned_to",
}  # fmt: skip
ASKED = ("kind", "reason", "mode", "sales_channel", "purchased_on", "has_proof", "has_fault_description")
Table = dict[str, Any]


@dataclass(frozen=True)
class Done:
    """A fact in plain words: `said` holds every field that is not empty, `version` its place in the case."""

    version: int
    name: str
    said: Table
    actor: str
    role: str
    at: datetime
    recorded_at: datetime

    @property
    def when(self) -> tuple[datetime, int]:
        return self.at, self.version


def text_of(name: str) -> Table:
    """Read a shipped regulation, with the demo's values beside it."""
    values = tomllib.loads((PACKS / "settings" / f"{name}.demo.toml").read_text(encoding="utf-8"))
    return tomllib.loads((PACKS / f"{name}.toml").read_text(encoding="utf-8")) | values


def same_person(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.strip().lower() == other.strip().lower()


def many(written: Any) -> list[Any]:
    return written if isinstance(written, list) else [written]


def is_a(fact: Done, patterns: Any) -> bool:
    """Tell whether a fact is what one of the patterns says."""
    return any(_fits(fact, pattern) for pattern in many(patterns))


def _fits(fact: Done, pattern: Table) -> bool:
    fields = {name: wanted for name, wanted in pattern.items() if name not in {"fact", "by", "has", "lacks"}}
    lacks = many(pattern.get("lacks", []))
    return (
        fact.name == pattern["fact"]
        and fact.role in many(pattern.get("by", fact.role))
        and all(fact.said.get(name) in many(wanted) for name, wanted in fields.items())
        and all(fact.said.get(name) for name in many(pattern.get("has", [])))
        and (not lacks or not all(fact.said.get(name) for name in lacks))
    )


class Claim:
    """What the customer claims by the facts told so far, in the order given."""

    def __init__(self, text: Table, facts: Iterable[Done]) -> None:
        self.text, self.received, self.classified, self.seen = text, Table(), Table(), Table()
        self.applied_at: datetime | None = None
        for fact in facts:
            if fact.name == "Received" and not self.received:
                self.received, self.applied_at = fact.said, fact.at
            if fact.name == "Classified":
                self.classified = fact.said
            if fact.name == "Inspected":
                self.seen |= {name: fact.said[name] for name in SEEN if name in fact.said}

    def applies(self, item: Table) -> bool:
        return all(self.trait(name) in many(wanted) for name, wanted in item.get("applies", {}).items())

    def trait(self, name: str) -> Any:
        """Give a field of the classification or the demand, or what follows: `coverage` and `entitled`."""
        if name == "is_human_damage":
            return self.seen.get(name, self.classified.get(name, False))
        if name == "coverage":
            terms = [item for item in self.rights() if item["kind"] == "warranty"]
            found = [self.granted(item) for item in terms if self.applies(item)] or [None]
            return {True: "in_warranty", False: "out_of_warranty", None: "unknown"}[found[0]]
        if name == "entitled":
            found = [self.granted(i) for i in self.rights() if i["kind"] == "window" and self.applies(i)]
            if True in found:
                return "yes"
            return "no" if found and None not in found else "unknown"
        return (self.classified if name in CLASSIFIED else self.received).get(name)

    def rights(self) -> list[Table]:
        return self.text.get("entitlement", []) if self.classified else []

    def granted(self, item: Table) -> bool | None:
        """Tell whether a window or warranty stands: no once it is over or the goods fail, unknown while proof lacks."""
        bought = self.received.get("purchased_on")
        seen = {name: self.trait(name) for name in ("is_human_damage",)} | self.seen
        fails = any(seen.get(name, wanted) is not wanted for name, wanted in item["checklist"].items())
        if fails or (bought is not None and self.is_long_ago(bought)):
            return False
        return None if bought is None or not all(map(self.received.get, item.get("needs", []))) else True

    def is_long_ago(self, bought: date) -> bool:
        return self.applied_at is not None and bought < (self.applied_at - LONG_AGO).date()

    def verdicts(self) -> Table:
        """Give what a classification says of rights, and all that it rests on."""
        named = [item["id"] for item in self.rights() if self.applies(item)]
        basis = [self.trait(name) for name in (*ASKED, "coverage", "is_human_damage")]
        told = [self.seen, self.classified.get("is_human_damage"), self.applied_at]
        return {"rights": [named, basis, told]} if named else {}


def broken(act: Done, history: Sequence[Done], texts: Iterable[Table]) -> Iterator[str]:
    """Name the constraints that forbid an act after a history (as corrected, in log order), in the texts' order."""
    before = sorted((fact for fact in history if fact.when < act.when), key=lambda fact: fact.when)
    for text in texts:
        claim = Claim(text, [*before, act])
        for item in text["constraint"]:
            if (
                item.get("mode", "refuse") == "refuse"
                and KINDS[item["kind"]](item, act, before, history, text)
                and not any(is_a(fact, item.get("unless", [])) for fact in before)
                and claim.applies(item)
                and not (item.get("is_overridable", True) and is_lifted(item["id"], act, history))
            ):
                yield item["id"]


def is_lifted(constraint: str, act: Done, history: Sequence[Done]) -> bool:
    """Tell whether the newest word on an override is leave, given by none of those who want it."""
    about = [
        fact
        for fact in history
        if fact.name in {"Requested", "Approved", "Rejected"}
        and (fact.said["subject"], fact.said.get("item")) == ("override", constraint)
    ]
    answers = [fact for fact in about if fact.name != "Requested"]
    if not answers or answers[-1].name == "Rejected":
        return False
    asked = [fact.actor for fact in about if fact.name == "Requested"]
    asked += [answers[-1].said["requested_by"]] if "requested_by" in answers[-1].said else []
    return not any(same_person(answers[-1].actor, one) for one in asked or [act.actor])


def agrees(item: Table, one: Done, other: Done) -> bool:
    """Tell whether two facts are of the same thing."""
    return all(one.said.get(name) == other.said.get(name) for name in item.get("same", []))


def ends(item: Table, end: Done, act: Done) -> bool:
    """Tell whether a fact ends what the act rests on: it is of the same thing, or of no thing in particular."""
    things = [name for name in item.get("same", []) if name in THINGS.get(end.name, ())]
    return is_a(end, item.get("void", [])) and all(end.said.get(n) == act.said.get(n) for n in things)


THINGS = {"Approved": {"subject", "item"}, "Rejected": {"subject", "item"}}
"""The fields by which a fact that ends something names it."""


def _precedence(item: Table, act: Done, before: Sequence[Done], history: Sequence[Done], text: Table) -> bool:
    """The newest word on it, before the act, must be the one that was needed."""
    if not is_a(act, item["then"]):
        return False
    words = [fact for fact in before if is_a(fact, item["first"]) and agrees(item, fact, act)]
    return not words or any(ends(item, fact, act) for fact in before if fact.when > words[-1].when)


def _response(item: Table, act: Done, before: Sequence[Done], history: Sequence[Done], text: Table) -> bool:
    """A case is not closed while something asks for an answer."""
    if act.name != "Closed":
        return False
    return any(
        not any(
            is_a(later, item.get("void", [])) or (is_a(later, item["then"]) and agrees(item, fact, later))
            for later in before[place + 1 :]
        )
        for place, fact in enumerate(before)
        if is_a(fact, item["first"])
    )


def _absence(item: Table, act: Done, before: Sequence[Done], history: Sequence[Done], text: Table) -> bool:
    return is_a(act, item["then"])


def _exactly_one(
    item: Table, act: Done, before: Sequence[Done], history: Sequence[Done], text: Table
) -> bool:
    """Not again, unless a `void` lies between."""
    since = list(takewhile(lambda fact: not is_a(fact, item.get("void", [])), reversed(history)))
    return is_a(act, item["then"]) and any(is_a(fact, item["then"]) for fact in since)


def _separation(item: Table, act: Done, before: Sequence[Done], history: Sequence[Done], text: Table) -> bool:
    """Nobody has two of the duties, nor answers what they asked for."""
    mine = [duty for duty in item["then"] if is_a(act, duty)]
    others = [duty for duty in item["then"] if duty not in mine]
    if mine and act.name == "Approved" and same_person(act.said.get("requested_by"), act.actor):
        return True
    held = [fact for fact in history if is_a(fact, others) and agrees(item, fact, act)]
    return bool(mine) and any(same_person(fact.actor, act.actor) for fact in held)


def _limit(item: Table, act: Done, before: Sequence[Done], history: Sequence[Done], text: Table) -> bool:
    """All amounts together, in the currency of the ceiling, stay within it; without a ceiling there is no room."""
    if not is_a(act, item["then"]):
        return False
    if item["limit"] == "setting":
        value = text["values"].get(item["setting"])
        if value is None:
            return False
        ceiling = {"minor": value["value"], "currency": "CNY"}
    else:
        intake = [fact.said for fact in history if fact.name == "Received"]
        ceiling = intake[0].get("paid", {}) if intake else {}
    amounts = [fact.said["amount"] for fact in (*history, act) if is_a(fact, item["then"])]
    is_kept = ceiling and all(amount["currency"] == ceiling["currency"] for amount in amounts)
    return not is_kept or sum(amount["minor"] for amount in amounts) > ceiling["minor"]


KINDS = {
    "precedence": _precedence, "response": _response, "absence": _absence, "exactly_one": _exactly_one,
    "separation": _separation, "limit": _limit,
}  # fmt: skip
"""Those kinds that some shipped regulation refuses by; a new one fails here until it is told plainly."""
