"""What the journeys of the home store (S2) have in common: the sofa, its papers, and what is asked of the tables."""

from __future__ import annotations

from typing import Any, Final, LiteralString

from tests.cases.clock_stories import wall
from tests.journeys.told import Fields
from tests.journeys.walk import Firm, Walk

SOFA: Final[Fields] = {
    "product_line": "furniture", "product_model": "sofa 3", "contract_no": "HT-7", "quantity": 1,
    "customer_address": "杭州市某路 7 号", "purchased_on": "2025-03-01", "goods_received_on": "2025-03-06",
    "sales_channel": "store",
}  # fmt: skip
CONTENT: Final[Fields] = {
    "form": "service_record", "step": "signed", "form_no": "FW-7", "is_satisfied": True,
}  # fmt: skip
FOUND: Final[LiteralString] = (
    "SELECT constraint_id, is_overridden FROM bi.fct_findings WHERE case_id = %s ORDER BY constraint_id"
)
CASE: Final[LiteralString] = "SELECT kind, department, stage, outcome FROM bi.fct_cases WHERE case_id = %s"


def heard(firm: Firm, kind: str, channel: str, **more: Any) -> Walk:
    """Somebody tells of the sofa."""
    return Walk(firm, **{**SOFA, "channel": channel, "remedy_sought": kind, **more})


def booked(purpose: str, day: str, begins: str, ends: str) -> Fields:
    """An appointment on a day of March 2025, as the clock shows it in Shanghai."""
    begins_at, ends_at = (wall(f"2025-03-{day} {hour}").isoformat() for hour in (begins, ends))
    return {"purpose": purpose, "begins_at": begins_at, "ends_at": ends_at}
