"""`caseledger audit`: draw the monthly sample, publish its files, check them again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.audits import audit_of
from api.cli.replaying import moment
from api.cli.screen import OUT, AsJson, acting, advance, bar, document, installation, told
from api.installation import Installation
from cases.codes import ReplacementReason, Role
from cases.errors import Malformed
from cases.period import Period
from cases.sampling.files import FILES, recheck
from replay.audit.draw import AuditRoom, Drawn

app = typer.Typer(no_args_is_help=True, help="The monthly 10 % sample that nobody can pick.")
Programme = Annotated[str, typer.Option(help="audit programme of the regulation")]
Regulation = Annotated[str, typer.Option(help="regulation that demands it")]
PeriodOption = Annotated[
    str, typer.Option("--period", "--month", help="period to draw, as long as the programme's own: 2026-10")
]


def room(here: Installation, regulation: str, programme: str) -> AuditRoom:
    """Open the room of a programme."""
    return AuditRoom(here.ledger, here.published().reference, regulation, programme)


@app.command("draw")
def draw(
    *,
    period: PeriodOption,
    auditor: Annotated[str, typer.Option("--as", help="who draws: a staff id")],
    since: Annotated[str | None, typer.Option(help="start of the programme when this opens it")] = None,
    out: Annotated[Path | None, typer.Option(help="folder for the published files")] = None,
    programme: Programme = "monthly-sample",
    regulation: Regulation = "lamp-factory",
    as_json: AsJson = False,
) -> None:
    """Freeze a period, draw its sample and publish the files; nonces are made here and the record says so."""
    with told():
        wanted = Period.parse(period)
        if out is not None:
            made(out)
    with installation() as here:
        here.engine.catch_up()
        now = here.ledger.now()
        with bar(f"reading the frame of {wanted}", None) as progress:
            drawn = room(here, regulation, programme).draw(
                wanted,
                acting(Role.QUALITY, auditor),
                now,
                since=moment(since, here.zone),
                overdue=overdue_cases(here),
                progress=lambda done: advance(progress, done),
            )
        here.engine.catch_up()
        if out is not None:
            publish(drawn, out)
        if as_json:
            document(audit_of(here, str(wanted), programme))
        else:
            show(drawn)
            if out is not None:
                tell_published(drawn, out)


def overdue_cases(here: Installation) -> int:
    """Count the open cases with a clock that is overdue now; they stand beside the frame."""
    query = (
        "SELECT count(DISTINCT clock.case_id) FROM bi.sla_clocks_at(now()) AS clock JOIN bi.fct_cases AS told"
        " USING (case_id) WHERE standing = 'overdue' AND told.closed_at IS NULL"
    )
    return int(here.ledger.rows(query)[0][0])


def show(drawn: Drawn) -> None:
    """Print strata and picks."""
    frozen = drawn.frozen
    strata = Table(
        "stratum", "cases", "drawn", title=f"{drawn.opened.clause}  {frozen.period}  rate {drawn.opened.rate}"
    )
    for one in frozen.strata:
        strata.add_row(one.name, str(one.items), str(one.drawn))
    OUT.print(strata)
    for pick in drawn.sample.picks:
        OUT.print(f"  {pick.stratum:14} {pick.rank:>3}  {pick.item}  version {pick.version}", markup=False)
    label = "independently committed" if frozen.is_independent else "not independently committed"
    OUT.print(f"frame {frozen.frame_hash}\nseed  {drawn.sample.seed}\n{label}", markup=False)
    OUT.print(f"late {frozen.late}, open and overdue beside the frame {frozen.overdue}", markup=False)


def made(folder: Path) -> None:
    """Make the folder for the files before anything is drawn; raises Malformed where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refusal:
        raise Malformed(f"{folder} cannot be a folder for the files ({refusal.strerror})") from None


def publish(drawn: Drawn, folder: Path) -> None:
    """Write the files that anybody can draw again from."""
    made(folder)
    for name, content in drawn.files.items():
        (folder / name).write_bytes(content)


def tell_published(drawn: Drawn, folder: Path) -> None:
    """Name the files."""
    OUT.print(f"published in {folder}: {', '.join(drawn.files)}", markup=False)


@app.command("replace")
def replace(
    *,
    period: PeriodOption,
    item: Annotated[str, typer.Argument(help="item of the sample that gives way")],
    reason: Annotated[ReplacementReason, typer.Option(help="why")],
    auditor: Annotated[str, typer.Option("--as", help="who asks for it")],
    approver: Annotated[str, typer.Option("--approved-by", help="who approves it, somebody else")],
    programme: Programme = "monthly-sample",
    regulation: Regulation = "lamp-factory",
    as_json: AsJson = False,
) -> None:
    """Let a drawn case give way to the next rank of its stratum; the record shows both, the reason and who approved."""
    with installation() as here:
        who = acting(Role.QUALITY, auditor)
        audited = room(here, regulation, programme)
        done = audited.replace(Period.parse(period), item, reason, who, approver, here.ledger.now())
        if as_json:
            document(done)
            return
        OUT.print(f"{done.item} gave way to {done.pick.item}, rank {done.pick.rank}", markup=False)


@app.command("files")
def files(
    period: PeriodOption,
    *,
    out: Annotated[Path, typer.Argument(help="folder for the files")],
    programme: Programme = "monthly-sample",
    regulation: Regulation = "lamp-factory",
    as_json: AsJson = False,
) -> None:
    """Make the published files of a drawn period again from the log as it stood at the freeze."""
    with installation() as here:
        drawn = room(here, regulation, programme).files(Period.parse(period))
        publish(drawn, out)
    if as_json:
        document({"folder": str(out), "files": list(drawn.files)})
    else:
        tell_published(drawn, out)


@app.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="folder with the published files")],
    *,
    as_json: AsJson = False,
) -> None:
    """Draw again from published files; exit code 0: the same sample, 1: it differs. Needs no database."""
    with told():
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise Malformed(f"{folder} lacks {', '.join(missing)}")
        findings = recheck({name: (folder / name).read_bytes() for name in FILES})
    if as_json:
        document({"is_same": not findings, "findings": findings})
        raise typer.Exit(1 if findings else 0)
    for finding in findings:
        OUT.print(f"✗ {finding}", markup=False)
    if not findings:
        OUT.print("✓ the frame and the nonces give this sample", markup=False)
    raise typer.Exit(1 if findings else 0)
