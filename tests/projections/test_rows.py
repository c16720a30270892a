"""Rows are a pure function of a case's facts: what each table says of a history told by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cases import codes, events
from cases.events import CASE_FACTS
from cases.fact import Fact, Money
from cases.recorded import Recorded
from cases.regulation.rules import Reference
from projections.casefile import CaseFacts
from projections.registry import DIMS, FACTS, GROWING, rows
from projections.tables.dims import FACT_LABELS, TOLD_APART
from tests.cases.clock_stories import story
from tests.projections.lamps import case_id, classified, closed, received, recorded, reference, replied, wall

CASE = case_id("the kettle lamp that hums")
DRIVER = events.Inspected(
    stage=codes.InspectionStage.RETURN_CHECK,
    cause=codes.Cause.DRIVER,
    disposition=codes.Disposition.REFUND,
    is_passed=True,
)


def corrected(version: int, **more: object) -> events.Corrected:
    return events.Corrected.model_validate({"corrects": version, "reason": "typing_error", **more})


def history(*steps: tuple[str, Fact]) -> tuple[Recorded, ...]:
    """Facts as the log gives them back, each recorded a minute after it is claimed to have happened."""
    return tuple(
        recorded(
            CASE, number, wall(f"2026-{at}:00"), fact, position=number, recorded_at=wall(f"2026-{at}:01")
        )
        for number, (at, fact) in enumerate(steps, 1)
    )


def table(name: str, *steps: tuple[str, Fact]) -> list[dict[str, Any]]:
    """The rows of one table, by column."""
    columns = [column.name for known in FACTS if known.name == name for column in known.columns]
    found = rows(CaseFacts(CASE, history(*steps)), reference())
    return [dict(zip(columns, row, strict=True)) for row in found[name]]


RETURN: tuple[tuple[str, Fact], ...] = (
    ("03-02 09", received("AS-7", region="Suzhou")),
    ("03-02 10", classified("return", reason="quality", category="return_exchange", assigned_to="staff-wu")),
    ("03-02 11", replied("first_touch")),
    ("03-04 09", DRIVER),
    ("03-05 09", events.Refunded(amount=Money(minor=19900))),
    ("03-06 09", closed()),
)


def test_a_row_has_a_value_for_every_column() -> None:
    found = rows(CaseFacts(CASE, history(*RETURN)), reference())
    for known in (*FACTS, *(table for table, _ in GROWING)):
        assert {len(row) for row in found[known.name]} <= {len(known.columns)}
        required = [place for place, column in enumerate(known.columns) if not column.is_optional]
        assert all(row[place] is not None for row in found[known.name] for place in required)


def test_rows_are_the_same_whenever_they_are_drawn() -> None:
    case = CaseFacts(CASE, history(*RETURN))
    assert rows(case, reference()) == rows(case, reference())


def test_a_case_fills_up_as_it_passes_its_milestones() -> None:
    (row,) = table("fct_cases", *RETURN)
    assert (row["received_at"], row["inspected_at"]) == (wall("2026-03-02 09:00"), wall("2026-03-04 09:00"))
    assert (row["shipped_at"], row["repaired_at"]) == (None, None)
    assert (row["refunded_minor"], row["stage"], row["outcome"]) == (19900, "closed", "solved")
    assert (row["cause"], row["product_id"], row["region"]) == ("driver", "lamp/kettle-lamp", "Suzhou")
    assert row["regulations"] == "lamp-factory@2026.3"


def test_a_row_says_which_fact_it_stands_on_and_when_that_was_recorded() -> None:
    (row,) = table("fct_cases", *RETURN)
    assert (row["last_position"], row["updated_at"]) == (6, wall("2026-03-06 09:01"))


def test_a_reopened_case_is_open_again_in_its_second_cycle() -> None:
    (row,) = table("fct_cases", *RETURN, ("03-09 09", events.Reopened(reason="it hums again")))
    assert (row["closed_at"], row["outcome"], row["cycle"]) == (None, "unknown", 2)


def test_a_transfer_gives_the_case_to_another_department() -> None:
    moved = events.Transferred(department=codes.Department.QUALITY, assigned_to="staff-he")
    (row,) = table("fct_cases", *RETURN[:3], ("03-03 09", moved))
    assert (row["department"], row["assigned_to"]) == ("quality", "staff-he")


def test_a_case_of_which_nothing_is_known_yet_still_has_its_row() -> None:
    (row,) = table("fct_cases", ("03-02 09", events.Noted(word="a lamp without a label")))
    assert (row["kind"], row["product_id"], row["case_no"]) == ("unknown", "unknown", None)
    assert row["opened_at"] == wall("2026-03-02 09:00")


def test_every_fact_has_a_row_as_recorded_and_as_corrected() -> None:
    right = corrected(4, happened_at="2026-03-03T09:00:00+08:00")
    found = table("fct_case_events", *RETURN, ("03-07 09", right))
    assert [row["event_type"] for row in found][-1] == "Corrected"
    inspected = found[3]
    assert (inspected["occurred_at"], inspected["corrected_at"]) == (
        wall("2026-03-04 09:00"),
        wall("2026-03-03 09:00"),
    )
    assert (inspected["is_corrected"], inspected["corrected_by"], inspected["last_position"]) == (True, 7, 7)
    assert (found[0]["is_corrected"], found[0]["last_position"]) == (False, 1)


def test_a_part_of_a_claim_tells_what_how_and_how_much() -> None:
    claim = {"kind": "direct_loss", "amount": {"minor": 8000}, "item": "PC-7", "formula": "loss-2026.1"}
    part = {"movement": "used", "stock": "component", "item": "DRV-20"}
    found = table(
        "fct_case_events", *RETURN[:2], ("03-03 09", events.StockMoved.model_validate(part)),
        ("03-03 10", events.Compensated.model_validate(claim)),
        ("03-07 09", corrected(4, changes={"amount": {"minor": 7500, "currency": "CNY"}})),
    )  # fmt: skip
    told = [
        tuple(row[name] for name in ("what", "how", "item", "amount_minor", "currency")) for row in found[2:4]
    ]
    assert told == [
        ("component", "used", "DRV-20", None, None),
        ("direct_loss", None, "PC-7", 7500, "CNY"),
    ]


def test_what_went_up_names_its_clock_and_its_level() -> None:
    alarm = {"level": "supervisor", "reason": "overdue", "clock": "c:1", "is_automatic": True}
    by_hand = {"level": "management", "reason": "major"}
    found = table(
        "fct_case_events", *RETURN[:2], ("03-03 09", events.Escalated.model_validate(alarm)),
        ("03-03 10", events.Escalated.model_validate(by_hand)),
    )  # fmt: skip
    told = [tuple(row[name] for name in ("item", "level", "what")) for row in found]
    assert told[2:] == [("c:1", "supervisor", "overdue"), (None, "management", "major")]
    assert told[:2] == [(None, None, "phone"), (None, None, "return")]


def test_every_fact_and_every_code_that_tells_it_apart_has_its_labels() -> None:
    assert FACT_LABELS.keys() == CASE_FACTS.keys()
    labels = {(row.vocabulary, row.code) for row in dims("dim_codes")}
    for row in dims("dim_event_types"):
        fields = zip(TOLD_APART.get(row.code, ()), (row.what_vocabulary, row.how_vocabulary), strict=False)
        for field, vocabulary in fields:
            assert (field is None) is (vocabulary is None), row
            assert vocabulary is None or (vocabulary, "unknown") in labels, row


def dims(name: str) -> tuple[Any, ...]:
    """The fixed rows of a dim."""
    return next(table.fixed for table in DIMS if table.name == name)


def test_a_withdrawn_fact_stays_to_be_seen_and_counts_no_more() -> None:
    steps = (*RETURN[:5], ("03-07 09", corrected(5, is_withdrawn=True)))
    refund = table("fct_case_events", *steps)[4]
    assert (refund["is_withdrawn"], refund["corrected_at"]) == (True, None)
    assert table("fct_cases", *steps)[0]["refunded_minor"] == 0


def test_a_clock_row_names_its_clause_what_moved_it_and_how_it_ended() -> None:
    steps = (
        ("03-02 09", received("AS-8")),
        ("03-02 10", classified("consultation")),
        ("03-02 15", replied()),
    )
    row = next(row for row in table("fct_sla_clocks", *steps) if row["promise"] == "consultation-reply")
    assert row["clause_id"] == "lamp-factory@2026.3/promise/consultation-reply"
    assert (row["due_at"], row["stopped_at"]) == (wall("2026-03-03 09:00"), wall("2026-03-02 15:00"))
    assert (row["verdict"], row["verdict_as_recorded"], row["raw_seconds"]) == ("met", "met", 6 * 3600)
    assert (row["moved_by"], row["warned_at"]) == ([1, 3], wall("2026-03-03 03:00"))


def test_an_excluded_clock_names_who_approved_it() -> None:
    leave = events.Approved.model_validate(
        {"subject": "exclusion", "item": "first-response", "reason": "force_majeure"}
    )
    steps = (("03-02 09", received("AS-8")), ("03-03 09", leave))
    row = next(row for row in table("fct_sla_clocks", *steps) if row["promise"] == "first-response")
    assert (row["verdict"], row["excluded_because"], row["excluded_by"]) == (
        "excluded", "force_majeure", history(*steps)[1].actor,
    )  # fmt: skip


def test_what_may_come_too_early_has_a_row_with_its_earliest_moment_and_no_due_one() -> None:
    notice = story(
        """
        [[promise]]
        id = "notice"
        start = { fact = "Received" }
        stop = { fact = "Replaced" }
        not_before = { days = 3, calendar = "calendar-days" }
        """
    ).rules.bound[0]
    book = notice.calendars
    pinned = notice.pinned.model_copy(update={"settings": None, "calendar": f"{book.name}@{book.version}"})
    known = Reference(
        regulations={(pinned.regulation, pinned.version): notice.regulation},
        calendars={(book.name, book.version): book},
    )
    facts = history(("03-02 09", received("AS-8", judged_under=(pinned,))), ("03-03 09", events.Replaced()))
    columns = [column.name for known in FACTS if known.name == "fct_sla_clocks" for column in known.columns]
    (row,) = (
        dict(zip(columns, row, strict=True)) for row in rows(CaseFacts(CASE, facts), known)["fct_sla_clocks"]
    )
    assert (row["earliest_at"], row["due_at"], row["verdict"]) == (wall("2026-03-06 00:00"), None, "breached")


def test_a_pause_is_kept_with_its_beginning_and_end() -> None:
    waits = events.Paused(reason=codes.PauseReason.WAITING_FOR_CUSTOMER)
    opening = (("03-02 09", received("AS-8")), ("03-02 10", classified("consultation")), ("03-02 12", waits))
    steps = (*opening, ("03-02 14", events.Resumed()))
    row = next(row for row in table("fct_sla_clocks", *steps) if row["promise"] == "consultation-reply")
    (held,) = row["paused_during"]
    assert (held.lower, held.upper) == (wall("2026-03-02 12:00"), wall("2026-03-02 14:00"))
    assert (row["paused_seconds"], row["due_at"]) == (2 * 3600, wall("2026-03-03 11:00"))


def test_only_a_complaint_is_among_the_complaints() -> None:
    assert table("fct_complaints", *RETURN) == []
    (row,) = table(
        "fct_complaints",
        ("03-31 23", received("AS-9")),
        ("04-01 09", classified("complaint", category="attitude", severity="major")),
        ("04-02 23", closed()),
    )
    assert (row["received_date"], row["received_month"]) == (date(2026, 3, 31), date(2026, 3, 1))
    assert (row["category"], row["severity"], row["resolution_seconds"]) == ("attitude", "major", 2 * 86_400)


def test_a_refund_before_its_inspection_is_found_with_its_clause_and_facts() -> None:
    hasty = (*RETURN[:3], ("03-03 09", events.Refunded(amount=Money(minor=19900))))
    found = [
        row for row in table("fct_findings", *hasty) if row["constraint_id"] == "refund-after-inspection"
    ]
    assert [(row["versions"], row["mode"], row["is_overridden"]) for row in found] == [([4], "refuse", False)]
    assert found[0]["occurred_at"] == wall("2026-03-03 09:00")


@pytest.mark.parametrize("count", range(1, len(RETURN) + 1))
def test_every_beginning_of_a_history_gives_rows(count: int) -> None:
    assert len(table("fct_case_events", *RETURN[:count])) == count
    assert len(table("fct_cases", *RETURN[:count])) == 1


def linked(link: str, case_no: str) -> events.Linked:
    return events.Linked.model_validate({"link": link, "case_no": case_no})


def test_a_case_says_which_one_it_was_split_from_and_which_one_it_goes_on_in() -> None:
    told: tuple[tuple[str, Fact], ...] = (
        ("03-02 09", received("AS-8")),
        ("03-02 09", linked("split_from", "AS-7")),
        ("03-02 10", classified("complaint")),
        ("03-02 11", linked("split_into", "AS-9")),
    )
    (row,) = table("fct_cases", *told)
    assert (row["split_from"], row["merged_into"], row["closed_at"]) == ("AS-7", None, None)
    (row,) = table("fct_cases", *told, ("03-03 09", linked("merged_into", "AS-6")))
    assert (row["split_from"], row["merged_into"]) == ("AS-7", "AS-6")
    assert (row["closed_at"], row["stage"], row["outcome"]) == (wall("2026-03-03 09:00"), "closed", "unknown")
    again = table("fct_case_events", *told)
    assert [row["what"] for row in again if row["event_type"] == "Linked"] == ["split_from", "split_into"]


def test_a_complaint_that_was_registered_twice_is_counted_once() -> None:
    told: tuple[tuple[str, Fact], ...] = (
        ("03-02 09", received("AS-8")),
        ("03-02 10", classified("complaint")),
    )
    assert len(table("fct_complaints", *told)) == 1
    assert len(table("fct_complaints", *told, ("03-02 11", linked("merged_from", "AS-9")))) == 1
    assert table("fct_complaints", *told, ("03-02 11", linked("merged_into", "AS-6"))) == []
