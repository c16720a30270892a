"""`caseledger watch`: the watcher in a process of its own."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Annotated

import psycopg
import typer

from api.cli.screen import ERRORS, OUT, document, installation, say
from api.cli.serving import interruptible
from api.installation import Installation
from cases.errors import Unavailable


def watch(
    *,
    once: Annotated[bool, typer.Option("--once", help="look once and end")] = False,
    every: Annotated[int, typer.Option(help="seconds between two looks", min=1)] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document for each look")] = False,
) -> None:
    """Warn and escalate as the regulation says, until Ctrl-C; any number may watch at once."""
    with suppress(KeyboardInterrupt), interruptible(), installation() as here:
        if once:
            tell(looked(here), as_json=as_json)
            return
        (ERRORS if as_json else OUT).print("watching; Ctrl-C stops", markup=False)
        pause = threading.Event()
        while True:
            try:
                if recorded := looked(here):
                    tell(recorded, as_json=as_json)
            except (Unavailable, TimeoutError, psycopg.Error) as failure:
                say(f"It could not look ({type(failure).__name__})", "it looks again in a moment")
            pause.wait(every)


def tell(recorded: int, *, as_json: bool) -> None:
    """Say how much was recorded."""
    if as_json:
        document({"recorded": recorded}, indent=None)
    else:
        OUT.print(f"{recorded} recorded", markup=False)


def looked(here: Installation) -> int:
    """Bring the tables up to date and look once; gives how many escalations and signals were recorded."""
    here.engine.catch_up()
    return here.watcher.look() + here.signals.look()
