"""A seeded generator: months of a lamp factory's cases with late facts, corrections, pauses and reopenings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from uuid import UUID

from cases import codes, events
from cases.fact import Fact, Money
from cases.recorded import Recorded
from cases.store.ledger import Ledger
from tests.projections.lamps import PINNED, recorded, wall

OPENING = wall("2026-01-01 08:00")
MODELS = ("kettle-lamp", "moon-lamp", "desk-lamp", "street-lamp", "reading-lamp")
CAUSES = list(codes.Cause)
KINDS = (
    [codes.Kind.CONSULTATION] * 4 + [codes.Kind.REPAIR] * 3 + [codes.Kind.RETURN] * 2 + [codes.Kind.COMPLAINT]
)
CHANNELS = [codes.Channel.PHONE, codes.Channel.EMAIL, codes.Channel.CHAT, codes.Channel.STORE]
BATCH = 4000


class FactoryLog:
    """Case after case from one seed; about six facts each."""

    def __init__(self, seed: int = 7, *, rate_of_late: float = 0.05) -> None:
        """Begin with the first case."""
        self._random = Random(seed)
        self._rate_of_late = rate_of_late
        self._number = 0

    def histories(self) -> Iterator[list[Recorded]]:
        """Give cases without end."""
        while True:
            self._number += 1
            yield self._history()

    def append(self, ledger: Ledger, facts: int) -> int:
        """Store at least so many facts in large blocks; gives how many there are."""
        stored, waiting = 0, list[Recorded]()
        for history in self.histories():
            waiting += history
            if len(waiting) >= BATCH or stored + len(waiting) >= facts:
                stored += len(ledger.append(waiting))
                waiting = []
            if stored >= facts:
                return stored
        return stored

    def _history(self) -> list[Recorded]:
        chance = self._random
        stream, moment = UUID(int=chance.getrandbits(128), version=4), OPENING
        moment += timedelta(minutes=chance.randrange(300 * 24 * 60))
        found: list[Recorded] = []
        for fact in self._facts():
            late = bool(found) and chance.random() < self._rate_of_late
            found.append(recorded(stream, len(found) + 1, moment, fact, is_backdated=late))
            moment += timedelta(minutes=int(chance.expovariate(1 / 600)) + 1)
        return found

    def _facts(self) -> Iterator[Fact]:
        chance, kind = self._random, self._random.choice(KINDS)
        yield events.Received(
            case_no=f"AS-{self._number:08d}", channel=chance.choice(CHANNELS), product_model=chance.choice(MODELS),
            batch=f"B{chance.randrange(9)}", region=f"R{chance.randrange(20)}", judged_under=PINNED,
        )  # fmt: skip
        yield events.Classified(
            kind=kind, category=chance.choice(list(codes.Category)), severity=codes.Severity.NORMAL
        )
        if chance.random() < 0.1:
            yield events.Paused(reason=codes.PauseReason.WAITING_FOR_CUSTOMER)
            yield events.Resumed()
        yield events.Responded(step=codes.Step.REPLY)
        yield from self._work(kind)
        if chance.random() < 0.05:
            yield events.Corrected(
                corrects=2, reason=codes.CorrectionReason.TYPING_ERROR, changes={"severity": "major"}
            )
        if chance.random() < 0.85:
            yield events.Closed(outcome=codes.Outcome.SOLVED)
            if chance.random() < 0.05:
                yield events.Reopened(reason="it hums again")

    def _work(self, kind: codes.Kind) -> Iterator[Fact]:
        chance = self._random
        if kind in {codes.Kind.REPAIR, codes.Kind.RETURN}:
            yield events.Shipped(
                direction=codes.Direction.INBOUND, mode=codes.ShippingMode.CUSTOMER_SHIPS, carrier="SF"
            )
            yield events.Delivered(direction=codes.Direction.INBOUND)
        if kind is codes.Kind.REPAIR:
            cause = chance.choice(CAUSES)
            yield events.Inspected(
                stage=codes.InspectionStage.ARRIVAL, cause=cause, disposition=codes.Disposition.REPAIR
            )
            yield events.Repaired(cause=cause, is_function_tested=True)
        elif kind is codes.Kind.RETURN:
            yield events.Inspected(
                stage=codes.InspectionStage.RETURN_CHECK, disposition=codes.Disposition.REFUND, is_passed=True
            )
            yield events.Refunded(amount=Money(minor=19900))
        elif kind is codes.Kind.COMPLAINT:
            yield events.Escalated(level="supervisor", reason=codes.EscalationReason.OTHER)
            solved = chance.random() < 0.9
            yield events.Revisited(
                method=codes.RevisitMethod.PHONE, is_solved=solved, satisfaction=chance.randrange(1, 6)
            )
