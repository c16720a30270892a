"""The parts of a calendar document: years with their holidays and make-up days, and named calendars."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from cases.calendars.walls import DAY, HOUR, MINUTE, SECOND, day_number
from cases.codes import Code


class CalendarKind(Code):
    """How a calendar counts; the base is named, never inferred (regulations.md A.6)."""

    AROUND_THE_CLOCK = "around_the_clock", "全天候", "Around the clock"
    WORKING_DAYS = "working_days", "工作日", "Working days"
    CALENDAR_DAYS = "calendar_days", "日历日（民法典）", "Calendar days (Civil Code)"
    BUSINESS_HOURS = "business_hours", "营业时间", "Business hours"


class DayKind(Code):
    """What a day is in the working year."""

    WEEKDAY = "weekday", "平日", "Weekday"
    WEEKEND = "weekend", "周末", "Weekend"
    HOLIDAY = "holiday", "节假日", "Holiday"
    MAKE_UP = "make_up", "调休上班", "Make-up working day"

    @property
    def is_working(self) -> bool:
        """Tell whether the working year works on such a day."""
        return self in {DayKind.WEEKDAY, DayKind.MAKE_UP}


class YearStatus(Code):
    """Whether the schedule of a year has been published by the State Council."""

    OFFICIAL = "official", "已公布", "Published"
    AMENDED = "amended", "另行通知调整", "Changed by a later notice"
    PROVISIONAL = "provisional", "暂定", "Provisional"
    MISSING = "missing", "缺失", "Missing"


class Entry(BaseModel):
    """A table of the document; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(Entry):
    """What people read, in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """An opening on a day, in microseconds after 00:00 on the wall."""

    opens: int
    closes: int


def _window(text: object) -> object:
    if isinstance(text, Window):
        return text
    match = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", str(text))
    if match is None:
        raise ValueError('write a window as "09:00-12:00"')
    from_hour, from_minute, to_hour, to_minute = (int(part) for part in match.groups())
    opens, closes = from_hour * HOUR + from_minute * MINUTE, to_hour * HOUR + to_minute * MINUTE
    if from_minute > 59 or to_minute > 59 or not opens < closes <= DAY:  # noqa: PLR2004 - minutes of an hour
        raise ValueError("a window opens before it closes, within one day (24:00 at the latest)")
    return Window(opens, closes)


def _apart(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    if any(later.opens < earlier.closes for earlier, later in pairwise(windows)):
        raise ValueError("the windows of a day follow one another and do not overlap")
    return windows


Windows = Annotated[tuple[Annotated[Window, BeforeValidator(_window)], ...], AfterValidator(_apart)]
"""The openings of one day, in order."""


class Week(Entry):
    """The openings of each weekday; a day left out is closed."""

    mon: Windows = ()
    tue: Windows = ()
    wed: Windows = ()
    thu: Windows = ()
    fri: Windows = ()
    sat: Windows = ()
    sun: Windows = ()

    @cached_property
    def days(self) -> tuple[tuple[Window, ...], ...]:
        """Give the openings from Monday to Sunday."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


class Definition(Entry):
    """A named calendar: a way of counting, and for business hours the hours."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    kind: CalendarKind
    label: Label
    basis: Annotated[str, Field(min_length=1)]
    """Where it comes from: law, clause, or "configured, not from the regulation"."""
    timezone: str | None = None
    """IANA name; the document's own where it is left out."""
    last_day_moves: bool = True
    """Civil Code 203: a last day that is a holiday or day of rest moves on; `false`: agreed otherwise."""
    week: Week | None = None
    closed_on_holidays: bool = True
    make_up: Windows = ()
    """The openings on make-up working days."""
    cut_off: time | None = None
    """What comes later on an open day counts as come on the next day; counted days end here too."""

    @model_validator(mode="after")
    def _business_hours_are_complete(self) -> Self:
        if self.kind is not CalendarKind.BUSINESS_HOURS:
            if self.week is not None or self.make_up or self.cut_off is not None:
                raise ValueError("only business hours have windows and a cut-off")
            return self
        if self.week is None or not any(self.week.days):
            raise ValueError("business hours name their week")
        if self.closed_on_holidays != bool(self.make_up):
            raise ValueError(
                "business hours closed on holidays name the windows of make-up days, others have none"
            )
        if any(
            windows and windows[0].opens >= self.day_ends(windows)
            for windows in (*self.week.days, self.make_up)
        ):
            raise ValueError("the cut-off comes after the opening of every day")
        return self

    @property
    def follows_years(self) -> bool:
        """Tell whether holidays and make-up days change what this calendar counts."""
        match self.kind:
            case CalendarKind.AROUND_THE_CLOCK:
                return False
            case CalendarKind.CALENDAR_DAYS:
                return self.last_day_moves
            case CalendarKind.WORKING_DAYS:
                return True
            case CalendarKind.BUSINESS_HOURS:
                return self.closed_on_holidays

    @cached_property
    def cut_off_micros(self) -> int | None:
        """Give the cut-off in microseconds after 00:00."""
        if self.cut_off is None:
            return None
        return self.cut_off.hour * HOUR + self.cut_off.minute * MINUTE + self.cut_off.second * SECOND

    def day_ends(self, windows: tuple[Window, ...]) -> int:
        """Give when a day with these windows is over: at the cut-off, or the last closing if earlier."""
        closes = windows[-1].closes
        return closes if self.cut_off_micros is None else min(closes, self.cut_off_micros)


class Holiday(Entry):
    """Days off in a row, the first and last included, weekends between them too."""

    label: Label
    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Yield every day."""
        return (self.first + timedelta(days=step) for step in range((self.last - self.first).days + 1))


class WorkingYear(Entry):
    """The holidays and make-up days of one year's notice, which may begin in the last week before it."""

    year: Annotated[int, Field(ge=1970, le=2099)]
    status: YearStatus
    holiday: tuple[Holiday, ...] = ()
    make_up: tuple[date, ...] = ()

    @cached_property
    def exceptions(self) -> dict[int, tuple[DayKind, Label | None]]:
        """Give the kind and name of every day that is not what its weekday says, by days since 1970."""
        off = {day_number(day): (DayKind.HOLIDAY, span.label) for span in self.holiday for day in span.days()}
        return off | {day_number(day): (DayKind.MAKE_UP, None) for day in self.make_up}

    @cached_property
    def version(self) -> str:
        """Name what the year says, for a clock to pin: status and the start of a sha256 over its days."""
        told = "".join(f"{day}:{kind}\n" for day, (kind, _) in sorted(self.exceptions.items()))
        return f"{self.status}-{sha256(told.encode()).hexdigest()[:12]}"

    @model_validator(mode="after")
    def _days_are_told_once(self) -> Self:
        days = [day for span in self.holiday for day in span.days()] + list(self.make_up)
        if len(set(days)) != len(days):
            raise ValueError(f"a day of {self.year} is named twice")
        if any(not date(self.year - 1, 12, 24) <= day <= date(self.year, 12, 31) for day in days):
            raise ValueError(f"the schedule of {self.year} reaches from 24 December before to 31 December")
        if any(span.last < span.first for span in self.holiday):
            raise ValueError(f"a holiday of {self.year} ends before it begins")
        return self


class WorkingYears:
    """The years together: what any day is, and how sure that is."""

    def __init__(self, years: Iterable[WorkingYear]) -> None:
        """Lay the years over one another; a year or a day that is told twice raises ValueError."""
        told = list(years)
        self.by_year = {year.year: year for year in told}
        self._exceptions = {day: what for year in told for day, what in year.exceptions.items()}
        if len(self.by_year) < len(told) or len(self._exceptions) < sum(
            len(year.exceptions) for year in told
        ):
            raise ValueError("a year or a day is told twice")

    def kind(self, day: int) -> DayKind:
        """Tell what a day is, by days since 1970; a year that is missing has plain weeks."""
        exception = self._exceptions.get(day)
        if exception is not None:
            return exception[0]
        return DayKind.WEEKEND if (day + 3) % 7 > 4 else DayKind.WEEKDAY  # noqa: PLR2004 - Saturday is 5

    def label(self, day: int) -> Label | None:
        """Name the holiday, if it is one."""
        return self._exceptions.get(day, (None, None))[1]

    def status(self, year: int) -> YearStatus:
        """Tell whether the year is published, provisional or missing."""
        told = self.by_year.get(year)
        return YearStatus.MISSING if told is None else told.status

    def version(self, year: int) -> str:
        """Name what the year says; `missing` where nothing is known."""
        told = self.by_year.get(year)
        return YearStatus.MISSING.value if told is None else told.version


def known_zone(zone: str) -> str:
    """Pass on an IANA time zone name; an unknown one raises ValueError."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no such time zone") from None
    return zone
