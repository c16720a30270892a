"""`caseledger programme`: what is owed, how a period stands, and holding it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from api.cli.replaying import moment
from api.cli.screen import OUT, AsJson, acting, document, installation, told
from api.programmes import ProgrammeAnswer, programme_of, programmes_of, receipt_of, room_of
from api.verifying import customers_of
from cases.codes import CheckMethod, Department, Role, Seen
from cases.errors import Malformed
from cases.events_programme import Ticked
from cases.permissions import must_permit
from cases.programmes.asked import Hold

app = typer.Typer(no_args_is_help=True, help="Programmes: what returns every week, month, quarter or year.")
Regulation = Annotated[str, typer.Argument(help="regulation that demands it, for example lamp-sales")]
Programme = Annotated[str, typer.Argument(help="programme of the regulation")]
PeriodWord = Annotated[str, typer.Argument(help="2026-10, 2026-W45, 2026-Q4, 2026-H2 or 2026")]


@app.command("due")
def due(
    *,
    by: Annotated[
        str | None, typer.Option(help="what falls due by then; all that is over when absent")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="owed from here; from the first publication when absent")
    ] = None,
    regulation: Annotated[str | None, typer.Option(help="only those of this regulation")] = None,
    as_json: AsJson = False,
) -> None:
    """List the periods of programmes that are owed, the longest due first, then those held, and what has none yet."""
    with installation() as here:
        first = moment(since, here.zone)
        answer = programmes_of(
            here,
            here.ledger.now(),
            due_by=moment(by, here.zone),
            regulation=regulation,
            since=first.astimezone(here.zone).date() if first else None,
        )
        if as_json:
            document(answer)
            return
        table = Table("regulation", "programme", "period", "due", "standing", "measures open")
        for one in answer.owed:
            day = one.due_at.astimezone(here.zone).date().isoformat()
            row = (one.regulation, one.programme, one.period, day, f"{one.standing_zh} {one.standing.value}")
            table.add_row(*row, str(one.measures_open))
        OUT.print(table)
        if answer.total > len(answer.owed):
            OUT.print(
                f"{answer.total - len(answer.owed)} more; narrow them down with --since or --regulation"
            )
        for lacking in answer.not_configured:
            OUT.print(
                f"not configured: {lacking.regulation} {lacking.programme} (setting {lacking.setting})",
                markup=False,
            )


@app.command("show")
def show(
    regulation: Regulation, programme: Programme, period: PeriodWord, *, as_json: AsJson = False
) -> None:
    """Show a programme in one period: its questions, what was seen, measures and their effect, who was told."""
    with installation() as here:
        now = here.ledger.now()
        answer = programme_of(here, room_of(here).one(regulation, programme, period, now), now)
        if as_json:
            document(answer)
            return
        OUT.print(f"{answer.clause}  {answer.label_zh}  {answer.label_en}", markup=False)
        by = f", held by {answer.held_by} as {answer.held_as}" if answer.held_by else ""
        OUT.print(f"{answer.period}: {answer.standing_zh} {answer.standing}{by}", markup=False)
        OUT.print(_questions(answer), _measures(answer))
        for one in answer.published:
            roles = " ".join(one.told_to) or "everybody"
            OUT.print(f"told to {roles}", markup=False)


def _questions(answer: ProgrammeAnswer) -> Table:
    table = Table("question", "clause", "", "seen")
    seen = {one.question: one.seen for one in answer.held.answers if one.of is None} if answer.held else {}
    for one in answer.questions:
        told = seen.get(one.question)
        table.add_row(one.question, one.clause, one.label_zh, told.value if told else "")
    return table


def _measures(answer: ProgrammeAnswer) -> Table:
    table = Table("measure", "improvement", "department", "due", "effect")
    for one in answer.measures:
        effect = one.effect.value if one.effect else "overdue" if one.is_overdue else ""
        row = str(one.measure), one.improvement.value, one.department.value, one.due_on.isoformat(), effect
        table.add_row(*row)
    return table


@app.command("hold")
def hold(
    *,
    regulation: Regulation,
    programme: Programme,
    period: PeriodWord,
    holder: Annotated[str, typer.Option("--as", help="who holds it: a staff id")],
    role: Annotated[Role, typer.Option(help="in which role")] = Role.SUPERVISOR,
    method: Annotated[list[CheckMethod] | None, typer.Option(help="how one looked; more than once")] = None,
    department: Annotated[list[Department] | None, typer.Option(help="who took part; more than once")] = None,
    answer: Annotated[
        list[str] | None, typer.Option(help="QUESTION=yes, no or not_seen; ITEM:QUESTION=yes of a drawn case")
    ] = None,
    chosen: Annotated[str | None, typer.Option(help="whom a person chose of a ranking: a staff id")] = None,
    as_json: AsJson = False,
) -> None:
    """Hold a programme for a period; figures that it compiles are added, with the position of the log."""
    with told():
        must_permit(role, Hold.verb())
        asked = Hold(
            methods=tuple(method or ()),
            departments=tuple(department or ()),
            answers=tuple(map(ticked, answer or ())),
            chosen=chosen,
        )
    with installation() as here:
        kept = room_of(here).act(
            regulation, programme, period, asked, acting(role, holder), here.ledger.now()
        )
        if as_json:
            document(receipt_of(kept))
            return
        OUT.print(f"held, version {kept.version}" if kept.facts else "held before, nothing new", markup=False)


@app.command("customers")
def customers(
    regulation: Regulation, programme: Programme, period: PeriodWord, *, as_json: AsJson = False
) -> None:
    """List whose details are due to be verified, by the pseudonym of the vault, and who was verified."""
    with installation() as here:
        answer = customers_of(here, regulation, programme, period)
        if as_json:
            document(answer)
            return
        table = Table("customer", "cases", "verified", title=f"{answer.due} due of {len(answer.customers)}")
        for one in answer.customers:
            day = one.verified_at.astimezone(here.zone).date().isoformat() if one.verified_at else "due"
            table.add_row(str(one.customer), " ".join(one.cases), day)
        OUT.print(table)


@app.command("check")
def check(
    regulation: Regulation, programme: Programme, period: PeriodWord, *, as_json: AsJson = False
) -> None:
    """Compile the figures of a holding again from the log at its position; exit code 0: the same, 1: they differ."""
    with installation() as here:
        frozen, again = room_of(here).checked(regulation, programme, period, here.ledger.now())
        is_same = frozen == again
        if as_json:
            document({"is_found_again": is_same, "frozen": frozen.sha256, "again": again.sha256})
        else:
            OUT.print(f"frozen {frozen.sha256}\nagain  {again.sha256}", markup=False)
            OUT.print("✓ the log gives these figures" if is_same else "✗ the log gives others", markup=False)
    raise typer.Exit(0 if is_same else 1)


def ticked(written: str) -> Ticked:
    """Read an answer; raises Malformed."""
    asked, _, seen = written.partition("=")
    of, _, question = asked.rpartition(":")
    found = next((one for one in Seen if one.value == seen), None)
    if found is None:
        cure = "QUESTION=yes, QUESTION=no or QUESTION=not_seen"
        raise Malformed("An answer is no answer", errors=[{"field": "answer", "cure": cure}])
    return Ticked(question=question, seen=found, of=of or None)
