"""When a step of a journey happened, where it is told afterwards."""

from __future__ import annotations

from typing import Any, Final

from tests.cases.clock_stories import wall

Fields = dict[str, Any]
"""What the body of a step says."""
HIDDEN: Final = "***"
"""What somebody who gives no purpose sees of a text that may name people."""


def told(moment: str) -> Fields:
    """The fields of a step that happened at "2026-03-02 09:00" in Shanghai, as the day book shows."""
    return {"occurred_at": wall(moment).isoformat(), "document": "DAYBOOK-2026-03"}
