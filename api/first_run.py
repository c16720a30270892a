"""What a new installation is given: the shipped sample with its demo values, and keys that are shown once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import Final, NamedTuple

import psycopg

from api import keys
from api.cli.importing import take_file
from api.installation import SYSTEM, Installation
from cases.codes import Role
from cases.reference import demo_settings
from replay.sample.documents import APPROVER, documents

SAMPLE: Final = "lamp-sample"
BEGINNER: Final = int.from_bytes(b"cl-first")
FIRST_KEYS: Final = (Role.ADMIN,)
SAMPLE_KEYS: Final = (
    Role.AGENT, Role.TECHNICIAN, Role.LOGISTICS, Role.QUALITY, Role.SUPERVISOR, Role.FINANCE, Role.DISPUTE, Role.BI,
)  # fmt: skip
"""Everybody whom S0 gives something to do, and who looks at the figures."""
Progress = Callable[[int, int], None]
"""Told the bytes read and the bytes there are."""


class FirstKey(NamedTuple):
    """A key that was just made, and for whom."""

    role: Role
    key: str


@contextmanager
def alone(here: Installation) -> Iterator[None]:
    """Wait until no other program that was started at the same time looks whether this is a first run."""
    with psycopg.connect(here.database.app_dsn, autocommit=True) as connection:
        connection.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        connection.execute("SELECT pg_advisory_lock(%s)", (BEGINNER,))
        yield


def is_first(here: Installation) -> bool:
    """Tell whether nobody has a key yet: a first run that was cut off is a first run again."""
    return not here.ledger.rows("SELECT FROM desk.api_keys LIMIT 1")


def is_ours(here: Installation) -> bool:
    """Tell whether the log holds no case but those of the sample, so that it may be loaded (on)."""
    others = here.ledger.rows(
        "SELECT FROM log.facts WHERE topic = 'case.received.v1' AND state -> 'source' ->> 'system' <> %s LIMIT 1",
        [f"import:{SAMPLE}"],
    )
    return not others


def load_sample(here: Installation, progress: Progress) -> int:
    """Publish demo values and what the sample's firm lists, and take the sample in; gives the facts that were new."""
    here.desk.publish(demo_settings(), SYSTEM)
    here.desk.publish(documents({name for name, _ in here.published().reference.regulations}), APPROVER)
    with as_file(files("replay") / "sample" / f"{SAMPLE}.csv") as path:
        return take_file(here, path, SAMPLE, progress=progress).new_facts


def make_keys(here: Installation, *, with_sample: bool) -> list[FirstKey]:
    """Make one key for the administrator and, beside the sample, one for everybody of S0."""
    roles = (*FIRST_KEYS, *(SAMPLE_KEYS if with_sample else ()))
    return [
        FirstKey(role, keys.create(here.ledger, role, f"{role.value}-01", label="first run"))
        for role in roles
    ]
