"""Webhooks over HTTP: where notices are sent, how it goes, and what was put aside; for administrators."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from api.access import Question
from api.auth import Here, asks
from api.described import ASKED, refusals
from api.installation import Installation
from api.keys import Credential
from api.notices import book
from api.notices.address import LONGEST, Endpoint, Unreachable
from api.notices.notice import topics_of
from api.parameters import LAST_POSITION
from cases.errors import Malformed
from projections.questions.answers import Part

router: Final = APIRouter(prefix="/webhooks", tags=["notices"])
Admitted = Annotated[Credential, Depends(asks(Question.WEBHOOKS))]
WebhookId = Annotated[str, Path(max_length=40, description="its id or its name", examples=["erp"])]
NAME: Final = r"^[a-z0-9][a-z0-9-]{0,39}$"
EXAMPLE: Final = {"name": "erp", "url": "https://erp.example.com/notices", "facts": ["Shipped", "Delivered"]}
CHANGED: Final = [*ASKED, 413, 415]


class Wanted(BaseModel):
    """A new webhook: a name for it, where it is, which facts it is told of (all where none is named)."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str, Field(pattern=NAME, description="a word of yours, a to z, digits and dashes; each once")
    ]
    url: Annotated[str, Field(max_length=LONGEST, description="an https address in the open internet")]
    facts: Annotated[
        tuple[str, ...], Field(max_length=100, description="names of facts, for example Shipped")
    ] = ()
    after: Annotated[
        int | None,
        Field(
            ge=0,
            le=LAST_POSITION,
            description="begin behind this position; with what comes next where absent",
        ),
    ] = None


class WebhookLine(Part):
    """A webhook and how it goes; `positions_behind` is how far the log is ahead of it."""

    webhook_id: str
    name: str
    url: str
    facts: tuple[str, ...]
    position: int
    positions_behind: int
    tries: int
    next_at: datetime
    failing_since: datetime | None
    failure: str | None
    disabled_at: datetime | None
    dead_letters: int
    created_by: str
    created_at: datetime


class WebhookMade(WebhookLine):
    """A new webhook with its secret, which is shown only now; signatures are made with it."""

    secret: str


class WebhookList(Part):
    """All webhooks, oldest first."""

    webhooks: tuple[WebhookLine, ...]


class DeadLetterLine(Part):
    """A notice that was put aside: why, after how many tries; `is_asked` where it is to go once more."""

    position: int
    failure: str
    tries: int
    died_at: datetime
    is_asked: bool


class DeadLetterList(Part):
    """What was put aside for a webhook, in the order of the log; the first 200."""

    dead_letters: tuple[DeadLetterLine, ...]


class Again(BaseModel):
    """Which of what was put aside is to be sent once more; all of it where none is named."""

    model_config = ConfigDict(extra="forbid")

    positions: Annotated[
        list[Annotated[int, Field(ge=0, le=LAST_POSITION)]] | None, Field(max_length=1000)
    ] = None


class AskedAgain(Part):
    """How many notices are to be sent once more."""

    asked: int


def add(here: Installation, wanted: Wanted, by: str) -> WebhookMade:
    """Put a webhook down, once its address was checked; raises Malformed, Conflict, Unavailable."""
    topics_of(wanted.facts)
    endpoint = Endpoint.parse(wanted.url, is_anywhere=here.courier.is_anywhere)
    try:
        endpoint.addresses(is_anywhere=here.courier.is_anywhere, resolve=here.courier.resolve)
    except Unreachable as failure:
        told = [{"field": "url", "cure": f"names a host in the open internet: {failure}"}]
        raise Malformed("Notices cannot be sent to this URL", errors=told) from None
    here.must_be_settled(wanted.after)
    after = here.ledger.settled() if wanted.after is None else wanted.after
    webhook_id, secret = here.courier.book.add(wanted.name, wanted.url, wanted.facts, after, by)
    (line,) = lines(here, webhook_id)
    return WebhookMade(**line.model_dump(), secret=secret)


def lines(here: Installation, webhook_id: str | None = None) -> tuple[WebhookLine, ...]:
    """Tell how all webhooks are, or one; raises NotFound."""
    settled, known = here.ledger.settled(), here.courier.book
    found = known.listed() if webhook_id is None else [known.one(webhook_id)]
    return tuple(_line(one, settled) for one in found)


def dead_letters(here: Installation, named: str) -> tuple[DeadLetterLine, ...]:
    """Tell what was put aside for a webhook; raises NotFound."""
    found = here.courier.book.dead(here.courier.book.one(named).webhook_id)
    return tuple(DeadLetterLine(**asdict(one)) for one in found)


def _line(one: book.Webhook, settled: int) -> WebhookLine:
    return WebhookLine(positions_behind=max(settled - one.position, 0), **asdict(one))


@router.post(
    "",
    status_code=201,
    operation_id="add_webhook",
    summary="Have notices sent to an address",
    responses=refusals([*CHANGED, 409]),
)
def add_webhook(
    wanted: Annotated[Wanted, Body(openapi_examples={"usual": {"value": EXAMPLE}})],
    here: Here,
    known: Admitted,
) -> WebhookMade:
    """Check the address, put it down, and show the secret of its signatures this one time."""
    return add(here, wanted, known.actor)


@router.get("", operation_id="list_webhooks", summary="See where notices are sent", responses=refusals(ASKED))
def list_webhooks(here: Here, known: Admitted) -> WebhookList:
    """Tell of each webhook how far it is, since when it fails and why; never its secret."""
    return WebhookList(webhooks=lines(here))


@router.delete(
    "/{webhook_id}",
    status_code=204,
    operation_id="remove_webhook",
    summary="Send an address nothing more",
    responses=refusals(ASKED),
)
def remove_webhook(webhook_id: WebhookId, here: Here, known: Admitted) -> None:
    """Take a webhook away, with what was put aside for it."""
    here.courier.book.remove(webhook_id)


@router.get(
    "/{webhook_id}/dead-letters",
    operation_id="list_dead_letters",
    summary="See what an address did not take",
    responses=refusals(ASKED),
)
def list_dead_letters(webhook_id: WebhookId, here: Here, known: Admitted) -> DeadLetterList:
    """Tell which notices were put aside, and why."""
    return DeadLetterList(dead_letters=dead_letters(here, webhook_id))


@router.post(
    "/{webhook_id}/resend",
    operation_id="resend_dead_letters",
    summary="Send what was put aside once more",
    responses=refusals(CHANGED),
)
def resend_dead_letters(webhook_id: WebhookId, wanted: Again, here: Here, known: Admitted) -> AskedAgain:
    """Ask the courier to send notices that were put aside once more, before what comes next."""
    return AskedAgain(asked=here.courier.book.ask_again(webhook_id, wanted.positions))


@router.post(
    "/{webhook_id}/enable",
    operation_id="enable_webhook",
    summary="Send to an address again",
    responses=refusals(CHANGED),
)
def enable_webhook(webhook_id: WebhookId, here: Here, known: Admitted) -> WebhookLine:
    """Go on where it stopped, at once: a disabled webhook, and one that waits for its next try."""
    here.courier.book.enable(webhook_id)
    (line,) = lines(here, webhook_id)
    return line
