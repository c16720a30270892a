"""Fixtures of the statistics: an imported log that they are worked out over once more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from projections.schema import Db
from tests.projections.lamps import connected
from tests.replay.fix_sample import SAMPLE, take_sample

IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
HELPDESK = Path(__file__).parents[2] / "shared" / "data" / "helpdesk.xes.gz"


@pytest.fixture(scope="module")
def imported(new_database: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Db]:
    """The tables over an imported log: the real help desk where it is at hand, else the sample; not all of it."""
    path, mapping = (HELPDESK, "helpdesk") if HELPDESK.exists() else (SAMPLE, "lamp-sample")
    cases = None if IS_FULL else 120
    with new_database() as database:
        take_sample(database, tmp_path_factory.mktemp("imported"), path, mapping, cases)
        with connected(database) as connection:
            connection.execute("SET TIME ZONE 'Asia/Shanghai'")
            yield connection
