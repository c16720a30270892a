"""`bi.rpt_costs`: what the firm spends by month, quarter and year: against budget, by kind, against volume."""

from __future__ import annotations

from typing import Final

from projections.tables.columns import Column, Says
from projections.views.view import View

# What the customer bears is no cost of the firm. A cost lies beyond its budget when all that was booked on the budget
# up to it, in the order of what happened, is more than the budget.
COSTS: Final = View(
    "rpt_costs", "费用报表（月、季、年）", "Costs by month, quarter and year",
    reads=("fct_costs", "fct_cases", "dim_budgets", "dim_codes"),
    query="""
WITH budgets AS (
    SELECT budget, currency, amount_minor AS budget_minor FROM {dim_budgets} WHERE is_current
), booked AS (
    SELECT month, currency, budget, cost, amount_minor, has_leave, last_position, sum(amount_minor) OVER (
            PARTITION BY budget, currency ORDER BY occurred_at, case_id, version ROWS UNBOUNDED PRECEDING
        ) AS so_far
    FROM {fct_costs} WHERE payer <> 'customer'
), costs AS (
    SELECT month, booked.currency, booked.budget, cost, amount_minor, budget_minor, last_position,
        NOT has_leave AND budget_minor < so_far AS lacks_leave
    FROM booked LEFT JOIN budgets ON (budgets.budget, budgets.currency) = (booked.budget, booked.currency)
), months AS (
    SELECT month, currency, budget, cost, sum(amount_minor)::bigint AS amount_minor, count(*) AS charges,
        max(budget_minor) AS budget_minor, max(last_position) AS last_position,
        coalesce(sum(amount_minor) FILTER (WHERE lacks_leave), 0)::bigint AS without_leave_minor
    FROM costs GROUP BY month, currency, budget, cost
), sums AS (
    SELECT grain, step, date_trunc(grain, month::timestamp)::date AS period, currency, budget, cost,
        sum(amount_minor)::bigint AS amount_minor, sum(charges)::bigint AS charges, max(budget_minor) AS budget_minor,
        max(last_position) AS last_position, sum(without_leave_minor)::bigint AS without_leave_minor
    FROM months
    CROSS JOIN (VALUES ('month', interval '1 month'), ('quarter', interval '3 months'), ('year', interval '1 year'))
        AS grains (grain, step)
    GROUP BY grain, step, period, currency, budget, cost
), running AS (
    SELECT sums.*,
        sum(amount_minor) OVER (PARTITION BY grain, period, currency) AS period_minor,
        CASE WHEN budget_minor IS NOT NULL THEN (sum(amount_minor) OVER (
            PARTITION BY grain, currency, budget ORDER BY period RANGE UNBOUNDED PRECEDING
        ))::bigint END AS spent_minor,
        CASE WHEN lag(period) OVER line = period - step THEN lag(amount_minor) OVER line ELSE 0 END AS previous_minor,
        row_number() OVER (PARTITION BY grain, period) = 1 AS is_first
    FROM sums WINDOW line AS (PARTITION BY grain, currency, budget, cost ORDER BY period)
), beside AS (
    SELECT running.*, CASE WHEN is_first THEN (
        SELECT count(*) FROM {fct_cases} WHERE opened_month >= period AND opened_month < period + step
    ) END AS opened
    FROM running
), counted AS (
    SELECT beside.*, max(opened) OVER (PARTITION BY grain, period) AS cases_opened FROM beside
)
SELECT counted.grain, counted.period, counted.currency, counted.budget, counted.cost,
    labels.label_zh AS cost_zh, labels.label_en AS cost_en, counted.amount_minor, counted.charges,
    round(counted.amount_minor / nullif(counted.period_minor, 0), 4) AS share,
    counted.previous_minor, counted.cases_opened,
    round(counted.amount_minor::numeric / nullif(counted.cases_opened, 0))::bigint AS per_case_minor,
    counted.budget_minor, counted.spent_minor, counted.budget_minor - counted.spent_minor AS left_minor,
    counted.spent_minor > counted.budget_minor AS is_over, counted.without_leave_minor, counted.last_position
FROM counted
LEFT JOIN {dim_codes} AS labels ON labels.vocabulary = 'cost' AND labels.code = counted.cost
""",
    columns=(
        Column("grain", "text", True, Says("周期", "month, quarter or year")),
        Column("period", "date", True, Says("周期首日（业务时区）", "First day of the period")),
        Column("currency", "text", True, Says("币种", "Currency of the amounts")),
        Column("budget", "text", True, Says("预算编号", "Budget that bears it; empty where none was named")),
        Column("cost", "text", True, Says("费用类别", "Kind of cost")),
        Column("cost_zh", "text", True, Says("费用类别（中文）", "Kind of cost in Chinese")),
        Column("cost_en", "text", True, Says("费用类别（英文）", "Kind of cost in English")),
        Column("amount_minor", "bigint", True, Says("金额（分）", "What the firm bears, in fen")),
        Column("charges", "bigint", True, Says("笔数", "How many costs")),
        Column("share", "numeric", True, Says("占比", "Of all costs of the period in this currency, 0 to 1")),
        Column("previous_minor", "bigint", True, Says("上期金额（分）", "The same in the period before, in fen")),
        Column("cases_opened", "bigint", True, Says("受理案件数", "Volume of service: cases opened in the period")),
        Column("per_case_minor", "bigint", True, Says("每案费用（分）", "Amount by case opened; empty without any")),
        Column("budget_minor", "bigint", True, Says("预算金额（分）", "What the budget allows for its year, in fen")),
        Column("spent_minor", "bigint", True, Says("预算已用（分）", "Booked on the budget up to the period's end")),
        Column("left_minor", "bigint", True, Says("预算剩余（分）", "What is left of it; negative if exceeded")),
        Column("is_over", "boolean", True, Says("超预算", "The budget is exceeded by the period's end")),
        Column("without_leave_minor", "bigint", True,
               Says("未经批准的超预算费用（分，跨越预算的一笔全额计入）",
                    "Costs beyond the budget without leave, in fen; the one that crosses it counts whole")),
        Column("last_position", "bigint", True, Says("依据的日志位置", "Log position of the newest fact under it")),
    ),
)  # fmt: skip
