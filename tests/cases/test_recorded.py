"""Stored bytes: every shape ever published reads as it did, and writing gives the same bytes again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from cases.errors import UnknownTopic
from cases.recorded import TOPICS, decode, encode

GOLDEN = Path(__file__).parent / "golden"
MOMENT = datetime(2026, 10, 10, 9, tzinfo=UTC)


def golden_lines() -> list[tuple[str, str]]:
    lines = (GOLDEN / "facts.tsv").read_text(encoding="utf-8").splitlines()
    return [(topic, state) for topic, _, state in (line.partition("\t") for line in lines)]


@pytest.mark.parametrize(("topic", "state"), golden_lines())
def test_every_shape_ever_published_reads_and_writes_as_it_did(topic: str, state: str) -> None:
    read = decode(
        topic, state.encode(), originator_id=UUID(int=1), originator_version=1, position=9, recorded_at=MOMENT
    )
    assert encode(read) == (topic, state.encode())


def test_every_topic_has_a_golden_shape() -> None:
    assert {topic for topic, _ in golden_lines()} == set(TOPICS)


def test_a_topic_nobody_published_is_refused_by_name() -> None:
    with pytest.raises(UnknownTopic) as refused:
        decode(
            "case.vanished.v1",
            b"{}",
            originator_id=UUID(int=1),
            originator_version=1,
            position=1,
            recorded_at=MOMENT,
        )
    assert refused.value.details == {"topic": "case.vanished.v1"}


def test_stored_bytes_hold_neither_ids_nor_position_nor_recorded_at() -> None:
    for _, state in golden_lines():
        keys = set(json.loads(state))
        assert not keys & {"originator_id", "originator_version", "position", "recorded_at"}
