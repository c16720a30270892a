"""When a month may be published: once it is over, once, or with a reason, and from whole tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from cases.codes import Role
from cases.errors import Malformed, Refused
from cases.events_month import MonthFigure, MonthPublished
from cases.month_end import Figures, MonthEnd, PublishMonth, month_id, month_of
from cases.period import Period
from cases.recorded import Recorded, Source
from cases.regulation.rules import BEIJING

OCTOBER = Period.month(2026, 10)
NOON = datetime(2026, 11, 3, 4, tzinfo=UTC)
COUNTED = Figures(
    position=40, log_position=40, parked=0, code_version="0.1", regulations=("lamp-factory@2026.3",),
    figures=(MonthFigure.model_validate({"measure": "opened", "numerator": 12}),),
)  # fmt: skip
FIRST = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)
DAY = MonthEnd(OCTOBER, (), COUNTED, FIRST, "staff-hu", NOON, BEIJING)
TWICE = {"revises": 1, "reason": "late_facts"}


def asked(at: MonthEnd, **body: Any) -> tuple[MonthPublished, ...]:
    facts = tuple(PublishMonth.model_validate(body).decide(at))
    return tuple(fact for fact in facts if isinstance(fact, MonthPublished))


def after(at: MonthEnd, **body: Any) -> MonthEnd:
    """The same month once somebody has published it."""
    told = tuple(
        Recorded(
            month_id(OCTOBER),
            version,
            fact,
            at.now,
            at.actor,
            Role.QUALITY,
            Source(system="api"),
            UUID(int=2),
        )
        for version, fact in enumerate(asked(at, **body), len(at.reports) + 1)
    )
    return replace(at, reports=(*at.reports, *told))


def refused(at: MonthEnd, **body: Any) -> dict[str, Any]:
    with pytest.raises(Refused) as no:
        asked(at, **body)
    return no.value.details


@pytest.mark.parametrize(
    ("first", "told"), [(FIRST, None), (FIRST.replace(hour=16), "2026-11-01"), (None, None)]
)
def test_a_month_before_the_first_case_of_all_is_not_reported(
    first: datetime | None, told: str | None
) -> None:
    at = replace(DAY, first_case_at=first)
    if first is FIRST:
        assert asked(at), "it began in the last minute of October"
        return
    no = refused(at)
    assert (no["rule"], no["period"], no["first"]) == ("has-cases", "2026-10", told)


def test_a_report_keeps_its_figures_and_what_they_rest_on() -> None:
    (report,) = asked(DAY)
    assert (report.period, report.position, report.counted_at) == ("2026-10", 40, NOON)
    assert (report.figures, report.regulations) == (COUNTED.figures, COUNTED.regulations)
    assert (report.behind, report.parked, report.revises) == (0, 0, None)


def test_a_month_that_still_runs_is_not_published() -> None:
    running = replace(DAY, now=datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
    assert refused(running)["rule"] == "period-over"
    over = replace(DAY, now=datetime(2026, 10, 31, 16, tzinfo=UTC))
    assert asked(over), "it is November in Shanghai"
    assert refused(DAY, occurred_at="2026-10-30T08:00:00+08:00")["rule"] == "period-over"


def test_asking_again_is_quiet_and_another_report_names_what_it_revises_and_why() -> None:
    once = after(DAY)
    assert asked(once) == ()
    other = replace(once, actor="staff-qi")
    assert (refused(other)["rule"], refused(other)["version"]) == ("published-once", 1)
    assert refused(once, revises=7, reason="late_facts")["rule"] == "published-once"
    assert refused(once, revises=1)["rule"] == "revision-reasoned"
    (second,) = asked(other, **TWICE)
    assert (second.revises, second.reason) == (1, "late_facts")
    revised = after(once, **TWICE)
    assert asked(revised, **TWICE) == ()
    assert refused(revised)["version"] == 2, "the first request is not the one that stands"


def test_what_was_never_published_is_not_revised_and_has_no_reason() -> None:
    assert refused(DAY, **TWICE)["rule"] == "published-once"
    assert refused(DAY, reason="late_facts")["rule"] == "revision-reasoned"


@pytest.mark.parametrize(
    ("more", "lacking"),
    [
        ({"parked": 2}, ["parked"]),
        ({"log_position": 43}, ["behind"]),
        ({"parked": 1, "log_position": 41}, ["behind", "parked"]),
    ],
)
def test_tables_that_lack_something_are_published_from_only_by_saying_so(
    more: dict[str, Any], lacking: list[str]
) -> None:
    lame = replace(DAY, counted=replace(COUNTED, **more))
    assert refused(lame)["lacking"] == lacking
    if len(lacking) > 1:
        assert refused(lame, despite=lacking[:1])["lacking"] == lacking[1:]
    (report,) = asked(lame, despite=lacking)
    assert (report.behind, report.parked) == (more.get("log_position", 40) - 40, more.get("parked", 0))
    assert list(report.despite) == lacking


def test_only_a_month_is_published_and_a_reason_is_a_code() -> None:
    assert month_of("2026-10") == OCTOBER
    for other in ("2026-Q4", "2026-W45", "october"):
        with pytest.raises(Malformed):
            month_of(other)
    with pytest.raises(ValidationError):
        PublishMonth.model_validate({"revises": 1, "reason": "Li made a mistake"})
