"""`bi.fct_disputes`: one row per dispute, from the objection to its settlement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, NamedTuple, TypeVar

from cases import events
from cases.fact import Fact
from cases.recorded import Recorded
from projections.casefile import CaseFile
from projections.tables import columns
from projections.tables.columns import Says
from projections.tables.table import Index, Row, Table

F = TypeVar("F", bound=Fact)
Found = tuple[Recorded, F] | tuple[None, None]


class DisputeRow(NamedTuple):
    """One dispute: what follows it belongs to it, until it is settled or another one begins."""

    case_id: columns.Id
    version: columns.FactVersion
    disputed_at: Annotated[datetime, Says("提出时间", "When the customer objected, as corrected")]
    month: columns.Month
    about: Annotated[str, Says("争议事项", "What it is about")]
    claimed_minor: Annotated[int | None, Says("主张金额（分）", "Amount claimed, in fen")]
    currency: Annotated[str | None, Says("币种", "Currency of the amount")]
    investigated_at: Annotated[datetime | None, Says("调查时间", "When it was last looked into")]
    liable: Annotated[str | None, Says("责任方", "Who answers for it, as found last")]
    mediated_at: Annotated[
        datetime | None, Says("调解时间", "When somebody outside last evaluated or mediated")
    ]
    body: Annotated[str | None, Says("调解机构", "Who that was")]
    result: Annotated[str | None, Says("调解结果", "What came of it")]
    settled_at: Annotated[datetime | None, Says("了结时间", "When it ended; empty while it is open")]
    settlement: Annotated[str | None, Says("了结方式", "How it ended")]
    is_accepted: Annotated[bool | None, Says("客户接受", "Whether the customer accepts how it ended")]
    is_recourse_told: Annotated[
        bool | None, Says("已告知其他途径", "The customer was told where else to turn")
    ]


TABLE = Table(
    "fct_disputes", (DisputeRow, columns.Ending), ("case_id", "version"), "争议（每次一行）", "Disputes, one row each",
    indexes=(Index("month"),),
)  # fmt: skip


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per dispute that stands."""
    for known, disputed in file.all_of(events.Disputed):
        told, claimed = _until_its_end(file, known), disputed.claimed
        yield (
            file.case_id,
            known.originator_version,
            known.occurred_at,
            file.month_of(known.occurred_at),
            disputed.about.value,
            claimed.minor if claimed else None,
            claimed.currency if claimed else None,
            *_course(told),
            *_end(told),
            *file.ending,
        )


def _until_its_end(file: CaseFile, disputed: Recorded) -> list[Recorded]:
    """Give what follows a dispute up to its settlement, or the next one."""
    told = []
    for known in file.case.history:
        if known.originator_version > disputed.originator_version:
            if isinstance(known.fact, events.Disputed):
                break
            told.append(known)
            if isinstance(known.fact, events.Settled):
                break
    return told


def _last(told: list[Recorded], fact: type[F]) -> Found[F]:
    found = [(known, known.fact) for known in told if isinstance(known.fact, fact)]
    return found[-1] if found else (None, None)


def _course(told: list[Recorded]) -> Row:
    looked, investigated = _last(told, events.Investigated)
    went, mediated = _last(told, events.Mediated)
    return (
        looked.occurred_at if looked else None,
        investigated.liable.value if investigated else None,
        went.occurred_at if went else None,
        mediated.body.value if mediated else None,
        mediated.result.value if mediated else None,
    )


def _end(told: list[Recorded]) -> Row:
    ended, settled = _last(told, events.Settled)
    return (
        ended.occurred_at if ended else None,
        settled.settlement.value if settled else None,
        settled.is_accepted if settled else None,
        settled.is_recourse_told if settled else None,
    )
