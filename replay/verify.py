"""Log, leaves, tables and idempotency rows against each other, in one snapshot of the database.

A fact edited without its leaf is named by its leaf; who rewrites the leaf too is found only by a seal kept outside the
database, which this does not have yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import groupby, pairwise
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import args_row
from psycopg.sql import SQL

from cases.regulation.rules import Reference
from cases.store.database import Database
from cases.store.leaf import leaf
from projections.parking import compute
from projections.published import read_reference
from projections.reading import LOG, Stored, is_of_a_case, settled
from projections.schema import BI, Db
from replay.verify_tables import TablesRead, dims_against, rows_against, sums_against

CASES_A_RANGE: Final = 500
FACTS = SQL(
    "SELECT originator_id, originator_version, topic, state, notification_id, recorded_at, leaf FROM {log}"
    " WHERE originator_id >= %s AND (%s::uuid IS NULL OR originator_id < %s) AND notification_id <= %s"
    " ORDER BY originator_id, originator_version"
).format(log=LOG.name())
BOUNDS = SQL(
    "SELECT originator_id FROM (SELECT originator_id, row_number() OVER (ORDER BY originator_id) AS number"
    " FROM {log} WHERE originator_version = 1) AS streams WHERE number %% %s = 0"
).format(log=LOG.name())
BACKWARDS = SQL(
    "SELECT originator_id, originator_version, notification_id FROM (SELECT *, lag(recorded_at)"
    " OVER (ORDER BY notification_id) AS before FROM {log}) AS line WHERE recorded_at < before LIMIT 100"
).format(log=LOG.name())
LOST_ANSWERS = SQL(
    "SELECT case_id, positions[1] FROM desk.idempotency_keys AS answered WHERE jsonb_array_length(answer -> 'facts')"
    " <> (SELECT count(*) FROM {log} WHERE notification_id = ANY (positions) AND originator_id = case_id"
    " AND originator_version <= (answer ->> 'version')::bigint) LIMIT 100"
).format(log=LOG.name())
"""Answers that name facts which the case has not at these positions, or not by the version they name."""


class Verdict(IntEnum):
    """What `verify` ends with, as its exit code."""

    PROVEN = 0
    TAMPERED = 1
    CANNOT_TELL = 2


class Finding(NamedTuple):
    """Something that does not fit, named by case and position as far as it has them."""

    kind: str
    message: str
    case_id: UUID | None = None
    version: int | None = None
    position: int | None = None


class Leafed(NamedTuple):
    """A stored fact with the leaf beside it."""

    case_id: UUID
    version: int
    topic: str
    state: bytes
    position: int
    recorded_at: Any
    leaf: bytes

    @property
    def stored(self) -> Stored:
        """Give it as the projections read it."""
        return Stored(*self[:6])

    @property
    def is_whole(self) -> bool:
        """Tell whether the leaf is the hash of what the row says."""
        made = leaf(
            self.case_id, self.version, self.position, self.recorded_at, self.topic, bytes(self.state)
        )
        return made == bytes(self.leaf)


@dataclass(slots=True)
class Report:
    """What was looked at and what did not fit; `position` is where log and tables were compared."""

    facts: int = 0
    streams: int = 0
    rows: int = 0
    position: int = 0
    settled: int = 0
    parked: int = 0
    findings: list[Finding] = field(default_factory=list)
    unreadable: list[Finding] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """Give the exit code: something does not fit, or not everything could be read, or all is proven."""
        if self.findings:
            return Verdict.TAMPERED
        return Verdict.CANNOT_TELL if self.unreadable else Verdict.PROVEN


def verify(database: Database, *, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Report:
    """Verify everything that is settled now; `progress` is told ranges done of all. Changes nothing."""
    report = Report()
    with psycopg.connect(database.app_dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        report.settled = settled(connection)
        tables = TablesRead.open(connection)
        report.position, report.parked = tables.position, len(tables.parked)
        reference = _reference(connection, tables, report)
        ranges = _ranges(connection)
        for number, (first, after_last) in enumerate(ranges, start=1):
            _verify_range(connection, first, after_last, tables, reference, report)
            progress(number, len(ranges))
        if reference is not None and tables.position:
            report.findings.extend(Finding(*found) for found in dims_against(tables, reference))
        if tables.position:
            report.findings.extend(Finding(*found) for found in sums_against(connection))
        _verify_order(connection, report)
    return report


def _ranges(connection: Db) -> list[tuple[UUID, UUID | None]]:
    """Cut all ids into ranges, so that rows of a case that the log does not have fall into one as well."""
    cuts = [case_id for (case_id,) in connection.execute(BOUNDS, (CASES_A_RANGE,))]
    return list(pairwise([UUID(int=0), *cuts, None]))


def _reference(connection: Db, tables: TablesRead, report: Report) -> Reference | None:
    try:
        return read_reference(connection, tables.position)
    except Exception as broken:  # noqa: BLE001 - whatever a damaged document raises, the rest is still verified
        report.unreadable.append(
            Finding("document", f"a published document cannot be read ({type(broken).__name__})")
        )
        return None


def _verify_range(
    connection: Db,
    first: UUID,
    after_last: UUID | None,
    tables: TablesRead,
    reference: Reference | None,
    report: Report,
) -> None:
    cursor = connection.cursor(row_factory=args_row(Leafed), binary=True)
    facts = cursor.execute(FACTS, (first, after_last, after_last, report.settled)).fetchall()
    standing = tables.rows_between(connection, first, after_last)
    for case_id, stream in _streams(facts):
        report.streams += 1
        report.facts += len(stream)
        report.findings.extend(_stream_findings(stream))
        if reference is not None and is_of_a_case(stream[0].topic):
            report.rows += _verify_rows(case_id, stream, standing, tables, reference, report)
    for case_id in standing.cases - {one.case_id for one in facts}:
        report.findings.append(Finding("row", "a table tells of a case that the log does not have", case_id))


def _streams(facts: Iterable[Leafed]) -> Iterator[tuple[UUID, list[Leafed]]]:
    for case_id, stream in groupby(facts, key=lambda fact: fact.case_id):
        yield case_id, list(stream)


def _stream_findings(stream: list[Leafed]) -> Iterator[Finding]:
    """Check that versions are 1..n, positions rise with them, and every leaf is the hash of its row."""
    last_position = 0
    for expected, fact in enumerate(stream, start=1):
        place = (fact.case_id, fact.version, fact.position)
        if fact.version != expected:
            yield Finding("version", f"version {expected} is missing", *place)
            return
        if fact.position <= last_position:
            yield Finding("order", "stands before an older fact of its case", *place)
        last_position = fact.position
        if not fact.is_whole:
            yield Finding("leaf", "was altered: its leaf is not the hash of the row", *place)


def _verify_rows(
    case_id: UUID,
    stream: list[Leafed],
    standing: Any,
    tables: TablesRead,
    reference: Reference,
    report: Report,
) -> int:
    history = [fact.stored for fact in stream if fact.position <= tables.position]
    if case_id in tables.parked:
        report.unreadable.append(
            Finding("parked", "its rows are kept as they last were, release the case to compare", case_id)
        )
        return 0
    if not history:
        if case_id in standing.cases:
            report.findings.append(
                Finding("row", "a table tells of a case beyond the position where the tables stand", case_id)
            )
        return 0
    computed = compute(history, reference)
    if computed.rows is None:
        last = history[-1]
        report.unreadable.append(
            Finding(
                "case",
                f"its rows cannot be computed ({computed.reason})",
                case_id,
                last.version,
                last.position,
            )
        )
        return 0
    tables.remember(computed.rows)
    for table, message in rows_against(computed.rows, standing, case_id):
        report.findings.append(Finding("row", f"{table}: {message}", case_id, None, history[-1].position))
    return sum(map(len, computed.rows.values()))


def _verify_order(connection: Db, report: Report) -> None:
    for case_id, version, position in connection.execute(BACKWARDS).fetchall():
        report.findings.append(
            Finding("order", "was recorded before the position below it", case_id, version, position)
        )
    for case_id, position in connection.execute(LOST_ANSWERS).fetchall():
        report.findings.append(
            Finding(
                "answer",
                "a request was answered with facts that the case does not have there",
                case_id,
                None,
                position,
            )
        )


__all__ = ["BI", "Finding", "Report", "Verdict", "verify"]
