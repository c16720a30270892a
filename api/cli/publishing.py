"""`caseledger publish`: put budgets, the stock list or the product catalogue in force, with the keys of two people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from api import keys
from api.auth import caller_of
from api.cli.screen import OUT, AsJson, document, installation, told
from api.installation import Installation
from cases.caller import Caller
from cases.errors import Malformed, Unauthenticated
from cases.reference import Published
from cases.regulation.checking_text import decoded
from cases.regulation.nearest import meant
from cases.regulation.publishing import (
    must_be_four_eyes,
    proposed_budgets,
    proposed_catalogue,
    proposed_stock_list,
)

app = typer.Typer(
    no_args_is_help=True, help="Put budgets, the stock list or the product catalogue in force, with two keys."
)
Make = Callable[[Installation, Caller], Sequence[Published]]
"""Makes the documents: given the installation, and who proposes them."""
ProposerKey = Annotated[
    str,
    typer.Option("--proposer-key", envvar="CASELEDGER_PROPOSER_KEY", prompt="Key of who proposes", hide_input=True,
                 help="key of who wrote it; asked for when absent"),
]  # fmt: skip
ApproverKey = Annotated[
    str,
    typer.Option("--approver-key", envvar="CASELEDGER_APPROVER_KEY", prompt="Key of who approves", hide_input=True,
                 help="key of who approves it, and somebody else; asked for when absent"),
]  # fmt: skip


@app.command("budgets")
def budgets(
    file: Annotated[Path, typer.Argument(help="TOML file with the budgets of a year")],
    proposer: ProposerKey,
    approver: ApproverKey,
    *,
    as_json: AsJson = False,
) -> None:
    """Publish the budgets of a year: finance or a supervisor proposes, a supervisor or management approves."""
    with told():
        text = written_in(file)
    publish_with_two_keys(
        proposer, approver, lambda _, caller: [proposed_budgets(text, str(file), caller)], as_json=as_json
    )


@app.command("stock-list")
def stock_list(
    file: Annotated[Path, typer.Argument(help="TOML file with the items in store and the least of each")],
    proposer: ProposerKey,
    approver: ApproverKey,
    *,
    as_json: AsJson = False,
) -> None:
    """Publish the stock list: warehouse or a supervisor proposes, a supervisor or management approves."""
    with told():
        text = written_in(file)
    publish_with_two_keys(
        proposer, approver, lambda _, caller: [proposed_stock_list(text, str(file), caller)], as_json=as_json
    )


@app.command("catalogue")
def catalogue(
    file: Annotated[Path, typer.Argument(help="TOML file with the products and the laws that bind them")],
    proposer: ProposerKey,
    approver: ApproverKey,
    *,
    as_json: AsJson = False,
) -> None:
    """Publish the product catalogue: quality or a supervisor proposes, a supervisor or admin approves.

    The laws that it names are published with it where they are not yet.
    """
    with told():
        text = written_in(file)

    def make(here: Installation, caller: Caller) -> Sequence[Published]:
        published = {name for name, _ in here.published().reference.regulations}
        return proposed_catalogue(text, str(file), caller, published)

    publish_with_two_keys(proposer, approver, make, as_json=as_json)


def publish_with_two_keys(proposer: str, approver: str, make: Make, *, as_json: bool) -> None:
    """Publish documents; the same text twice is quiet."""
    with installation() as here:
        one, other = _caller(here, proposer, "proposes"), _caller(here, approver, "approves")
        must_be_four_eyes(one, other)
        documents = make(here, one)
        new = here.desk.publish(documents, other)
    if as_json:
        told = ({"document": _name(text), "sha256": text.sha256, "is_new": text in new} for text in documents)
        by = {"proposed_by": one.actor, "approved_by": other.actor}
        document({"documents": [{**line, **by} for line in told]})
        return
    for published in documents:
        says = (
            f"is published: proposed by {one.actor}, approved by {other.actor}"
            if published in new
            else "was published before with this text; nothing is new"
        )
        OUT.print(f"✓ {_name(published)} {says}", markup=False)


def _caller(here: Installation, key: str, does: str) -> Caller:
    """Tell whose key it is; raises Unauthenticated for one that is nobody's."""
    try:
        return caller_of(keys.find(here.ledger, key), "cli")
    except Unauthenticated:
        raise Unauthenticated(
            f"The key of who {does} is nobody's; `caseledger keys create` makes one"
        ) from None


def _name(published: Published) -> str:
    kind = published.topic.partition(".")[0].replace("_", " ")
    name = getattr(published, "regulation", None) or getattr(published, "year", None) or kind
    return f"{name} {published.version}"


def written_in(file: Path, known: Sequence[str] = ()) -> str:
    """Read a text; raises Malformed, with the known name that was probably meant, and BrokenPack if not in UTF-8."""
    try:
        return decoded(file.read_bytes(), str(file))
    except IsADirectoryError:
        raise Malformed(f"{file} is a folder; name the TOML file in it") from None
    except OSError as refusal:
        raise Malformed(f"{file} cannot be read ({refusal.strerror}){meant(str(file), known)}") from None
