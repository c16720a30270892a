"""`caseledger regulation`: check a text, read it, see what carries its rules, publish it with four eyes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.publishing import ApproverKey, ProposerKey, publish_with_two_keys, written_in
from api.cli.regulation_page import page
from api.cli.screen import OUT, installation, told
from api.installation import Installation
from cases.caller import Caller
from cases.errors import NotFound
from cases.reference import Published
from cases.regulation.model import Regulation, Settings
from cases.regulation.nearest import meant
from cases.regulation.packs import (
    Checked,
    Problem,
    check,
    law_names,
    read_regulation,
    read_settings,
    shipped_names,
    shipped_text,
)
from cases.regulation.publishing import proposed
from cases.regulation.texts import RegulationText, RuleState, Standing, coverage, texts

app = typer.Typer(
    no_args_is_help=True, help="Regulations: check a text, read it, see what carries its rules, publish it."
)
Pack = Annotated[str, typer.Argument(help="TOML file, or the name of a pack that ships")]


def text_of(pack: str) -> tuple[str, str]:
    """Give the text of a file or of a pack that ships, and what to call it; raises Malformed."""
    known = (*shipped_names(), *law_names())
    if pack in known:
        return shipped_text(pack), f"{pack}.toml"
    return written_in(Path(pack), known), pack


@app.command("check")
def check_pack(pack: Pack) -> None:
    """Tell everything that is wrong with a regulation. Exit code 0: clean, 1: problems, 2: cannot be read."""
    with told():
        text, file = text_of(pack)
        found = check(text, file)
    show_problems(found.problems)
    show_warnings(found, file)
    name = f"{found.regulation.id} {found.regulation.version}"
    counted = f"{len(found.problems)} problems, {len(found.warnings)} warnings"
    OUT.print(f"{'✗' if found.problems else '✓'} {name}: {counted}", markup=False)
    raise typer.Exit(1 if found.problems else 0)


def show_problems(problems: Iterable[Problem]) -> None:
    """Print problems below the items they are found in."""
    for (place, item, label), listed in groupby(problems, lambda one: (one.line, one.item, one.label)):
        named = list(listed)
        OUT.print("  ".join(filter(None, (f"{named[0].file}:{place}", item, label))), markup=False)
        for problem in named:
            OUT.print(f"  ✗ {': '.join(filter(None, (problem.field, problem.what)))}", markup=False)


def show_warnings(found: Checked, file: str) -> None:
    """Print what falls short of the law."""
    for warned in found.warnings:
        OUT.print(f"{file}:{warned.line}  {warned.item}  {warned.clause}", markup=False)
        OUT.print(f"  ! {warned.law}: {warned.what}", markup=False)


@app.command("show")
def show(
    pack: Pack,
    values: Annotated[Path | None, typer.Option(help="TOML file with the firm's values")] = None,
    *,
    published: Annotated[
        bool, typer.Option("--published", help="as published in this installation, newest version and values")
    ] = False,
) -> None:
    """Print a regulation as a page: what it promises, forbids, grants, leaves open and how it is read."""
    with told():
        regulation, settings = newest(pack) if published else written(pack, values)
    for line in page(regulation, settings):
        OUT.print(line, markup=False, soft_wrap=True)


def written(pack: str, values: Path | None) -> tuple[Regulation, Settings | None]:
    """Read a regulation and the firm's values from their texts."""
    regulation = read_regulation(*text_of(pack)).regulation
    if values is None:
        return regulation, None
    text, file = text_of(str(values))
    return regulation, read_settings(text, regulation, file).settings


def newest(name: str) -> tuple[Regulation, Settings | None]:
    """Give a regulation and its values as published last; raises NotFound for one that never was."""
    with installation() as here:
        reference = here.published().reference
    pinned = reference.newest(name)
    (bound,) = reference.rules_for((pinned,))
    return bound.regulation, bound.settings


@app.command("publish")
def publish(
    pack: Annotated[Path, typer.Argument(help="TOML file of the regulation")],
    proposer: ProposerKey,
    approver: ApproverKey,
) -> None:
    """Publish a regulation, or a new version of it: quality or a supervisor proposes, a supervisor or admin approves.

    The same text twice is quiet.
    """
    with told():
        text, file = text_of(str(pack))

    def make(here: Installation, by: Caller) -> Sequence[Published]:
        books = {name: book for (name, _), book in here.published().reference.calendars.items()}
        return [proposed(text, file, by, books)]

    publish_with_two_keys(proposer, approver, make)


@app.command("coverage")
def show_coverage(
    pack: Annotated[str | None, typer.Argument(help="name of a pack, or of a text (S0 to S4)")] = None,
    *,
    left: Annotated[bool, typer.Option("--left", help="only what is open or carried in part")] = False,
) -> None:
    """Print every rule of the five texts, what carries it, and how many are carried, in part, explained, open."""
    with told():
        chosen = [text for text in texts() if pack in {None, text.id, text.pack}]
        if not chosen:
            known = [name for text in texts() for name in (text.pack, text.id)]
            raise NotFound(f"No text or pack is called {pack}{meant(str(pack), known)}")
    told_rows = [(text, standing(text)) for text in chosen]
    for text, rows in told_rows:
        shown = [row for row in rows if not left or row.state in {RuleState.PARTLY, RuleState.OPEN}]
        OUT.print(rules_table(text, shown))
    counts = Table("", "pack", "rules", *(f"{state.zh} {state.en}" for state in RuleState))
    for text, rows in told_rows:
        counted = Counter(row.state for row in rows)
        counts.add_row(text.id, text.pack, str(len(rows)), *(str(counted[state]) for state in RuleState))
    OUT.print(counts)


def standing(text: RegulationText) -> tuple[Standing, ...]:
    """Tell of every rule of a text what carries it, by the pack that ships for it."""
    ships = text.pack in shipped_names()
    return coverage(text, read_regulation(shipped_text(text.pack)).regulation if ships else None)


def rules_table(text: RegulationText, rows: Iterable[Standing]) -> Table:
    """Lay rules out as a table."""
    shown = Table("rule", "clause", "in our words", "state", "carried by", title=f"{text.id} {text.label}")
    for row in rows:
        carried = "\n".join(filter(None, (*row.carriers, row.remark)))
        shown.add_row(row.rule.id, row.rule.clause, row.rule.says, row.state.zh, carried)
    return shown
