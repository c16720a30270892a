"""`bi.fct_audit_items`: every case that an audit drew, whether it was judged or gave way, and what was seen of it."""

from __future__ import annotations

from typing import Final

from projections.tables.columns import Column, Says
from projections.views.view import View

# Read from the log: a draw is a fact of its programme, not of a case, and what is drawn is a tenth of the cases.
AUDIT_ITEMS: Final = View(
    "fct_audit_items", "抽检项（每个一行）", "Items drawn for audits, one row each",
    reads=("dim_programmes", "fct_cases", "stream_id"),
    query="""
WITH draws AS (
    SELECT programmes.regulation, programmes.programme, programmes.clause, programmes.label_zh, programmes.label_en,
        facts.topic, facts.notification_id AS position, convert_from(facts.state, 'UTF8')::jsonb AS state
    FROM {dim_programmes} AS programmes
    JOIN log.case_events AS facts ON facts.originator_id = programmes.draws_stream_id
    WHERE facts.topic IN ('audit.drawn.v1', 'audit.replaced.v1')
), told AS (
    SELECT draws.*, state #>> ARRAY['fact', 'period'] AS period FROM draws
    WHERE split_part(state ->> 'decided_under', '@', 1) = regulation
), picks AS (
    SELECT told.*, pick, false AS is_replacement
    FROM told CROSS JOIN LATERAL jsonb_array_elements(state #> ARRAY['fact', 'picks']) AS pick
    WHERE topic = 'audit.drawn.v1'
    UNION ALL
    SELECT told.*, state #> ARRAY['fact', 'pick'], true FROM told WHERE topic = 'audit.replaced.v1'
), held AS (
    SELECT periods.*, answered.*
    FROM (SELECT DISTINCT regulation, programme, period FROM told) AS periods
    CROSS JOIN LATERAL (
        SELECT answer ->> 'of' AS item, count(*) AS answers,
            count(*) FILTER (WHERE answer ->> 'seen' = 'yes') AS seen_yes,
            count(*) FILTER (WHERE answer ->> 'seen' = 'no') AS seen_no,
            max(held_at) AS held_at, max(position) AS held_position
        FROM (
            SELECT notification_id AS position, (document ->> 'occurred_at')::timestamptz AS held_at, document
            FROM log.case_events
            CROSS JOIN LATERAL (SELECT convert_from(state, 'UTF8')::jsonb AS document) AS decoded
            WHERE topic = 'programme.held.v1'
            AND originator_id = {stream_id}(concat_ws(':', 'programme', regulation, programme, period))
            ORDER BY originator_version DESC LIMIT 1
        ) AS newest
        CROSS JOIN LATERAL jsonb_array_elements(newest.document #> ARRAY['fact', 'answers']) AS answer
        GROUP BY answer ->> 'of'
    ) AS answered
)
SELECT picks.regulation, picks.programme, picks.clause, picks.label_zh, picks.label_en, picks.period,
    pick ->> 'item' AS item, (pick ->> 'case_id')::uuid AS case_id, cases.case_no, pick ->> 'stratum' AS stratum,
    (pick ->> 'rank')::bigint AS rank, (pick ->> 'version')::bigint AS version, pick ->> 'leaf_hash' AS leaf_hash,
    (picks.state ->> 'occurred_at')::timestamptz AS drawn_at, is_replacement, given.item IS NULL AS is_judged,
    given.replaced_by, given.reason AS replaced_because, given.asked_by AS replacement_asked_by,
    given.approved_by AS replacement_approved_by, held.held_at, coalesce(held.answers, 0) AS answers,
    coalesce(held.seen_yes, 0) AS seen_yes, coalesce(held.seen_no, 0) AS seen_no,
    greatest(picks.position, given.position, held.held_position) AS last_position
FROM picks
LEFT JOIN {fct_cases} AS cases ON cases.case_id = (pick ->> 'case_id')::uuid
LEFT JOIN LATERAL (
    SELECT state #>> ARRAY['fact', 'item'] AS item, state #>> ARRAY['fact', 'pick', 'item'] AS replaced_by,
        state #>> ARRAY['fact', 'reason'] AS reason, state ->> 'actor' AS asked_by,
        state #>> ARRAY['fact', 'approved_by'] AS approved_by, position
    FROM told
    WHERE told.topic = 'audit.replaced.v1'
    AND (told.regulation, told.programme, told.period) = (picks.regulation, picks.programme, picks.period)
    AND state #>> ARRAY['fact', 'item'] = pick ->> 'item'
) AS given ON true
LEFT JOIN held ON (held.regulation, held.programme, held.period, held.item)
    = (picks.regulation, picks.programme, picks.period, pick ->> 'item')
""",
    columns=(
        Column("regulation", "text", True, Says("制度", "The regulation")),
        Column("programme", "text", True, Says("例行任务", "Name of the programme inside it")),
        Column("clause", "text", True, Says("条款", "Clause of the text")),
        Column("label_zh", "text", True, Says("名称（中文）", "Label in Chinese")),
        Column("label_en", "text", True, Says("名称（英文）", "Label in English")),
        Column("period", "text", True, Says("周期", "The period, for example 2026-10 or 2026-Q4")),
        Column("item", "text", True, Says("抽检项", "The item: a case number, with #2 for its second ending")),
        Column("case_id", "uuid", True, Says("案件标识", "The case")),
        Column("case_no", "text", True, Says("案件编号", "Case number")),
        Column("stratum", "text", True, Says("层", "Part of the frame that it was drawn from")),
        Column("rank", "bigint", True, Says("层内名次", "Its rank in the stratum")),
        Column("version", "bigint", True, Says("冻结时的案内序号", "Newest fact of the case when the frame froze")),
        Column("leaf_hash", "text", True, Says("该事实的叶哈希", "Leaf hash of that fact, hexadecimal")),
        Column("drawn_at", "timestamptz", True, Says("抽取时间", "When it was drawn, or came in as a replacement")),
        Column("is_replacement", "boolean", True, Says("是否替补", "It came in for another one")),
        Column("is_judged", "boolean", True, Says("是否参评", "It is judged: it has not given way to another one")),
        Column("replaced_by", "text", True, Says("被何项替换", "Item that came in its place")),
        Column("replaced_because", "text", True, Says("替换原因", "Why it gave way; vocabulary replacement_reason")),
        Column("replacement_asked_by", "text", True, Says("替换申请人代号", "Pseudonym of who asked for that")),
        Column("replacement_approved_by", "text", True, Says("替换批准人代号", "Pseudonym of who approved it")),
        Column("held_at", "timestamptz", True, Says("评定时间", "When what was seen was recorded, as it stands now")),
        Column("answers", "bigint", True, Says("已答问题数", "Questions of the check-list that were answered")),
        Column("seen_yes", "bigint", True, Says("答是数", "Of these, answered with yes")),
        Column("seen_no", "bigint", True, Says("答否数", "Of these, answered with no")),
        Column("last_position", "bigint", True, Says("依据的日志位置", "Log position of the newest fact under it")),
    ),
)  # fmt: skip
