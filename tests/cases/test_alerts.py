"""What alerts count and when they are reached, by the facts alone (A.15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from cases import events
from cases.alerts import Counted, counted, is_reached
from cases.fact import Fact
from cases.history import effective
from cases.ladder import escalations
from cases.personal import PersonalRef
from cases.regulation.packs import BrokenPack, read_regulation, shipped_text
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
    excluded,
    promise,
    story,
    wall,
)

SAFE = f"""
[[alert]]{PROMISE}id = "safety"
counts = {{ fact = "Classified", is_safety = true }}
reason = "safety"
escalate = ["supervisor", "quality"]
"""
THRICE = f"""
[[alert]]{PROMISE}id = "thrice"
counts = {{ fact = "Repaired" }}
same = ["serial", "cause"]
at_least = 3
within = {{ months = 6, calendar = "calendar-days" }}
reason = "repeated"
escalate = ["supervisor"]
"""
LATE = promise("reply", 'fact = "Received"', 'fact = "Responded", step = "reply"', "hours = 24", (
    'pause = { from = { fact = "Paused" }, to = { fact = "Resumed" } }'
)) + f"""
[[alert]]{PROMISE}id = "late"
misses = ["reply"]
same = ["assigned_to"]
at_least = 3
period = "month"
reason = "overdue"
escalate = ["supervisor"]
"""  # fmt: skip


def serial(number: str) -> PersonalRef:
    """A serial number as facts hold it."""
    return PersonalRef(ref=f"{UUID(int=9)}/serial/1", commit="c" * 64, token=f"token-of-{number}")


def hums(number: str | None = "K7-1") -> events.Received:
    """A lamp that hums is told about."""
    return HUMMING.model_copy(update={"serial": serial(number) if number else None})


def repaired(cause: str = "driver") -> events.Repaired:
    return events.Repaired.model_validate({"cause": cause})


def case(number: int, *steps: tuple[str, Fact], alert: str = THRICE) -> Story:
    """One of several cases."""
    told = story(alert)
    for moment, fact in steps:
        told = told.at(f"2026-{moment}", fact)
    return replace(told, facts=tuple(replace(one, originator_id=UUID(int=number)) for one in told.facts))


def repair(number: int, day: str, *, lamp: str | None = "K7-1", cause: str = "driver") -> Story:
    """A case in which a lamp was repaired on a day."""
    return case(number, (f"{day} 09:00", hums(lamp)), (f"{day} 15:00", repaired(cause)))


def of(told: Story) -> tuple[Counted, ...]:
    return counted(effective(told.facts), tuple(told.clocks().values()), told.rules)


def stands(told: Story, at: str, *others: Story) -> bool:
    return is_reached(of(told), [one for each in (told, *others) for one in of(each)], wall(f"2026-{at}"))


# At once


def test_a_safety_case_is_reached_the_moment_it_is_classified() -> None:
    told = story(SAFE).at("2026-03-02 09:00", HUMMING)
    assert not stands(told, "03-02 10:00")
    told = told.at("2026-03-02 10:00", classified("repair", is_safety=True))
    assert [stands(told, at) for at in ("03-02 09:59", "03-02 10:00", "12-31 10:00")] == [False, True, True]


def test_a_safety_case_that_was_none_is_reached_no_more() -> None:
    told = story(SAFE).at("2026-03-02 09:00", HUMMING)
    told = told.at("2026-03-02 10:00", classified("repair", is_safety=True))
    told = told.corrected("2026-03-02 11:00", 2, changes={"is_safety": False})
    assert not stands(told, "03-02 12:00")


@pytest.mark.parametrize(("kind", "times"), [("repair", 1), ("consultation", 0)])
def test_an_alert_counts_only_in_cases_that_it_applies_to(kind: str, times: int) -> None:
    repairs_only = SAFE.replace("counts =", 'applies = { kind = "repair" }\ncounts =')
    told = story(repairs_only).at("2026-03-02 09:00", HUMMING)
    assert len(of(told.at("2026-03-02 10:00", classified(kind, is_safety=True)))) == times


def test_each_cycle_of_a_case_has_its_own_alert() -> None:
    safety = classified("repair", is_safety=True)
    told = story(SAFE).at("2026-03-02 09:00", HUMMING).at("2026-03-02 10:00", safety)
    told = (
        told.at("2026-03-03 09:00", closed()).at("2026-03-09 09:00", REOPENED).at("2026-03-09 10:00", safety)
    )
    assert [one.alert_id.rsplit(":", 2)[1:] for one in of(told)] == [["safety", "1"], ["safety", "2"]]


# Across cases


def test_the_third_repair_of_one_serial_and_fault_is_reached_in_the_case_that_makes_it() -> None:
    first, second, third = repair(1, "03-02"), repair(2, "04-02"), repair(3, "05-02")
    assert not stands(second, "05-02 15:00", first, third)
    assert not stands(third, "05-02 14:59", first, second)
    assert stands(third, "05-02 15:00", first, second)


@pytest.mark.parametrize(
    "other",
    [
        repair(2, "04-02", lamp="K7-2"),
        repair(2, "04-02", cause="wiring"),
        repair(2, "04-02", lamp=None),
        repair(2, "04-02", cause="unknown"),
    ],
    ids=["another lamp", "another fault", "no serial told", "no cause told"],
)
def test_other_repairs_do_not_count_with_it(other: Story) -> None:
    assert not stands(repair(3, "05-02"), "05-03 09:00", repair(1, "03-02"), other)


@pytest.mark.parametrize(("day", "is_near"), [("09-02", True), ("09-03", False)])
def test_repairs_count_together_for_so_many_months_by_the_civil_code(day: str, is_near: bool) -> None:
    told = repair(3, day), repair(1, "03-02"), repair(2, "04-02")
    assert stands(told[0], f"{day} 16:00", *told[1:]) is is_near


def test_repairs_of_unknown_things_are_never_the_same() -> None:
    assert of(repair(1, "03-02", lamp=None)) == of(repair(1, "03-02", cause="unknown")) == ()


def test_a_window_that_the_firm_did_not_set_is_not_configured() -> None:
    unset = THRICE.replace("months = 6", 'setting = "thrice"')
    told = case(1, ("03-02 09:00", hums()), ("03-02 10:00", repaired()), alert=unset)
    assert of(told) == ()


# People


def late(*steps: tuple[str, Fact], to: str | None = "staff-bo", day: str = "03-02") -> Story:
    """A question that somebody had, received at nine."""
    told = story(LATE).at(f"2026-{day} 09:00", HUMMING)
    told = told.at(f"2026-{day} 10:00", classified("consultation", assigned_to=to))
    for moment, fact in steps:
        told = told.at(f"2026-{moment}", fact)
    return told


def test_a_missed_clock_counts_for_whoever_had_the_case_when_it_became_late() -> None:
    over = events.Transferred.model_validate({"department": "sales", "assigned_to": "staff-he"})
    assert [(one.same, one.at) for one in of(late())] == [("staff-bo", wall("2026-03-03 09:00"))]
    assert [one.same for one in of(late(("03-03 08:00", over)))] == ["staff-he"]
    assert [one.same for one in of(late(("03-03 09:30", over)))] == ["staff-bo"]
    assert of(late(to=None)) == ()


def test_what_was_kept_stands_still_or_was_given_up_is_no_miss() -> None:
    assert of(late(("03-02 15:00", REPLY))) == of(late(("03-02 15:00", closed("withdrawn")))) == ()
    assert of(late(("03-02 15:00", WAITING))) == ()
    (again,) = of(late(("03-02 15:00", WAITING), ("03-02 17:00", RESUMED)))
    assert again.at == wall("2026-03-03 11:00")


def test_the_month_is_that_of_the_business() -> None:
    (one,) = of(late(day="03-30"))
    assert (one.at, one.until) == (wall("2026-03-31 09:00"), wall("2026-04-01 00:00") - timedelta.resolution)


def test_an_excluded_clock_is_shown_and_not_counted() -> None:
    (one,) = of(late(("03-04 09:00", excluded("reply"))))
    assert one.is_excluded
    alone = one._replace(alert=one.alert.model_copy(update={"at_least": 1}))
    assert not is_reached([alone], [one], wall("2026-03-05 09:00"))
    assert is_reached([alone], [one._replace(is_excluded=False)], wall("2026-03-05 09:00"))


# What was told


def test_an_alert_that_a_correction_took_the_ground_from_is_revised() -> None:
    told = story(SAFE).at("2026-03-02 09:00", HUMMING)
    told = told.at("2026-03-02 10:00", classified("repair", is_safety=True))
    (one,) = of(told)
    alarm = {"level": "supervisor", "reason": "safety", "alert": one.alert_id, "is_automatic": True}
    told = told.at("2026-03-02 10:01", events.Escalated.model_validate(alarm))
    assert [up.is_revised for up in escalations(effective(told.facts), (), told.rules)] == [False]
    told = told.corrected("2026-03-02 11:00", 2, changes={"is_safety": False})
    assert [up.is_revised for up in escalations(effective(told.facts), (), told.rules)] == [True]


# Writing it


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('same = ["serial", "cause"]', 'same = ["serail"]', "Repaired has no field serail; did you mean serial?"),
        ('counts = { fact = "Repaired" }', "", "name either the facts that count"),
        ('setting = "repaired-thrice"', 'setting = "thrice"', "there is no placeholder thrice"),
        ('counts = { fact = "Repaired" }', 'misses = ["resolution"]', "in a period by what is the same"),
        ('escalate = ["supervisor", "quality"]', "escalate = []", "must name at least one"),
    ],
)  # fmt: skip
def test_an_alert_that_nobody_could_mean_is_refused_in_plain_words(
    before: str, after: str, said: str
) -> None:
    head, mark, rest = shipped_text("lamp-factory").partition('id = "repaired-thrice"')
    with pytest.raises(BrokenPack) as broken:
        read_regulation(head + mark + rest.replace(before, after, 1))
    assert any(said in problem.what for problem in broken.value.problems), broken.value


def test_an_alert_counts_only_clocks_of_promises_that_there_are() -> None:
    text = shipped_text("lamp-sales").replace('misses = ["first-response"', 'misses = ["first-reponse"')
    with pytest.raises(BrokenPack, match="there is no promise first-reponse; did you mean first-response"):
        read_regulation(text)
