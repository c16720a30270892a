"""Every fact a case can have: the eight milestones here, those that the regulations force in a file each subject.

Names and fields never change meaning: a new shape is a new topic, lifted when an old one is read.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cases import codes
from cases.events_control import (
    Approved,
    Closed,
    Corrected,
    Linked,
    Paused,
    Rejected,
    Reopened,
    Requested,
    Resumed,
    Reviewed,
    Transferred,
)
from cases.events_dispute import (
    Disputed,
    Investigated,
    Mediated,
    Settled,
)
from cases.events_goods import (
    Arrived,
    Booked,
    CustodyReturned,
    CustodyTaken,
    Delivered,
    Installed,
    Replaced,
    StockMoved,
    Tracked,
)
from cases.events_money import (
    Charged,
    Compensated,
    QuoteAnswered,
    Quoted,
)
from cases.events_talk import (
    Filed,
    Noted,
    Promised,
    Responded,
    Verified,
)
from cases.fact import Attachment, CycleId, Fact, Instant, Money, Months, Pinned, Quantity, Verdict, Word
from cases.personal import PersonalRef

__all__ = [
    "CASE_FACTS", "MILESTONES", "Approved", "Arrived", "Booked", "Charged", "Classified", "Closed",
    "Compensated", "Corrected", "CustodyReturned", "CustodyTaken", "Delivered", "Disputed", "Escalated",
    "Filed", "Inspected", "Installed", "Investigated", "Linked", "Mediated", "Noted", "Paused", "Promised",
    "QuoteAnswered", "Quoted", "Received", "Refunded", "Rejected", "Reopened", "Repaired", "Replaced",
    "Requested", "Responded", "Resumed", "Reviewed", "Revisited", "Settled", "Shipped", "StockMoved",
    "Tracked", "Transferred", "Verified",
]  # fmt: skip


class Received(Fact):
    """A demand reached the firm and was registered (S0 三/1); it pins the rules in force."""

    topic = "case.received.v1"

    case_no: Word
    channel: codes.Channel
    judged_under: tuple[Pinned, ...] = ()
    subject_id: UUID | None = None
    customer_name: PersonalRef | None = None
    customer_phone: PersonalRef | None = None
    customer_address: PersonalRef | None = None
    description: PersonalRef | None = None
    serial: PersonalRef | None = None
    product_line: Word = "lamp"
    product_model: Word | None = None
    batch: Word | None = None
    sales_channel: codes.SalesChannel = codes.SalesChannel.UNKNOWN
    purchased_on: date | None = None
    goods_received_on: date | None = None
    has_proof: bool = False
    has_fault_description: bool = False
    paid: Money | None = None
    remedy_sought: codes.Kind | None = None
    region: Word | None = None
    form_no: Word | None = None
    is_live: bool = True
    contract_no: Word | None = None
    contract_warranty_months: Months | None = None
    manual_warranty_months: Months | None = None
    customer_class: codes.CustomerClass | None = None
    quantity: Quantity | None = None
    software_version: Word | None = None


class Classified(Fact):
    """The case was given its kind and weight; which items of the regulation apply follows from it."""

    topic = "case.classified.v1"

    kind: codes.Kind
    reason: codes.Reason = codes.Reason.NONE
    category: codes.Category = codes.Category.OTHER
    severity: codes.Severity = codes.Severity.NORMAL
    mode: codes.Mode | None = None
    department: codes.Department = codes.Department.CUSTOMER_SERVICE
    is_safety: bool = False
    is_human_damage: bool | None = None
    assigned_to: Word | None = None
    verdicts: tuple[Verdict, ...] = ()
    priority: codes.Priority | None = None
    is_green_channel: bool | None = None
    complexity: codes.Complexity | None = None
    is_same_city: bool | None = None


class Shipped(Fact):
    """Goods were handed to a carrier (S0 三/3)."""

    topic = "case.shipped.v1"

    direction: codes.Direction
    mode: codes.ShippingMode
    carrier: Word | None = None
    waybill: PersonalRef | None = None
    payer: codes.Payer = codes.Payer.UNKNOWN
    payer_clause: Word | None = None


class Inspected(Fact):
    """The quality department or a technician examined the goods (S0 五/1(4), 五/2(1))."""

    topic = "case.inspected.v1"

    stage: codes.InspectionStage
    cause: codes.Cause = codes.Cause.UNKNOWN
    disposition: codes.Disposition
    is_passed: bool | None = None
    is_human_damage: bool | None = None
    is_packaging_intact: bool | None = None
    are_accessories_complete: bool | None = None
    promised_at: Instant | None = None
    report_no: Word | None = None
    plan: PersonalRef | None = None
    report: Attachment | None = None


class Repaired(Fact):
    """The fault was put right (S0 五/2)."""

    topic = "case.repaired.v1"

    mode: codes.Mode = codes.Mode.MAIL_IN
    cause: codes.Cause = codes.Cause.UNKNOWN
    is_function_tested: bool = False
    work: PersonalRef | None = None
    is_use_explained: bool | None = None


class Refunded(Fact):
    """Money went back, to the original payment unless approved otherwise (S0 三/2)."""

    topic = "case.refunded.v1"

    amount: Money
    payment_reference: PersonalRef | None = None
    is_original_account: bool = True


class Revisited(Fact):
    """The customer was asked whether the problem is solved (S0 五/2(4))."""

    topic = "case.revisited.v1"

    method: codes.RevisitMethod
    is_solved: bool
    satisfaction: Annotated[int, Field(ge=1, le=5)] | None = None
    remark: PersonalRef | None = None


class Escalated(Fact):
    """The case went up (S0 五/3); the watcher's own name the level, and the clock or alert they rest on."""

    topic = "case.escalated.v1"

    level: Word
    reason: codes.EscalationReason
    clock: CycleId | None = None
    rested_on_position: int | None = None
    is_automatic: bool = False
    alert: CycleId | None = None


MILESTONES: tuple[type[Fact], ...] = (
    Received, Classified, Shipped, Inspected, Repaired, Refunded, Revisited, Escalated,
)  # fmt: skip
_SUPPORTING: tuple[type[Fact], ...] = (
    Responded, Delivered, Quoted, QuoteAnswered, Requested, Approved, Rejected, Replaced, Paused, Resumed,
    Booked, Transferred, Noted, Corrected, Closed, Reopened,
    Promised, Filed, Verified, Arrived, Installed, Tracked, CustodyTaken, CustodyReturned, StockMoved,
    Compensated, Charged, Disputed, Investigated, Mediated, Settled, Reviewed, Linked,
)  # fmt: skip
OF_ITS_CASE: tuple[type[Fact], ...] = (Received, Classified, Transferred)
"""The facts that tell what a case is and who has it."""
CASE_FACTS = {fact.name(): fact for fact in (*MILESTONES, *_SUPPORTING)}
