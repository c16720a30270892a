"""Promises in a chain (S1 二): answered in 30 minutes, then a technician in 2 hours, then a result in 3 days."""

from __future__ import annotations

import pytest

from cases import codes, events
from cases.errors import BrokenHistory
from cases.promises.clock import Verdict
from cases.promises.clocks import clocks
from cases.regulation.packs import BrokenPack, read_regulation
from tests.cases.clock_stories import (
    HUMMING,
    PROMISE,
    REOPENED,
    REPLY,
    RESUMED,
    WAITING,
    Story,
    classified,
    closed,
    promise,
    story,
    wall,
)

FIRST = promise("answer", 'fact = "Received"', 'fact = "Responded", step = "reply"', "minutes = 30")
REST = """
[[promise]]
id = "technician"
after = "answer"
stop = { fact = "Responded", step = "preliminary_plan" }
within = { hours = 2 }
pause = { from = { fact = "Paused" }, to = { fact = "Resumed" } }

[[promise]]
id = "result"
after = "technician"
stop = { fact = "Responded", step = "solution" }
within = { days = 3, calendar = "calendar-days" }
"""
PLAN = events.Responded(step=codes.Step.PRELIMINARY_PLAN)
SOLUTION = events.Responded(step=codes.Step.SOLUTION)


def asked() -> Story:
    return story(FIRST + REST).at("2026-03-02 09:00", HUMMING)


def test_each_stage_starts_when_the_one_before_is_stopped() -> None:
    told = asked()
    assert list(told.clocks()) == ["answer:1"]
    told = told.at("2026-03-02 09:20", REPLY)
    assert told.clock("technician:1").due_at == wall("2026-03-02 11:20")
    told = told.at("2026-03-02 11:00", PLAN)
    assert told.clock("result:1").due_at == wall("2026-03-06 00:00")
    done = told.at("2026-03-05 23:59", SOLUTION)
    assert {clock.verdict for clock in done.clocks().values()} == {Verdict.MET}
    assert done.clock("result:1").moved_by == (3, 4)


def test_a_late_stage_leaves_the_next_one_its_whole_time() -> None:
    told = asked().at("2026-03-02 12:00", REPLY).at("2026-03-02 14:00", PLAN)
    assert (told.verdict("answer:1"), told.verdict("technician:1")) == (Verdict.BREACHED, Verdict.MET)


def test_a_second_answer_starts_no_second_stage() -> None:
    told = asked().at("2026-03-02 09:20", REPLY).at("2026-03-02 11:00", PLAN).at("2026-03-02 12:00", REPLY)
    assert list(told.clocks()) == ["answer:1", "technician:1", "result:1"]


def test_who_did_the_next_step_first_need_not_do_it_again() -> None:
    told = asked().at("2026-03-02 09:05", PLAN).at("2026-03-02 09:20", REPLY)
    clock = told.clock("technician:1")
    assert (clock.verdict, clock.stopped_at, clock.moved_by) == (
        Verdict.MET,
        wall("2026-03-02 09:20"),
        (2, 3),
    )
    assert told.clock("result:1").started_at == wall("2026-03-02 09:20")
    at_once = (
        asked().at("2026-03-02 09:05", SOLUTION).at("2026-03-02 09:10", PLAN).at("2026-03-02 09:20", REPLY)
    )
    assert at_once.verdict("result:1") is Verdict.MET


def test_what_was_said_before_the_demand_is_no_step_of_its_chain() -> None:
    told = story(FIRST + REST).at("2026-03-02 08:00", PLAN).at("2026-03-02 09:00", HUMMING)
    assert told.at("2026-03-02 09:20", REPLY).verdict("technician:1") is Verdict.OPEN


def test_one_fact_may_be_the_step_of_two_stages() -> None:
    text = promise("touch", 'fact = "Received"', 'fact = "Responded"', "minutes = 30") + promise(
        "reply", 'fact = "Received"', 'fact = "Responded", step = "reply"', "hours = 2"
    ).replace('start = { fact = "Received" }', 'after = "touch"')
    told = story(text).at("2026-03-02 09:00", HUMMING).at("2026-03-02 09:20", REPLY)
    assert [clock.verdict for clock in told.clocks().values()] == [Verdict.MET, Verdict.MET]


def test_a_stage_pauses_by_its_own_rule() -> None:
    told = (
        asked().at("2026-03-02 09:20", REPLY).at("2026-03-02 10:00", WAITING).at("2026-03-02 12:00", RESUMED)
    )
    assert told.clock("technician:1").due_at == wall("2026-03-02 13:20")


def test_a_stage_that_is_no_longer_owed_starts_nothing() -> None:
    told = asked().at("2026-03-02 09:10", closed("withdrawn"))
    assert {name: clock.verdict for name, clock in told.clocks().items()} == {"answer:1": Verdict.CANCELLED}
    told = asked().at("2026-03-02 09:20", REPLY).at("2026-03-02 10:00", closed("withdrawn"))
    assert told.verdict("technician:1") is Verdict.CANCELLED


def test_a_reopened_case_goes_through_the_chain_again() -> None:
    told = asked().at("2026-03-02 09:20", REPLY).at("2026-03-02 10:00", PLAN).at("2026-03-02 12:00", SOLUTION)
    told = (
        told.at("2026-03-02 13:00", closed()).at("2026-03-09 09:00", REOPENED).at("2026-03-09 09:20", REPLY)
    )
    assert told.clock("technician:2").due_at == wall("2026-03-09 11:20")
    assert told.verdict("technician:2") is Verdict.OPEN
    assert told.verdict("technician:1") is Verdict.MET


def test_one_answer_to_two_cycles_starts_one_next_stage() -> None:
    told = (
        asked()
        .at("2026-03-02 09:10", closed())
        .at("2026-03-02 09:15", REOPENED)
        .at("2026-03-02 09:20", REPLY)
    )
    assert [name for name in told.clocks() if name.startswith("technician")] == ["technician:2"]


def test_a_corrected_answer_moves_the_stage_after_it() -> None:
    told = asked().at("2026-03-02 09:20", REPLY)
    moved = told.corrected("2026-03-02 10:00", 2, happened_at=wall("2026-03-02 09:40").isoformat())
    clock = moved.clock("technician:1")
    assert (clock.due_at, clock.is_corrected) == (wall("2026-03-02 11:40"), True)


def test_a_stage_of_one_kind_of_case_only() -> None:
    text = FIRST + REST.replace('id = "technician"', 'id = "technician"\napplies = { kind = "repair" }')
    told = story(text).at("2026-03-02 09:00", HUMMING).at("2026-03-02 09:20", REPLY)
    assert list(told.clocks()) == ["answer:1"]
    assert told.at("2026-03-02 09:30", classified("repair")).verdict("technician:1") is Verdict.OPEN


CHAIN = """
id = "lamp-chain"
version = "1"
label = { zh = "灯", en = "Lamp" }
effective_from = 2026-01-01

""" + (FIRST + REST).replace("[[promise]]", f"[[promise]]{PROMISE}")


@pytest.mark.parametrize("named", ["answers", "technician", "result"])
def test_a_chain_names_a_promise_that_stands_before_it(named: str) -> None:
    wrong = CHAIN.replace('after = "answer"', f'after = "{named}"')
    with pytest.raises(BrokenPack, match=f"promise technician: after: .*{named}"):
        read_regulation(wrong)
    assert len(read_regulation(CHAIN).regulation.promise) == 3


def test_a_promise_starts_at_a_fact_or_after_another_promise() -> None:
    both = CHAIN.replace('after = "answer"', 'after = "answer"\nstart = { fact = "Received" }')
    with pytest.raises(BrokenPack, match="name either start"):
        read_regulation(both)


def test_a_chain_that_was_never_checked_stops_loudly() -> None:
    told = story(REST).at("2026-03-02 09:00", HUMMING)
    with pytest.raises(BrokenHistory):
        clocks(told.facts, told.rules)
