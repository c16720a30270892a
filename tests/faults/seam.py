"""One seam over two ways of asking: the decision alone, and the desk on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Protocol
from uuid import UUID, uuid4

from pydantic import ValidationError

from cases.caller import Caller
from cases.case import Case, fold
from cases.clearing import clear_values, with_refs
from cases.codes import Channel, Role
from cases.command import Command
from cases.commands import COMMANDS, Receive
from cases.commands.joining import joined
from cases.deciding import decide
from cases.desk import Desk
from cases.errors import Malformed, NotAllowed, NotFound, Refused
from cases.events import Received
from cases.permissions import must_permit, must_relate
from cases.personal import PersonalRef
from cases.recorded import Recorded, Source
from cases.regulation.rules import Rules
from cases.request import Request
from cases.store.ledger import Ledger
from cases.watching import EscalateClock
from tests.cases.scenario import published
from tests.faults.plain_words import Answer, Ask

A_MONTH = timedelta(days=30)
NOWHERE = UUID(int=404)
MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)


class Way(Protocol):
    """A way of asking about one case; its twin is the same demand of one customer, told a month before."""

    now: datetime
    twin: UUID

    @property
    def case(self) -> Case:
        """The case as it stands."""

    def tick(self, hours: int) -> None:
        """Let time pass."""

    def act(self, command: Command, caller: Caller) -> tuple[str, ...]:
        """Ask; gives what was recorded, raises as the desk does."""


class Bare:
    """Only decide and fold; the rules are given, nothing is stored."""

    def __init__(self, names: Sequence[str]) -> None:
        self.now = MORNING
        self.facts: tuple[Recorded, ...] = ()
        self.case_id, self.twin = UUID(int=0x1A3B), UUID(int=0x1A3A)
        self.rules = Rules(tuple(bound for name in names for bound in _rules(name)))

    @property
    def case(self) -> Case:
        return fold(self.case_id, self.facts)

    def tick(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    def act(self, command: Command, caller: Caller) -> tuple[str, ...]:
        case = self.case
        if isinstance(command, Receive):
            command = command.numbered("AS-00000001")
        elif case.received is None:
            raise NotFound
        must_relate(caller, command, case)
        command, _ = joined(command, self._twin)
        refs = {
            name: PersonalRef(ref=f"{self.case_id}/{value}/1", commit="0" * 64)
            for name, value in clear_values(command).items()
        }
        request = Request(
            self.case_id, with_refs(command, refs), caller, "", b"", 0, None, self.case_id, None
        )
        new = decide(request, request.command, case, self.rules, self.now)
        self.facts += tuple(_stored(fact, len(self.facts) + 1, self.now) for fact in new)
        return tuple(fact.fact.name() for fact in new)

    def _twin(self, case_id: UUID) -> Case:
        if case_id != self.twin:
            raise NotFound
        demand = Received(case_no="AS-00000002", channel=Channel.PHONE, subject_id=self.case_id)
        source, begun = Source(system="api"), MORNING - A_MONTH
        stored = Recorded(case_id, 1, demand, begun, "mei", Role.AGENT, source, case_id)
        return fold(case_id, [stored])


@cache
def _rules(name: str) -> Rules:
    reference = published(name)
    (regulation,) = reference.regulations.values()
    pinned = reference.in_force(product_line=regulation.product_lines[0], channel="phone", at=MORNING)
    return reference.rules_for(pinned)


def _stored(fact: Recorded, position: int, now: datetime) -> Recorded:
    return replace(fact, position=position, recorded_at=now)


class AtTheDesk:
    """The desk, its vault and its log; every command under a key of its own, at the time of the wall."""

    def __init__(self, desk: Desk, ledger: Ledger) -> None:
        self.desk, self.ledger, self.case_id = desk, ledger, uuid4()
        self.tick(0)
        demand = {
            "channel": "phone",
            "customer_phone": "13900001111",
            "document": "D-1",
            "occurred_at": self.now - A_MONTH,
        }
        agent = Caller("mei", Role.AGENT, Source(system="api"), "key-mei")
        self.twin = desk.receive(Receive.model_validate(demand), agent, key=str(uuid4())).case_id

    @property
    def case(self) -> Case:
        return fold(self.case_id, self.ledger.load(self.case_id))

    def tick(self, hours: int) -> None:
        self.now = datetime.now(UTC)
        self.desk._clock = lambda: self.now

    def act(self, command: Command, caller: Caller) -> tuple[str, ...]:
        key = str(uuid4())
        if not isinstance(command, Receive) or self.case.received is not None:
            return self.desk.act(self.case_id, command, caller, key=key).facts
        receipt = self.desk.receive(command, caller, key=key)
        self.case_id = receipt.case_id
        return receipt.facts


def answer(way: Way, ask: Ask) -> Answer:
    """Ask as the door does: the permission, then the form of the body, then the desk."""
    caller = Caller(ask.actor, Role[ask.role.upper()], Source(system=ask.door), f"key-{ask.actor}")
    try:
        if ask.door != "watcher":
            must_permit(caller.role, ask.verb, {ask.verb} if ask.has_scope else ())
        facts = way.act(_command(ask, way.twin), caller)
    except NotAllowed:
        return Answer("permission")
    except (Malformed, ValidationError):
        return Answer("form")
    except NotFound:
        return Answer("missing")
    except Refused as refused:
        rule = refused.details["rule"]
        return Answer.no("clause" if "regulation" in refused.details else "state", rule)
    assert facts in {(), (ask.fact,)}
    return Answer("accepted" if facts else "quiet")


def _command(ask: Ask, twin: UUID) -> Command:
    told: dict[str, object] = {"occurred_at": ask.at} if ask.at else {}
    told |= {"document": "D-1"} if ask.has_document else {}
    if ask.verb == "escalate-clock":
        return EscalateClock.model_validate(ask.body | told)
    told |= {"into": twin if ask.body["into"] == "twin" else NOWHERE} if ask.verb == "merge" else {}
    return COMMANDS[ask.verb].model_validate(ask.body | told)
