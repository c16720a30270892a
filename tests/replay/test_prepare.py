"""What of a source's history is new: nothing twice, only what grew, a changed past reported."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cases import events
from cases.fact import Pinned
from cases.recorded import Recorded
from replay.imports.mapping import Mapping, load_mapping
from replay.imports.prepare import Taking, Trouble
from replay.imports.source import SourceEvent

BEGIN = datetime(2012, 10, 9, 14, 50, tzinfo=UTC)
HELPDESK = load_mapping("helpdesk")


def keyed(*parts: str) -> str:
    return hashlib.sha256("\n".join(("key of the test", *parts)).encode()).hexdigest()


def taking(mapping: Mapping = HELPDESK) -> Taking:
    pins = (Pinned(regulation="lamp-factory", version="2026.2", calendar="cn@1"),)
    return Taking(
        mapping=mapping,
        fingerprint=keyed,
        file_sha256="a" * 64,
        pins=pins,
        case_no=lambda: "AS-00000007",
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )


def history(*activities: str, step: timedelta = timedelta(hours=1)) -> list[SourceEvent]:
    return [
        SourceEvent(
            "Case 7", activity, BEGIN + number * step, {"org:resource": "Anna", "product": "HL"}, number + 10
        )
        for number, activity in enumerate(activities)
    ]


def taken(found: list[Recorded] | Trouble) -> list[Recorded]:
    assert isinstance(found, list), found
    return found


def names(found: list[Recorded]) -> list[str]:
    return [recorded.fact.name() for recorded in found]


def test_one_event_may_give_several_facts_and_a_wait_ends_with_the_next_event() -> None:
    found = taken(taking().prepare(history("Assign seriousness", "Wait", "Closed"), ()))
    assert names(found) == ["Received", "Classified", "Paused", "Resumed", "Closed"]
    assert [recorded.occurred_at for recorded in found[2:]] == [
        BEGIN + timedelta(hours=1),
        BEGIN + timedelta(hours=2),
        BEGIN + timedelta(hours=2),
    ]
    received = found[0].fact
    assert isinstance(received, events.Received)
    assert received.judged_under[0].regulation == "lamp-factory"
    assert not received.is_live


def test_the_same_history_again_adds_nothing() -> None:
    told = history("Assign seriousness", "Wait", "Closed", "Closed")
    first = taken(taking().prepare(told, ()))
    assert taken(taking().prepare(told, first)) == []


def test_a_grown_history_adds_only_what_is_new() -> None:
    first = taken(taking().prepare(history("Assign seriousness", "Wait"), ()))
    grown = taken(taking().prepare(history("Assign seriousness", "Wait", "Closed"), first))
    assert names(grown) == ["Resumed", "Closed"]
    assert [recorded.originator_version for recorded in grown] == [4, 5]


def test_equal_events_at_one_instant_are_told_apart_by_their_ordinal() -> None:
    twice = taken(taking().prepare(history("Closed", "Closed", step=timedelta(0)), ()))
    assert names(twice) == ["Received", "Closed", "Closed"]
    assert len({recorded.source.key for recorded in twice}) == 3


def test_a_changed_past_is_reported_and_nothing_is_taken() -> None:
    first = taken(taking().prepare(history("Assign seriousness", "Closed"), ()))
    moved = [*history("Assign seriousness"), replace(history("", "Closed")[1], at=BEGIN + timedelta(days=2))]
    found = taking().prepare(moved, first)
    assert isinstance(found, Trouble)
    assert (found.kind, found.line) == ("changed past", 10)


def test_increments_may_leave_out_what_was_told_before() -> None:
    mapping = HELPDESK.model_copy(update={"delivers": "increments"})
    first = taken(taking(mapping).prepare(history("Assign seriousness"), ()))
    assert names(taken(taking(mapping).prepare(history("Assign seriousness", "Closed")[:2], first))) == [
        "Closed"
    ]


def test_an_increment_does_not_receive_the_case_a_second_time() -> None:
    mapping = HELPDESK.model_copy(update={"delivers": "increments"})
    whole = history("Assign seriousness", "Wait", "Closed")
    first = taken(taking(mapping).prepare(whole[:1], ()))
    assert names(taken(taking(mapping).prepare(whole[2:], first))) == ["Closed"]


@pytest.mark.parametrize("word", ["product", "org:resource"])
def test_an_event_that_says_something_else_than_before_is_a_changed_past(word: str) -> None:
    told = history("Assign seriousness", "Closed")
    first = taken(taking().prepare(told, ()))
    changed = [replace(event, words={**event.words, word: "another"}) for event in told]
    found = taking().prepare(changed, first)
    assert found == Trouble(10, "changed past", "the event no longer says what it said before")


def test_a_phone_number_among_the_words_is_not_taken() -> None:
    told = [replace(event, words={"product": "call 138-0013-8000"}) for event in history("Closed")]
    found = taking().prepare(told, ())
    assert isinstance(found, Trouble)
    assert (found.kind, found.message.partition(":")[0]) == ("bad word", "Received.product_model")
    assert "8000" not in found.message


def test_a_history_that_claims_the_future_is_not_taken() -> None:
    late = [replace(event, at=datetime(2030, 1, 1, tzinfo=UTC)) for event in history("Closed")]
    assert taking().prepare(late, ()) == Trouble(10, "future", "lies in the future")


def test_a_word_that_does_not_fit_names_fact_field_and_line_but_not_the_word() -> None:
    told = [replace(event, words={"product": "x" * 500}) for event in history("Closed")]
    found = taking().prepare(told, ())
    assert isinstance(found, Trouble)
    assert found.message.startswith("Received.product_model: must have at most 120 characters")
    assert "xxx" not in found.message


@pytest.mark.parametrize("word", ["Case 7", "Anna"])
def test_no_word_of_the_source_stands_in_ids_keys_or_actors(word: str) -> None:
    for recorded in taken(taking().prepare(history("Assign seriousness", "Closed"), ())):
        assert word not in f"{recorded.originator_id} {recorded.source.key} {recorded.actor}"
