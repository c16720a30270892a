"""What the complaints page makes of the statistics: which dimensions say something, and how the last month changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from projections.questions.complaints import ComplaintStatistics, Dimension, Share, months_on

UNKNOWN = frozenset({"unknown", ""})


@dataclass(frozen=True, slots=True)
class Shown:
    """The parts of the page; `whole` is the last month that is over, None where only one has begun."""

    pareto: dict[Dimension, tuple[Share, ...]]
    unknown: dict[Dimension, int]
    """Dimensions of which nothing was found out, with how many complaints."""
    whole: date | None
    changes: dict[tuple[Dimension, str], float | None]
    """Of each value, the last whole month against the one before; None where that one had none."""
    is_part: bool
    """Whether the last month still runs."""


def shown(counted: ComplaintStatistics, this_month: date) -> Shown:
    """Sort the statistics out for the page."""
    is_part = counted.last >= this_month
    whole = months_on(counted.last, -1) if is_part else counted.last
    unknown = {
        name: sum(one.complaints for one in shares)
        for name, shares in counted.pareto.items()
        if _is_unknown(shares)
    }
    return Shown(
        pareto={name: shares for name, shares in counted.pareto.items() if name not in unknown},
        unknown=unknown,
        whole=whole if whole > counted.first else None,
        changes=_changes(counted, whole),
        is_part=is_part,
    )


def _is_unknown(shares: tuple[Share, ...]) -> bool:
    return bool(shares) and {one.code for one in shares} <= UNKNOWN


def _changes(counted: ComplaintStatistics, whole: date) -> dict[tuple[Dimension, str], float | None]:
    by_month = {month: Counter[tuple[Dimension, str]]() for month in (whole, months_on(whole, -1))}
    for cell in counted.cells:
        if cell.month in by_month:
            by_month[cell.month][cell.dimension, cell.code] += cell.complaints
    now, before = by_month[whole], by_month[months_on(whole, -1)]
    return {
        key: (now[key] - before[key]) / before[key] if before[key] else None
        for key in ((name, one.code) for name, shares in counted.pareto.items() for one in shares)
    }
