"""docker-compose.yml does what it says, proved without Docker: its texts and commands run on a server of ours."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
import yaml
from psycopg.conninfo import make_conninfo

from cases.settings import Settings
from cases.store.cluster import ADMIN
from cases.store.database import Database
from cases.store.server import EmbeddedServer
from projections.schema import ensure
from tests.house import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
APP: dict[str, Any] = COMPOSE["services"]["app"]
PASSWORD = "the kettle hums"


def filled(text: str) -> str:
    """A text of the file with its variables replaced, as compose does."""
    return re.sub(r"\$\{\w+:\?[^}]*\}", PASSWORD.replace(" ", "-"), text)


def listed(key: str) -> list[str]:
    """What all services list under a key."""
    return [entry for service in COMPOSE["services"].values() for entry in service.get(key, [])]


def test_only_loopback_is_published() -> None:
    assert listed("ports") == ["127.0.0.1:8000:8000", "127.0.0.1:3000:3000"], "the database has none"


def test_every_volume_that_is_mounted_is_declared() -> None:
    named = {volume.split(":")[0] for volume in listed("volumes") if not volume.startswith("./")}
    assert named == set(COMPOSE["volumes"])


def test_every_folder_that_is_mounted_is_there_and_read_only() -> None:
    folders = [volume.split(":") for volume in listed("volumes") if volume.startswith("./")]
    assert {(ROOT / here).is_dir() for here, *_ in folders} == {True}
    assert {rights for *_, rights in folders} == {"ro"}


def test_no_password_is_written_down_and_none_may_be_forgotten() -> None:
    variables = re.findall(r"\$\{[^}]*\}", TEXT)
    assert len({variable.split(":?")[0] for variable in variables}) == 4
    assert all(":?" in variable for variable in variables)
    assert not re.search(r"PASSWORD:? '?[^$' ]", TEXT)


def test_the_image_installs_as_the_makefile_does() -> None:
    steps = re.findall(r"^RUN pip (.+)$", APP["build"]["dockerfile_inline"], re.MULTILINE)
    assert "--require-hashes -r requirements.lock" in steps[0]
    assert "--no-deps --no-build-isolation" in steps[1]


def test_every_variable_of_the_program_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in APP["environment"].items():
        monkeypatch.setenv(name, filled(value))
    settings = Settings()
    assert settings.model_fields_set == {"database_url", "data_dir", "host", "port"}
    assert settings.data_dir == Path(listed("volumes")[1].split(":")[1]), "the keys outlive the container"


def let_in_with_password(server: EmbeddedServer) -> None:
    """Ask the login of the compose file for its password, as the image of PostgreSQL does."""
    rules = server.places.conf / "pg_hba.conf"
    asked = "local all caseledger,bi_reader scram-sha-256\n"
    rules.write_text(asked + rules.read_text(encoding="utf-8"))
    with psycopg.connect(server.dsn(ADMIN, "postgres"), autocommit=True) as admin:
        admin.execute(filled(COMPOSE["configs"]["login"]["content"]).encode())
        admin.execute("SELECT pg_reload_conf()")


@pytest.fixture
def address(make_server: Callable[[], EmbeddedServer]) -> str:
    """The DATABASE_URL of the compose file, with the host that it has here."""
    server = make_server()
    server.start()
    let_in_with_password(server)
    where = psycopg.conninfo.conninfo_to_dict(server.dsn(ADMIN, "postgres"))
    given = filled(APP["environment"]["DATABASE_URL"])
    return make_conninfo(given, host=str(where["host"]), port=str(where.get("port", 5432)))


def test_the_first_start_sets_everything_up_and_never_as_a_superuser(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    with Database.from_settings(Settings()) as database:
        database.prepare()
        assert database.prepare() == []
        with database.pool.connection() as connection:
            row = connection.execute(
                "SELECT session_user::text, current_user::text, rolsuper FROM pg_roles WHERE rolname = session_user"
            ).fetchone()
        assert row == ("caseledger", "cl_app", False)
        with database.pool.connection() as connection:
            ensure(connection)
    with psycopg.connect(make_conninfo(address, user="bi_reader")) as analyst:
        kept = analyst.execute("SHOW default_transaction_read_only").fetchone()
        assert kept == ("on",), "the habits of the role hold for whoever made it"
        assert analyst.execute("SELECT position FROM meta_freshness").fetchone() == (0,)


def test_the_dashboards_find_what_the_file_mounts_for_them() -> None:
    grafana = COMPOSE["services"]["grafana"]
    mounts = {there: ROOT / here for here, there, _ in (volume.split(":") for volume in grafana["volumes"])}
    found = mounts["/etc/grafana/provisioning"]
    source = yaml.safe_load((found / "datasources" / "caseledger.yml").read_text(encoding="utf-8"))[
        "datasources"
    ][0]
    assert source["url"].split(":")[0] in COMPOSE["services"]
    assert source["secureJsonData"]["password"].removeprefix("$") in grafana["environment"]
    boards = yaml.safe_load((found / "dashboards" / "caseledger.yml").read_text(encoding="utf-8"))[
        "providers"
    ][0]
    home = Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert str(home.parent) == boards["options"]["path"]
    assert (mounts[boards["options"]["path"]] / home.name).is_file()


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def answer(url: str, running: subprocess.Popen[bytes]) -> int:
    """The status that the program answers with, once it does; it may take half a minute."""
    for _ in range(300):
        assert running.poll() is None, "the program has ended"
        with suppress(httpx2.TransportError):
            return httpx2.get(url, timeout=3).status_code
        time.sleep(0.1)
    return 0


@pytest.mark.slow
def test_the_command_serves_on_its_port_and_stops_when_told(address: str, tmp_path: Path) -> None:
    port = free_port()
    here = {
        "DATABASE_URL": address,
        "CASELEDGER_DATA_DIR": str(tmp_path / "keys"),
        "CASELEDGER_PORT": str(port),
    }
    given = {name: filled(value) for name, value in APP["environment"].items()} | here
    program = [str(Path(sys.executable).with_name(APP["command"][0])), *APP["command"][1:]]
    with (
        (tmp_path / "said").open("wb") as said,
        subprocess.Popen(
            program, env={**os.environ, **given, "CASELEDGER_HOST": "127.0.0.1"}, stdout=said, stderr=said
        ) as running,
    ):
        try:
            assert answer(f"http://127.0.0.1:{port}/healthz", running) == 200
            running.terminate()
            assert running.wait(timeout=20) == 0
        finally:
            running.kill()
