"""The tables themselves: how they stand to the log, and releasing what is parked."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field

from api.access import Question
from api.auth import Here, asks
from api.described import FIGURES, refusals
from api.keys import Credential
from api.parameters import Limit
from api.reading import asked
from projections.following.reworking import Reworker
from projections.questions.answers import Part
from projections.questions.freshness import Freshness, freshness

router: Final = APIRouter(prefix="/tables", tags=["health"])
MOST: Final = 200
"""Cases that one request releases; ask again for the rest."""


class Release(BaseModel):
    """Which parked cases are to be worked out again: those named, or the first 200 of all."""

    model_config = ConfigDict(extra="forbid")

    cases: Annotated[tuple[UUID, ...], Field(max_length=MOST)] = ()


class Released(Part):
    """What came of it: how many were tried, and how all the tables stand now."""

    tried: int
    standing: Freshness


@router.get(
    "",
    operation_id="tables",
    summary="See how the tables stand to the log, and which cases are parked",
    responses=refusals(FIGURES),
)
def standing(
    *, here: Here, known: Annotated[Credential, Depends(asks(Question.TABLES))], limit: Limit = 50
) -> Freshness:
    """Tell position and lag, what holds readers back, and the parked cases, the lowest position first."""
    with asked(here) as connection:
        return freshness(connection, limit)


@router.post(
    "/release",
    operation_id="release",
    summary="Work parked cases out again",
    responses=refusals((*FIGURES, 413, 415)),
)
def release(
    *,
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.RELEASE))],
    wanted: Annotated[Release, Body(openapi_examples={"all": {"value": {}}})],
) -> Released:
    """Try again after what was wrong has been put right; a case that fails again stays parked with its new reason."""
    with asked(here) as connection:
        parked = {one.case_id for one in freshness(connection, MOST).parked}
        done = Reworker(connection).again(parked.intersection(wanted.cases) if wanted.cases else parked)
        return Released(tried=done.cases, standing=freshness(connection))
