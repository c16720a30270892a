"""Locks between processes that use one embedded server; the kernel frees them when a process is killed."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cases.store.errors import ServerStuck


class FileLock:
    """A lock on a file of ours: held alone to start or stop the server, together to use it."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet."""
        self._path = path
        self._file: int | None = None

    @contextmanager
    def alone(self, seconds: float) -> Iterator[None]:
        """Hold it alone; raises ServerStuck when others keep it longer than `seconds`."""
        deadline = time.monotonic() + seconds
        while not self.try_alone():
            if time.monotonic() > deadline:
                raise ServerStuck(
                    f"Another process has been starting or stopping the server for {seconds:.0f} s"
                )
            time.sleep(0.02)
        try:
            yield
        finally:
            self.release()

    def try_alone(self) -> bool:
        """Whether we hold it alone now."""
        return self._take(fcntl.LOCK_EX)

    def together(self) -> bool:
        """Whether we hold it now, beside others who may too."""
        return self._take(fcntl.LOCK_SH)

    @property
    def files(self) -> tuple[int, ...]:
        """The open file, for a child to inherit: then the lock lasts until that child has ended too."""
        return () if self._file is None else (self._file,)

    def release(self) -> None:
        """Let go, but for children that inherited it; harmless when not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _take(self, kind: int) -> bool:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
