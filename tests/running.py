"""`caseledger run` as a process of its own in a folder of its own, and keys made from the shell."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx2

from cases.store.server import EmbeddedServer
from tests.house import ROOT

COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]
READY = 90.0
NUMBERS = count(1)
KEY = re.compile(r"^ +(\w+) +\S+ +(cl_\S+)$", re.MULTILINE)


class Running:
    """One `caseledger run` in a folder; `surroundings` are variables of its environment."""

    def __init__(self, folder: Path, *more: str, **surroundings: str) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.endswith("DATABASE_URL")}
        environment |= {"CASELEDGER_DATA_DIR": str(folder), "CASELEDGER_PORT": "0", "COLUMNS": "200"}
        environment |= surroundings
        self.folder = folder
        self._said = folder.parent / f"said-{next(NUMBERS)}.txt"
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

    def crash(self) -> None:
        """Kill it and its database at once."""
        server = EmbeddedServer(self.folder).pid
        assert server is not None
        os.kill(self.process.pid, signal.SIGKILL)
        os.kill(server, signal.SIGKILL)
        self.end()


def created(folder: Path, role: str, actor: str, *scopes: str) -> str:
    """A key, made from the shell."""
    environment = {**os.environ, "CASELEDGER_DATA_DIR": str(folder), "COLUMNS": "200"}
    named = [part for scope in scopes for part in ("--scope", scope)]
    made = subprocess.run(
        [*COMMAND, "keys", "create", role, actor, *named],
        cwd=ROOT, check=True, capture_output=True, text=True, env=environment,
    )  # fmt: skip
    return made.stdout.strip().splitlines()[-1]
