"""What every command prints through: progress on long work, one clear sentence for what goes wrong."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Annotated, Final

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from api.installation import Installation, opened
from cases.caller import Caller, staff_id
from cases.codes import Role
from cases.errors import CaseledgerError
from cases.recorded import Source
from cases.regulation.problems import BrokenPack, Problem
from cases.settings import Settings
from cases.store.errors import StoreError

PIPED: Final = 10_000
"""Columns of an output that is no terminal: what a program reads is one line for each line, however long."""
OUT: Final = Console(highlight=False, width=None if sys.stdout.isatty() else PIPED)
ERRORS: Final = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else PIPED)
ANYTHING: Final = TypeAdapter[object](object)
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON document, for programs")]
WRONG: Final = 2
"""Exit code when a command could not do its work."""


def say(what: str, cure: str = "") -> None:
    """Tell what is wrong, and what to do about it."""
    ERRORS.print("[red]✗[/]", end=" ")
    ERRORS.print(what, markup=False)
    if cure:
        ERRORS.print(f"  → {cure}", markup=False)


def document(told: object, indent: int | None = 2) -> None:
    """Print an answer as one JSON document (a model, a dataclass, a mapping); on one line without indent."""
    typer.echo(ANYTHING.dump_json(told, indent=indent))


def show_problems(problems: Iterable[Problem], where: Console) -> None:
    """Print what is wrong with a text below the items that it is found in, each with its file and line."""
    for (place, item, label), listed in groupby(problems, lambda one: (one.line, one.item, one.label)):
        named = list(listed)
        where.print("  ".join(filter(None, (f"{named[0].file}:{place}", item, label))), markup=False)
        for problem in named:
            where.print(f"  ✗ {': '.join(filter(None, (problem.field, problem.what)))}", markup=False)


@contextmanager
def told() -> Iterator[None]:
    """Turn every refusal into one sentence with its cure and exit code 2; nobody sees a traceback."""
    try:
        yield
    except StoreError as failure:
        say(failure.message, failure.cure)
        raise typer.Exit(WRONG) from None
    except BrokenPack as broken:
        show_problems(broken.problems, ERRORS)
        raise typer.Exit(WRONG) from None
    except CaseledgerError as failure:
        say(failure.message)
        for error in failure.details.get("errors", ()):
            ERRORS.print(f"  → {error['field']}: {error['cure']}", markup=False)
        raise typer.Exit(WRONG) from None


@contextmanager
def installation() -> Iterator[Installation]:
    """Open the installation that the settings name, with refusals told."""
    with told(), opened(Settings()) as here:
        yield here


def os_user() -> str:
    """Name who sits at the keyboard, as the operating system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def acting(role: Role = Role.SERVICE, name: str | None = None) -> Caller:
    """Say who acts: `cli:<os user>` as the system itself, or a staff id in a role; raises Malformed for a wrong one."""
    actor = f"cli:{os_user()}" if name is None else staff_id(name, "--as")
    return Caller(actor, role, Source(system="cli"), f"cli:{os_user()}")


@contextmanager
def bar(what: str, total: float | None) -> Iterator[Progress]:
    """Show how far long work has come, and how long it still takes."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=ERRORS,
        transient=True,
    ) as progress:
        progress.add_task(what, total=total)
        yield progress


def advance(progress: Progress, done: float, total: float | None = None) -> None:
    """Move the one bar on."""
    progress.update(progress.task_ids[0], completed=done, total=total)
