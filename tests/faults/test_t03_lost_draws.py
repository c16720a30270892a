"""T03 of the audit: the connection of a draw is cut at every point; the draw stands once, and whoever drew knows it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.codes import Role
from cases.desk import Desk
from cases.errors import Unavailable
from cases.keys import Keys
from cases.period import Period
from cases.reference import read, shipped
from cases.sampling.files import recheck
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.store.server import EmbeddedServer
from cases.vault import Vault
from replay.audit.draw import AuditRoom, Drawn
from tests.faults.cutting import Cut, CuttingProxy
from tests.fix_desk import caller
from tests.fix_figures import Figure

LATER = datetime(2040, 1, 1, tzinfo=UTC)
AUDITOR = caller(Role.QUALITY, "auditor")
FEBRUARY = Period.month(2026, 2)
EVERY = 1 if os.environ.get("CASELEDGER_FAULTS") == "full" else 6
"""Of the points, every so many-th is cut, from the last one on."""


@pytest.fixture
def stage(
    server: EmbeddedServer, new_database: Callable[[], Database], tmp_path: Path
) -> Callable[[], AbstractContextManager[tuple[AuditRoom, CuttingProxy]]]:
    """Makes a room in which January is drawn, with its database reached by way of a proxy."""
    keys = Keys.open(tmp_path / "vault.json", vault_is_empty=lambda: True)

    @contextmanager
    def made() -> Iterator[tuple[AuditRoom, CuttingProxy]]:
        with new_database() as direct, Ledger(direct) as ledger, CuttingProxy(server) as proxy:
            Desk(ledger, Vault(ledger, keys)).publish(shipped(), caller(Role.SERVICE, "set-up"))
            with Database(proxy, direct.name, is_guest=True) as cut, Ledger(cut) as behind:
                room = AuditRoom(behind, read(ledger), "lamp-factory", "monthly-sample")
                room.draw(Period.month(2026, 1), AUDITOR, LATER)
                yield room, proxy

    return made


def draw(room: AuditRoom, month: Period) -> Drawn:
    """Draw as a patient auditor does: again where nothing could be read; never where it is drawn already."""
    for _ in range(5):
        try:
            return room.draw(month, AUDITOR, LATER)
        except Unavailable:
            assert str(month) not in room.state().frozen, "it was drawn, and nobody was told"
    pytest.fail("nobody answered")


def test_no_cut_draws_twice_or_leaves_a_draw_unanswered(
    stage: Callable[[], AbstractContextManager[tuple[AuditRoom, CuttingProxy]]],
    figure: Figure,
) -> None:
    with stage() as (room, proxy):
        proxy.arm()
        draw(room, FEBRUARY)
        points = [
            Cut(side, behind) for side, count in proxy.seen.items() for behind in range(count, 0, -EVERY)
        ]
    made = 0
    for cut in points:
        with stage() as (room, proxy):
            proxy.arm(cut)
            drawn = draw(room, FEBRUARY)
            made += proxy.made
            proxy.arm()
            assert drawn.sample == room.files(FEBRUARY).sample
            assert recheck(drawn.files) == ()
            facts = [known.fact.name() for known in room.ledger.load(room.stream)]
            assert facts == ["ProgrammeOpened", *2 * ("FrameFrozen", "NoncesRevealed", "SampleDrawn")]
    # A run that needs fewer messages than the counted one ends before its cut.
    assert made >= 0.8 * len(points)
    figure(f"T03 draws: cut {made} times at {len(points)} points, drawn twice 0, unanswered 0")
