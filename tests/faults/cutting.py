"""A TCP proxy before PostgreSQL that cuts a connection behind the n-th protocol message of either side."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cases.store.server import EmbeddedServer

Side = Literal["sent", "answered"]
"""What the client sent, or what the server answered."""
RESET = struct.pack("ii", 1, 0)
LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Cut:
    """Cut behind so many messages of a side, counted over all connections; `is_hard` resets instead of closing."""

    side: Side
    behind: int
    is_hard: bool = False


@dataclass
class Link:
    """One client and its server."""

    client: socket.socket
    server: socket.socket
    turn: threading.Lock = field(default_factory=threading.Lock)

    def cut(self, *, is_hard: bool) -> None:
        """End both, so that neither side gets another byte."""
        if is_hard:
            with contextlib.suppress(OSError):
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class CuttingProxy:
    """Forwards message by message; `arm` lets one connection be cut, `seen` counts since then.

    It stands in for the server: give it to `Database` and everything goes through it.
    """

    def __init__(self, server: EmbeddedServer) -> None:
        self.behind = server
        self.seen: Counter[Side] = Counter()
        self.cuts: list[Cut] = []
        self.made = 0
        self._turn = threading.Lock()
        self._links: list[Link] = []
        self._door = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> Self:
        threading.Thread(target=self._welcome, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for link in self._links:
            link.cut(is_hard=False)

    def start(self) -> None:
        """Nothing: the server runs."""

    def stop(self) -> None:
        """Nothing: the server is somebody else's."""

    def dsn(self, role: str, dbname: str) -> str:
        """The server's connection string, by way of the proxy."""
        port = self._door.getsockname()[1]
        plain = {"sslmode": "disable", "gssencmode": "disable"}
        return make_conninfo(self.behind.dsn(role, dbname), host="127.0.0.1", port=port, **plain)

    def arm(self, *cuts: Cut) -> None:
        """Begin to count, and make these cuts, each counted from the one before."""
        with self._turn:
            self.cuts, self.made = list(cuts), 0
            self.seen.clear()

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._door.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                link = Link(client, self._connected())
                self._links.append(link)
                for side in ("sent", "answered"):
                    threading.Thread(target=self._pump, args=(link, side), daemon=True).start()

    def _connected(self) -> socket.socket:
        where = conninfo_to_dict(self.behind.dsn("cl_app", "postgres"))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{where['host']}/.s.PGSQL.{where['port']}")
        return server

    def _pump(self, link: Link, side: Side) -> None:
        giver, taker = (link.client, link.server) if side == "sent" else (link.server, link.client)
        with contextlib.suppress(OSError):
            for message in messages(giver, has_startup=side == "sent"):
                taker.sendall(message)
                if (cut := self._due(side)) is not None:
                    link.cut(is_hard=cut.is_hard)
                    return
        link.cut(is_hard=False)

    def _due(self, side: Side) -> Cut | None:
        with self._turn:
            self.seen[side] += 1
            if not self.cuts or self.cuts[0].side != side or self.seen[side] < self.cuts[0].behind:
                return None
            self.made += 1
            self.seen.clear()
            return self.cuts.pop(0)


def messages(giver: socket.socket, *, has_startup: bool) -> Iterator[bytes]:
    """Yield whole messages: the first of a client has no type byte, every other one has."""
    if has_startup:
        length = _exactly(giver, 4)
        yield length + _exactly(giver, LENGTH.unpack(length)[0] - 4)
    while True:
        head = _exactly(giver, 5)
        yield head + _exactly(giver, LENGTH.unpack(head[1:])[0] - 4)


def _exactly(giver: socket.socket, count: int) -> bytes:
    """Read so many bytes; a connection that ends raises OSError."""
    got = bytearray()
    while len(got) < count:
        part = giver.recv(count - len(got))
        if not part:
            raise ConnectionError
        got += part
    return bytes(got)
