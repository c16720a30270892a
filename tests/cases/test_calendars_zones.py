"""Every zone's changes of the clock, 1986 to 2030, against a counter that goes minute by minute (T18)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest

from cases.calendars.amounts import Duration
from cases.calendars.book import CalendarBook
from cases.calendars.counting import Calendar, due, due_day_begins, elapsed
from cases.calendars.walls import micros, walls_of
from tests.cases.slow_clock import SlowClock

pytestmark = pytest.mark.faults
IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
ODD = (
    "Asia/Shanghai",  # summer time 1986 to 1991
    "Australia/Lord_Howe",  # half an hour
    "Antarctica/Troll",  # two hours
    "America/Havana",  # midnight comes twice
    "Africa/Cairo",  # midnight is skipped
    "America/St_Johns",  # a minute after midnight
    "Pacific/Apia",  # a whole day is skipped
    "Europe/London",
)
ZONES = sorted(available_timezones() - {"localtime"}) if IS_FULL else ODD
A_ZONE = 12 if IS_FULL else 6
"""Changes counted through in each zone; in full, every one of the odd zones, which is where engines go wrong."""
DOCUMENT = """
name = "abroad"
version = "1"
label = {{ zh = "境外", en = "Abroad" }}
timezone = "{zone}"

[[calendar]]
name = "days"
kind = "calendar_days"
label = {{ zh = "日历日", en = "Calendar days" }}
basis = "a test"
last_day_moves = false

[[calendar]]
name = "night-shop"
kind = "business_hours"
label = {{ zh = "夜店", en = "Night shop" }}
basis = "two windows around the hours at which clocks are changed, and a cut-off"
closed_on_holidays = false
cut_off = 22:30:00
week = {{ {week} }}
"""
HOURS = [(time(0), time(2, 30)), (time(3, 15), time(23, 45))]
WEEK = ", ".join(
    f'{day} = ["00:00-02:30", "03:15-23:45"]' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
)


def always(_day: date) -> bool:
    return True


def night_shop(_day: date) -> list[tuple[time, time]]:
    return HOURS


def offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def changes(name: str) -> Iterator[datetime]:
    """Find the minute of every change from the zone alone: halve each half day in which the offset is another."""
    zone, step = ZoneInfo(name), timedelta(hours=12)
    marks = [datetime(1986, 1, 1, tzinfo=UTC) + number * step for number in range(45 * 731)]
    for before, after in pairwise(marks):
        if (old := offset(before, zone)) != offset(after, zone):
            low, high = 0, 720
            while high - low > 1:
                middle = (low + high) // 2
                is_old = offset(before + timedelta(minutes=middle), zone) == old
                low, high = (middle, high) if is_old else (low, middle)
            yield before + timedelta(minutes=high)


def calendars(zone: str) -> tuple[Calendar, Calendar]:
    book = CalendarBook.from_document(DOCUMENT.format(zone=zone, week=WEEK))
    return book.calendar("days"), book.calendar("night-shop")


@pytest.mark.parametrize("name", ZONES)
def test_the_wall_shows_what_the_zone_shows_around_every_change(name: str) -> None:
    zone, walls = ZoneInfo(name), walls_of(name)
    for change in changes(name):
        for minutes in (-1440, -61, -1, 0, 1, 29, 61, 1440):
            moment = change + timedelta(minutes=minutes)
            shown = moment.astimezone(zone).replace(tzinfo=UTC)
            assert walls.reading(micros(moment)) == micros(shown), moment.isoformat()


@pytest.mark.parametrize("name", ZONES)
def test_due_times_over_a_change_equal_a_minute_by_minute_count(name: str) -> None:
    zone, chance, found = ZoneInfo(name), Random(name), list(changes(name))
    (days, shop), slow_days = calendars(name), SlowClock(zone, always)
    slow_shop = SlowClock(zone, always, night_shop, cut_off=time(22, 30))
    for change in found if IS_FULL and name in ODD else chance.sample(found, min(A_ZONE, len(found))):
        start = change - timedelta(minutes=chance.randrange(36 * 60))
        minutes, amount = chance.randint(1, 2_000), chance.randint(1, 3)
        asked = (name, start.isoformat(), minutes, amount)
        assert due(start, Duration(minutes=minutes), shop) == slow_shop.due_minutes(start, minutes), asked
        assert due(start, Duration(days=amount), days) == slow_days.due_days(start, amount), asked
        assert due(start, Duration(days=amount), shop) == slow_shop.due_days(start, amount), asked
        begins = slow_shop.begin_of(slow_shop.last_day(start, amount))
        assert due_day_begins(start, Duration(days=amount), shop) == begins, asked
        counted = timedelta(minutes=slow_shop.elapsed_minutes(start, start + timedelta(minutes=minutes)))
        assert elapsed(start, start + timedelta(minutes=minutes), shop) == counted, asked
