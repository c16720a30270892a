"""The product's log: whole streams, settled pages, and outcomes in our own words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from cases.codes import Channel, Role, Step
from cases.errors import CaseIsBusy, NotFound
from cases.events import Received, Responded
from cases.recorded import Recorded, Source
from cases.store.ledger import BesideTaken, Ledger

NOON = datetime(2026, 10, 1, 4, tzinfo=UTC)


def history(length: int, case_id: UUID | None = None) -> list[Recorded]:
    """A case that was received and answered several times."""
    case_id = case_id or uuid4()
    facts = [Received(case_no="AS-1", channel=Channel.PHONE), *[Responded(step=Step.REPLY)] * (length - 1)]
    return [
        Recorded(case_id, version, fact, NOON, "wang", Role.AGENT, Source(system="api"), case_id)
        for version, fact in enumerate(facts, 1)
    ]


def test_what_is_appended_is_read_back_with_the_position_and_clock_of_the_log(ledger: Ledger) -> None:
    facts = history(3)
    appended = ledger.append(facts)
    known = ledger.load(facts[0].originator_id)
    assert [(k.fact, k.occurred_at, k.actor) for k in known] == [(f.fact, NOON, "wang") for f in facts]
    assert [(k.position, k.recorded_at) for k in known] == [(a.position, a.recorded_at) for a in appended]
    assert ledger.case(facts[0].originator_id).version == 3


def test_a_version_that_is_taken_is_a_lost_race(ledger: Ledger) -> None:
    facts = history(2)
    ledger.append(facts)
    for late in (facts[1:], history(4, facts[0].originator_id)[3:]):
        with pytest.raises(CaseIsBusy) as lost:
            ledger.append(late)
        assert not isinstance(lost.value, BesideTaken)


def test_a_row_beside_that_is_taken_undoes_the_append_and_names_its_table(ledger: Ledger) -> None:
    subject = uuid4()
    row = (
        "INSERT INTO vault.subjects (subject_id, wrapped_key, key_encryption_key_id) VALUES (%s, 'x', 'k')",
        [subject],
    )
    ledger.append(history(1), beside=[row])
    again = history(1)
    with pytest.raises(BesideTaken) as taken:
        ledger.append(again, beside=[row])
    assert taken.value.details == {"table": "subjects"}
    assert ledger.load(again[0].originator_id) == ()


def test_a_stream_that_is_not_there_is_empty_and_a_case_is_not_found(ledger: Ledger) -> None:
    assert ledger.load(uuid4()) == ()
    with pytest.raises(NotFound):
        ledger.case(uuid4())


def test_many_histories_go_in_together_and_are_read_together(ledger: Ledger) -> None:
    histories = [history(2), history(5)]
    assert len(ledger.append_many(histories)) == 7
    found = ledger.load_many([*(facts[0].originator_id for facts in histories), uuid4()])
    assert {case_id: len(facts) for case_id, facts in found.items()} == {
        facts[0].originator_id: len(facts) for facts in histories
    }


def test_pages_follow_each_other_to_the_settled_end(ledger: Ledger) -> None:
    ledger.append_many([history(3) for _ in range(5)])
    position, seen = 0, []
    while True:
        page, settled = ledger.page(position, 4)
        if not page:
            break
        seen += [recorded.position for recorded in page]
        position = seen[-1]
    assert all(before < after for before, after in pairwise(seen))
    assert position == settled == ledger.settled()


@pytest.mark.parametrize("shards", [1, 3, 8])
def test_shards_give_every_stream_once_and_whole(
    ledger: Ledger, shards: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.store.ledger.PAGE", 4)
    ledger.append_many([history(7) for _ in range(6)])
    streams = [facts for shard in range(shards) for facts in ledger.stream(shard, shards)]
    ids = [facts[0].originator_id for facts in streams]
    assert len(ids) == len(set(ids))
    assert sum(map(len, streams)) == ledger.rows("SELECT count(*) FROM log.case_events")[0][0]
    assert all(
        [fact.originator_version for fact in facts] == list(range(1, len(facts) + 1)) for facts in streams
    )


def test_shards_end_at_the_position_they_are_given(ledger: Ledger) -> None:
    before = ledger.settled()
    ledger.append(history(2))
    assert max(fact.position for facts in ledger.stream(0, 1, upto=before) for fact in facts) == before


def test_an_instant_names_the_last_position_recorded_by_then(ledger: Ledger) -> None:
    first = ledger.append(history(2))
    second = ledger.append(history(2))
    assert ledger.position_at(first[0].recorded_at) == first[1].position
    assert ledger.position_at(second[0].recorded_at - timedelta(microseconds=1)) == first[1].position
    assert ledger.position_at(second[0].recorded_at + timedelta(days=1)) == second[1].position
    assert ledger.position_at(NOON - timedelta(days=9999)) == 0
