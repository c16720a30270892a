"""`caseledger webhooks`: where notices are sent, how it goes, and what was put aside."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Column, Table

from api.cli.screen import OUT, AsJson, acting, document, installation
from api.notices.webhooks import (
    AskedAgain,
    DeadLetterList,
    Wanted,
    WebhookLine,
    WebhookList,
    add,
    dead_letters,
    lines,
)
from cases.codes import Role

app = typer.Typer(no_args_is_help=True, help="Webhooks: where notices are sent to other systems.")
Named = Annotated[str, typer.Argument(help="its name or its id")]


@app.command("add")
def add_webhook(
    name: Annotated[str, typer.Argument(help="a word of yours: a to z, digits and dashes")],
    url: Annotated[str, typer.Argument(help="an https address in the open internet")],
    fact: Annotated[
        list[str] | None, typer.Option(help="only this fact, for example Shipped; repeat; all where absent")
    ] = None,
    after: Annotated[
        int | None, typer.Option(help="begin behind this position; with what comes next where absent", min=0)
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check an address, have notices sent to it, and show the secret of their signatures, this one time."""
    with installation() as here:
        wanted = Wanted(name=name, url=url, facts=tuple(fact or ()), after=after)
        made = add(here, wanted, acting(Role.ADMIN).actor)
        if as_json:
            document(made)
        else:
            OUT.print(made.secret, markup=False, soft_wrap=True)


@app.command("list")
def list_webhooks(*, as_json: AsJson = False) -> None:
    """List every webhook: how far behind it is, since when it fails and why; never a secret."""
    with installation() as here:
        found = lines(here)
        if as_json:
            document(WebhookList(webhooks=found))
            return
        table = Table(Column("name", no_wrap=True), "url", "facts", "behind", "put aside", "how it goes")
        for one in found:
            facts, put_aside = ", ".join(one.facts) or "all", str(one.dead_letters)
            told = map(escape, (one.name, one.url, facts, str(one.positions_behind), put_aside, _state(one)))
            table.add_row(*told)
        OUT.print(table)


def _state(one: WebhookLine) -> str:
    if one.disabled_at:
        return f"disabled: {one.failure}"
    return f"fails ({one.tries} tries): {one.failure}" if one.failing_since else "well"


@app.command("remove")
def remove(named: Named, *, as_json: AsJson = False) -> None:
    """Send an address nothing more; what was put aside for it goes, too."""
    with installation() as here:
        here.courier.book.remove(named)
        if as_json:
            document({"removed": named})
        else:
            OUT.print("removed", markup=False)


@app.command("enable")
def enable(named: Named, *, as_json: AsJson = False) -> None:
    """Go on where it stopped, at the next look: a disabled webhook, and one that waits for its next try."""
    with installation() as here:
        here.courier.book.enable(named)
        if as_json:
            document(lines(here, named)[0])
        else:
            OUT.print("enabled", markup=False)


@app.command("dead-letters")
def list_dead_letters(named: Named, *, as_json: AsJson = False) -> None:
    """List what an address did not take, with the reason; the first 200."""
    with installation() as here:
        found = dead_letters(here, named)
        if as_json:
            document(DeadLetterList(dead_letters=found))
            return
        table = Table("position", "tries", "put aside at", "why", "to be sent again")
        for one in found:
            at = f"{one.died_at.astimezone(here.zone):%Y-%m-%d %H:%M}"
            table.add_row(
                str(one.position), str(one.tries), at, escape(one.failure), "yes" if one.is_asked else ""
            )
        OUT.print(table)


@app.command("resend")
def resend(
    named: Named,
    *,
    position: Annotated[list[int] | None, typer.Option(help="only this position; repeat")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask that what was put aside be sent once more, before what comes next."""
    with installation() as here:
        asked = here.courier.book.ask_again(named, position or None)
        if as_json:
            document(AskedAgain(asked=asked))
        else:
            OUT.print(f"{asked} to be sent once more", markup=False)
