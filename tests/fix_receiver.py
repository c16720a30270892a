"""Fixtures of webhooks: a receiver on the loopback that answers as it is told, and keeps what it was sent."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Got:
    """A request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def notice(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def position(self) -> int:
        position: int = self.notice["data"]["position"]
        return position


@dataclass
class Receiver:
    """Another system: takes everything with 204, but for what it was told to say first.

    `hang` says nothing for two seconds, `drip` and `chunks` one byte after another, `huge` ten megabytes; `hints` says
    that an answer is to come before it takes it, and `more hints` never comes to one.
    """

    port: int = 0
    says: list[int | str] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/notices?from=caseledger"

    @property
    def positions(self) -> list[int]:
        return [one.position for one in self.got]

    def wait_for(self, many: int, seconds: float = 20) -> None:
        """Wait until so many have come."""
        deadline = time.monotonic() + seconds
        while len(self.got) < many:
            assert time.monotonic() < deadline, self.positions
            time.sleep(0.01)


class Answering(BaseHTTPRequestHandler):
    """One connection of the receiver."""

    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.receiver.got.append(Got({name.lower(): text for name, text in self.headers.items()}, body))
        say = self.receiver.says.pop(0) if self.receiver.says else 204
        if say == "hang":
            time.sleep(2)
            self.close_connection = True
            return
        for _ in range({"hints": 2, "more hints": 1_000_000}.get(str(say), 0)):
            if self._hint():
                return
        self.send_response(say if isinstance(say, int) else 200)
        for name, text in self.receiver.more.items():
            self.send_header(name, text)
        size = {"huge": 10_000_000, "drip": 1_000, "chunks": 1_000}.get(str(say), 0)
        if say == "chunks":
            self.send_header("Transfer-Encoding", "chunked")
        elif size or say != 204:
            self.send_header("Content-Length", str(size))
        self.end_headers()
        self._fill(str(say), size)

    def _hint(self) -> bool:
        """Say that an answer is to come; tells whether nobody listens any more."""
        try:
            self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </thanks>\r\n\r\n")
        except OSError:
            self.close_connection = True
        return self.close_connection

    def _fill(self, say: str, size: int) -> None:
        part = {"huge": b" " * 1_000, "chunks": b"1\r\n \r\n"}.get(say, b" ")
        try:
            for _ in range(size // 1_000 if say == "huge" else size):
                self.wfile.write(part)
                if say != "huge":
                    time.sleep(0.02)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@contextmanager
def receiving(certificate: Path | None = None) -> Iterator[Receiver]:
    """Run a receiver on a free port, over TLS with a certificate."""
    receiver = Receiver()
    kind = type("Connected", (Answering,), {"receiver": receiver})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # who hangs up is no news
        if certificate:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        receiver.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def dripping() -> Iterator[int]:
    """Run a server that greets one caller in TLS, for four seconds one byte after another; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_drip, args=(listening,))
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def _drip(listening: socket.socket) -> None:
    caller, _ = listening.accept()
    with caller, suppress(OSError):
        caller.sendall(b"\x16\x03\x03\x40\x00")
        for _ in range(200):
            caller.sendall(b"\0")
            time.sleep(0.02)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver for this test."""
    with receiving() as running:
        yield running
