"""The door for BI tools: 127.0.0.1, one port, `bi_reader` with a password, and nothing else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from api.cli import keeping
from cases.settings import Settings
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.errors import ServerStuck
from cases.store.exposing import NotOurs, PortTaken, expose, is_open, new_password, unexpose
from cases.store.server import EmbeddedServer
from tests.fix_store import folder_for_a_server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def by_network(
    port: int, password: str, *, role: str = "bi_reader", database: str = "caseledger"
) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1", port=port, user=role, dbname=database, password=password, connect_timeout=3
    )


@pytest.fixture(scope="module")
def port() -> int:
    """A port that nothing listens on."""
    return free_port()


@pytest.fixture(scope="module")
def opened(port: int) -> Iterator[tuple[Database, str]]:
    """An installation that was exposed before it runs, and the password that was shown."""
    with folder_for_a_server() as folder:
        database = Database(EmbeddedServer(folder))
        with database:
            password = expose(Database(EmbeddedServer(folder)), port)
            assert not is_open(database, port), "the server that runs already does not listen yet"
        must_name_the_port_that_is_taken(database, port)
        with database:
            assert is_open(database, port)
            yield database, password


def must_name_the_port_that_is_taken(database: Database, port: int) -> None:
    """Start it while another program listens there: that is one sentence with a way out."""
    with socket.socket() as another:
        another.bind(("127.0.0.1", port))
        another.listen()
        with pytest.raises(ServerStuck, match=rf"{port}.*db unexpose"):
            database.open()


def test_an_analyst_comes_in_with_the_password_and_is_bi_reader(
    opened: tuple[Database, str], port: int
) -> None:
    with by_network(port, opened[1]) as connection:
        row = connection.execute(
            "SELECT current_user, current_setting('TimeZone'), inet_server_addr()"
        ).fetchone()
    assert row is not None
    assert [str(told) for told in row] == ["bi_reader", "Asia/Shanghai", "127.0.0.1"]


@pytest.mark.parametrize("password", ["", "wrong", "SCRAM-SHA-256"])
def test_a_wrong_password_is_refused(opened: tuple[Database, str], port: int, password: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        by_network(port, password)


@pytest.mark.parametrize("role", ["cl_app", "cl_owner", ADMIN, "cl_watchdog", "postgres"])
def test_no_other_role_comes_in_by_the_port(opened: tuple[Database, str], port: int, role: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
        by_network(port, opened[1], role=role)


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_no_other_database_is_reached_by_the_port(
    opened: tuple[Database, str], port: int, database: str
) -> None:
    with pytest.raises(psycopg.OperationalError, match="no pg_hba"):
        by_network(port, opened[1], database=database)


def test_the_server_listens_on_no_other_address(opened: tuple[Database, str], port: int) -> None:
    with psycopg.connect(opened[0].server.dsn(ADMIN, "caseledger")) as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
    others = {str(known[4][0]) for known in socket.getaddrinfo(socket.gethostname(), port)} | {
        "::1",
        "127.0.0.2",
    }
    for address in others - {"127.0.0.1"}:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as attempt:
            attempt.settimeout(2)
            with pytest.raises(OSError, match=r"refused|unreachable|assign|support"):
                attempt.connect((address, port))


def test_the_program_goes_on_by_its_own_way(opened: tuple[Database, str]) -> None:
    opened[0].check()
    with opened[0].pool.connection() as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("cl_app",)


def test_the_password_stands_in_no_file_of_the_folder(opened: tuple[Database, str], port: int) -> None:
    database, password = opened
    assert isinstance(database.server, EmbeddedServer)
    with psycopg.connect(database.server.dsn(ADMIN, "caseledger"), autocommit=True) as admin:
        admin.execute("CHECKPOINT")
    files = [path for path in database.server.places.root.rglob("*") if path.is_file()]
    assert len(files) > 500
    assert [path for path in files if password.encode() in path.read_bytes()] == []


def test_a_taken_port_and_a_server_of_others_are_refused_with_what_to_do(
    opened: tuple[Database, str], port: int, tmp_path: Path
) -> None:
    with pytest.raises(PortTaken, match=f"{port}.*--port"):
        expose(Database(EmbeddedServer(tmp_path / "another")), port)
    assert not (tmp_path / "another").exists()
    remote = Database.from_settings(
        Settings(database_url=SecretStr("postgresql://clerk:hums@127.0.0.1:1/cases"))
    )
    for ask in (unexpose, lambda database: expose(database, free_port())):
        with pytest.raises(NotOurs, match="pg_hba") as refusal:
            ask(remote)
        assert "hums" not in str(refusal.value)


def test_exposing_again_gives_a_new_password_and_closing_ends_what_was_open(
    opened: tuple[Database, str], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, before = opened
    assert isinstance(database.server, EmbeddedServer)
    keeper = Database(EmbeddedServer(folder := database.server.places.root))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CASELEDGER_DATA_DIR", str(folder))
    again = expose(keeper, port)
    with pytest.raises(psycopg.OperationalError, match="password"):
        by_network(port, before)
    with by_network(port, again) as open_session:
        told = CliRunner().invoke(keeping.db, ["unexpose"]).output
        with pytest.raises(psycopg.OperationalError):
            open_session.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="password"):
        by_network(port, again)
    assert not is_open(keeper, None), "the port itself is closed at the next start"
    assert told == "closed to every login; the port itself closes when `caseledger run` is started again\n"


def test_no_password_begins_like_an_option_of_a_program() -> None:
    made = {new_password() for _ in range(2000)}
    assert len(made) == 2000
    assert all(one.isalnum() for one in made)
