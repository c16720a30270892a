"""What is worked out before anybody asks: the first case under a regulation waits no longer than the thousandth."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from cases.calendars.counting import Calendar, due, elapsed
from cases.promises.terms import terms_of
from cases.reading_ahead import read_ahead
from tests.cases.scenario import published

AT: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)
TABLES: Final = {"walls", "base", "open_days"}


@pytest.mark.parametrize("name", ["lamp-factory", "home-store", "textile"])
def test_a_case_lays_out_no_calendar_that_its_regulation_counts_on(name: str) -> None:
    known = published(name)
    reference = replace(known, calendars={key: replace(book) for key, book in known.calendars.items()})
    read_ahead(reference)
    (bound,) = reference.at_hand()
    limits = [terms.due for terms in terms_of(bound) if terms.due is not None]
    counted_on = [(one.calendar, one.amount) for one in limits if one.calendar is not None]
    before = [_laid(calendar) for calendar, _ in counted_on]
    for calendar, amount in counted_on:
        elapsed(AT, AT + timedelta(days=1), calendar)
        if amount is not None and calendar.counts(amount):
            due(AT, amount, calendar)
    assert any(before)
    assert [_laid(calendar) for calendar, _ in counted_on] == before


def _laid(calendar: Calendar) -> set[str]:
    return TABLES & vars(calendar).keys()
