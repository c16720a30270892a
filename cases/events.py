"""Every fact a case can have: the eight milestones, then those that the regulations force.

Names and fields never change meaning: a new shape is a new topic, lifted when an old one is read.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, JsonValue

from cases import codes
from cases.fact import Attachment, Fact, Instant, Money, Pinned, Verdict, Word
from cases.personal import PersonalRef


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


class Repaired(Fact):
    """The fault was put right (S0 五/2)."""

    topic = "case.repaired.v1"

    mode: codes.Mode = codes.Mode.MAIL_IN
    cause: codes.Cause = codes.Cause.UNKNOWN
    is_function_tested: bool = False
    work: PersonalRef | None = None


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
    """The case went up (S0 五/3); the watcher's own name the clock and level they rest on."""

    topic = "case.escalated.v1"

    level: Word
    reason: codes.EscalationReason
    clock: Word | None = None
    rested_on_position: int | None = None
    is_automatic: bool = False


class Responded(Fact):
    """The firm did or said something towards the customer."""

    topic = "case.responded.v1"

    step: codes.Step
    channel: codes.Channel = codes.Channel.PHONE
    text: PersonalRef | None = None


class Delivered(Fact):
    """Goods arrived, at the firm (inbound) or at the customer (outbound)."""

    topic = "case.delivered.v1"

    direction: codes.Direction
    is_damaged: bool = False


class Quoted(Fact):
    """The cost of work out of warranty was told (S0 二/3)."""

    topic = "case.quoted.v1"

    quote_no: Word
    amount: Money


class QuoteAnswered(Fact):
    """The customer accepted or declined a quote."""

    topic = "case.quote_answered.v1"

    quote_no: Word
    is_accepted: bool


class Requested(Fact):
    """Leave was asked for something that needs it."""

    topic = "case.requested.v1"

    subject: codes.Subject
    item: Word | None = None
    reason: Word
    remark: PersonalRef | None = None


class Approved(Fact):
    """Leave was given; an override or exclusion names the constraint or clock it lifts."""

    topic = "case.approved.v1"

    subject: codes.Subject
    item: Word | None = None
    reason: Word
    requested_by: Word | None = None
    order_no: Word | None = None


class Rejected(Fact):
    """Leave was refused."""

    topic = "case.rejected.v1"

    subject: codes.Subject
    item: Word | None = None
    reason: Word


class Replaced(Fact):
    """The goods were exchanged for others."""

    topic = "case.replaced.v1"

    old_serial: PersonalRef | None = None
    new_serial: PersonalRef | None = None
    product_model: Word | None = None


class Paused(Fact):
    """Work waits for somebody else; clocks that name this reason stand still."""

    topic = "case.paused.v1"

    reason: codes.PauseReason


class Resumed(Fact):
    """The wait is over."""

    topic = "case.resumed.v1"


class Booked(Fact):
    """A visit or intervention was arranged."""

    topic = "case.booked.v1"

    begins_at: Instant | None = None
    ends_at: Instant | None = None


class Transferred(Fact):
    """Another department took the case over (S0 一/2)."""

    topic = "case.transferred.v1"

    department: codes.Department
    assigned_to: Word | None = None


class Noted(Fact):
    """Something worth keeping: a text in the vault, documents by sha256, or a source's own word."""

    topic = "case.noted.v1"

    word: Word | None = None
    text: PersonalRef | None = None
    attachments: tuple[Attachment, ...] = ()


class Corrected(Fact):
    """An earlier fact of the case is superseded; it has no occurred_at of its own.

    `corrects` is the fact's version; `happened_at` its right time, `changes` its right fields.
    """

    topic = "case.corrected.v1"

    corrects: Annotated[int, Field(ge=1)]
    reason: codes.CorrectionReason
    happened_at: Instant | None = None
    changes: dict[str, JsonValue] = Field(default_factory=dict)
    is_withdrawn: bool = False


class Closed(Fact):
    """The case came to its end."""

    topic = "case.closed.v1"

    outcome: codes.Outcome


class Reopened(Fact):
    """A closed case began again; its clocks start a new cycle."""

    topic = "case.reopened.v1"

    reason: Word


MILESTONES: tuple[type[Fact], ...] = (
    Received, Classified, Shipped, Inspected, Repaired, Refunded, Revisited, Escalated,
)  # fmt: skip
_SUPPORTING: tuple[type[Fact], ...] = (
    Responded, Delivered, Quoted, QuoteAnswered, Requested, Approved, Rejected, Replaced, Paused, Resumed,
    Booked, Transferred, Noted, Corrected, Closed, Reopened,
)  # fmt: skip
CASE_FACTS = {fact.name(): fact for fact in (*MILESTONES, *_SUPPORTING)}
