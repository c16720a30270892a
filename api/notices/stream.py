"""Notices as a stream of server-sent events: from a position on, without a gap and without anything twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api import keys, patience
from api.access import Question
from api.auth import Here, asks
from api.described import FIGURES, refusals
from api.finding import case_id_of
from api.installation import Installation
from api.keys import Credential
from api.notices.notice import PAGE, Notice, page, topics_of
from api.notices.pulse import BEAT
from api.parameters import LAST_POSITION
from cases.errors import Unavailable

router: Final = APIRouter(tags=["notices"])
HEARTBEAT: Final = 10.0
"""Seconds after which something is said even where there is nothing to tell."""
COME_BACK: Final = 2000
"""Milliseconds after which a client that lost its connection is to come back."""


@dataclass(frozen=True)
class Following:
    """Somebody who follows the log: which notices, from where on."""

    here: Installation
    key_id: str
    topics: tuple[str, ...]
    case_id: UUID | None
    after: int

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """Tell what there is and wait for more, until the server ends or the key does.

        A heartbeat has the position reached as its id, so that who comes back passes over nothing a second time.
        """
        clock, reached = asyncio.get_running_loop().time, self.after
        yield ServerSentEvent(comment="following", id=str(reached), retry=COME_BACK)
        beat_at = clock() + HEARTBEAT
        while not self.here.pulse.has_ended:
            told = list[Notice]()
            if (until := self.here.pulse.position) > reached:
                told, reached = await run_in_threadpool(self._more, reached, until)
            for notice in told:
                yield ServerSentEvent(data=notice, id=notice.id)
            if len(told) < PAGE:
                await asyncio.sleep(BEAT)
            if clock() >= beat_at:
                if not await run_in_threadpool(self._may_stay):
                    return
                yield ServerSentEvent(comment="waiting", id=str(reached))
                beat_at = clock() + HEARTBEAT

    def _more(self, after: int, until: int) -> tuple[list[Notice], int]:
        """Read on up to a settled position; nothing while the database does not answer."""
        try:
            found = page(self.here.ledger, self.here.source, self.topics, after, until, self.case_id)
        except Unavailable:
            return [], after
        return found, until if len(found) < PAGE else found[-1].data.position

    def _may_stay(self) -> bool:
        try:
            return keys.is_valid(self.here.ledger, self.key_id)
        except Unavailable:
            return True


def following(
    *,
    here: Here,
    request: Request,
    known: Annotated[Credential, Depends(asks(Question.STREAM))],
    fact: Annotated[
        list[str] | None, Query(description="only these facts, for example Shipped; repeat")
    ] = None,
    case: Annotated[
        str | None, Query(max_length=60, description="only this case: its id or its number")
    ] = None,
    after: Annotated[
        int | None,
        Query(
            ge=0, le=LAST_POSITION, description="begin behind this position; with what comes next if absent"
        ),
    ] = None,
    last_event_id: Annotated[
        int | None, Header(ge=0, le=LAST_POSITION, description="the id seen last; goes before `after`")
    ] = None,
) -> Iterator[Following]:
    """Let somebody in who may follow, as long as there is room; raises Malformed, NotFound, TooMany, Unavailable."""
    patience.wait_for_taker(request, patience.UNTAKEN)
    topics = topics_of(fact or ())
    case_id = case_id_of(here, case) if case else None
    begin = after if last_event_id is None else last_event_id
    here.must_be_settled(begin)
    with here.pulse.waiting(known.key_id):
        yield Following(
            here, known.key_id, topics, case_id, here.ledger.settled() if begin is None else begin
        )


@router.get(
    "/stream",
    operation_id="follow",
    summary="Follow the log: word of every fact as it is recorded",
    response_class=EventSourceResponse,
    responses=refusals([*FIGURES, 404, 429]),
)
async def follow(follower: Annotated[Following, Depends(following)]) -> AsyncIterable[ServerSentEvent]:
    """Tell of what was recorded behind a position, then of whatever comes; each `id` is a position of the log.

    A client that comes back with `Last-Event-ID` goes on where it was: no notice is missing and none comes twice.
    """
    async for event in follower.events():
        yield event
