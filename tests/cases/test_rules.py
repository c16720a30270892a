"""Which versions bind a case, and what they are read with once they are pinned."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from cases.calendars.amounts import Duration
from cases.calendars.book import shipped_book
from cases.codes import Payer
from cases.errors import BrokenHistory, Refused
from cases.fact import Pinned
from cases.regulation.model import Regulation
from cases.regulation.packs import shipped_regulation
from cases.regulation.rules import Reference, Rules
from tests.cases.scenario import (
    CHECKED,
    SHANGHAI,
    classified,
    day,
    given,
    lamp_factory,
    lamp_rules,
    received,
    refunded,
)

LAMP = shipped_regulation("lamp-factory").regulation


def published(*regulations: Regulation) -> Reference:
    return replace(lamp_factory(), regulations={(found.id, found.version): found for found in regulations})


def in_force(reference: Reference, at: datetime, line: str = "lamp", channel: str = "phone") -> list[str]:
    pinned = reference.in_force(product_line=line, channel=channel, at=at)
    return [f"{found.regulation}@{found.version}" for found in pinned]


def version(name: str, since: date, **more: object) -> Regulation:
    return LAMP.model_copy(update={"version": name, "effective_from": since, **more})


OLD = version("2026.9", date(2026, 3, 1), effective_until=date(2026, 12, 31))
NEW = version("2026.10", date(2026, 7, 1))


def test_a_version_binds_from_its_first_day_in_shanghai_on() -> None:
    reference = published(OLD, NEW)
    assert in_force(reference, datetime(2026, 2, 28, 23, 59, tzinfo=SHANGHAI)) == []
    assert in_force(reference, datetime(2026, 3, 1, 0, 0, tzinfo=SHANGHAI)) == ["lamp-factory@2026.9"]
    assert in_force(reference, datetime(2026, 6, 30, 23, 59, tzinfo=SHANGHAI)) == ["lamp-factory@2026.9"]
    assert in_force(reference, datetime(2026, 7, 1, 0, 0, tzinfo=SHANGHAI)) == ["lamp-factory@2026.10"]


def test_a_version_ends_with_its_last_day() -> None:
    assert in_force(published(OLD), day(12, 31, hour=23)) == ["lamp-factory@2026.9"]
    assert in_force(published(OLD), day(1, 1, 2027, hour=0)) == []


def test_of_two_versions_of_one_day_the_higher_number_binds() -> None:
    same = version("2026.11", date(2026, 7, 1))
    assert in_force(published(same, NEW), day(8, 1)) == ["lamp-factory@2026.11"]


def test_two_regulations_may_bind_one_case() -> None:
    sales = version("2026.1", date(2026, 1, 1), id="lamp-sales", product_lines=(), channels=("phone",))
    reference = published(NEW, sales)
    assert in_force(reference, day(8, 1)) == ["lamp-factory@2026.10", "lamp-sales@2026.1"]
    assert in_force(reference, day(8, 1), channel="store") == ["lamp-factory@2026.10"]
    assert in_force(reference, day(8, 1), line="textile") == ["lamp-sales@2026.1"]


def test_what_is_pinned_names_settings_and_calendar() -> None:
    book = shipped_book()
    (pinned,) = lamp_factory().in_force(product_line="lamp", channel="phone", at=day(3, 2))
    assert pinned == Pinned(
        regulation="lamp-factory", version="2026.3", settings="demo.2", calendar=f"{book.name}@{book.version}"
    )


def test_a_case_stays_on_the_settings_it_was_pinned_to() -> None:
    reference = lamp_factory()
    (pinned,) = reference.in_force(product_line="lamp", channel="phone", at=day(3, 2))
    first = reference.settings["lamp-factory", "demo.2"]
    later = first.model_copy(update={"version": "demo.3", "values": {}})
    both = replace(reference, settings={**reference.settings, ("lamp-factory", "demo.3"): later})
    assert both.rules_for((pinned,)).bound[0].settings == first
    assert both.in_force(product_line="lamp", channel="phone", at=day(3, 2))[0].settings == "demo.3"
    bare = pinned.model_copy(update={"settings": None})
    assert both.rules_for((bare,)).bound[0].settings is None


@pytest.mark.parametrize(
    "wrong", [{"version": "1999.1"}, {"settings": "demo.99"}, {"calendar": "china@1999.1"}]
)
def test_a_pinned_version_that_was_never_published_is_a_broken_history(wrong: dict[str, str]) -> None:
    reference = lamp_factory()
    (pinned,) = reference.in_force(product_line="lamp", channel="phone", at=day(3, 2))
    with pytest.raises(BrokenHistory, match="never published"):
        reference.rules_for((pinned.model_copy(update=wrong),))


def test_a_later_calendar_settles_only_what_was_provisional() -> None:
    book = shipped_book()
    notice = book.document.replace(f'version = "{book.version}"', 'version = "2027.1"')
    later = type(book).from_document(notice)
    reference = replace(
        lamp_factory(), calendars={**lamp_factory().calendars, (later.name, later.version): later}
    )
    pinned = Pinned(regulation="lamp-factory", version="2026.3", calendar=f"china@{book.version}")
    bound = reference.rules_for((pinned,)).bound[0]
    assert bound.calendars.version == book.version
    assert bound.calendars.years.by_year.keys() == book.years.by_year.keys()


def test_a_value_that_nobody_set_is_not_configured_and_has_no_default() -> None:
    bound = lamp_rules().bound[0]
    within = {promise.id: promise.within for promise in bound.regulation.promise}
    assert bound.duration(within["phone-pickup"]) is None
    assert bound.duration(within["refund-within"]) == Duration(days=7)
    assert bound.duration(within["repair-promise"]) is None
    assert bound.calendar(within["refund-within"]).name == "calendar-days"


def test_without_a_regulation_nothing_is_forbidden_and_nobody_pays() -> None:
    free = given(*CHECKED[:2], rules=Rules())
    free.when(refunded(10_000)).then_allowed()
    assert free.rules.freight(free.case) == (Payer.UNKNOWN, None)
    assert free.rules.traits(free.facts) == {}


def test_of_two_regulations_each_may_refuse_and_the_better_freight_counts() -> None:
    shop = LAMP.model_copy(update={"id": "lamp-shop", "entitlement": (), "constraint": LAMP.constraint[:2]})
    bound = lamp_rules().bound[0]
    other = replace(
        bound, regulation=shop, pinned=bound.pinned.model_copy(update={"regulation": "lamp-shop"})
    )
    story = given(received(), rules=Rules((other, bound)))
    outcome = story.when(refunded(10)).outcome
    assert isinstance(outcome, Refused)
    assert outcome.details["regulation"] == "lamp-shop@2026.3"
    case = story.and_(classified("return", "quality")).case
    assert story.rules.freight(case) == (Payer.COMPANY, "S0 三/3")
