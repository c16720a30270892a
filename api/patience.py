"""How long a client may take nothing of what it was sent before the system ends its connection: each answer says.

TCP_USER_TIMEOUT (RFC 5482), which is Linux's; elsewhere only who has gone is noticed, after minutes.
"""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Final, Protocol

from fastapi import Request
from starlette.concurrency import iterate_in_threadpool
from uvicorn.protocols.http.h11_impl import H11Protocol

UNTAKEN: Final = 60
"""Seconds for a stream of notices, of which a server holds few, and for every answer that says nothing else."""
PAUSED: Final = 900
"""Seconds for a file: who fetches it may hold it up and go on."""
CONNECTION: Final = "connection"
"""What a request's state calls what it came through."""
LOOK_EVERY: Final = 0.1
"""Seconds between two looks at whether all that was sent is taken."""


class Door(Protocol):
    """A socket, or what asyncio shows of one."""

    def setsockopt(self, level: int, name: int, value: int, /) -> None:
        """Set an option."""


class Connection(H11Protocol):
    """The library's connection, known to the requests that come through it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library does
        """Tell every request that comes through it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, CONNECTION: transport}


def give_up_after(door: Door, seconds: float) -> None:
    """Let the system end connections through a door whose client takes nothing for so long, full buffers or gone."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))


def wait_for_taker(request: Request, seconds: float) -> None:
    """Let who asked take nothing for so long, on this connection and until its next answer says otherwise."""
    if connection := _connection(request):
        with suppress(OSError):  # it has gone already
            give_up_after(connection.get_extra_info("socket"), seconds)


async def to_the_last(request: Request, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Send a file, and end it when its client has taken all of it.

    What a program has sent and closed is the system's alone, which gives up on a client that pauses after some minutes.
    """
    async for chunk in iterate_in_threadpool(chunks):
        yield chunk
    connection = _connection(request)
    while connection and _untaken(connection):  # noqa: ASYNC110 - the system tells nobody when a byte was taken
        await asyncio.sleep(LOOK_EVERY)


def _connection(request: Request) -> asyncio.Transport | None:
    """Give what a request came through; None where no server of ours is between."""
    return getattr(request.state, CONNECTION, None)


def _untaken(connection: asyncio.Transport) -> int:
    """Count the bytes that were sent and have not reached the client's machine; none once it has gone."""
    waiting = connection.get_write_buffer_size()
    with suppress(OSError):
        told = fcntl.ioctl(connection.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
        waiting += struct.unpack("i", told)[0]
    return 0 if connection.is_closing() else waiting
