"""The database of an installation: its set-up, its roles, and what it says when it is not there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from cases.settings import Settings
from cases.store import database as database_module
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.errors import DatabaseUnreachable, NotInitialised, NotPermitted, StoreError, WrongMajor
from cases.store.roles import HABITS
from cases.store.server import EmbeddedServer
from tests.fix_store import system_programs

NUMBERS = count(1)


def ask(conninfo: str, query: bytes) -> object:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def url(server: EmbeddedServer, login: str, name: str) -> str:
    """The address as DATABASE_URL would have it."""
    sockets = conninfo_to_dict(server.dsn(ADMIN, name))["host"]
    return f"postgresql://{login}@/{name}?host={quote(str(sockets), safe='')}"


def by_url(server: EmbeddedServer, login: str, name: str) -> Database:
    return Database.from_settings(Settings(database_url=SecretStr(url(server, login, name))))


@pytest.fixture
def new_name(server: EmbeddedServer) -> Iterator[str]:
    """A name that no database has; what is made under it is dropped afterwards."""
    name = f"new_{next(NUMBERS)}"
    yield name
    with psycopg.connect(server.dsn(ADMIN, "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def test_the_program_works_as_a_role_that_is_no_superuser(database: Database) -> None:
    with database.pool.connection() as connection:
        row = connection.execute(
            "SELECT current_user, session_user, current_setting('is_superuser')"
        ).fetchone()
    assert row == ("cl_app", "cl_app", "off")


def test_the_tables_of_the_log_belong_to_the_owner_and_not_to_the_program(database: Database) -> None:
    with database.pool.connection() as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("DROP SCHEMA upkeep CASCADE")
    assert (
        ask(database.owner_dsn, b"SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'log'")
        == "cl_owner"
    )


def test_the_program_may_make_the_schemas_of_the_projections(empty_database: Database) -> None:
    with psycopg.connect(empty_database.app_dsn, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA bi; CREATE SCHEMA bi_next")
        connection.execute("CREATE TEMP TABLE page (n int)")


def test_an_analyst_cannot_write_anything_at_all(database: Database) -> None:
    for command in (
        "CREATE TEMP TABLE held_back (n int)",
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (n int)",
    ):
        with psycopg.connect(database.reader_dsn, autocommit=True) as reader:
            reader.execute("SET default_transaction_read_only = off")
            with pytest.raises(errors.InsufficientPrivilege):
                reader.execute(command.encode())


def test_sessions_that_hold_readers_of_the_log_up_are_bounded(database: Database) -> None:
    limits = b"SELECT current_setting('idle_in_transaction_session_timeout')"
    assert [ask(dsn, limits) for dsn in (database.app_dsn, database.reader_dsn)] == ["30s", "30s"]
    assert ask(database.reader_dsn, b"SELECT current_setting('statement_timeout')") == "1min"


def test_the_program_may_end_a_reader_only_after_it_became_the_watchdog(database: Database) -> None:
    with psycopg.connect(database.reader_dsn, autocommit=True) as reader:
        end = sql.SQL("SELECT pg_terminate_backend({})").format(reader.info.backend_pid)
        with database.pool.connection() as connection:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(end)
            with connection.transaction():
                connection.execute("SET LOCAL ROLE cl_watchdog")
                assert connection.execute(end).fetchone() == (True,)
        with pytest.raises(psycopg.OperationalError):
            reader.execute("SELECT 1")


def test_setting_up_twice_changes_nothing(server: EmbeddedServer, new_name: str) -> None:
    fresh = Database(server, new_name, is_guest=True)
    assert fresh.init() != []
    rows = b"SELECT array_agg(rolname || rolconfig::text ORDER BY rolname)::text FROM pg_roles"
    before = ask(fresh.owner_dsn, rows)
    assert fresh.init() == []
    assert fresh.prepare() == []
    assert ask(fresh.owner_dsn, rows) == before
    fresh.check()


def test_six_programs_may_set_one_database_up_at_once(server: EmbeddedServer, new_name: str) -> None:
    with psycopg.connect(server.dsn(ADMIN, "postgres"), autocommit=True) as admin:
        for role, name, _ in HABITS:
            admin.execute(
                sql.SQL("ALTER ROLE {} RESET {}").format(sql.Identifier(role), sql.Identifier(name))
            )
    programs = [Database(server, new_name, is_guest=True) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        applied = list(threads.map(Database.init, programs))
    assert sorted(map(bool, applied)) == [False] * 5 + [True]


def test_a_superusers_address_serves_and_still_works_as_the_program(
    server: EmbeddedServer, new_name: str
) -> None:
    with by_url(server, ADMIN, new_name) as database:
        with pytest.raises(NotInitialised, match="db init"):
            database.check()
        assert database.prepare() != []
        with database.pool.connection() as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("cl_app",)


def test_the_programs_own_login_serves_what_an_administrator_set_up(
    server: EmbeddedServer, new_name: str
) -> None:
    with by_url(server, "cl_app", new_name) as database:
        with pytest.raises(NotInitialised):
            database.check()
        with pytest.raises(NotPermitted, match="--admin-url"):
            database.prepare()
        database.init(admin_dsn=url(server, ADMIN, "postgres"))
        assert database.prepare() == []


def test_a_login_that_may_not_become_the_program_is_told_so(
    server: EmbeddedServer, database: Database
) -> None:
    with (
        by_url(server, "bi_reader", database.name) as stranger,
        pytest.raises(NotPermitted, match="GRANT cl_app TO"),
    ):
        stranger.check()


def test_a_server_that_is_not_there_is_named_within_seconds_and_without_the_password() -> None:
    address = SecretStr("postgresql://clerk:the-kettle-hums@127.0.0.1:1/caseledger")
    began = time.monotonic()
    with Database.from_settings(Settings(database_url=address)) as absent:
        for ask_it in (absent.check, absent.init, absent.prepare):
            with pytest.raises(DatabaseUnreachable, match=r"refused.*DATABASE_URL") as refusal:
                ask_it()
            assert "kettle" not in str(refusal.value)
    assert time.monotonic() - began < 3


def test_an_address_that_cannot_be_read_is_refused_without_quoting_it() -> None:
    with pytest.raises(StoreError, match="postgresql://") as refusal:
        Database.from_settings(Settings(database_url=SecretStr("postgres:/the-kettle-hums")))
    assert "kettle" not in str(refusal.value)


def test_a_server_that_is_too_old_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "OLDEST", 99)
    with pytest.raises(WrongMajor, match="PostgreSQL 99 or newer"):
        database.check()


def test_whoever_finds_every_connection_busy_hears_so_within_three_seconds(
    new_database: Callable[[], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "POOL_SIZE", 1)
    with new_database() as busy, busy.pool.connection():
        began = time.monotonic()
        with pytest.raises(DatabaseUnreachable, match="busy"), busy.connection():
            pass
        assert time.monotonic() - began < 3


def test_the_pool_serves_again_at_once_after_its_server_was_killed(
    make_server: Callable[..., EmbeddedServer],
) -> None:
    server = make_server(parameters={"fsync": "off"})
    with Database(server) as database:
        database.init()
        with database.pool.connection() as connection:
            connection.execute("SELECT 1")
        server.stop()
        began = time.monotonic()
        with pytest.raises(DatabaseUnreachable), database.connection():
            pass
        assert time.monotonic() - began < 3
        time.sleep(3)
        server.start()
        began = time.monotonic()
        with database.pool.connection() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert time.monotonic() - began < 2.5


@pytest.mark.parametrize(
    "programs", [None, *filter(None, [system_programs()])], ids=lambda path: "system" if path else "embedded"
)
def test_an_administrator_who_is_no_superuser_can_set_it_up(
    make_server: Callable[..., EmbeddedServer], programs: Path | None
) -> None:
    server = make_server(programs=programs, parameters={"fsync": "off"}).start()
    rules = server.places.conf / "pg_hba.conf"
    rules.write_text("local all hosted scram-sha-256\n" + rules.read_text(encoding="utf-8"))
    with psycopg.connect(server.dsn(ADMIN, "postgres"), autocommit=True) as admin:
        admin.execute("CREATE ROLE hosted LOGIN CREATEDB CREATEROLE PASSWORD 'the kettle hums'")
        admin.execute("SELECT pg_reload_conf()")
    address = url(server, "hosted:the%20kettle%20hums", "caseledger")
    with Database.from_settings(Settings(database_url=SecretStr(address))) as database:
        assert database.prepare() != []
        assert database.prepare() == []
        with database.pool.connection() as connection:
            row = connection.execute("SELECT session_user::text, current_user::text").fetchone()
    assert row == ("hosted", "cl_app")


def test_the_reader_makes_no_large_objects(database: Database) -> None:
    database.init()
    with psycopg.connect(database.reader_dsn, autocommit=True) as analyst:
        analyst.execute("SET default_transaction_read_only = off")
        for attempt in (
            "SELECT lo_create(0)", "SELECT lo_from_bytea(0, 'hum')", "SELECT lo_creat(-1)",
            "SELECT lo_put(1, 0, 'hum')", "SELECT lowrite(0, 'hum')", "SELECT lo_unlink(1)",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                analyst.execute(attempt)
