"""`caseledger export`: tables, reports and logs as files that say what they stand on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.screen import ERRORS, bar, installation
from replay.exports.as_csv import csv_of
from replay.exports.export import Export
from replay.exports.look import looking
from replay.exports.saving import saving
from replay.exports.wanted import Wanted

app = typer.Typer(no_args_is_help=True, help="Tables, reports and logs as files that say what they stand on.")
Out = Annotated[Path, typer.Option(help="file to write")]
Force = Annotated[bool, typer.Option("--force", help="write anew what is there already")]


@app.command("table")
def table(
    *,
    name: Annotated[str, typer.Argument(help="table or report of schema bi, e.g. fct_cases")],
    out: Out,
    force: Force = False,
) -> None:
    """Write one table or report."""
    with installation() as here:
        here.engine.catch_up()
        with looking(here.database.reader_dsn, here.zone) as look:
            export = Export.of(look, name, Wanted())
            with saving(out, is_forced=force) as file, bar(f"writing {out.name}", None):
                for chunk in csv_of(export):
                    file.write(chunk)
            for label, told in export.about().items():
                ERRORS.print(f"{label}: {told}", markup=False)
            ERRORS.print(f"rows: {export.rows}", markup=False)
