"""The words of an object-centric log (OCEL 2.0): types of events and objects, and what one case adds of them.

Objects are cases, units (by the token of their serial), orders, shipments, parts, refunds, clauses, departments and
actors. What only cases have is said with the moment it became so; an object that cases share is said once for all time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from cases.events import CASE_FACTS
from cases.fact import Fact
from replay.exports.attributes import Sort, sorts_of

Type = Literal["string", "time", "integer", "float", "boolean"]
Typed = Mapping[str, Type]
Value = str | int | bool | None
_TYPES: Final[Mapping[Sort, Type]] = {
    "string": "string", "id": "string", "date": "time", "int": "integer", "float": "float", "boolean": "boolean",
}  # fmt: skip
ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The moment of what is said for all time, as the standard has it."""
OF_EVERY_EVENT: Final[Typed] = {
    "version": "integer", "role": "string", "source": "string", "is_backdated": "boolean", "decided_under": "string",
}  # fmt: skip
OBJECTS: Final[Mapping[str, Typed]] = {
    "case": {
        "case_no": "string", "channel": "string", "product_line": "string", "product_model": "string",
        "batch": "string", "region": "string", "sales_channel": "string", "kind": "string", "category": "string",
        "severity": "string", "department": "string", "outcome": "string", "is_closed": "boolean",
    },
    "unit": {},
    "order": {"order_no": "string", "about": "string"},
    "shipment": {"direction": "string", "mode": "string", "carrier": "string", "payer": "string", "transit": "string",
                 "is_damaged": "boolean"},
    "part": {"item": "string", "stock": "string"},
    "refund": {"amount_minor": "integer", "amount_currency": "string", "is_original_account": "boolean"},
    "clause": {
        "regulation": "string", "clause": "string", "item": "string", "label_zh": "string", "label_en": "string",
    },
    "department": {"code": "string"},
    "actor": {"pseudonym": "string"},
}  # fmt: skip
"""Type of object → its attributes."""


def _of_a_fact(fact: type[Fact]) -> Typed:
    amounts = [name for name, one in fact.model_fields.items() if "Money" in str(one.annotation)]
    return {
        **OF_EVERY_EVENT,
        **{name: _TYPES[sort] for name, sort in sorts_of(fact).items() if sort != "json"},
        **{f"{name}_minor": "integer" for name in amounts},
        **{f"{name}_currency": "string" for name in amounts},
    }


EVENTS: Final[Mapping[str, Typed]] = {name: _of_a_fact(fact) for name, fact in CASE_FACTS.items()}
"""Type of event → its attributes: every field of the fact that has no parts, and amounts in minor units."""


class Event(NamedTuple):
    """A fact."""

    name: str
    kind: str
    at: datetime
    said: Mapping[str, Value]


class Object(NamedTuple):
    """Something that events touch, with what is said of it from a moment on."""

    name: str
    kind: str
    since: datetime
    said: Mapping[str, Value]


class Change(NamedTuple):
    """One attribute of an object that became another at a moment."""

    name: str
    kind: str
    at: datetime
    field: str
    value: Value


class Relation(NamedTuple):
    """From what to which object, and as what."""

    source: str
    target: str
    qualifier: str


@dataclass(slots=True)
class Told:
    """What a case adds to the log; `links` are relations to other cases, whose targets are their numbers."""

    events: list[Event] = field(default_factory=list)
    objects: dict[str, Object] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    touches: set[Relation] = field(default_factory=set)
    relations: set[Relation] = field(default_factory=set)
    links: set[Relation] = field(default_factory=set)

    def add(self, case: str, one: Object, by: int, as_what: str, of_case: str | None = None) -> None:
        """Add an object that a fact of the case touches; `of_case` says what it is to the case, if something else."""
        self.objects.setdefault(one.name, one)
        self.touches.add(Relation(f"{case}/{by}", one.name, as_what))
        self.relations.add(Relation(f"case:{case}", one.name, of_case or as_what))
