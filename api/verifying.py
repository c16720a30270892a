"""Whose details are due: the customers of a programme that verifies, by the pseudonym of the vault."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends

from api.auth import Here, commands
from api.described import ASKED, refusals
from api.installation import Installation
from api.parameters import Regulation
from api.programmes import Programme, Written, room_of
from cases.caller import Caller
from projections.questions.answers import Part

router: Final = APIRouter(prefix="/programmes", tags=["programmes"])


class CustomerLine(Part):
    """A customer with the cases that bring them up; `verified_at` is null while their details are due."""

    customer: UUID
    cases: tuple[str, ...]
    verified_at: datetime | None
    is_due: bool


class CustomersAnswer(Part):
    """The customers of a period with an open or recent case, those that are due first."""

    regulation: str
    programme: str
    period: str
    due: int
    customers: tuple[CustomerLine, ...]


def customers_of(here: Installation, regulation: str, programme: str, period: str) -> CustomersAnswer:
    """Tell the customers of a programme that verifies; raises NotFound for another, Malformed, Refused."""
    found = room_of(here).customers(regulation, programme, period, here.ledger.now())
    lines = [
        CustomerLine(customer=one.customer, cases=one.cases, verified_at=one.verified_at, is_due=one.is_due)
        for one in sorted(found, key=lambda one: (not one.is_due, one.cases))
    ]
    return CustomersAnswer(
        regulation=regulation,
        programme=programme,
        period=period,
        due=sum(one.is_due for one in lines),
        customers=tuple(lines),
    )


@router.get(
    "/{regulation}/{programme}/{period}/customers",
    operation_id="customers_to_verify",
    summary="See whose details are due to be verified",
    responses=refusals([*ASKED, 409]),
)
def customers(
    regulation: Regulation,
    programme: Programme,
    period: Written,
    here: Here,
    caller: Annotated[Caller, Depends(commands("verify"))],
) -> CustomersAnswer:
    """Tell who verifies the customers with an open or recent case, and who was not verified in the period (S1 三/3)."""
    return customers_of(here, regulation, programme, period)
