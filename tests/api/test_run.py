"""`caseledger run` as a person runs it: cold, again, stopped, and killed at its worst moments."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.cli.serving import listening
from cases.store.server import EmbeddedServer
from tests.house import ROOT
from tests.running import COMMAND, Running, created

S0 = ["agent", "technician", "logistics", "quality", "supervisor", "finance", "dispute", "bi"]
pytestmark = pytest.mark.slow


def test_a_cold_start_loads_the_sample_shows_the_keys_once_and_goes_on_the_second_time(
    run_folder: Path,
) -> None:
    first = Running(run_folder)
    try:
        keys = first.keys
        assert set(keys) == {"admin", *S0}, "whoever S0 gives something to do can begin"
        board = first.ask("/sla/dashboard?since=2026-01-01T00:00:00Z", keys["bi"])
        assert board["total"]["counts"]["cases"] > 300
        told = first.ask("/cases", keys["agent"], {"channel": "phone"}, "the kettle lamp")
    finally:
        assert first.end() == 0
    assert "stopped" in first.said
    assert EmbeddedServer(run_folder).pid is None, "the database ended with it"
    second = Running(run_folder)
    try:
        assert second.keys == {}
        again = second.ask("/cases", keys["agent"], {"channel": "phone"}, "the kettle lamp")
        assert again == {**told, "replayed": True}
        board = second.ask("/sla/dashboard?since=2026-01-01T00:00:00Z", keys["bi"])
        assert board["standing"]["position"] >= told["position"]
    finally:
        assert second.end(signal.SIGINT) == 0


def test_killed_with_its_database_it_starts_again_with_every_acknowledged_fact(run_folder: Path) -> None:
    running = Running(run_folder, "--no-sample")
    assert set(running.keys) == {"admin"}
    key = created(run_folder, "agent", "agent-02")
    told = [running.ask("/cases", key, {"channel": "phone"}, f"lamp {number}") for number in range(20)]
    running.crash()
    again = Running(run_folder)
    try:
        assert again.keys == {}
        for number, known in enumerate(told):
            answer = again.ask("/cases", key, {"channel": "phone"}, f"lamp {number}")
            assert answer == {**known, "replayed": True}
    finally:
        assert again.end() == 0


def test_a_first_run_that_was_cut_off_is_a_first_run_again(run_folder: Path) -> None:
    environment = {**os.environ, "CASELEDGER_DATA_DIR": str(run_folder), "CASELEDGER_PORT": "0"}
    cut = subprocess.Popen(
        [*COMMAND, "run"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 30
    while not (run_folder / "vault-keys.json").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.15)
    cut.kill()
    cut.wait()
    running = Running(run_folder)
    try:
        assert set(running.keys) >= {"admin", "quality"}
        board = running.ask("/sla/dashboard?since=2026-01-01T00:00:00Z", running.keys["bi"])
        assert board["total"]["counts"]["cases"] > 300
    finally:
        assert running.end() == 0


@pytest.mark.faults
@pytest.mark.skipif(os.environ.get("CASELEDGER_FAULTS") != "full", reason="two programs take long to start")
def test_of_two_that_begin_at_once_both_come_up_and_one_shows_the_keys(run_folder: Path) -> None:
    with ThreadPoolExecutor(2) as at_once:
        both = list(at_once.map(lambda _: Running(run_folder, "--no-sample"), range(2)))
    assert sorted(len(running.keys) for running in both) == [0, 1]
    assert [running.end() for running in both] == [0, 0]


def test_a_port_that_is_taken_is_one_sentence(run_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = {**os.environ, "CASELEDGER_DATA_DIR": str(run_folder)}
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
    assert not (run_folder / "pg").exists(), "nothing was started for it"


def test_an_answer_leaves_at_once_and_does_not_wait_for_the_other_side() -> None:
    async def is_at_once() -> bool:
        found: asyncio.Queue[int] = asyncio.Queue()

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted = writer.get_extra_info("socket")
            found.put_nowait(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            await writer.wait_closed()

        with listening("127.0.0.1", 0) as door:
            async with await asyncio.start_server(answer, sock=door):
                _, writer = await asyncio.open_connection(*door.getsockname()[:2])
                told = await found.get()
                writer.close()
                await writer.wait_closed()
        return bool(told)

    assert asyncio.run(is_at_once())
