"""One personal value in clear: for a stated purpose, by a role that may, and on record before it is shown."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field

from api import access
from api.access import Question
from api.auth import Here, asks, caller_of
from api.commands import CaseId
from api.described import ASKED, refusals
from api.finding import case_id_of
from api.keys import Credential
from cases.case import Case
from cases.codes import Code
from cases.errors import NotFound
from cases.fact import Word
from cases.personal import PersonalRef

router: Final = APIRouter(tags=["cases"])
EXAMPLE: Final = {"field": "customer_phone", "purpose": "call_back"}


class Purpose(Code):
    """Why a value is needed in clear."""

    CALL_BACK = "call_back", "回电", "Calling the customer back"
    VISIT = "visit", "上门", "A visit"
    DELIVERY = "delivery", "发货取件", "Delivery or pick-up"
    VERIFICATION = "verification", "核对", "Checking an identity or a product"
    DISPUTE = "dispute", "纠纷处理", "A dispute"


class Unmask(BaseModel):
    """Which value, and why."""

    model_config = ConfigDict(extra="forbid")

    field: Annotated[Word, Field(description="name of the personal field, for example customer_phone")]
    purpose: Purpose


class Unmasked(BaseModel):
    """The value; the access was recorded."""

    model_config = ConfigDict(json_schema_extra={
        "example": {
            "case_id": "0b0e4a7e-5a64-4f0a-9d0a-2f3a3c1d9f11", "field": "customer_phone", "value": "13800138000",
        }
    })  # fmt: skip

    case_id: UUID
    field: str
    value: str


@router.post(
    "/cases/{case_id}/unmask",
    operation_id="unmask",
    summary="See one personal value in clear",
    responses=refusals((*ASKED, 413, 415)),
)
def unmask(
    case_id: CaseId,
    asked: Annotated[Unmask, Body(openapi_examples={"usual": {"value": EXAMPLE}})],
    here: Here,
    known: Annotated[Credential, Depends(asks(Question.UNMASK))],
) -> Unmasked:
    """Give the newest value of one field; who saw it, when and why stays on record for ever."""
    case = here.ledger.case(case_id_of(here, case_id))
    access.must_see(known.role, known.actor, case)
    access.must_unmask(known.role, known.actor, asked.field, case)
    value = here.vault.reveal(
        _newest(case, asked.field), case_id=case.case_id, purpose=asked.purpose.value, caller=caller_of(known)
    )
    return Unmasked(case_id=case.case_id, field=asked.field, value=value)


def _newest(case: Case, field: str) -> PersonalRef:
    """Find where the newest value of a field lies; raises NotFound."""
    for known in reversed(case.history):
        value = getattr(known.fact, field, None) if field in type(known.fact).model_fields else None
        if isinstance(value, PersonalRef):
            return value
    raise NotFound("This case has no value of this field")
