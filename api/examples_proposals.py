"""One example body for everything that can be asked of a register of rewards and penalties."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
    "propose": {
        "consequence": "special-merit",
        "staff": "staff-li",
        "facts": [{"case_id": "00000000-0000-4000-8000-00000000002a", "version": 7}],
        "amount": {"minor": 50000, "currency": "CNY"},
    },
    "decide": {"proposal": 1, "is_confirmed": True, "reason": "proven"},
    "appeal": {"proposal": 1, "reason": "excused"},
    "answer-appeal": {"proposal": 1, "is_lifted": False, "reason": "proven"},
}
