"""The periods that programmes are held for: how they are written, where they begin, what follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.errors import Malformed
from cases.period import Period
from cases.regulation.rules import BEIJING

WRITTEN = ("2026-W45", "2026-10", "2026-Q4", "2026-H2", "2026", "2026-09-P2M")


@pytest.mark.parametrize("written", WRITTEN)
def test_a_period_is_read_as_it_is_written_and_its_days_are_its_own(written: str) -> None:
    period = Period.parse(written)
    assert str(period) == written
    last = period.after - timedelta(days=1)
    assert {Period.holding(day, period.months) for day in (period.first, last)} == {period}
    assert Period.holding(period.after, period.months) == period.following != period


@pytest.mark.parametrize(
    "written",
    ["2026-W54", "2026-W1", "2026-Q5", "2026-H3", "2026-13", "2026-1", "2026-10-P1M", "2026-10-P2M", "0000", "9999"],
)  # fmt: skip
def test_what_is_no_period_or_begins_within_one_is_refused(written: str) -> None:
    with pytest.raises(Malformed, match="2026-Q4"):
        Period.parse(written)


def test_a_week_belongs_to_the_year_of_its_thursday() -> None:
    assert str(Period.holding(date(2027, 1, 1), 0)) == "2026-W53"
    assert str(Period.parse("2026-W53").following) == "2027-W01"


def test_a_period_begins_and_ends_at_midnight_of_the_business_time_zone() -> None:
    quarter = Period.parse("2026-Q4")
    assert quarter.begins(BEIJING) == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert quarter.ends(BEIJING) == datetime(2026, 12, 31, 16, tzinfo=UTC)
