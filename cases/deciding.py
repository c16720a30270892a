"""From a request to the facts it comes to: when they happened, what they say, who asked. Nothing is read or stored."""

from __future__ import annotations

from datetime import datetime

from cases.case import Case
from cases.command import Command, decisions
from cases.recorded import Recorded
from cases.regulation.rules import Rules
from cases.request import Request
from cases.telling import claimed


def decide(
    request: Request, command: Command, case: Case, rules: Rules, now: datetime
) -> tuple[Recorded, ...]:
    """Decide the cleared command of a request, judged and recorded at one time: the one that its teller may claim.

    Raises as `claimed` and `decisions` do; gives nothing where there is nothing new.
    """
    occurred_at, is_backdated = claimed(command, rules, now, case.begun_at)
    is_told = command.occurred_at is not None
    told = command.model_copy(update={"occurred_at": occurred_at}) if is_told else command
    caller = request.caller
    return tuple(
        Recorded(
            originator_id=request.case_id,
            originator_version=version,
            fact=fact,
            occurred_at=occurred_at,
            actor=caller.actor,
            role=caller.role,
            source=caller.source.model_copy(update={"document": command.document or caller.source.document}),
            correlation_id=request.correlation_id,
            causation_id=request.causation_id,
            is_backdated=is_backdated,
            decided_under=" ".join(bound.name for bound in rules)[:120] or None,
        )
        for version, fact in enumerate(
            decisions(told, case, rules, now, caller.actor, caller.role), case.version + 1
        )
    )
