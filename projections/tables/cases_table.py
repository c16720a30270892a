"""`bi.fct_cases`: one row per case, filling up as it passes its milestones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple

from cases import events
from cases.codes import Outcome, Severity, Subject
from cases.fact import Fact
from projections.casefile import UNKNOWN, CaseFile
from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.days import working_seconds
from projections.tables.table import Index, Row, Table


class CaseRow(NamedTuple):
    """One case. Every instant is the first of its kind as corrected; `closed_at` is empty while it is open."""

    case_id: columns.Id
    case_no: columns.CaseNo
    version: Annotated[int, Says("事实数", "How many facts it has")]
    kind: columns.Kind
    reason: Annotated[str, Says("退换原因", "Why goods come back: quality, not_fit, none")]
    category: columns.Category
    severity: columns.Severity
    mode: Annotated[str, Says("服务方式", "How the service is given: remote, mail_in, on_site")]
    channel: columns.Channel
    sales_channel: columns.SalesChannel
    product_id: columns.Product
    batch: columns.Batch
    department: columns.Department
    assigned_to: Annotated[str | None, Says("经办人代号", "Pseudonym of whom it is assigned to", "dim_staff")]
    region: columns.Region
    cause: columns.Cause
    disposition: Annotated[str, Says("检测处置", "What the newest inspection proposes")]
    stage: Annotated[str, Says("当前阶段", "Where it stands")]
    outcome: Annotated[str, Says("结案结果", "How it ended; unknown while open or merged")]
    cycle: Annotated[int, Says("周期（每次重新受理加一）", "1, and one more with each reopening")]
    split_from: Annotated[str | None, Says("拆分自案件编号", "Number of the case that it was told in")]
    merged_into: Annotated[str | None, Says("并入案件编号", "Number of the case that it goes on in")]
    opened_at: Annotated[
        datetime, Says("首个事实发生时间", "When its first fact happened: its receipt, as a rule")
    ]
    opened_month: Annotated[
        date, Says("首个事实发生月份（首日，业务时区）", "First day of the month of opened_at")
    ]
    received_at: Annotated[datetime | None, Says("登记时间", "When it was received")]
    classified_at: Annotated[datetime | None, Says("分类时间", "When it was classified")]
    first_responded_at: Annotated[datetime | None, Says("首次回应时间", "When the firm first responded")]
    shipped_at: Annotated[datetime | None, Says("首次发运时间", "When goods were first shipped")]
    delivered_at: Annotated[datetime | None, Says("首次送达时间", "When goods first arrived")]
    inspected_at: Annotated[datetime | None, Says("首次检测时间", "When goods were first inspected")]
    repaired_at: Annotated[datetime | None, Says("维修完成时间", "When it was first repaired")]
    replaced_at: Annotated[datetime | None, Says("更换时间", "When goods were first replaced")]
    refunded_at: Annotated[datetime | None, Says("退款时间", "When money first went back")]
    revisited_at: Annotated[datetime | None, Says("回访时间", "When the customer was first asked")]
    escalated_at: Annotated[datetime | None, Says("升级时间", "When it first went up; a warning is none")]
    closed_at: Annotated[datetime | None, Says("结案时间", "When it was closed; empty while open")]
    response_seconds: Annotated[
        int | None, Says("登记至首次回应秒数（自然时间）", "Seconds from receipt to the first response")
    ]
    response_working_seconds: Annotated[
        int | None, Says("登记至首次回应秒数（工作日）", "Of these, seconds on working days, 24 hours each")
    ]
    repair_seconds: Annotated[
        int | None, Says("登记至维修完成秒数（自然时间）", "Seconds from receipt to the first repair")
    ]
    repair_working_seconds: Annotated[
        int | None, Says("登记至维修完成秒数（工作日）", "Of these, seconds on working days, 24 hours each")
    ]
    refund_seconds: Annotated[
        int | None, Says("登记至退款秒数（自然时间）", "Seconds from receipt to the first refund")
    ]
    refund_working_seconds: Annotated[
        int | None, Says("登记至退款秒数（工作日）", "Of these, seconds on working days, 24 hours each")
    ]
    resolution_seconds: Annotated[
        int | None,
        Says("登记至结案秒数（自然时间）", "Seconds from receipt to closing; empty while open"),
    ]
    resolution_working_seconds: Annotated[
        int | None, Says("登记至结案秒数（工作日）", "Of these, seconds on working days, 24 hours each")
    ]
    refunded_minor: Annotated[int, Says("退款合计（分）", "Money returned, in fen")]
    is_solved: Annotated[
        bool | None, Says("回访确认已解决", "Solved, as the customer said at the newest revisit")
    ]
    satisfaction: Annotated[int | None, Says("满意度（1至5）", "Satisfaction at the newest revisit, 1 to 5")]
    is_safety: Annotated[bool, Says("涉及安全", "A safety risk")]
    is_backdated: Annotated[bool, Says("有补录事实", "Has a fact recorded later than the tolerance allows")]
    is_corrected: Annotated[bool, Says("有更正", "Has a correction that stands")]
    has_override: Annotated[bool, Says("有特批或除外", "Has an approved override or exclusion")]
    is_live: columns.IsLive
    regulations: Annotated[str, Says("适用制度及版本", "Regulation versions it is judged under, with commas")]
    calendars: Annotated[str, Says("适用日历版本", "Calendar versions it is judged with, with commas")]
    serial_token: Annotated[
        str | None, Says("序列号令牌（可关联，不可还原）", "Keyed token of the serial number, to join on")
    ]
    is_parked: columns.IsParked
    last_position: columns.LastPosition
    updated_at: columns.UpdatedAt


TABLE = Table(
    "fct_cases", CaseRow, ("case_id",), "案件（每案一行）", "Cases, one row each",
    indexes=(
        Index("opened_at, case_id", is_order=True),
        Index("opened_at, case_id", "closed_at IS NULL"),
        Index("opened_month", along="opened_at"),
        Index("closed_at", "closed_at IS NOT NULL"),
        Index("case_no"),
        Index("serial_token", "serial_token IS NOT NULL"),
        Index("case_id", "is_parked"),
    ),
)  # fmt: skip
LIFTS = (Subject.OVERRIDE, Subject.EXCLUSION)


MOMENTS = (
    events.Received, events.Classified, events.Responded, events.Shipped, events.Delivered, events.Inspected,
    events.Repaired, events.Replaced, events.Refunded, events.Revisited,
)  # fmt: skip
LASTING: tuple[type[Fact], ...] = (events.Responded, events.Repaired, events.Refunded)
SECOND = timedelta(seconds=1)


def rows(file: CaseFile) -> Iterator[Row]:
    """Give the one row of a case; the parts follow the columns."""
    yield (
        *_opening(file),
        *_state(file),
        file.opened_at,
        file.month_of(file.opened_at),
        *(file.first_at(fact) for fact in MOMENTS),
        file.escalated_at,
        file.closed_at,
        *_lasted(file),
        *_ending(file),
        *_marks(file),
        False,
        file.last_position,
        file.updated_at,
    )


def _opening(file: CaseFile) -> Row:
    received, classified = file.case.received, file.case.classified
    return (
        file.case_id,
        received.case_no if received else None,
        file.case.version,
        file.kind,
        classified.reason.value if classified else UNKNOWN,
        file.category,
        (classified.severity if classified else Severity.NORMAL).value,
        classified.mode.value if classified and classified.mode else UNKNOWN,
        file.channel,
        file.sales_channel,
        file.product,
        received.batch if received else None,
    )


def _state(file: CaseFile) -> Row:
    inspected, closed = file.latest(events.Inspected), file.latest(events.Closed)
    is_ended = file.case.is_closed and file.case.merged_into is None
    return (
        file.department,
        file.holder.assigned_to if file.holder else None,
        file.region,
        file.cause,
        inspected.disposition.value if inspected else UNKNOWN,
        file.case.stage.value,
        (closed.outcome if is_ended and closed else Outcome.UNKNOWN).value,
        file.case.cycle,
        file.split_from,
        file.case.merged_into,
    )


def _lasted(file: CaseFile) -> Iterator[int | None]:
    """Give the seconds from receipt to each of these moments: around the clock, and on working days."""
    began = file.first_at(events.Received)
    for moment in (*map(file.first_at, LASTING), file.closed_at):
        if began is None or moment is None:
            yield from (None, None)
        else:
            yield (moment - began) // SECOND
            yield working_seconds(file.reference, began, moment)


def _ending(file: CaseFile) -> Row:
    revisited, classified = file.latest(events.Revisited), file.case.classified
    return (
        file.case.refunded_minor,
        revisited.is_solved if revisited else None,
        revisited.satisfaction if revisited else None,
        bool(classified and classified.is_safety),
    )


def _marks(file: CaseFile) -> Row:
    received = file.case.received
    pinned = received.judged_under if received else ()
    return (
        any(recorded.is_backdated for recorded in file.facts),
        bool(file.corrected),
        any(
            isinstance(known.fact, events.Approved) and known.fact.subject in LIFTS
            for known in file.case.history
        ),
        file.is_live,
        ",".join(f"{pin.regulation}@{pin.version}" for pin in pinned),
        ",".join(dict.fromkeys(pin.calendar for pin in pinned)),
        received.serial.token if received and received.serial else None,
    )
