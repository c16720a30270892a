"""The supporting facts as stories tell them: papers, parts, money made good, and who answers for it."""

from __future__ import annotations

from cases import codes, events
from tests.cases.scenario import yuan

FOUND_OUT = events.Investigated(liable=codes.Party.COMPANY)


def filed(form: str, step: str) -> events.Filed:
    """A paper of the case is made out, signed, handed back or archived."""
    return events.Filed.model_validate({"form": form, "step": step, "form_no": "B-1"})


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
