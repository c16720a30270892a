"""Writes the years of cases/calendars/years/china.toml from the `holidays` package.

Run `python -m tests.cases.write_calendar_years 2008 2026 2030`: the first year, the last one that the State
Council has published, the last provisional one. What it prints replaces everything below the line MARK.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, timedelta

import holidays

MARK = "# Years: written by tests/cases/write_calendar_years.py; change them there.\n"
ENGLISH = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日": "70th Anniversary of Victory",
}
DAY = timedelta(days=1)


class Schedule:
    """What the package says of every day, from the year before the first to the year after the last."""

    def __init__(self, first: int, last: int) -> None:
        self.off: dict[date, str] = {}
        self.make_up: set[date] = set()
        for year in range(first - 1, last + 2):
            told = holidays.country_holidays("CN", years=year, language="zh_CN")
            self.off |= dict(told.items())
            self.make_up |= set(getattr(told, "weekend_workdays", ()))

    def rests(self, day: date) -> bool:
        return day in self.off or (day.weekday() > 4 and day not in self.make_up)

    def spans(self) -> Iterator[tuple[date, date]]:
        """Yield the days off in a row around every holiday, weekends included, as the notices give them."""
        done = date.min
        for day in sorted(self.off):
            if day <= done:
                continue
            first = done = day
            while self.rests(first - DAY):
                first -= DAY
            while self.rests(done + DAY):
                done += DAY
            yield first, done

    def name(self, first: date, last: date) -> str:
        days = (first + timedelta(days=step) for step in range((last - first).days + 1))
        told = "; ".join(self.off.get(day, "") for day in days).replace("农历除夕", "春节")
        found = sorted((told.index(name), name) for name in ENGLISH if name in told)
        return "、".join(name for _, name in found)


def notice(day: date) -> int:
    """A day in the last week of December belongs to the notice of the next year."""
    return day.year + (day.month == 12 and day.day >= 24)


def parts(schedule: Schedule) -> Iterator[tuple[int, date, date, str]]:
    """Cut a span at the notices' border, which only New Year's crosses."""
    for first, last in schedule.spans():
        yield notice(last), first, last, schedule.name(first, last)


def years(first: int, official: int, last: int) -> str:
    """Write the TOML tables of the years."""
    schedule = Schedule(first, last)
    lines = []
    for year in range(first, last + 1):
        make_up = ", ".join(str(day) for day in sorted(schedule.make_up) if notice(day) == year)
        status = "official" if year <= official else "provisional"
        lines += [
            "",
            "[[year]]",
            f"year = {year}",
            f'status = "{status}"',
            f"make_up = [{make_up}]",
            "holiday = [",
        ]
        for of_year, begins, ends, name in parts(schedule):
            if of_year == year:
                english = ", ".join(ENGLISH[word] for word in name.split("、"))
                label = f'{{ zh = "{name}", en = "{english}" }}'
                lines.append(f"    {{ first = {begins}, last = {ends}, label = {label} }},")
        lines.append("]")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(years(*(int(word) for word in sys.argv[1:4])))
