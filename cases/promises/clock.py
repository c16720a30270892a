"""One clock of a case: what was promised, from when to when, and whether it was kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from cases.calendars.counting import Calendar
from cases.calendars.listing import touches
from cases.codes import Code
from cases.fact import Pinned
from cases.regulation.model import Promise


class Verdict(Code):
    """What became of a clock; only an ended one is met, breached, cancelled or excluded."""

    OPEN = "open", "进行中", "Open"
    MET = "met", "按时", "Met"
    BREACHED = "breached", "超时", "Breached"
    CANCELLED = "cancelled", "已取消", "Cancelled"
    EXCLUDED = "excluded", "已除外", "Excluded"
    NOT_CONFIGURED = "not_configured", "未配置", "Not configured"


class Standing(Code):
    """How a clock stands at an instant; an open one runs, is paused or is overdue."""

    RUNNING = "running", "计时中", "Running"
    PAUSED = "paused", "暂停", "Paused"
    OVERDUE = "overdue", "已逾期", "Overdue"
    MET = "met", "按时", "Met"
    BREACHED = "breached", "超时", "Breached"
    CANCELLED = "cancelled", "已取消", "Cancelled"
    EXCLUDED = "excluded", "已除外", "Excluded"
    NOT_CONFIGURED = "not_configured", "未配置", "Not configured"


class Lacking(Code):
    """What a clock that is not configured waits for."""

    SETTING = "setting", "缺少设定值", "The setting has no value"
    CALENDAR = "calendar", "缺少日历", "No calendar of this name, or it does not reach that far"
    UNIT = "unit", "日历不按此单位计", "The calendar does not count in this unit"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which the clock stood still; `until` is None while it still does."""

    since: datetime
    until: datetime | None
    opened_by: int
    ended_by: int | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A moment that the customer agreed to while the clock ran: when, what, and by which fact."""

    at: datetime
    due_at: datetime
    version: int


class Clock(NamedTuple):
    """One promise of one regulation in one cycle of a case (design.md 5).

    Moments are aware UTC; `paused` and `working_elapsed` are in the clock's own time base, `raw_elapsed` is plain time.
    `due_at` holds what ended pauses added; a pause that still lasts adds to it when it ends. Versions name facts.
    """

    clock_id: str
    promise: Promise
    pinned: Pinned
    cycle: int
    started_at: datetime
    started_by: int
    """Version of the fact that started it."""
    original_due_at: datetime | None
    """The due moment told at the start: no pauses, nothing agreed since, and the calendar as it was then."""
    due_at: datetime | None
    """The due moment now; it moves with pauses, agreements, and when a provisional year is settled before the end.

    None when not configured, and for what is never too late.
    """
    earliest_at: datetime | None
    """The first moment that is not too early; None where nothing is."""
    agreements: tuple[Agreement, ...]
    """The moments agreed in time, the last of which holds."""
    warned_at: tuple[datetime, ...]
    """When each share of `promise.warn` had passed, pauses counted in."""
    pauses: tuple[Stretch, ...]
    """Every stretch; one that began when the clock was overdue moves nothing."""
    paused: timedelta
    stopped_at: datetime | None
    ended_at: datetime | None
    """When it ended: the stop, or what cancelled it; also for one that had been due before it was cancelled."""
    ended_by: int | None
    raw_elapsed: timedelta | None
    working_elapsed: timedelta | None
    verdict: Verdict
    verdict_unadjusted: Verdict
    """The verdict had nobody excluded the clock: raw rates count this one."""
    verdict_as_recorded: Verdict | None
    """The same with the log's own times; None for a history taken over from elsewhere, which has none."""
    excluded_because: str | None
    excluded_by: str | None
    """Who approved that it be left out of the rates."""
    lacking: Lacking | None
    calendar: Calendar | None
    """The time base that it is counted on."""
    moved_by: tuple[int, ...]
    """Versions of the facts that moved it: start, pauses, stop, what cancelled or excluded it; in log order."""
    is_backdated: bool
    is_corrected: bool

    @property
    def calendar_version(self) -> str | None:
        """Name the version of its calendar."""
        return None if self.calendar is None else self.calendar.version

    @property
    def calendar_years(self) -> tuple[tuple[int, str], ...]:
        """Give each year whose schedule the clock rests on, and what that year said."""
        if self.calendar is None or self.lacking is not None or not self.calendar.definition.follows_years:
            return ()
        known = (self.started_at, self.due_at, self.earliest_at, self.ended_at)
        last = max(moment for moment in known if moment is not None)
        return tuple(self.calendar.year_versions(touches(self.started_at, last, self.calendar)).items())

    @property
    def paused_since(self) -> datetime | None:
        """Tell since when the clock stands still, if it still does."""
        return self.pauses[-1].since if self.pauses and self.pauses[-1].until is None else None


_ENDED: dict[Verdict, Standing] = {
    Verdict.MET: Standing.MET,
    Verdict.BREACHED: Standing.BREACHED,
    Verdict.CANCELLED: Standing.CANCELLED,
    Verdict.EXCLUDED: Standing.EXCLUDED,
    Verdict.NOT_CONFIGURED: Standing.NOT_CONFIGURED,
}


def standing(clock: Clock, at: datetime) -> Standing:
    """Tell how a clock stands at an instant, as far as the facts it was made of tell.

    Due at 17:00 is in time at 17:00 and overdue after it. A pause holds only a clock that was not yet overdue.
    """
    is_over = clock.ended_at is not None and clock.ended_at <= at
    if is_over or clock.verdict in {Verdict.EXCLUDED, Verdict.NOT_CONFIGURED}:
        return _ENDED[clock.verdict]
    if _is_paused(clock, at):
        return Standing.PAUSED
    return Standing.OVERDUE if clock.due_at is not None and at > clock.due_at else Standing.RUNNING


def _is_paused(clock: Clock, at: datetime) -> bool:
    return any(
        stretch.since <= at
        and (stretch.until is None or at < stretch.until)
        and (clock.due_at is None or stretch.since <= clock.due_at)
        for stretch in clock.pauses
    )
