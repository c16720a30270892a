"""What the tables say of themselves: the position they stand on, what changed, and the cases that are parked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, NamedTuple

from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.table import Index, Table


class PositionRow(NamedTuple):
    """The one row that moves in the same transaction as every other table."""

    is_only: Annotated[bool, Says("唯一行", "Always true: there is one row")]
    position: Annotated[int, Says("已反映到的日志位置", "Log position that all tables stand on")]
    recorded_at: Annotated[datetime | None, Says("该位置的记录时间", "When the log recorded that position")]
    code_version: Annotated[str, Says("程序版本", "Version of the program that wrote it last")]
    contract: Annotated[str, Says("表结构摘要", "sha256 of the definition of schema bi")]
    is_retired: Annotated[
        bool, Says("已被取代", "A rebuilt schema has taken over; nothing is written here any more")
    ]


class ParkedRow(NamedTuple):
    """A case whose rows could not be computed, or were refused by the database."""

    case_id: columns.Id
    position: Annotated[int, Says("搁置时的日志位置", "Position of the fact that it could not pass")]
    parked_at: Annotated[datetime, Says("该位置的记录时间", "When the log recorded that fact")]
    reason: Annotated[str, Says("原因（不含任何值）", "Kind of failure; never a value")]


class ChangeRow(NamedTuple):
    """A case whose rows were written, and on which position: what an incremental load asks for."""

    case_id: columns.Id
    position: Annotated[
        int, Says("最近变动时的日志位置", "Position that the tables stood on when its rows last changed")
    ]


POSITION = Table("meta_position", PositionRow, ("is_only",), "日志位置", "The log position")
PARKED = Table("meta_parked", ParkedRow, ("case_id",), "被搁置的案件", "Parked cases")
CHANGES = Table(
    "meta_changes", ChangeRow, ("case_id",), "行有变动的案件（增量装载）", "Cases whose rows changed",
    indexes=(Index("position"),),
)  # fmt: skip
