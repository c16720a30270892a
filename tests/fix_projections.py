"""Fixtures of the projections: a log in which a lamp factory's cases are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cases.store.database import Database
from cases.store.ledger import Ledger
from tests.projections.lamps import Lamps


@pytest.fixture(scope="module")
def lamps(database: Database) -> Iterator[Lamps]:
    """A teller of cases, with the regulation published, over this module's database."""
    ledger = Ledger(database)
    teller = Lamps(ledger)
    teller.publish()
    yield teller
    ledger.close()
