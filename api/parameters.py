"""The parameters of questions, each defined once; what several routes ask by means the same everywhere."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Path, Query

from api.asking import MONTH, Instant
from cases.codes import Category, Channel, Department, Kind, Stage
from projections.questions.cases import CaseFilter

LAST_POSITION: Final = 2**63 - 1
"""The last one that a log can have."""
AtLeast = Annotated[
    int | None,
    Query(
        ge=0, le=LAST_POSITION, description="wait (2 s at most) until the tables stand at this log position"
    ),
]
Seen = Annotated[
    int | None,
    Query(
        ge=0, le=LAST_POSITION, description="wait (2 s at most) until the log is settled up to this position"
    ),
]
At = Annotated[Instant | None, Query(description="the instant to answer for; now when absent")]
Limit = Annotated[int, Query(ge=1, le=200, description="how many at most")]
Cursor = Annotated[str | None, Query(max_length=300, description="the cursor of the page before")]
HappenedBy = Annotated[
    Instant | None, Query(description="only what had happened by this instant, as corrected")
]
KnownAt = Annotated[Instant | None, Query(description="only what the log knew at this instant")]
Live = Annotated[
    bool | None, Query(description="true: worked on here; false: imported history; both when absent")
]
Since = Annotated[
    Instant | None,
    Query(description="what began or was found from here on; the last 90 days and today when absent"),
]
Until = Annotated[Instant | None, Query(description="and before here; now when absent")]
MonthWord = Annotated[str | None, Query(pattern=MONTH, examples=["2026-10"])]
Regulation = Annotated[str, Path(max_length=60, examples=["lamp-sales"])]
AssignedTo = Annotated[str | None, Query(max_length=120, description="a staff id")]


async def wanted(
    *,
    kind: Kind | None = None,
    category: Category | None = None,
    stage: Stage | None = None,
    department: Department | None = None,
    channel: Channel | None = None,
    product_id: Annotated[str | None, Query(max_length=250)] = None,
    region: Annotated[str | None, Query(max_length=120)] = None,
    assigned_to: AssignedTo = None,
    is_open: bool | None = None,
    is_live: Live = None,
    is_parked: bool | None = None,
    opened_since: Instant | None = None,
    opened_until: Instant | None = None,
) -> CaseFilter:
    """Read which cases are asked for."""
    return CaseFilter(
        kind=kind,
        category=category,
        stage=stage,
        department=department,
        channel=channel,
        product_id=product_id,
        region=region,
        assigned_to=assigned_to,
        is_open=is_open,
        is_live=is_live,
        is_parked=is_parked,
        opened_since=opened_since,
        opened_until=opened_until,
    )


Wanted = Annotated[CaseFilter, Depends(wanted)]
