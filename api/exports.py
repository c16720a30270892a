"""Tables, reports and the log of cases as files: the same bytes as `caseledger export` writes.

Rows are sent while they are read, a log when it is whole. XES holds every field of every fact, references into the
vault among them; it leaves by the shell alone.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Annotated, Final
from urllib.parse import quote

from anyio import from_thread
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import StreamingResponse

from api import patience
from api.access import Question
from api.asking import Instant
from api.auth import Here, asks
from api.described import ASKED, refusals
from api.export_list import Exports, exports_of
from api.installation import Installation
from api.keys import Credential
from api.parameters import AtLeast
from cases.errors import Malformed, Unavailable
from cases.period import PATTERN
from replay.exports.export import Export, Headings
from replay.exports.formats import ROWS, SENT, SHARED, Format, format_of
from replay.exports.known import must_be_product
from replay.exports.look import looking
from replay.exports.snapshot import Chosen, Snapshot, chosen_of
from replay.exports.wanted import Wanted, wanted_of

router: Final = APIRouter(tags=["figures"])
LOG: Final = "log"
"""What the log of whole cases is called, beside tables and reports."""
CHUNK: Final = 1 << 16
FACTS_BETWEEN: Final = 500
"""Facts of a log after which it is looked whether somebody still waits for it."""
AT_ONCE: Final = 4
"""Exports that may be under way together: each holds a connection, and the old rows of what it reads."""
SEATS: Final = threading.BoundedSemaphore(AT_ONCE)
NAMED: Final = (
    "position",
    "recorded_at",
    "at",
    "time_zone",
    "filters",
    "regulations",
    "code_version",
    "contract",
)
"""What the headers of the answer tell of the rows, as `X-Caseledger-…`."""
HEADERS: Final = {
    "Content-Disposition": {"schema": {"type": "string"}, "description": "the name of the file"},
    "X-Caseledger-Position": {"schema": {"type": "integer"}, "description": "the log position it stands on"},
}


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a caller says of a file: which rows or cases, and how they are headed."""

    period: str | None
    since: datetime | None
    until: datetime | None
    kind: str | None
    department: str | None
    product_id: str | None
    where: tuple[str, ...]
    headings: Headings | None
    notes: bool

    def wanted(self, here: Installation) -> Wanted:
        """Read which rows are asked for; raises Malformed."""
        equal = {"kind": self.kind, "department": self.department, "product_id": self.product_id}
        return wanted_of(here.zone, self.period, self.since, self.until, equal, self.where)

    def chosen(self) -> Chosen:
        """Read which cases are asked for; raises Malformed for what only rows are asked by."""
        rows_only = ("since", "until", "department", "where", "headings", "notes")
        wrong = [
            {"field": name, "cure": "leave it out: cases are chosen by period, kind and product_id"}
            for name in rows_only
            if getattr(self, name)
        ]
        if wrong:
            raise Malformed("The log of cases cannot be asked for that", errors=wrong)
        return chosen_of(self.period, self.kind, self.product_id)


@dataclass(frozen=True, slots=True)
class Ready:
    """A file of which the first piece is there, so that whatever refuses it has done so."""

    name: str
    form: Format
    about: Mapping[str, str]
    chunks: Iterator[bytes]


def asked_for(
    *,
    period: Annotated[str | None, Query(pattern=PATTERN, examples=["2026-10", "2026-Q4"])] = None,
    since: Annotated[
        Instant | None, Query(description="from this instant on, by the table's first moment")
    ] = None,
    until: Annotated[Instant | None, Query(description="and before this one")] = None,
    kind: Annotated[str | None, Query(max_length=60, description="code of dim_case_kinds")] = None,
    department: Annotated[str | None, Query(max_length=60, description="code of dim_departments")] = None,
    product_id: Annotated[
        str | None, Query(max_length=250, description="lamp/K7; of the log, the line lamp, too")
    ] = None,
    where: Annotated[
        list[str] | None, Query(max_length=20, description="column=value, of any column")
    ] = None,
    headings: Annotated[Headings | None, Query(description="in a spreadsheet by words if absent")] = None,
    notes: Annotated[bool, Query(description="begin a CSV with what it stands on, as # lines")] = False,
) -> AskedFor:
    """Take what is asked for as it is written."""
    equal = kind, department, product_id
    return AskedFor(period, since, until, *equal, tuple(where or ()), headings, notes)


def ready(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.EXPORTS))],
    name: Annotated[str, Path(max_length=63, description="table or report of schema bi, or `log`")],
    form: Annotated[
        str, Path(max_length=20, description=f"{', '.join(ROWS)}; of the log {', '.join(SHARED)}")
    ],
    asked: Annotated[AskedFor, Depends(asked_for)],
    request: Request,
    at_least: AtLeast = None,
) -> Iterator[Ready]:
    """Begin an export, and let everything go when the answer is sent or nobody wants it any more."""
    patience.wait_for_taker(request, patience.PAUSED)
    if name == LOG:
        is_gone = partial(from_thread.run, request.is_disconnected)
        begun = log_file(here, form, asked, at_least, is_gone)
    else:
        begun = rows_file(here, name, form, asked, at_least)
    with begun as file:
        yield file


@contextmanager
def rows_file(
    here: Installation, name: str, form: str, asked: AskedFor, at_least: int | None
) -> Iterator[Ready]:
    """Begin to read the rows of a table or report."""
    written, wanted = format_of(ROWS, form), asked.wanted(here)
    heads = asked.headings or written.headings(here.settings.language)
    here.await_position(at_least)
    with seat(), looking(here.database.reader_dsn, here.zone) as look:
        export = Export.of(look, name, wanted, heads, has_notes=asked.notes)
        about = export.about()
        with closing(written.write(export)) as chunks:
            told = {one: about[one] for one in NAMED}
            yield Ready(export.relation.name, written, told, chain([next(chunks)], chunks))


@contextmanager
def log_file(
    here: Installation, form: str, asked: AskedFor, at_least: int | None, is_gone: Callable[[], bool]
) -> Iterator[Ready]:
    """Write a log of the chosen cases, which takes its time; raises Unavailable where the caller goes meanwhile."""
    written, chosen = format_of(SHARED, form), asked.chosen()
    here.await_position(at_least)
    here.must_be_settled(at_least)
    with seat(), tempfile.TemporaryFile() as file:
        if chosen.product is not None:
            with looking(here.database.reader_dsn, here.zone) as look:
                must_be_product(chosen.product, look)
        snapshot = Snapshot.now(here.ledger, here.zone, chosen)
        count = written.write(file, snapshot, while_awaited(is_gone))
        file.seek(0)
        about = {
            "position": str(snapshot.position), "cases": str(count.cases), "facts": str(count.facts),
            "filters": snapshot.chosen.told,
        }  # fmt: skip
        yield Ready(LOG, written, about, iter(partial(file.read, CHUNK), b""))


def while_awaited(is_gone: Callable[[], bool]) -> Callable[[int], None]:
    """Give what is told how far a log is, and raises Unavailable where nobody waits for it any more."""
    looked_at = 0

    def progress(facts: int) -> None:
        nonlocal looked_at
        if facts - looked_at >= FACTS_BETWEEN:
            looked_at = facts
            if is_gone():
                raise Unavailable("Nobody waits for this log any more")

    return progress


@contextmanager
def seat() -> Iterator[None]:
    """Take one of the few seats; raises Unavailable."""
    if not SEATS.acquire(blocking=False):
        raise Unavailable("Other exports are under way; ask again when one is done", retry_after=5)
    try:
        yield
    finally:
        SEATS.release()


@router.get(
    "/exports",
    operation_id="list_exports",
    summary="See which tables and reports can be fetched as files, and the formats",
    responses=refusals(ASKED),
)
def list_exports(here: Here, known: Annotated[Credential, Depends(asks(Question.EXPORTS))]) -> Exports:
    """List them with what they are and which column a span of time is about."""
    with looking(here.database.reader_dsn, here.zone) as look:
        return exports_of(look)


@router.get(
    "/exports/{name}.{form}",
    operation_id="export",
    summary="Fetch a table or report as CSV, XLSX or Parquet, or the cases as an object-centric event log",
    response_class=StreamingResponse,
    responses={200: {"headers": HEADERS, "content": {one.media_type.split(";")[0]: {} for one in SENT.values()}},
               **refusals(ASKED)},
)  # fmt: skip
def export(request: Request, ready: Annotated[Ready, Depends(ready)]) -> StreamingResponse:
    """Send the rows of one look at the tables, or the log of one position; the headers tell what they stand on."""
    headers = {
        f"X-Caseledger-{name.title().replace('_', '-')}": quote(told, " ,:=+<>@/")
        for name, told in ready.about.items()
    }
    file = f"{ready.name}-{ready.about['position']}.{ready.form.ending}"
    return StreamingResponse(
        patience.to_the_last(request, ready.chunks),
        headers={**headers, "Content-Disposition": f'attachment; filename="{file}"'},
        media_type=ready.form.media_type,
    )
