"""`caseledger month`: publishing a month, showing it beside today's figures, and why they differ."""

from __future__ import annotations

from typing import Annotated, Final

import typer
from rich.table import Table

from api.cli.screen import OUT, AsJson, acting, document, installation, told
from api.month_answers import Amount, FigureLine
from api.months import SHOWN, changes_told, month_checked, month_told, months_told, published
from cases.codes import RevisionReason, Role, Shortcoming
from cases.month_end import PublishMonth
from cases.permissions import must_permit
from projections.questions.month_end import Moved

app: Final = typer.Typer(
    no_args_is_help=True, help="Months: published once, and kept beside what is known today."
)
Month = Annotated[str, typer.Argument(help="the month, for example 2026-10")]
Report = Annotated[int | None, typer.Option(help="which report of the month; the newest when absent")]


@app.command("publish")
def publish(
    *,
    month: Month,
    publisher: Annotated[str, typer.Option("--as", help="who publishes it: a staff id")],
    role: Annotated[Role, typer.Option(help="in which role")] = Role.QUALITY,
    revises: Annotated[int | None, typer.Option(help="the report that this one revises")] = None,
    reason: Annotated[RevisionReason | None, typer.Option(help="why it is revised")] = None,
    despite: Annotated[
        list[Shortcoming] | None, typer.Option(help="publish although the tables lack this; more than once")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Publish the figures of a month that is over, as the tables have them now."""
    with told():
        must_permit(role, PublishMonth.verb())
        asked = PublishMonth(revises=revises, reason=reason, despite=tuple(despite or ()))
    with installation() as here:
        here.engine.catch_up()
        receipt = published(here, month, asked, acting(role, publisher))
        if as_json:
            document(receipt)
            return
        new = f"published, report {receipt.report}"
        OUT.print(new if receipt.facts else "published before, nothing new", markup=False)


@app.command("list")
def listed(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="how many, the newest first")] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """List the months that were published: by whom, when and on which position; `show` has the figures of one."""
    with installation() as here:
        answer = months_told(here, limit)
        if as_json:
            document(answer)
            return
        table = Table("month", "report", "published", "by", "position", "revised for")
        for one in answer.months:
            day = one.published_at.astimezone(here.zone).date().isoformat()
            why = one.reason.value if one.reason else ""
            table.add_row(one.month, str(one.report), day, one.published_by, str(one.position), why)
        OUT.print(table)
        if answer.cursor:
            OUT.print(f"older ones were published, too: --limit {min(2 * limit, 1000)}", markup=False)


@app.command("show")
def show(
    month: Month,
    *,
    report: Report = None,
    departments: Annotated[
        bool, typer.Option("--departments", help="each department by itself, too")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a month as published beside today's figures; what is another figure by now is marked."""
    with installation() as here:
        here.engine.catch_up()
        answer = month_told(here, month, report, with_amounts=True)
        if as_json:
            document(answer)
            return
        for one in answer.reports:
            day = one.published_at.astimezone(here.zone).date().isoformat()
            why = f", revised: {one.reason.value}" if one.reason else ""
            OUT.print(
                f"report {one.report}: {day} by {one.published_by}, position {one.position}{why}",
                markup=False,
            )
        table = Table("measure", "of", "clause", "department", "published", "today", "revised")
        for line in answer.figures:
            if departments or line.department is None:
                table.add_row(*_cells(line))
        OUT.print(table)
        if not answer.reports:
            OUT.print("not published yet", markup=False)


@app.command("changes")
def changes(month: Month, *, report: Report = None, as_json: AsJson = False) -> None:
    """List what moved the figures since a report: the case, by how much, and the facts that came since."""
    with installation() as here:
        here.engine.catch_up()
        answer = changes_told(here, month, report, with_amounts=True)
        if as_json:
            document(answer)
            return
        moved = answer.moved
        table = Table("case", "measure", "of", "department", "moved by", "facts", title=f"{len(moved)} moved")
        for one in moved:
            facts = " ".join(f"{fact.version}:{fact.event_type}({fact.change.value})" for fact in one.facts)
            names = one.case_no or str(one.case_id), one.measure.value, _short(one.item), one.department
            table.add_row(*names, _by(one), facts or "time or another case")
        OUT.print(table)


@app.command("check")
def check(month: Month, *, report: Report = None, as_json: AsJson = False) -> None:
    """Count a report again from the log at its position and instant; exit code 0: the same, 1: they differ."""
    with installation() as here:
        here.engine.catch_up()
        found = month_checked(here, month, report)
        if as_json:
            document(found)
        else:
            says = "✓ the log gives these figures" if found.is_found_again else "✗ the log gives others"
            OUT.print(says, markup=False)
    raise typer.Exit(0 if found.is_found_again else 1)


def _cells(line: FigureLine) -> tuple[str, ...]:
    published = _written(line.published, line.currency) if line.published else ""
    named = line.measure.value, _short(line.item), line.clause or "", line.department or ""
    small = " (small)" if line.is_small and line.published and line.published.denominator else ""
    mark = "yes" if line.is_revised else ""
    return (*named, published + small, _written(line.today, line.currency), mark)


def _by(one: Moved) -> str:
    """Write by how much, each with its sign; a plain count has no denominator."""
    if one.currency is not None:
        return f"{'+' if one.amount_minor > 0 else ''}{_money(one.amount_minor)} {one.currency}"
    return (
        f"{one.numerator:+d}/{one.denominator:+d}" if one.item or one.denominator else f"{one.numerator:+d}"
    )


def _short(item: str | None) -> str:
    """Leave the version out of an item: the clause stands beside it."""
    return "/".join((item or "").split("/")[2:3]) or (item or "")


def _written(told: Amount, currency: str | None) -> str:
    if currency is not None and told.amount_minor is not None:
        return f"{_money(told.amount_minor)} {currency}"
    return f"{told.numerator}" if told.denominator is None else f"{told.numerator}/{told.denominator}"


def _money(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"
