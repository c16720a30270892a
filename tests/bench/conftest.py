"""Options of the benchmarks, the firm that they ask, and the table that they end with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from cases.settings import Settings
from cases.store.database import Database
from projections.rebuilding.rebuild import prepare, rebuild
from tests.bench.figures import Figures
from tests.bench.great_log import GreatLog
from tests.fix_store import folder_for_a_server

WORKERS: Final = 2
MANY: Final = {"k": 1_000, "m": 1_000_000}
FIGURES: Final = pytest.StashKey[Figures]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the size of the log, a folder to keep it in, and where the table goes."""
    group = parser.getgroup("caseledger")
    group.addoption("--scale", default="100k", help="cases in the log: 20000, 100k (the default), 1m")
    group.addoption("--firm", default=None, type=Path, help="folder in which the log is kept for another run")
    group.addoption(
        "--figures", default=None, type=Path, help="file for the table: .json, or Markdown by any other name"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin an empty table."""
    config.stash[FIGURES] = Figures(cases_of(config.getoption("--scale")))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the table, and write it where it was asked for."""
    figures = config.stash[FIGURES]
    if not figures.lines:
        return
    terminalreporter.section("figures")
    for line in figures.shown():
        terminalreporter.write_line(line)
    if config.getoption("--figures"):
        figures.write(config.getoption("--figures"))


def cases_of(scale: str) -> int:
    """Read a number of cases: 20000, 100k, 1m."""
    return int(scale[:-1]) * MANY[scale[-1]] if scale[-1] in MANY else int(scale)


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    """The table of the run."""
    return pytestconfig.stash[FIGURES]


@dataclass(frozen=True)
class Firm:
    """A firm with its log and tables, on a server as the product runs it."""

    database: Database
    folder: Path


@pytest.fixture(scope="session")
def firm(pytestconfig: pytest.Config, figures: Figures) -> Iterator[Firm]:
    """The firm of the asked size; one that is kept in a folder is made only once."""
    kept = pytestconfig.getoption("--firm")
    with folder_for_a_server() as scratch:
        settings = Settings(data_dir=kept or scratch)
        with Database.from_settings(settings) as database:
            database.prepare()
            with database.connection() as connection:
                is_new = connection.execute("SELECT FROM log.case_events LIMIT 1").rowcount == 0
            if is_new:
                GreatLog(figures.scale).append(database)
                rebuild(database, workers=WORKERS)
            prepare(database)
            yield Firm(database, settings.data_dir)
