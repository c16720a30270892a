"""One example body for everything that can be asked of a programme in a period."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
    "hold": {
        "methods": ["watching", "forms"],
        "departments": ["customer_service"],
        "answers": [
            {"question": "check-records", "seen": "yes"},
            {"question": "check-response", "seen": "no"},
            {"question": "check-satisfaction", "seen": "yes"},
            {"question": "check-manners", "seen": "not_seen"},
        ],
    },
    "rectify": {
        "question": "check-response",
        "improvement": "training",
        "department": "customer_service",
        "due_on": "2026-12-31",
    },
    "follow": {"measure": 1, "effect": "worked"},
    "publish": {"told_to": ["supervisor"]},
}
