"""Clocks that stand apart by a number: every receipt for goods taken along is kept for itself (S2 三/8)."""

from __future__ import annotations

import pytest

from cases import events
from cases.promises.clock import Verdict
from cases.regulation.packs import BrokenPack, read_regulation, shipped_text
from tests.cases.clock_stories import HUMMING, PROMISE, REOPENED, Story, closed, promise, story, wall

PROMISED = promise(
    "back", 'fact = "CustodyTaken"', 'fact = "CustodyReturned"', "days = 3", 'same = ["receipt_no"]'
)


def taken(number: str) -> events.CustodyTaken:
    return events.CustodyTaken(receipt_no=number)


def back(number: str) -> events.CustodyReturned:
    return events.CustodyReturned(receipt_no=number, is_receipt_recovered=True)


def two_taken() -> Story:
    return (
        story(PROMISED.replace("days = 3", "hours = 72"))
        .at("2026-03-02 09:00", HUMMING)
        .at("2026-03-02 10:00", taken("R-7"))
        .at("2026-03-03 10:00", taken("R-8"))
    )


def test_each_receipt_has_a_clock_of_its_own() -> None:
    clocks = two_taken().clocks()
    assert {name: clock.due_at for name, clock in clocks.items()} == {
        "back:1": wall("2026-03-05 10:00"), "back:1:2": wall("2026-03-06 10:00"),
    }  # fmt: skip


def test_what_comes_back_stops_the_clock_of_its_own_receipt() -> None:
    told = two_taken().at("2026-03-04 10:00", back("R-8"))
    assert (told.verdict("back:1"), told.verdict("back:1:2")) == (Verdict.OPEN, Verdict.MET)
    told = told.at("2026-03-05 10:01", back("R-7"))
    assert told.verdict("back:1") is Verdict.BREACHED
    assert told.clock("back:1").moved_by == (2, 5)


def test_what_comes_back_against_a_receipt_that_nobody_gave_stops_nothing() -> None:
    told = two_taken().at("2026-03-04 10:00", back("R-9"))
    assert {clock.verdict for clock in told.clocks().values()} == {Verdict.OPEN}


def test_who_gives_the_demand_up_ends_them_all() -> None:
    told = two_taken().at("2026-03-04 10:00", closed("withdrawn"))
    assert {clock.verdict for clock in told.clocks().values()} == {Verdict.CANCELLED}


def test_a_receipt_told_late_renames_no_clock() -> None:
    told = two_taken().at("2026-03-02 09:30", taken("R-6"))
    assert {name: clock.started_by for name, clock in told.clocks().items()} == {
        "back:1": 2, "back:1:2": 3, "back:1:3": 4,
    }  # fmt: skip


def test_a_receipt_of_the_next_cycle_begins_anew() -> None:
    told = two_taken().at("2026-03-04 10:00", back("R-7")).at("2026-03-04 10:00", back("R-8"))
    again = told.at("2026-03-05 10:00", closed()).at("2026-03-06 10:00", REOPENED)
    assert set(again.at("2026-03-06 11:00", taken("R-7")).clocks()) == {"back:1", "back:1:2", "back:2"}


@pytest.mark.parametrize(
    ("same", "said"),
    [
        ('same = ["receipt"]', "CustodyReturned has no field receipt; did you mean receipt_no?"),
        ('same = ["is_agreed"]', "CustodyReturned has no field is_agreed"),
    ],
)
def test_clocks_stand_apart_only_by_what_start_and_stop_both_tell(same: str, said: str) -> None:
    text = shipped_text("home-store").replace('same = ["receipt_no"]\nwithin', f"{same}\nwithin", 1)
    with pytest.raises(BrokenPack) as broken:
        read_regulation(text)
    assert any(said in problem.what for problem in broken.value.problems), broken.value


def test_what_comes_after_another_promise_has_no_clocks_apart() -> None:
    later = promise("later", "", 'fact = "Closed"', "days = 1", 'after = "back"', 'same = ["receipt_no"]')
    told = (PROMISED + later.replace("start = {  }\n", "")).replace("[[promise]]", f"[[promise]]{PROMISE}")
    head = 'id = "x"\nversion = "1"\neffective_from = 2000-01-01\nlabel = { zh = "店", en = "Shop" }\n'
    with pytest.raises(BrokenPack, match="same goes with start"):
        read_regulation(head + told)
