"""Statistics over HTTP: one route for every report of `bi`, with what its columns mean and what it stands on."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query

from api.access import Question, may_ask, must_ask
from api.auth import Here, asks
from api.described import FIGURES, refusals
from api.figures import months_asked
from api.keys import Credential
from api.parameters import At, AtLeast, MonthWord
from api.reading import asked
from projections.questions.statistics import ABOUT_PEOPLE, Report, Statistics
from projections.questions.statistics import statistics as ask

router: Final = APIRouter(tags=["figures"])


@router.get(
    "/statistics/{report}",
    operation_id="statistics",
    summary="Ask a report: rates with intervals, Pareto, repeats, satisfaction, ranking, control chart, signals",
    responses=refusals(FIGURES),
)
def statistics(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.STATISTICS))],
    report: Annotated[
        Report, Path(description="which report; docs/statistics.md says how each is worked out")
    ],
    first: MonthWord = None,
    last: MonthWord = None,
    within_days: Annotated[
        int | None, Query(ge=1, le=3_650, description="window of repeats; the regulations' own when absent")
    ] = None,
    at: At = None,
    at_least: AtLeast = None,
) -> Statistics:
    """Ask one report for some months (the present one when absent), as known at an instant.

    Lines about people, by pseudonym, are for those who may read alerts.
    """
    if report in ABOUT_PEOPLE:
        must_ask(known.role, Question.ALERTS, known.scopes)
    now = at or here.ledger.now()
    begin, end = months_asked(here, now, first, last, usual=1)
    with asked(here, at_least) as connection:
        return ask(
            connection, report, at=now, first=begin, last=end, zone=here.settings.business_timezone,
            within_days=within_days, with_people=may_ask(known.role, Question.ALERTS, known.scopes),
        )  # fmt: skip
