"""`caseledger run`: everything in one process, until Ctrl-C."""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Annotated, Final, NoReturn

import typer
import uvicorn
from rich.panel import Panel
from rich.table import Table

from api.app import create_app
from api.cli.screen import OUT, advance, bar, told
from api.first_run import FirstKey, alone, is_first, is_ours, load_sample, make_keys
from api.installation import Installation, opened
from api.notices.pulse import Pulse
from api.patience import UNTAKEN, Connection, give_up_after
from cases.errors import Unavailable
from cases.settings import Settings

GRACE: Final = 5
"""Seconds that requests under way are given at the end."""


def run(
    *,
    sample: Annotated[bool, typer.Option(help="load the shipped sample into a new installation")] = True,
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on; 0 takes a free one")] = None,
) -> None:
    """Start the database, keep the tables, serve API and console; Ctrl-C stops everything."""
    settings = Settings()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    where = host or settings.host, settings.port if port is None else port
    with suppress(KeyboardInterrupt), interruptible(), told(), listening(*where) as door:
        OUT.print("[dim]starting the database …[/]")
        with opened(settings) as here:
            with alone(here):
                first = prepare(here, with_sample=sample)
            welcome(door, first)
            serve(here, door)
    OUT.print("[dim]stopped; the next run goes on with the same facts[/]")


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM, and a closed terminal, end everything as Ctrl-C does, whatever is under way."""

    def interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {sign: signal.signal(sign, interrupt) for sign in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for sign, known in before.items():
            signal.signal(sign, known)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take the port before anything else is started; raises Unavailable with the cure.

    asyncio sends small answers at once (TCP_NODELAY) only over a socket that names TCP; else each costs 40 ms.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        give_up_after(door, UNTAKEN)
        try:
            door.bind((host, port))
            door.listen(256)
        except OSError as taken:
            reason = os.strerror(taken.errno or 0)
            raise Unavailable(
                f"Port {port} of {host} cannot be used ({reason}). Choose another: CASELEDGER_PORT=8001 make run"
            ) from None
        yield door


def prepare(here: Installation, *, with_sample: bool) -> list[FirstKey]:
    """Load the sample into a new installation and make the first keys; nothing on a later run."""
    if not is_first(here):
        return []
    is_sample = with_sample and is_ours(here)
    if is_sample:
        with bar("loading the sample", None) as progress:
            load_sample(here, lambda done, total: advance(progress, done, total))
    with bar("filling the tables", None):
        here.engine.catch_up(timeout=600)
    return make_keys(here, with_sample=is_sample)


def welcome(door: socket.socket, first: list[FirstKey]) -> None:
    """Say what to open, and show the keys this one time."""
    host, port = door.getsockname()[:2]
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 - compared
    address = f"http://{shown}:{port}"
    lines = Table.grid(padding=(0, 2))
    lines.add_row("SLA board", f"[link={address}]{address}[/]")
    lines.add_row("API and docs", f"{address}/docs")
    OUT.print(Panel(lines, title="caseledger", title_align="left", expand=False))
    if first:
        OUT.print("Keys, shown only now; the page asks for one of them, the API takes it as a bearer token:")
        for role, key in first:
            OUT.print(f"  {role.value:<10} {role.zh}  [bold]{key}[/]", soft_wrap=True)
    OUT.print("[dim]Ctrl-C stops everything[/]")


def serve(here: Installation, door: socket.socket) -> None:
    """Serve until interrupted."""
    serving(here).run(sockets=[door])


def serving(here: Installation) -> Serving:
    """Make the server of an installation."""
    config = uvicorn.Config(
        create_app(here),
        http=Connection,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        lifespan="on",
    )
    return Serving(config, here.pulse)


class Serving(uvicorn.Server):
    """A server that sends those away who hold a stream open before it waits for requests under way."""

    def __init__(self, config: uvicorn.Config, pulse: Pulse) -> None:
        super().__init__(config)
        self._pulse = pulse

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then as the library does."""
        self._pulse.end()
        await super().shutdown(sockets)
