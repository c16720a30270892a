"""`bi.fct_case_events`: one row per stored fact, as it was recorded and as it stands corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Annotated, Final, NamedTuple

from cases import events
from cases.code import Code
from cases.codes import Role
from cases.fact import Fact, Money
from cases.history import Correction
from cases.kept import Kept
from cases.recorded import Recorded, Source
from projections.casefile import CaseFile
from projections.tables import columns
from projections.tables.cells import Same
from projections.tables.columns import Says
from projections.tables.dims import TOLD_APART
from projections.tables.table import Index, Row, Table


class CaseEventRow(NamedTuple):
    """One fact of one case."""

    case_id: columns.Id
    version: Annotated[int, Says("案内序号", "Which fact of the case, from 1")]
    position: Annotated[int, Says("日志位置", "Position in the log")]
    event_type: Annotated[str, Says("事实", "What happened", "dim_event_types")]
    occurred_at: Annotated[
        datetime, Says("发生时间（登记时所称）", "When it happened, as claimed when recorded")
    ]
    recorded_at: Annotated[
        datetime, Says("记录时间（数据库时钟）", "When the log recorded it, by the database's clock")
    ]
    actor: columns.Actor
    role: Annotated[str, Says("角色", "Role in which it was recorded")]
    source_system: Annotated[str, Says("来源", "The door it took: api, cli, watcher, import:<mapping>")]
    source_document: Annotated[
        str | None, Says("来源单据号", "Reference number of the document that shows it")
    ]
    source_sha256: Annotated[str | None, Says("来源文件摘要", "sha256 of the file it was imported from")]
    subject: Annotated[str | None, Says("申请或批准的事项", "What was requested, approved or rejected")]
    item: Annotated[
        str | None,
        Says("涉及的条款项、时限、警报、物料或索赔", "Constraint, clock, alert, part or claim that it names"),
    ]
    level: Annotated[
        str | None, Says("升级到的层级", "What an escalation told: a role, or a warning such as warn-75")
    ]
    what: Annotated[
        str | None,
        Says(
            "涉及的内容（更正后；词表见 dim_event_types）",
            "What of it, as corrected; vocabulary by dim_event_types",
        ),
    ]
    how: Annotated[
        str | None,
        Says(
            "方式或结果（更正后；词表见 dim_event_types）",
            "In which way, as corrected; vocabulary by dim_event_types",
        ),
    ]
    amount_minor: Annotated[int | None, Says("金额（分，更正后）", "Amount in fen, as corrected")]
    currency: Annotated[str | None, Says("币种", "Currency of the amount")]
    is_backdated: Annotated[bool, Says("补录", "Recorded later than the tolerance allows")]
    is_corrected: Annotated[bool, Says("已更正", "A correction that stands changed it")]
    is_withdrawn: Annotated[bool, Says("已撤回", "A correction that stands withdrew it")]
    corrected_by: Annotated[
        int | None, Says("更正它的事实序号", "Version of the newest correction that stands")
    ]
    corrected_at: Annotated[
        datetime | None,
        Says("更正后的发生时间；撤回则为空", "When it happened, as corrected; empty when withdrawn"),
    ]
    is_revised: Annotated[
        bool, Says("升级所依据的结论已改变", "An escalation that rests on what a later fact took away")
    ]
    decided_under: Annotated[
        str | None, Says("裁定所依制度", "Regulation version under which it decided something")
    ]
    is_parked: columns.IsParked
    last_position: columns.LastPosition
    updated_at: columns.UpdatedAt


TABLE = Table(
    "fct_case_events", CaseEventRow, ("case_id", "version"), "案件事实（每条一行）", "Facts of cases, one row each",
    indexes=(
        Index("occurred_at"),
        Index("occurred_at", "subject = 'override'"),
    ),
)  # fmt: skip
ASKED: Final = (events.Requested, events.Approved, events.Rejected)
NAMING: Final = (*ASKED, events.StockMoved, events.Compensated)


def rows(file: CaseFile) -> Iterator[Row]:
    """Give one row per stored fact, corrections included; a row changes only when its fact is corrected."""
    revised = {one.version for one in file.escalations if one.is_revised}
    case_id = file.case_id
    for recorded in file.facts:
        version, position, known_at = recorded.originator_version, recorded.position, recorded.known_at
        correction = file.corrected.get(version) if file.corrected else None
        told = recorded.fact
        if correction is not None:
            told, position = _standing(correction), correction.by.position
        yield (
            case_id,
            version,
            recorded.position,
            type(recorded.fact).__name__,
            recorded.occurred_at,
            known_at,
            _doer(recorded),
            _asked(recorded.fact),
            _told(told),
            recorded.is_backdated,
            _AS_RECORDED if correction is None else _corrected(correction),
            recorded.occurred_at if correction is None else _corrected_at(correction),
            version in revised,
            recorded.decided_under,
            False,
            position,
            known_at if correction is None else correction.by.known_at,
        )


_AS_RECORDED: Final = Same((False, False, None))


def _standing(correction: Correction) -> Fact:
    standing = correction.corrected
    return correction.recorded.fact if standing is None else standing.fact


def _corrected(correction: Correction) -> Same:
    return Same((True, correction.corrected is None, correction.by.originator_version))


def _corrected_at(correction: Correction) -> datetime | None:
    return correction.corrected.occurred_at if correction.corrected else None


def _doer(recorded: Recorded) -> Same:
    """Give who recorded it, and through which door."""
    source = recorded.source
    known = _DOERS.get((recorded.actor, id(source)))
    if known is None or known[1] is not recorded.role:
        told = (recorded.actor, recorded.role.value, source.system, source.document, source.sha256)
        known = _DOERS.keep((recorded.actor, id(source)), (source, recorded.role, Same(told)))
    return known[2]


def _asked(fact: Fact) -> Same:
    """Give what was requested, approved or rejected, what it names, and the level of an escalation."""
    if not isinstance(fact, (*ASKED, *NAMING, events.Escalated)):
        return _NOTHING_ASKED
    return Same((
        fact.subject.value if isinstance(fact, ASKED) else None,
        _item(fact),
        fact.level if isinstance(fact, events.Escalated) else None,
    ))  # fmt: skip


def _item(fact: Fact) -> str | None:
    if isinstance(fact, events.Escalated):
        return fact.clock or fact.alert
    return fact.item if isinstance(fact, NAMING) else None


def _told(fact: Fact) -> Same:
    """Give the two codes that tell facts of this name apart, and its amount."""
    known = _TOLD.get(id(fact))
    return known[1] if known else _TOLD.keep(id(fact), (fact, _read(fact)))[1]


def _read(fact: Fact) -> Same:
    what, how, has_amount = _fields(type(fact))
    amount: Money | None = getattr(fact, "amount", None) if has_amount else None
    return Same((
        _code(fact, what),
        _code(fact, how),
        amount.minor if amount is not None else None,
        amount.currency if amount is not None else None,
    ))  # fmt: skip


@cache
def _fields(kind: type[Fact]) -> tuple[str | None, str | None, bool]:
    """Look a kind of fact up once: asking a fact for a field that it has not is slow."""
    return (*TOLD_APART.get(kind.name(), (None, None)), "amount" in kind.model_fields)


def _code(fact: Fact, field: str | None) -> str | None:
    code: Code | None = getattr(fact, field) if field else None
    return None if code is None else code.value


_ALIKE: Final = 4096
_DOERS: Final = Kept[tuple[str, int], tuple[Source, Role, Same]](_ALIKE)
_TOLD: Final = Kept[int, tuple[Fact, Same]](_ALIKE)
"""By the very objects, which are kept alive, and so their id."""
_NOTHING_ASKED: Final = Same((None, None, None))
