"""Looking at and ending the server process of a cluster, whoever started it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cases.store.places import LOOPBACK, PORT

SMART, FAST, IMMEDIATE = signal.SIGTERM, signal.SIGINT, signal.SIGQUIT
# How to ask, and how many seconds to wait before asking harder: politely while nobody works, then ending
# sessions, then without a checkpoint (recovery does it at the next start), then not at all politely.
WAYS_TO_STOP = ((SMART, 0.5), (FAST, 60.0), (IMMEDIATE, 10.0), (signal.SIGKILL, 10.0))


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What `postmaster.pid` says of a living server."""

    pid: int
    sockets: Path | None
    """None while it starts: it writes one line of its mark after the other."""
    port: int
    is_open: bool
    """Whether it listens on an address, too."""
    is_ready: bool


def living(cluster: Path) -> Postmaster | None:
    """The server that runs on this cluster now, if any; a zombie or a stranger with the same pid is none."""
    pid = _pid(cluster)
    if pid is None or not is_alive(pid) or not _works_in(pid, cluster):
        return None
    lines = [*_lines(cluster), *[""] * 8]
    return Postmaster(
        pid,
        Path(lines[4]) if lines[4].strip() else None,
        int(lines[3]) if lines[3].strip().isdigit() else PORT,
        is_open=bool(lines[5].strip()),
        is_ready=lines[7].strip() == "ready",
    )


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of 127.0.0.1."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was never waited for does not."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text()
        return words.rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return False if Path("/proc/self/stat").exists() else _alive_by_ps(pid)


def orphans(cluster: Path) -> list[int]:
    """Server processes that outlived their postmaster: they still work inside the cluster's folder."""
    numbers = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    return [pid for pid in numbers if _cwd(pid) == cluster and is_alive(pid)]


def forget_the_dead(cluster: Path, sockets: Path) -> None:
    """Remove the marks of a server that is gone, where PostgreSQL would take a stranger or a zombie for it.

    Only called under the lock and while no server lives. Sessions that outlived theirs still protect the
    cluster: PostgreSQL finds their shared memory by the folder, not by the mark.
    """
    for mark in sockets.glob(".s.PGSQL.*"):
        mark.unlink(missing_ok=True)
    pid = _pid(cluster)
    if pid is not None and not (is_alive(pid) and _works_in(pid, cluster)) and not orphans(cluster):
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may just have ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def stop(pid: int, has_ended: Callable[[], bool]) -> bool:
    """Ask a server to end, ever harder; whether it did."""
    for number, seconds in WAYS_TO_STOP:
        send(pid, number)
        if waited(has_ended, seconds):
            return True
    return False


def waited(happened: Callable[[], bool], seconds: float) -> bool:
    """Poll until `happened()`, for `seconds` at most; whether it did."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _lines(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _pid(cluster: Path) -> int | None:
    """The first line of `postmaster.pid`; None where it is missing or half written."""
    first = [line.strip() for line in _lines(cluster)[:1]]
    return int(first[0]) if first and first[0].isdigit() else None


def _works_in(pid: int, cluster: Path) -> bool:
    """Whether it works in the cluster's folder; where we may not look, whether its owner runs PostgreSQL."""
    if not Path("/proc/self/cwd").exists():
        return True
    if (folder := _cwd(pid)) is not None:
        return folder == cluster
    with contextlib.suppress(OSError):
        process = Path(f"/proc/{pid}")
        is_owner = process.stat().st_uid == cluster.stat().st_uid
        return is_owner and (process / "comm").read_text().startswith("postgres")
    return False


def _cwd(pid: int) -> Path | None:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cwd").readlink()
    return None


def _alive_by_ps(pid: int) -> bool:
    said = subprocess.run(
        ["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return said.stdout.strip() != "" and not said.stdout.startswith("Z")
