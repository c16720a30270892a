"""`bi.fct_part_movements`: one row per movement of a part, sample or goods, and what it did to the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, NamedTuple

from cases import events
from cases.codes import Movement
from projections.casefile import CaseFile
from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.table import Index, Row, Table

DOOR: Final[Mapping[Movement, int]] = {Movement.RECEIVED: 1, Movement.RETURNED: 1, Movement.ISSUED: -1}
"""What passes the door of the store, and which way; to reserve, order, fit, show or scrap does not."""
Item = Annotated[str, Says("物料编号", "Its number")]
Stock = Annotated[
    str, Says("物料种类", "What kind of thing: component, spare, supplement, gift, goods, sample")
]


class PartMovementRow(NamedTuple):
    """One movement."""

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


TABLE = Table(
    "fct_part_movements", columns.of_one_fact(PartMovementRow), ("case_id", "version"),
    "物料出入库（每次一行）", "Movements of parts, one row each",
    indexes=(Index("stock, item"),),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per movement that stands."""
    for known, moved in file.all_of(events.StockMoved):
        yield file.row_of(known, *_moved(moved))


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
