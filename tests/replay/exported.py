"""Logs of whole cases, written and taken in again, and what two ledgers hold beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from cases.recorded import Recorded, decode, encode
from cases.store.database import Database
from cases.store.ledger import Ledger
from projections.tables.table import Table
from replay.exports.ocel_json import write_ocel_json
from replay.exports.ocel_sqlite import write_ocel_sqlite
from replay.exports.snapshot import BESIDE, Chosen, Snapshot
from replay.exports.xes import Written, write_xes
from replay.imports.own import take_again
from replay.imports.take import Taken
from tests.cases.test_recorded import MOMENT, golden_lines
from tests.projections.factory_log import FactoryLog
from tests.projections.lamps import SHANGHAI, Lamps, all_rows, connected

WRITERS = {".gz": write_xes, ".sqlite": write_ocel_sqlite, ".json": write_ocel_json}
ALL = Chosen()
OF_THE_LOG = {
    "position", "last_position", "recorded_at", "updated_at", "known_at",
    "backdated_facts", "corrected_facts", "excluding_facts",
}  # fmt: skip
"""Columns that tell where and when a log has a fact."""
Facts = dict[tuple[UUID, int], tuple[str, bytes]]


def tell_factory(ledger: Ledger, cases: int) -> None:
    """A lamp factory's log, with its regulation published."""
    Lamps(ledger).publish()
    told = FactoryLog().histories()
    ledger.append([fact for _ in range(cases) for fact in next(told)])


def golden() -> Iterator[Recorded]:
    """Every fact ever published: those of cases as one case, each other one in a stream of its own."""
    lines = golden_lines()
    beside = [line for line in lines if line[0] in BESIDE]
    of_one_case = [line for line in lines if line not in beside]
    yield from (stored(1, version, *line) for version, line in enumerate(of_one_case, 1))
    yield from (stored(number, 1, *line) for number, line in enumerate(beside, 2))


def stored(stream: int, version: int, topic: str, state: str) -> Recorded:
    return decode(
        topic, state.encode(), originator_id=UUID(int=stream), originator_version=version, position=0,
        recorded_at=MOMENT,
    )  # fmt: skip


def export(ledger: Ledger, path: Path, chosen: Chosen = ALL) -> Written:
    """Write a log in the format of its ending."""
    with path.open("wb") as out:
        return WRITERS[path.suffix](out, Snapshot.now(ledger, SHANGHAI, chosen))


def taken_from(path: Path, ledger: Ledger) -> Taken:
    *_, last = take_again(path, ledger)
    return last


def facts_of(ledger: Ledger) -> Facts:
    """Everything that a log holds, without positions."""
    return dict(_facts(ledger))


def _facts(ledger: Ledger) -> Iterator[tuple[tuple[UUID, int], tuple[str, bytes]]]:
    for stream in ledger.stream(0, 1):
        yield from (((one.originator_id, one.originator_version), encode(one)) for one in stream)


def rows_of(database: Database, table: Table) -> list[tuple[object, ...]]:
    """The rows of a table, without what is the log's own."""
    kept = [place for place, column in enumerate(table.columns) if column.name not in OF_THE_LOG]
    with connected(database) as connection:
        found = all_rows(connection, table.name)
    return sorted((tuple(row[place] for place in kept) for row in found), key=str)
