"""The ranking that a service star is proposed from: response, resolution and praise, weighted as the firm sets."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from cases.programmes.owed import Duty

MEASURES: Final = ("response", "resolution", "praise")
SCALE: Final = 10_000
"""A score is told in ten-thousandths."""
PRAISE: Final = 4
"""Of 5, from which on a satisfaction is praise."""
WEIGHT: Final = "star-"
"""How the settings begin that weigh the measures of a ranking, in percent: star-response and so on."""


def weights(duty: Duty) -> dict[str, int]:
    """Give the weights that the firm has set, in percent."""
    set_ = {name: duty.setting(f"{WEIGHT}{name}") for name in MEASURES}
    return {
        name: int(value.value)
        for name, value in set_.items()
        if value is not None and value.unit == "percent"
    }


def shares(person: Mapping[str, Any]) -> dict[str, Fraction]:
    """Give the three shares of a person; where nothing was due, asked or marked the share is nought."""
    kept = person["promises"]
    due = sum(kept.get(verdict, 0) for verdict in ("met", "breached", "overdue"))
    return {
        "response": _share(kept.get("met", 0), due),
        "resolution": _share(person["solved"], person["asked"]),
        "praise": _share(person["praised"], person["marked"]),
    }


def ranked(people: Mapping[str, Mapping[str, Any]], weights: Mapping[str, int]) -> list[dict[str, Any]]:
    """Rank people by their weighted shares, best first, equals by pseudonym; nobody while a weight is not set.

    The program proposes; who is chosen is a person's word (X8, A.13).
    """
    total = sum(weights.values())
    if set(weights) != set(MEASURES) or total <= 0:
        return []
    scores = {
        name: sum((weights[of] * share for of, share in shares(told).items()), Fraction()) / total
        for name, told in people.items()
    }
    order = sorted(scores, key=lambda name: (-scores[name], name))
    return [{"person": name, "score": int(scores[name] * SCALE)} for name in order]


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction()
