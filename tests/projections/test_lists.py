"""Worklist and case list: what comes next, page by page, without gaps or doubles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cases.errors import Malformed
from cases.store.database import Database
from projections.following.engine import Engine
from projections.questions.cases import CaseFilter, case_list
from projections.questions.worklist import worklist
from projections.schema import Db
from tests.projections.lamps import Lamps, classified, closed, connected, received, replied, wall

AT = wall("2026-03-10 12:00")


@pytest.fixture(scope="module")
def bi(lamps: Lamps, database: Database) -> Iterator[Db]:
    """Five open consultations, one answered, one imported."""
    for number in range(1, 6):
        lamps.tell(
            f"open {number}",
            (f"2026-03-0{number} 09:00", received(f"AS-{number}")),
            (f"2026-03-0{number} 09:10", classified("consultation", assigned_to=f"staff-{number % 2}")),
        )
    lamps.tell(
        "answered",
        ("2026-03-06 09:00", received("AS-6")),
        ("2026-03-06 09:10", classified("consultation")),
        ("2026-03-06 10:00", replied()),
        ("2026-03-06 11:00", closed()),
    )
    lamps.tell(
        "imported",
        ("2026-03-07 09:00", received("AS-7", is_live=False)),
        ("2026-03-07 09:10", classified("consultation")),
    )
    Engine(database).catch_up()
    with connected(database) as connection:
        yield connection


def due(bi: Db, limit: int) -> list[tuple[str | None, str]]:
    """The whole worklist, read page by page: case number and promise."""
    found, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page = worklist(bi, at=AT, limit=limit, cursor=cursor)
        found += [(item.case_no, item.clock_id.split(":")[2]) for item in page.items]
        cursor, pages = page.cursor, pages + 1
    return found


def test_the_most_overdue_comes_first(bi: Db) -> None:
    replies = [case_no for case_no, promise in due(bi, 100) if promise == "consultation-reply"]
    assert replies == ["AS-1", "AS-2", "AS-3", "AS-4", "AS-5"]


def test_pages_hold_every_clock_exactly_once(bi: Db) -> None:
    assert due(bi, 3) == due(bi, 100)


def test_an_imported_case_is_not_on_the_worklist(bi: Db) -> None:
    assert "AS-7" not in {case_no for case_no, _ in due(bi, 100)}


def test_a_person_sees_only_what_is_assigned_to_them(bi: Db) -> None:
    page = worklist(bi, at=AT, assigned_to="staff-0")
    assert {item.case_no for item in page.items} == {"AS-2", "AS-4"}


def test_an_item_says_by_how_much_it_is_overdue(bi: Db) -> None:
    item = next(item for item in worklist(bi, at=AT).items if "consultation-reply" in item.clock_id)
    assert (item.standing, item.overdue_seconds) == ("overdue", (8 * 24 + 3) * 3600)


def test_cases_are_listed_newest_first_page_by_page(bi: Db) -> None:
    first = case_list(bi, at=AT, limit=4)
    second = case_list(bi, at=AT, limit=4, cursor=first.cursor)
    assert [case.case_no for case in first.cases + second.cases] == [
        f"AS-{number}" for number in range(7, 0, -1)
    ]
    assert second.cursor is None


def test_cases_are_filtered(bi: Db) -> None:
    assert [case.case_no for case in case_list(bi, at=AT, wanted=CaseFilter(is_open=False)).cases] == ["AS-6"]
    assert [case.case_no for case in case_list(bi, at=AT, wanted=CaseFilter(is_live=False)).cases] == ["AS-7"]
    assert [case.case_no for case in case_list(bi, at=AT, wanted=CaseFilter(case_no="AS-3")).cases] == [
        "AS-3"
    ]


@pytest.mark.parametrize(
    ("at", "until", "numbers"),
    [
        ("2026-03-02 09:00", None, [2, 1]),
        ("2026-03-10 12:00", "2026-03-03 09:00", [2, 1]),
        ("2026-03-02 12:00", "2026-03-09 00:00", [2, 1]),
        ("2026-03-10 12:00", "2026-03-03 09:01", [3, 2, 1]),
    ],
)
def test_a_list_begins_at_the_instant_or_before_its_last_day_whichever_is_earlier(
    at: str, until: str | None, numbers: list[int], bi: Db
) -> None:
    wanted = CaseFilter(opened_until=wall(until) if until else None, is_open=True)
    pages = [case_list(bi, at=wall(at), wanted=wanted, limit=1)]
    while cursor := pages[-1].cursor:
        pages.append(case_list(bi, at=wall(at), wanted=wanted, limit=1, cursor=cursor))
    assert [case.case_no for page in pages for case in page.cases] == [f"AS-{number}" for number in numbers]


def test_a_case_that_came_later_was_not_there_yet(bi: Db) -> None:
    assert [case.case_no for case in case_list(bi, at=wall("2026-03-02 12:00")).cases] == ["AS-2", "AS-1"]


@pytest.mark.parametrize("cursor", ["x", "bm90IGpzb24", "WzEsIDJd", "WyIyMDI2LTAzLTAxIiwgIngiXQ"])
def test_a_strange_cursor_is_refused_without_quoting_it(bi: Db, cursor: str) -> None:
    with pytest.raises(Malformed) as refusal:
        case_list(bi, at=AT, cursor=cursor)
    assert cursor not in str(refusal.value.details)
