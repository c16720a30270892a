"""`caseledger regulation`: check a text, read it, see what carries its rules, publish it with four eyes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.publishing import ApproverKey, ProposerKey, publish_with_two_keys, written_in
from api.cli.regulation_page import fitted, page
from api.cli.screen import ERRORS, OUT, AsJson, document, installation, show_problems, told
from api.installation import Installation
from cases.caller import Caller
from cases.errors import NotFound
from cases.reference import Published
from cases.regulation.following import dropped, must_follow
from cases.regulation.model import Regulation, Settings
from cases.regulation.nearest import meant
from cases.regulation.packs import (
    Checked,
    check,
    law_names,
    read_regulation,
    read_settings,
    shipped_names,
    shipped_text,
)
from cases.regulation.publishing import proposed
from cases.regulation.texts import RegulationText, RuleState, Standing, articles, coverage, named, texts

app = typer.Typer(
    no_args_is_help=True, help="Regulations: check a text, read it, see what carries its rules, publish it."
)
Covered = tuple[RegulationText, Sequence[Standing]]
"""A text, and its rules with what carries each."""
LEFT = {RuleState.PARTLY, RuleState.OPEN}
Pack = Annotated[str, typer.Argument(help="TOML file, or the name of a pack that ships")]


def text_of(pack: str) -> tuple[str, str]:
    """Give the text of a file or of a pack that ships, and what to call it; raises Malformed."""
    known = (*shipped_names(), *law_names())
    if pack in known:
        return shipped_text(pack), f"{pack}.toml"
    return written_in(Path(pack), known), pack


@app.command("check")
def check_pack(pack: Pack, *, as_json: AsJson = False) -> None:
    """Tell everything that is wrong with a regulation. Exit code 0: clean, 1: problems, 2: cannot be read."""
    with told():
        text, file = text_of(pack)
        found = check(text, file)
    if as_json:
        checked = {"regulation": found.regulation.id, "version": found.regulation.version}
        document({**checked, "problems": found.problems, "warnings": found.warnings})
        raise typer.Exit(1 if found.problems else 0)
    show_problems(found.problems, OUT)
    show_warnings(found, file)
    name = f"{found.regulation.id} {found.regulation.version}"
    counted = f"{len(found.problems)} problems, {len(found.warnings)} warnings"
    OUT.print(f"{'✗' if found.problems else '✓'} {name}: {counted}", markup=False)
    raise typer.Exit(1 if found.problems else 0)


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
    as_json: AsJson = False,
) -> None:
    """Print a regulation as a page: what it promises, forbids, grants, leaves open and how it is read."""
    with told():
        regulation, settings = newest(pack) if published else written(pack, values)
    if as_json:
        document({"regulation": regulation, "settings": settings})
        return
    for line in page(regulation, settings):
        for part in fitted(line, OUT) if OUT.is_terminal else (line,):
            OUT.print(part, markup=False, soft_wrap=True)


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
    *,
    as_json: AsJson = False,
) -> None:
    """Publish a regulation, or a new version of it, with the keys of two people.

    Quality or a supervisor proposes, a supervisor or admin approves: two people, two keys.

    The text is checked first. A changed text needs a later version; the same text twice is quiet.

    Exit code 0: published, or nothing is new; 2: refused, and why.
    """
    with told():
        text, file = text_of(str(pack))

    def make(here: Installation, by: Caller) -> Sequence[Published]:
        reference = here.published().reference
        books = {name: book for (name, _), book in reference.calendars.items()}
        published = proposed(text, file, by, books)
        must_follow(published, file, reference)
        for gone in dropped(published, reference):
            (ERRORS if as_json else OUT).print(f"! {gone}", markup=False)
        return [published]

    publish_with_two_keys(proposer, approver, make, as_json=as_json)


@app.command("coverage")
def show_coverage(
    pack: Annotated[
        str | None, typer.Argument(help="name of a pack, of a text (S0 to S4) or of a law, or a TOML file")
    ] = None,
    *,
    left: Annotated[bool, typer.Option("--left", help="only what is open or carried in part")] = False,
    as_json: AsJson = False,
) -> None:
    """Print every rule of the five texts, what carries it, and how many are carried, in part, explained, open.

    A regulation that carries none of the five texts, as those of the law, is shown clause by clause.
    """
    with told():
        covered, own = covered_by(pack)
    shown = [(text, [row for row in rows if not left or row.state in LEFT]) for text, rows in covered]
    if as_json:
        document(reported(shown, own))
        return
    if own is not None:
        OUT.print(clauses_table(own))
        return
    for text, rows in shown:
        if rows:
            OUT.print(rules_table(text, rows))
    OUT.print(counts_table(covered))
    if pack is None:
        OUT.print(
            f"Clause by clause, as `caseledger regulation coverage NAME`: {', '.join(law_names())}",
            markup=False,
        )


def covered_by(pack: str | None) -> tuple[list[Covered], Regulation | None]:
    """Find the texts that are asked for with what carries their rules; else the regulation that carries none of them.

    Raises NotFound.
    """
    covered: list[Covered] = [
        (text, standing(text)) for text in texts() if pack in {None, text.id, text.pack}
    ]
    if covered:
        return covered, None
    own = regulation_of(str(pack))
    covered = [(text, coverage(text, own)) for text in texts() if text.pack == own.id]
    return covered, None if covered else own


def reported(covered: Iterable[Covered], own: Regulation | None) -> Mapping[str, object]:
    """Give it for programs: rule by rule of each text, or item by item of each clause."""
    return {
        "texts": [
            {
                "text": text.id,
                "pack": text.pack,
                "rules": [
                    {
                        "rule": row.rule.id,
                        "clause": row.rule.clause,
                        "says": row.rule.says,
                        "state": row.state,
                        "carriers": row.carriers,
                        "remark": row.remark,
                    }
                    for row in rows
                ],
            }
            for text, rows in covered
        ],
        "clauses": {
            clause: [named(item) for item in items]
            for clause, items in (articles(own) if own else {}).items()
        },
    }


def counts_table(covered: Iterable[Covered]) -> Table:
    """Count the rules of each text by how far they are carried."""
    counts = Table("", "pack", "rules", *(f"{state.zh} {state.en}" for state in RuleState))
    for text, rows in covered:
        counted = Counter(row.state for row in rows)
        counts.add_row(text.id, text.pack, str(len(rows)), *(str(counted[state]) for state in RuleState))
    return counts


def regulation_of(pack: str) -> Regulation:
    """Read a law that ships, or a file; raises NotFound with the text, pack or law that was probably meant."""
    known = [*law_names(), *(name for text in texts() for name in (text.pack, text.id))]
    if pack not in known and not Path(pack).exists():
        raise NotFound(f"No text, pack, law or file is called {pack}{meant(pack, known)}")
    return read_regulation(*text_of(pack)).regulation


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


def clauses_table(regulation: Regulation) -> Table:
    """Lay out what carries each clause of a regulation that none of the five texts stands behind."""
    title = f"{regulation.id} {regulation.version} {regulation.label}"
    shown = Table(
        "clause", "carried by", "what it says", title=title, caption="by clause: none of the five texts"
    )
    for clause, items in articles(regulation).items():
        for at, item in enumerate(items):
            shown.add_row("" if at else clause, named(item), str(item.label))
    return shown
