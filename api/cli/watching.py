"""`caseledger watch`: the watcher in a process of its own."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Annotated

import typer

from api.cli.screen import OUT, installation
from api.cli.serving import interruptible
from api.installation import Installation


def watch(
    *,
    once: Annotated[bool, typer.Option("--once", help="look once and end")] = False,
    every: Annotated[int, typer.Option(help="seconds between two looks", min=1)] = 10,
) -> None:
    """Warn and escalate as the regulation says, until Ctrl-C; any number may watch at once."""
    with suppress(KeyboardInterrupt), interruptible(), installation() as here:
        looked(here)
        pause = threading.Event()
        while not once:
            pause.wait(every)
            looked(here)


def looked(here: Installation) -> None:
    """Bring the tables up to date, look, and tell what was recorded."""
    here.engine.catch_up()
    recorded = here.watcher.look()
    OUT.print(f"{recorded} recorded", markup=False)
