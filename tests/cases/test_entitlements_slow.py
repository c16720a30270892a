"""Windows and warranty against a slow count, day by day, on another library's holidays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import chinese_calendar
from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from tests.cases.scenario import SHANGHAI, classified, given, lamp_rules, received, told

RULES = lamp_rules()
DAY = timedelta(days=1)


def slowly(start: date, *, days: int = 0, years: int = 0) -> date:
    """Count days one by one, or look for the same day of a later year; then wait for a working day."""
    end = start
    for _ in range(days):
        end += DAY
    if years:
        end = start + DAY
        while (end.year, end.month) != (start.year + years, start.month):
            end += DAY
        while end.day < start.day and (end + DAY).month == start.month:
            end += DAY
    while not chinese_calendar.is_workday(end):
        end += DAY
    return end


what = st.sampled_from(["quality", "not_fit", "repair"])
dates = st.dates(date(2023, 12, 20), date(2025, 11, 15))


@settings(max_examples=500, deadline=None)
@any_of(
    dates,
    st.integers(-20, 40),
    st.integers(-2, 400),
    st.sampled_from(["quality", "not_fit", "repair"]),
    st.booleans(),
)
def test_windows_equal_a_slow_count(bought: date, travel: int, after: int, asked: str, online: bool) -> None:
    got, applied = bought + travel * DAY, bought + after * DAY
    intake = received(
        purchased_on=bought, goods_received_on=got, sales_channel="online" if online else "store"
    )
    kind = classified("repair") if asked == "repair" else classified("return", asked)
    story = given(told(intake, at=datetime.combine(applied, time(23, 59), SHANGHAI)), kind, rules=RULES)
    later = max(bought, got)
    name, end = {
        "quality": ("quality-return-window", slowly(later, days=15)),
        "not_fit": ("not-fit-return-window", slowly(later, days=7)),
        "repair": ("warranty", slowly(later, years=1)),
    }[asked]
    verdict = story.verdict(name)
    assert verdict.result["window_end"] == end.isoformat()
    assert verdict.is_granted is (applied <= end)
    if online and asked != "repair":
        assert story.verdict("distance-sale-return").is_granted is (applied <= slowly(got, days=7))
