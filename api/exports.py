"""Tables and reports as files: the same bytes as `caseledger export` writes, sent while they are read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from api.access import Question
from api.asking import Instant
from api.auth import Here, asks
from api.described import ASKED, refusals
from api.keys import Credential
from api.parameters import AtLeast
from cases.errors import Unavailable
from cases.period import PATTERN
from projections.questions.answers import Part
from replay.exports.export import Export, Headings
from replay.exports.formats import FORMATS, format_of
from replay.exports.look import looking
from replay.exports.wanted import Wanted, wanted_of

router: Final = APIRouter(tags=["figures"])
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


class Exported(Part):
    """A table or report that can be fetched; `period` is the column that a span of time is about."""

    name: str
    zh: str
    en: str
    period: str | None
    columns: tuple[str, ...]


class Exports(Part):
    """Everything that can be fetched, in which formats."""

    tables: tuple[Exported, ...]
    formats: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Ready:
    """An export of which the first piece is there, so that whatever refuses it has done so."""

    export: Export
    ending: str
    chunks: Iterator[bytes]


def wanted(
    *,
    here: Here,
    period: Annotated[str | None, Query(pattern=PATTERN, examples=["2026-10", "2026-Q4"])] = None,
    since: Annotated[
        Instant | None, Query(description="from this instant on, by the table's first moment")
    ] = None,
    until: Annotated[Instant | None, Query(description="and before this one")] = None,
    kind: Annotated[str | None, Query(max_length=60, description="code of dim_case_kinds")] = None,
    department: Annotated[str | None, Query(max_length=60, description="code of dim_departments")] = None,
    product_id: Annotated[str | None, Query(max_length=250)] = None,
    where: Annotated[
        list[str] | None, Query(max_length=20, description="column=value, of any column")
    ] = None,
) -> Wanted:
    """Read which rows are asked for."""
    equal = {"kind": kind, "department": department, "product_id": product_id}
    return wanted_of(here.zone, period, since, until, equal, where or ())


def ready(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.EXPORTS))],
    table: Annotated[str, Path(max_length=63, description="table or report of schema bi")],
    ending: Annotated[str, Path(max_length=20, description="csv, xlsx or parquet")],
    wanted: Annotated[Wanted, Depends(wanted)],
    headings: Annotated[Headings | None, Query(description="in a spreadsheet by words if absent")] = None,
    notes: Annotated[bool, Query(description="begin a CSV with what it stands on, as # lines")] = False,
    at_least: AtLeast = None,
) -> Iterator[Ready]:
    """Begin an export, and let everything go when the answer is sent or nobody wants it any more."""
    form = format_of(ending)
    heads = headings or form.headings(here.settings.language)
    here.await_position(at_least)
    with seat(), looking(here.database.reader_dsn, here.zone) as look:
        export = Export.of(look, table, wanted, heads, has_notes=notes)
        with closing(form.write(export)) as chunks:
            yield Ready(export, ending, chain([next(chunks)], chunks))


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
    summary="See which tables and reports can be fetched as files",
    responses=refusals(ASKED),
)
def list_exports(here: Here, known: Annotated[Credential, Depends(asks(Question.EXPORTS))]) -> Exports:
    """List them with what they are and which column a span of time is about."""
    with looking(here.database.reader_dsn, here.zone) as look:
        return Exports(
            tables=tuple(
                Exported(
                    name=one.name,
                    zh=one.zh,
                    en=one.en,
                    period=one.period.name if one.period else None,
                    columns=tuple(field.name for field in one.fields),
                )
                for one in look.relations.values()
            ),
            formats=tuple(FORMATS),
            position=look.standing.position,
        )


@router.get(
    "/exports/{table}.{ending}",
    operation_id="export_table",
    summary="Fetch a table or report as CSV, XLSX or Parquet",
    response_class=StreamingResponse,
    responses={200: {"headers": HEADERS, "content": {one.media_type.split(";")[0]: {} for one in FORMATS.values()}},
               **refusals(ASKED)},
)  # fmt: skip
def export_table(ready: Annotated[Ready, Depends(ready)]) -> StreamingResponse:
    """Send the rows of one look at the tables, while they are read; the headers tell what they stand on."""
    export, about = ready.export, ready.export.about()
    headers = {
        f"X-Caseledger-{name.title().replace('_', '-')}": quote(about[name], " ,:=+<>@/") for name in NAMED
    }
    file = f"{export.relation.name}-{about['position']}.{ready.ending}"
    return StreamingResponse(
        ready.chunks,
        headers={**headers, "Content-Disposition": f'attachment; filename="{file}"'},
        media_type=FORMATS[ready.ending].media_type,
    )
