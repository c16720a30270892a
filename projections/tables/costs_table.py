"""`bi.fct_costs`: one row per cost that was booked, with its voucher, its budget and the leave to go above it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from cases import events
from cases.codes import Form, Subject
from cases.recorded import Recorded
from projections.casefile import CaseFile
from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.table import Index, Row, Table


class CostRow(NamedTuple):
    """One cost."""

    cost: Annotated[
        str, Says("费用类别", "labour, parts, logistics, training, office, compensation or other")
    ]
    payer: Annotated[str, Says("承担方", "Who bears it: company, customer, unknown")]
    amount_minor: Annotated[int, Says("金额（分）", "Amount in fen")]
    currency: columns.Currency
    voucher_no: Annotated[str, Says("凭证号", "Number of the voucher")]
    voucher_sha256: Annotated[
        str | None,
        Says("凭证文件摘要", "sha256 of the voucher filed in the case under this number; empty if none was"),
    ]
    budget: Annotated[str | None, Says("预算编号", "Budget that bears it")]
    is_over_budget: Annotated[bool, Says("登记为超预算", "Booked as above the budget")]
    has_leave: Annotated[
        bool, Says("超预算已获批准", "Leave to go above this budget stood in the case when it was booked")
    ]


TABLE = Table(
    "fct_costs", columns.of_one_fact(CostRow), ("case_id", "version"), "费用（每笔一行）", "Costs, one row each",
    indexes=(
        Index("budget, currency, occurred_at, case_id, version", is_order=True),
        Index("month"),
        Index("occurred_at"),
    ),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per cost that stands."""
    for known, charged in file.all_of(events.Charged):
        yield file.row_of(
            known,
            charged.cost.value,
            charged.payer.value,
            charged.amount.minor,
            charged.amount.currency,
            charged.voucher_no,
            _voucher(file, charged.voucher_no),
            charged.budget,
            charged.is_over_budget,
            _has_leave(file, known, charged.budget),
        )


def _voucher(file: CaseFile, number: str) -> str | None:
    """Find the newest voucher of a number that was filed with its content."""
    filed = (
        paper.attachments[-1].sha256
        for _, paper in file.all_of(events.Filed)
        if paper.form is Form.EXPENSE_VOUCHER and paper.form_no == number and paper.attachments
    )
    return next(reversed(tuple(filed)), None)


def _has_leave(file: CaseFile, charged: Recorded, budget: str | None) -> bool:
    """Tell whether leave for a budget stood just before: given in this cycle, and not taken back."""
    stands = False
    for known in file.case.history:
        if known.originator_version >= charged.originator_version:
            break
        match known.fact:
            case events.Reopened():
                stands = False
            case events.Approved(subject=Subject.BUDGET, item=item) if item == budget:
                stands = True
            case events.Rejected(subject=Subject.BUDGET, item=item) if item == budget:
                stands = False
    return stands and budget is not None
