"""What must hold after every fault, whatever happened: the checker of the fault programme."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from cases.case import fold
from cases.events import Linked
from cases.recorded import Recorded
from cases.store.leaf import leaf
from cases.store.ledger import Ledger

ALL = (
    "SELECT originator_id, originator_version, topic, state, notification_id, recorded_at, leaf"
    " FROM log.case_events ORDER BY notification_id"
)


def hold(ledger: Ledger) -> None:
    """Assert dense versions, true leaves, a clock that never falls, money kept, and keys that name their facts."""
    rows = ledger.rows(ALL)
    assert all(before[5] <= after[5] for before, after in pairwise(rows)), (
        "I4: recorded_at falls along positions"
    )
    for originator_id, version, topic, state, position, recorded_at, kept in rows:
        assert leaf(originator_id, version, position, recorded_at, topic, state) == kept, (
            "I2: a leaf is not of its row"
        )
    _cases_hold(ledger, rows)
    _keys_hold(ledger, {row[4]: (row[0], row[2]) for row in rows})


def _cases_hold(ledger: Ledger, rows: list[tuple[Any, ...]]) -> None:
    versions: defaultdict[Any, list[int]] = defaultdict(list)
    for row in rows:
        versions[row[0]].append(row[1])
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in versions.values()), (
        "I1: a gap in versions"
    )
    for case_id, facts in ledger.load_many(versions).items():
        _money_holds(case_id, facts)


def _money_holds(case_id: Any, facts: list[Recorded]) -> None:
    case = fold(case_id, facts)
    paid = case.received.paid.minor if case.received and case.received.paid else 0
    assert case.refunded_minor <= paid, "I6: more went back than was paid"


def _keys_hold(ledger: Ledger, known: dict[int, tuple[Any, str]]) -> None:
    keys = ledger.rows("SELECT case_id, positions, answer FROM desk.idempotency_keys")
    named = [position for _, positions, _ in keys for position in positions]
    assert len(named) == len(set(named)), "I7: two keys name one fact"
    assert known.keys() >= set(named), "I7: a key names a fact that is not there"
    for case_id, positions, answer in keys:
        told = [known[position] for position in positions]
        mine = [topic for whose, topic in told if whose == case_id]
        assert len(mine) == len(answer["facts"]), "I7: a key names other facts than it answered"
        beside = [topic for whose, topic in told if whose != case_id]
        assert beside == [topic for topic in mine if topic == Linked.topic], "I7: half a pair"
