"""`bi.fct_alerts`: one row per fact or missed clock that an alert of a regulation counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, NamedTuple

from cases.alerts import Counted, is_reached, told
from projections.casefile import CaseFile
from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.grown_dims import clause_id
from projections.tables.table import Index, Row, Table


class AlertRow(NamedTuple):
    """What counts. An alert is reached where so many rows of one subject lie close enough; a table has no clock."""

    alert_id: Annotated[str, Says("警报标识", "The alert: case, regulation, alert and cycle")]
    counted: Annotated[str, Says("计入项", "What counts: the version of a fact, or a clock")]
    clock_id: Annotated[str | None, Says("时限标识", "The clock that was missed; empty for a fact")]
    case_id: columns.Id
    clause_id: Annotated[
        str, Says("条款项", "Item of the regulation it comes from", "dim_regulation_clauses")
    ]
    alert: Annotated[str, Says("警报项", "Name of the alert inside the regulation")]
    regulation: Annotated[str, Says("制度及版本", "Regulation and version")]
    subject: Annotated[str, Says("合并计数的对象", "What is counted together")]
    same: Annotated[
        str | None,
        Says("相同之处（代号或令牌）", "What is the same of them: pseudonyms, codes, tokens; with |"),
    ]
    happened_at: Annotated[
        datetime,
        Says("发生时间（时限则为超时之时）", "When it happened; of an open clock, when it will be late"),
    ]
    counts_until: Annotated[
        datetime | None,
        Says("与其后者合计至", "Up to when later ones count together with it; empty for ever"),
    ]
    at_least: Annotated[int, Says("达到次数", "How many make the alert")]
    levels: Annotated[list[str], Says("应通知的角色", "Roles that it is for")]
    is_excluded: Annotated[bool, Says("已除外（列示不计）", "Excluded by leave: shown, and not counted")]
    next_levels: Annotated[
        list[str] | None,
        Says("尚未通知的角色", "Roles not told yet; empty where its own case counts, and too little"),
    ]
    is_live: columns.IsLive
    is_parked: columns.IsParked
    last_position: columns.LastPosition
    updated_at: columns.UpdatedAt


TABLE = Table(
    "fct_alerts", AlertRow, ("alert_id", "counted"), "警报计入项（每项一行）", "What alerts count, one row each",
    indexes=(
        Index("case_id"),
        Index("subject, happened_at"),
        Index("happened_at, alert_id", is_order=True),
        Index("happened_at", "next_levels IS NOT NULL"),
        Index("counts_until", "clock_id IS NOT NULL"),
    ),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per fact or clock of a case that counts."""
    for one in file.counted:
        yield (
            *_named(file, one),
            one.same,
            one.at,
            one.until,
            one.alert.at_least,
            list(one.alert.escalate),
            one.is_excluded,
            _untold(file, one),
            file.is_live,
            False,
            file.last_position,
            file.updated_at,
        )


def _named(file: CaseFile, one: Counted) -> Row:
    return (
        one.alert_id,
        one.clock_id or str(one.version),
        one.clock_id,
        file.case_id,
        clause_id(one.bound.name, "alert", one.alert.id),
        one.alert.id,
        one.bound.name,
        one.subject,
    )


def _untold(file: CaseFile, one: Counted) -> list[str] | None:
    """Name the roles that the watcher may have to tell: of facts of live cases only.

    Where nothing but its own case counts, the case says whether there are so many; of others the tables have to tell.
    """
    if one.clock_id is not None or not file.is_live:
        return None
    if one.same is None and not is_reached((one,), file.counted, one.at):
        return None
    known = told(file.facts, one.alert_id)
    return [level for level in one.alert.escalate if level not in known] or None
