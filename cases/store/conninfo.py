"""Connection strings: who connects, as which role, and how long anything may take."""

from __future__ import annotations

import os
import socket
from typing import Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo

CONNECT_SECONDS: Final = 3
HOST_LENGTH: Final = 16
# Nothing of ours thinks for half a minute inside a transaction; readers of the log wait for the oldest one.
IDLE_IN_TRANSACTION: Final = "30s"
LOCK_WAIT: Final = "2500ms"


def for_role(conninfo: str, role: str) -> str:
    """`conninfo` acting as `role`, which its login must be or be a member of."""
    options = {
        "role": role,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
        "TimeZone": "UTC",
        **({"lock_timeout": LOCK_WAIT} if role == "cl_app" else {}),
    }
    given = str(conninfo_to_dict(conninfo).get("options") or "")
    ours = " ".join(f"-c {name}={value}" for name, value in options.items())
    return bounded(make_conninfo(conninfo, options=f"{given} {ours}".strip()))


def program() -> str:
    """Name this process and its machine, as the server tells whose session is which."""
    return f"caseledger {os.getpid()}@{socket.gethostname()[:HOST_LENGTH]}"


def bounded(conninfo: str) -> str:
    """`conninfo` with the bounds that it does not set: a dead peer is noticed, on TCP too."""
    ours: dict[str, str | int] = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": program(),
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
    }
    given = conninfo_to_dict(conninfo)
    return make_conninfo(conninfo, **{name: value for name, value in ours.items() if name not in given})
