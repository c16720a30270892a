"""T09: facts that cannot be projected; their cases are set aside by name, tried three times, and released."""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random

import pytest

from cases.store.database import Database
from projections.following.engine import Engine
from projections.following.retrying import WAITS, Retries
from projections.following.reworking import Reworker
from projections.questions.freshness import freshness
from projections.schema import Db
from tests.faults.tables_hold import tables_hold
from tests.fix_figures import Figure
from tests.projections.lamps import Lamps, case_id, classified, closed, connected, received

CASES = 400 if os.environ.get("CASELEDGER_FAULTS") == "full" else 20
SEED = int(os.environ.get("CASELEDGER_SEED", "2026"))
MORNING = "2026-03-02 09:00"


@pytest.fixture
def bi(lamps: Lamps, database: Database) -> Iterator[Db]:
    """The tables, in which no batch may be B666."""
    Engine(database).catch_up()
    with connected(database) as connection:
        connection.execute(
            "ALTER TABLE bi.fct_cases ADD CONSTRAINT no_such_batch CHECK (batch <> 'B666') NOT VALID"
        )
        yield connection
        mend(connection)


def mend(connection: Db) -> None:
    connection.execute("ALTER TABLE bi.fct_cases DROP CONSTRAINT IF EXISTS no_such_batch")


def tell(lamps: Lamps, name: str, *, is_poison: bool) -> None:
    batch = "B666" if is_poison else "B7"
    lamps.tell(name, (MORNING, received("AS-1", batch=batch)), ("2026-03-02 09:10", classified("repair")))


def parked(bi: Db) -> set[object]:
    return {one.case_id for one in freshness(bi).parked}


def test_every_other_case_goes_on_and_the_parked_ones_are_whole_after_their_release(
    bi: Db, lamps: Lamps, database: Database, figure: Figure
) -> None:
    chance, poison = Random(SEED), set()
    for number in range(CASES):
        if is_poison := chance.random() < 0.2:
            poison.add(f"lamp {number}")
        tell(lamps, f"lamp {number}", is_poison=is_poison)
        if number % 7 == 0:
            Engine(database).catch_up()
    for name in sorted(poison):
        lamps.tell(name, ("2026-03-03 09:00", closed()))
    Engine(database).catch_up()
    found = freshness(bi, CASES)
    assert {one.case_id for one in found.parked} == {case_id(name) for name in poison}
    assert (found.parked_cases, found.positions_behind) == (len(poison), 0)
    assert found.incomplete_from == min(one.position for one in found.parked)
    seen = bi.execute("SELECT count(*) FROM bi.fct_cases").fetchone()
    assert seen == (CASES - len(poison),)
    mend(bi)
    assert Reworker(bi).released().parked == []
    tables_hold(bi)
    figure(f"T09: seed {SEED}, {len(poison)} of {CASES} cases parked and released, silent skips 0")


def test_a_parked_case_is_tried_three_times_and_then_waits_for_somebody(
    bi: Db, lamps: Lamps, database: Database
) -> None:
    tell(lamps, "tried", is_poison=True)
    Engine(database).catch_up()
    bi.execute("CREATE SEQUENCE bi.tries")
    counts = "batch <> 'B666' OR nextval('bi.tries') > 0"
    bi.execute(f"ALTER TABLE bi.fct_cases ADD CONSTRAINT counted CHECK ({counts}) NOT VALID")
    retries, tries, now = Retries(bi), [], 0.0
    while now < sum(WAITS) + 100:
        before = tried(bi)
        retries.turn(now)
        tries += [now] * (tried(bi) - before)
        now += 0.5
    waits = [round(later - earlier) for earlier, later in zip([0.0, *tries], tries, strict=False)]
    assert waits == [round(wait) for wait in WAITS]
    mend(bi)
    retries.turn(now)
    assert case_id("tried") in parked(bi)
    again = Retries(bi)
    again.turn(now)
    again.turn(now + WAITS[0])
    assert parked(bi) == set(), "a new leader, as after an update, begins anew"


def tried(bi: Db) -> int:
    row = bi.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM bi.tries").fetchone()
    assert row is not None
    return int(row[0])
