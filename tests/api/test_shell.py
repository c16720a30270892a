"""The shell: the whole job in one command, keys, and one clear sentence for whatever is wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from api.cli import app, keeping, told_wrong
from cases.commands import Receive
from cases.store.server import EmbeddedServer
from projections.schema import code_version
from tests.fix_store import folder_for_a_server
from tests.house import ROOT

COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]
Shell = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder for the installation of this module, its server kept running between commands."""
    with folder_for_a_server() as folder, EmbeddedServer(folder):
        yield folder


@pytest.fixture(scope="module")
def shell(folder: Path) -> Shell:
    """Runs a command there."""

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.endswith("DATABASE_URL")}
        environment |= {"CASELEDGER_DATA_DIR": str(folder), "COLUMNS": "200", **more}
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )

    return run


@pytest.mark.slow
def test_the_demonstration_gives_three_reports_and_leaves_nothing(shell: Shell, folder: Path) -> None:
    done = shell("demo", "--json", TMPDIR=str(folder.parent))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["import"]["facts"] > 2000
    assert told["rebuild"]["differing"] == 0
    rate = told["sla_dashboard"]["total"]["adjusted"]
    assert 0 < rate["numerator"] < rate["denominator"]
    strata = told["audit_sample"]["frame"]["strata"]
    drawn = sum(one["drawn"] for one in strata)
    assert drawn >= sum(one["items"] for one in strata) / 10
    assert len(told["audit_sample"]["drawn"]["picks"]) == drawn
    assert told["complaint_statistics"]["complaints"] > 0
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_key_is_made_listed_and_revoked(shell: Shell) -> None:
    key = shell("keys", "create", "agent", "agent-07", "--label", "the kettle desk").stdout.strip()
    assert re.fullmatch(r"cl_[0-9a-f]{10}_[\w-]{43}", key)
    listed = shell("keys", "list").stdout
    assert "agent-07" in listed
    assert key.split("_")[1] in shell("keys", "list", COLUMNS="40").stdout
    told = json.loads(shell("keys", "list", "--json").stdout)["keys"]
    assert [(one["key_id"], one["actor"]) for one in told if one["label"]] == [
        (key.split("_")[1], "agent-07")
    ]
    assert key.split("_", 2)[2] not in listed
    assert shell("keys", "revoke", key.split("_")[1]).returncode == 0
    assert shell("keys", "revoke", "0000000000").returncode == 2


def test_everything_is_set_up_once(shell: Shell) -> None:
    shell("db", "init")
    assert "there already" in shell("db", "init").stdout
    assert shell("doctor").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "setting", "says"),
    [
        (("keys", "create", "king", "x"), {}, "no such role"),
        (("keys", "create", "service", "x", "--scope", "rule"), {}, "No scope"),
        (("import", "nowhere.csv", "--mapping", "helpdesk"), {}, "no file"),
        (("import-forms", "nowhere.xlsx"), {}, "no file"),
        (("webhooks", "add", "ERP", "https://erp.example.com/"), {}, "✗ name is wrong: must be small"),
        (("keys", "list"), {"CASELEDGER_PORT": "many"}, "setting PORT is wrong: must be a whole number"),
        (("keys", "list"), {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "does not let us in"),
        (("doctor",), {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "does not let us in"),
    ],
)
def test_what_is_wrong_is_one_sentence_without_a_traceback(
    shell: Shell, arguments: tuple[str, ...], setting: dict[str, str], says: str
) -> None:
    done = shell(*arguments, **setting)
    assert done.returncode == 2
    assert says in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_verdict_is_the_last_line_however_narrow_the_screen(shell: Shell) -> None:
    done = shell("replay", "verify", COLUMNS="40")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("✓ proven (")
    assert done.stdout.endswith(")\n")


def test_opening_the_tables_to_a_tool_shows_how_to_connect_and_the_password_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CASELEDGER_DATA_DIR", str(folder))
    shown = CliRunner().invoke(keeping.db, ["expose", "--port", "29417"])
    assert shown.exit_code == 0, shown.output
    assert "host 127.0.0.1, port 29417, database caseledger, user bi_reader" in shown.output
    password = re.search(r"^password ([0-9a-f]{48})$", shown.output, re.MULTILINE)
    assert password
    assert shown.output.count(password[1]) == 1
    assert "the port opens when `caseledger run` is started again" in shown.output
    closed = CliRunner().invoke(keeping.db, ["unexpose"])
    assert closed.output.splitlines() == ["closed"]
    monkeypatch.setenv("DATABASE_URL", "postgresql://clerk:hums@127.0.0.1:1/cases")
    refused = CliRunner().invoke(keeping.db, ["expose"])
    assert refused.exit_code == 2
    assert "not ours to open" in refused.output
    assert "pg_hba.conf" in refused.output


def test_a_wrong_value_that_is_no_setting_is_not_called_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValidationError) as of_a_fact:
        Receive.model_validate({"channel": "pigeon"})
    told_wrong(of_a_fact.value)
    assert "setting" not in (said := capsys.readouterr().err)
    assert said.startswith("✗ channel is wrong: must be 'phone', ")
    assert "pigeon" not in said


def test_the_program_tells_its_version(shell: Shell) -> None:
    assert shell("--version").stdout == f"caseledger {code_version()}\n"


def test_every_command_stands_under_what_it_is_for() -> None:
    assert [one.name for one in app.registered_commands if not one.rich_help_panel] == []
    assert [one.name for one in app.registered_groups if not one.rich_help_panel] == []
    told = CliRunner().invoke(app, ["--help"]).output
    places = [
        told.index(f" {panel} ") for panel in ("Run it", "Take cases in", "See, and take out", "Keep it")
    ]
    assert places == sorted(places), "who is new reads how to run it first"
