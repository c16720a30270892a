"""A firm of the asked size: how it is rebuilt, and how soon and from how many rows its questions are answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from random import Random
from statistics import quantiles
from typing import Final, LiteralString
from uuid import UUID

import pytest

from api.installation import Installation, opened
from api.past import tell
from cases.settings import Settings
from cases.store.database import Database
from projections.rebuilding.rebuild import rebuild
from tests.bench.conftest import WORKERS, Firm
from tests.bench.figures import Figures
from tests.bench.great_log import GreatLog
from tests.bench.questions import ASKED, MONTHS, NOW, Asked, begins, dashboard, ends
from tests.memory import largest_child
from tests.projections.lamps import connected
from tests.rows_read import rows_read, scans

ROUNDS: Final = 40
TENTH: Final = 10
SOME: Final[LiteralString] = """
SELECT originator_id, recorded_at FROM log.case_events
WHERE originator_id >= %s AND originator_version = 3 AND topic LIKE 'case.%%' ORDER BY originator_id LIMIT 1
"""
CLOCKS: Final[LiteralString] = (
    "SELECT count(*) FROM bi.fct_sla_clocks WHERE started_at >= %s AND started_at < %s"
)


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.name)
def test_how_soon_a_question_is_answered(asked: Asked, firm: Firm, figures: Figures) -> None:
    chance = Random(1)
    with connected(firm.database) as connection:
        drawn = [asked.draw(chance) for _ in range(ROUNDS)]
        waits = [_seconds(partial(question, connection)) for question in drawn]
    _p95(
        figures,
        asked.name,
        f"{sum(rows_read(firm.database, drawn[-1]).values()):,} rows read",
        waits,
        asked.within,
    )


def test_a_dashboard_reads_the_clocks_of_its_month(firm: Firm, figures: Figures) -> None:
    month = Random(2).choice(MONTHS[:-1])
    read = [
        scan.rows for scan in scans(firm.database, dashboard(Random(2))) if scan.table == "fct_sla_clocks"
    ]
    with connected(firm.database) as connection:
        clocks = connection.execute(CLOCKS, (begins(month), ends(month))).fetchall()[0][0]
    what = "largest reading of clocks by a dashboard of a month"
    figures.at_most(what, f"{clocks:,} clocks in it, {len(read)} readings", max(read) / clocks, 1, "×")


@pytest.fixture(scope="module")
def here(firm: Firm) -> Iterator[Installation]:
    """The installation of the firm, as ready as one that serves."""
    with opened(Settings(data_dir=firm.folder)) as here:
        here.read_ahead()
        yield here


@pytest.mark.parametrize(
    ("name", "bounds"),
    [
        ("a case's timeline", ()),
        ("a case as it was known at its third fact", ("known_at",)),
        ("a case as it had happened by its third fact", ("happened_by",)),
    ],
)
def test_how_soon_a_case_is_told(
    name: str, bounds: tuple[str, ...], here: Installation, figures: Figures
) -> None:
    chance = Random(3)
    cases = [here.ledger.rows(SOME, [UUID(int=chance.getrandbits(127))])[0] for _ in range(ROUNDS)]

    def told(case_id: UUID, at: datetime) -> object:
        return tell(here, case_id, NOW, **dict.fromkeys(bounds, at)).timeline()

    waits = [_seconds(partial(told, *case)) for case in cases]
    _p95(figures, name, "the first ones too", waits, 0.02)


def test_what_a_rebuild_takes(firm: Firm, figures: Figures, new_database: Callable[[], Database]) -> None:
    """Its processes take as much memory as with a log a tenth as long."""
    with new_database() as small:
        GreatLog(max(1, figures.scale // TENTH)).append(small)
        with largest_child() as most:
            rebuild(small, workers=WORKERS)
            before = most()
    with largest_child() as most:
        report = rebuild(firm.database, workers=WORKERS)
        after = most()
    assert report.differing == 0
    assert report.parked == []
    what = f"rebuild of {report.facts:,} facts, {WORKERS} processes"
    figures.at_least(what, "", report.facts_per_second, 50_000, "facts/s")
    figures.told(what, "with keys, comparison and swap", report.seconds, "s")
    if before:  # a short log is rebuilt without processes of its own
        figures.at_most("largest process of that rebuild", "a log a tenth as long", after / before, 1.25, "×")
    figures.told("largest process of that rebuild", "", after, "MiB")


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _p95(figures: Figures, what: str, against: str, waits: list[float], within: float | None) -> None:
    tail = quantiles(waits, n=20)[18] * 1000
    if within is None:
        figures.told(f"{what}, p95", against, tail, "ms")
    else:
        figures.at_most(f"{what}, p95", against, tail, within * 1000, "ms")
