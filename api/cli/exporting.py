"""`caseledger export`: tables, reports and logs as files that say what they stand on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Annotated, Any, Final

import typer
from rich.table import Table as Grid
from typer.core import TyperGroup

from api.cli.replaying import moment
from api.cli.screen import ERRORS, OUT, AsJson, advance, bar, document, installation, told
from api.cli.serving import interruptible
from api.export_list import exports_of
from cases.errors import Malformed
from replay.exports.everything import export_all, must_be_ours
from replay.exports.export import Export, Headings
from replay.exports.formats import LOGS, ROWS, STDOUT, Format, RowFormat, chosen_format, format_of
from replay.exports.known import must_be_product
from replay.exports.look import looking
from replay.exports.saving import must_be_free, saving
from replay.exports.snapshot import Snapshot, chosen_of
from replay.exports.wanted import wanted_of

BY_ENDING: Final = "; by the file's ending if absent"


class Tables(TyperGroup):
    """Takes what is no command of the group for a table: `export fct_cases` is `export table fct_cases`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command of the first word."""
        is_table = args and not args[0].startswith("-") and args[0] not in self.commands
        return super().resolve_command(ctx, ["table", *args] if is_table else args)


app = typer.Typer(
    cls=Tables, no_args_is_help=True, help="Tables, reports and logs as files that say what they stand on."
)
Table = Annotated[str, typer.Argument(help="table or report of schema bi, e.g. fct_cases")]
Out = Annotated[Path, typer.Option(help="file to write; - for standard output")]
Form = Annotated[str | None, typer.Option("--format", help=f"{', '.join(ROWS)}{BY_ENDING}")]
Period = Annotated[
    str | None, typer.Option(help="2026-10, 2026-W45, 2026-Q4 or 2026, by the table's first moment")
]
Since = Annotated[str | None, typer.Option("--since", "--from", help="from this moment on")]
Until = Annotated[str | None, typer.Option("--until", "--to", help="and before this one")]
Kind = Annotated[str | None, typer.Option(help="code of dim_case_kinds")]
Department = Annotated[str | None, typer.Option(help="code of dim_departments")]
Product = Annotated[str | None, typer.Option(help="product_id of dim_products")]
Where = Annotated[list[str] | None, typer.Option(help="column=value, of any column; may be repeated")]
Heads = Annotated[
    Headings | None, typer.Option(help="how columns are headed; in a spreadsheet by words if absent")
]
Notes = Annotated[bool, typer.Option("--notes", help="begin a CSV with what it stands on, as # lines")]
Force = Annotated[bool, typer.Option("--force", help="write anew what is there already")]


@app.command("table")
def table(
    *,
    name: Table,
    out: Out,
    form: Form = None,
    period: Period = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    department: Department = None,
    product: Product = None,
    where: Where = None,
    headings: Heads = None,
    notes: Notes = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write one table or report; `caseledger export NAME` is the same."""
    with told():
        written = chosen_format(ROWS, form, out)
        must_be_apart(out, as_json=as_json)
        must_be_free(out, is_forced=force)
    with interruptible(), installation() as here, writing(out, written, is_forced=force) as file:
        span = period, moment(since, here.zone), moment(until, here.zone)
        equal = {"kind": kind, "department": department, "product_id": product}
        wanted = wanted_of(here.zone, *span, equal, where or ())
        here.engine.catch_up()
        with looking(here.database.reader_dsn, here.zone) as look:
            heads = headings or written.headings(here.settings.language)
            export = Export.of(look, name, wanted, heads, has_notes=notes)
            write(export, written, file, out.name)
    if as_json:
        document(
            {"file": str(out), "rows": export.rows, **export.about(), "position": look.standing.position}
        )
    else:
        ERRORS.print(f"{out}: {export.told()}", markup=False)


@app.command("log")
def log(
    *,
    out: Out,
    form: Annotated[str | None, typer.Option("--format", help=f"{', '.join(LOGS)}{BY_ENDING}")] = None,
    period: Annotated[
        str | None, typer.Option(help="cases received in 2026-10, 2026-W45, 2026-Q4 or 2026")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="cases of this kind")] = None,
    product: Annotated[str | None, typer.Option(help="cases of lamp/K7, or of the line lamp")] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write the log of whole cases; `caseledger import FILE --mapping caseledger` takes an XES file in again."""
    with told():
        written, chosen = chosen_format(LOGS, form, out), chosen_of(period, kind, product)
        must_be_apart(out, as_json=as_json)
    with interruptible(), installation() as here, writing(out, written, is_forced=force) as file:
        if product is not None:
            here.engine.catch_up()
            with looking(here.database.reader_dsn, here.zone) as look:
                must_be_product(product, look)
        snapshot = Snapshot.now(here.ledger, here.zone, chosen)
        with bar(f"writing {out.name}", snapshot.position) as progress:
            count = written.write(file, snapshot, lambda facts: advance(progress, facts))
    if as_json:
        about = {"position": snapshot.position, "filters": chosen.told}
        document({"file": str(out), "cases": count.cases, "facts": count.facts, **about})
    else:
        said = f"{count.cases} cases, {count.facts} facts, log position {snapshot.position}"
        ERRORS.print(f"{out}: {said}", markup=False)


@app.command("list")
def listed(*, as_json: AsJson = False) -> None:
    """List what can be exported, and which column a period is about."""
    with installation() as here, looking(here.database.reader_dsn, here.zone) as look:
        if as_json:
            document(exports_of(look))
            return
        told_as = here.settings.language
        shown = Grid("table", "period by", "")
        for one in look.relations.values():
            shown.add_row(
                one.name, one.period.name if one.period else "", one.zh if told_as == "zh" else one.en
            )
        OUT.print(shown)


@app.command("all")
def everything(
    *,
    out: Annotated[Path, typer.Option(help="folder to make")],
    form: Annotated[str, typer.Option("--format", help=", ".join(ROWS))] = "parquet",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write every table and report into a folder, all at one position, with a manifest and SHA256SUMS."""
    with told():
        format_of(ROWS, form)
        must_be_ours(out, is_forced=force)
    with interruptible(), installation() as here:
        here.engine.catch_up()
        with looking(here.database.reader_dsn, here.zone) as look, bar("", None) as progress:
            made = export_all(
                look,
                form,
                out,
                here.settings.language,
                lambda name, done, of: progress.update(
                    progress.task_ids[0], description=f"writing {name}", completed=done, total=of
                ),
                is_forced=force,
            )
    if as_json:
        document(made)
        return
    rows = sum(one["rows"] for one in made["files"])
    ERRORS.print(
        f"{out}: {rows} rows of {len(made['files'])} tables at position {made['position']}", markup=False
    )


def must_be_apart(out: Path, *, as_json: bool) -> None:
    """Raise Malformed where a file and what is said of it would both go to standard output."""
    if as_json and out == STDOUT:
        raise Malformed("Standard output has the file already; name a file, or leave --json out")


def write(export: Export, written: RowFormat, file: IO[bytes], title: str) -> None:
    """Write a file, and show how far it is."""
    total = export.count()
    with bar(f"writing {title}", total) as progress, closing(written.write(export)) as chunks:
        for chunk in chunks:
            file.write(chunk)
            advance(progress, export.rows, total)


@contextmanager
def writing(out: Path, written: Format, *, is_forced: bool) -> Iterator[IO[bytes]]:
    """Give the file to write, or standard output; whoever closes that early has seen enough."""
    if out != STDOUT:
        with saving(out, is_forced=is_forced) as file:
            yield file
        return
    if not written.is_text and sys.stdout.isatty():
        raise Malformed("This format is not for a terminal; name a file, or pipe it on")
    try:
        yield sys.stdout.buffer
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
