"""`caseledger replay`: verify, rebuild, and a case as it was."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress
from rich.table import Table

from api.case_answers import CaseAnswer
from api.cli.screen import OUT, AsJson, advance, bar, document, installation
from api.finding import case_id_of
from api.past import tell
from cases.errors import Malformed
from projections.rebuilding.one_table import rebuild_table
from projections.rebuilding.rebuild import Report as Rebuilt
from projections.rebuilding.rebuild import Sofar, rebuild
from replay.imports.moments import moment_of
from replay.verify import Finding, Report, Verdict, verify

app = typer.Typer(
    no_args_is_help=True, help="A case as it was, every table anew, and log and tables against each other."
)
SHOWN = 50


def moment(written: str | None, zone: ZoneInfo) -> datetime | None:
    """Read a moment as people write it; one without an offset is of the business time zone; raises Malformed."""
    if written is None:
        return None
    try:
        return moment_of(written, zone)
    except ValueError:
        raise Malformed("A moment is written like 2026-10-31T18:00 or 2026-10-31T18:00+08:00") from None


def wall(at: datetime, zone: ZoneInfo) -> str:
    """Write a moment as the clock on the wall of the business shows it."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


@app.command("verify")
def verify_all(*, as_json: AsJson = False) -> None:
    """Verify log, leaves, tables and answers. Exit code 0: proven, 1: tampered, 2: cannot tell."""
    with installation() as here:
        here.engine.catch_up()
        with bar("verifying", None) as progress:
            report = verify(here.database, progress=lambda done, total: advance(progress, done, total))
    if as_json:
        document({"verdict": report.verdict.name.lower(), **asdict(report)})
        raise typer.Exit(int(report.verdict))
    for finding in [*report.findings, *report.unreadable][:SHOWN]:
        OUT.print(f"  {_told(finding)}", markup=False)
    hidden = len(report.findings) + len(report.unreadable) - SHOWN
    if hidden > 0:
        OUT.print(f"  … and {hidden} more", markup=False)
    OUT.print(_summary(report), markup=False)
    raise typer.Exit(int(report.verdict))


def _summary(report: Report) -> str:
    verdict = {
        Verdict.PROVEN: "✓ proven",
        Verdict.TAMPERED: f"✗ tampered: {len(report.findings)} findings",
        Verdict.CANNOT_TELL: f"? cannot tell: {len(report.unreadable)} could not be read",
    }[report.verdict]
    seen = (
        f"{report.facts} facts of {report.streams} streams, {report.rows} rows at position {report.position}"
    )
    parked = f", {report.parked} parked cases left out" if report.parked else ""
    note = "no seal yet: who rewrites a fact together with its leaf is not seen"
    return f"{verdict} ({seen}{parked}; {note})"


def _told(finding: Finding) -> str:
    place = [
        f"{name} {value}"
        for name, value in (
            ("case", finding.case_id),
            ("version", finding.version),
            ("position", finding.position),
        )
        if value is not None
    ]
    return f"{finding.kind}: {finding.message} [{', '.join(place)}]"


@app.command("rebuild")
def rebuild_all(
    *,
    workers: Annotated[int, typer.Option(min=1, max=64, help="processes that compute and load")] = 2,
    only_compare: Annotated[
        bool, typer.Option("--only-compare", help="compare and leave the live tables")
    ] = False,
    table: Annotated[
        str | None, typer.Option(help="only this one: its differing rows are put right in the live table")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rebuild every table from the log beside the live ones, compare, and take their place."""
    if table is not None:
        _rebuild_one(table, as_json=as_json)
    with installation() as here:
        here.engine.catch_up()
        with bar("rebuilding", None) as progress:
            report = rebuild(
                here.database,
                workers=workers,
                progress=told_on(progress),
                is_swapped=not only_compare,
            )
    if as_json:
        document(report)
        raise typer.Exit(1 if report.differing else 0)
    OUT.print(_compared(report))
    if report.kept:
        OUT.print(f"went on after {report.kept:,} facts that were done already", markup=False)
    OUT.print(
        f"{report.facts} facts of {report.cases} cases in {report.load_seconds:.2f} s"
        f" ({report.facts_per_second:,.0f} facts/s), position {report.position},"
        f" {'tables swapped' if report.is_swapped else 'live tables kept'}",
        markup=False,
    )
    raise typer.Exit(1 if report.differing else 0)


def _rebuild_one(table: str, *, as_json: bool) -> NoReturn:
    with installation() as here, bar("working out", None) as progress:
        merged = rebuild_table(here.database, table, progress=told_on(progress))
    if as_json:
        document(merged)
        raise typer.Exit(1 if merged.differing or merged.sums else 0)
    OUT.print(
        f"{merged.table}: {merged.facts} facts of {merged.cases} cases in {merged.seconds:.2f} s,"
        f" {merged.differing} rows and {merged.sums} sums put right, {len(merged.parked)} cases parked",
        markup=False,
    )
    raise typer.Exit(1 if merged.differing or merged.sums else 0)


def told_on(progress: Progress) -> Callable[[Sofar], None]:
    """Tell facts, speed and parked cases of a rebuild on the one bar; what is left follows from them."""
    began = time.monotonic()

    def tell(sofar: Sofar) -> None:
        speed = (sofar.facts - sofar.kept) / (time.monotonic() - began)
        parked = f", {sofar.parked} parked" if sofar.parked else ""
        said = f"rebuilding: {sofar.facts:,} facts, {speed:,.0f} facts/s{parked}"
        progress.update(progress.task_ids[0], description=said, completed=sofar.facts, total=sofar.until)

    return tell


def _compared(report: Rebuilt) -> Table:
    table = Table("table", "rows", "sha256", "differing")
    for one in report.compared:
        table.add_row(one.table, str(one.rows), one.after[:16], str(one.differing))
    return table


@app.command("as-of")
def as_of_case(
    *,
    case: Annotated[str, typer.Argument(help="case number or id")],
    happened_by: Annotated[str | None, typer.Option(help="what had happened by then")] = None,
    known_at: Annotated[str | None, typer.Option(help="as far as it was known then")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a case as it was: what had happened by one moment, as it was known at another."""
    with installation() as here:
        telling = tell(
            here,
            case_id_of(here, case),
            here.ledger.now(),
            happened_by=moment(happened_by, here.zone),
            known_at=moment(known_at, here.zone),
        )
        answer, timeline = telling.file(), telling.timeline()
        if as_json:
            document(answer)
            return
        _print_case(answer, here.zone)
        lines = Table("v", "happened", "recorded", "fact", "corrected", "position")
        for entry in timeline.entries:
            corrected = wall(entry.corrected.occurred_at, here.zone) if entry.corrected else ""
            lines.add_row(
                str(entry.version),
                wall(entry.recorded.occurred_at, here.zone),
                wall(entry.recorded_at, here.zone),
                f"{entry.label.zh} {entry.fact}",
                "withdrawn" if entry.is_withdrawn else corrected,
                str(entry.position),
            )
        OUT.print(lines)


def _print_case(answer: CaseAnswer, zone: ZoneInfo) -> None:
    OUT.print(
        f"{answer.case_no}  {answer.stage_label.zh} {answer.stage}, position {answer.as_of.position}"
        f"{' (provisional)' if answer.as_of.is_provisional else ''}",
        markup=False,
    )
    for text in answer.judged_under:
        OUT.print(f"  {text.regulation}@{text.version} sha256 {text.sha256}", markup=False)
    for clock in answer.clocks:
        due = wall(clock.due_at, zone) if clock.due_at else "—"
        OUT.print(f"  {clock.clause} {clock.label.zh}: {clock.standing}, due {due}", markup=False)
