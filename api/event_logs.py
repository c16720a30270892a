"""Object-centric logs by HTTP: what analysts may see of whole cases.

The whole log (XES) holds every field of every fact, references into the vault among them; it leaves by the shell alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import IO, Annotated, Final

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from api.access import Question
from api.auth import Here, asks
from api.described import ASKED, refusals
from api.exports import HEADERS, seat
from api.keys import Credential
from api.parameters import Seen
from cases.codes import Kind
from cases.period import PATTERN, Period
from replay.exports.event_logs import FORMS, Form
from replay.exports.snapshot import Chosen, Snapshot

router: Final = APIRouter(tags=["figures"])
CHUNK: Final = 1 << 16


class Shared(StrEnum):
    """The formats that say nothing that schema bi does not."""

    OCEL_JSON = Form.OCEL_JSON.value
    OCEL_SQLITE = Form.OCEL_SQLITE.value


@dataclass(frozen=True, slots=True)
class Log:
    """A log that was written, from its beginning."""

    form: Form
    position: int
    file: IO[bytes]


def written(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.EXPORTS))],
    form: Annotated[Shared, Path(description="ocel-json or ocel-sqlite")],
    period: Annotated[
        str | None, Query(pattern=PATTERN, examples=["2026-10"], description="cases received in it")
    ] = None,
    kind: Annotated[Kind | None, Query(description="cases of this kind")] = None,
    product_id: Annotated[
        str | None, Query(max_length=250, description="cases of lamp/K7, or of the line lamp")
    ] = None,
    at_least: Seen = None,
) -> Iterator[Log]:
    """Write a log of the chosen cases, and let it go when the answer is sent."""
    here.must_be_settled(at_least)
    chosen = Chosen(None if period is None else Period.parse(period), kind, product_id)
    with seat(), tempfile.TemporaryFile() as file:
        snapshot = Snapshot.now(here.ledger, here.zone, chosen)
        FORMS[Form(form)].write(file, snapshot, lambda _: None)
        file.seek(0)
        yield Log(Form(form), snapshot.position, file)


@router.get(
    "/exports/log/{form}",
    operation_id="export_log",
    summary="Fetch the cases as an object-centric event log (OCEL 2.0)",
    response_class=StreamingResponse,
    responses={200: {"headers": HEADERS, "content": {FORMS[Form(one)].media_type: {} for one in Shared}},
               **refusals(ASKED)},
)  # fmt: skip
def export_log(log: Annotated[Log, Depends(written)]) -> StreamingResponse:
    """Write the log, and send it when it is whole; a large one takes its time."""
    writing = FORMS[log.form]
    name = f"cases-{log.position}.{writing.ending}"
    return StreamingResponse(
        iter(partial(log.file.read, CHUNK), b""),
        headers={
            "X-Caseledger-Position": str(log.position),
            "Content-Disposition": f'attachment; filename="{name}"',
        },
        media_type=writing.media_type,
    )
