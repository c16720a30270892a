"""`caseledger publish`: put the budgets of a year or the stock list in force, with the keys of two people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from api import keys
from api.auth import caller_of
from api.cli.screen import OUT, installation, told
from api.installation import Installation
from cases.caller import Caller
from cases.errors import Malformed
from cases.reference import Published
from cases.regulation.nearest import meant
from cases.regulation.publishing import must_be_four_eyes, proposed_budgets, proposed_stock_list

app = typer.Typer(
    no_args_is_help=True, help="Put the budgets of a year or the stock list in force, with two keys."
)
Make = Callable[[Installation, Caller], Published]
"""Makes the document: given the installation, and who proposes it."""
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
) -> None:
    """Publish the budgets of a year: finance or a supervisor proposes, a supervisor or management approves."""
    with told():
        text = written_in(file)
    publish_with_two_keys(proposer, approver, lambda _, caller: proposed_budgets(text, str(file), caller))


@app.command("stock-list")
def stock_list(
    file: Annotated[Path, typer.Argument(help="TOML file with the items in store and the least of each")],
    proposer: ProposerKey,
    approver: ApproverKey,
) -> None:
    """Publish the stock list: warehouse or a supervisor proposes, a supervisor or management approves."""
    with told():
        text = written_in(file)
    publish_with_two_keys(proposer, approver, lambda _, caller: proposed_stock_list(text, str(file), caller))


def publish_with_two_keys(proposer: str, approver: str, make: Make) -> None:
    """Publish a document; the same text twice is quiet."""
    with installation() as here:
        one, other = (caller_of(keys.find(here.ledger, key), "cli") for key in (proposer, approver))
        must_be_four_eyes(one, other)
        document = make(here, one)
        new = here.desk.publish([document], other)
    name = " ".join(
        str(value) for field in ("regulation", "year", "version") if (value := getattr(document, field, None))
    )
    if new:
        OUT.print(f"✓ {name} is published: proposed by {one.actor}, approved by {other.actor}", markup=False)
    else:
        OUT.print(f"✓ {name} was published before with this text; nothing is new", markup=False)


def written_in(file: Path, known: Sequence[str] = ()) -> str:
    """Read a text; raises Malformed, with the one of the known names that was probably meant."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Malformed(f"{file} is not a text in UTF-8") from None
    except OSError as refusal:
        raise Malformed(f"{file} cannot be read ({refusal.strerror}){meant(str(file), known)}") from None
