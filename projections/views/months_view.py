"""Months as they were published, beside today's figures, and the facts that came since."""

from __future__ import annotations

from typing import Final

from projections.tables.columns import Column, Says
from projections.views.view import View

REPORT: Final = (
    Column("month", "date", True, Says("月份（首日）", "First day of the month")),
    Column("report", "bigint", True, Says("月报序号", "Which report of the month, from 1")),
    Column("is_standing", "boolean", True, Says("现行月报", "It is the newest report of the month")),
    Column("published_at", "timestamptz", True, Says("发布时间", "When it was published")),
    Column("published_by", "text", True, Says("发布人代号", "Pseudonym of who published it")),
    Column("published_as", "text", True, Says("发布角色", "In which role")),
    Column("position", "bigint", True, Says("月报依据的日志位置", "Log position that its figures stand on")),
    Column("counted_at", "timestamptz", True, Says("月报统计时刻", "Instant for which its figures were counted")),
    Column("reason", "text", True, Says("修订理由", "Why it revises the one before; empty for the first")),
    Column("behind", "bigint", True, Says("发布时落后的位置数", "How far the tables were behind the log then")),
    Column("parked", "bigint", True, Says("发布时被搁置的案件数", "How many cases were parked then")),
)  # fmt: skip
MONTHS: Final = View(
    "rpt_months", "已发布的月报", "Reports of months, as published",
    reads=("stream_id",),
    query="""
SELECT month, facts.originator_version AS report,
    facts.originator_version = max(facts.originator_version) OVER (PARTITION BY month) AS is_standing,
    (told ->> 'occurred_at')::timestamptz AS published_at, told ->> 'actor' AS published_by,
    told ->> 'role' AS published_as, (told #>> ARRAY['fact', 'position'])::bigint AS position,
    (told #>> ARRAY['fact', 'counted_at'])::timestamptz AS counted_at, told #>> ARRAY['fact', 'reason'] AS reason,
    (told #>> ARRAY['fact', 'behind'])::bigint AS behind, (told #>> ARRAY['fact', 'parked'])::bigint AS parked,
    told #>> ARRAY['fact', 'code_version'] AS code_version,
    array_to_string(ARRAY(SELECT jsonb_array_elements_text(told #> ARRAY['fact', 'regulations'])), ',') AS regulations,
    month::timestamp AT TIME ZONE {business_zone} AS begins_at,
    (month::timestamp + interval '1 month') AT TIME ZONE {business_zone} AS ends_at,
    told #> ARRAY['fact', 'figures'] AS figures, facts.notification_id AS last_position
FROM (
    SELECT day::date AS month, {stream_id}('month:' || to_char(day, 'YYYY-MM')) AS stream_id
    FROM generate_series(timestamp '2000-01-01', localtimestamp, interval '1 month') AS day
) AS months
JOIN log.case_events AS facts ON facts.originator_id = months.stream_id AND facts.topic = 'month.published.v1'
CROSS JOIN LATERAL (SELECT convert_from(facts.state, 'UTF8')::jsonb AS told) AS read
""",
    columns=(
        *REPORT,
        Column("code_version", "text", True, Says("程序版本", "Version of the program that counted")),
        Column("regulations", "text", True, Says("制度及版本", "Regulations published by then, with commas")),
        Column("begins_at", "timestamptz", True, Says("月份开始", "First instant of the month")),
        Column("ends_at", "timestamptz", True, Says("月份结束", "First instant after it")),
        Column("figures", "jsonb", True, Says("数字（JSON）", "The figures as they were published: see rpt_month_end")),
        Column("last_position", "bigint", True, Says("依据的日志位置", "Log position of the report itself")),
    ),
)  # fmt: skip

# Whose cases: those with a fact that happened in the month, as claimed or as corrected. OFFSET 0 has each fact that
# came since looked up by its key: the planner cannot know that they are few, and would read every fact there is.
CHANGES: Final = View(
    "rpt_month_changes", "月报发布后的事实", "Facts of a month's cases that came after its report",
    reads=("rpt_months", "fct_case_events", "fct_cases"),
    query="""
SELECT reports.month, reports.report, reports.is_standing, facts.case_id, facts.case_no, facts.department,
    facts.version, facts.position, facts.event_type,
    CASE WHEN corrects.is_withdrawn THEN 'withdrawn' WHEN facts.event_type = 'Corrected' THEN 'corrected'
        WHEN facts.event_type = 'Approved' AND facts.subject = 'exclusion' THEN 'excluded'
        WHEN facts.occurred_at < reports.ends_at THEN 'late' ELSE 'later' END AS change,
    facts.subject, facts.item, facts.occurred_at, facts.recorded_at, facts.role, facts.last_position
FROM {rpt_months} AS reports
JOIN log.case_events AS later ON later.notification_id > reports.position
CROSS JOIN LATERAL (
    SELECT told.*, cases.case_no, cases.department
    FROM {fct_case_events} AS told JOIN {fct_cases} AS cases ON cases.case_id = told.case_id
    WHERE told.case_id = later.originator_id AND told.version = later.originator_version OFFSET 0
) AS facts
LEFT JOIN LATERAL (
    SELECT bool_and(known.is_withdrawn) AS is_withdrawn FROM {fct_case_events} AS known
    WHERE known.case_id = facts.case_id AND known.corrected_by = facts.version
) AS corrects ON facts.event_type = 'Corrected'
WHERE EXISTS (
    SELECT FROM {fct_case_events} AS mine WHERE mine.case_id = facts.case_id AND (
        mine.occurred_at >= reports.begins_at AND mine.occurred_at < reports.ends_at
        OR mine.corrected_at >= reports.begins_at AND mine.corrected_at < reports.ends_at
    ) OFFSET 0
)
""",
    columns=(
        *REPORT[:3],
        Column("case_id", "uuid", True, Says("案件标识", "The case")),
        Column("case_no", "text", True, Says("案件编号", "Case number")),
        Column("department", "text", True, Says("部门", "Department that holds the case")),
        Column("version", "bigint", True, Says("案内序号", "Which fact of the case")),
        Column("position", "bigint", True, Says("日志位置", "Position in the log, after that of the report")),
        Column("event_type", "text", True, Says("事实", "What was recorded; labels in dim_event_types")),
        Column("change", "text", True, Says("变化", "late, corrected, withdrawn, excluded or later")),
        Column("subject", "text", True, Says("申请或批准的事项", "What was requested, approved or rejected")),
        Column("item", "text", True, Says("涉及的条款项", "What it names")),
        Column("occurred_at", "timestamptz", True, Says("发生时间（登记时所称）", "When it happened, as claimed")),
        Column("recorded_at", "timestamptz", True, Says("记录时间", "When the log recorded it")),
        Column("role", "text", True, Says("角色", "Role in which it was recorded")),
        Column("last_position", "bigint", True, Says("依据的日志位置", "Log position that the row stands on")),
    ),
)  # fmt: skip
MONTH_END: Final = View(
    "rpt_month_end", "月报与现在之对照", "Months as published beside today's figures",
    reads=(
        "rpt_months", "rpt_month_changes", "month_figures_at", "dim_codes", "dim_targets", "dim_regulation_clauses",
    ),
    query="""
WITH lines AS (
    SELECT month, report, figure.*, NULL::bigint AS numerator_today, NULL::bigint AS denominator_today,
        NULL::bigint AS amount_minor_today, NULL::bigint AS last_position
    FROM {rpt_months}
    CROSS JOIN LATERAL jsonb_to_recordset(figures) AS figure (
        measure text, item text, department text, currency text, numerator bigint, denominator bigint,
        amount_minor bigint
    )
    UNION ALL
    SELECT month, report, today.measure, today.item, today.department, today.currency, NULL, NULL, NULL,
        today.numerator, today.denominator, today.amount_minor, today.last_position
    FROM {rpt_months}
    CROSS JOIN LATERAL {month_figures_at}(now(), {business_zone}, month) AS today
), beside AS (
    SELECT month, report, measure, item, department, currency,
        coalesce(max(numerator), 0) AS numerator, coalesce(max(numerator_today), 0) AS numerator_today,
        CASE WHEN count(denominator) + count(denominator_today) > 0 THEN coalesce(max(denominator), 0) END
            AS denominator,
        CASE WHEN count(denominator) + count(denominator_today) > 0 THEN coalesce(max(denominator_today), 0) END
            AS denominator_today,
        CASE WHEN currency IS NOT NULL THEN coalesce(max(amount_minor), 0) END AS amount_minor,
        CASE WHEN currency IS NOT NULL THEN coalesce(max(amount_minor_today), 0) END AS amount_minor_today,
        max(last_position) AS last_position
    FROM lines GROUP BY month, report, measure, item, department, currency
), since AS (
    SELECT month, report, count(*) FILTER (WHERE change = 'late') AS facts_late,
        count(*) FILTER (WHERE change = 'corrected') AS facts_corrected,
        count(*) FILTER (WHERE change = 'withdrawn') AS facts_withdrawn,
        count(*) FILTER (WHERE change = 'excluded') AS facts_excluded,
        count(*) FILTER (WHERE change = 'later') AS facts_later
    FROM {rpt_month_changes} GROUP BY month, report
)
SELECT reports.month, reports.report, reports.is_standing, reports.published_at, reports.published_by,
    reports.published_as, reports.position, reports.counted_at, reports.reason, reports.behind, reports.parked,
    beside.measure, labels.label_zh AS measure_zh, labels.label_en AS measure_en, beside.item, clauses.clause,
    clauses.label_zh, clauses.label_en, beside.department, beside.currency, beside.numerator, beside.denominator,
    round(beside.numerator::numeric / nullif(beside.denominator, 0), 4) AS rate,
    beside.denominator < 30 AS is_small, beside.amount_minor, numerator_today, denominator_today,
    round(numerator_today::numeric / nullif(denominator_today, 0), 4) AS rate_today, amount_minor_today,
    numerator_today - beside.numerator AS numerator_change,
    denominator_today - beside.denominator AS denominator_change,
    amount_minor_today - beside.amount_minor AS amount_minor_change,
    (numerator_today, denominator_today, amount_minor_today)
        IS DISTINCT FROM (beside.numerator, beside.denominator, beside.amount_minor) AS is_revised,
    coalesce(facts_late, 0) AS facts_late, coalesce(facts_corrected, 0) AS facts_corrected,
    coalesce(facts_withdrawn, 0) AS facts_withdrawn, coalesce(facts_excluded, 0) AS facts_excluded,
    coalesce(facts_later, 0) AS facts_later, greatest(beside.last_position, reports.last_position) AS last_position
FROM beside
JOIN {rpt_months} AS reports ON reports.month = beside.month AND reports.report = beside.report
JOIN {dim_codes} AS labels ON labels.vocabulary = 'month_measure' AND labels.code = beside.measure
LEFT JOIN {dim_targets} AS targets ON beside.measure = 'target' AND targets.target_id = beside.item
LEFT JOIN {dim_regulation_clauses} AS clauses
    ON clauses.clause_id = CASE beside.measure WHEN 'target' THEN targets.clause_id ELSE beside.item END
LEFT JOIN since ON since.month = beside.month AND since.report = beside.report
""",
    columns=(
        *REPORT,
        Column("measure", "text", True, Says("口径", "What is counted; vocabulary month_measure")),
        Column("measure_zh", "text", True, Says("口径（中文）", "What is counted, in Chinese")),
        Column("measure_en", "text", True, Says("口径（英文）", "What is counted, in English")),
        Column("item", "text", True, Says("条款项、指标或费用类别", "Promise, target or kind of cost it is of")),
        Column("clause", "text", True, Says("条款", "Clause of the text; empty where no text asks for it")),
        Column("label_zh", "text", True, Says("条款项名称（中文）", "Label of the item in Chinese")),
        Column("label_en", "text", True, Says("条款项名称（英文）", "Label of the item in English")),
        Column("department", "text", True, Says("部门（空为全部）", "Department; empty is all of them together")),
        Column("currency", "text", True, Says("币种", "Currency of the amount")),
        Column("numerator", "bigint", True, Says("分子（月报）", "How many, as published")),
        Column("denominator", "bigint", True, Says("分母（月报）", "Of how many, as published; empty for a count")),
        Column("rate", "numeric", True, Says("比率（月报）", "Numerator by denominator as published, 0 to 1")),
        Column("is_small", "boolean", True, Says("分母过小", "Fewer than 30 to divide by, as published")),
        Column("amount_minor", "bigint", True, Says("金额（分，月报）", "Amount in fen, as published")),
        Column("numerator_today", "bigint", True, Says("分子（现在）", "How many, as known now")),
        Column("denominator_today", "bigint", True, Says("分母（现在）", "Of how many, as known now")),
        Column("rate_today", "numeric", True, Says("比率（现在）", "Numerator by denominator as known now, 0 to 1")),
        Column("amount_minor_today", "bigint", True, Says("金额（分，现在）", "Amount in fen, as known now")),
        Column("numerator_change", "bigint", True, Says("分子之差", "Now less published")),
        Column("denominator_change", "bigint", True, Says("分母之差", "Now less published")),
        Column("amount_minor_change", "bigint", True, Says("金额之差（分）", "Now less published, in fen")),
        Column("is_revised", "boolean", True, Says("依据已变", "Today's figure is another one; the report stands")),
        Column("facts_late", "bigint", True, Says("迟到的事实数", "Facts of that month's cases that came since")),
        Column("facts_corrected", "bigint", True, Says("更正数", "Corrections in that month's cases since")),
        Column("facts_withdrawn", "bigint", True, Says("撤回数", "Withdrawals in that month's cases since")),
        Column("facts_excluded", "bigint", True, Says("除外数", "Exclusions with leave in them since")),
        Column("facts_later", "bigint", True, Says("此后发生的事实数", "What happened in them after the month")),
        Column("last_position", "bigint", True, Says("依据的日志位置", "Log position of the newest fact under it")),
    ),
)  # fmt: skip
VIEWS: Final = (MONTHS, CHANGES, MONTH_END)
