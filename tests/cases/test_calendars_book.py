"""The calendar document: its years agree with two independent sources, and a published year never moves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import chinese_calendar
import holidays
import pytest

from cases.calendars.amounts import Duration
from cases.calendars.book import CalendarBook, shipped_book
from cases.calendars.counting import due
from cases.calendars.parts import DayKind, WorkingYears, YearStatus
from cases.calendars.walls import day_number
from tests.cases.write_calendar_years import MARK, years

OFFICIAL = range(2008, 2027)
CHANGED = 'version = "2026.2"'


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=step) for step in range(366 if year % 4 == 0 else 365)]


def edited(*changes: tuple[str, str], version: str = CHANGED) -> CalendarBook:
    """The shipped document as a later version with some lines changed."""
    text = shipped_book().document
    for before, after in (('version = "2026.1"', version), *changes):
        assert before in text
        text = text.replace(before, after, 1)
    return CalendarBook.from_document(text)


def next_years_notice() -> tuple[str, str]:
    """The State Council publishes 2027: 31 December 2026 is made up for on Sunday the 27th."""
    return (
        'year = 2027\nstatus = "provisional"\nmake_up = []\nholiday = [\n    { first = 2027-01-01,',
        'year = 2027\nstatus = "official"\nmake_up = [2026-12-27]\nholiday = [\n    { first = 2026-12-31,',
    )


@pytest.mark.parametrize("year", OFFICIAL)
def test_every_day_of_a_published_year_agrees_with_two_sources(year: int) -> None:
    told = shipped_book().years
    china = holidays.country_holidays("CN", years=year)
    for day in days_of(year):
        number = day_number(day)
        is_working, name = told.kind(number).is_working, told.label(number)
        assert is_working == bool(chinese_calendar.is_workday(day)), day
        assert is_working == china.is_working_day(day), day
        if (told.kind(number) is DayKind.HOLIDAY) != (day in chinese_calendar.constants.holidays):
            assert day.weekday() > 4, "only a weekend that adjoins a holiday may be told as part of it"
        assert (name is not None) == (told.kind(number) is DayKind.HOLIDAY)


def test_years_without_a_notice_are_provisional_and_unknown_ones_missing() -> None:
    told = shipped_book().years
    assert {told.status(year) for year in OFFICIAL} == {YearStatus.OFFICIAL}
    assert {told.status(year) for year in range(2027, 2031)} == {YearStatus.PROVISIONAL}
    assert (told.status(2031), told.version(2031)) == (YearStatus.MISSING, "missing")
    assert told.kind(day_number(date(2031, 10, 1))) is DayKind.WEEKDAY


def test_the_published_years_are_what_the_script_writes() -> None:
    shipped = shipped_book().document.split(MARK)[1]
    written = years(OFFICIAL[0], OFFICIAL[-1], 2030)
    assert shipped.split("year = 2027")[0] == written.split("year = 2027")[0]


def test_a_book_is_its_text_byte_for_byte() -> None:
    book = CalendarBook.from_document(shipped_book().document)
    assert book is shipped_book(), "the tables of one text are laid out once"
    assert book.sha256 == sha256(book.document.encode()).hexdigest()
    assert (book.name, book.version) == ("china", "2026.1")
    assert book.calendar("working-days").version == "2026.1"
    with pytest.raises(KeyError, match="moon-days"):
        book.calendar("moon-days")


def test_a_provisional_year_takes_the_official_one_and_a_published_year_never_moves() -> None:
    old = shipped_book()
    new = edited(next_years_notice(), ("make_up = [2026-01-04, ", "make_up = ["))
    settled = old.settled_by([new])
    assert settled.years.version(2026) == old.years.version(2026) != new.years.version(2026)
    assert settled.years.version(2027) != old.years.version(2027)
    assert old.settled_by([old]) is old
    assert settled.years.version(2027) == new.years.version(2027)
    assert old.settled_by([old, new, edited(version='version = "2026.3"')]) == settled


def test_publishing_next_year_moves_an_open_clock_at_the_turn_of_the_year() -> None:
    start, two = datetime(2026, 12, 30, 2, tzinfo=UTC), Duration(working_days=2)
    old = shipped_book()
    settled = old.settled_by([edited(next_years_notice())])
    before = due(start, two, old.calendar("working-days"))
    after = due(start, two, settled.calendar("working-days"))
    assert before == datetime(2027, 1, 4, 16, tzinfo=UTC)
    assert after == datetime(2027, 1, 5, 16, tzinfo=UTC)
    assert old.calendar("working-days").year_versions((2026, 2027))[2027].startswith("provisional-")
    assert settled.calendar("working-days").year_versions((2026, 2027))[2027].startswith("official-")
    assert settled.document == old.document


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('name = "working-days"', 'name = "around-the-clock"', "two calendars have one name"),
        ("year = 2009", "year = 2008", "reaches from 24 December"),
        ("make_up = [2009-01-04, ", "make_up = [2009-01-01, ", "named twice"),
        ("first = 2009-01-25, last = 2009-01-31", "first = 2009-01-31, last = 2009-01-25", "ends before"),
        ('timezone = "Asia/Shanghai"', 'timezone = "Asia/Atlantis"', "no such time zone"),
        ("cut_off = 17:00:00", "cut_off = 08:30:00", "after the opening"),
        ('mon = ["09:00-12:00", ', 'mon = ["09:00-14:00", ', "do not overlap"),
        ('mon = ["09:00-12:00", ', 'mon = ["12:00-09:00", ', "opens before it closes"),
        ('mon = ["09:00-12:00", ', 'mon = ["nine to twelve", ', "write a window as"),
        ('make_up = ["08:30-12:00", "13:00-17:30"]\n', "", "name the windows of make-up days"),
        ("last_day_moves = false", "last_day_stays = true", "last_day_stays"),
        ("last_day_moves = false", "cut_off = 17:00:00", "only business hours"),
        ('kind = "working_days"', 'kind = "business_hours"', "name their week"),
    ],
)
def test_a_document_that_contradicts_itself_is_refused_with_the_reason(
    before: str, after: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        edited((before, after))


def test_a_day_cannot_be_told_by_two_years() -> None:
    first, *_ = shipped_book().year
    with pytest.raises(ValueError, match="told twice"):
        WorkingYears([first, first.model_copy(update={"year": 2007})])
