"""The command line: `caseledger`."""

from __future__ import annotations

import typer

from api.cli import auditing, importing, keeping, replaying, serving

app = typer.Typer(name="caseledger", no_args_is_help=True, pretty_exceptions_enable=False)
app.command("run")(serving.run)
app.command("doctor")(keeping.doctor)
app.add_typer(keeping.keys, name="keys")
app.add_typer(keeping.db, name="db")
app.add_typer(replaying.app, name="replay")
app.add_typer(auditing.app, name="audit")
app.command("import")(importing.import_log)


def main() -> None:
    """Run one command."""
    app()
