"""`bi.fct_refunds`: one row per refund, with when it was due and whether it was late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, NamedTuple

from cases import events
from cases.promises.clock import Verdict
from projections.casefile import CaseFile
from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.table import Index, Row, Table


class RefundRow(NamedTuple):
    """One refund. Refunds that are owed and have not come are open clocks: see rpt_sla_now."""

    amount_minor: Annotated[int, Says("退款金额（分）", "Amount in fen")]
    currency: columns.Currency
    is_original_account: Annotated[bool, Says("原路退回", "To the account that had paid")]
    promise: Annotated[
        str | None,
        Says("所依时限", "Promise that it kept or missed; the one due first where there are several"),
    ]
    due_at: Annotated[
        datetime | None, Says("到期时间", "When it was due; empty where no promise was running")
    ]
    is_late: Annotated[bool | None, Says("逾期", "Late by any promise that it ended; empty where none ran")]


TABLE = Table(
    "fct_refunds", columns.of_one_fact(RefundRow), ("case_id", "version"), "退款（每笔一行）", "Refunds, one row each",
    indexes=(Index("month"), Index("occurred_at")),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per refund that stands."""
    for known, refunded in file.all_of(events.Refunded):
        yield file.row_of(
            known,
            refunded.amount.minor,
            refunded.amount.currency,
            refunded.is_original_account,
            *_due(file, known.originator_version),
        )


def _due(file: CaseFile, version: int) -> Row:
    """Tell by the clocks that this fact stopped."""
    stopped = [
        clock for clock in file.clocks if clock.stopped_at and clock.due_at and clock.ended_by == version
    ]
    if not stopped:
        return None, None, None
    first = min(stopped, key=lambda clock: (clock.due_at, clock.clock_id))
    return first.promise.id, first.due_at, any(clock.verdict is Verdict.BREACHED for clock in stopped)
