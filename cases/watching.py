"""The watcher at the desk: tells a level of a clock or an alert that is reached by the facts, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from pydantic import PrivateAttr, ValidationInfo, field_validator

from cases.alerts import counted, is_reached, told
from cases.caller import Caller
from cases.case import Case, fold
from cases.codes import EscalationReason, Role
from cases.command import Command
from cases.desk import Desk
from cases.errors import Refused
from cases.events import Escalated
from cases.fact import CycleId, Fact, Word
from cases.ladder import reached
from cases.promises.clocks import clocks
from cases.recorded import Recorded, Source
from cases.regulation.rules import Rules

WATCHER: Final = Caller("watcher", Role.SERVICE, Source(system="watcher"), "watcher")
"""The system itself; no key speaks for it."""
NOT_DUE: Final = "not-due"


class Watched(Command):
    """What only the watcher asks for; it has no route."""

    fact: ClassVar[type[Fact]] = Escalated
    is_for_merged: ClassVar[bool] = True

    level: Word

    @field_validator("*")
    @classmethod
    def _keeps_people_out(cls, value: Any, field: ValidationInfo) -> Any:
        del field
        return value  # all words come out of our own tables, and an id may look like a phone number


class EscalateClock(Watched):
    """Take a clock up to a level of its ladder."""

    clock: CycleId

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        """Yield the escalation, nothing where it was recorded before; raises Refused where the clock is not there."""
        if self._is_told(case):
            return
        found = (
            (one for one in clocks(case.stored, rules) if one.clock_id == self.clock)
            if _is_live(case)
            else ()
        )
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


class EscalateAlert(Watched):
    """Tell a role of an alert of a case, which what happened in other cases may have a part in."""

    alert: CycleId
    _others: tuple[Case, ...] = PrivateAttr(())
    _rules_of: Callable[[Case], Rules] = PrivateAttr()

    def beside(self, others: Iterable[Case], rules_of: Callable[[Case], Rules]) -> Self:
        """Judge with other cases, each by the versions that bind it; they are no part of what is asked."""
        self._others, self._rules_of = tuple(others), rules_of
        return self

    def decide(self, case: Case, rules: Rules, now: datetime) -> Iterator[Fact]:
        """Yield the escalation, nothing where it was recorded before; raises Refused where it is not reached."""
        if self.level in told(case.stored, self.alert):
            return
        own = counted(case.history, (), rules) if _is_live(case) else ()
        mine = [one for one in own if one.alert_id == self.alert and self.level in one.alert.escalate]
        others = (one for each in self._others for one in counted(each.history, (), self._rules_of(each)))
        if not is_reached(mine, (*own, *others), now):
            raise Refused("The alert is not reached", rule=NOT_DUE)
        yield Escalated(
            level=self.level,
            reason=mine[0].alert.reason,
            rested_on_position=case.stored[-1].position,
            is_automatic=True,
            alert=self.alert,
        )


def _is_live(case: Case) -> bool:
    return case.received is not None and case.received.is_live


def escalate(desk: Desk, case_id: UUID, clock: str, level: str) -> bool:
    """Ask the desk to take a clock up; tells whether that was recorded just now. Raises as `Desk.act` does.

    The key is clock and level, so that of any number of watchers one records it. What is not due is refused and not
    stored: the same may be asked until it is due.
    """
    return _recorded(desk, case_id, EscalateClock(clock=clock, level=level), f"{clock}:{level}")


def alarm(
    desk: Desk, case_id: UUID, alert: str, level: str, others: Iterable[Sequence[Recorded]] = ()
) -> bool:
    """Ask the desk to tell a role of an alert, as `escalate` does; `others` are all facts of the cases beside it."""
    cases = [fold(facts[0].originator_id, facts) for facts in others]
    command = EscalateAlert(alert=alert, level=level).beside(cases, desk.rules_of)
    return _recorded(desk, case_id, command, f"{alert}:{level}")


def _recorded(desk: Desk, case_id: UUID, command: Watched, key: str) -> bool:
    try:
        receipt = desk.act(case_id, command, WATCHER, key=key)
    except Refused as refused:
        if refused.details.get("rule") != NOT_DUE:
            raise
        return False
    return bool(receipt.facts) and not receipt.replayed
