"""What targets count, as it stands at an instant: one by one, and together what stands alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, LiteralString

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from projections.tables.columns import Column, Says

COUNTED_SAYS: Final = (
    Column("target_id", "text", False, Says("指标", "Target that counts it")),
    Column("case_id", "uuid", False, Says("案件标识", "The case")),
    Column("happened_at", "timestamptz", False, Says("计入时间", "When it happened or the clock started")),
    Column("department", "text", False, Says("部门", "Department of the clock, else that holds the case")),
    Column("standing", "text", False, Says("该时刻的状态", "good, missed, pending, cancelled, excluded or not set")),
    Column("standing_unadjusted", "text", False, Says("该时刻的状态（不计除外）", "The same had nobody excluded it")),
    Column("last_position", "bigint", False, Says("依据的日志位置", "Log position of the newest fact under it")),
)  # fmt: skip
ALIKE_SAYS: Final = (
    Column("month", "date", True, Says("月份（首日）", "First day of the month; empty where no zone was given")),
    Column("target_id", "text", False, Says("指标", "Target that counts them")),
    Column("department", "text", False, Says("部门", "Department of the clocks, else that holds the cases")),
    Column("standing", "text", False, Says("该时刻的状态", "How all of them stand")),
    Column("standing_unadjusted", "text", False, Says("该时刻的状态（不计除外）", "The same had nobody excluded any")),
    Column("counted", "bigint", False, Says("计数", "How many they are")),
    Column("case_ids", "uuid[]", False, Says("案件标识", "The case of each of them")),
    Column("happened_ats", "timestamptz[]", False, Says("计入时间", "When each of them happened or started")),
    Column("positions", "bigint[]", False, Says("各自依据的日志位置", "Log position of the newest fact under each")),
    Column("last_position", "bigint", False, Says("依据的日志位置", "Log position of the newest fact under them")),
)  # fmt: skip

_COUNTING: LiteralString = """
    SELECT target_id, coalesce(settings_version, '') AS settings, unnest(promises) AS clause_id FROM {targets}
"""
_STANDS: LiteralString = """
    CASE WHEN {stands} = 'met' THEN 'good' WHEN {stands} IN ('breached', 'overdue') THEN 'missed'
        WHEN {stands} IN ('running', 'paused') THEN 'pending' ELSE {stands} END AS {stands}
"""
# Of facts that must not come again, the next one with the same key within the time makes a miss, whichever its case.
_FACTS: LiteralString = """
    SELECT counted.*, counted.good_at <= instant AS is_good,
        CASE
            WHEN counted.spoilt_at <= instant THEN true
            WHEN counted.again_key IS NULL THEN (counted.good_at <= instant) IS NOT TRUE
            ELSE EXISTS (
                SELECT FROM {counted} AS again
                WHERE again.again_key = counted.again_key AND again.happened_at > counted.happened_at
                AND again.happened_at <= LEAST(instant, counted.good_at)
            )
        END AS is_missed
    FROM {counted} AS counted
    WHERE counted.happened_at <= instant
"""
_FACT_STANDS: LiteralString = "CASE WHEN is_missed THEN 'missed' WHEN is_good THEN 'good' ELSE 'pending' END"
# Clocks are counted as they stand in their own table, so that a target and the SLA board can never differ.
_COUNTED: LiteralString = """
    SELECT counting.target_id, case_id, started_at AS happened_at, department, {stands}, {stands_unadjusted},
        last_position
    FROM ({counting}) AS counting
    JOIN {clocks_at} AS clocks
        ON clocks.clause_id = counting.clause_id AND coalesce(clocks.settings_version, '') = counting.settings
    UNION ALL
    SELECT target_id, case_id, happened_at, department, {fact_stands}, {fact_stands}, last_position
    FROM ({facts}) AS facts
"""
COUNTED_AT: LiteralString = """
CREATE FUNCTION {function}(instant timestamptz) RETURNS TABLE ({columns})
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC {counted};
END
"""
# What stands alike is counted before it is joined to its targets: hashed into some dozens of lines it needs no sorting.
# Each has its cases along, to be told apart among those of other lines.
ALIKE_AT: LiteralString = """
CREATE FUNCTION {function}(instant timestamptz, since timestamptz, until timestamptz, zone text)
RETURNS TABLE ({columns}) LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT month, counting.target_id, department, {stands}, {stands_unadjusted}, counted, case_ids, happened_ats,
        positions, last_position
    FROM (
        SELECT CASE WHEN zone IS NOT NULL THEN date_trunc('month', started_at AT TIME ZONE zone)::date END AS month,
            clause_id, coalesce(settings_version, '') AS settings, department, standing, standing_unadjusted,
            count(*) AS counted, array_agg(case_id) AS case_ids, array_agg(started_at) AS happened_ats,
            array_agg(last_position) AS positions, max(last_position) AS last_position
        FROM {clocks_at}
        WHERE started_at >= since AND started_at < until AND clause_id IN (SELECT clause_id FROM ({counting}) AS any_of)
        GROUP BY 1, 2, 3, 4, 5, 6
    ) AS clocks
    JOIN ({counting}) AS counting USING (clause_id, settings)
    UNION ALL
    SELECT CASE WHEN zone IS NOT NULL THEN date_trunc('month', happened_at AT TIME ZONE zone)::date END, target_id,
        department, {fact_stands}, {fact_stands}, count(*), array_agg(case_id), array_agg(happened_at),
        array_agg(last_position), max(last_position)
    FROM ({facts}) AS facts
    WHERE happened_at >= since AND happened_at < until
    GROUP BY 1, target_id, department, is_missed, is_good;
END
"""


def counted(*, clocks_at: Composable, facts: Composable, targets: Composable) -> Composed:
    """Say in SQL what targets count at `instant`: over the tables as they are, or as they were."""
    return SQL(_COUNTED).format(**_parts(clocks_at=clocks_at, facts=facts, targets=targets))


def create(schema: str) -> Iterator[Composed]:
    """Give the statements that make the functions, once all tables and that of clocks stand."""
    of = {
        "clocks_at": SQL("{}(instant)").format(Identifier(schema, "sla_clocks_at")),
        "facts": Identifier(schema, "fct_counted"),
        "targets": Identifier(schema, "dim_targets"),
    }
    counted_at, alike_at = (Identifier(schema, name) for name in ("counted_at", "counted_alike_at"))
    yield SQL(COUNTED_AT).format(function=counted_at, columns=typed(COUNTED_SAYS), counted=counted(**of))
    yield SQL(ALIKE_AT).format(function=alike_at, columns=typed(ALIKE_SAYS), **_parts(**of))
    for signature, said in (
        (SQL("{}(timestamptz)").format(counted_at),
         "某一时刻各指标所计（按现在所知） / What every target counted at an instant, as known now"),
        (SQL("{}(timestamptz, timestamptz, timestamptz, text)").format(alike_at),
         "某一时刻各指标状态相同的计数 / What targets count alike: from, up to, zone of the months or none"),
    ):  # fmt: skip
        yield SQL("COMMENT ON FUNCTION {} IS {}").format(signature, Literal(said))


def typed(columns: tuple[Column, ...]) -> Composed:
    """Give columns as a function's result names them."""
    return SQL(", ").join(
        SQL("{} {}").format(Identifier(column.name), SQL(column.type)) for column in columns
    )


def _parts(*, clocks_at: Composable, facts: Composable, targets: Composable) -> dict[str, Composable]:
    return {
        "clocks_at": clocks_at,
        "counting": SQL(_COUNTING).format(targets=targets),
        "stands": SQL(_STANDS).format(stands=Identifier("standing")),
        "stands_unadjusted": SQL(_STANDS).format(stands=Identifier("standing_unadjusted")),
        "facts": SQL(_FACTS).format(counted=facts),
        "fact_stands": SQL(_FACT_STANDS),
    }
