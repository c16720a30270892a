"""The command line: `caseledger`."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from pydantic import ValidationError

from api.cli import (
    auditing,
    demonstration,
    exporting,
    forms,
    importing,
    keeping,
    months,
    notifying,
    programmes,
    publishing,
    regulating,
    replaying,
    serving,
    tables,
    watching,
)
from api.cli.screen import WRONG, say
from cases.cure import cure
from cases.settings import PREFIX, Settings
from projections.schema import code_version

app = typer.Typer(
    name="caseledger", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)


def _tell_version(is_asked: bool) -> None:  # noqa: FBT001 - typer calls it with the value alone
    if is_asked:
        typer.echo(f"caseledger {code_version()}")
        raise typer.Exit


@app.callback()
def caseledger(
    *,
    _is_version_asked: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="tell the version and end"),
    ] = False,
) -> None:
    """After-sales cases as a ledger of facts: every figure traces back to a clause and to facts."""


RUNNING = "Run it"
CASES = "Take cases in"
DUTIES = "Say what ought to happen, and do what returns"
FIGURES = "See, and take out"
KEEPING = "Keep it"
app.command("run", rich_help_panel=RUNNING)(serving.run)
app.command("demo", rich_help_panel=RUNNING)(demonstration.demo)
app.command("watch", rich_help_panel=RUNNING)(watching.watch)
app.command("work", rich_help_panel=RUNNING)(tables.work)
app.command("doctor", rich_help_panel=RUNNING)(keeping.doctor)
app.command("import", rich_help_panel=CASES)(importing.import_log)
app.command("import-forms", rich_help_panel=CASES)(forms.import_forms)
app.add_typer(regulating.app, name="regulation", rich_help_panel=DUTIES)
app.add_typer(publishing.app, name="publish", rich_help_panel=DUTIES)
app.add_typer(programmes.app, name="programme", rich_help_panel=DUTIES)
app.add_typer(auditing.app, name="audit", rich_help_panel=DUTIES)
app.add_typer(replaying.app, name="replay", rich_help_panel=FIGURES)
app.add_typer(months.app, name="month", rich_help_panel=FIGURES)
app.add_typer(exporting.app, name="export", rich_help_panel=FIGURES)
app.add_typer(keeping.keys, name="keys", rich_help_panel=KEEPING)
app.add_typer(notifying.app, name="webhooks", rich_help_panel=KEEPING)
app.add_typer(tables.app, name="tables", rich_help_panel=KEEPING)
app.add_typer(keeping.db, name="db", rich_help_panel=KEEPING)


def main() -> None:
    """Run one command; whatever goes wrong is one sentence and exit code 2."""
    try:
        app()
    except ValidationError as wrong:
        told_wrong(wrong)
        sys.exit(WRONG)
    except psycopg.Error as refusal:
        say(f"The database refuses ({type(refusal).__name__})", "caseledger doctor looks for the cause")
        sys.exit(WRONG)
    except Exception as crash:  # noqa: BLE001 - the last resort: nobody sees a traceback, or a value in it
        place = traceback.extract_tb(crash.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.lineno}"
        say(
            f"Something is wrong with the program itself ({type(crash).__name__} at {where})",
            "please report it",
        )
        sys.exit(WRONG)


def told_wrong(wrong: ValidationError) -> None:
    """Name each wrong setting, or each wrong field of what else was read; never a value."""
    for error in wrong.errors(include_url=False):
        steps = tuple(map(str, error["loc"]))
        if wrong.title == Settings.__name__:
            name = "_".join(steps).upper().removeprefix(PREFIX)
            say(
                f"The setting {name} is wrong: {cure(error)}",
                f"see {PREFIX}{name} in docs/reference/settings.md",
            )
        else:
            say(f"{'.'.join(steps) or 'What was given'} is wrong: {cure(error)}")
