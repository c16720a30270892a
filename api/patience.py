"""How long a client may take nothing of what it was sent before the system ends its connection: each answer says.

TCP_USER_TIMEOUT (RFC 5482), which is Linux's; elsewhere only who has gone is noticed, after minutes.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Final, Protocol

from fastapi import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

UNTAKEN: Final = 60
"""Seconds for a stream of notices, of which a server holds few, and for every answer that says nothing else."""
PAUSED: Final = 900
"""Seconds for a file: who fetches it may hold it up and go on."""
CONNECTION: Final = "connection"
"""What a request's state calls the socket that it came through."""


class Door(Protocol):
    """A socket, or what asyncio shows of one."""

    def setsockopt(self, level: int, name: int, value: int, /) -> None:
        """Set an option."""


class Connection(H11Protocol):
    """The library's connection, of which requests know the socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library does
        """Tell every request that comes through it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, CONNECTION: transport.get_extra_info("socket")}


def give_up_after(door: Door, seconds: float) -> None:
    """Let the system end connections through a door whose client takes nothing for so long, full buffers or gone."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))


def wait_for_taker(request: Request, seconds: float) -> None:
    """Let who asked take nothing for so long, on this connection and until its next answer says otherwise."""
    if door := getattr(request.state, CONNECTION, None):
        with suppress(OSError):  # it has gone already
            give_up_after(door, seconds)
