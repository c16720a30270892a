"""Taking the real log in: everything once, nothing twice, a changed past reported."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from cases import events
from cases.codes import Role
from cases.desk import Desk
from cases.reference import demo_settings, read, shipped
from cases.store.database import Database
from cases.store.ledger import Ledger
from cases.vault import Vault
from replay.imports.mapping import load_mapping
from replay.imports.prepare import Taking
from replay.imports.take import Taken, histories, sha256_of, take
from tests.fix_desk import caller

HELPDESK = Path(__file__).parents[3] / "shared" / "data" / "helpdesk.xes.gz"
pytestmark = pytest.mark.skipif(
    not HELPDESK.exists(), reason="the shared real log is not beside this checkout"
)


@pytest.fixture
def taken_in(desk: Desk, ledger: Ledger, vault: Vault) -> Callable[..., Taken]:
    numbers = count(1)
    mapping = load_mapping("helpdesk")
    pins = (read(ledger).newest("lamp-factory"),)

    def run(path: Path, *, is_dry: bool = False) -> Taken:
        taking = Taking(
            mapping=mapping,
            fingerprint=partial(vault.keys.mac, "import-key"),
            file_sha256=sha256_of(path),
            pins=pins,
            case_no=lambda: f"AS-{next(numbers):08d}",
            now=datetime(2026, 11, 21, tzinfo=UTC),
        )
        *_, last = take(histories(path, mapping), taking, ledger, is_dry=is_dry)
        return last

    return run


def part_of(folder: Path, lines: int, *, change: tuple[bytes, bytes] = (b"", b"")) -> Path:
    """Cut the log after some lines, at the end of a trace."""
    text = b"\n".join(gzip.decompress(HELPDESK.read_bytes()).split(b"\n")[:lines])
    text = text[: text.rindex(b"</trace>") + len(b"</trace>")] + b"</log>"
    path = folder / "part.xes"
    path.write_bytes(text.replace(*change, 1) if change[0] else text)
    return path


@pytest.mark.slow
def test_the_helpdesk_log_is_taken_in_whole_and_only_once(
    taken_in: Callable[..., Taken], ledger: Ledger, tmp_path: Path
) -> None:
    before = ledger.settled()
    dry = taken_in(HELPDESK, is_dry=True)
    assert (dry.new_cases, ledger.settled()) == (4580, before)
    begun = taken_in(part_of(tmp_path, 20_000))
    assert begun.is_clean
    assert 200 < begun.new_cases < 4580
    rest = taken_in(HELPDESK)
    assert rest.is_clean
    assert (rest.cases, rest.events) == (4580, 21348)
    assert begun.new_cases + rest.new_cases == 4580
    assert begun.new_facts + rest.new_facts == dry.new_facts
    again = taken_in(HELPDESK)
    assert (again.new_cases, again.new_facts, again.is_clean) == (0, 0, True)
    moved = part_of(tmp_path, 2_000, change=(b"2012-10-12T15:02:56", b"2012-10-12T15:02:57"))
    (trouble,) = taken_in(moved).troubles
    assert (trouble.kind, trouble.line) == ("changed past", 9)


def test_what_was_taken_in_says_where_it_came_from(
    taken_in: Callable[..., Taken], ledger: Ledger, tmp_path: Path
) -> None:
    path = part_of(tmp_path, 100)
    taken_in(path)
    found, _ = ledger.page(0, 50)
    received = next(known for known in found if isinstance(known.fact, events.Received))
    assert received.source.system == "import:helpdesk"
    assert received.source.line
    assert isinstance(received.fact, events.Received)
    assert received.fact.judged_under[0].regulation == "lamp-factory"


def test_an_import_is_repeatable_under_one_key_file_only(
    new_database: Callable[[], Database], tmp_path: Path
) -> None:
    keys = []
    for name in ("one", "other"):
        with new_database() as database, Ledger(database) as ledger:
            desk = Desk(ledger, Vault.open(ledger, tmp_path / f"{name}.json"))
            desk.publish([*shipped(), *demo_settings()], caller(Role.SERVICE, "set-up"))
            keys.append(Vault.open(ledger, tmp_path / f"{name}.json").keys.mac("import-key", "Case 1"))
    assert keys[0] != keys[1]
