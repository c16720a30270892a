"""T34: role bi_reader tries everything that a database has; what it gets is what bi_reader.toml allows, and no more."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from cases.events import Noted
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.store.roles import READERS, SPILL
from cases.store.server import EmbeddedServer
from projections.following.engine import Engine
from projections.views.business_zone import business_zone
from tests.fix_figures import Figure
from tests.fix_store import maker, running_server, set_up_template, system_programs
from tests.projections.lamps import Lamps, received

REVIEWED: Final[dict[str, list[dict[str, Any]]]] = tomllib.loads(
    (Path(__file__).parent / "bi_reader.toml").read_text(encoding="utf-8")
)
IS_FULL = os.environ.get("CASELEDGER_FAULTS") == "full"
KINDS = ["embedded", *(["system"] if IS_FULL and system_programs() else [])]
CANARY = "ruby-throated-canary-8c1f"
RAN, REFUSED, NOT_IN_A_TRANSACTION = "ran", "42501", "25001"
WHOLE = ("bi", "pg_catalog", "information_schema", "pg_toast")
"""Here a table is tried as a whole: whoever reads all of it reads every column."""
RELATIONS = """
SELECT nspname, relname, array(
    SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum
) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
WHERE relkind IN ('r', 'v', 'm', 'S', 'f', 'p', 't') ORDER BY 1, 2
"""
FUNCTIONS = """
SELECT nspname, proname, provolatile = 'i', p.prosecdef,
    prokind = 'f' AND pronargs = 0 AND prorettype::regtype::text NOT IN ('trigger', 'event_trigger', 'internal'),
    has_schema_privilege('bi_reader', n.oid, 'USAGE') AND has_function_privilege('bi_reader', p.oid, 'EXECUTE')
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
"""
MORE_THAN_READING = """
SELECT nspname || '.' || relname || ' ' || privilege_type FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = relnamespace, LATERAL aclexplode(relacl) AS may
WHERE may.grantee IN (0, 'bi_reader'::regrole) AND (privilege_type <> 'SELECT' OR is_grantable)
AND NOT (nspname = 'pg_catalog' AND relname = 'pg_settings')
"""
OTHER_PLACES = """
SELECT 'database ' || datname FROM pg_database WHERE datname IN ('postgres', 'template1')
    AND has_database_privilege('bi_reader', oid, 'CONNECT')
UNION ALL SELECT 'making in ' || datname FROM pg_database
    WHERE has_database_privilege('bi_reader', oid, 'CREATE') OR has_database_privilege('bi_reader', oid, 'TEMPORARY')
UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE has_schema_privilege('bi_reader', oid, 'USAGE')
    AND nspname NOT IN ('bi', 'pg_catalog', 'information_schema')
UNION ALL SELECT 'making in schema ' || nspname FROM pg_namespace WHERE has_schema_privilege('bi_reader', oid, 'CREATE')
UNION ALL SELECT 'tablespace ' || spcname FROM pg_tablespace WHERE has_tablespace_privilege('bi_reader', oid, 'CREATE')
    AND spcname <> 'pg_default'
UNION ALL SELECT 'being ' || rolname FROM pg_roles
    WHERE pg_has_role('bi_reader', oid, 'MEMBER') AND rolname <> 'bi_reader'
UNION ALL SELECT 'owning ' || classid::regclass || ' ' || objid FROM pg_shdepend
    WHERE refobjid = 'bi_reader'::regrole AND deptype = 'o'
"""


def allowed(kind: str, schema: str | None = None) -> frozenset[str]:
    """The reviewed names of one kind."""
    return frozenset(
        name for group in REVIEWED[kind] if group.get("schema") == schema for name in group["names"].split()
    )


@dataclass
class Attempt:
    """Counts what was tried, and keeps what came out otherwise than was reviewed."""

    reader: psycopg.Connection[Any]
    tried: int = 0
    surprises: list[str] = field(default_factory=list)

    def state(self, query: sql.SQL | sql.Composed) -> str:
        """Run a statement and take it back; gives the SQLSTATE of its refusal, `ran` when it was not refused."""
        self.tried += 1
        state = self._run(query)
        if state == NOT_IN_A_TRANSACTION:
            self.reader.autocommit = True
            state = self._run(query)
            self.reader.autocommit = False
        return state

    def _run(self, query: sql.SQL | sql.Composed) -> str:
        try:
            with self.reader.cursor() as cursor:
                if query.as_string().startswith("COPY") and "STDOUT" in query.as_string():
                    with cursor.copy(query) as told:
                        any(told)
                else:
                    cursor.execute(query)
                    self.must_hold_no_canary(query, cursor)
        except psycopg.Error as refusal:
            return refusal.sqlstate or "lost"
        else:
            return RAN
        finally:
            self.reader.rollback()

    def must_hold_no_canary(self, query: sql.SQL | sql.Composed, cursor: psycopg.Cursor[Any]) -> None:
        if cursor.description and any(CANARY in str(row) for row in cursor):
            self.surprises.append(f"what others keep is told by: {query.as_string()}")

    def read(self, what: str, query: sql.Composed, *, may: bool, must: bool) -> None:
        """Read what the role may read, or must be able to; a name that is listed may be closed on one server."""
        state = self.state(query)
        if (state == RAN and not may) or (state != RAN and must):
            self.surprises.append(f"{what}: {state}")


@dataclass
class Room:
    """A database with facts in it: who looks from above, and who tries."""

    which: str
    database: Database
    admin: psycopg.Connection[Any]
    reader: psycopg.Connection[Any]
    other: int
    """The process of a session of the program."""


@pytest.fixture(scope="module", params=KINDS)
def room(
    request: pytest.FixtureRequest, server: EmbeddedServer, new_database: Callable[[], Database]
) -> Iterator[Room]:
    """On the run's own server, and at full counts on the machine's where there is one."""
    with ExitStack() as held:
        place, make = server, new_database
        if request.param == "system":
            place = held.enter_context(running_server("system"))
            make = maker(place, set_up_template(place))
        database = held.enter_context(make())
        admin, busy, reader = (
            held.enter_context(psycopg.connect(dsn, autocommit=is_alone))
            for dsn, is_alone in (
                (place.dsn(ADMIN, database.name), True),
                (database.app_dsn, True),
                (database.reader_dsn, False),
            )
        )
        furnish(database, admin)
        busy.execute(f"PREPARE asked AS SELECT '{CANARY}'")
        busy.execute(f"CREATE TEMPORARY TABLE kept AS SELECT '{CANARY}' AS told")
        yield Room(request.param, database, admin, reader, busy.info.backend_pid)


def furnish(database: Database, admin: psycopg.Connection[Any]) -> None:
    """Tell a case with the canary in the log, put it into desk and vault, and let the planner see all of it."""
    with Ledger(database) as ledger:
        lamps = Lamps(ledger)
        lamps.publish()
        lamps.tell("one", ("2026-03-02 09:00", received("T-1")), ("2026-03-02 10:00", Noted(word=CANARY)))
    Engine(database).catch_up()
    admin.execute(
        "INSERT INTO desk.api_keys (key_id, sha256, actor, role, label)"
        " SELECT 't34-' || n, sha256(n::text::bytea), 'staff-li', 'agent', %s FROM generate_series(1, 9) AS n",
        (CANARY,),
    )
    admin.execute("ANALYZE")
    query = "SELECT FROM pg_stats WHERE tablename = 'api_keys' AND most_common_vals::text LIKE %s"
    assert admin.execute(query, (f"%{CANARY}%",)).rowcount == 1


def test_every_table_and_column_is_open_as_reviewed_and_tells_nothing_of_others(
    room: Room, figure: Figure
) -> None:
    attempt = Attempt(room.reader)
    for schema, name, columns in room.admin.execute(RELATIONS).fetchall():
        may = schema == "bi" or name in allowed("relation", schema)
        table, parts = sql.Identifier(schema, name), () if schema in WHOLE else columns
        attempt.read(f"{schema}.{name}", sql.SQL("TABLE {}").format(table), may=may, must=schema == "bi")
        for column in parts:
            query = sql.SQL("SELECT {} FROM {} LIMIT 1").format(sql.Identifier(column), table)
            attempt.read(f"{schema}.{name}.{column}", query, may=may, must=schema == "bi")
    more = [row[0] for row in room.admin.execute(MORE_THAN_READING)]
    assert (attempt.surprises, more) == ([], [])
    figure(f"T34 {room.which}: {attempt.tried} tables, views, sequences and columns tried, surprises 0")


def test_every_function_may_be_called_as_reviewed_and_tells_nothing_of_others(
    room: Room, figure: Figure
) -> None:
    attempt, known, asked = Attempt(room.reader), allowed("function"), 0
    for schema, name, is_immutable, is_definer, takes_nothing, may in room.admin.execute(
        FUNCTIONS
    ).fetchall():
        asked += 1
        is_reviewed = schema in {"bi", "information_schema"} or is_immutable or name in known
        if may and (is_definer or not is_reviewed):
            attempt.surprises.append(f"{schema}.{name} may be called")
        if takes_nothing and may:
            query = sql.SQL("SELECT * FROM {}() AS told").format(sql.Identifier(schema, name))
            attempt.state(query)
    assert attempt.surprises == []
    figure(f"T34 {room.which}: {asked} functions asked for, surprises 0")


def test_no_statement_gets_further_than_reviewed(room: Room, figure: Figure) -> None:
    attempt = Attempt(room.reader)
    named = {"{here}": room.database.name, "{other}": str(room.other)}
    attempt.reader.execute("SET default_transaction_read_only = off")
    attempt.reader.commit()
    for group in (*REVIEWED["refused"], *REVIEWED["allowed"]):
        expected = group.get("states", [REFUSED])
        for text in group["statements"]:
            told = reduce(lambda known, name: known.replace(name, named[name]), named, text)
            if (state := attempt.state(sql.SQL(told))) not in expected:
                attempt.surprises.append(f"{text}: {state}")
    more = [row[0] for row in room.admin.execute(MORE_THAN_READING)]
    assert (attempt.surprises, more) == ([], [])
    figure(f"T34 {room.which}: {attempt.tried} statements tried, surprises 0")


def test_no_other_place_is_open(room: Room) -> None:
    assert [row[0] for row in room.admin.execute(OTHER_PLACES)] == []


def test_settings_that_only_a_superuser_may_change_stay_as_they_are(room: Room) -> None:
    names = room.admin.execute("SELECT name, setting FROM pg_settings WHERE context = 'superuser'").fetchall()
    for name, setting in names:
        query = sql.SQL("SET {} = {}").format(sql.Identifier(*name.split(".")), sql.Literal(setting))
        state = Attempt(room.reader).state(query)
        assert state == REFUSED, name
    assert len(names) > 20


def test_an_analyst_who_changes_the_habits_of_the_role_does_not_move_the_firms_days(room: Room) -> None:
    with psycopg.connect(room.database.reader_dsn, autocommit=True) as reader:
        reader.execute("SET default_transaction_read_only = off")
        reader.execute("ALTER ROLE bi_reader SET TimeZone = 'America/Lima'")
    try:
        assert business_zone(room.admin).key == "Asia/Shanghai"
    finally:
        room.database.init()


def test_analysts_take_neither_every_connection_nor_the_disk(room: Room) -> None:
    row = room.admin.execute(
        "SELECT rolconnlimit, rolconfig FROM pg_roles WHERE rolname = 'bi_reader'"
    ).fetchone()
    assert row is not None
    assert row[0] == READERS
    assert f"temp_file_limit={SPILL}" in row[1]
