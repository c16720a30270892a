"""`--json` in the shell: every command that answers has it, and says what HTTP says where that answers the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from api.cli import app
from api.installation import Installation
from cases.codes import Role
from tests.fix_api import Teller

WITHOUT = {
    "run": "serves until it is stopped, and answers over HTTP",
    "work": "keeps the tables in step until it is stopped; `tables status --json` tells how they stand",
}
"""Command → why it answers nothing that a program could read."""
OF_THE_MOMENT = {"at", "behind_seconds", "held_back_seconds", "overdue_seconds"}
Shell = Callable[..., Any]


def commands(of: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command by the words it is typed with."""
    command = of or get_command(app)
    if not hasattr(command, "commands"):
        yield " ".join(path), command
        return
    for name, below in command.commands.items():
        yield from commands(below, (*path, name))


def test_every_command_that_answers_can_answer_a_program() -> None:
    found = dict(commands())
    assert len(found) > 40
    lacking = {name for name, one in found.items() if not any("--json" in part.opts for part in one.params)}
    assert lacking == set(WITHOUT), "give it --json (api/cli/screen.py), or list it here with the reason"


@pytest.fixture
def shell(here: Installation, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Types a line with --json at the end; gives the document."""
    monkeypatch.setattr("api.cli.screen.opened", lambda _settings: nullcontext(here))

    def typed(line: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, [*line.split(), "--json"])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    return typed


def lasting(told: Any) -> Any:
    """A document without what is another value a moment later."""
    if isinstance(told, dict):
        return {name: lasting(value) for name, value in told.items() if name not in OF_THE_MOMENT}
    return [lasting(one) for one in told] if isinstance(told, list) else told


@pytest.mark.parametrize(
    ("line", "path", "role"),
    [
        ("month list", "/months", Role.MANAGEMENT),
        ("month show 2026-01", "/months/2026-01", Role.MANAGEMENT),
        ("programme due", "/programmes", Role.QUALITY),
        ("export list", "/exports", Role.BI),
        ("tables status", "/tables", Role.ADMIN),
        ("webhooks list", "/webhooks", Role.ADMIN),
    ],
)
def test_the_shell_and_http_tell_the_same(
    shell: Shell, teller: Teller, here: Installation, line: str, path: str, role: Role
) -> None:
    here.engine.catch_up()
    assert lasting(shell(line)) == lasting(teller.get(path, role=role).json())


def test_what_is_done_is_told_as_a_document(shell: Shell, teller: Teller, tmp_path: Path) -> None:
    case = teller.received()
    assert shell(f"replay as-of {case['case_no']}")["case_id"] == case["case_id"]
    assert shell("watch --once").keys() == {"recorded"}
    assert shell("replay verify")["verdict"] == "proven"
    assert shell("tables release")["tried"] == 0
    key = shell("keys create agent agent-77")["key"]
    key_id = key.split("_")[1]
    assert key_id in {one["key_id"] for one in shell("keys list")["keys"]}
    assert shell(f"keys revoke {key_id}") == {"revoked": key_id}
    for name, fields in (("fct_cases", {"rows", "position"}), ("log", {"cases", "facts", "position"})):
        out = tmp_path / ("log.json" if name == "log" else "cases.csv")
        told = shell(f"export {name} --out {out}")
        assert told["file"] == str(out)
        assert told.keys() > fields


def test_a_text_is_checked_shown_and_gone_through_as_a_document(shell: Shell) -> None:
    assert shell("regulation check lamp-factory").keys() == {"regulation", "version", "problems", "warnings"}
    assert shell("regulation show lamp-factory")["regulation"]["id"] == "lamp-factory"
    (text,) = shell("regulation coverage S2")["texts"]
    assert {one["state"] for one in text["rules"]} <= {"carried", "partly", "explained", "open"}
    assert shell("regulation coverage law-sanbao")["clauses"]


def test_what_is_refused_is_said_beside_the_document_that_is_not_there(shell: Shell) -> None:
    done = CliRunner().invoke(app, ["month", "check", "2020-01", "--json"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "not published" in done.stderr
