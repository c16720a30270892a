"""The watcher at the desk: takes a clock up to a level that it stands on by the facts, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import ValidationInfo, field_validator

from cases.caller import Caller
from cases.case import Case
from cases.codes import EscalationReason, Role
from cases.command import Command
from cases.desk import Desk
from cases.errors import Refused
from cases.events import Escalated
from cases.fact import Fact, Word
from cases.ladder import reached
from cases.promises.clocks import clocks
from cases.recorded import Source
from cases.regulation.rules import Rules

WATCHER: Final = Caller("watcher", Role.SERVICE, Source(system="watcher"), "watcher")
"""The system itself; no key speaks for it."""
NOT_DUE: Final = "not-due"


class EscalateClock(Command):
    """Take a clock up to a level of its ladder. It has no route: only the watcher asks for it."""

    fact: ClassVar[type[Fact]] = Escalated

    clock: Word
    level: Word

    @field_validator("*")
    @classmethod
    def _keeps_people_out(cls, value: Any, field: ValidationInfo) -> Any:
        del field
        return value  # both words come out of our own tables, and an id may look like a phone number

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        """Yield the escalation, nothing where it was recorded before; raises Refused where the clock is not there."""
        if self._is_told(case):
            return
        is_live = case.received is not None and case.received.is_live
        found = (one for one in clocks(case.stored, rules) if one.clock_id == self.clock) if is_live else ()
        rung = next((reached(one, self.level, now, rules) for one in found), None)
        if rung is None:
            raise Refused("The clock does not stand on this level", rule=NOT_DUE)
        yield Escalated(
            level=self.level,
            reason=EscalationReason.DUE_SOON if rung.is_warning else EscalationReason.OVERDUE,
            clock=self.clock,
            rested_on_position=case.stored[-1].position,
            is_automatic=True,
        )

    def _is_told(self, case: Case) -> bool:
        """Look among the facts as recorded: an escalation that was withdrawn is not made again."""
        return any(
            isinstance(known.fact, Escalated)
            and (known.fact.clock, known.fact.level) == (self.clock, self.level)
            for known in case.stored
        )


def escalate(desk: Desk, case_id: UUID, clock: str, level: str) -> bool:
    """Ask the desk to take a clock up; tells whether that was recorded just now. Raises as `Desk.act` does.

    The key is clock and level, so that of any number of watchers one records it. What is not due is refused and not
    stored: the same may be asked until it is due.
    """
    command = EscalateClock(clock=clock, level=level)
    try:
        receipt = desk.act(case_id, command, WATCHER, key=f"{clock}:{level}")
    except Refused as refused:
        if refused.details.get("rule") != NOT_DUE:
            raise
        return False
    return bool(receipt.facts) and not receipt.replayed
