"""Our event logs as another program (pm4py) reads them, and the real help desk log there and back.

The log is imported, exported in every format, counted by pm4py in a process with packages of its own, and taken into an
empty ledger, whose facts and rebuilt tables are those of the first one.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cases.recorded import TOPICS
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.rebuilding.rebuild import rebuild
from projections.registry import FACTS
from replay.imports.mapping import load_mapping
from replay.imports.prepare import Taking
from replay.imports.take import histories, sha256_of, take
from tests.faults.test_declare import HELPDESK, IS_FULL, ORACLE
from tests.fix_figures import Figure
from tests.projections.lamps import PINNED, Lamps
from tests.replay.exported import export, facts_of, rows_of, taken_from

CASES = 4580
pytestmark = [
    pytest.mark.skipif(not IS_FULL, reason="the whole log and another program's packages: make faults"),
    pytest.mark.skipif(not HELPDESK.exists(), reason="the shared real log is not beside this checkout"),
]


@pytest.fixture(scope="module")
def imported(database: Database) -> Iterator[Ledger]:
    """The ledger with the help desk log in it, judged by the shipped regulation."""
    with Ledger(database) as ledger:
        Lamps(ledger).publish()
        number = count(1)
        taking = Taking(
            load_mapping("helpdesk"), lambda *parts: sha256("|".join(parts).encode()).hexdigest(),
            sha256_of(HELPDESK), PINNED,
            lambda: f"AS-{next(number):08}", datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip
        *_, taken = take(histories(HELPDESK, load_mapping("helpdesk")), taking, ledger)
        assert (taken.cases, taken.events, taken.is_clean) == (CASES, 21_348, True)
        yield ledger


@pytest.fixture(scope="module")
def written(imported: Ledger, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The log in every format."""
    folder = tmp_path_factory.mktemp("logs")
    paths = [folder / name for name in ("cases.xes.gz", "cases.sqlite", "cases.json")]
    for path in paths:
        assert export(imported, path).cases == CASES
    return paths


def test_another_program_finds_the_same_cases_and_events(
    imported: Ledger, written: list[Path], figure: Figure
) -> None:
    query = "SELECT topic, count(*) FROM log.case_events WHERE topic LIKE 'case.%%' GROUP BY 1"
    facts = {TOPICS[topic].name(): number for topic, number in imported.rows(query, [])}
    said = said_by_the_other(written)
    assert said.pop("broken") == []
    for found in said.values():
        assert (found["cases"], found["events"]) == (CASES, sum(facts.values()))
        assert found["activities"] == facts
    both = ("objects", "relations", "of_objects")
    assert [said["sqlite"][key] for key in both] == [said["json"][key] for key in both]
    figure(f"event logs: {CASES} cases, {sum(facts.values())} events, {said['sqlite']['objects']} objects")


def said_by_the_other(written: list[Path]) -> dict[str, Any]:
    assert ORACLE.exists(), f"{ORACLE} is missing: run `make faults`"
    asked = [ORACLE, Path(__file__).with_name("logs_oracle.py"), *written]
    told = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=900).stdout
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


def test_the_log_there_and_back_gives_the_same_facts_and_tables(
    imported: Ledger, written: list[Path], new_database: Callable[[], Database]
) -> None:
    with new_database() as other, Ledger(other) as there:
        assert taken_from(written[0], there).is_clean
        assert facts_of(there) == facts_of(imported)
        for database in (imported.database, other):
            rebuild(database, workers=2)
        for table in FACTS:
            assert rows_of(other, table) == rows_of(imported.database, table), table.name
