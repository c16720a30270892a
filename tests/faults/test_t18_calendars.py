"""T18: due times where clocks change, in every zone, against the minute-by-minute counter."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest

from cases.calendars.amounts import Duration
from cases.calendars.book import CalendarBook
from cases.calendars.counting import Calendar, due, end_of
from cases.calendars.walls import micros, moment_of, walls_of
from tests.cases.slow_clock import SlowClock, plain_week

IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
AWKWARD = [
    "Asia/Shanghai",  # summer time 1986-1991
    "America/New_York",
    "America/Sao_Paulo",  # skips midnight
    "America/St_Johns",  # turned back at 00:01, so that a day began twice
    "America/Havana",  # repeats the first hour of a day
    "Africa/Casablanca",  # four changes a year
    "Asia/Beirut",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # left out 30 December 2011
    "Asia/Kathmandu",
    "Antarctica/Troll",  # two hours
]
ZONES = sorted(available_timezones() - {"localtime", "Factory"}) if IS_FULL else AWKWARD
FROM, TO = datetime(1986, 1, 1, tzinfo=UTC), datetime(2030, 12, 31, tzinfo=UTC)
CHANGES = 20 if IS_FULL else 6
"""At most so many changes of the clock in each zone."""

WINDOWS = [(time(0), time(1, 30)), (time(1, 45), time(6)), (time(21), time(23, 30))]
DOCUMENT = """
name = "abroad"
version = "1"
label = { zh = "国外", en = "Abroad" }
timezone = "%s"
[[calendar]]
name = "working-days"
kind = "working_days"
label = { zh = "工作日", en = "Working days" }
basis = "test"
[[calendar]]
name = "night-shop"
kind = "business_hours"
label = { zh = "夜店", en = "Night shop" }
basis = "test"
closed_on_holidays = false
week = { %s }
"""
WEEK = ", ".join(
    f'{day} = ["00:00-01:30", "01:45-06:00", "21:00-23:30"]'
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
)


def night_windows(_day: date) -> list[tuple[time, time]]:
    return WINDOWS


def every_day(_day: date) -> bool:
    return True


@cache
def abroad(zone: str) -> CalendarBook:
    return CalendarBook.from_document(DOCUMENT % (zone, WEEK))


def changes(zone: str) -> list[datetime]:
    """The changes of the clock between 1986 and 2030, and a few quiet moments where there are none."""
    chance = Random(zone)
    turns = [moment_of(begin) for begin in walls_of(zone).begins if micros(FROM) < begin < micros(TO)]
    quiet = [FROM + timedelta(minutes=chance.randrange(23_000_000)) for _ in range(3)]
    return [*chance.sample(turns, min(CHANGES, len(turns))), *quiet]


@pytest.mark.parametrize("zone", ZONES)
def test_due_times_around_a_change_of_the_clock_equal_the_slow_count(zone: str) -> None:
    book, clock, chance = abroad(zone), ZoneInfo(zone), Random(f"around {zone}")
    shop, days = SlowClock(clock, every_day, night_windows), SlowClock(clock, plain_week)
    for turn in changes(zone):
        start = turn.replace(second=0) - timedelta(minutes=chance.randrange(2_000))
        amount = chance.randint(1, 900)
        fast = due(start, Duration(minutes=amount), book.calendar("night-shop"))
        assert fast == shop.due_minutes(start, amount), (zone, start.isoformat(), amount)
        fast = due(start, Duration(minutes=amount), book.calendar("working-days"))
        assert fast == days.due_minutes(start, amount), (zone, start.isoformat(), amount)


def day_ends(zone: str, calendar: Calendar, slow: SlowClock) -> None:
    for turn in changes(zone):
        for step in (-1, 0, 1):
            day = turn.astimezone(slow.zone).date() + timedelta(days=step)
            assert end_of(day, calendar) == slow.end_of(day), (zone, day)


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_ends_when_its_last_minute_is_over(zone: str) -> None:
    day_ends(zone, abroad(zone).calendar("working-days"), SlowClock(ZoneInfo(zone), plain_week))


@pytest.mark.parametrize("zone", ZONES)
def test_the_wall_reads_what_the_zone_says(zone: str) -> None:
    walls, clock, chance = walls_of(zone), ZoneInfo(zone), Random(f"read {zone}")
    for _ in range(5_000 if IS_FULL else 500):
        moment = FROM + timedelta(minutes=chance.randrange(23_000_000))
        shown = moment_of(walls.reading(micros(moment))).replace(tzinfo=None)
        assert shown == moment.astimezone(clock).replace(tzinfo=None), (zone, moment.isoformat())
