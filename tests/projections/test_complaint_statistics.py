"""Complaint statistics against a small log counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from cases import codes, events
from cases.store.database import Database
from projections.following.engine import Engine
from projections.questions.complaints import ComplaintStatistics, complaint_statistics
from projections.schema import Db
from tests.projections.lamps import Lamps, classified, closed, connected, received, wall

AT = wall("2026-04-15 12:00")


def driver_found() -> events.Inspected:
    return events.Inspected(
        stage=codes.InspectionStage.ARRIVAL, cause=codes.Cause.DRIVER, disposition=codes.Disposition.REPAIR
    )


def solved(*, is_solved: bool) -> events.Revisited:
    return events.Revisited(method=codes.RevisitMethod.PHONE, is_solved=is_solved, satisfaction=4)


@pytest.fixture(scope="module")
def bi(lamps: Lamps, database: Database) -> Iterator[Db]:
    """Two complaints in February, four in March (one late on the last evening), a repair that is no complaint."""
    for number in (1, 2):
        lamps.tell(
            f"February {number}",
            (f"2026-02-0{number} 09:00", received(f"AS-2{number}")),
            (f"2026-02-0{number} 09:10", classified("complaint", category="attitude")),
        )
    for number in (1, 2):
        lamps.tell(
            f"the driver hums {number}",
            (f"2026-03-0{number} 09:00", received(f"AS-3{number}")),
            (f"2026-03-0{number} 09:10", classified("complaint", category="product")),
            (f"2026-03-0{number} 10:00", driver_found()),
            (f"2026-03-0{number} 16:00", solved(is_solved=number == 1)),
            (f"2026-03-0{number} 17:00", closed()),
        )
    lamps.tell(
        "a rude word",
        ("2026-03-09 09:00", received("AS-33", product_model="moon-lamp")),
        ("2026-03-09 09:10", classified("complaint", category="attitude")),
    )
    lamps.tell(
        "just before midnight",
        ("2026-03-31 23:59", received("AS-34")),
        ("2026-04-01 08:00", classified("complaint", category="logistics", department="logistics")),
    )
    lamps.tell(
        "a repair", ("2026-03-05 09:00", received("AS-40")), ("2026-03-05 09:10", classified("repair"))
    )
    Engine(database).catch_up()
    with connected(database) as connection:
        yield connection


@pytest.fixture(scope="module")
def march(bi: Db) -> ComplaintStatistics:
    return complaint_statistics(bi, at=AT, first=date(2026, 3, 15), last=date(2026, 3, 1))


def test_a_month_counts_by_the_business_calendar(march: ComplaintStatistics) -> None:
    assert march.complaints == 4
    assert [(month.month, month.complaints, month.open) for month in march.months] == [
        (date(2026, 3, 1), 4, 2)
    ]


def test_a_month_is_held_against_the_one_before(march: ComplaintStatistics) -> None:
    assert (march.months[0].previous, march.months[0].change) == (2, 1.0)


def test_solved_is_counted_among_those_that_were_asked(march: ComplaintStatistics) -> None:
    assert (march.months[0].solved.numerator, march.months[0].solved.denominator) == (1, 2)


def test_the_largest_category_comes_first_with_its_cumulated_share(march: ComplaintStatistics) -> None:
    shares = [(row.code, row.complaints, row.share, row.cumulated) for row in march.pareto["category"]]
    assert shares == [("product", 2, 0.5, 0.5), ("attitude", 1, 0.25, 0.75), ("logistics", 1, 0.25, 1.0)]
    assert march.pareto["category"][0].label_zh == "产品问题"


def test_a_category_is_held_against_as_many_months_before(march: ComplaintStatistics) -> None:
    attitude = next(row for row in march.pareto["category"] if row.code == "attitude")
    assert (attitude.previous, attitude.change) == (2, -0.5)


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("cause", {"driver": 2, "unknown": 2}),
        ("product", {"lamp/kettle-lamp": 3, "lamp/moon-lamp": 1}),
        ("department", {"customer_service": 3, "logistics": 1}),
    ],
)
def test_complaints_are_counted_by_every_dimension(
    march: ComplaintStatistics, dimension: str, expected: dict[str, int]
) -> None:
    shares = {name: rows for name, rows in march.pareto.items() if name == dimension}
    assert {row.code: row.complaints for row in shares.popitem()[1]} == expected


def test_cells_tell_every_month_apart(bi: Db) -> None:
    both = complaint_statistics(bi, at=AT, first=date(2026, 2, 1), last=date(2026, 3, 1))
    cells = {
        (cell.month.month, cell.code): cell.complaints for cell in both.cells if cell.dimension == "category"
    }
    assert cells == {(2, "attitude"): 2, (3, "product"): 2, (3, "attitude"): 1, (3, "logistics"): 1}
    assert [month.complaints for month in both.months] == [2, 4]


def test_a_month_without_complaints_is_shown_as_such(bi: Db) -> None:
    quiet = complaint_statistics(bi, at=AT, first=date(2026, 1, 1), last=date(2026, 1, 1))
    assert (quiet.complaints, quiet.months[0].change, quiet.pareto["cause"]) == (0, None, ())


def test_what_came_after_the_instant_is_not_counted(bi: Db) -> None:
    early = complaint_statistics(
        bi, at=wall("2026-03-05 12:00"), first=date(2026, 3, 1), last=date(2026, 3, 1)
    )
    assert early.complaints == 2
