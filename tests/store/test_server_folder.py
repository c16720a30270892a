"""The folder of the embedded server: whose it is, what is refused, where programs and socket go."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from cases.store import account, binaries, postmaster
from cases.store.cluster import ADMIN
from cases.store.errors import FolderClosed, NoAccount, NoBinaries, StoreError
from cases.store.places import LONGEST_SOCKET, SOCKET, places
from cases.store.server import EmbeddedServer, doctor
from tests.fix_store import folder_for_a_server

MakeServer = Callable[..., EmbeddedServer]
HURRIED = {"fsync": "off"}
ROOT = Path(__file__).parents[2]
IS_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root starts the server as somebody else")


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_for_a_server() as place:
        yield place


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@as_root
def test_root_keeps_the_folder_and_gives_away_only_what_the_server_needs(folder: Path) -> None:
    with EmbeddedServer(folder, parameters=HURRIED) as server:
        there = server.places
        assert (folder.owner(), mode(folder)) == ("root", 0o711)
        assert {there.cluster.owner(), there.log.owner(), there.sockets.owner()} <= {
            "postgres",
            "nobody",
            "daemon",
        }
        assert {there.conf.owner(), there.said.owner()} == {"root"}
        assert mode(folder / "server.lock") == 0o600


@as_root
def test_the_parents_of_the_folder_are_never_touched(folder: Path) -> None:
    before = [(parent.stat().st_mode, parent.stat().st_uid) for parent in folder.parents]
    with EmbeddedServer(folder, parameters=HURRIED):
        assert [(parent.stat().st_mode, parent.stat().st_uid) for parent in folder.parents] == before


@as_root
def test_a_closed_parent_is_refused_with_its_name_and_the_cure(folder: Path) -> None:
    closed = folder / "only for root"
    closed.mkdir(parents=True, mode=0o700)
    with pytest.raises(FolderClosed) as refusal:
        EmbeddedServer(closed / "ledger").start()
    assert f"cannot enter {closed}" in str(refusal.value)
    assert f"chmod o+x {closed}" in refusal.value.cure
    assert mode(closed) == 0o700


@as_root
def test_the_cluster_stays_with_the_user_who_made_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "UNPRIVILEGED", ("nobody",))
    with EmbeddedServer(folder, parameters=HURRIED) as server:
        assert server.places.cluster.owner() == "nobody"
    monkeypatch.undo()
    with EmbeddedServer(folder) as server, psycopg.connect(server.dsn(ADMIN, "postgres")) as connection:
        assert server.places.cluster.owner() == "nobody"
        assert connection.execute("SELECT 1").fetchone() == (1,)


@as_root
def test_without_any_unprivileged_user_the_cure_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "UNPRIVILEGED", ("nobody-of-that-name",))
    with pytest.raises(NoAccount, match="DATABASE_URL"):
        EmbeddedServer(folder).start()


@as_root
def test_another_user_of_the_machine_cannot_reach_the_database(folder: Path) -> None:
    with EmbeddedServer(folder, parameters=HURRIED) as server:
        stranger = account.Account("daemon", *pwd.getpwnam("daemon")[2:4], is_other=True)
        psql = binaries.choose().within_reach(stranger, server.places.engine).program("psql")
        with (folder / "said").open("w+b") as said:
            code = stranger.launch([psql, server.dsn("cl_app", "postgres")], said, folder).wait(timeout=20)
        assert code != 0
        assert "Permission denied" in (folder / "said").read_text()


def test_the_log_in_is_by_the_user_of_the_machine_and_never_by_trust(folder: Path) -> None:
    with EmbeddedServer(folder, parameters=HURRIED) as server:
        rules = (server.places.conf / "pg_hba.conf").read_text() + (
            server.places.cluster / "pg_hba.conf"
        ).read_text()
        words = [line.split() for line in rules.splitlines() if line and not line.startswith("#")]
        assert {
            (line[0], *(word for word in line if word in {"peer", "reject", "trust"})) for line in words
        } <= {
            ("local", "peer"),
            ("host", "reject"),
        }
        with psycopg.connect(server.dsn(ADMIN, "postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE intruder LOGIN SUPERUSER")
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            psycopg.connect(server.dsn("intruder", "postgres"))


def test_a_folder_too_long_for_a_socket_gets_a_short_private_one_for_it(folder: Path) -> None:
    deep = folder / ("a folder with quite a long name " * 3) / "ledger"
    deep.parent.mkdir(parents=True)
    deep.parent.chmod(0o711)
    folder.chmod(0o711)
    with EmbeddedServer(deep, parameters=HURRIED) as server:
        sockets = server.places.sockets
        assert len(os.fsencode(sockets / SOCKET)) <= LONGEST_SOCKET
        assert sockets == places(deep).sockets
        assert mode(sockets) == 0o700
        assert not sockets.parent.stat().st_mode & 0o002
        with psycopg.connect(server.dsn(ADMIN, "postgres")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not sockets.exists()


def test_quotes_and_chinese_in_the_folders_name_do_no_harm(folder: Path) -> None:
    folder.mkdir(mode=0o711)
    with EmbeddedServer(folder / "o'灯 \\n$", parameters=HURRIED) as server:
        assert server.answers()


def test_a_folder_with_somebodys_files_keeps_its_mode(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    (folder / "holiday.jpg").touch()
    with EmbeddedServer(folder, parameters=HURRIED):
        assert mode(folder) == 0o755


def test_a_folder_that_others_can_write_to_is_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "holiday.jpg").touch()
    folder.chmod(0o777)
    with pytest.raises(FolderClosed, match="chmod go-w"):
        EmbeddedServer(folder).start()
    assert mode(folder) == 0o777


def test_a_file_in_place_of_the_folder_is_refused(folder: Path) -> None:
    folder.touch()
    for place in (folder, folder / "below"):
        with pytest.raises(FolderClosed, match="CASELEDGER_DATA_DIR"):
            EmbeddedServer(place).start()


def test_a_planted_link_in_place_of_the_cluster_is_refused(folder: Path) -> None:
    folder.mkdir(mode=0o711)
    (folder / "log").symlink_to("/etc")
    with pytest.raises(FolderClosed, match="log"):
        EmbeddedServer(folder).start()


def test_a_named_folder_without_postgresql_is_refused(folder: Path) -> None:
    with pytest.raises(NoBinaries, match="CASELEDGER_POSTGRES_BIN"):
        EmbeddedServer(folder, programs=Path(tempfile.gettempdir())).start()


def test_a_machine_without_any_postgresql_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_places", lambda: iter(()))
    with pytest.raises(NoBinaries, match="DATABASE_URL"):
        binaries.choose()


def test_the_wheels_programs_come_first_and_are_new_enough() -> None:
    found = binaries.choose()
    assert found.bundle is not None
    assert found.major >= 18


@as_root
def test_programs_out_of_the_servers_reach_are_copied_once_with_their_libraries(folder: Path) -> None:
    found = binaries.choose()
    assert found.bundle is not None
    folder.mkdir(mode=0o711)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "site").symlink_to(found.bundle)
    away = binaries.Binaries(
        closed / "site" / found.folder.relative_to(found.bundle), found.version, closed / "site"
    )
    nobody = account.choose(folder / "pg")
    copies = folder / "engine"
    copies.mkdir()
    copied = away.within_reach(nobody, copies)
    assert nobody.closed_parent(copied.folder) is None
    with (folder / "said").open("w+b") as said:
        assert nobody.launch([copied.program("psql"), "--version"], said, folder).wait(timeout=10) == 0
    made = copied.program("psql").stat().st_mtime_ns, copied.folder.stat().st_ctime_ns
    assert away.within_reach(nobody, copies) == copied
    assert made == (copied.program("psql").stat().st_mtime_ns, copied.folder.stat().st_ctime_ns)


ORDINARY = """
import sys, psycopg
from pathlib import Path
from cases.store.server import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1]), parameters={'fsync': 'off'}) as server:
    with psycopg.connect(server.dsn('cl_admin', 'postgres')) as connection:
        print(connection.execute('SELECT 6 * 7').fetchone()[0], oct(Path(sys.argv[1]).stat().st_mode & 0o777))
"""


def python_for(user: account.Account) -> str:
    """A Python of this very version that the user may run, ours or the machine's."""
    for name in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        path = Path(name).resolve()
        if path.exists() and user.closed_parent(path.parent) is None and user.closed_parent(ROOT) is None:
            return name
    pytest.skip("an ordinary user cannot enter the folder of this Python")


@as_root
def test_an_ordinary_user_runs_the_server_as_himself(folder: Path) -> None:
    nobody = account.Account("nobody", *pwd.getpwnam("nobody")[2:4], is_other=True)
    folder.mkdir(mode=0o700)
    os.chown(folder, nobody.uid, nobody.gid)
    done = subprocess.run(
        [python_for(nobody), "-c", ORDINARY, str(folder / "ledger")],
        user=nobody.uid, group=nobody.gid, extra_groups=[], cwd="/",
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stdout.split() == ["42", "0o700"], done.stderr
    with pytest.raises(FolderClosed, match="another user"):
        EmbeddedServer(folder / "ledger").start()


def test_the_doctor_names_what_stands_in_the_way(folder: Path) -> None:
    assert doctor(folder) == []
    (folder / "log").rmdir()
    (folder / "log").touch()
    (obstacle,) = doctor(folder)
    assert "log" in obstacle


def test_every_error_of_the_store_has_a_sentence_of_its_own() -> None:
    kinds = StoreError.__subclasses__()
    assert len({kind.title for kind in kinds}) == len(kinds) >= 9
    assert str(FolderClosed("The folder is shut", cure="Open it")) == "The folder is shut. Open it."


def test_a_folder_that_vanished_under_a_running_server_does_not_keep_it_alive(folder: Path) -> None:
    server = EmbeddedServer(folder, parameters=HURRIED).start()
    pid = server.pid
    shutil.rmtree(folder)
    server.stop()
    assert pid is not None
    assert not postmaster.is_alive(pid)


def test_a_strict_umask_shuts_nobody_out(folder: Path) -> None:
    before = os.umask(0o077)
    try:
        with EmbeddedServer(folder / "new" / "ledger", parameters=HURRIED) as server:
            assert server.answers()
    finally:
        os.umask(before)
