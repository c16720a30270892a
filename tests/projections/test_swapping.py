"""The leader is held for a short tail only: what takes long is taken in before, however late it comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from cases.regulation.rules import Reference
from cases.store.database import Database
from projections.following.engine import Engine
from projections.following.follower import Follower
from projections.rebuilding import rebuild as rebuilds
from projections.rebuilding import swap
from projections.rebuilding.rebuild import Sofar, rebuild
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import OPENING, Lamps, case_id, connected, documents, received, recorded

MANY = 30
"""Cases that a publication touches here."""


@pytest.fixture(scope="module")
def floor(lamps: Lamps, database: Database) -> Lamps:
    """A factory's log, taken in."""
    FactoryLog(19).append(lamps.ledger, 200)
    Engine(database).catch_up()
    return lamps


class Late(Follower):
    """Follows for a rebuild; whenever it has taken a page in, something else was recorded and followed meanwhile."""

    worked_out: list[tuple[bool, int]] = []
    """Whether the leader was held, and how many cases were worked out in one go."""
    meanwhile: Iterator[None] = iter(())
    database: Database

    def step(self, *args: Any, **kwargs: Any) -> int:
        taken = super().step(*args, **kwargs)
        next(self.meanwhile, None)
        return taken

    def _computed(self, ids: list[UUID], until: int, reference: Reference) -> Any:
        self.worked_out.append((self._is_held(), len(ids)))
        return super()._computed(ids, until, reference)

    def _is_held(self) -> bool:
        try:
            with connected(self.database) as other:
                other.execute("SELECT FROM bi.meta_position FOR UPDATE NOWAIT")
        except psycopg.errors.LockNotAvailable:
            return True
        return False


def test_what_comes_while_a_rebuild_makes_ready_to_take_over_is_taken_in_before_the_leader_is_held(
    floor: Lamps, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile() -> Iterator[None]:
        floor.ledger.append([recorded(case_id("calendar again"), 1, OPENING, documents()[-1])])
        Engine(database).catch_up()
        yield
        for number in range(MANY):
            floor.tell(f"late {number}", ("2026-05-01 09:00", received("AS-9")))
        Engine(database).catch_up()
        yield

    def tell(_sofar: Sofar) -> None:
        floor.tell("beside", ("2026-05-01 09:00", received("AS-8")))
        Engine(database).catch_up()

    monkeypatch.setattr(swap, "TAIL", 5)
    monkeypatch.setattr(rebuilds, "Follower", Late)
    Late.database, Late.meanwhile, Late.worked_out = database, meanwhile(), []
    report = rebuild(database, workers=1, progress=tell)
    assert (report.is_swapped, report.differing) == (True, 0)
    assert len([cases for _, cases in Late.worked_out if cases >= MANY]) == 2, (
        "every case, and those that came"
    )
    assert max((cases for is_held, cases in Late.worked_out if is_held), default=0) <= 5


def test_a_tail_that_never_gets_short_does_not_put_off_taking_over_for_ever(
    floor: Lamps, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "TAIL", -1)
    with connected(database) as one, connected(database) as other:
        follower = Follower(other)
        with swap.level(one, follower) as held:
            assert held.position == follower.position
