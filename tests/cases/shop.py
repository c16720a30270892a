"""The home store and what happens between a shop and its customers: appointments, visits, custody, handing over."""

from __future__ import annotations

from datetime import datetime

from cases import events
from tests.cases.scenario import published, rules_of

(REGULATION,) = published("home-store").regulations.values()
SHOP = rules_of("home-store", "furniture")
TAKEN = events.CustodyTaken(receipt_no="R-7", product_model="the sofa")
BACK = events.CustodyReturned(receipt_no="R-7", is_receipt_recovered=True)


def handed_to(department: str) -> events.Transferred:
    """Another department takes the case over."""
    return events.Transferred.model_validate({"department": department})


def booked(purpose: str, at: datetime) -> events.Booked:
    """Somebody will come at that time."""
    return events.Booked.model_validate({"purpose": purpose, "begins_at": at, "ends_at": at})


def arrived(purpose: str, **more: object) -> events.Arrived:
    """Somebody came."""
    return events.Arrived.model_validate({"purpose": purpose, **more})
