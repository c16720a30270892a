"""What came again: repairs of the same goods for the same cause, and complaints about the same goods."""

from __future__ import annotations

from typing import Final, LiteralString

from psycopg.sql import Identifier, Literal

from projections.statistics.function import PERIOD, Function
from projections.statistics.parts import LAST, PLACE, by_month, rate
from projections.tables.columns import Column, Says
from projections.views.target_views import SMALL
from projections.views.view import View

WINDOW: Final[LiteralString] = PERIOD + ", within_days bigint"
"""`within_days` takes the place of the windows that the regulations have; empty: those."""
_HELD: LiteralString = """(
    SELECT target_id, targets.days FROM unnest(one.targets) AS target_id JOIN {dim_targets} AS targets USING (target_id)
    WHERE within_days IS NULL
    UNION ALL SELECT NULL, within_days WHERE within_days IS NOT NULL
)"""
_REPAIRED_AGAIN: LiteralString = """(
    SELECT next.case_id, next.occurred_at AS happened_at, next.last_position FROM {fct_repairs} AS next
    WHERE next.same = one.same AND next.occurred_at > one.occurred_at AND next.occurred_at <= instant
    AND next.occurred_at <= one.occurred_at + make_interval(hours => held.days::int * 24)
    ORDER BY next.occurred_at, next.case_id LIMIT 1
)"""
_COMPLAINED_AGAIN: LiteralString = """(
    SELECT next.* FROM (
        SELECT one.case_id, one.reopened_at AS happened_at, one.last_position
        UNION ALL
        SELECT later.case_id, later.received_at, later.last_position FROM {fct_complaints} AS later
        WHERE later.serial_token = one.serial_token AND later.case_id <> one.case_id
        AND later.received_at > one.received_at
        AND later.received_at <= one.received_at + make_interval(hours => held.days::int * 24)
    ) AS next
    WHERE next.happened_at <= instant
    AND next.happened_at <= one.received_at + make_interval(hours => held.days::int * 24)
    ORDER BY next.happened_at, next.case_id LIMIT 1
)"""
_FOLLOWED: LiteralString = """
SELECT one.case_id, cases.case_no, one.{happened}, one.product_id, coalesce(one.batch, 'unknown'), one.serial_token,
    one.cause, held.target_id, held.days, again.case_id, others.case_no, again.happened_at,
    floor(extract(epoch FROM again.happened_at - one.{happened}) / 86400)::bigint,
    CASE
        WHEN again.happened_at IS NOT NULL THEN 'repeated' WHEN held.days IS NULL THEN 'not_configured'
        WHEN one.{happened} + make_interval(hours => held.days::int * 24) <= instant THEN 'lasted' ELSE 'pending'
    END,
    cases.closed_at IS NULL OR cases.closed_at > instant, greatest(one.last_position, again.last_position)
FROM {followed} AS one
JOIN {fct_cases} AS cases USING (case_id)
LEFT JOIN LATERAL {held} AS held ON true
LEFT JOIN LATERAL {again} AS again ON true
LEFT JOIN {fct_cases} AS others ON others.case_id = again.case_id
WHERE one.{happened} >= since::timestamp AT TIME ZONE zone AND one.{happened} < until::timestamp AT TIME ZONE zone
AND one.{happened} <= instant
"""
_FOLLOWED_SAYS: Final = (
    Column("case_id", "uuid", True, Says("案件标识", "The case")),
    Column("case_no", "text", True, Says("案件编号", "Its number")),
    Column("happened_at", "timestamptz", True, Says("发生时间", "When it was repaired, or the complaint received")),
    Column("product_id", "text", True, Says("产品", "Product line and model")),
    Column("batch", "text", True, Says("生产批次", "Production batch; unknown where none was told")),
    Column("serial_token", "text", True, Says("序列号令牌", "Token of the serial number; without one only its case")),
    Column("cause", "text", True, Says("故障原因", "Cause of the fault")),
    Column("target_id", "text", True, Says("规定期间的指标", "Target that names the window; empty for a given one")),
    Column("window_days", "bigint", True, Says("期间天数", "Within how many days it must not come again")),
    Column("again_case_id", "uuid", True, Says("再次发生的案件", "The case in which it came again")),
    Column("again_case_no", "text", True, Says("再次发生的案件编号", "Its number")),
    Column("again_at", "timestamptz", True, Says("再次发生时间", "When it came again for the first time")),
    Column("days_after", "bigint", True, Says("间隔天数", "How many whole days later")),
    Column("standing", "text", True, Says("状态", "repeated, lasted, pending (the window runs) or not_configured")),
    Column("is_open", "boolean", True, Says("案件未结", "Its case is not closed")),
    LAST,
)  # fmt: skip


REPAIRS_FOLLOWED: Final = Function(
    "repairs_followed", "某期间的维修及其是否再次发生", "The repairs of a period, and what became of each",
    reads=("fct_cases", "dim_targets", "fct_repairs"), query=_FOLLOWED, columns=_FOLLOWED_SAYS, parameters=WINDOW,
    values={"happened": Identifier("occurred_at")},
    parts={"held": _HELD, "again": _REPAIRED_AGAIN, "followed": "{fct_repairs}"},
)  # fmt: skip
COMPLAINTS_FOLLOWED: Final = Function(
    "complaints_followed", "某期间的投诉及其是否再次发生", "The complaints of a period, and what became of each",
    reads=("fct_cases", "dim_targets", "fct_complaints"), query=_FOLLOWED, columns=_FOLLOWED_SAYS, parameters=WINDOW,
    values={"happened": Identifier("received_at")},
    parts={"held": _HELD, "again": _COMPLAINED_AGAIN, "followed": "{fct_complaints}"},
)  # fmt: skip
_RATES: LiteralString = """
WITH followed AS (
    SELECT * FROM {followed}(instant, zone, since, until, within_days)
), sums AS (
    SELECT target_id, window_days, product_id, batch, cause,
        CASE
            WHEN grouping(product_id) = 0 THEN 'product' WHEN grouping(batch) = 0 THEN 'batch'
            WHEN grouping(cause) = 0 THEN 'cause' ELSE 'all'
        END AS grouped_by,
        count(*) FILTER (WHERE standing = 'repeated') AS numerator,
        count(*) FILTER (WHERE standing IN ('repeated', 'lasted')) AS denominator,
        count(*) AS counted, count(*) FILTER (WHERE standing = 'pending') AS pending,
        count(*) FILTER (WHERE standing = 'not_configured') AS not_configured,
        count(*) FILTER (WHERE serial_token IS NULL) AS untraceable,
        count(DISTINCT case_id) FILTER (WHERE is_open) AS open_cases, max(last_position) AS last_position
    FROM followed
    GROUP BY GROUPING SETS (
        (target_id, window_days), (target_id, window_days, product_id), (target_id, window_days, batch),
        (target_id, window_days, cause)
    )
)
SELECT grouped_by, coalesce(sums.product_id, batch, cause), coalesce(products.label_zh, causes.label_zh, batch),
    coalesce(products.label_en, causes.label_en, batch), target_id, window_days, clauses.clause, numerator, denominator,
    round(numerator::numeric / nullif(denominator, 0), 4), {wilson_low}(numerator, denominator),
    {wilson_high}(numerator, denominator), denominator < {small}, counted, pending, not_configured, untraceable,
    open_cases, sums.last_position
FROM sums
LEFT JOIN {dim_products} AS products ON products.product_id = sums.product_id
LEFT JOIN {dim_causes} AS causes ON causes.code = sums.cause
LEFT JOIN {dim_targets} AS targets USING (target_id)
LEFT JOIN {dim_regulation_clauses} AS clauses ON clauses.clause_id = targets.clause_id
"""
_RATES_SAYS: Final = (
    *PLACE,
    Column("target_id", "text", True, Says("规定期间的指标", "Target that names the window; empty for a given one")),
    Column("window_days", "bigint", True, Says("期间天数", "Within how many days it must not come again")),
    Column("clause", "text", True, Says("条款", "Clause that the target comes from")),
    *rate(Says("再次发生数", "How many came again"), Says("已定数", "Came again, or the window is over")),
    Column("counted", "bigint", True, Says("总数", "How many there were, decided or not")),
    Column("pending", "bigint", True, Says("未定", "Not come again, and the window still runs")),
    Column("not_configured", "bigint", True, Says("未配置", "Nothing says within which days")),
    Column("untraceable", "bigint", True, Says("无序列号", "Without a serial: compared within their own case only")),
    Column("open_cases", "bigint", True, Says("其中未结案件", "Of their cases, those that are not closed")),
    LAST,
)  # fmt: skip
_NAMED: Final = (
    "dim_products",
    "dim_causes",
    "dim_targets",
    "dim_regulation_clauses",
    "wilson_low",
    "wilson_high",
)
REPEAT_REPAIRS: Final = Function(
    "repeat_repairs", "某期间维修的再次发生率", "How often repairs of a period came again",
    reads=(*_NAMED, "repairs_followed"), query=_RATES, columns=_RATES_SAYS, parameters=WINDOW,
    values={"small": Literal(SMALL)}, parts={"followed": "{repairs_followed}"},
)  # fmt: skip
REPEAT_COMPLAINTS: Final = Function(
    "repeat_complaints", "某期间投诉的再次发生率", "How often complaints of a period came again",
    reads=(*_NAMED, "complaints_followed"), query=_RATES, columns=_RATES_SAYS, parameters=WINDOW,
    values={"small": Literal(SMALL)}, parts={"followed": "{complaints_followed}"},
)  # fmt: skip
_AGAIN: LiteralString = """
SELECT found.* FROM {repairs_followed}(
    now(), {business_zone}, date '2000-01-01', date '2999-12-01', NULL
) AS found
WHERE found.standing = 'repeated'
"""
REPAIRS_BY_MONTH: Final = by_month(
    ("rpt_repeat_repairs", "重复维修（按月）", "Repairs that came again, by month: all, product, batch, cause"),
    REPEAT_REPAIRS, "fct_repairs", "occurred_at", ", NULL",
)  # fmt: skip
COMPLAINTS_BY_MONTH: Final = by_month(
    ("rpt_repeat_complaints", "重复投诉（按月）", "Complaints that came again, by month: all, product, batch, cause"),
    REPEAT_COMPLAINTS, "fct_complaints", "received_at", ", NULL",
)  # fmt: skip
REPAIRED_AGAIN: Final = View(
    "rpt_repaired_again", "重复维修明细（按序列号）", "Every repair that came again: serial, batch, both cases",
    reads=("repairs_followed",), query=_AGAIN, columns=_FOLLOWED_SAYS,
)  # fmt: skip
FUNCTIONS: Final = (REPAIRS_FOLLOWED, COMPLAINTS_FOLLOWED, REPEAT_REPAIRS, REPEAT_COMPLAINTS)
VIEWS: Final = (REPAIRS_BY_MONTH, COMPLAINTS_BY_MONTH, REPAIRED_AGAIN)
