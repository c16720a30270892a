"""`bi.fct_complaints`: one row per complaint, with what the statistics count by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, NamedTuple

from cases import events
from cases.codes import Kind
from cases.regulation.targets import Measure
from projections.casefile import CaseFile
from projections.counting import targets_of
from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.table import Index, Row, Table


class ComplaintRow(NamedTuple):
    """One case that is a complaint, as classified now."""

    case_id: columns.Id
    case_no: columns.CaseNo
    received_at: Annotated[datetime | None, Says("登记时间", "When it was received")]
    received_date: Annotated[
        date | None, Says("登记日期（业务时区）", "Day of receipt in the business time zone")
    ]
    received_month: Annotated[date | None, Says("登记月份（首日）", "First day of the month of receipt")]
    category: columns.Category
    cause: columns.Cause
    product_id: columns.Product
    batch: columns.Batch
    department: columns.Department
    channel: columns.Channel
    region: columns.Region
    severity: columns.Severity
    is_safety: Annotated[bool, Says("涉及安全", "A safety risk")]
    first_responded_at: Annotated[datetime | None, Says("首次回应时间", "When the firm first responded")]
    closed_at: Annotated[datetime | None, Says("结案时间", "When it was closed; empty while open")]
    resolution_seconds: Annotated[int | None, Says("登记至结案秒数", "Seconds from receipt to closing")]
    is_solved: Annotated[
        bool | None, Says("回访确认已解决", "Solved, as the customer said at the newest revisit")
    ]
    satisfaction: Annotated[int | None, Says("满意度（1至5）", "Satisfaction at the newest revisit, 1 to 5")]
    is_reopened: Annotated[bool, Says("曾重新受理", "Was reopened")]
    reopened_at: Annotated[datetime | None, Says("首次重新受理时间", "When it was first reopened")]
    serial_token: Annotated[
        str | None,
        Says("序列号令牌（可关联，不可还原）", "Keyed token of the serial number; none if not told"),
    ]
    targets: Annotated[
        list[str], Says("规定其期间的指标", "Targets that say when it must not come again, see dim_targets")
    ]
    is_live: columns.IsLive
    is_parked: columns.IsParked
    last_position: columns.LastPosition
    updated_at: columns.UpdatedAt


TABLE = Table(
    "fct_complaints", ComplaintRow, ("case_id",), "投诉（每案一行）", "Complaints, one row per case",
    indexes=(
        Index("received_at", is_order=True),
        Index("received_month"),
        Index("serial_token, received_at", "serial_token IS NOT NULL"),
    ),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give the row of a complaint, or none for any other case or one that was registered twice."""
    if file.kind == Kind.COMPLAINT.value and file.case.merged_into is None:
        yield (*_asked(file), *_ended(file), file.is_live, False, file.last_position, file.updated_at)


def _asked(file: CaseFile) -> Row:
    received, classified, day = file.case.received, file.case.classified, file.day_received
    return (
        file.case_id,
        received.case_no if received else None,
        file.first_at(events.Received),
        day,
        day.replace(day=1) if day else None,
        file.category,
        file.cause,
        file.product,
        received.batch if received else None,
        file.department,
        file.channel,
        file.region,
        classified.severity.value if classified else "normal",
        bool(classified and classified.is_safety),
    )


def _ended(file: CaseFile) -> Row:
    began, revisited = file.first_at(events.Received), file.latest(events.Revisited)
    received = file.case.received
    span = file.closed_at - began if file.closed_at and began else None
    return (
        file.first_at(events.Responded),
        file.closed_at,
        None if span is None else span.days * 86_400 + span.seconds,
        revisited.is_solved if revisited else None,
        revisited.satisfaction if revisited else None,
        file.case.cycle > 1,
        file.first_at(events.Reopened),
        received.serial.token if received and received.serial else None,
        targets_of(file, Measure.COMPLAINT_SETTLED),
    )
