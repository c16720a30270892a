"""Fixtures of notices: an installation served on a port of its own, because a stream does not end."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx2
import pytest

from api.cli.serving import Serving, listening, serving
from api.installation import Installation
from cases.codes import Role
from tests.fix_api import KeyOf

Event = dict[str, Any]


@dataclass
class Served:
    """An installation on a port: its server, and keys for every role."""

    address: str
    server: Serving
    key_of: KeyOf
    thread: threading.Thread

    def headers(self, role: Role, **more: str) -> dict[str, str]:
        """What a request of a role carries."""
        return {
            "X-API-Key": self.key_of(role),
            **{name.replace("_", "-"): text for name, text in more.items()},
        }

    @contextmanager
    def following(
        self, role: Role = Role.QUALITY, last: int | None = None, **asked: Any
    ) -> Iterator[Iterator[Event]]:
        """Open the stream of notices; gives the events as they come, what only keeps it open left out."""
        headers = self.headers(role) | ({} if last is None else {"Last-Event-ID": str(last)})
        where = f"{self.address}/api/v1/stream"
        with httpx2.stream("GET", where, params=asked, headers=headers, timeout=10) as answer:
            assert answer.status_code == 200, answer.read()
            yield events(answer.iter_lines())

    @contextmanager
    def deaf(self, path: str, role: Role) -> Iterator[socket.socket]:
        """Ask, and take nothing of the answer: a little of it fits into the buffers."""
        door = self.server.servers[0].sockets[0]
        door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            deaf.connect(door.getsockname())
            asked = f"GET /api/v1{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-API-Key: {self.key_of(role)}"
            deaf.sendall(f"{asked}\r\n\r\n".encode())
            yield deaf

    def end(self) -> float:
        """Tell the server to stop, as a signal does; gives the seconds that it took."""
        began = time.monotonic()
        self.server.should_exit = True
        self.thread.join(timeout=20)
        return time.monotonic() - began


def events(lines: Iterator[str]) -> Iterator[Event]:
    """Read events off a stream; one without a field `data` is none (HTML Living Standard, 9.2.6)."""
    event: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, text = line.partition(": ")
            event[name] = text
        else:
            if "data" in event:
                yield {"id": int(event["id"]), **json.loads(event["data"])["data"]}
            event = {}


@pytest.fixture(scope="module")
def served(here: Installation, key_of: KeyOf) -> Iterator[Served]:
    """The module's installation on a free port, until its tests have ended."""
    with listening("127.0.0.1", 0) as door:
        server = serving(here)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        for _ in count():
            if server.started:
                break
            time.sleep(0.01)
        running = Served(address, server, key_of, thread)
        yield running
        running.end()
        assert not thread.is_alive()
