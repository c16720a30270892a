"""A PostgreSQL server of our own: found or started with the program, stopped by the last one that used it.

Any number of processes may use one folder. Starting and stopping happen under one lock; using is a second
lock that all hold together and that the kernel frees when a process is killed. So a server whose starter was
killed is adopted, and whoever is last stops it. A third lock is held by the server's own processes, so that
there are never two, not even from two containers that cannot see each other's processes.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg
from psycopg.conninfo import make_conninfo

from cases.store import account, binaries, cluster, postmaster
from cases.store.conninfo import CONNECT_SECONDS, for_role
from cases.store.errors import DatabaseUnreachable, FolderClosed, ServerStuck, StoreError
from cases.store.locks import FileLock
from cases.store.places import LOCK, PORT, places

PATIENCE: Final = 300.0  # seconds for a start, recovery of a gigabyte of log included
SILENCE: Final = 20.0  # seconds in which a server that calls itself ready must answer
ORPHANS_LEAVE: Final = 2.0  # seconds in which sessions of a killed server leave by themselves
STILL_HELD = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')


class EmbeddedServer:
    """The server of one folder; start it, or use it as a context manager.

    `parameters` are PostgreSQL settings on top of ours, `programs` names a folder with other programs.
    """

    def __init__(
        self, data_dir: Path, *, programs: Path | None = None, parameters: Mapping[str, str] | None = None
    ) -> None:
        """Only remember; nothing is touched before `start`."""
        self.places = places(data_dir)
        self._programs = programs
        self._parameters = dict(parameters or {})
        self._starting = FileLock(self.places.root / LOCK)
        self._using = FileLock(self.places.root / "users.lock")
        self._child: subprocess.Popen[bytes] | None = None
        self._home: int | None = None
        self._turn = threading.RLock()

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def start(self) -> Self:
        """Find or start the server and prove it with a connection; raises a StoreError with its cure.

        Calling it again is harmless and brings a server back that was killed meanwhile.
        """
        with self._turn:
            try:
                self._join()
            except OSError as refusal:
                what = f"{refusal.filename or self.places.root} cannot be used: {refusal.strerror}"
                raise FolderClosed(what, cure=account.ASK_FOR_URL) from refusal
            self._home = os.getpid()
            atexit.register(self.stop)
            return self

    def stop(self) -> None:
        """Let go; end the server unless another process uses it. Harmless when not started and in a fork."""
        with self._turn:
            if self._home != os.getpid():
                return
            atexit.unregister(self.stop)
            self._home = None
            with self._starting.alone(PATIENCE) if self.places.root.exists() else nullcontext():
                if not self.places.root.exists() or self._using.try_alone():
                    self._end()
                elif self._child is not None:
                    self._child.returncode = 0  # it goes on for others; no longer ours to wait for
                self._child = None
                self._using.release()

    def dsn(self, role: str, dbname: str = "caseledger") -> str:
        """A connection string for `cl_owner`, `cl_app` or `bi_reader` (or `cl_admin`, for set-up only)."""
        running = self.running
        sockets = (running and running.sockets) or self.places.sockets
        where = make_conninfo(
            host=str(sockets),
            port=running.port if running else PORT,
            user=role,
            dbname=dbname,
            connect_timeout=CONNECT_SECONDS,
        )
        return for_role(where, role)

    @property
    def running(self) -> postmaster.Postmaster | None:
        """What the living server says of itself."""
        return postmaster.living(self.places.cluster)

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, None when it does not run."""
        running = self.running
        return running.pid if running else None

    def answers(self) -> bool:
        """Whether a real connection succeeds now and reaches this very cluster."""
        try:
            with psycopg.connect(self.dsn(cluster.ADMIN, "postgres"), autocommit=True) as connection:
                found = connection.execute("SELECT current_setting('data_directory')").fetchone()
        except psycopg.OperationalError:
            return False
        return found is not None and Path(found[0]) == self.places.cluster

    def _join(self) -> None:
        owner = account.choose(self.places.cluster)
        self.places.lay_out(owner)
        with self._starting.alone(PATIENCE):
            self._using.together()
            try:
                self._bring_up(owner)
            except BaseException:
                if self._child is not None:
                    self._end()  # nobody else can have joined: we hold the lock
                self._using.release()
                raise

    def _bring_up(self, owner: account.Account) -> None:
        if not self._adopted():
            self._reap()
            self._launch(owner, time.monotonic() + PATIENCE)

    def _adopted(self) -> bool:
        """Whether a server lives and answers; waits for one that is starting, recovering or ending."""
        deadline, silence = time.monotonic() + PATIENCE, time.monotonic() + SILENCE
        while running := postmaster.living(self.places.cluster):
            if running.is_ready and self.answers():
                return True
            if time.monotonic() > (silence if running.is_ready else deadline):
                raise ServerStuck(
                    f"The database server {running.pid} of {self.places.root} runs but does not answer",
                    cure=f"See {self.places.log}, then end it with: kill -INT {running.pid}",
                )
            time.sleep(0.02)
        return False

    def _launch(self, owner: account.Account, deadline: float) -> None:
        door = self.places.open_port
        if door is not None and not postmaster.is_free(door):
            raise ServerStuck(
                f"Another program listens on the port {door}, which is to be open for BI tools",
                cure="End it, or choose another port: caseledger db expose --port N, or: caseledger db unexpose",
            )
        engine = binaries.choose(self._programs, cluster.stored_major(self.places))
        engine = engine.within_reach(owner, self.places.engine)
        if cluster.stored_major(self.places) is None:
            is_durable = self._parameters.get("fsync", "on") != "off"
            cluster.create(self.places, engine, owner, is_durable=is_durable)
        arguments = cluster.configure(self.places, self._parameters)
        began = time.monotonic()
        while not self._came_up(owner, [engine.program("postgres"), *arguments], deadline):
            self._ask_orphans_to_leave(time.monotonic() - began)
            time.sleep(0.05)
        if not postmaster.waited(self.answers, SILENCE):
            raise DatabaseUnreachable(
                "The embedded server started but refuses connections", cure=f"See {self.places.log}"
            )

    def _ask_orphans_to_leave(self, waited: float) -> None:
        """Sessions of a killed server mostly leave by themselves; whoever still computes is ended."""
        if waited > ORPHANS_LEAVE:
            for orphan in postmaster.orphans(self.places.cluster):
                postmaster.send(orphan, postmaster.IMMEDIATE)
        if waited > SILENCE:
            raise ServerStuck(
                f"Processes of an earlier server still work in {self.places.cluster}",
                cure="End them; those of another container do not show here",
            )

    def _came_up(self, owner: account.Account, command: list[str | Path], deadline: float) -> bool:
        """Whether it got ready; False when a killed one still holds on; raises ServerStuck for the rest."""
        held = FileLock(self.places.root / "alive.lock")
        try:
            if not held.try_alone():
                return False
            postmaster.forget_the_dead(self.places.cluster, self.places.sockets)
            with self.places.said.open("wb") as said:
                self._child = child = owner.launch(command, said, self.places.root, held.files)
        finally:
            held.release()
        while child.poll() is None:
            running = postmaster.living(self.places.cluster)
            if running and running.pid == child.pid and running.is_ready:
                return True
            if time.monotonic() > deadline:
                self._end()
            time.sleep(0.01)
        words = self.places.said.read_text(errors="replace").strip()
        if time.monotonic() < deadline and any(sign in words for sign in STILL_HELD):
            return False
        raise ServerStuck(
            f"The embedded server did not start: {words[-600:]}", cure=f"See also {self.places.log}"
        )

    def _end(self) -> None:
        self._reap()
        if child := self._child:
            has_ended = postmaster.stop(child.pid, lambda: child.poll() is not None)
        elif running := postmaster.living(self.places.cluster):
            has_ended = postmaster.stop(running.pid, lambda: not postmaster.is_alive(running.pid))
        else:
            has_ended = True
        if not has_ended:
            raise ServerStuck(f"The database server of {self.places.root} does not end")
        self._child = None
        self.places.tidy()

    def _reap(self) -> None:
        """Wait for a child that has ended, so that it does not stay as a zombie."""
        if self._child is not None and not postmaster.is_alive(self._child.pid):
            self._child.wait()
            self._child = None


def doctor(data_dir: Path, programs: Path | None = None) -> list[str]:
    """What stands in the way of an embedded server here, a sentence each; makes the folders, starts nothing."""
    try:
        there = places(data_dir)
        owner = account.choose(there.cluster)
        there.lay_out(owner)
        binaries.choose(programs, cluster.stored_major(there))
    except StoreError as obstacle:
        return [str(obstacle)]
    return []
