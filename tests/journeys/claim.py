"""What a journey says it walks: a kind of case of a regulation to its closing, with facts that lie on the way.

Whoever walks a kind also asserts of it whatever its regulation has for that kind, from the first clock to the last row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final, LiteralString, NamedTuple

from cases.regulation.alerting import Alert
from cases.regulation.items import Item, Promise
from cases.regulation.model import Regulation
from cases.regulation.packs import shipped_names, shipped_regulation
from tests.journeys.walk import OF_THE_FIRM, Asserted, Walk

CLOSED: Final[LiteralString] = """SELECT split_part(regulations, '@', 1), kind FROM bi.fct_cases
WHERE case_id = %s AND closed_at IS NOT NULL"""
FACTS: Final[LiteralString] = "SELECT event_type FROM bi.fct_case_events WHERE case_id = %s"
PACKS: Final = {name: shipped_regulation(name).regulation for name in shipped_names()}
KIND_WORDS: Final = ("kind", "remedy_sought")
"""The words of a condition that hold a kind of case."""


def due(regulation: Regulation, kind: str) -> frozenset[Asserted]:
    """Tell what is to be asserted of a kind: whatever a regulation has an item for that is for such a case."""
    rising: tuple[Promise | Alert, ...] = (*regulation.promise, *regulation.alert)
    has: dict[Asserted, Iterable[Item]] = {
        Asserted.CLOCK: regulation.promise,
        Asserted.REFUSAL: [
            one for one in regulation.constraint if one.mode == "refuse" and one.clause != OF_THE_FIRM
        ],
        Asserted.ROUTING: regulation.routing,
        Asserted.ESCALATION: [one for one in rising if one.escalate],
        Asserted.FORM: regulation.form,
    }
    return frozenset(one for one, items in has.items() if any(_is_for(item, kind) for item in items)) | {
        Asserted.ROW
    }


def _is_for(item: Item, kind: str) -> bool:
    """Tell whether an item is for a kind of case; one that names no kind is for every."""
    where = item.applies.where
    return all(kind in map(str, where.get(word, (kind,))) for word in KIND_WORDS)


class Claim(NamedTuple):
    """A regulation by its name, a kind of case, and what happens to it besides."""

    regulation: str
    kind: str
    facts: frozenset[str]

    @classmethod
    def of(cls, regulation: str, kind: str, *facts: str) -> Claim:
        """Make it of the words of `@pytest.mark.walks`."""
        return cls(regulation, kind, frozenset(facts))

    def is_walked(self, walk: Walk) -> bool:
        """Tell by the tables whether a case went this way to its closing."""
        happened = {fact for (fact,) in walk.rows(FACTS)}
        return walk.rows(CLOSED) == [(self.regulation, self.kind)] and self.facts <= happened

    def unmet(self, walks: Collection[Walk]) -> Iterator[str]:
        """Say what a journey owes that says so, and went these walks; nothing where one of them keeps all of it."""
        walked = [walk for walk in walks if self.is_walked(walk)]
        if not walked:
            yield f"{self.regulation} {self.kind} is not walked to its closing with {sorted(self.facts)}"
        else:
            owed = due(PACKS[self.regulation], self.kind)
            best = max(walked, key=lambda walk: len(owed & walk.asserted))
            for one in sorted(owed - best.asserted):
                yield f"{self.regulation} {self.kind} is walked, but without asserting {one}"
