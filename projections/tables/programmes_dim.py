"""`bi.dim_programmes`: what returns by which regulation, how often, and since when it is owed here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, NamedTuple
from uuid import UUID

from cases.audits import programme_id
from cases.period import Period
from cases.programmes.owed import begun, duties
from cases.regulation.rules import Reference
from projections.casefile import UNKNOWN
from projections.ranking import weights
from projections.tables.columns import Says
from projections.tables.dims import NOT_KNOWN, LabelEn, LabelZh
from projections.tables.table import Table


class ProgrammeRow(NamedTuple):
    """One programme as the newest version of its regulation has it."""

    regulation: Annotated[str, Says("制度", "The regulation")]
    programme: Annotated[str, Says("例行任务", "Name of the programme inside it")]
    regulation_version: Annotated[str, Says("制度版本", "Version that it is told by")]
    clause: Annotated[str, Says("条款", "The clause of the text that it comes from")]
    kind: Annotated[str, Says("类别", "audit, survey, ranking, digest or evaluation")]
    months: Annotated[
        int | None, Says("周期月数（0为周）", "Months of its period, 0 for a week; empty while not set")
    ]
    first_day: Annotated[
        date | None, Says("首个周期的首日", "First day of the first period that is owed; empty while not set")
    ]
    last_day: Annotated[
        date | None, Says("制度最后有效日", "Last day of the regulation: no period that ends later is owed")
    ]
    zone: Annotated[str, Says("业务时区", "Time zone in which its days are counted")]
    draws_stream_id: Annotated[
        UUID | None, Says("抽样事实流标识", "Stream of its draws in the log; empty where it draws nothing")
    ]
    kinds: Annotated[list[str], Says("案件类型", "Kinds of cases that it looks at; none named: all")]
    weight_response: Annotated[
        int | None, Says("响应权重（%）", "Weight of response in a ranking; empty while not set")
    ]
    weight_resolution: Annotated[int | None, Says("解决率权重（%）", "Weight of resolution in a ranking")]
    weight_praise: Annotated[int | None, Says("好评权重（%）", "Weight of praise in a ranking")]
    label_zh: LabelZh
    label_en: LabelEn


PROGRAMMES: Final = Table(
    "dim_programmes", ProgrammeRow, ("regulation", "programme"), "例行任务", "Programmes",
    fixed=((*(UNKNOWN,) * 5, *(None,) * 3, "UTC", None, [], *(None,) * 3, *NOT_KNOWN),),
)  # fmt: skip


def programme_rows(reference: Reference) -> Iterator[ProgrammeRow]:
    """Give every programme of the newest version of every regulation."""
    for duty in duties(reference):
        day, months, programme = begun(reference, duty), duty.months, duty.programme
        set_ = weights(duty) if programme.kind == "ranking" else {}
        yield ProgrammeRow(
            duty.regulation,
            programme.id,
            duty.text.version,
            programme.clause,
            programme.kind,
            months,
            Period.holding(day, months).first if day is not None and months is not None else None,
            duty.text.effective_until,
            reference.zone.key,
            programme_id(duty.drawn_as) if duty.is_drawn else None,
            [str(kind) for kind in programme.applies.where.get("kind", ())],
            set_.get("response"),
            set_.get("resolution"),
            set_.get("praise"),
            programme.label.zh,
            programme.label.en,
        )
