"""What answers without a key: whether the program lives, and whether it can work."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.auth import Here
from api.described import refusals
from api.skew import skew, warning
from cases.errors import Unavailable

router: Final = APIRouter(tags=["health"])
FAR_BEHIND: Final = 50_000
"""Positions behind which the tables are too old to be shown."""


class Alive(BaseModel):
    """The program answers."""

    status: str = "ok"


class Ready(BaseModel):
    """Log and tables can be used; `positions_behind` tells how far the tables are behind the log.

    `clock_skew_seconds` tells how far the clock of this machine runs ahead of the database's (negative: behind);
    above two seconds there is a word in `warnings`. Facts and due times go by the database's clock, so work goes on.
    """

    status: str = "ok"
    position: int
    log_position: int
    positions_behind: int
    parked_cases: int
    clock_skew_seconds: float
    warnings: list[str] = []


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", operation_id="healthz", summary="Tell whether the program lives")
def alive() -> Alive:
    """Answer; asks nothing of the database."""
    return Alive()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", operation_id="readyz", summary="Tell whether it can work", responses=refusals((503,)))
def ready(here: Here, response: Response) -> Ready:
    """Ask log and tables; 503 when they do not answer, or a thread that keeps them going has ended."""
    if here.failures:
        raise Unavailable("; ".join(f"{name} stopped" for name in here.failures), retry_after=5)
    rows = here.ledger.rows(
        "SELECT position, log_position, positions_behind, parked_cases FROM bi.meta_freshness"
    )
    position, newest, behind, parked = rows[0]
    if behind > FAR_BEHIND:
        raise Unavailable("The tables are being brought up to the log", retry_after=5)
    seconds = skew(here.ledger)
    told = warning(seconds)
    return Ready(
        position=position, log_position=newest, positions_behind=behind, parked_cases=parked,
        clock_skew_seconds=round(seconds, 3), warnings=[told] if told else [],
    )  # fmt: skip
