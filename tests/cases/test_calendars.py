"""What falls due when: the worked values of the regulations, the Civil Code's counting, business hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cases.calendars.amounts import Duration
from cases.calendars.book import CalendarBook, shipped_book
from cases.calendars.counting import (
    Calendar,
    UnitNotCounted,
    add,
    due,
    elapsed,
    end_of,
    last_day,
    next_open,
)
from cases.calendars.listing import listing, touches
from cases.calendars.parts import DayKind
from cases.calendars.walls import OutsideCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """A moment on the wall in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def named(name: str) -> Calendar:
    return shipped_book().calendar(name)


@pytest.mark.parametrize(
    ("start", "days"),
    [
        ("2026-09-30 10:00", ("2026-10-08", "2026-10-09", "2026-10-10", "2026-10-13")),
        ("2026-02-13 10:00", ("2026-02-14", "2026-02-24", "2026-02-25", "2026-02-27")),
        ("2026-04-30 10:00", ("2026-05-06", "2026-05-07", "2026-05-08", "2026-05-11")),
    ],
)
def test_working_days_skip_the_holidays_and_count_the_make_up_days(start: str, days: tuple[str, ...]) -> None:
    for amount, day in zip((1, 2, 3, 5), days, strict=True):
        promised = Duration(working_days=amount)
        midnight = at(day) + timedelta(days=1)
        assert due(at(start), promised, named("working-days")) == midnight
        assert last_day(at(start).date(), promised, named("working-days")) == date.fromisoformat(day)


def test_the_same_working_day_ends_tonight_and_on_a_sunday_it_is_monday() -> None:
    today = Duration(working_days=0)
    assert due(at("2026-03-12 23:59"), today, named("working-days")) == at("2026-03-13 00:00")
    assert due(at("2026-03-15 09:00"), today, named("working-days")) == at("2026-03-17 00:00")


def test_midnight_belongs_to_the_day_that_begins() -> None:
    one = Duration(working_days=1)
    assert due(at("2026-03-10 23:59:59"), one, named("working-days")) == at("2026-03-12")
    assert due(at("2026-03-11 00:00:00"), one, named("working-days")) == at("2026-03-13")


@pytest.mark.parametrize(
    ("start", "amount", "day"),
    [
        ("2026-03-02", Duration(days=7), "2026-03-09"),
        ("2026-09-17", Duration(days=15), "2026-10-08"),  # 2 October is a holiday, the 8th is the day after
        ("2026-03-08", Duration(days=6), "2026-03-16"),  # a Saturday
        ("2026-02-07", Duration(days=7), "2026-02-14"),  # a Saturday that works
        ("2026-01-31", Duration(months=1), "2026-02-28"),  # a Saturday that works, and the end of the month
        ("2024-01-30", Duration(months=1), "2024-02-29"),
        ("2024-02-29", Duration(years=1), "2025-02-28"),
        ("2023-02-28", Duration(years=1), "2024-02-28"),
        ("2024-08-31", Duration(years=1, months=6), "2026-02-28"),
        ("2025-06-30", Duration(months=0), "2025-06-30"),
    ],
)
def test_days_months_and_years_count_as_in_the_civil_code(start: str, amount: Duration, day: str) -> None:
    calendar = named("calendar-days")
    assert due(at(f"{start} 15:30"), amount, calendar) == at(day) + timedelta(days=1)
    assert end_of(last_day(date.fromisoformat(start), amount, calendar), calendar) == at(day) + timedelta(
        days=1
    )


def test_where_it_was_agreed_otherwise_a_last_day_of_rest_stays() -> None:
    fifteen = Duration(days=15)
    assert last_day(date(2026, 9, 17), fifteen, named("calendar-days-unmoved")) == date(2026, 10, 2)


def test_hours_run_around_the_clock_from_the_very_moment() -> None:
    start = at("2026-09-30 17:20:05.000123")
    assert due(start, Duration(hours=24), named("around-the-clock")) == at("2026-10-01 17:20:05.000123")
    assert due(start, Duration(minutes=1), named("around-the-clock")) == at("2026-09-30 17:21:05.000123")
    assert due(start, Duration(hours=1, minutes=30), named("calendar-days")) == at(
        "2026-09-30 18:50:05.000123"
    )


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2026-03-12 11:45", Duration(minutes=30), "2026-03-12 13:15"),  # over the lunch break
        ("2026-03-12 11:30", Duration(minutes=30), "2026-03-12 12:00"),  # full when the window closes
        ("2026-03-13 17:00", Duration(hours=1), "2026-03-16 09:00"),  # over a weekend
        ("2026-02-13 17:00", Duration(hours=1), "2026-02-14 09:00"),  # a make-up Saturday
        ("2026-09-30 17:20", Duration(hours=8), "2026-10-08 17:20"),  # over the National Day holiday
        ("2026-03-14 12:00", Duration(minutes=0), "2026-03-14 12:00"),  # nothing is due at once
    ],
)
def test_office_hours_count_only_while_the_office_is_open(
    start: str, amount: Duration, expected: str
) -> None:
    assert due(at(start), amount, named("office-hours")) == at(expected)


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2026-03-12 17:00", Duration(working_days=0), "2026-03-12 17:00"),
        ("2026-03-12 17:00:00.000001", Duration(working_days=0), "2026-03-13 17:00"),
        ("2026-03-13 17:01", Duration(working_days=0), "2026-03-16 17:00"),
        ("2026-03-12 09:00", Duration(working_days=1), "2026-03-13 17:00"),
        ("2026-03-12 17:01", Duration(working_days=1), "2026-03-16 17:00"),
        ("2026-03-14 23:00", Duration(working_days=1), "2026-03-16 17:00"),
        ("2026-03-12 09:00", Duration(days=3), "2026-03-16 17:00"),
        ("2026-09-30 18:00", Duration(days=1), "2026-10-08 17:00"),
    ],
)
def test_after_the_cut_off_a_contract_counts_as_come_the_next_day(
    start: str, amount: Duration, expected: str
) -> None:
    assert due(at(start), amount, named("office-hours")) == at(expected)


def test_without_a_cut_off_a_day_ends_at_close_of_business_and_the_same_day_may_be_over() -> None:
    shop = named("shop-hours")
    assert due(at("2026-03-12 09:00"), Duration(days=2), shop) == at("2026-03-14 20:00")
    assert due(at("2026-03-12 19:00"), Duration(working_days=1), shop) == at("2026-03-13 18:00")
    assert due(at("2026-03-12 19:00"), Duration(days=0), shop) == at("2026-03-13 18:00")


def test_a_pause_over_the_lunch_break_and_the_night_counts_nothing_twice() -> None:
    office = named("office-hours")
    paused = elapsed(at("2026-03-12 11:30"), at("2026-03-13 09:00"), office)
    assert paused == timedelta(hours=5, minutes=30)
    promised = due(at("2026-03-12 09:30"), Duration(hours=4), office)
    assert promised == at("2026-03-12 14:30")
    assert add(promised, paused, office) == at("2026-03-13 11:00")
    assert elapsed(at("2026-03-13 09:00"), at("2026-03-12 11:30"), office) == -paused


def test_next_open_names_the_first_moment_that_counts() -> None:
    office = named("office-hours")
    assert next_open(at("2026-09-30 17:30"), office) == at("2026-10-08 08:30")
    assert next_open(at("2026-03-12 12:30"), office) == at("2026-03-12 13:00")
    assert next_open(at("2026-03-12 10:00"), office) == at("2026-03-12 10:00")
    assert next_open(at("2026-03-14 10:00"), named("around-the-clock")) == at("2026-03-14 10:00")


@pytest.mark.parametrize(
    ("name", "amount"),
    [
        ("around-the-clock", Duration(days=1)),
        ("around-the-clock", Duration(working_days=1)),
        ("working-days", Duration(days=1)),
        ("calendar-days", Duration(working_days=1)),
    ],
)
def test_a_base_is_named_and_never_inferred(name: str, amount: Duration) -> None:
    assert not named(name).counts(amount)
    with pytest.raises(UnitNotCounted):
        due(at("2026-03-12"), amount, named(name))


@pytest.mark.parametrize(
    "written", [{}, {"hours": 1, "days": 1}, {"hours": -1}, {"hours": 1.5}, {"weeks": 1}, {"days": True}]
)
def test_a_duration_is_written_in_one_unit_of_whole_numbers(written: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Duration.model_validate(written)


def test_moments_are_aware_and_answers_are_in_utc() -> None:
    with pytest.raises(TypeError, match="offset-naive"):
        due(datetime(2026, 3, 12), Duration(hours=1), named("around-the-clock"))  # noqa: DTZ001 - refused
    assert due(at("2026-03-12"), Duration(working_days=1), named("working-days")).tzinfo is UTC


def test_a_day_before_1970_or_after_2099_is_refused_not_guessed() -> None:
    for year in ("1969", "2101"):
        for name in ("working-days", "calendar-days", "office-hours"):
            with pytest.raises(OutsideCalendar):
                due(
                    at(f"{year}-06-01"),
                    Duration(hours=1) if name == "office-hours" else one(name),
                    named(name),
                )
    with pytest.raises(OutsideCalendar):
        due(at("2099-12-30"), Duration(working_days=5), named("working-days"))
    with pytest.raises(OutsideCalendar):
        last_day(date(2026, 1, 1), Duration(years=1_000_000), named("calendar-days"))
    with pytest.raises(ValueError, match="0 or more"):
        add(at("2026-03-12"), timedelta(seconds=-1), named("working-days"))


def one(name: str) -> Duration:
    return Duration(working_days=1) if name == "working-days" else Duration(days=1)


def test_an_explanation_names_every_day_and_adds_up() -> None:
    office, start, end = named("office-hours"), at("2026-09-30 16:00"), at("2026-10-10 10:00")
    days = list(listing(start, end, office))
    assert [day.day.day for day in days] == [30, *range(1, 11)]
    assert [day.kind for day in days[1:8]] == [DayKind.HOLIDAY] * 7
    assert (days[1].label and days[1].label.zh, days[10].kind) == ("国庆节", DayKind.MAKE_UP)
    assert days[8].opens[0] == (at("2026-10-08 08:30"), at("2026-10-08 12:00"))
    assert (
        sum((day.counted for day in days), timedelta()) == elapsed(start, end, office) == timedelta(hours=19)
    )


def test_a_clock_touches_the_years_whose_schedule_it_rests_on() -> None:
    working = named("working-days")
    assert touches(at("2026-12-10"), at("2026-12-23 12:00"), working) == (2026,)
    assert touches(at("2026-12-10"), at("2026-12-24 12:00"), working) == (2026, 2027)
    assert touches(at("2026-12-10"), at("2027-01-05 00:00"), working) == (2026, 2027)
    assert touches(at("2026-12-10"), at("2027-01-05 00:00"), named("around-the-clock")) == ()
    assert touches(at("2026-12-10"), at("2027-01-05 00:00"), named("calendar-days-unmoved")) == ()


SOME_TIME = st.datetimes(datetime(2009, 1, 1), datetime(2030, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
NAMES = st.sampled_from(sorted(shipped_book().calendars))


@settings(max_examples=150, deadline=None)
@given(SOME_TIME, st.timedeltas(timedelta(0), timedelta(days=30)), NAMES)
def test_adding_what_has_elapsed_never_passes_the_end(start: datetime, span: timedelta, name: str) -> None:
    calendar = named(name)
    worked = elapsed(start, start + span, calendar)
    reached = add(start, worked, calendar)
    assert start <= reached <= start + span
    assert elapsed(start, reached, calendar) == worked
    assert sum((day.counted for day in listing(start, start + span, calendar)), timedelta()) == worked


@settings(max_examples=150, deadline=None)
@given(SOME_TIME, SOME_TIME, st.integers(0, 40), NAMES)
def test_who_starts_later_is_never_due_earlier(
    one: datetime, other: datetime, amount: int, name: str
) -> None:
    calendar = named(name)
    for promised in (
        Duration(hours=amount),
        Duration(days=amount),
        Duration(working_days=amount),
        Duration(months=amount),
    ):
        if calendar.counts(promised):
            assert due(min(one, other), promised, calendar) <= due(max(one, other), promised, calendar)
            assert due(one, promised, calendar) >= one


def test_a_shop_abroad_keeps_its_hours_when_the_clocks_change() -> None:
    text = shipped_book().document.replace('timezone = "Asia/Shanghai"', 'timezone = "America/New_York"')
    shop = CalendarBook.from_document(text).calendar("shop-hours")
    new_york = ZoneInfo("America/New_York")
    before = datetime(2026, 3, 7, 19, tzinfo=new_york)
    assert due(before, Duration(hours=2), shop) == datetime(2026, 3, 8, 10, tzinfo=new_york)
    through = due(before, Duration(hours=24), named("around-the-clock"))
    assert through.astimezone(new_york) == datetime(2026, 3, 8, 20, tzinfo=new_york)
