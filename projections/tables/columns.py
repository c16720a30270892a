"""How a row class says what its columns are: the type, both labels and the dim it points to, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, LiteralString, NamedTuple, get_args, get_origin, get_type_hints
from uuid import UUID

from psycopg.types.multirange import Multirange


@dataclass(frozen=True, slots=True)
class Says:
    """What a column means, in both languages; `to` names the dim whose key it holds."""

    zh: str
    en: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a `bi` table as PostgreSQL and people see it."""

    name: str
    type: LiteralString
    is_optional: bool
    says: Says


TYPES: dict[Any, LiteralString] = {
    UUID: "uuid",
    str: "text",
    int: "bigint",
    bool: "boolean",
    datetime: "timestamptz",
    date: "date",
    Decimal: "numeric",
    list[int]: "bigint[]",
    list[str]: "text[]",
    Multirange[datetime]: "tstzmultirange",
}


def columns_of(*parts: type) -> tuple[Column, ...]:
    """Read the columns off the parts of a row in order: NamedTuples whose fields are Annotated with Says."""
    return tuple(
        _column(name, hint)
        for part in parts
        for name, hint in get_type_hints(part, include_extras=True).items()
    )


def _column(name: str, hint: Any) -> Column:
    kind, says = get_args(hint)[:2]
    is_optional = get_origin(kind) is UnionType
    if is_optional:
        kind = next(part for part in get_args(kind) if part is not NoneType)
    return Column(name, TYPES[kind], is_optional, says)


Id = Annotated[UUID, Says("案件标识", "The case")]
CaseNo = Annotated[str | None, Says("案件编号", "Case number, as told to the customer")]
Kind = Annotated[str, Says("案件类型", "What the customer asks for", "dim_case_kinds")]
Category = Annotated[str, Says("服务类别", "What the case is about", "dim_categories")]
Cause = Annotated[str, Says("故障原因", "Cause found by the newest inspection or repair", "dim_causes")]
Department = Annotated[str, Says("负责部门", "Department that holds the case", "dim_departments")]
Channel = Annotated[str, Says("受理渠道", "How the demand reached the firm", "dim_channels")]
SalesChannel = Annotated[str, Says("购买渠道", "Where the goods were bought")]
Product = Annotated[str, Says("产品", "Product line and model", "dim_products")]
Batch = Annotated[str | None, Says("生产批次", "Production batch")]
Region = Annotated[str, Says("地区", "Where the customer is", "dim_regions")]
Severity = Annotated[str, Says("严重程度", "How grave the case is: minor, normal, major")]
IsLive = Annotated[bool, Says("是否在办（非导入历史）", "Worked on here; false for imported history")]
FactVersion = Annotated[int, Says("案内序号", "Which fact of the case tells it, from 1")]
OccurredAt = Annotated[datetime, Says("发生时间（更正后）", "When it happened, as corrected")]
RecordedAt = Annotated[
    datetime, Says("记录时间（数据库时钟）", "When the log recorded it, by the database's clock")
]
Month = Annotated[
    date, Says("发生月份（首日，业务时区）", "First day of its month in the business time zone")
]
Currency = Annotated[str, Says("币种", "Currency of the amount")]
Actor = Annotated[str, Says("经办人代号", "Pseudonym of who recorded it", "dim_staff")]
Role = Annotated[str, Says("角色", "Role in which it was recorded")]
IsParked = Annotated[
    bool,
    Says(
        "是否搁置（行保持上次状态）", "Could not be recomputed: the row keeps its last state, see meta_parked"
    ),
]
LastPosition = Annotated[
    int, Says("本行依据的最后日志位置", "Log position of the newest fact this row stands on")
]
UpdatedAt = Annotated[
    datetime, Says("该最后事实的记录时间", "When the log recorded that newest fact; no clock of its own")
]


class Happened(NamedTuple):
    """The part that rows of one fact each begin with: which fact, and when."""

    case_id: Id
    version: FactVersion
    occurred_at: OccurredAt
    recorded_at: RecordedAt
    month: Month


class RecordedBy(NamedTuple):
    """The part that says who recorded the fact."""

    actor: Actor
    role: Role


class Ending(NamedTuple):
    """The part that rows of single facts end with: of which case, and what the row stands on."""

    kind: Kind
    product_id: Product
    department: Department
    is_live: IsLive
    is_parked: IsParked
    last_position: LastPosition
    updated_at: UpdatedAt


def of_one_fact(row: type) -> tuple[type, ...]:
    """Give the parts of a row that tells one fact; `row` is what is its own."""
    return Happened, row, RecordedBy, Ending
