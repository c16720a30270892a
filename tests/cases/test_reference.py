"""Regulations, settings and calendars come from the log: published once, never changed under one version."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

from cases.codes import Role
from cases.desk import Desk
from cases.errors import Refused
from cases.events_reference import RegulationPublished
from cases.recorded import Recorded, Source
from cases.reference import (
    REFERENCE_ID,
    Shelf,
    calendar_document,
    demo_settings,
    read,
    reference_of,
    regulation_document,
    settings_document,
    shipped,
)
from cases.regulation.checking import BrokenPack
from cases.regulation.packs import digest, shipped_regulation, shipped_text
from cases.regulation.rules import BEIJING, Reference
from cases.store.ledger import Ledger
from tests.fix_desk import caller

PRODUCT = caller(Role.SERVICE, "set-up")


def ledger_of(desk: Desk) -> Ledger:
    return desk._ledger


def test_what_ships_is_published_at_the_first_start_and_not_again(new_desk: Desk) -> None:
    published = new_desk.publish(shipped(), PRODUCT)
    assert {fact.name() for fact in published} == {"RegulationPublished", "CalendarPublished"}
    assert new_desk.publish(shipped(), PRODUCT) == ()
    reference = read(ledger_of(new_desk))
    assert ("lamp-factory", "2026.3") in reference.regulations
    assert not reference.settings, "no firm's value comes with the program"


def test_what_many_ask_for_at_once_is_read_once(new_desk: Desk) -> None:
    new_desk.publish(shipped(), PRODUCT)
    ledger = ledger_of(new_desk)
    shelf, version, gate = Shelf(ledger, BEIJING), len(ledger.load(REFERENCE_ID)), Barrier(8)

    def ask(_: int) -> Reference:
        gate.wait()
        shelf.reach(version)
        return shelf.reference

    with ThreadPoolExecutor(8) as many:
        found = list(many.map(ask, range(8)))
    assert found[0].regulations
    assert all(one is found[0] for one in found)


def test_demo_values_are_published_only_when_asked_for(new_desk: Desk) -> None:
    new_desk.publish([*shipped(), *demo_settings()], PRODUCT)
    assert ("lamp-factory", "demo.2") in read(ledger_of(new_desk)).settings


def test_a_value_that_the_regulation_does_not_ask_for_is_refused_with_the_name_that_was_meant() -> None:
    lamp = shipped_regulation("lamp-factory").regulation
    demo = next(fact for fact in demo_settings() if fact.regulation == lamp.id)
    assert settings_document(demo.document, lamp) == demo
    misspelt = demo.document.replace("refund-within =", "refund-wihtin =")
    with pytest.raises(BrokenPack, match=r"no such placeholder; did you mean refund-within\?"):
        settings_document(misspelt, lamp)
    strange = shipped_regulation("textile").regulation
    with pytest.raises(BrokenPack, match="these are not values of textile"):
        settings_document(demo.document, strange)


def test_a_changed_text_under_an_old_version_is_refused(new_desk: Desk) -> None:
    new_desk.publish(shipped(), PRODUCT)
    lamp = next(fact for fact in shipped() if getattr(fact, "regulation", None) == "lamp-factory")
    changed = regulation_document(lamp.document.replace("[0.75]", "[0.8]"))
    with pytest.raises(Refused, match="needs a new version"):
        new_desk.publish([changed], PRODUCT)
    renewed = regulation_document(changed.document.replace('"2026.3"', '"2026.4"'))
    assert new_desk.publish([renewed], PRODUCT) == (renewed,)


def test_what_is_read_is_what_was_published_to_the_byte(new_desk: Desk) -> None:
    new_desk.publish(shipped(), PRODUCT)
    book = next(iter(read(ledger_of(new_desk)).calendars.values()))
    calendar = next(fact for fact in shipped() if fact.name() == "CalendarPublished")
    assert calendar_document(book.document) == calendar


def test_a_text_of_a_firm_with_targets_in_its_own_words_is_read_for_ever() -> None:
    told = shipped_text("lamp-sales").replace('measure = "satisfaction"', 'measure = "happy-customers"', 1)
    text = told.replace('at_least = "0.95"', 'at_least = "95 %"')
    assert text.count('at_least = "95 %"')
    fact = RegulationPublished(regulation="lamp-sales", version="2026.0", document=text, sha256=digest(text))
    recorded = Recorded(
        REFERENCE_ID, 1, fact, datetime(2026, 1, 5, tzinfo=UTC), "set-up", Role.SERVICE, Source(system="set-up"),
        REFERENCE_ID, recorded_at=datetime(2026, 1, 5, tzinfo=UTC),
    )  # fmt: skip
    (found,) = reference_of([recorded]).regulations.values()
    whole = shipped_regulation("lamp-sales").regulation
    assert (found.promise, found.constraint) == (whole.promise, whole.constraint)
    left, all_of_them = ({one.id for one in told.target} for told in (found, whole))
    assert left < all_of_them, "what cannot be counted is left out"
