"""Bringing the tables to the shipped version: numbered plain SQL files, each applied once, never changed.

`schema/NNN_name.sql` runs in one transaction, unless its first line is `-- no transaction`: then its
statements, divided by lines `-- then`, run one by one and must bear being run again, because a killed run
starts the file over. Any number of programs may start at once: one applies, the others wait. Waiting is
polling, since a session that waits in pg_advisory_lock would hold CREATE INDEX CONCURRENTLY up for ever.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import errors

from cases.store.errors import MigrationRefused, NotInitialised, ServerStuck

SHIPPED: Final = Path(__file__).parent / "schema"
LOCK: Final = 4_711_180_301  # any number that no other program uses on this database
PATIENCE: Final = 120.0  # seconds to wait for another program that applies
LOCK_TRIES: Final = 20  # times three seconds for a table that somebody reads

BOOKS: Final = """
CREATE SCHEMA IF NOT EXISTS upkeep;
CREATE TABLE IF NOT EXISTS upkeep.steps (
    number     integer     PRIMARY KEY,
    name       text        NOT NULL,
    sha256     text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE upkeep.steps IS '已应用的数据库步骤 / steps of the schema that were applied';
GRANT USAGE ON SCHEMA upkeep TO cl_app;
GRANT SELECT ON upkeep.steps TO cl_app;
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One file of the schema."""

    number: int
    name: str
    text: bytes

    @property
    def sha256(self) -> str:
        """The digest of its text, hexadecimal."""
        return hashlib.sha256(self.text).hexdigest()


def shipped(folder: Path = SHIPPED) -> list[Step]:
    """The steps of a folder in order; raises MigrationRefused on a bad or doubled number."""
    found = [_step(path) for path in sorted(folder.glob("*.sql"))]
    if len({step.number for step in found}) != len(found):
        raise MigrationRefused(f"Two files in {folder} have one number")
    return sorted(found, key=lambda step: step.number)


def migrate(owner_dsn: str, folder: Path = SHIPPED) -> list[str]:
    """Apply what is missing, as the owner; returns the names. Raises MigrationRefused, ServerStuck."""
    steps = shipped(folder)
    with psycopg.connect(owner_dsn, autocommit=True) as connection, _alone(connection):
        _open_books(connection)
        missing = _missing(steps, _applied(connection))
        for step in missing:
            _apply(connection, step)
    return [step.name for step in missing]


def check(connection: psycopg.Connection[Any], folder: Path = SHIPPED) -> None:
    """Prove that exactly the shipped steps are applied; raises NotInitialised or MigrationRefused."""
    try:
        missing = _missing(shipped(folder), _applied(connection))
    except (errors.UndefinedTable, errors.InvalidSchemaName, errors.InsufficientPrivilege):
        raise NotInitialised(cure="Run: caseledger db init") from None
    if missing:
        raise NotInitialised(f"The database lacks the step {missing[0].name}", cure="Run: caseledger db init")


def _step(path: Path) -> Step:
    if not (found := re.fullmatch(r"(\d{3})_[a-z0-9_]+", path.stem)):
        raise MigrationRefused(f"{path.name} is not named like 001_log.sql")
    return Step(int(found[1]), path.stem, path.read_bytes().replace(b"\r\n", b"\n"))


def _applied(connection: psycopg.Connection[Any]) -> dict[int, tuple[str, str]]:
    rows = connection.execute("SELECT number, name, sha256 FROM upkeep.steps").fetchall()
    return {number: (name, sha256) for number, name, sha256 in rows}


def _missing(steps: list[Step], applied: dict[int, tuple[str, str]]) -> list[Step]:
    """The steps to apply; raises MigrationRefused where past and files disagree."""
    known = {step.number: step for step in steps}
    for number, (name, sha256) in sorted(applied.items()):
        if number not in known:
            raise MigrationRefused(
                f"The database already has the step {name}", cure="Use the newer program that made it"
            )
        if known[number].sha256 != sha256:
            raise MigrationRefused(
                f"The step {name} was changed after it was applied", cure="Restore it, add a new one"
            )
    missing = [step for step in steps if step.number not in applied]
    if missing and applied and missing[0].number < max(applied):
        raise MigrationRefused(
            f"The step {missing[0].name} comes too late", cure="Give it the next free number"
        )
    return missing


def _open_books(connection: psycopg.Connection[Any]) -> None:
    if connection.execute("SELECT to_regclass('upkeep.steps') IS NULL").fetchone() == (True,):
        connection.execute(BOOKS)


@contextmanager
def _alone(connection: psycopg.Connection[Any]) -> Iterator[None]:
    deadline = time.monotonic() + PATIENCE
    while connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() == (False,):
        if time.monotonic() > deadline:
            raise ServerStuck(f"Another program has been changing the tables for {PATIENCE:.0f} s")
        time.sleep(0.05)
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _apply(connection: psycopg.Connection[Any], step: Step) -> None:
    connection.execute("SET lock_timeout = '3s'")
    for attempt in range(LOCK_TRIES):
        try:
            _run(connection, step)
        except errors.LockNotAvailable:
            if attempt == LOCK_TRIES - 1:
                raise ServerStuck(f"The step {step.name} waits for a table that somebody holds") from None
        else:
            return


def _run(connection: psycopg.Connection[Any], step: Step) -> None:
    if step.text.startswith(b"-- no transaction\n"):
        for statement in re.split(rb"(?m)^-- then$", step.text):
            connection.execute(statement)
        _record(connection, step)
    else:
        with connection.transaction():
            connection.execute(step.text)
            _record(connection, step)


def _record(connection: psycopg.Connection[Any], step: Step) -> None:
    query = "INSERT INTO upkeep.steps (number, name, sha256) VALUES (%s, %s, %s)"
    connection.execute(query, [step.number, step.name, step.sha256])
