"""Programmes: what is owed when, how a period is held, put right, followed and told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from cases.codes import Role
from cases.errors import Malformed, NotFound, Refused
from cases.events_reference import CalendarPublished
from cases.fact import Fact
from cases.period import Period
from cases.programmes.asked import ASKED, Occasion
from cases.programmes.holding import Holding, Standing, evolve
from cases.programmes.owed import Duty, begun, duty_of, owed
from cases.recorded import Recorded, Source
from cases.reference import calendar_document, demo_settings, reference_of, settings_document, shipped
from cases.regulation.model import Settings, SettingValue
from cases.regulation.packs import shipped_regulation
from cases.regulation.rules import BEIJING, Reference

PUBLISHED = datetime(2026, 9, 10, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
OCTOBER = Period.month(2026, 10)
LOOKED: dict[str, Any] = {
    "methods": ["mystery_customer", "forms"],
    "answers": [
        {"question": "check-records", "seen": "yes"},
        {"question": "check-response", "seen": "no"},
        {"question": "check-satisfaction", "seen": "yes"},
        {"question": "check-manners", "seen": "not_seen"},
    ],
}


def recorded(fact: Fact, version: int, actor: str = "zhou", at: datetime = NOON) -> Recorded:
    return Recorded(
        UUID(int=1), version, fact, at, actor, Role.SUPERVISOR, Source(system="api"), UUID(int=2),
        position=version, recorded_at=at,
    )  # fmt: skip


def published() -> Reference:
    documents = [*shipped(), *demo_settings()]
    return reference_of(recorded(one, at, at=PUBLISHED) for at, one in enumerate(documents, 1))


REFERENCE = published()
CHECK = duty_of(REFERENCE, "lamp-sales", "supervisor-check")


def occasion(
    duty: Duty = CHECK, period: Period = OCTOBER, actor: str = "zhou", now: datetime = NOON
) -> Occasion:
    return Occasion(duty, period, Holding(), actor, now, BEIJING, position=7)


def after(where: Occasion, verb: str, **body: Any) -> Occasion:
    """What somebody asked for, recorded."""
    facts = ASKED[verb].model_validate(body).decide(where)
    holding = where.holding
    for fact in facts:
        holding = evolve(holding, recorded(fact, holding.version + 1, where.actor, where.now))
    return replace(where, holding=holding)


@contextmanager
def refused(rule: str, clause: str = "S1 六/1") -> Iterator[None]:
    with pytest.raises(Refused) as no:
        yield
    assert (no.value.details["rule"], no.value.details["clause"]) == (rule, clause)


def periods(programme: str, by: datetime, **asked: Any) -> list[str]:
    return [str(period) for duty, period in owed(REFERENCE, by, **asked) if duty.programme.id == programme]


class TestWhatIsOwed:
    def test_a_month_is_owed_when_it_is_over_from_the_publication_on(self) -> None:
        at_midnight = datetime(2026, 10, 31, 16, tzinfo=UTC)
        assert periods("supervisor-check", at_midnight) == ["2026-09", "2026-10"]
        assert periods("supervisor-check", at_midnight.replace(minute=0, hour=15)) == ["2026-09"]
        assert periods("personnel-review", NOON) == ["2026-Q3"]

    def test_a_calendar_of_the_same_name_and_version_moves_no_beginning(self) -> None:
        text = next(one.document for one in shipped() if isinstance(one, CalendarPublished))
        own = text.replace('name = "china"', 'name = "lamp-sales"')
        alike = calendar_document(own.replace('version = "2026.1"', f'version = "{CHECK.text.version}"'))
        documents = [recorded(one, at, at=PUBLISHED) for at, one in enumerate(shipped(), 1)]
        late = recorded(alike, len(documents) + 1, at=NOON)
        assert begun(reference_of([*documents, late]), CHECK) == date(2026, 9, 10)

    def test_somebody_who_looks_further_back_says_from_when(self) -> None:
        assert periods("personnel-review", NOON, since=date(2026, 3, 31)) == ["2026-Q1", "2026-Q2", "2026-Q3"]

    def test_the_firm_sets_a_period_or_the_programme_owes_none(self) -> None:
        asked = {"regulation": "water-meter", "since": date(2026, 1, 5)}
        assert periods("customers-revisited", NOON, **asked) == ["2026-H1"]
        assert periods("technical-feedback", NOON, **asked) == []
        feedback = duty_of(REFERENCE, "water-meter", "technical-feedback")
        with refused("not-configured", "S4 三(四)"):
            feedback.of("2026-10")

    def test_the_longest_period_that_a_firm_can_set_can_be_written_and_held(self) -> None:
        feedback = duty_of(REFERENCE, "water-meter", "technical-feedback")
        placeholder = feedback.programme.setting or ""

        def of(months: int) -> Duty:
            value = SettingValue(value=months, unit="months", source="configured, not from the regulation")
            settings = Settings(regulation="water-meter", version="v", values={placeholder: value})
            return replace(feedback, settings=settings)

        assert of(99).of(str(Period.holding(date(2026, 10, 1), 99))).months == 99
        assert of(100).months is None, "no period is written like that, so none would ever be held"

    def test_a_period_of_another_length_is_named_rightly(self) -> None:
        with pytest.raises(Refused, match="2026-10"):
            CHECK.of("2026-Q4")
        with pytest.raises(Malformed):
            CHECK.of("october")
        with pytest.raises(NotFound):
            duty_of(REFERENCE, "lamp-sales", "no-such-check")

    def test_it_falls_due_at_the_end_of_the_following_period(self) -> None:
        def standing(*at: int) -> Standing:
            return Holding().standing(OCTOBER, datetime(*at, tzinfo=UTC), BEIJING)  # type: ignore[misc,arg-type]  # parts of a date

        assert standing(2026, 10, 31, 15) is Standing.RUNNING
        assert standing(2026, 10, 31, 16) is Standing.OWED
        assert standing(2026, 11, 30, 16) is Standing.OVERDUE

    def test_a_regulation_that_has_ended_owes_nothing_that_ends_later(self) -> None:
        begins = "effective_from = 2000-01-01"
        ended = [
            one.model_copy(
                update={"document": one.document.replace(begins, f"{begins}\neffective_until = 2026-06-30")}
            )
            for one in shipped()
        ]
        reference = reference_of(recorded(one, at, at=PUBLISHED) for at, one in enumerate(ended, 1))
        found = owed(reference, NOON, regulation="textile", since=date(2026, 1, 1))
        assert [str(period) for _, period in found] == ["2026-Q1", "2026-Q2"]


class TestHolding:
    @pytest.mark.proves("S1-6.1", "S1-6.3", "S1-6.4", "S1-2.1")
    def test_the_supervisor_holds_the_check_of_a_month_and_says_how_he_looked(self) -> None:
        holding = after(occasion(), "hold", **LOOKED).holding
        assert holding.held is not None
        assert (holding.held.period, holding.held.position) == ("2026-10", 7)
        assert [one.value for one in holding.held.methods] == ["mystery_customer", "forms"]
        assert {one.question: one.seen.value for one in holding.held.answers}["check-manners"] == "not_seen"
        assert holding.standing(OCTOBER, NOON, BEIJING) is Standing.HELD

    def test_a_check_says_how_one_looked_and_leaves_no_question_out(self) -> None:
        with refused("method-named"):
            after(occasion(), "hold", answers=LOOKED["answers"])
        for answers in (LOOKED["answers"][1:], [*LOOKED["answers"], LOOKED["answers"][0]], []):
            with refused("checklist-whole"):
                after(occasion(), "hold", methods=["forms"], answers=answers)

    def test_a_check_is_held_within_its_period_at_the_earliest(self) -> None:
        december = Period.month(2026, 12)
        with refused("period-over"):
            after(occasion(period=december), "hold", **LOOKED)
        assert after(occasion(period=Period.month(2026, 11)), "hold", **LOOKED).holding.held is not None

    def test_it_is_held_once_and_a_wrong_holding_is_corrected_by_name(self) -> None:
        held = after(occasion(), "hold", **LOOKED)
        assert after(held, "hold", **LOOKED).holding.version == 1, "asked again it is quiet"
        other = {**LOOKED, "methods": ["watching"]}
        with refused("held-once"):
            after(held, "hold", **other)
        corrected = after(held, "hold", **other, corrects=1).holding
        assert corrected.held is not None
        assert (corrected.held_at, corrected.held.methods[0].value) == (2, "watching")

    @pytest.mark.proves("S0-6.1")
    def test_three_departments_hold_the_evaluation_of_a_month_together(self) -> None:
        duty = duty_of(REFERENCE, "lamp-factory", "internal-evaluation")
        together = ["customer_service", "tech_support", "quality"]
        holding = after(occasion(duty), "hold", methods=["forms"], departments=together).holding
        assert holding.held is not None
        assert list(holding.held.departments) == together

    @pytest.mark.proves("S2-2.6–9", "S2-2.16", "S2-3.9–11", "S2-3.13", "S2-4.7–8")
    def test_who_installs_and_repairs_is_assessed_by_the_questions_of_the_shop(self) -> None:
        text = 'regulation = "home-store"\nversion = "demo.2"\n[values.staff-assessment]\nvalue = 3\nunit = "months"\n'
        source = 'source = "configured, not from the regulation"\n'
        settings = settings_document(text + source, shipped_regulation("home-store").regulation)
        reference = reference_of(
            recorded(one, at, at=PUBLISHED) for at, one in enumerate([*shipped(), settings], 1)
        )
        duty = duty_of(reference, "home-store", "staff-assessment")
        answers = [{"question": one.id, "seen": "yes"} for one in duty.programme.checklist]
        where = occasion(duty, duty.of("2026-Q3"))
        assert len(answers) > 1
        with refused("checklist-whole", duty.programme.clause):
            after(where, "hold", methods=["feedback"], answers=answers[1:])
        assert after(where, "hold", methods=["feedback"], answers=answers).holding.held is not None


class TestWhatFollows:
    held = after(occasion(), "hold", **LOOKED)
    training = {
        "question": "check-response", "improvement": "training", "department": "customer_service",
        "assigned_to": "staff-8", "due_on": "2026-12-15",
    }  # fmt: skip

    @pytest.mark.proves("S1-6.5", "S1-6.ex", "S4-4.4b")
    def test_what_was_seen_is_put_right_by_a_day_and_followed_to_its_effect(self) -> None:
        told = after(self.held, "rectify", **self.training)
        assert told.holding.measures[1].is_overdue(date(2026, 12, 15)) is False
        assert told.holding.measures[1].is_overdue(date(2026, 12, 16)) is True
        assert after(told, "rectify", **self.training).holding.version == 2, "asked again it is quiet"
        seen = after(told, "follow", measure=1, effect="partly").holding
        assert seen.measures[1].effect == "partly"
        assert seen.measures[1].is_overdue(date(2027, 1, 1)) is False

    def test_whose_measure_it_is_does_not_judge_it(self) -> None:
        told = after(self.held, "rectify", **self.training)
        with refused("four-eyes"):
            after(replace(told, actor="Staff-8"), "follow", measure=1, effect="worked")
        with pytest.raises(NotFound):
            after(told, "follow", measure=2, effect="worked")

    def test_only_what_was_seen_wrong_is_put_right_and_by_a_day_to_come(self) -> None:
        with refused("seen-wrong"):
            after(self.held, "rectify", **{**self.training, "question": "check-records"})
        with refused("due-ahead"):
            after(self.held, "rectify", **{**self.training, "due_on": "2026-11-19"})

    @pytest.mark.proves("S1-7.4", "S1-5.3b")
    def test_results_are_told_after_it_was_held_and_to_whom(self) -> None:
        with refused("hold-first"):
            after(occasion(), "publish", told_to=["supervisor"])
        told = after(self.held, "publish", told_to=["supervisor"])
        told = after(after(told, "publish"), "publish")
        assert [one.told_to for one in told.holding.published] == [(Role.SUPERVISOR,), ()]

    def test_what_was_told_of_a_holding_is_not_told_of_the_one_that_corrects_it(self) -> None:
        told = after(after(self.held, "rectify", **self.training), "publish")
        corrected = after(told, "hold", **LOOKED, report_no="JL-7", corrects=told.holding.held_at)
        assert corrected.holding.published == ()
        assert corrected.holding.measures == told.holding.measures, "what was ordered stays ordered"
        assert len(after(corrected, "publish").holding.published) == 1
