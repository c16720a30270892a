"""Under which user of this machine the embedded server runs (PostgreSQL refuses root)."""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cases.store.errors import FolderClosed, NoAccount

ASK_FOR_URL = "Start it as an ordinary user, or set DATABASE_URL to a PostgreSQL server"
UNPRIVILEGED = ("postgres", "nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine; `is_other` when the server runs as somebody else than we do."""

    name: str
    uid: int
    gid: int
    is_other: bool

    def launch(
        self, command: Sequence[str | Path], output: IO[bytes], home: Path, keep: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a program as this user in a session of its own; raises NoAccount where that is refused.

        `keep` lists open files that it inherits, for the locks on them.
        """
        try:
            return subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                umask=0o077,
                start_new_session=True,
                pass_fds=keep,
                user=self.uid if self.is_other else None,
                group=self.gid if self.is_other else None,
                extra_groups=() if self.is_other else None,
            )
        except PermissionError as refusal:
            raise NoAccount(
                f"This machine does not let root become “{self.name}”", cure=ASK_FOR_URL
            ) from refusal

    def own(self, folder: Path, mode: int = 0o700) -> Path:
        """Make a folder that belongs to this user, or check that it is one; returns it."""
        try:
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=mode)
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and self.is_other and found.st_uid == os.geteuid():
                os.chown(folder, self.uid, self.gid, follow_symlinks=False)
                found = folder.lstat()
        except PermissionError as refusal:
            raise NoAccount(
                f"{folder} cannot be given to the user “{self.name}”", cure=ASK_FOR_URL
            ) from refusal
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.uid:
            raise FolderClosed(
                f"{folder} is not a folder of the user “{self.name}”", cure="Remove it, or choose another"
            )
        if stat.S_IMODE(found.st_mode) != mode:
            folder.chmod(mode)
        return folder

    def closed_parent(self, path: Path) -> Path | None:
        """The first folder from the root down to `path` that this user cannot enter, if any."""
        return next((step for step in (*reversed(path.parents), path) if not self._enters(step)), None)

    def _enters(self, folder: Path) -> bool:
        if not folder.exists():
            return True
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == self.gid else stat.S_IXOTH))


def choose(cluster: Path) -> Account:
    """Ourselves when we are not root; else whoever owns the cluster already, else an unprivileged user."""
    uid = os.geteuid()
    if uid != 0:
        return _named(uid)
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if owner := cluster.lstat().st_uid:
            return _named(owner)
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            return _named(pwd.getpwnam(name).pw_uid)
    raise NoAccount(f"There is none of the users {', '.join(UNPRIVILEGED)} on this machine", cure=ASK_FOR_URL)


def own_name() -> str:
    """The name of the user that runs this program."""
    return _named(os.geteuid()).name


def _named(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise NoAccount(
            f"The user id {uid} has no name on this machine, and PostgreSQL needs one",
            cure="Add it to /etc/passwd, or set DATABASE_URL to a PostgreSQL server",
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, is_other=uid != os.geteuid())
