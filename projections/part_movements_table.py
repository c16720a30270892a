"""`bi.fct_part_movements`: one row per movement of a part, sample or goods, and what it did to the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, NamedTuple

from cases import events
from cases.codes import Movement
from cases.recorded import Recorded
from projections import columns
from projections.casefile import CaseFile
from projections.columns import Says
from projections.tables import Index, Row, Table

DOOR: Final[Mapping[Movement, int]] = {Movement.RECEIVED: 1, Movement.RETURNED: 1, Movement.ISSUED: -1}
"""What passes the door of the store, and which way; to reserve, order, fit, show or scrap does not."""
Item = Annotated[str, Says("物料编号", "Its number")]
Stock = Annotated[
    str, Says("物料种类", "What kind of thing: component, spare, supplement, gift, goods, sample")
]


class PartMovementRow(NamedTuple):
    """One movement."""

    case_id: columns.Id
    version: columns.FactVersion
    occurred_at: columns.OccurredAt
    recorded_at: columns.RecordedAt
    month: columns.Month
    item: Item
    stock: Stock
    movement: Annotated[
        str, Says("出入库动作", "What happened to it: ordered, received, issued, used, returned and others")
    ]
    quantity: Annotated[int, Says("数量", "How many")]
    store_change: Annotated[
        int,
        Says(
            "库存增减（入库为正，出库为负，其余为零）",
            "What it adds to the store: out is negative, most is 0",
        ),
    ]
    order_no: Annotated[str | None, Says("订单号", "Number of the order")]
    certificate_no: Annotated[str | None, Says("合格证号", "Number of its certificate")]
    is_same_quality: Annotated[bool | None, Says("与原件同质", "Of the same quality as the original part")]
    is_covered: Annotated[bool | None, Says("保修承担", "Whether the warranty pays for it")]
    actor: columns.Actor
    role: columns.Role
    kind: columns.Kind
    product_id: columns.Product
    department: columns.Department
    is_live: columns.IsLive
    is_parked: columns.IsParked
    last_position: columns.LastPosition
    updated_at: columns.UpdatedAt


TABLE = Table(
    "fct_part_movements", PartMovementRow, ("case_id", "version"),
    "物料出入库（每次一行）", "Movements of parts, one row each",
    indexes=(Index("stock, item"),),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per movement that stands."""
    for known, moved in file.all_of(events.StockMoved):
        yield (*_when(file, known), *_moved(moved), known.actor, known.role.value, *file.ending)


def _when(file: CaseFile, known: Recorded) -> Row:
    at = known.occurred_at
    return file.case_id, known.originator_version, at, known.known_at, file.month_of(at)


def _moved(moved: events.StockMoved) -> Row:
    return (
        moved.item,
        moved.stock.value,
        moved.movement.value,
        moved.quantity,
        moved.quantity * DOOR.get(moved.movement, 0),
        moved.order_no,
        moved.certificate_no,
        moved.is_same_quality,
        moved.is_covered,
    )
