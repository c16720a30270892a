"""Histories from elsewhere go in as they are; a lost reply is looked up before anything is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from cases.desk import Desk
from cases.errors import CaseIsBusy, Unavailable
from cases.recorded import Recorded
from cases.store.ledger import Ledger
from cases.store.outcomes import CommitUnknown
from tests.store.test_ledger import history


def test_histories_keep_their_own_times(desk: Desk, ledger: Ledger) -> None:
    histories = [history(3), history(4)]
    assert desk.take_history(histories) == 7
    assert [known.occurred_at for known in ledger.load(histories[1][0].originator_id)] == [
        told.occurred_at for told in histories[1]
    ]
    assert desk.take_history([]) == 0


def test_a_history_is_not_taken_twice(desk: Desk) -> None:
    told = history(2)
    desk.take_history([told])
    with pytest.raises(CaseIsBusy):
        desk.take_history([told])


@pytest.mark.parametrize("is_stored", [True, False])
def test_a_lost_reply_is_looked_up(
    desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, is_stored: bool
) -> None:
    append_many, told = ledger.append_many, history(2)

    def lost(histories: Sequence[Sequence[Recorded]], beside: Any) -> None:
        if is_stored:
            append_many(histories, beside)
        raise CommitUnknown

    monkeypatch.setattr(ledger, "append_many", lost)
    if is_stored:
        assert desk.take_history([told]) == 2
        return
    with pytest.raises(Unavailable):
        desk.take_history([told])
