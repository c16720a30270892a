"""A board counted over its clocks one after the other, by nothing that the board is counted by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from psycopg.rows import dict_row

from projections.questions.sla import Figures, Grain, Period
from projections.schema import Db
from tests.projections.lamps import SHANGHAI

DUE = ("met", "breached", "overdue")
Clock = dict[str, Any]
Count = dict[str, Any]


def counted(figures: Figures) -> Count:
    """Give the figures of a board as `Slowly` gives them."""
    raw, recorded = figures.raw, figures.as_recorded
    return figures.counts.model_dump() | {
        "raw": (raw.numerator, raw.denominator), "as_recorded": (recorded.numerator, recorded.denominator),
    }  # fmt: skip


class Slowly:
    """The clocks of a period as they stood at an instant."""

    def __init__(self, connection: Db, at: datetime, asked: Period) -> None:
        """Read all clocks, and keep those that are asked for."""
        found = connection.cursor(row_factory=dict_row).execute("SELECT * FROM bi.sla_clocks_at(%s)", (at,))
        self._at = at
        self._clocks = [
            clock
            for clock in found
            if asked.since <= clock["started_at"] < asked.until
            and asked.department in {None, clock["department"]}
            and asked.is_live in {None, clock["is_live"]}
        ]

    def figures(self, clocks: Sequence[Clock] | None = None) -> Count:
        """Count all clocks, or some."""
        clocks = self._clocks if clocks is None else clocks
        stand = Counter(clock["standing"] for clock in clocks)
        names = (*DUE, "running", "paused", "cancelled", "excluded", "not_configured")
        recorded = [clock for clock in clocks if clock["standing"] in DUE and clock["verdict_as_recorded"]]
        unclosed = [
            clock for clock in clocks if not (clock["case_closed_at"] and clock["case_closed_at"] <= self._at)
        ]
        raw = [clock["standing_unadjusted"] for clock in clocks if clock["standing_unadjusted"] in DUE]
        return {name: stand[name] for name in names} | {
            "started": len(clocks),
            "cases": len({clock["case_id"] for clock in clocks}),
            "cases_never_closed": len({clock["case_id"] for clock in unclosed}),
            "raw": (raw.count("met"), len(raw)),
            "as_recorded": (
                sum(
                    clock["standing"] != "overdue" and clock["verdict_as_recorded"] == "met"
                    for clock in recorded
                ),
                len(recorded),
            ),
        }

    def trend(self, grain: Grain) -> dict[str, Count]:
        """Count by day, week or month."""
        return self._by(lambda clock: _begins(clock["started_at"].astimezone(SHANGHAI).date(), grain))

    def lines(self) -> dict[tuple[str, str], Count]:
        """Count by clause and department."""
        return self._by(lambda clock: (clock["clause_id"], clock["department"]))

    def times(self, clause_id: str, department: str) -> tuple[float | None, ...]:
        """Give the median and the 90th percentile of the working and the raw durations of a line."""
        ended = [
            clock
            for clock in self._clocks
            if (clock["clause_id"], clock["department"]) == (clause_id, department)
            and clock["standing"] in {"met", "breached"}
        ]
        return tuple(
            _percentile(sorted(clock[name] for clock in ended), share)
            for name in ("working_seconds", "raw_seconds")
            for share in (0.5, 0.9)
        )

    def _by(self, key: Any) -> dict[Any, Count]:
        parts = defaultdict(list)
        for clock in self._clocks:
            parts[key(clock)].append(clock)
        return {name: self.figures(part) for name, part in parts.items()}


def _begins(day: date, grain: Grain) -> str:
    begun = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}
    return begun[grain].isoformat()


def _percentile(values: list[int], share: float) -> float | None:
    if not values:
        return None
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)
