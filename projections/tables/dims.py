"""Dims with fixed rows: the closed vocabularies, each value with both labels, and `unknown`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, NamedTuple, get_args

from cases import codes
from cases.events import CASE_FACTS, MILESTONES
from cases.fact import Fact
from cases.promises.clock import Standing, Verdict
from cases.regulation.targets import Measure
from projections.casefile import UNKNOWN
from projections.tables.columns import Says
from projections.tables.table import Row, Table

NOT_KNOWN = ("未知", "Unknown")
LabelZh = Annotated[str, Says("中文名称", "Label in Chinese")]
LabelEn = Annotated[str, Says("英文名称", "Label in English")]


class CodeRow(NamedTuple):
    """One value of a vocabulary."""

    code: Annotated[str, Says("代码", "The value as it stands in facts")]
    label_zh: LabelZh
    label_en: LabelEn


class VocabularyRow(NamedTuple):
    """One value of any vocabulary."""

    vocabulary: Annotated[str, Says("词表", "Which vocabulary, for example stage")]
    code: Annotated[str, Says("代码", "The value as it stands in the tables")]
    label_zh: LabelZh
    label_en: LabelEn


class EventTypeRow(NamedTuple):
    """One kind of fact."""

    code: Annotated[str, Says("事实", "Name of the fact, for example Inspected")]
    topic: Annotated[str, Says("存储主题", "Its name on disk")]
    is_milestone: Annotated[bool, Says("是否里程碑", "One of the eight milestones")]
    what_vocabulary: Annotated[
        str | None, Says("内容的词表", "Vocabulary of fct_case_events.what in dim_codes")
    ]
    how_vocabulary: Annotated[
        str | None, Says("方式的词表", "Vocabulary of fct_case_events.how in dim_codes")
    ]
    label_zh: LabelZh
    label_en: LabelEn


FACT_LABELS = {
    "Received": ("登记", "Received"),
    "Classified": ("分类", "Classified"),
    "Shipped": ("发运", "Shipped"),
    "Inspected": ("检测", "Inspected"),
    "Repaired": ("维修完成", "Repaired"),
    "Refunded": ("退款", "Refunded"),
    "Revisited": ("回访", "Revisited"),
    "Escalated": ("升级", "Escalated"),
    "Responded": ("回应", "Responded"),
    "Delivered": ("送达", "Delivered"),
    "Quoted": ("报价", "Quoted"),
    "QuoteAnswered": ("报价答复", "Quote answered"),
    "Requested": ("申请", "Requested"),
    "Approved": ("批准", "Approved"),
    "Rejected": ("驳回", "Rejected"),
    "Replaced": ("更换", "Replaced"),
    "Paused": ("暂停", "Paused"),
    "Resumed": ("恢复", "Resumed"),
    "Booked": ("预约", "Booked"),
    "Transferred": ("移交", "Transferred"),
    "Noted": ("备注", "Noted"),
    "Corrected": ("更正", "Corrected"),
    "Closed": ("结案", "Closed"),
    "Reopened": ("重新受理", "Reopened"),
    "Promised": ("承诺", "Promised"),
    "Filed": ("单据", "Filed"),
    "Verified": ("核实", "Verified"),
    "Arrived": ("到场", "Arrived"),
    "Installed": ("安装完成", "Installed"),
    "Tracked": ("物流跟踪", "Tracked"),
    "CustodyTaken": ("取走产品", "Custody taken"),
    "CustodyReturned": ("归还产品", "Custody returned"),
    "StockMoved": ("出入库", "Stock moved"),
    "Compensated": ("赔偿", "Compensated"),
    "Charged": ("费用", "Charged"),
    "Disputed": ("提出争议", "Disputed"),
    "Investigated": ("调查", "Investigated"),
    "Mediated": ("调解", "Mediated"),
    "Settled": ("争议了结", "Settled"),
    "Reviewed": ("复盘", "Reviewed"),
    "Linked": ("关联案件", "Linked"),
}


TOLD_APART: Mapping[str, tuple[str | None, str | None]] = {
    "Classified": ("kind", "reason"), "Shipped": ("direction", "mode"), "Inspected": ("stage", "disposition"),
    "Repaired": ("cause", "mode"), "Revisited": ("method", None), "Escalated": ("reason", None),
    "Responded": ("channel", "step"), "Delivered": ("direction", None), "Paused": ("reason", None),
    "Booked": ("purpose", None), "Transferred": ("department", None), "Corrected": ("reason", None),
    "Closed": ("outcome", None), "Promised": ("purpose", None), "Filed": ("form", "step"),
    "Verified": ("checked", None), "Arrived": ("purpose", "late_because"), "Tracked": ("direction", "transit"),
    "StockMoved": ("stock", "movement"), "Compensated": ("kind", None), "Charged": ("cost", "payer"),
    "Disputed": ("about", None), "Investigated": ("cause", "liable"), "Mediated": ("body", "result"),
    "Settled": ("settlement", None), "Reviewed": ("cause", "improvement"),
    "Linked": ("link", None), "Received": ("channel", "sales_channel"),
}  # fmt: skip
"""Fact → the fields with the closed codes that say what of it, and in which way."""


def _vocabulary(fact: type[Fact], field: str | None) -> str | None:
    """Name the vocabulary of a field, as dim_codes does."""
    kind = fact.model_fields[field].annotation if field else None
    found = [one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, codes.Code)]
    return word_of(found[0]) if found else None


def word_of(vocabulary: type[codes.Code]) -> str:
    """Write the name of a vocabulary as words of a column, for example `inspection_stage`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", vocabulary.__name__).lower()


def _code_rows(vocabulary: type[codes.Code]) -> tuple[Row, ...]:
    rows = [CodeRow(code.value, code.zh, code.en) for code in vocabulary]
    known = any(row.code == UNKNOWN for row in rows)
    return tuple(rows) if known else (*rows, CodeRow(UNKNOWN, *NOT_KNOWN))


def _dim(name: str, vocabulary: type[codes.Code], zh: str, en: str) -> Table:
    return Table(name, CodeRow, ("code",), zh, en, fixed=_code_rows(vocabulary))


def _event_type(name: str, fact: type[Fact]) -> EventTypeRow:
    what, how = (_vocabulary(fact, field) for field in TOLD_APART.get(name, (None, None)))
    zh, en = FACT_LABELS[name]
    return EventTypeRow(name, fact.topic, fact in MILESTONES, what, how, zh, en)


def _event_types() -> tuple[Row, ...]:
    known = [_event_type(name, fact) for name, fact in CASE_FACTS.items()]
    return (*known, EventTypeRow(UNKNOWN, UNKNOWN, False, None, None, *NOT_KNOWN))


VOCABULARIES: Mapping[str, type[codes.Code]] = {
    word_of(kind): kind
    for kind in (
        *(getattr(codes, name) for name in codes.__all__ if name != "Code"),
        Verdict,
        Standing,
        Measure,
    )
}


def _vocabulary_rows() -> tuple[Row, ...]:
    return tuple(
        VocabularyRow(name, *row)
        for name, vocabulary in VOCABULARIES.items()
        for row in _code_rows(vocabulary)
    )


CODE_DIMS = (
    _dim("dim_case_kinds", codes.Kind, "案件类型", "Kinds of cases"),
    _dim("dim_categories", codes.Category, "服务类别", "What cases are about"),
    _dim("dim_causes", codes.Cause, "故障原因", "Causes of faults"),
    _dim("dim_departments", codes.Department, "部门", "Departments"),
    _dim("dim_channels", codes.Channel, "受理渠道", "How demands reach the firm"),
    Table(
        "dim_event_types", EventTypeRow, ("code",), "事实类型", "Kinds of facts", fixed=_event_types()
    ),
    Table(
        "dim_codes", VocabularyRow, ("vocabulary", "code"), "所有代码的名称", "Labels of all codes",
        fixed=_vocabulary_rows(),
    ),
)  # fmt: skip
