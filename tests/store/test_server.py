"""The embedded server: one per folder, whoever starts, kills or leaves it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from cases.store import postmaster
from cases.store.cluster import ADMIN
from cases.store.errors import ServerStuck, WrongMajor
from cases.store.server import EmbeddedServer
from tests.fix_store import folder_for_a_server, system_programs

MakeServer = Callable[..., EmbeddedServer]
HURRIED = {"fsync": "off"}
STARTS_AND_STAYS = """
import sys, time
from pathlib import Path
from cases.store.server import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), parameters={"fsync": "off"}).start()
print(server.pid, flush=True)
sys.stdin.readline()
server.stop()
"""


def other_program(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", STARTS_AND_STAYS, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def told_to_leave(program: subprocess.Popen[str]) -> None:
    program.communicate("leave\n", timeout=30)
    assert program.returncode == 0


def killed(program: subprocess.Popen[str]) -> None:
    program.kill()
    program.communicate(timeout=30)


def ask(server: EmbeddedServer, query: str) -> object:
    with psycopg.connect(server.dsn(ADMIN, "postgres"), autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def do(server: EmbeddedServer, command: str) -> None:
    with psycopg.connect(server.dsn(ADMIN, "postgres"), autocommit=True) as connection:
        connection.execute(command.encode())


def test_what_was_stored_is_there_after_a_stop_and_a_start(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED).start()
    do(server, "CREATE TABLE lamps AS SELECT 'the kettle lamp that hums' AS lamp")
    server.stop()
    assert server.pid is None
    server.start()
    assert ask(server, "SELECT lamp FROM lamps") == "the kettle lamp that hums"


def test_the_product_writes_durably_and_with_checksums_and_listens_to_no_network(
    make_server: MakeServer,
) -> None:
    server = make_server().start()
    names = (
        "fsync",
        "full_page_writes",
        "synchronous_commit",
        "data_checksums",
        "wal_level",
        "listen_addresses",
    )
    assert [ask(server, f"SHOW {name}") for name in names] == ["on", "on", "on", "on", "replica", ""]


def test_the_socket_stands_in_a_folder_that_nobody_else_may_enter(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED).start()
    assert server.places.sockets.stat().st_mode & 0o777 == 0o700
    assert server.places.cluster.stat().st_mode & 0o777 == 0o700


def test_a_second_program_uses_the_same_server_and_the_last_one_ends_it(make_server: MakeServer) -> None:
    first = make_server(parameters=HURRIED).start()
    second = make_server(first.places.root).start()
    pid = first.pid
    assert pid is not None
    assert second.pid == pid
    first.stop()
    assert ask(second, "SELECT 1") == 1
    second.stop()
    assert not postmaster.is_alive(pid)


def test_starting_twice_and_stopping_twice_is_harmless(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED)
    server.stop()
    pid = server.start().pid
    assert server.start().pid == pid
    server.stop()
    server.stop()
    assert server.pid is None


def test_a_server_whose_program_was_killed_is_taken_over_and_ended(make_server: MakeServer) -> None:
    with folder_for_a_server() as folder:
        program = other_program(folder)
        pid = int(said(program))
        killed(program)
        assert postmaster.is_alive(pid)
        server = make_server(folder).start()
        assert server.pid == pid
        server.stop()
        assert not postmaster.is_alive(pid)


def test_a_server_stays_while_another_program_uses_it(make_server: MakeServer) -> None:
    with folder_for_a_server() as folder:
        program = other_program(folder)
        pid = int(said(program))
        server = make_server(folder).start()
        told_to_leave(program)
        assert server.pid == pid
        assert ask(server, "SELECT 1") == 1
        server.stop()


def test_six_programs_that_start_at_once_share_one_server() -> None:
    with folder_for_a_server() as folder:
        programs = [other_program(folder) for _ in range(6)]
        pids = {said(program) for program in programs}
        assert len(pids) == 1
        for program in programs:
            told_to_leave(program)
        assert not postmaster.is_alive(int(pids.pop()))


def test_threads_of_one_program_may_start_it_at_once(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED)
    with ThreadPoolExecutor(4) as threads:
        pids = {started.pid for started in threads.map(lambda _: server.start(), range(4))}
    assert len(pids) == 1


def test_a_forked_child_that_ends_leaves_the_server_alone(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED).start()
    child = os.fork()
    if child == 0:
        server.stop()
        os._exit(0)
    os.waitpid(child, 0)
    assert ask(server, "SELECT 1") == 1


def test_a_stop_ends_sessions_that_sit_in_a_transaction(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED).start()
    with psycopg.connect(server.dsn(ADMIN, "postgres")) as connection:
        connection.execute("CREATE TABLE never_committed (n int)")
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 5
        with pytest.raises(psycopg.OperationalError, match="terminat"):
            connection.execute("SELECT 1")
        connection.close()


@pytest.mark.parametrize("who", ["postmaster", "postmaster and every session"])
def test_a_killed_server_comes_back_with_every_committed_row(make_server: MakeServer, who: str) -> None:
    server = make_server().start()
    do(server, "CREATE TABLE lamps (n int)")
    for round_ in range(1, 4):
        do(server, "INSERT INTO lamps VALUES (1)")
        pid = server.pid
        assert pid is not None
        sessions = postmaster.orphans(server.places.cluster)
        os.kill(pid, signal.SIGKILL)
        for session in sessions if who != "postmaster" else []:
            postmaster.send(session, signal.SIGKILL)
        assert server.start().pid != pid
        assert ask(server, "SELECT count(*) FROM lamps") == round_


def test_a_session_that_computes_on_after_its_server_was_killed_is_ended(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED).start()
    endless = "DO $$ BEGIN LOOP END LOOP; END $$"

    def compute() -> None:
        with pytest.raises(psycopg.OperationalError):
            do(server, endless)

    busy = threading.Thread(target=compute)
    busy.start()
    assert postmaster.waited(
        lambda: ask(server, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %'") == 1, 10
    )
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert ask(server.start(), "SELECT 1") == 1
    busy.join(timeout=10)
    assert not busy.is_alive()


def test_a_zombie_is_not_taken_for_a_server(make_server: MakeServer) -> None:
    first = make_server(parameters=HURRIED).start()
    pid = first.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)  # our child, and nobody has waited for it yet
    assert postmaster.waited(lambda: not postmaster.is_alive(pid), 5)
    second = make_server(first.places.root).start()
    assert second.pid != pid
    assert ask(second, "SELECT 1") == 1


def test_a_stranger_with_the_pid_of_the_dead_server_is_left_alone(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED).start()
    server.stop()
    stranger = str(os.getpid())
    (server.places.cluster / "postmaster.pid").write_text(
        f"{stranger}\n{server.places.cluster}\n1\n5432\n\n\n\nready\n"
    )
    (server.places.sockets / ".s.PGSQL.5432.lock").write_text(f"{stranger}\n")
    assert ask(server.start(), "SELECT 1") == 1


def test_a_server_that_has_not_yet_said_where_it_listens_is_looked_for_where_it_will(
    make_server: MakeServer,
) -> None:
    server = make_server(parameters=HURRIED).start()
    told = server.dsn("cl_app")
    mark = server.places.cluster / "postmaster.pid"
    said = mark.read_text()
    try:
        for lines in range(1, 5):
            mark.write_text("".join(said.splitlines(keepends=True)[:lines]))
            assert server.dsn("cl_app") == told
    finally:
        mark.write_text(said)
    assert ask(server, "SELECT 1") == 1


def test_a_half_made_cluster_is_thrown_away(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED)
    half = server.places.root / "pg.fresh.0badcafe"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    (server.places.root / "server.lock").touch()
    server.places.root.chmod(0o711)
    server.start()
    assert not half.exists()


def test_a_server_that_cannot_start_says_why(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED).start()
    server.stop()
    with pytest.raises(ServerStuck, match="shared_buffers"):
        make_server(server.places.root, parameters={"shared_buffers": "a lot"}).start()
    assert server.pid is None


def test_the_cluster_of_another_major_version_is_refused_with_the_cure(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED).start()
    server.stop()
    (server.places.cluster / "PG_VERSION").write_text("11\n")
    with pytest.raises(WrongMajor, match=r"PostgreSQL 11.*CASELEDGER_POSTGRES_BIN"):
        server.start()


@pytest.mark.skipif(system_programs() is None, reason="there is no PostgreSQL of the machine itself")
def test_a_cluster_goes_on_with_the_version_that_made_it(make_server: MakeServer) -> None:
    older = make_server(programs=system_programs(), parameters=HURRIED).start()
    version = ask(older, "SHOW server_version_num")
    older.stop()
    assert ask(make_server(older.places.root).start(), "SHOW server_version_num") == version


def test_no_value_of_a_statement_reaches_the_servers_log(make_server: MakeServer) -> None:
    server = make_server(parameters=HURRIED).start()
    do(server, "CREATE TABLE people (phone text PRIMARY KEY, age int)")
    with psycopg.connect(server.dsn(ADMIN, "postgres"), autocommit=True) as connection:
        connection.execute("INSERT INTO people VALUES (%s, 1)", ["13800138000"])
        for age in ("2", "thirteen-800138000"):
            with pytest.raises(psycopg.Error, match=r"800138000"):
                connection.execute("INSERT INTO people VALUES (%s, %s)", ["13800138000", age])
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid()), '13800138000'")
    with psycopg.connect(server.dsn(ADMIN, "postgres"), autocommit=True) as connection:
        victim = connection.info.backend_pid
        threading.Timer(0.3, os.kill, (victim, signal.SIGKILL)).start()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_sleep(5), '13800138000'")
    assert ask(server.start(), "SELECT count(*) FROM people") == 1
    server.stop()
    logs = [*server.places.log.iterdir(), server.places.said]
    assert any("signal 9" in log.read_text() for log in logs)
    assert not [log for log in logs if "800138000" in log.read_text()]


def test_a_server_that_does_not_show_here_keeps_the_folder(
    make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = make_server(parameters=HURRIED).start()
    with monkeypatch.context() as another_container:
        another_container.setattr(postmaster, "is_alive", lambda _: False)
        another_container.setattr(postmaster, "orphans", lambda _: [])
        another_container.setattr("cases.store.server.SILENCE", 0.5)
        with pytest.raises(ServerStuck, match="another container"):
            make_server(server.places.root).start()
    assert ask(server, "SELECT 1") == 1
