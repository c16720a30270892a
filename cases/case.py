"""What a case is now: its state, and the fold of its facts. History is never judged here and no clock is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from cases import events
from cases.codes import Direction, Kind, Link, PauseReason, Stage, Subject
from cases.fact import Fact
from cases.history import effective
from cases.recorded import Recorded


@dataclass(frozen=True, slots=True)
class Case:
    """A case after its facts. `version` counts every stored fact.

    `history` holds the facts as corrected, in log order; `latest` maps a fact's name to the newest one of the
    present cycle. A cycle ends with Reopened. `stored` holds the facts as they were recorded.
    """

    case_id: UUID
    version: int = 0
    stage: Stage = Stage.RECEIVED
    received: events.Received | None = None
    classified: events.Classified | None = None
    paused_for: PauseReason | None = None
    is_closed: bool = False
    is_disputed: bool = False
    merged_into: str | None = None
    """The number of the case that goes on for this one."""
    cycle: int = 1
    refunded_minor: int = 0
    latest: dict[str, Fact] = field(default_factory=dict)
    history: tuple[Recorded, ...] = ()
    stored: tuple[Recorded, ...] = ()

    @property
    def kind(self) -> Kind | None:
        """Name what the customer asks for, once classified."""
        return self.classified.kind if self.classified else None

    @property
    def begun_at(self) -> datetime | None:
        """Tell when the demand was received, as corrected."""
        received = (known.occurred_at for known in self.history if isinstance(known.fact, events.Received))
        return next(received, None)

    @property
    def goods_here(self) -> int | None:
        """Tell how many goods came and did not go back; None where nothing came, or one does not say how many."""
        moved = [known.fact for known in self.history if isinstance(known.fact, events.Delivered)]
        told = [fact.quantity for fact in moved if fact.quantity is not None]
        if not moved or len(told) < len(moved):
            return None
        return sum(
            n if fact.direction is Direction.INBOUND else -n for fact, n in zip(moved, told, strict=True)
        )

    @property
    def refundable_minor(self) -> int:
        """Tell what all refunds may come to: what was paid; of a return, the share of the goods that are here."""
        if self.received is None or self.received.paid is None:
            return 0
        paid, asked_about, here = self.received.paid.minor, self.received.quantity, self.goods_here
        if self.kind is not Kind.RETURN or asked_about is None or here is None:
            return paid
        return paid * min(max(here, 0), asked_about) // asked_about

    @property
    def overpaid_minor(self) -> int:
        """Tell how much more went back than may."""
        return max(0, self.refunded_minor - self.refundable_minor)

    def already(self, fact: Fact) -> bool:
        """Tell whether the newest fact of this name in the present cycle says just the same."""
        return self.latest.get(fact.name()) == fact

    def newest(self, kinds: tuple[type[Fact], ...], same: Mapping[str, object]) -> Recorded | None:
        """Find the newest fact of these kinds in the present cycle whose fields hold the same values."""
        for known in reversed(self.history):
            if isinstance(known.fact, kinds) and all(getattr(known.fact, n) == v for n, v in same.items()):
                return known
            if isinstance(known.fact, events.Reopened):
                return None
        return None

    def leave(self, subject: Subject, item: str | None = None) -> Recorded | None:
        """Find the leave that stands for a subject (and item) in the present cycle; a later Rejected takes it back."""
        answer = self.newest((events.Approved, events.Rejected), {"subject": subject, "item": item})
        return answer if answer is not None and isinstance(answer.fact, events.Approved) else None


_STAGES: dict[type[Fact], Stage] = {
    events.Received: Stage.RECEIVED,
    events.Classified: Stage.CLASSIFIED,
    events.Shipped: Stage.SHIPPED,
    events.Delivered: Stage.DELIVERED,
    events.Inspected: Stage.INSPECTED,
    events.Repaired: Stage.REPAIRED,
    events.Replaced: Stage.REPLACED,
    events.Installed: Stage.INSTALLED,
    events.Refunded: Stage.REFUNDED,
    events.Revisited: Stage.REVISITED,
    events.Closed: Stage.CLOSED,
}


@dataclass(slots=True)
class _Now:
    """What becomes of a case while its facts are told."""

    received: events.Received | None = None
    classified: events.Classified | None = None
    paused_for: PauseReason | None = None
    is_closed: bool = False
    is_disputed: bool = False
    merged_into: str | None = None
    cycle: int = 1
    refunded_minor: int = 0
    stage: Stage = Stage.RECEIVED
    latest: dict[str, Fact] = field(default_factory=dict)


def _evolve(now: _Now, fact: Fact) -> None:
    """Assign what a fact says; never raises on history."""
    match fact:
        case events.Received():
            now.received = fact
        case events.Classified():
            now.classified = fact
        case events.Paused(reason=reason):
            now.paused_for = reason
        case events.Resumed():
            now.paused_for = None
        case events.Refunded(amount=amount):
            now.refunded_minor += amount.minor
        case events.Disputed() | events.Settled():
            now.is_disputed = isinstance(fact, events.Disputed)
        case events.Closed():
            now.is_closed, now.paused_for = True, None
        case events.Linked(link=Link.MERGED_INTO, case_no=case_no):
            now.is_closed, now.paused_for, now.merged_into = True, None, case_no
        case events.Reopened():
            now.is_closed, now.cycle, now.latest = False, now.cycle + 1, {}
            now.stage = Stage.CLASSIFIED if now.classified else Stage.RECEIVED
        case _:
            pass


_TELLING: Final = frozenset({
    events.Received, events.Classified, events.Paused, events.Resumed, events.Refunded, events.Disputed,
    events.Settled, events.Closed, events.Linked, events.Reopened,
})  # fmt: skip
"""The facts that change what a case is; of the others only the stage and the newest are kept."""


def fold(case_id: UUID, facts: Sequence[Recorded]) -> Case:
    """Fold all facts of one case, as corrected, in log order."""
    history, now = effective(facts), _Now()
    for recorded in history:
        fact = recorded.fact
        if type(fact) in _TELLING:
            _evolve(now, fact)
        now.stage = Stage.CLOSED if now.is_closed else _STAGES.get(type(fact), now.stage)
        now.latest[type(fact).__name__] = fact
    return Case(
        case_id=case_id,
        version=len(facts),
        stage=now.stage,
        received=now.received,
        classified=now.classified,
        paused_for=now.paused_for,
        is_closed=now.is_closed,
        is_disputed=now.is_disputed,
        merged_into=now.merged_into,
        cycle=now.cycle,
        refunded_minor=now.refunded_minor,
        latest=now.latest,
        history=history,
        stored=tuple(facts),
    )


def project(_initial: Case | None, facts: Sequence[Recorded]) -> Case | None:
    """Serve the library's repository as its projector function."""
    known = tuple(facts)
    return fold(known[0].originator_id, known) if known else None
