"""What a month comes to at an instant: what every case adds to each figure, and the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, LiteralString

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from projections.tables.columns import Column, Says

COUNTED_SAYS: Final = (
    Column("measure", "text", False, Says("口径", "What is counted")),
    Column("item", "text", True, Says("条款项、指标或费用类别", "Promise, target or kind of cost it is of")),
    Column("department", "text", False, Says("部门", "Department")),
    Column("currency", "text", True, Says("币种", "Currency of the amount")),
    Column("case_id", "uuid", False, Says("案件标识", "The case")),
    Column("numerator", "bigint", False, Says("分子", "How many; of a rate, how many are good")),
    Column("denominator", "bigint", True, Says("分母", "Of how many; empty for a plain count")),
    Column("amount_minor", "bigint", True, Says("金额（分）", "Amount in fen")),
    Column("last_position", "bigint", False, Says("依据的日志位置", "Log position of the newest fact under it")),
)  # fmt: skip
FIGURES_SAYS: Final = (
    *COUNTED_SAYS[:2],
    Column("department", "text", True, Says("部门（空为全部）", "Department; empty is all of them together")),
    *COUNTED_SAYS[3:4],
    *COUNTED_SAYS[5:8],
    Column("cases", "bigint", False, Says("案件数", "In how many cases")),
    COUNTED_SAYS[8],
)

# A clock counts in the month in which it started, everything else in the month in which it happened.
COUNTED: LiteralString = """
    SELECT told.measure, clause_id AS item, department, NULL AS currency, case_id, told.numerator, told.denominator,
        NULL::bigint AS amount_minor, last_position
    FROM {clocks_at} AS clocks
    CROSS JOIN LATERAL (VALUES
        ('promise', (standing = 'met')::int::bigint, (standing IN ('met', 'breached', 'overdue'))::int::bigint, true),
        ('pending', 1, NULL, standing IN ('running', 'paused')),
        ('excluded', 1, NULL, standing = 'excluded'),
        ('not_configured', 1, NULL, standing = 'not_configured')
    ) AS told (measure, numerator, denominator, is_counted)
    WHERE started_at >= begins AND started_at < ends AND told.is_counted
    UNION ALL
    SELECT 'target', target_id, department, NULL, case_id, (standing = 'good')::int,
        (standing IN ('good', 'missed'))::int, NULL, last_position
    FROM {counted_at} AS counted WHERE happened_at >= begins AND happened_at < ends
    UNION ALL
    SELECT measure, NULL, department, NULL, case_id, counts::int,
        CASE WHEN measure = 'still_open' THEN 1 END, NULL, last_position
    FROM {cases} AS cases
    CROSS JOIN LATERAL (VALUES
        ('opened', true), ('still_open', closed_at IS NULL OR closed_at > instant)
    ) AS told (measure, counts)
    WHERE opened_at >= begins AND opened_at < ends AND opened_at <= instant
    UNION ALL
    SELECT 'closed', NULL, department, NULL, case_id, 1, NULL, NULL, last_position
    FROM {cases} AS cases WHERE closed_at >= begins AND closed_at < ends AND closed_at <= instant
    UNION ALL
    SELECT 'complaints', NULL, department, NULL, case_id, 1, NULL, NULL, last_position
    FROM {complaints} AS complaints
    WHERE received_at >= begins AND received_at < ends AND received_at <= instant
    UNION ALL
    SELECT 'spent', cost, department, currency, case_id, 1, NULL, amount_minor, last_position
    FROM {costs} AS costs
    WHERE payer <> 'customer' AND occurred_at >= begins AND occurred_at < ends AND occurred_at <= instant
    UNION ALL
    SELECT 'refunded', NULL, department, currency, case_id, 1, NULL, amount_minor, last_position
    FROM {refunds} AS refunds
    WHERE occurred_at >= begins AND occurred_at < ends AND occurred_at <= instant
"""
COUNTED_TABLES: Final = {
    "cases": "fct_cases", "complaints": "fct_complaints", "costs": "fct_costs", "refunds": "fct_refunds",
}  # fmt: skip
"""What `COUNTED` calls the tables that it reads itself → their names."""
COUNTED_AT: LiteralString = """
CREATE FUNCTION {function}(instant timestamptz, begins timestamptz, ends timestamptz) RETURNS TABLE ({columns})
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC {counted};
END
"""
FIGURES_AT: LiteralString = """
CREATE FUNCTION {function}(instant timestamptz, zone text, month date) RETURNS TABLE ({columns})
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT counted.measure, counted.item, counted.department, counted.currency, sum(counted.numerator)::bigint,
        sum(counted.denominator)::bigint, sum(counted.amount_minor)::bigint, count(DISTINCT counted.case_id),
        max(counted.last_position)
    FROM {counted_at}(
        instant, date_trunc('month', month::timestamp) AT TIME ZONE zone,
        (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE zone
    ) AS counted
    GROUP BY GROUPING SETS ((1, 2, 4), (1, 2, 3, 4));
END
"""


def counted(*, clocks_at: Composable, counted_at: Composable, table: Callable[[str], Identifier]) -> Composed:
    """Say in SQL what every case adds: over the tables as they are, or as they were (questions/month_end.py).

    It reads clocks and facts that targets count as they stand at `instant`, and each table where `table` says.
    """
    tables = {part: table(name) for part, name in COUNTED_TABLES.items()}
    return SQL(COUNTED).format(clocks_at=clocks_at, counted_at=counted_at, **tables)


def create(schema: str) -> Iterator[Composed]:
    """Give the statements that make the functions, once all tables and those of clocks and targets stand."""
    counted_at, figures_at = (Identifier(schema, name) for name in ("month_counted_at", "month_figures_at"))
    yield SQL(COUNTED_AT).format(
        function=counted_at,
        columns=_typed(COUNTED_SAYS),
        counted=counted(
            clocks_at=SQL("{}(instant)").format(Identifier(schema, "sla_clocks_at")),
            counted_at=SQL("{}(instant)").format(Identifier(schema, "counted_at")),
            table=lambda name: Identifier(schema, name),
        ),
    )
    yield SQL(FIGURES_AT).format(function=figures_at, columns=_typed(FIGURES_SAYS), counted_at=counted_at)
    for signature, said in (
        (SQL("{}(timestamptz, timestamptz, timestamptz)").format(counted_at),
         "某一时刻各案对月度数字的贡献 / What every case adds to a month's figures at an instant: from, up to"),
        (SQL("{}(timestamptz, text, date)").format(figures_at),
         "某一时刻的月度数字，时区、月份 / A month's figures at an instant: zone, any day of the month"),
    ):  # fmt: skip
        yield SQL("COMMENT ON FUNCTION {} IS {}").format(signature, Literal(said))


def _typed(columns: tuple[Column, ...]) -> Composed:
    return SQL(", ").join(
        SQL("{} {}").format(Identifier(column.name), SQL(column.type)) for column in columns
    )
