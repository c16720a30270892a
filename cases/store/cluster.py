"""Making a PostgreSQL cluster, and the three files that configure its server.

The server reads our files from `conf`, not those inside the cluster; they are written anew at every start.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cases.store.account import Account, own_name
from cases.store.binaries import Binaries
from cases.store.errors import ServerStuck
from cases.store.memory import memory, sized
from cases.store.places import LOOPBACK, PORT, Places

ADMIN: Final = "cl_admin"
ROLES: Final = ("cl_owner", "cl_app", "bi_reader")
BUILTIN_LOCALE_SINCE: Final = 17
PATIENCE: Final = 300.0  # seconds for making a cluster on a slow disk

# No statement, parameter or row ever reaches the log: messages below LOG are left out and details are
# dropped, because both may quote what a person wrote.
SETTINGS: Final[Mapping[str, str]] = {
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "superuser_reserved_connections": "3",
    "password_encryption": "scram-sha-256",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "commit_delay": "500",
    "commit_siblings": "1",
    "wal_level": "replica",
    "max_wal_size": "1GB",
    "min_wal_size": "80MB",
    "max_wal_senders": "4",
    "idle_in_transaction_session_timeout": "5min",
    "track_io_timing": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "iso, ymd",
    "lc_messages": "C",
    "default_text_search_config": "pg_catalog.simple",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_file_mode": "0600",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_lock_waits": "off",
}


def stored_major(places: Places) -> int | None:
    """The major version of the cluster that is there, or None."""
    try:
        return int((places.cluster / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        return None


def create(places: Places, binaries: Binaries, account: Account, *, is_durable: bool) -> None:
    """Make the cluster, complete or not at all; a half-made one of a killed start is thrown away."""
    for stale in places.root.glob("pg.fresh.*"):
        shutil.rmtree(stale, ignore_errors=True)
    fresh = account.own(places.root / f"pg.fresh.{secrets.token_hex(4)}")
    with tempfile.TemporaryFile() as said:
        flags = _flags(binaries.major, is_durable=is_durable)
        command = [str(binaries.program("initdb")), "-D", str(fresh), *flags]
        code = _finished(account.launch(command, said, places.root))
        said.seek(0)
        words = said.read().decode(errors="replace")
    if code != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise ServerStuck(f"The database could not be made: {words.strip()[-600:]}")
    fresh.rename(places.cluster)


def configure(places: Places, more: Mapping[str, str]) -> list[str]:
    """Write the files; returns the arguments with which `postgres` finds them."""
    door = places.open_port
    own = {
        "listen_addresses": LOOPBACK if door else "",
        "port": str(door or PORT),
        "unix_socket_directories": str(places.sockets),
        "log_directory": str(places.log),
        "hba_file": str(places.conf / "pg_hba.conf"),
        "ident_file": str(places.conf / "pg_ident.conf"),
    }
    lines = [
        f"{name} = {_quoted(value)}" for name, value in {**SETTINGS, **sized(memory()), **own, **more}.items()
    ]
    _write(places.conf / "postgresql.conf", lines)
    _write(
        places.conf / "pg_hba.conf",
        [
            "local all all peer map=caseledger",
            "local replication all peer map=caseledger",
            *([f"host caseledger bi_reader {LOOPBACK}/32 scram-sha-256"] if door else []),
        ],
    )
    _write(
        places.conf / "pg_ident.conf", [f"caseledger {_word(own_name())} {role}" for role in (ADMIN, *ROLES)]
    )
    return ["-D", str(places.cluster), "-c", f"config_file={places.conf / 'postgresql.conf'}"]


def _finished(child: subprocess.Popen[bytes]) -> int:
    """Its exit code; it never outlives an interruption."""
    try:
        return child.wait(timeout=PATIENCE)
    except BaseException:
        child.kill()
        child.wait()
        raise


def _flags(major: int, *, is_durable: bool) -> list[str]:
    locale = ["--locale=C.UTF-8"]
    if major >= BUILTIN_LOCALE_SINCE:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    hurry = [] if is_durable else ["--no-sync"]
    access = ["--auth-local=peer", "--auth-host=reject"]
    return ["-U", ADMIN, "-k", "-E", "UTF8", *locale, *access, "--no-instructions", *hurry]


def _write(path: Path, lines: list[str]) -> None:
    fresh = path.with_suffix(".fresh")
    fresh.write_text("\n".join(["# Written by caseledger at every start; changes are lost.", *lines, ""]))
    fresh.chmod(0o644)
    fresh.replace(path)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _word(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
