"""`caseledger import` and `caseledger import-forms`: histories and registration forms from files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.screen import OUT, AsJson, advance, bar, document, installation
from api.installation import Installation
from cases.errors import Malformed
from cases.request import case_number
from replay.imports.mapping import load_mapping
from replay.imports.own import OWN, take_again
from replay.imports.prepare import Taking
from replay.imports.take import Taken, histories, sha256_of, take

SHOWN = 50
NUMBERS_AT_ONCE = 200


def numbers(here: Installation) -> Callable[[], str]:
    """Draw case numbers from the sequence, some at a time."""
    waiting: list[int] = []

    def next_number() -> str:
        if not waiting:
            query = "SELECT nextval('desk.case_numbers') FROM generate_series(1, %s)"
            waiting.extend(number for (number,) in reversed(here.ledger.rows(query, [NUMBERS_AT_ONCE])))
        return case_number(waiting.pop())

    return next_number


def take_file(
    here: Installation,
    path: Path,
    mapping_name: str,
    *,
    is_dry: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Taken:
    """Take one file in by a mapping; raises Malformed, BadFile, NotFound."""
    if not path.is_file():
        raise Malformed(f"There is no file {path.name} at {path.parent}", file=path.name)
    size = path.stat().st_size
    if mapping_name == OWN:
        return _last(
            here, take_again(path, here.ledger, is_dry=is_dry, progress=lambda read: progress(read, size))
        )
    mapping = load_mapping(mapping_name)
    reference = here.published().reference
    taking = Taking(
        mapping=mapping,
        fingerprint=partial(here.vault.keys.mac, "import-key"),
        file_sha256=sha256_of(path),
        pins=tuple(reference.newest(name) for name in mapping.judged_under),
        case_no=(lambda: "AS-00000000") if is_dry else numbers(here),
        now=here.ledger.now(),
    )
    source = histories(path, mapping, lambda read: progress(read, size))
    return _last(here, take(source, taking, here.ledger, is_dry=is_dry))


def _last(here: Installation, running: Iterator[Taken]) -> Taken:
    """Let an import run to its end; gives the last count."""
    *_, last = running
    here.engine.wake()
    return last


def import_log(
    *,
    file: Annotated[Path, typer.Argument(help="event log: .xes, .xes.gz or .csv")],
    mapping: Annotated[
        str, typer.Option(help="mapping file, the name of a shipped one, or `caseledger` for our own export")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="tell what would be added, add nothing")] = False,
    as_json: AsJson = False,
) -> None:
    """Take somebody else's history in as it is; the same file adds nothing, a grown one what is new."""
    with installation() as here:
        with bar(f"reading {file.name}", None) as progress:
            taken = take_file(
                here,
                file,
                mapping,
                is_dry=dry_run,
                progress=lambda done, total: advance(progress, done, total),
            )
        if not dry_run:
            with bar("bringing the tables up to date", None):
                here.engine.catch_up(timeout=3600)
    if as_json:
        document({"file": file.name, "is_dry": dry_run, **asdict(taken)})
    else:
        show(taken, file, is_dry=dry_run)
    raise typer.Exit(0 if taken.is_clean else 1)


def show(taken: Taken, file: Path, *, is_dry: bool) -> None:
    """Print what an import did, and every case that it could not take."""
    table = Table(
        "cases", "events", "new cases", "new facts", "not taken", title="dry run" if is_dry else None
    )
    figures = (taken.cases, taken.events, taken.new_cases, taken.new_facts, len(taken.troubles))
    table.add_row(*map(str, figures))
    OUT.print(table)
    for trouble in taken.troubles[:SHOWN]:
        OUT.print(f"✗ {file.name}, line {trouble.line}: {trouble.kind}: {trouble.message}", markup=False)
    if len(taken.troubles) > SHOWN:
        OUT.print(f"  … and {len(taken.troubles) - SHOWN} more", markup=False)
