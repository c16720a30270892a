"""What a log of whole cases holds: every fact up to one position, of the cases that were chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from cases import events
from cases.case import Case, fold
from cases.codes import Kind
from cases.errors import Malformed
from cases.events import CASE_FACTS
from cases.period import Period
from cases.recorded import TOPICS, Recorded
from cases.regulation.nearest import meant
from cases.store.ledger import Ledger
from projections.casefile import product_id

_OF_CASES: Final = frozenset(fact.topic for fact in CASE_FACTS.values())
BESIDE: Final = tuple(sorted(TOPICS.keys() - _OF_CASES))
"""The topics of all that is in the log beside the cases: reference documents, audits, programmes, proposals."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which cases: those received in a period of the business time zone, of a kind, of a product; None is any.

    A product is `lamp/K7`, or a line with all its models.
    """

    period: Period | None = None
    kind: Kind | None = None
    product: str | None = None

    def has(self, case: Case, zone: ZoneInfo) -> bool:
        """Tell whether a case, as corrected, is among them."""
        return (
            (self.kind is None or case.kind is self.kind)
            and (self.product is None or self.product in _products(case.received))
            and (self.period is None or self._is_in(self.period, case.begun_at, zone))
        )

    @staticmethod
    def _is_in(period: Period, begun_at: datetime | None, zone: ZoneInfo) -> bool:
        return begun_at is not None and period.begins(zone) <= begun_at < period.ends(zone)

    @property
    def told(self) -> str:
        """Say it in words."""
        return ", ".join(f"{name} = {value}" for name, value in self.words.items()) or "none"

    @property
    def words(self) -> dict[str, str]:
        """Name what was asked for, as the file tells it."""
        asked = {"period": self.period, "kind": self.kind, "product": self.product}
        return {name: str(value) for name, value in asked.items() if value is not None}


def chosen_of(period: str | None, kind: str | None, product: str | None) -> Chosen:
    """Read which cases are asked for; raises Malformed."""
    known = next((one for one in Kind if one.value == kind), None)
    if kind is not None and known is None:
        wrong = [{"field": "kind", "cure": f"one of {', '.join(Kind)}{meant(kind, Kind)}"}]
        raise Malformed("There is no such kind of case", errors=wrong)
    span = None if period is None else Period.parse(period)
    return Chosen(span, known, product)


def _folded(facts: Sequence[Recorded]) -> Case:
    try:
        return fold(facts[0].originator_id, facts)
    except ValueError:
        return Case(facts[0].originator_id, version=len(facts))


def _products(received: events.Received | None) -> tuple[str, ...]:
    if received is None:
        return ()
    return received.product_line, product_id(received.product_line, received.product_model)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The log as it stood at a settled position, which was recorded at `known_at`; the same again for ever."""

    ledger: Ledger
    position: int
    known_at: datetime | None
    zone: ZoneInfo
    chosen: Chosen = Chosen()

    @classmethod
    def now(cls, ledger: Ledger, zone: ZoneInfo, chosen: Chosen) -> Snapshot:
        """Take the log as far as it is settled."""
        position = ledger.settled()
        query = "SELECT recorded_at FROM log.case_events WHERE notification_id = %s"
        found = ledger.rows(query, [position])
        return cls(ledger, position, found[0][0] if found else None, zone, chosen)

    def cases(self) -> Iterator[tuple[Case, Sequence[Recorded]]]:
        """Yield the chosen cases in the order of their ids, folded, with all their facts as recorded.

        A case whose facts cannot be folded is there as one of which nothing is known.
        """
        for facts in self.ledger.stream(0, 1, self.position):
            if type(facts[0].fact).topic in _OF_CASES:
                case = _folded(facts)
                if self.chosen.has(case, self.zone):
                    yield case, facts

    def beside(self) -> Iterator[Recorded]:
        """Yield what is in the log beside the cases, whatever was chosen, in log order."""
        return self.ledger.of_topics(BESIDE, self.position)
