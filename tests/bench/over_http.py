"""What one client does over HTTP for some seconds: commands on cases of its own, or rows for the bare route."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.client import HTTPConnection
from itertools import count
from multiprocessing.synchronize import Barrier
from typing import Any, Final
from uuid import uuid4

Env = dict[str, str]
WARM_UP: Final = 20
RECEIVED: Final = {
    "channel": "phone", "customer_name": "张三", "customer_phone": "13800138000", "description": "通电后有嗡嗡声",
    "product_model": "bench", "sales_channel": "online",
}  # fmt: skip
STEPS: Final = (
    ("classify", {"kind": "consultation", "category": "usage"}),
    ("respond", {"step": "reply", "channel": "phone"}),
    ("note", {"word": "bench"}),
    ("close", {"outcome": "solved"}),
)
"""After it was received, what a case goes through: five commands together."""


class Client:
    """One connection that stays open, with the key of an agent."""

    def __init__(self, env: Env) -> None:
        self._connection = HTTPConnection("127.0.0.1", int(env["PORT"]), timeout=30)
        self._headers = {"Authorization": f"Bearer {env['KEY']}", "Content-Type": "application/json"}
        self._who, self._numbers = uuid4(), count()

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send one request and read its answer; every one has an idempotency key of its own."""
        headers = {**self._headers, "Idempotency-Key": f"{self._who}-{next(self._numbers)}"}
        self._connection.request("POST", path, json.dumps(body), headers)
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status not in {200, 201}:
            raise AssertionError(told.decode())
        found: dict[str, Any] = json.loads(told)
        return found


def commands(env: Env, until: Callable[[], bool], ready: Barrier) -> int:
    """Take one case after another from its receipt to its end; counts the commands."""
    client, done = Client(env), 0
    _case(client)
    ready.wait()
    while not until():
        done += _case(client)
    return done


def _case(client: Client) -> int:
    case_id = client.post("/api/v1/cases", RECEIVED)["case_id"]
    for verb, body in STEPS:
        client.post(f"/api/v1/cases/{case_id}/{verb}", body)
    return 1 + len(STEPS)


def bare(env: Env, until: Callable[[], bool], ready: Barrier) -> int:
    """Send rows to the bare route and count them."""
    client, done = Client(env), 0
    for _ in range(WARM_UP):
        _row(client)
    ready.wait()
    while not until():
        _row(client)
        done += 1
    return done


def _row(client: Client) -> None:
    client.post("/bare", {"case_id": str(uuid4()), "word": "bench"})
