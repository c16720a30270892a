"""`caseledger work` and `caseledger tables`: keeping the tables in step with the log, and what is parked."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from api.cli.screen import OUT, AsJson, document, installation
from api.cli.serving import interruptible
from api.tables import Released
from cases.errors import NotFound
from projections.following.reworking import Reworker
from projections.parking import parked_ids
from projections.questions.freshness import Freshness, freshness

app = typer.Typer(no_args_is_help=True, help="The tables: how they stand to the log, and what is parked.")
SHOWN = 1000


def work() -> None:
    """Keep the tables in step with the log, or stand by to take over, until Ctrl-C; any number may work at once."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with suppress(KeyboardInterrupt), interruptible(), installation() as here:
        OUT.print("working; Ctrl-C stops", markup=False)
        here.work(threading.Event())


@app.command("status")
def status(
    *,
    as_json: AsJson = False,
) -> None:
    """Tell how the tables stand to the log, and list what is parked; exit code 1 where anything is."""
    with installation() as here, here.database.pool.connection() as connection:
        found = freshness(connection, SHOWN)
        if as_json:
            document(found)
        else:
            show(found)
            _list_parked(found)
    raise typer.Exit(1 if found.parked_cases else 0)


@app.command("release")
def release(
    case: Annotated[
        list[UUID] | None, typer.Argument(help="ids of parked cases; all of them when absent")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Work parked cases out again, after what was wrong has been put right; exit code 1 where some still fail."""
    with installation() as here, here.database.pool.connection() as connection:
        parked, named = parked_ids(connection), set(case or ())
        if strange := named.difference(parked):
            raise NotFound(f"Not parked, so that there is nothing to release: {', '.join(map(str, strange))}")
        done = Reworker(connection).again(one for one in parked if one in named or not named)
        found = freshness(connection, SHOWN)
    if as_json:
        document(Released(tried=done.cases, standing=found))
    else:
        OUT.print(
            f"{done.released} of {done.cases} released" if parked else "nothing is parked", markup=False
        )
        _list_parked(found)
    raise typer.Exit(1 if done.parked else 0)


def show(found: Freshness) -> None:
    """Print how the tables stand."""
    lines = Table.grid(padding=(0, 2))
    lines.add_row("position", str(found.position), f"of {found.log_position}")
    lines.add_row("behind", str(found.positions_behind), f"for {found.behind_seconds:.1f} s")
    lines.add_row("held back", str(found.held_back_facts), f"for {found.held_back_seconds:.1f} s")
    incomplete = "" if found.incomplete_from is None else f"incomplete from position {found.incomplete_from}"
    lines.add_row("parked", str(found.parked_cases), incomplete)
    if one := found.leader:
        since = f" since {one.since:%Y-%m-%d %H:%M:%S}Z" if one.since else ""
        lines.add_row("leader", one.program or "unknown", f"session {one.session}{since}")
    OUT.print(lines)
    if found.leader is None:
        OUT.print("no worker leads: start caseledger run, or caseledger work", markup=False)


def _list_parked(found: Freshness) -> None:
    if found.parked:
        table = Table("parked case", "position", "since", "reason")
        for one in found.parked:
            table.add_row(str(one.case_id), str(one.position), f"{one.parked_at:%Y-%m-%d %H:%M}Z", one.reason)
        OUT.print(table)
