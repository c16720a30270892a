"""The shipped sample, taken into a database and projected, for tests that look at a whole installation."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from itertools import count, islice
from pathlib import Path

from cases.codes import Role
from cases.desk import Desk
from cases.reference import demo_settings, read, shipped
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.vault import Vault
from projections.following.engine import Engine
from projections.rebuilding.rebuild import prepare
from replay.imports.mapping import load_mapping
from replay.imports.prepare import Taking
from replay.imports.take import Taken, histories, sha256_of, take
from replay.sample import generate
from tests.fix_desk import caller

SAMPLE = Path(generate.__file__).parent / "lamp-sample.csv"


def take_sample(
    database: Database,
    folder: Path,
    path: Path = SAMPLE,
    mapping: str = "lamp-sample",
    cases: int | None = None,
) -> Taken:
    """Publish what is shipped, take a file (or its first cases) in, and bring the tables to the end of the log."""
    with Ledger(database) as ledger:
        vault = Vault.open(ledger, folder / "keys.json")
        desk = Desk(ledger, vault)
        desk.publish([*shipped(), *demo_settings()], caller(Role.SERVICE, "set-up"))
        numbers = count(1)
        taking = Taking(
            mapping=load_mapping(mapping),
            fingerprint=partial(vault.keys.mac, "import-key"),
            file_sha256=sha256_of(path),
            pins=(read(ledger).newest("lamp-factory"),),
            case_no=lambda: f"AS-{next(numbers):08d}",
            now=datetime(2026, 11, 21, tzinfo=UTC),
        )
        *_, taken = take(islice(histories(path, taking.mapping), cases), taking, ledger)
    prepare(database)
    Engine(database).catch_up()
    return taken
