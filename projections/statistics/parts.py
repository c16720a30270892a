"""What the columns of several statistics mean, once."""

from __future__ import annotations

from typing import Final, LiteralString

from projections.statistics.function import Function
from projections.tables.columns import Column, Says
from projections.views.view import View

PLACE: Final = (
    Column("grouped_by", "text", True, Says("分组方式", "What the line is for: see the report")),
    Column("code", "text", True, Says("分组值", "Which one: code, product, batch or pseudonym; empty for all")),
    Column("code_zh", "text", True, Says("分组值（中文）", "Its label in Chinese")),
    Column("code_en", "text", True, Says("分组值（英文）", "Its label in English")),
)  # fmt: skip
ITEM: Final = (
    Column("regulation", "text", True, Says("制度及版本", "Regulation and version")),
    Column("clause_id", "text", True, Says("条款项", "Item of the regulation; empty for all of a department")),
    Column("clause", "text", True, Says("条款", "Clause of the regulation")),
    Column("label_zh", "text", True, Says("条款项名称（中文）", "Label of the item in Chinese")),
    Column("label_en", "text", True, Says("条款项名称（英文）", "Label of the item in English")),
)  # fmt: skip
LAST: Final = Column(
    "last_position", "bigint", True, Says("依据的日志位置", "Log position of the newest fact under it")
)
MONTH: Final = Column(
    "month", "date", True, Says("月份（首日）", "First day of the month, in the business time zone")
)

IS_OVER: Final = Column("is_over", "boolean", True, Says("月份已结束", "Whether the month is over"))


def rate(numerator: Says, denominator: Says) -> tuple[Column, ...]:
    """Give the columns of a rate: what it is made of, itself, its interval, and whether it is of too few."""
    return (
        Column("numerator", "bigint", True, numerator),
        Column("denominator", "bigint", True, denominator),
        Column("rate", "numeric", True, Says("比率", "Numerator by denominator, 0 to 1; empty where there is none")),
        Column("rate_low", "numeric", True, Says("95%置信下限（Wilson）", "Lower end of the 95 % Wilson interval")),
        Column("rate_high", "numeric", True, Says("95%置信上限（Wilson）", "Upper end of the 95 % Wilson interval")),
        Column("is_small", "boolean", True, Says("分母过小", "Fewer than 30 to divide by: one case moves it much")),
    )  # fmt: skip


RATE: Final = rate(
    Says("分子", "How many are good"), Says("分母", "Good and missed together; what is overdue is missed")
)
_BY_MONTH: LiteralString = """
SELECT month::date AS month, (month + interval '1 month') AT TIME ZONE {business_zone} <= now() AS is_over, found.*
FROM generate_series(
    (SELECT date_trunc('month', min({moment}) AT TIME ZONE {business_zone}) FROM {table}),
    {last} AT TIME ZONE {business_zone}, interval '1 month'
) AS month
CROSS JOIN LATERAL {function}(
    now(), {business_zone}, month::date, (month + interval '1 month')::date{more}
) AS found
"""
_ITS_LAST: LiteralString = "(SELECT max({moment}) FROM {table})"


def by_month(
    said: tuple[str, str, str],
    function: Function,
    table: LiteralString,
    moment: LiteralString,
    more: LiteralString = "",
    last: LiteralString | None = None,
) -> View:
    """Give the view (its name, zh, en) that asks a function for every month in which a table has a moment.

    `more` are the function's arguments behind those of a period; `last` is a moment of the last month, unless it is the
    table's own last moment.
    """
    name, zh, en = said
    parts = {"table": f"{{{table}}}", "function": f"{{{function.name}}}", "moment": moment, "more": more}
    parts["last"] = last or _ITS_LAST.format(**parts)
    return View(name, zh, en, (table, function.name), _BY_MONTH, (MONTH, IS_OVER, *function.columns), parts)
