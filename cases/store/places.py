"""The folders of an embedded server, who owns each, and which of them are refused.

As root the folder itself is root's with mode 0711, and only `pg`, `log` and `run` below it belong to the
unprivileged user; as anybody else everything is 0700. Folders above it are never touched.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from cases.store.account import Account
from cases.store.errors import FolderClosed

LONGEST_SOCKET = 106 if sys.platform == "linux" else 102  # bytes; the kernel's field has 108 or 104
SOCKET = ".s.PGSQL.65535"  # its name ends with the port, of which this is the longest
LOCK = "server.lock"
PORT = 5432
"""In the name of the socket; nothing listens on it unless the door is open."""
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Places:
    """Every path of one embedded server; `root` is absolute and without symbolic links."""

    root: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own folder."""
        return self.root / "pg"

    @property
    def log(self) -> Path:
        """The server's log files, one per weekday."""
        return self.root / "log"

    @property
    def conf(self) -> Path:
        """Our configuration files; written by us, only read by the server."""
        return self.root / "conf"

    @property
    def engine(self) -> Path:
        """Copies of the programs, where the originals are out of the server's reach."""
        return self.root / "engine"

    @property
    def door(self) -> Path:
        """Where the port is written down while the door for BI tools is open."""
        return self.root / "bi.port"

    @property
    def open_port(self) -> int | None:
        """The port on which the server is to listen for BI tools; None while the door is closed."""
        try:
            return int(self.door.read_text(encoding="ascii"))
        except FileNotFoundError:
            return None

    @property
    def said(self) -> Path:
        """What the server said while it started."""
        return self.root / "start.log"

    @property
    def sockets(self) -> Path:
        """The folder of the socket; a short one elsewhere when `root` is too long for a socket path."""
        near = self.root / "run"
        return near if _fits(near) else _short(self.root)

    def lay_out(self, account: Account) -> None:
        """Make every folder; raises FolderClosed naming the one in the way and the cure."""
        outer = 0o711 if account.is_other else 0o700
        _claim(self.root, outer)
        if closed := account.closed_parent(self.root):
            raise FolderClosed(
                f"The database server runs as “{account.name}”, who cannot enter {closed}",
                cure=f"Open it with: chmod o+x {closed}, or choose another folder with CASELEDGER_DATA_DIR",
            )
        for ours in (self.conf, self.engine):
            ours.mkdir(exist_ok=True)
            ours.chmod(0o755 if account.is_other else 0o700)
        account.own(self.log)
        if self.cluster.exists() and self.cluster.stat().st_uid != account.uid:
            raise FolderClosed(
                f"{self.cluster} does not belong to “{account.name}”, as whom the database server runs",
                cure=f"Give it back with: chown -R {account.name} {self.cluster}",
            )
        self.sockets.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        account.own(self.sockets)

    def tidy(self) -> None:
        """Remove what must not stay when no server runs: an emptied socket folder outside `root`."""
        if self.sockets.parent != self.root:
            with contextlib.suppress(OSError):
                self.sockets.rmdir()


def places(folder: Path) -> Places:
    """The places below `folder`, which need not exist yet."""
    return Places(folder.expanduser().resolve())


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET)) <= LONGEST_SOCKET


def _short(root: Path) -> Path:
    """Always the same short folder for the same `root`, below one that nobody else can write to."""
    name = f"caseledger-{hashlib.sha256(os.fsencode(root)).hexdigest()[:12]}"
    for parent in _private_parents():
        if _fits(parent / name):
            return parent / name
    raise FolderClosed(
        f"{root} is too long for a socket, and so is every other private folder",
        cure="Choose a shorter folder",
    )


def _private_parents() -> list[Path]:
    if os.geteuid() == 0:
        return [Path(folder) for folder in ("/run", "/var/run") if Path(folder).is_dir()]
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    private = [Path(session)] if session and _is_private(Path(session)) else []
    return [*private, Path.home() / ".cache"]


def _is_private(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        found = folder.stat()
        return found.st_uid == os.geteuid() and not found.st_mode & 0o077
    return False


def _claim(root: Path, mode: int) -> None:
    """Make the folder, or take one that is ours: never chmod one that was there with somebody's files."""
    try:
        for missing in reversed([step for step in (root, *root.parents) if not step.exists()]):
            missing.mkdir(exist_ok=True)
            missing.chmod(mode)
        found = root.stat()
        is_claimed = (root / LOCK).exists() or not any(root.iterdir())
    except NotADirectoryError:
        raise FolderClosed(
            f"{root} is not a folder", cure="Choose another with CASELEDGER_DATA_DIR"
        ) from None
    except (PermissionError, FileExistsError) as refusal:
        raise FolderClosed(
            f"{refusal.filename or root} cannot be used",
            cure="Choose another folder with CASELEDGER_DATA_DIR",
        ) from refusal
    if found.st_uid != os.geteuid():
        raise FolderClosed(
            f"{root} belongs to another user", cure="Start as that user, or choose another folder"
        )
    if is_claimed and stat.S_IMODE(found.st_mode) != mode:
        root.chmod(mode)
    elif found.st_mode & 0o022:
        raise FolderClosed(f"Others can write to {root}", cure=f"Close it with: chmod go-w {root}")
