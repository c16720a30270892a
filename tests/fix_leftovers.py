"""A run that leaves a process or a file behind fails: what a test starts, it ends.

Where two processes share the tests, the one that gave them out looks, once both have ended.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PROC = Path("/proc")
SCRATCH = os.environ.get("CASELEDGER_SCRATCH", "")
"""The folder that `make` gave this run; without one nothing is looked for, as other runs may be at work."""


def running() -> Iterator[tuple[int, str]]:
    """Number and command line of every process that we may look at, where there is a /proc."""
    for entry in PROC.glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if line and int(entry.name) != os.getpid():
            yield int(entry.name), line


def left() -> list[str]:
    """Processes that work in the scratch folder, and entries of it outside pytest's own folder."""
    processes = [f"process {pid}: {line[:120]}" for pid, line in running() if SCRATCH in line]
    files = [f"file {entry}" for entry in Path(tempfile.gettempdir()).iterdir() if entry.name != "pytest"]
    return [*processes, *files]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run that left something; every fixture has ended by now."""
    is_shared = hasattr(session.config, "workerinput")
    if SCRATCH and not is_shared and (found := left()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        assert reporter is not None
        reporter.ensure_newline()
        reporter.section("left behind", sep="=", red=True)
        reporter.write_line("\n".join(found))
