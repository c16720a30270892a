"""What stories of several regulations tell: papers, parts, money made good, and which clocks run and wait."""

from __future__ import annotations

from cases import codes, events
from cases.fact import Fact
from cases.regulation.rules import Rules
from tests.cases.clock_stories import RESUMED, WAITING, Story, wall
from tests.cases.promised import Promised
from tests.cases.scenario import yuan

FOUND_OUT = events.Investigated(liable=codes.Party.COMPANY)


def filed(form: str, step: str, **more: object) -> events.Filed:
    """A paper of the case is made out, signed, handed back or archived."""
    return events.Filed.model_validate({"form": form, "step": step, "form_no": "B-1", **more})


def compensated(kind: str, amount: int = 100, **more: object) -> events.Compensated:
    """The claim K-1 is made good in whole yuan."""
    told = {"kind": kind, "amount": yuan(amount), "item": "K-1", "formula": "share@1", **more}
    return events.Compensated.model_validate(told)


def escalated(reason: str, **more: object) -> events.Escalated:
    """The case goes up to the supervisor."""
    return events.Escalated.model_validate({"level": "supervisor", "reason": reason, **more})


def requested(subject: str, **more: object) -> events.Requested:
    """Leave is asked for."""
    return events.Requested.model_validate({"subject": subject, "reason": "asked_by_customer", **more})


def moved(movement: str, **more: object) -> events.StockMoved:
    """The valve V-7 goes in or out of store, or is fitted."""
    return events.StockMoved.model_validate(
        {"movement": movement, "stock": "component", "item": "V-7", **more}
    )


def clocks_of(rules: Rules, *facts: Fact) -> set[str]:
    """Name the promises that a case has clocks of; its facts come an hour apart."""
    story = Story(rules)
    for hour, fact in enumerate(facts):
        story = story.at(f"2026-03-02 {hour:02}:00", fact)
    return {name.partition(":")[0] for name in story.clocks()}


def waits_for_the_customer(promised: Promised) -> bool:
    """Tell whether a pause for the customer moves the due moment of a promise."""
    return is_moved(promised, WAITING)


def is_moved(promised: Promised, pause: events.Paused) -> bool:
    """Tell whether a pause from its start until it would be due moves the due moment of a promise."""
    begun = promised.begun.at(promised.given[-1][0], pause).at(promised.due, RESUMED)
    return begun.clock(promised.name).due_at != wall(promised.due)
