"""What a test counted, told at the end of the run, from whichever process it ran in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

Figure = Callable[[str], None]
NAME = "figure"


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Keeps a line for the end of the run, whether or not the test passes."""
    return partial(record_property, NAME)


@pytest.hookimpl
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show every figure once, in the order of the tests' files."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    calls = [report for report in reports if isinstance(report, pytest.TestReport) and report.when == "call"]
    told = [
        str(line)
        for report in sorted(calls, key=lambda report: report.location[0])
        for name, line in report.user_properties
        if name == NAME
    ]
    if told:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(dict.fromkeys(told)))
