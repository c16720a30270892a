"""Commands over HTTP beside a route on the same server that does nothing but insert one row."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from statistics import median

import pytest

from tests.bench.figures import Figures
from tests.bench.writers import per_second
from tests.fix_store import folder_for_a_server
from tests.house import ROOT

ROUNDS, SECONDS, CLIENTS = 5, 3.0, 4


@pytest.fixture
def served() -> Iterator[dict[str, str]]:
    """Where the product's own server listens with the bare route beside its own, and a key."""
    with folder_for_a_server() as folder:
        command = [sys.executable, "-m", "tests.bench.served", str(folder)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as serving:
            assert serving.stdout
            port, key = serving.stdout.readline().split()
            yield {"PORT": port, "KEY": key}
            serving.terminate()


def test_commands_over_http_against_a_bare_route(served: dict[str, str], figures: Figures) -> None:
    pairs = [
        (
            per_second("bare_route", served, CLIENTS, SECONDS),
            per_second("http_commands", served, CLIENTS, SECONDS),
        )
        for _ in range(ROUNDS)
    ]
    figures.told("a bare route over HTTP", f"{CLIENTS} clients", median(bare for bare, _ in pairs), "/s")
    figures.told("commands over HTTP", f"{CLIENTS} clients", median(ours for _, ours in pairs), "/s")
    ratio = median(ours / bare for bare, ours in pairs)
    figures.at_least("commands over HTTP", "a bare route that inserts one row", ratio, 0.5)
