"""Due times against a counter that goes minute by minute over 2024-2026, make-up days included."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from cases.calendars.amounts import Duration
from cases.calendars.book import shipped_book
from cases.calendars.counting import due, due_day_begins, elapsed
from tests.cases.slow_clock import SlowClock, works_in_china

pytestmark = pytest.mark.faults
IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
STARTS = 1_000 if IS_FULL else 70
"""Random starts in each time base."""
MINUTES_FROM_2024 = 1_052_000
"""Two years on: what is counted from the last start still ends in 2026."""

SHANGHAI = ZoneInfo("Asia/Shanghai")


def office_day(_day: date) -> list[tuple[time, time]]:
    return [(time(8, 30), time(12)), (time(13), time(17, 30))]


def shop_day(day: date) -> list[tuple[time, time]]:
    return [(time(9), time(12)), (time(13, 30), time(20) if day.weekday() > 4 else time(18))]


def every_day(_day: date) -> bool:
    return True


CHINA = SlowClock(SHANGHAI, works_in_china)
ALWAYS = SlowClock(SHANGHAI, every_day)
OFFICE = SlowClock(SHANGHAI, works_in_china, office_day, cut_off=time(17))
SHOP = SlowClock(SHANGHAI, every_day, shop_day)

BASES: dict[str, tuple[str, str, int, Callable[[datetime, int], datetime]]] = {
    "minutes around the clock": ("around-the-clock", "minutes", 3_000, ALWAYS.due_minutes),
    "minutes of working days": ("working-days", "minutes", 6_000, CHINA.due_minutes),
    "working days": ("working-days", "working_days", 15, CHINA.due_working_days),
    "calendar days": ("calendar-days", "days", 40, CHINA.due_days),
    "calendar months": ("calendar-days", "months", 10, CHINA.due_months),
    "office minutes": ("office-hours", "minutes", 1_500, OFFICE.due_minutes),
    "office days": ("office-hours", "working_days", 15, OFFICE.due_working_days),
    "shop minutes": ("shop-hours", "minutes", 1_500, SHOP.due_minutes),
    "shop days": ("shop-hours", "days", 15, SHOP.due_days),
}


@pytest.mark.parametrize("base", BASES)
def test_due_times_equal_a_minute_by_minute_count(base: str) -> None:
    name, unit, most, slowly = BASES[base]
    calendar, chance = shipped_book().calendar(name), Random(f"due {base}")
    for _ in range(STARTS):
        start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(MINUTES_FROM_2024))
        amount = chance.randint(1, most)
        promised = Duration.model_validate({unit: amount})
        assert due(start, promised, calendar) == slowly(start, amount), (start.isoformat(), amount)


@pytest.mark.parametrize(
    ("name", "clock"),
    [("around-the-clock", ALWAYS), ("working-days", CHINA), ("office-hours", OFFICE), ("shop-hours", SHOP)],
)
def test_elapsed_time_equals_a_minute_by_minute_count(name: str, clock: SlowClock) -> None:
    calendar, chance = shipped_book().calendar(name), Random(f"elapsed {name}")
    for _ in range(STARTS // 2):
        start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(MINUTES_FROM_2024))
        end = start + timedelta(minutes=chance.randrange(15_000))
        counted = timedelta(minutes=clock.elapsed_minutes(start, end))
        assert elapsed(start, end, calendar) == counted, (start.isoformat(), end.isoformat())


SCHEDULED: dict[str, tuple[str, str, SlowClock, Callable[[datetime, int], date]]] = {
    "calendar days": ("calendar-days", "days", CHINA, CHINA.last_day),
    "working days": ("working-days", "working_days", CHINA, CHINA.last_working_day),
    "office days": ("office-hours", "working_days", OFFICE, OFFICE.last_working_day),
    "shop days": ("shop-hours", "days", SHOP, SHOP.last_day),
}


@pytest.mark.parametrize("base", SCHEDULED)
def test_scheduled_days_begin_when_a_minute_by_minute_count_says(base: str) -> None:
    name, unit, slow, last_day = SCHEDULED[base]
    calendar, chance = shipped_book().calendar(name), Random(f"scheduled {base}")
    for _ in range(STARTS // 4):
        start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(MINUTES_FROM_2024))
        amount = chance.randint(1, 15)
        begins = due_day_begins(start, Duration.model_validate({unit: amount}), calendar)
        assert begins == slow.begin_of(last_day(start, amount)), (start.isoformat(), amount)


@pytest.mark.parametrize("day", [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2023, 12, 31)])
def test_months_around_a_leap_day_end_where_a_minute_by_minute_count_says(day: date) -> None:
    calendar, start = shipped_book().calendar("calendar-days"), datetime.combine(day, time(15), SHANGHAI)
    for amount in range(25):
        assert due(start, Duration(months=amount), calendar) == CHINA.due_months(start, amount), amount
