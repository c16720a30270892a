"""`caseledger export log`: whole cases as event logs, for programs that mine processes and for another ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.screen import ERRORS, advance, bar, installation
from cases.codes import Kind
from cases.period import Period
from replay.exports.event_logs import FORMS, Form
from replay.exports.saving import saving
from replay.exports.snapshot import Chosen, Snapshot


def export_log(
    *,
    out: Annotated[Path, typer.Option(help="file to write, for example cases.xes.gz")],
    form: Annotated[Form, typer.Option("--format", help="xes (gzipped), ocel-sqlite, ocel-json")] = Form.XES,
    period: Annotated[
        str | None, typer.Option(help="cases received in 2026-10, 2026-W45, 2026-Q4 or 2026")
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="cases of this kind")] = None,
    product: Annotated[str | None, typer.Option(help="cases of lamp/K7, or of the line lamp")] = None,
    force: Annotated[bool, typer.Option("--force", help="write anew what is there already")] = False,
) -> None:
    """Write the log of whole cases; `caseledger import FILE --mapping caseledger` takes an XES file in again."""
    with installation() as here, saving(out, is_forced=force) as file:
        chosen = Chosen(None if period is None else Period.parse(period), kind, product)
        snapshot = Snapshot.now(here.ledger, here.zone, chosen)
        with bar(f"writing {out.name}", snapshot.position) as progress:
            written = FORMS[form].write(file, snapshot, lambda facts: advance(progress, facts))
    ERRORS.print(
        f"{out}: {written.cases} cases, {written.facts} facts, log position {snapshot.position}", markup=False
    )
