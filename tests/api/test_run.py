"""`caseledger run` as a person runs it: cold, again, stopped, and killed at its worst moments."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cases.store.server import EmbeddedServer
from tests.fix_store import folder_for_a_server
from tests.house import ROOT

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]
READY = 90.0
KEY = re.compile(r"^ +(\w+) +\S+ +(cl_\S+)$", re.MULTILINE)


class Running:
    """One `caseledger run` in a folder."""

    def __init__(self, folder: Path, *more: str) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.endswith("DATABASE_URL")}
        environment |= {"CASELEDGER_DATA_DIR": str(folder), "CASELEDGER_PORT": "0", "COLUMNS": "200"}
        self._said = folder.parent / "said.txt"
        self._sink = self._said.open("wb")
        self.process = subprocess.Popen(
            [*COMMAND, "run", *more], cwd=ROOT, env=environment, stdout=self._sink, stderr=subprocess.STDOUT
        )
        self.address = self._ready()

    @property
    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    @property
    def keys(self) -> dict[str, str]:
        """The keys that it showed, by role."""
        return dict(KEY.findall(self.said))

    def _ready(self) -> str:
        deadline = time.monotonic() + READY
        while time.monotonic() < deadline and self.process.poll() is None:
            if found := re.search(r"http://127\.0\.0\.1:\d+", self.said):
                with suppress(httpx2.TransportError):
                    if httpx2.get(f"{found.group()}/readyz", timeout=5).status_code == 200:
                        return found.group()
            time.sleep(0.05)
        raise AssertionError(f"it did not come up: {self.said}")

    def ask(self, path: str, key: str, body: Any = None, idempotency: str = "") -> Any:
        """Ask the API."""
        headers = {"X-API-Key": key, "Idempotency-Key": idempotency}
        verb = "GET" if body is None else "POST"
        answer = httpx2.request(verb, f"{self.address}/api/v1{path}", json=body, headers=headers, timeout=10)
        assert answer.is_success, answer.text
        return answer.json()

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop it and wait."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=40)
        self._sink.close()
        return code


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for one installation; whatever runs in it is ended."""
    with folder_for_a_server() as folder:
        yield folder
        server = EmbeddedServer(folder)
        if server.pid is not None:
            with server:
                pass


def test_a_cold_start_loads_the_sample_shows_the_keys_once_and_goes_on_the_second_time(folder: Path) -> None:
    first = Running(folder)
    try:
        keys = first.keys
        assert set(keys) == {"admin", "agent", "quality", "dispute", "bi"}
        board = first.ask("/sla/dashboard?since=2026-01-01T00:00:00Z", keys["bi"])
        assert board["total"]["counts"]["cases"] > 300
        told = first.ask("/cases", keys["agent"], {"channel": "phone"}, "the kettle lamp")
    finally:
        assert first.end() == 0
    assert "stopped" in first.said
    assert EmbeddedServer(folder).pid is None, "the database ended with it"
    second = Running(folder)
    try:
        assert second.keys == {}
        again = second.ask("/cases", keys["agent"], {"channel": "phone"}, "the kettle lamp")
        assert again == {**told, "replayed": True}
        board = second.ask("/sla/dashboard?since=2026-01-01T00:00:00Z", keys["bi"])
        assert board["standing"]["position"] >= told["position"]
    finally:
        assert second.end(signal.SIGINT) == 0


def test_killed_with_its_database_it_starts_again_with_every_acknowledged_fact(folder: Path) -> None:
    running = Running(folder, "--no-sample")
    assert set(running.keys) == {"admin"}
    key = created(folder)
    told = [running.ask("/cases", key, {"channel": "phone"}, f"lamp {number}") for number in range(20)]
    server = EmbeddedServer(folder).pid
    assert server is not None
    os.kill(running.process.pid, signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    running.end()
    again = Running(folder)
    try:
        assert again.keys == {}
        for number, known in enumerate(told):
            answer = again.ask("/cases", key, {"channel": "phone"}, f"lamp {number}")
            assert answer == {**known, "replayed": True}
    finally:
        assert again.end() == 0


def created(folder: Path) -> str:
    """A key for an agent, made from the shell."""
    environment = {**os.environ, "CASELEDGER_DATA_DIR": str(folder), "COLUMNS": "200"}
    made = subprocess.run(
        [*COMMAND, "keys", "create", "agent", "agent-02"],
        cwd=ROOT, check=True, capture_output=True, text=True, env=environment,
    )  # fmt: skip
    return made.stdout.strip().splitlines()[-1]


def test_a_first_run_that_was_cut_off_is_a_first_run_again(folder: Path) -> None:
    environment = {**os.environ, "CASELEDGER_DATA_DIR": str(folder), "CASELEDGER_PORT": "0"}
    cut = subprocess.Popen(
        [*COMMAND, "run"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 30
    while not (folder / "vault-keys.json").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.15)
    cut.kill()
    cut.wait()
    running = Running(folder)
    try:
        assert set(running.keys) >= {"admin", "quality"}
        board = running.ask("/sla/dashboard?since=2026-01-01T00:00:00Z", running.keys["bi"])
        assert board["total"]["counts"]["cases"] > 300
    finally:
        assert running.end() == 0


def test_a_port_that_is_taken_is_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = {**os.environ, "CASELEDGER_DATA_DIR": str(folder)}
        port = str(taken.getsockname()[1])
        said = subprocess.run(
            [*COMMAND, "run", "--port", port],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert said.returncode == 2
    assert "cannot be used" in said.stderr
    assert "Traceback" not in said.stderr
    assert not (folder / "pg").exists(), "nothing was started for it"
