"""`bi.dim_dates`: every day from 2000 to 2039 with what it is in the working year of the newest calendar."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from itertools import accumulate
from typing import Annotated, Final, NamedTuple

from cases.calendars.parts import WorkingYears
from cases.calendars.walls import day_number, day_of
from cases.regulation.rules import Reference
from projections.tables.columns import Says
from projections.tables.table import Table

FIRST: Final = date(2000, 1, 1)
AFTER_LAST: Final = date(2040, 1, 1)
MINUTES_A_DAY: Final = 24 * 60
MICROSECONDS_A_MINUTE: Final = 60_000_000


class DayRow(NamedTuple):
    """One day of the business time zone."""

    day_date: Annotated[date, Says("日期（业务时区）", "The day, in the business time zone")]
    year: Annotated[int, Says("年", "Year")]
    quarter: Annotated[int, Says("季度", "Quarter, 1 to 4")]
    month: Annotated[int, Says("月", "Month, 1 to 12")]
    month_date: Annotated[date, Says("月份（首日）", "First day of its month")]
    iso_year: Annotated[int, Says("ISO 周所属年", "Year of its ISO week")]
    iso_week: Annotated[int, Says("ISO 周", "ISO week, 1 to 53")]
    weekday: Annotated[int, Says("星期（一为1）", "Weekday, Monday is 1")]
    day_kind: Annotated[str, Says("类别", "weekday, weekend, holiday or make_up")]
    holiday: Annotated[str | None, Says("节日名称", "Name of the holiday")]
    is_working_day: Annotated[bool, Says("是否工作日", "A working day, make-up days included")]
    year_status: Annotated[
        str, Says("放假安排状态", "official, provisional or missing: what is known of its year")
    ]
    working_minutes_before: Annotated[
        int,
        Says(
            "当日之前累计工作分钟（每工作日1440）",
            "Working minutes before this day since 2000, 1440 a working day",
        ),
    ]
    calendar_version: Annotated[str | None, Says("日历版本", "Calendar version that says so")]


DAYS = Table("dim_dates", DayRow, ("day_date",), "日期", "Days")


def working_years(reference: Reference) -> tuple[WorkingYears, str | None]:
    """Choose the calendar document that was published last, and name its version; plain weeks where there is none."""
    book = [None, *reference.calendars.values()][-1]
    return (book.years, book.version) if book else (WorkingYears(()), None)


def day_rows(reference: Reference) -> Iterator[DayRow]:
    """Give every day in order."""
    years, version = working_years(reference)
    days = range(day_number(FIRST), day_number(AFTER_LAST))
    for number, worked in zip(days, _worked_before(years), strict=False):
        day, kind, label = day_of(number), years.kind(number), years.label(number)
        yield DayRow(
            *_counted(day),
            day_kind=kind.value,
            holiday=label.zh if label else None,
            is_working_day=kind.is_working,
            year_status=years.status(day.year).value,
            working_minutes_before=worked,
            calendar_version=version,
        )


def working_seconds(reference: Reference, since: datetime, until: datetime) -> int:
    """Count the seconds between two moments on working days, 24 hours each; negative where they are the other way."""
    years, _ = working_years(reference)
    worked = _worked_before(years)
    first, last = (_worked_until(worked, moment.astimezone(reference.zone)) for moment in (since, until))
    return (last - first) // 1_000_000


@lru_cache(maxsize=8)
def _worked_before(years: WorkingYears) -> array[int]:
    """Give the working minutes before every day and, last of all, before the day after them."""
    days = range(day_number(FIRST), day_number(AFTER_LAST))
    return array("q", accumulate((MINUTES_A_DAY * years.kind(day).is_working for day in days), initial=0))


def _worked_until(worked: array[int], wall: datetime) -> int:
    """Give the microseconds worked before a moment as the clock on the wall shows it."""
    place = min(max(wall.toordinal() - FIRST.toordinal(), 0), len(worked) - 2)
    minutes = worked[place]
    if worked[place + 1] == minutes:
        return minutes * MICROSECONDS_A_MINUTE
    minutes += wall.hour * 60 + wall.minute
    return minutes * MICROSECONDS_A_MINUTE + wall.second * 1_000_000 + wall.microsecond


def _counted(day: date) -> tuple[date, int, int, int, date, int, int, int]:
    iso = day.isocalendar()
    quarter = (day.month + 2) // 3
    return day, day.year, quarter, day.month, day.replace(day=1), iso.year, iso.week, iso.weekday
