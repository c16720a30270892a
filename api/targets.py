"""The targets of a month: what each counted, the threshold it is held against, and every miss."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from api.access import Question
from api.auth import Here, asks
from api.described import FIGURES, refusals
from api.figures import month_of
from api.keys import Credential
from api.parameters import At, AtLeast, MonthWord
from api.reading import asked
from projections.questions.targets import TargetStandings, target_standings

router: Final = APIRouter(tags=["figures"])
RegulationWord = Annotated[
    str | None,
    Query(
        max_length=120,
        examples=["water-meter", "water-meter@2026.2"],
        description="a regulation, or one version of it",
    ),
]


@router.get(
    "/targets",
    operation_id="targets",
    summary="Hold a month against the targets of the regulations",
    responses=refusals(FIGURES),
)
def targets(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.DASHBOARD))],
    month: MonthWord = None,
    regulation: RegulationWord = None,
    by_department: Annotated[bool, Query(description="true: each department by itself")] = False,
    at: At = None,
    at_least: AtLeast = None,
) -> TargetStandings:
    """Tell of every target of a month (this one when absent) its parts, threshold, clause, position and misses."""
    now = at or here.ledger.now()
    with asked(here, at_least) as connection:
        return target_standings(
            connection,
            at=now,
            month=month_of(month) or now.astimezone(here.zone).date(),
            regulation=regulation,
            by_department=by_department,
            zone=here.settings.business_timezone,
        )
