"""The SLA dashboard: how every promise is kept, by clause and department, at an instant."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import DictRow

from projections.questions import sla_sql
from projections.questions.answers import Part, Rate, Standing, snapshot, standing_of
from projections.schema import Db

Grain = Literal["day", "week", "month"]
Mark = Literal["backdated", "corrected", "excluded", "overridden"]
MANY: Final = 5_000
"""So many clocks or cases that ended since the instant are too many to be taken out of the sums."""


class Period(Part):
    """Clocks that started from `since` on and before `until`; other filters narrow them down."""

    since: datetime
    until: datetime
    department: str | None = None
    kind: str | None = None
    is_live: bool | None = None


class Counts(Part):
    """How many clocks stand how at the instant."""

    started: int
    met: int
    breached: int
    overdue: int
    """Past due and not stopped: a miss already."""
    running: int
    paused: int
    cancelled: int
    excluded: int
    not_configured: int
    cases: int
    cases_never_closed: int
    """Of these cases, those that have not been closed by the instant."""


class Times(Part):
    """Seconds from start to stop of ended clocks; `working` in each clock's own time base without pauses."""

    working_p50: float | None
    working_p90: float | None
    raw_p50: float | None
    raw_p90: float | None


class Figures(Part):
    """Counts with their rates: met of met, breached and overdue."""

    counts: Counts
    adjusted: Rate
    """Without what was excluded."""
    raw: Rate
    """As if nothing had been excluded."""
    as_recorded: Rate
    """By the times at which the log recorded the facts; imported history has none and is left out."""

    @classmethod
    def of(cls, row: DictRow) -> Figures:
        """Read the figures off a row of the question."""
        return cls(
            counts=Counts.model_validate(row),
            adjusted=Rate.of(row["met"], row["met"] + row["breached"] + row["overdue"]),
            raw=Rate.of(row["raw_met"], row["raw_due"]),
            as_recorded=Rate.of(row["recorded_met"], row["recorded_due"]),
        )


class ClockFigures(Part):
    """One promise of one regulation version, in one department."""

    clause_id: str
    clause: str
    promise: str
    regulation: str
    label_zh: str
    label_en: str
    department: str
    department_zh: str
    department_en: str
    figures: Figures
    times: Times


class PeriodFigures(Part):
    """All clocks that started in one day, week or month of the business time zone."""

    begins_on: str
    figures: Figures


class OpenClock(Part):
    """One clock that is overdue."""

    clock_id: str
    case_id: UUID
    case_no: str | None
    clause: str
    label_zh: str
    label_en: str
    department: str
    due_at: datetime
    overdue_seconds: int
    escalated_level: str | None
    escalated_at: datetime | None


class MarkedFact(Part):
    """A fact that a reader of the rates should know of."""

    mark: Mark
    case_id: UUID
    case_no: str | None
    version: int
    event_type: str
    occurred_at: datetime
    corrected_at: datetime | None
    recorded_at: datetime
    item: str | None
    position: int


class SlaDashboard(Part):
    """The dashboard and what it stands on. `marks` counts all marked facts, `marked` lists the newest of them."""

    at: datetime
    period: Period
    standing: Standing
    total: Figures
    clocks: tuple[ClockFigures, ...]
    trend: tuple[PeriodFigures, ...]
    worst: tuple[OpenClock, ...]
    marks: dict[str, int]
    marked: tuple[MarkedFact, ...]


def sla_dashboard(
    connection: Db,
    *,
    at: datetime,
    period: Period,
    grain: Grain = "month",
    zone: str = "Asia/Shanghai",
    longest: int = 100,
) -> SlaDashboard:
    """Tell how promises stood at an instant, for clocks that started in a period; lists hold at most `longest`."""
    asked = {**period.model_dump(), "at": at, "grain": grain, "zone": zone, "longest": longest, "many": MANY}
    with snapshot(connection) as cursor:
        asked |= cursor.execute(sla_sql.EDGES, asked).fetchone() or {}
        cursor.execute(sla_sql.HASHED)
        figures = cursor.execute(sla_sql.FIGURES, asked).fetchall()
        cursor.execute(sla_sql.PLANNED)
        total = next(row for row in figures if not row["is_trend"] and row["clause_id"] is None)
        return SlaDashboard(
            at=at,
            period=period,
            standing=standing_of(cursor),
            total=Figures.of(total),
            clocks=tuple(_clock(row) for row in figures if row["clause_id"] is not None),
            trend=tuple(_period(row) for row in figures if row["is_trend"]),
            worst=tuple(
                OpenClock.model_validate(row) for row in cursor.execute(sla_sql.OVERDUE, asked | total)
            ),
            **_marks(cursor, asked),
        )


def _marks(cursor: Cursor[DictRow], asked: dict[str, Any]) -> dict[str, Any]:
    """Count the marked facts, and list the newest; of a mark that fell off the list there is only the number."""
    rows = cursor.execute(sla_sql.MARKED, asked).fetchall()
    counted = {row["mark"]: row["facts"] for row in rows}
    return {
        "marks": {mark: counted.get(mark, 0) for mark in get_args(Mark)},
        "marked": tuple(MarkedFact.model_validate(row) for row in rows if row["case_id"] is not None),
    }


def _period(row: DictRow) -> PeriodFigures:
    return PeriodFigures(begins_on=row["begins_on"].isoformat(), figures=Figures.of(row))


def _clock(row: DictRow) -> ClockFigures:
    return ClockFigures(figures=Figures.of(row), times=Times.model_validate(row), **_named(row))


def _named(row: DictRow) -> dict[str, Any]:
    return {name: row[name] for name in ClockFigures.model_fields if name not in {"figures", "times"}}
