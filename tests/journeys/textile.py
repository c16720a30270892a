"""What the journeys of the textile company (S3) have in common: its goods, and what is asked of the tables."""

from __future__ import annotations

from typing import Final, LiteralString

from tests.journeys.told import Fields

LOOM: Final[Fields] = {
    "product_line": "smart-equipment", "product_model": "loom 2", "batch": "B-2026-07",
    "purchased_on": "2026-01-10", "goods_received_on": "2026-01-12",
}  # fmt: skip
SHUTTLE: Final[Fields] = {
    **LOOM, "product_model": "shuttle 7", "remedy_sought": "repair", "description": "梭子卡住",
}  # fmt: skip
CLOTH: Final[Fields] = {**LOOM, "product_line": "functional-fabric", "product_model": "rain cloth 3"}
FINDINGS: Final[LiteralString] = "SELECT constraint_id FROM bi.fct_findings WHERE case_id = %s ORDER BY 1"
