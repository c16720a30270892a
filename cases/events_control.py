"""The facts that steer a case: leave, waiting, handing over, correcting, the end."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from cases import codes
from cases.fact import Fact, Instant, Money, Word
from cases.personal import PersonalRef


class Requested(Fact):
    """Leave was asked for something that needs it."""

    topic = "case.requested.v1"

    subject: codes.Subject
    item: Word | None = None
    reason: codes.LeaveReason | Word
    remark: PersonalRef | None = None


class Approved(Fact):
    """Leave was given; an override or exclusion names the constraint or clock it lifts.

    Leave for money may name the `amount` that all that is spent on it stays within.
    """

    topic = "case.approved.v1"

    subject: codes.Subject
    item: Word | None = None
    reason: codes.LeaveReason | Word
    requested_by: Word | None = None
    order_no: Word | None = None
    amount: Money | None = None


class Rejected(Fact):
    """Leave was refused."""

    topic = "case.rejected.v1"

    subject: codes.Subject
    item: Word | None = None
    reason: codes.LeaveReason | Word


class Paused(Fact):
    """Work waits for somebody else; clocks that name this reason stand still."""

    topic = "case.paused.v1"

    reason: codes.PauseReason


class Resumed(Fact):
    """The wait is over."""

    topic = "case.resumed.v1"


class Transferred(Fact):
    """Another department took the case over (S0 一/2)."""

    topic = "case.transferred.v1"

    department: codes.Department
    assigned_to: Word | None = None


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

    reason: codes.ReopenReason | Word


class Linked(Fact):
    """The case hangs together with another one, which says so, too; merged into it, the case is at its end."""

    topic = "case.linked.v1"

    link: codes.Link
    case_no: Word


class Reviewed(Fact):
    """The case was looked back upon, 复盘: what caused it and what is to become better (S3 三, S4 六(二)4)."""

    topic = "case.reviewed.v1"

    cause: codes.Cause
    improvement: codes.Improvement
    department: codes.Department = codes.Department.UNKNOWN
    is_systematic: bool = False
    lesson: PersonalRef | None = None
