"""What the shell says of a folder, a moment or a number of workers that cannot be."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from api.cli import programmes
from api.cli.auditing import made
from api.cli.replaying import app, moment
from cases.errors import Malformed


def test_a_file_is_no_folder_for_the_published_files(tmp_path: Path) -> None:
    (tmp_path / "draws").write_text("a list", encoding="utf-8")
    with pytest.raises(Malformed, match="cannot be a folder"):
        made(tmp_path / "draws")


@pytest.mark.parametrize("written", ["0001-01-01", "9999-12-31T23:00-08:00", "tomorrow", "2026-02-30"])
def test_a_moment_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(Malformed, match="2026-10-31T18:00"):
        moment(written, ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize("workers", ["0", "-1", "1000"])
def test_nobody_rebuilds_with_no_worker_or_a_thousand(workers: str) -> None:
    refused = CliRunner().invoke(app, ["rebuild", "--workers", workers])
    assert (refused.exit_code, "workers" in refused.output) == (2, True)


def test_who_holds_no_programme_holds_none_from_the_shell_either() -> None:
    asked = ["hold", "lamp-sales", "supervisor-check", "2026-10", "--as", "staff-li", "--role", "technician"]
    refused = CliRunner().invoke(programmes.app, asked)
    assert (refused.exit_code, "may not" in refused.output) == (2, True)
