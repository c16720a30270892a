"""What the journeys of the meter maker (S4) have in common: a meter, the call, and what is asked of the tables."""

from __future__ import annotations

from typing import Any, Final, LiteralString

from tests.journeys.told import Fields
from tests.journeys.walk import Firm, Walk

METER: Final[Fields] = {
    "product_line": "water-meter", "product_model": "HW-25", "serial": "HW25-0007-2211", "batch": "B-2025-11",
    "customer_address": "幸福路 8 号", "description": "水表不走字", "purchased_on": "2025-12-01",
    "goods_received_on": "2025-12-03", "region": "east",
}  # fmt: skip
ENDED: Final[LiteralString] = "SELECT kind, department, stage, outcome FROM bi.fct_cases WHERE case_id = %s"
FINDINGS: Final[LiteralString] = "SELECT constraint_id FROM bi.fct_findings WHERE case_id = %s ORDER BY 1"


def answered(firm: Firm, kind: str, moment: str, **more: Any) -> Walk:
    """The hotline takes a call, answers it half a minute later and says what it is about."""
    walk = Walk(firm.at(f"{moment}:00"), **METER, remedy_sought=kind)
    walk.at(f"{moment}:30").does("respond", step="first_touch")
    return walk.does("classify", kind=kind, **more)
