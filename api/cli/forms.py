"""`caseledger import-forms`: registration forms 《售后问题登记表》, every good row a case, every bad cell one error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import SecretStr
from rich.table import Table

from api.cli.screen import OUT, AsJson, acting, advance, bar, document, installation
from api.installation import Installation
from cases.caller import Caller
from cases.case import Case
from cases.codes import CorrectionReason
from cases.commands import Correct, Receive
from cases.commands.correcting import correctable, personal_fields
from cases.errors import CaseledgerError, KeyReused, Malformed
from cases.events import Received
from cases.personal import PersonalRef
from cases.recorded import Source
from replay.imports.annotate import write_annotated
from replay.imports.forms import FormRow, Sheet, read_form
from replay.imports.take import sha256_of

SYSTEM: Final = "import:registration"
SHOWN: Final = 50
HEADS: Final = ("new", "corrected", "known", "good", "errors")
"""What a row can come to."""
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class TakenForms:
    """What became of each row, by its number in the file, and how often each thing happened."""

    results: dict[int, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    refused: dict[int, str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Tell whether every row was taken."""
        return not self.counts["errors"]


class Forms:
    """Takes the rows of one form in.

    A row with a form number is known by that number, any other by the fingerprint of its cells and by which of
    several equal rows it is: the same file adds nothing. A known number with other content corrects its case.
    """

    def __init__(self, here: Installation, digest: str) -> None:
        """Take rows of the file with this sha256."""
        self._here = here
        self._digest = digest
        self._equals: Counter[tuple[str, ...]] = Counter()

    def take(self, sheet: Sheet, progress: Progress, *, is_dry: bool) -> TakenForms:
        """Take every good row, and tell what is wrong with the others."""
        taken = TakenForms()
        for number, row in enumerate(sheet.rows, start=1):
            self._equals[row.cells] += 1
            if row.command is None:
                taken.counts["errors"] += 1
            elif is_dry:
                taken.counts["good"] += 1
            else:
                self._take(row, row.command, taken)
            progress(number, len(sheet.rows))
        return taken

    def _take(self, row: FormRow, command: Receive, taken: TakenForms) -> None:
        try:
            kind, case_no = self._received(row, command)
        except CaseledgerError as refusal:
            kind, case_no = "errors", ""
            taken.refused[row.row] = refusal.message
        taken.counts[kind] += 1
        taken.results[row.row] = taken.refused.get(row.row) or f"{WORDS[kind]} {case_no}"

    def _received(self, row: FormRow, command: Receive) -> tuple[str, str]:
        key, cells = self._key(row, command), self._fingerprint(row)
        caller = self._caller(row)
        try:
            receipt = self._here.desk.receive(command, caller, key=key)
        except KeyReused:
            return self._corrected(self._known(caller, key), command, caller, cells)
        return ("known" if receipt.replayed else "new"), receipt.case_no

    def _corrected(self, case: Case, command: Receive, caller: Caller, key: str) -> tuple[str, str]:
        """Correct the case that this form had made, as far as the row now says something else."""
        received = case.received
        if received is None:
            raise Malformed("The case of this form number cannot be read")
        changes = dict(_changed(received, command))
        personal: dict[str, SecretStr | PersonalRef] = dict(self._personal(case, received, command))
        stands_at = case.history[0].occurred_at
        happened_at = None if command.occurred_at in {None, stands_at} else command.occurred_at
        if not changes and not personal and not happened_at:
            return "known", received.case_no
        correction = Correct(
            corrects=1,
            reason=CorrectionReason.SOURCE_CORRECTED,
            happened_at=happened_at,
            changes=changes,
            personal=personal,
            document=command.document,
        )
        self._here.desk.act(case.case_id, correction, caller, key=key)
        return "corrected", received.case_no

    def _personal(self, case: Case, received: Received, command: Receive) -> Iterator[tuple[str, SecretStr]]:
        """Give the personal values that differ: an equal value of the same person keeps its reference."""
        said = {name: getattr(command, name) for name in personal_fields(Received)}
        values = {name: value for name, value in said.items() if isinstance(value, SecretStr)}
        clear = {name: value.get_secret_value() for name, value in values.items()}
        refs = self._here.vault.seal(clear, received.subject_id).refs if clear else {}
        for name, value in values.items():
            if getattr(received, name) != refs[name]:
                yield name, value

    def _known(self, caller: Caller, key: str) -> Case:
        """Find the case that was received under a key."""
        hashed = self._here.vault.keys.mac("idempotency", "key", caller.principal, key)
        query = "SELECT case_id FROM desk.idempotency_keys WHERE principal = %s AND key = %s"
        return self._here.ledger.case(self._here.ledger.rows(query, [caller.principal, hashed])[0][0])

    def _key(self, row: FormRow, command: Receive) -> str:
        return f"form:{command.form_no}" if command.form_no else self._fingerprint(row)

    def _fingerprint(self, row: FormRow) -> str:
        parts = ("form", *row.cells, str(self._equals[row.cells]))
        return self._here.vault.keys.mac("import-key", *parts)

    def _caller(self, row: FormRow) -> Caller:
        who = acting()
        source = Source(system=SYSTEM, sha256=self._digest, line=row.row)
        return Caller(who.actor, who.role, source, SYSTEM)


WORDS: Final = {"new": "已登记 / received", "known": "已有 / known", "corrected": "已更正 / corrected"}


def _changed(received: Received, command: Receive) -> Iterator[tuple[str, Any]]:
    """Give what a row says otherwise than the case does; a cell left empty says nothing."""
    before = received.model_dump(mode="json")
    plain = correctable(Received) & set(Receive.model_fields)
    for name, value in command.model_dump(mode="json", exclude_none=True, include=set(plain)).items():
        if before.get(name) != value:
            yield name, value


def import_forms(
    *,
    file: Annotated[Path, typer.Argument(help="filled form: .xlsx or .csv")],
    annotated: Annotated[
        Path | None, typer.Option(help="where the annotated workbook goes; beside the form when absent")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only look for errors, take nothing")] = False,
    as_json: AsJson = False,
) -> None:
    """Take registration forms in: good rows become cases, bad cells are marked in a workbook that goes back."""
    with installation() as here:
        if not file.is_file():
            raise Malformed(f"There is no file {file.name} at {file.parent}", file=file.name)
        sheet = read_form(file, here.zone)
        with bar(f"reading {file.name}", None) as progress:
            taken = Forms(here, sha256_of(file)).take(
                sheet, lambda done, total: advance(progress, done, total), is_dry=dry_run
            )
        if not dry_run:
            here.engine.catch_up(timeout=600)
        target = annotated or file.with_name(f"{file.stem}-annotated.xlsx")
        write_annotated(sheet, taken.results, target)
    if as_json:
        counts = {head: taken.counts[head] for head in HEADS}
        told = {
            "rows": len(sheet.rows),
            **counts,
            "troubles": troubles(sheet, taken),
            "annotated": str(target),
        }
        document(told)
    else:
        show(sheet, taken, target)
    raise typer.Exit(0 if taken.is_clean else 1)


def troubles(sheet: Sheet, taken: TakenForms) -> list[str]:
    """Tell every bad cell, every row that was refused, and rows that say the same."""
    told = [f"{e.column}{e.row} {e.header}: {e.message}" for row in sheet.rows for e in row.errors]
    told += [f"row {row}: {message}" for row, message in taken.refused.items()]
    return told + [f"row {row.row} equals row {row.same_as}" for row in sheet.rows if row.same_as]


def show(sheet: Sheet, taken: TakenForms, target: Path) -> None:
    """Print what became of the rows, and every bad cell."""
    table = Table("rows", *HEADS)
    table.add_row(str(len(sheet.rows)), *(str(taken.counts[head]) for head in HEADS))
    OUT.print(table)
    told = troubles(sheet, taken)
    for line in told[:SHOWN]:
        OUT.print(f"✗ {line}", markup=False)
    if len(told) > SHOWN:
        OUT.print(f"  … and {len(told) - SHOWN} more", markup=False)
    OUT.print(f"annotated: {target}", markup=False, soft_wrap=True)
