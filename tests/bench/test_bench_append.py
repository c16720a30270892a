"""Appending beside what it is compared with (design: numbers to reach), in one run on one server that syncs."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psycopg
import pytest
from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.utils import Environment
from psycopg.sql import SQL, Identifier

from cases.store.binaries import choose
from cases.store.database import Database
from cases.store.factory import environment
from cases.store.server import EmbeddedServer
from tests.bench.figures import Figures
from tests.bench.writers import per_second

ROUNDS, SECONDS, WRITERS = 9, 3.0, 8
PLAIN = """
    CREATE TABLE plain (
        originator_id uuid, originator_version bigint, topic text, state bytea, notification_id bigserial,
        PRIMARY KEY (originator_id, originator_version)
    );
    CREATE UNIQUE INDEX ON plain (notification_id);
"""
INSERT = (
    "INSERT INTO bench.plain (originator_id, originator_version, topic, state)"
    """ VALUES (gen_random_uuid(), 1, 'lamp.turned.v1', '{"turns": 1, "room": "bench"}');"""
)
Env = dict[str, str]


@pytest.fixture
def ours_and_theirs(make_server: Callable[..., EmbeddedServer]) -> tuple[Env, Env, str]:
    """Settings for our recorder and for the library's own, tables made, and the server's address."""
    database = Database(make_server().start(), is_guest=True)
    database.init()
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        for schema in ("ours", "theirs", "bench"):
            connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
        connection.execute("SET search_path = bench")
        connection.execute(PLAIN)
    # One connection a writer: opening spare ones would be measured too.
    whole = environment(database.app_dsn, POSTGRES_POOL_SIZE="1")
    ours = {**whole, "POSTGRES_SCHEMA": "ours"}
    theirs = {**whole, "POSTGRES_SCHEMA": "theirs", "PERSISTENCE_MODULE": "eventsourcing.postgres"}
    connect = psycopg.conninfo.conninfo_to_dict(database.app_dsn)
    for setting, name in (("DBNAME", "dbname"), ("HOST", "host"), ("USER", "user"), ("PORT", "port")):
        theirs[f"POSTGRES_{setting}"] = str(connect[name])
    for env in (ours, theirs):
        for name in ("bench", "bare"):
            factory = InfrastructureFactory.construct(Environment(name=name, env=env))
            factory.application_recorder()
            factory.close()
    # The library fails when several programs ask for its tables at once.
    theirs["CREATE_TABLE"] = "n"
    return ours, theirs, database.app_dsn


def test_a_command_against_the_library_s_default(
    ours_and_theirs: tuple[Env, Env, str], figures: Figures
) -> None:
    ours, theirs, _ = ours_and_theirs
    pairs = [(_commands(theirs), _commands(ours)) for _ in range(ROUNDS)]
    ratio = _told(f"a command, {WRITERS} writers: library's default, ours", pairs)
    figures.at_least(f"a command, {WRITERS} writers", "the library's default recorder", ratio, 2.5)


def test_the_bare_recorder_against_single_row_inserts(
    ours_and_theirs: tuple[Env, Env, str], tmp_path: Path, figures: Figures
) -> None:
    ours, _, dsn = ours_and_theirs
    script = tmp_path / "insert.sql"
    script.write_text(INSERT)
    pairs = [(_pgbench(dsn, script), per_second("bare", ours, WRITERS, SECONDS)) for _ in range(ROUNDS)]
    ratio = _told(f"the bare recorder, {WRITERS} writers: pgbench -M simple, ours", pairs)
    figures.at_least(f"the bare recorder, {WRITERS} writers", "pgbench -M simple, single rows", ratio, 0.25)


def _commands(env: Env) -> float:
    return per_second("command", env, WRITERS, SECONDS)


def _pgbench(dsn: str, script: Path) -> float:
    options = f"-n -M simple -c {WRITERS} -j 2 -T {SECONDS:.0f}".split()
    command = [str(choose().program("pgbench")), *options, "-f", str(script), dsn]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found
    return float(found[1])


def _told(what: str, pairs: list[tuple[float, float]]) -> float:
    ratio = median(second / first for first, second in pairs)
    rounds = ", ".join(f"{first:.0f}/{second:.0f}" for first, second in pairs)
    print(f"\n{what}, a second: {rounds}; median ratio {ratio:.2f}")
    return ratio
