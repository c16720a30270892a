"""`caseledger demo`: the whole job once, in a folder that is gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

from api.audits import PROGRAMME, audit_of
from api.cli import reports
from api.cli.auditing import overdue_cases, room
from api.cli.replaying import told_on
from api.cli.screen import OUT, AsJson, acting, advance, bar, document, told
from api.cli.serving import interruptible
from api.console.words import Language
from api.first_run import load_sample
from api.installation import Installation, opened
from api.reading import asked
from cases.codes import Role
from cases.period import Period as Span
from cases.settings import Settings
from projections.questions.complaints import ComplaintStatistics, complaint_statistics, months_on
from projections.questions.sla import Period, SlaDashboard, sla_dashboard
from projections.rebuilding.rebuild import Report, rebuild
from replay.audit.draw import Drawn

INTERRUPTED = 130
FIRST_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Demonstrated:
    """What the demonstration came to."""

    facts: int
    import_seconds: float
    rebuilt: Report
    period: tuple[date, date]
    """The days that the board covers: everything there is; the console begins with the last 90."""
    board: SlaDashboard
    drawn: Drawn
    audit: Any
    complaints: ComplaintStatistics


def demo(*, as_json: AsJson = False) -> None:
    """Load the sample, fill the tables, print the three reports, leave nothing behind."""
    try:
        with interruptible(), told(), somewhere() as settings, opened(settings) as here:
            done = demonstrate(here)
            show(done, settings.language, as_json=as_json)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def somewhere() -> Iterator[Settings]:
    """Give an installation of its own in a temporary folder, whatever else is on this machine."""
    folder = Path(tempfile.mkdtemp(prefix="caseledger-demo-"))
    folder.chmod(0o711)
    try:
        yield Settings().model_copy(update={"data_dir": folder / "installation", "database_url": None})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def demonstrate(here: Installation) -> Demonstrated:
    """Do the main job: import, rebuild, ask."""
    began = time.monotonic()
    with bar("importing the sample", None) as progress:
        facts = load_sample(here, lambda done, total: advance(progress, done, total))
    seconds = time.monotonic() - began
    with bar("filling the tables", None) as progress:
        rebuilt = rebuild(here.database, progress=told_on(progress))
    now = here.ledger.now()
    with bar("drawing the audit sample", None) as progress:
        month = last_full_month(here, now)
        drawn = room(here, "lamp-factory", PROGRAMME).draw(
            month,
            acting(Role.QUALITY, "demo"),
            now,
            overdue=overdue_cases(here),
            progress=lambda done: advance(progress, done),
        )
    first, last = span_of(here)
    with asked(here) as connection:
        period = Period(since=first, until=now)
        board = sla_dashboard(connection, at=now, period=period, zone=here.settings.business_timezone)
        complaints = complaint_statistics(
            connection, at=now, first=months_on(last, 1 - FIRST_MONTHS), last=last
        )
    days = (first.astimezone(here.zone).date(), now.astimezone(here.zone).date())
    return Demonstrated(facts, seconds, rebuilt, days, board, drawn, audit_of(here, str(month)), complaints)


def last_full_month(here: Installation, now: datetime) -> Span:
    """Find the newest month that is over and in which cases ended."""
    today = now.astimezone(here.zone)
    begin = Span.month(today.year, today.month).begins(here.zone)
    row = here.ledger.rows("SELECT max(closed_at) FROM bi.fct_cases WHERE closed_at < %s", [begin])[0]
    ended = (row[0] or now).astimezone(here.zone)
    return Span.month(ended.year, ended.month)


def span_of(here: Installation) -> tuple[datetime, date]:
    """Find the first instant that a clock started at, and the newest month of a complaint."""
    first = here.ledger.rows("SELECT min(started_at) FROM bi.fct_sla_clocks")[0][0]
    last = here.ledger.rows("SELECT max(received_month) FROM bi.fct_complaints")[0][0]
    return first or here.ledger.now(), last or here.ledger.now().date().replace(day=1)


def show(done: Demonstrated, language: Language, *, as_json: bool) -> None:
    """Print the reports, for people or for machines."""
    if as_json:
        document(reported(done))
        return
    rate = done.facts / done.import_seconds
    OUT.print(f"[green]✓[/] {done.facts:,} facts imported, {rate:,.0f} facts/s")
    rebuilt = done.rebuilt
    OUT.print(
        f"[green]✓[/] tables rebuilt, {rebuilt.facts_per_second:,.0f} facts/s, {rebuilt.differing} rows differ\n"
    )
    for table in (
        reports.dashboard(done.board, language, width=OUT.width, period=done.period),
        reports.sample(done.drawn, language),
        *reports.complaints(done.complaints, language),
    ):
        OUT.print(table)
        OUT.print()
    OUT.print("[dim]nothing is left behind; caseledger run keeps what you do[/]")


def reported(done: Demonstrated) -> dict[str, Any]:
    """Give the reports as one document."""
    return {
        "import": {"facts": done.facts, "seconds": round(done.import_seconds, 3)},
        "rebuild": {
            "facts": done.rebuilt.facts,
            "cases": done.rebuilt.cases,
            "seconds": round(done.rebuilt.seconds, 3),
            "differing": done.rebuilt.differing,
        },
        "sla_dashboard": done.board.model_dump(mode="json"),
        "audit_sample": done.audit.model_dump(mode="json"),
        "complaint_statistics": done.complaints.model_dump(mode="json"),
    }
